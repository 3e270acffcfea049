"""Links by which the owner of an account says 'that wasn't me'."""

from sqlalchemy import BigInteger, Column, String

from simple_2fa.db.migrations.steps import Steps
from simple_2fa.db.types import ascii_text, octets

revision = "0007_links"
down_revision = "0006_mail_codes"


def upgrade(steps: Steps) -> None:
    """Create their table."""
    steps.create(
        "two_factor_links",
        Column("token", octets(32), primary_key=True),
        Column("account", ascii_text(22), nullable=False),
        Column("about", ascii_text(32), nullable=False),
        Column("at", BigInteger, nullable=False),
        Column("agent", String(80), nullable=False),
        Column("network", ascii_text(45), nullable=False),
        Column("sweep_at", BigInteger, nullable=False),
        indexed=("account", "sweep_at"),
    )
