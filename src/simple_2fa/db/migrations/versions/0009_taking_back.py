"""How an account stood when that was done of which a letter tells: 'not me' may put it back."""

from sqlalchemy import Boolean, Column, String
from sqlalchemy.sql import expression

from simple_2fa.db.migrations.steps import Steps

revision = "0009_taking_back"
down_revision = "0008_recoveries"


def upgrade(steps: Steps) -> None:
    """Add two columns; a link of before the change puts no address back."""
    steps.add(
        "two_factor_links",
        Column("guarded", Boolean, nullable=False, server_default=expression.true()),
        Column("address", String(255), nullable=False, server_default=""),
    )
