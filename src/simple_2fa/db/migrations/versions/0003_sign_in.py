"""What signing in needs beside the tables of people."""

from sqlalchemy import BigInteger, Column

from simple_2fa.db.migrations.steps import Steps
from simple_2fa.db.types import ascii_text

revision = "0003_sign_in"
down_revision = "0002_people"


def upgrade(steps: Steps) -> None:
    """Add columns, and the index of recent activity."""
    steps.add(
        "two_factor_accounts",
        Column("password_at", BigInteger),
        Column("reset_at", BigInteger),
        Column("former_password", ascii_text(255)),
    )
    steps.add(
        "two_factor_sessions",
        Column("browser", ascii_text(22)),
        Column("password", ascii_text(255)),
    )
    steps.add("two_factor_events", Column("account", ascii_text(22)))
    steps.index("two_factor_events", "account", "at")
