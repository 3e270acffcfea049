"""Accounts of people whom another application signs in."""

from sqlalchemy import Column, String

from simple_2fa.db.migrations.steps import Steps
from simple_2fa.db.types import sealed_text

revision = "0005_persons"
down_revision = "0004_former_password"


def upgrade(steps: Steps) -> None:
    """Add columns."""
    steps.add("two_factor_accounts", Column("host", String(255)), Column("ref", String(255)))
    steps.add("two_factor_sessions", Column("kept", sealed_text()))
