"""Rows of clients, and of replies that are given again to a repeated request."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from simple_2fa.clients.model import Client, ReplayedError
from simple_2fa.core.clock import DAY, from_millis, to_millis
from simple_2fa.db import seals, sweeps
from simple_2fa.db.schema import clients, replies

REPLIES_KEPT = DAY

_COLUMNS = (clients.c.client, clients.c.name, clients.c.created_at, clients.c.revoked_at)
_BY_KEY = select(*_COLUMNS).where(clients.c.key_hash == bindparam("hash"))
_NAME = select(clients.c.name).where(clients.c.client == bindparam("which"))
_ALL = select(*_COLUMNS).order_by(clients.c.created_at, clients.c.client)
_REVOKE = (
    update(clients)
    .where(clients.c.client == bindparam("which"), clients.c.revoked_at.is_(None))
    .values(revoked_at=bindparam("at"))
)
_REPLY = select(replies.c.body_hash, replies.c.sealed).where(replies.c.key == bindparam("row"))


def add(connection: Connection, client: Client, key_hash: bytes) -> None:
    """Store a client with the hash of its key."""
    row = {"client": client.id, "name": client.name, "key_hash": key_hash, "revoked_at": None}
    connection.execute(insert(clients), {**row, "created_at": to_millis(client.created_at)})


def by_key(connection: Connection, key_hash: bytes) -> Client | None:
    """Read the client whose key this is, revoked or not."""
    row = connection.execute(_BY_KEY, {"hash": key_hash}).first()
    return None if row is None else _client(row)


def name_of(connection: Connection, client: str) -> str | None:
    """Read a client's name."""
    return connection.execute(_NAME, {"which": client}).scalar()


def everyone(connection: Connection) -> list[Client]:
    """Read all clients, the oldest first."""
    return [_client(row) for row in connection.execute(_ALL)]


def revoke(connection: Connection, client: str, now: datetime) -> bool:
    """Refuse a client's key from now on. Gives whether it was accepted before."""
    values = {"which": client, "at": to_millis(now)}
    return bool(connection.execute(_REVOKE, values).rowcount)


def reply_to(connection: Connection, key: bytes) -> tuple[bytes, str] | None:
    """Read the body's hash and the sealed reply of an earlier request."""
    row = connection.execute(_REPLY, {"row": key}).first()
    return None if row is None else (bytes(row.body_hash), row.sealed)


def keep_reply(
    connection: Connection, key: bytes, body_hash: bytes, sealed: str, now: datetime
) -> None:
    """Keep a reply for a day.

    Raises:
        ReplayedError: a parallel request with the same key was faster.
    """
    row = {"key": key, "body_hash": body_hash, "sealed": sealed}
    try:
        connection.execute(insert(replies), {**row, "sweep_at": to_millis(now) + REPLIES_KEPT})
    except IntegrityError as why:
        raise ReplayedError from why


def sealed_by_others(connection: Connection, keys: Sequence[str]) -> bool:
    """Tell whether a reply was sealed by a key that isn't among these (key ids)."""
    others = select(replies.c.key).where(seals.sealed_by_others(replies.c.sealed, keys))
    return connection.execute(others.limit(1)).first() is not None


def sweep_replies(connection: Connection, now: datetime, batch: int) -> int:
    """Forget a batch of old replies. Gives how many were due."""
    return sweeps.sweep(connection, replies, now, batch)


def _client(row: Row[str, str, int, int | None]) -> Client:
    revoked_at = None if row.revoked_at is None else from_millis(row.revoked_at)
    return Client(row.client, row.name, from_millis(row.created_at), revoked_at)
