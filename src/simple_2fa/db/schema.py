"""All tables. `two_factor_auth` keeps the seed's columns; the others share its prefix.

An instant is integer milliseconds, but for the seed's columns of `two_factor_auth`.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
)
from sqlalchemy.sql import expression

from simple_2fa.db.types import UtcSeconds, ascii_text, octets, sealed_text, serial

metadata = MetaData()


def _table(name: str, *columns: Column[Any] | Index) -> Table:
    return Table(
        name,
        metadata,
        *columns,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        # A table found by a key of ours needs no second tree beside it.
        sqlite_with_rowid=columns[0].name == "id",
    )


challenges = _table(
    "two_factor_auth",
    Column("id", serial(), primary_key=True, autoincrement=True),
    # Its public id, half of the SHA-256 of the ticket that opens its page.
    Column("challenge", ascii_text(22), nullable=False, unique=True),
    Column("email", String(255), nullable=False),
    # The seed's name: the sealed question (state, prompt, letter), '' once it is of no more use.
    Column("code", sealed_text(), nullable=False),
    Column("expiration_time", UtcSeconds(), nullable=False),
    Column("used", Boolean, nullable=False, server_default=expression.false()),
    Column("created_at", UtcSeconds(), nullable=False),
    Column("outcome", ascii_text(16)),
    Column("subject", octets(32), nullable=False, index=True),
    Column("caller", ascii_text(64), nullable=False),
    Column("purpose", ascii_text(40), nullable=False),
    Column("factor", ascii_text(32), nullable=False),
    Column("digits", SmallInteger, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("max_tries", SmallInteger, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("resend_after", UtcSeconds(), nullable=False),
    # Digest of caller, subject and purpose while the challenge is the one that `start` finds.
    Column("open_key", octets(32), unique=True),
    Column("followed_by", ascii_text(22)),
    # When housekeeping looks next: first to blank the code, 30 days later to remove the row.
    Column("sweep_at", BigInteger, nullable=False, index=True),
)

events = _table(
    "two_factor_events",
    Column("attempt", octets(16), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("tag", ascii_text(48), nullable=False),
    Column("outcome", ascii_text(32), nullable=False),
    Column("about", ascii_text(22), nullable=False),
    Column("subject", octets(32)),
    Column("actor", ascii_text(64), nullable=False),
    Column("data", Text, nullable=False),
    # In whose recent activity it stands; NULL for all that applications do.
    Column("account", ascii_text(22)),
    Index("ix_two_factor_events_account", "account", "at"),
)

limits = _table(
    "two_factor_limits",
    Column("key", octets(32), primary_key=True),
    # When each of up to three token buckets is full again.
    Column("first_full_at", BigInteger, nullable=False),
    Column("second_full_at", BigInteger, nullable=False),
    Column("third_full_at", BigInteger, nullable=False),
)

letters = _table(
    "two_factor_letters",
    Column("id", serial(), primary_key=True, autoincrement=True),
    # Stands in the Message-ID and binds the seal; nothing is found by it.
    Column("letter", ascii_text(22), nullable=False),
    # Opaque: whoever queued it asks for its delivery, and voids it, by this.
    Column("about", ascii_text(22), nullable=False, index=True),
    Column("template", ascii_text(32), nullable=False),
    # Recipient and data, '' once sent, failed or void.
    Column("sealed", sealed_text(), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("state", ascii_text(8), nullable=False),
    Column("tries", SmallInteger, nullable=False),
    # Queued: the next try. Sending: the lease's end. Else: when the row is removed.
    Column("due_at", BigInteger, nullable=False, index=True),
    Column("not_after", BigInteger, nullable=False),
    Column("lease", octets(16)),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    # The mail server's last words.
    Column("reply", String(255), nullable=False),
)

credentials = _table(
    "two_factor_credentials",
    Column("id", serial(), primary_key=True, autoincrement=True),
    Column("credential", ascii_text(22), nullable=False, unique=True),
    Column("subject", octets(32), nullable=False, index=True),
    Column("factor", ascii_text(32), nullable=False),
    Column("name", String(80), nullable=False),
    Column("secret", sealed_text(), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

accounts = _table(
    "two_factor_accounts",
    Column("id", serial(), primary_key=True, autoincrement=True),
    Column("account", ascii_text(22), nullable=False, unique=True),
    # What its credentials and challenges belong to: a digest of the account's id.
    Column("subject", octets(32), nullable=False, unique=True),
    Column("address", String(255), nullable=False),
    # Digest of the address: collations take different addresses for one.
    Column("identity", octets(32), nullable=False, unique=True),
    # Argon2id.
    Column("password", ascii_text(255), nullable=False),
    # Raised by whatever ends all that was proved before.
    Column("epoch", BigInteger, nullable=False),
    # '' for the browser's.
    Column("locale", ascii_text(16), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    # When the password was changed last.
    Column("password_at", BigInteger),
    # After a reset by mail: when; the password's hash that an undo brings back, and until when it
    # was the password: of several resets the first.
    Column("reset_at", BigInteger),
    Column("former_password", ascii_text(255)),
    Column("former_at", BigInteger),
    # Whom another application signs in: its name, and its id of that person.
    Column("host", String(255)),
    Column("ref", String(255)),
    # Whether mailed codes are a second step; off only beside a stronger one.
    Column("mail_codes", Boolean, nullable=False, server_default=expression.true()),
    # Whether whoever has lost everything gets in after a wait.
    Column("recovery", Boolean, nullable=False, server_default=expression.true()),
)

links = _table(
    "two_factor_links",
    # SHA-256 of what stands in a letter: by it its owner says, once, 'that wasn't me'.
    Column("token", octets(32), primary_key=True),
    Column("account", ascii_text(22), nullable=False, index=True),
    # The letter's name, and when and where that happened of which it tells.
    Column("about", ascii_text(32), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("agent", String(80), nullable=False),
    Column("network", ascii_text(45), nullable=False),
    Column("sweep_at", BigInteger, nullable=False, index=True),
    # Whether more than the mailbox was a second step then, and the account's address; '' where an
    # application tells it.
    Column("guarded", Boolean, nullable=False, server_default=expression.true()),
    Column("address", String(255), nullable=False, server_default=""),
)

recoveries = _table(
    "two_factor_recoveries",
    # One at a time.
    Column("account", ascii_text(22), primary_key=True),
    # The account's, under which it was started: whatever raises that ends it.
    Column("epoch", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("opens_at", BigInteger, nullable=False),
    # When its owner is reminded; NULL where that is done.
    Column("remind_at", BigInteger, index=True),
    Column("agent", String(80), nullable=False),
    Column("network", ascii_text(45), nullable=False),
    # Unused until then it is over.
    Column("sweep_at", BigInteger, nullable=False, index=True),
)

sessions = _table(
    "two_factor_sessions",
    Column("id", serial(), primary_key=True, autoincrement=True),
    # Stays while the token rotates: the caller of its challenges.
    Column("session", ascii_text(22), nullable=False, unique=True),
    Column("token", octets(32), nullable=False, unique=True),
    Column("stage", ascii_text(16), nullable=False),
    Column("account", ascii_text(22), index=True),
    Column("epoch", BigInteger, nullable=False),
    # The challenge that it waits for, and where it goes once that is answered.
    Column("challenge", ascii_text(22)),
    Column("goes_to", String(1024), nullable=False),
    # The last proof of a second factor: which one, and when.
    Column("proved_by", ascii_text(32)),
    Column("proved_at", BigInteger),
    # After a reset by mail it counts as one factor until then.
    Column("one_factor_until", BigInteger),
    Column("agent", String(80), nullable=False),
    Column("network", ascii_text(45), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("sweep_at", BigInteger, nullable=False, index=True),
    # The known browser in which it began.
    Column("browser", ascii_text(22)),
    # Argon2id: what the account that is being created will have.
    Column("password", ascii_text(255)),
    # What was sent to a host application before the second step: shown again after it.
    Column("kept", sealed_text()),
)

browsers = _table(
    "two_factor_browsers",
    Column("id", serial(), primary_key=True, autoincrement=True),
    # Public, and the selector of its cookie.
    Column("browser", ascii_text(22), nullable=False, unique=True),
    Column("verifier", octets(32), nullable=False),
    Column("account", ascii_text(22), nullable=False, index=True),
    Column("epoch", BigInteger, nullable=False),
    Column("agent", String(80), nullable=False),
    Column("skips_code_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False),
    Column("sweep_at", BigInteger, nullable=False, index=True),
)

clients = _table(
    "two_factor_clients",
    Column("client", ascii_text(22), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("key_hash", octets(32), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

replies = _table(
    "two_factor_replies",
    # Digest of client, route and Idempotency-Key.
    Column("key", octets(32), primary_key=True),
    Column("body_hash", octets(32), nullable=False),
    Column("sealed", sealed_text(), nullable=False),
    Column("sweep_at", BigInteger, nullable=False, index=True),
)

marks = _table(
    "two_factor_marks",
    Column("name", ascii_text(32), primary_key=True),
    Column("value", ascii_text(64), nullable=False),
)
