"""A way in, after a wait, for whoever has lost everything."""

from sqlalchemy import BigInteger, Boolean, Column, String
from sqlalchemy.sql import expression

from simple_2fa.db.migrations.steps import Steps
from simple_2fa.db.types import ascii_text

revision = "0008_recoveries"
down_revision = "0007_links"


def upgrade(steps: Steps) -> None:
    """Create its table, and let it be open to everybody who doesn't switch it off."""
    steps.create(
        "two_factor_recoveries",
        Column("account", ascii_text(22), primary_key=True),
        Column("epoch", BigInteger, nullable=False),
        Column("started_at", BigInteger, nullable=False),
        Column("opens_at", BigInteger, nullable=False),
        Column("remind_at", BigInteger),
        Column("agent", String(80), nullable=False),
        Column("network", ascii_text(45), nullable=False),
        Column("sweep_at", BigInteger, nullable=False),
        indexed=("remind_at", "sweep_at"),
    )
    steps.add(
        "two_factor_accounts",
        Column("recovery", Boolean, nullable=False, server_default=expression.true()),
    )
