"""Whether somebody's second step may be a mailed code."""

from sqlalchemy import Boolean, Column
from sqlalchemy.sql import expression

from simple_2fa.db.migrations.steps import Steps

revision = "0006_mail_codes"
down_revision = "0005_persons"


def upgrade(steps: Steps) -> None:
    """Add a column; for everybody it may, as before."""
    steps.add(
        "two_factor_accounts",
        Column("mail_codes", Boolean, nullable=False, server_default=expression.true()),
    )
