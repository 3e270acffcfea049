"""Until when the former password of an account was its password."""

from sqlalchemy import BigInteger, Column

from simple_2fa.db.migrations.steps import Steps

revision = "0004_former_password"
down_revision = "0003_sign_in"


def upgrade(steps: Steps) -> None:
    """Add a column; who was reset a moment ago undoes it no more."""
    steps.add("two_factor_accounts", Column("former_at", BigInteger))
