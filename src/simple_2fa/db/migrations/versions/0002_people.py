"""People: accounts, sessions, known browsers."""

from sqlalchemy import BigInteger, Column, String

from simple_2fa.db.migrations.steps import Steps
from simple_2fa.db.types import ascii_text, octets, serial

revision = "0002_people"
down_revision = "0001_foundation"


def upgrade(steps: Steps) -> None:
    """Create their tables."""
    _create_accounts(steps)
    _create_sessions(steps)
    _create_browsers(steps)


def _create_accounts(steps: Steps) -> None:
    steps.create(
        "two_factor_accounts",
        Column("id", serial(), primary_key=True, autoincrement=True),
        Column("account", ascii_text(22), nullable=False, unique=True),
        Column("subject", octets(32), nullable=False, unique=True),
        Column("address", String(255), nullable=False),
        Column("identity", octets(32), nullable=False, unique=True),
        Column("password", ascii_text(255), nullable=False),
        Column("epoch", BigInteger, nullable=False),
        Column("locale", ascii_text(16), nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("disabled_at", BigInteger),
    )


def _create_sessions(steps: Steps) -> None:
    steps.create(
        "two_factor_sessions",
        Column("id", serial(), primary_key=True, autoincrement=True),
        Column("session", ascii_text(22), nullable=False, unique=True),
        Column("token", octets(32), nullable=False, unique=True),
        Column("stage", ascii_text(16), nullable=False),
        Column("account", ascii_text(22)),
        Column("epoch", BigInteger, nullable=False),
        Column("challenge", ascii_text(22)),
        Column("goes_to", String(1024), nullable=False),
        Column("proved_by", ascii_text(32)),
        Column("proved_at", BigInteger),
        Column("one_factor_until", BigInteger),
        Column("agent", String(80), nullable=False),
        Column("network", ascii_text(45), nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("seen_at", BigInteger, nullable=False),
        Column("sweep_at", BigInteger, nullable=False),
        indexed=("account", "sweep_at"),
    )


def _create_browsers(steps: Steps) -> None:
    steps.create(
        "two_factor_browsers",
        Column("id", serial(), primary_key=True, autoincrement=True),
        Column("browser", ascii_text(22), nullable=False, unique=True),
        Column("verifier", octets(32), nullable=False),
        Column("account", ascii_text(22), nullable=False),
        Column("epoch", BigInteger, nullable=False),
        Column("agent", String(80), nullable=False),
        Column("skips_code_until", BigInteger),
        Column("created_at", BigInteger, nullable=False),
        Column("used_at", BigInteger, nullable=False),
        Column("sweep_at", BigInteger, nullable=False),
        indexed=("account", "sweep_at"),
    )
