"""The first tables: challenges, events, limits, letters, credentials, clients, replies, marks."""

from sqlalchemy import BigInteger, Boolean, Column, SmallInteger, String, Text
from sqlalchemy.sql import expression

from simple_2fa.db.migrations.steps import Steps
from simple_2fa.db.types import UtcSeconds, ascii_text, octets, sealed_text, serial

revision = "0001_foundation"
down_revision = None


def upgrade(steps: Steps) -> None:
    """Set the seed's table aside, create ours."""
    steps.set_aside("two_factor_auth", unless="challenge")
    _create_challenges(steps)
    _create_letters(steps)
    _create_credentials(steps)
    _create_clients(steps)
    _create_books(steps)


def _create_challenges(steps: Steps) -> None:
    steps.create(
        "two_factor_auth",
        Column("id", serial(), primary_key=True, autoincrement=True),
        Column("challenge", ascii_text(22), nullable=False, unique=True),
        Column("email", String(255), nullable=False),
        Column("code", sealed_text(), nullable=False),
        Column("expiration_time", UtcSeconds(), nullable=False),
        Column("used", Boolean, nullable=False, server_default=expression.false()),
        Column("created_at", UtcSeconds(), nullable=False),
        Column("outcome", ascii_text(16)),
        Column("subject", octets(32), nullable=False),
        Column("caller", ascii_text(64), nullable=False),
        Column("purpose", ascii_text(40), nullable=False),
        Column("factor", ascii_text(32), nullable=False),
        Column("digits", SmallInteger, nullable=False),
        Column("tries", SmallInteger, nullable=False),
        Column("max_tries", SmallInteger, nullable=False),
        Column("epoch", BigInteger, nullable=False),
        Column("resend_after", UtcSeconds(), nullable=False),
        Column("open_key", octets(32), unique=True),
        Column("followed_by", ascii_text(22)),
        Column("sweep_at", BigInteger, nullable=False),
        indexed=("subject", "sweep_at"),
    )


def _create_letters(steps: Steps) -> None:
    steps.create(
        "two_factor_letters",
        Column("id", serial(), primary_key=True, autoincrement=True),
        Column("letter", ascii_text(22), nullable=False),
        Column("about", ascii_text(22), nullable=False),
        Column("template", ascii_text(32), nullable=False),
        Column("sealed", sealed_text(), nullable=False),
        Column("priority", SmallInteger, nullable=False),
        Column("state", ascii_text(8), nullable=False),
        Column("tries", SmallInteger, nullable=False),
        Column("due_at", BigInteger, nullable=False),
        Column("not_after", BigInteger, nullable=False),
        Column("lease", octets(16)),
        Column("created_at", BigInteger, nullable=False),
        Column("changed_at", BigInteger, nullable=False),
        Column("reply", String(255), nullable=False),
        indexed=("about", "due_at"),
    )


def _create_credentials(steps: Steps) -> None:
    steps.create(
        "two_factor_credentials",
        Column("id", serial(), primary_key=True, autoincrement=True),
        Column("credential", ascii_text(22), nullable=False, unique=True),
        Column("subject", octets(32), nullable=False),
        Column("factor", ascii_text(32), nullable=False),
        Column("name", String(80), nullable=False),
        Column("secret", sealed_text(), nullable=False),
        Column("version", BigInteger, nullable=False),
        Column("created_at", BigInteger, nullable=False),
        Column("used_at", BigInteger),
        indexed=("subject",),
    )


def _create_clients(steps: Steps) -> None:
    steps.create(
        "two_factor_clients",
        Column("client", ascii_text(22), primary_key=True),
        Column("name", String(80), nullable=False),
        Column("key_hash", octets(32), nullable=False, unique=True),
        Column("created_at", BigInteger, nullable=False),
        Column("revoked_at", BigInteger),
    )
    steps.create(
        "two_factor_replies",
        Column("key", octets(32), primary_key=True),
        Column("body_hash", octets(32), nullable=False),
        Column("sealed", sealed_text(), nullable=False),
        Column("sweep_at", BigInteger, nullable=False),
        indexed=("sweep_at",),
    )


def _create_books(steps: Steps) -> None:
    steps.create(
        "two_factor_events",
        Column("attempt", octets(16), primary_key=True),
        Column("at", BigInteger, nullable=False),
        Column("tag", ascii_text(48), nullable=False),
        Column("outcome", ascii_text(32), nullable=False),
        Column("about", ascii_text(22), nullable=False),
        Column("subject", octets(32)),
        Column("actor", ascii_text(64), nullable=False),
        Column("data", Text, nullable=False),
    )
    steps.create(
        "two_factor_limits",
        Column("key", octets(32), primary_key=True),
        Column("first_full_at", BigInteger, nullable=False),
        Column("second_full_at", BigInteger, nullable=False),
        Column("third_full_at", BigInteger, nullable=False),
    )
    steps.create(
        "two_factor_marks",
        Column("name", ascii_text(32), primary_key=True),
        Column("value", ascii_text(64), nullable=False),
    )
