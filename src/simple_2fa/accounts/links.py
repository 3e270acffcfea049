"""Rows of links in letters: each is found by what it holds, and good once."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from simple_2fa.accounts.model import LINK_LASTS, Link
from simple_2fa.core.clock import from_millis, to_millis
from simple_2fa.core.ids import hash_secret
from simple_2fa.db import sweeps
from simple_2fa.db.schema import links

_L = links.c
_INSERT = insert(links)
_LIVES = (_L.token == bindparam("held"), _L.sweep_at > bindparam("instant"))
_READ = select(links).where(*_LIVES)
_TAKE = delete(links).where(*_LIVES)
_FORGET_ALL = delete(links).where(_L.account == bindparam("whose"))
_FORGET_OF = _FORGET_ALL.where(_L.address.in_(("", bindparam("mailbox"))))
_FORGET_SINCE = _FORGET_ALL.where(_L.at >= bindparam("instant"))


def add(connection: Connection, new: Link, token: str) -> None:
    """Store one; its token goes into its letter, and nowhere else."""
    row = {
        "token": hash_secret(token),
        "account": new.account,
        "about": new.about,
        "at": to_millis(new.at),
        "agent": new.agent,
        "network": new.network,
        "guarded": new.guarded,
        "address": new.address,
        "sweep_at": to_millis(new.at + LINK_LASTS),
    }
    connection.execute(_INSERT, row)


def find(connection: Connection, token: str, now: datetime) -> Link | None:
    """Read one by its token; None for an old, a used and an unknown one."""
    row = connection.execute(_READ, _held(token, now)).first()
    if row is None:
        return None
    at = from_millis(row.at)
    return Link(row.account, row.about, at, row.agent, row.network, row.guarded, row.address)


def take(connection: Connection, token: str, now: datetime) -> bool:
    """Use one up. Gives whether it was still good."""
    return bool(connection.execute(_TAKE, _held(token, now)).rowcount)


def forget_all(connection: Connection, account: str) -> None:
    """Remove all of an account."""
    connection.execute(_FORGET_ALL, {"whose": account})


def forget_of(connection: Connection, account: str, address: str) -> None:
    """Remove those of an account that lie in its mailbox of now; one of before may hold others."""
    connection.execute(_FORGET_OF, {"whose": account, "mailbox": address})


def forget_since(connection: Connection, account: str, at: datetime) -> None:
    """Remove those of an account that tell of what was done since then."""
    connection.execute(_FORGET_SINCE, {"whose": account, "instant": to_millis(at)})


def sweep(connection: Connection, now: datetime, batch: int) -> int:
    """Remove a batch of old ones. Gives how many were due."""
    return sweeps.sweep(connection, links, now, batch)


def _held(token: str, now: datetime) -> dict[str, object]:
    return {"held": hash_secret(token), "instant": to_millis(now)}
