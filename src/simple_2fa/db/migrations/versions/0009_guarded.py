"""Whether the mailbox alone was a second step when that was done of which a letter tells."""

from sqlalchemy import Boolean, Column
from sqlalchemy.sql import expression

from simple_2fa.db.migrations.steps import Steps

revision = "0009_guarded"
down_revision = "0008_recoveries"


def upgrade(steps: Steps) -> None:
    """Add a column; a link of before the change takes no way to sign in back."""
    steps.add(
        "two_factor_links",
        Column("guarded", Boolean, nullable=False, server_default=expression.true()),
    )
