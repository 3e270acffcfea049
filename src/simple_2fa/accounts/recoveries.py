"""Rows of recoveries: one for an account, under the epoch in which it was started."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, null, or_, select, update
from sqlalchemy.exc import IntegrityError

from simple_2fa.accounts.model import Recovery
from simple_2fa.core.clock import from_millis, maybe_instant, maybe_millis, to_millis
from simple_2fa.core.errors import Simple2FAError
from simple_2fa.db import sweeps
from simple_2fa.db.schema import accounts, recoveries

_R = recoveries.c
_A = accounts.c
_LIVE = (
    select(recoveries)
    .select_from(recoveries.join(accounts, and_(_A.account == _R.account, _A.epoch == _R.epoch)))
    .where(_R.sweep_at > bindparam("instant"), _A.disabled_at.is_(null()))
)
_OF = _LIVE.where(_R.account == bindparam("whose"))
_DUE = _LIVE.where(_R.remind_at <= bindparam("instant")).limit(bindparam("most"))
_INSERT = insert(recoveries)
_OVER = delete(recoveries).where(
    _R.account == bindparam("whose"),
    or_(_R.epoch != bindparam("under"), _R.sweep_at <= bindparam("instant")),
)
_THIS = and_(
    _R.account == bindparam("whose"),
    _R.epoch == bindparam("under"),
    _R.started_at == bindparam("began"),
)
_CANCEL = delete(recoveries).where(_THIS)
_USE = _CANCEL.where(_R.opens_at <= bindparam("instant"), _R.sweep_at > bindparam("instant"))
_REMINDED = (
    update(recoveries).where(_THIS, _R.remind_at <= bindparam("instant")).values(remind_at=None)
)
_FORGET = delete(recoveries).where(_R.account == bindparam("whose"))


class StartedError(Simple2FAError):
    """One is under way already."""


def add(connection: Connection, new: Recovery) -> None:
    """Store one; what a change of the account has ended makes room.

    Raises:
        StartedError: there is one. The unit must roll back.
    """
    at = to_millis(new.started_at)
    connection.execute(_OVER, {"whose": new.account, "under": new.epoch, "instant": at})
    row = {
        "account": new.account,
        "epoch": new.epoch,
        "started_at": at,
        "opens_at": to_millis(new.opens_at),
        "remind_at": maybe_millis(new.remind_at),
        "agent": new.agent,
        "network": new.network,
        "sweep_at": to_millis(new.ends_at),
    }
    try:
        connection.execute(_INSERT, row)
    except IntegrityError as why:
        raise StartedError from why


def of_account(connection: Connection, account: str, now: datetime) -> Recovery | None:
    """Read the one that is under way."""
    row = connection.execute(_OF, {"whose": account, "instant": to_millis(now)}).first()
    return None if row is None else _recovery(row)


def cancel(connection: Connection, seen: Recovery) -> bool:
    """Remove the one that was seen. Gives whether it was there still."""
    return bool(connection.execute(_CANCEL, _this(seen)).rowcount)


def use(connection: Connection, seen: Recovery, now: datetime) -> bool:
    """Use it up. Gives whether it was there still, and open."""
    values = {**_this(seen), "instant": to_millis(now)}
    return bool(connection.execute(_USE, values).rowcount)


def forget(connection: Connection, account: str) -> None:
    """Remove an account's, whether or not it is under way."""
    connection.execute(_FORGET, {"whose": account})


def due(connection: Connection, now: datetime, most: int) -> list[Recovery]:
    """Read those of which somebody is to be reminded."""
    rows = connection.execute(_DUE, {"instant": to_millis(now), "most": most})
    return [_recovery(each) for each in rows]


def reminded(connection: Connection, seen: Recovery, now: datetime) -> bool:
    """Note that it is done. Gives False where somebody else was faster."""
    values = {**_this(seen), "instant": to_millis(now)}
    return bool(connection.execute(_REMINDED, values).rowcount)


def sweep(connection: Connection, now: datetime, batch: int) -> int:
    """Remove a batch of those that were never used. Gives how many were due."""
    return sweeps.sweep(connection, recoveries, now, batch)


def _this(seen: Recovery) -> dict[str, object]:
    began = to_millis(seen.started_at)
    return {"whose": seen.account, "under": seen.epoch, "began": began}


def _recovery(row: Row[Any]) -> Recovery:
    return Recovery(
        row.account,
        row.epoch,
        from_millis(row.started_at),
        from_millis(row.opens_at),
        row.agent,
        row.network,
        maybe_instant(row.remind_at),
    )
