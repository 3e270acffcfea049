"""Token buckets in the database: one row for a key, one conditional UPDATE for a decision.

A bucket is stored as the instant at which it is full again. Taking tokens moves that instant into
the future; there is room while it stays within the span.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Insert,
    and_,
    bindparam,
    case,
    delete,
    insert,
    select,
    update,
)

from simple_2fa.core.clock import DAY, from_millis, to_millis
from simple_2fa.core.ids import digest
from simple_2fa.db.schema import limits
from simple_2fa.limits.rules import Limit

_FULL_AT = (limits.c.first_full_at, limits.c.second_full_at, limits.c.third_full_at)
_FULL = (0, 0, 0)
_UNBOUNDED = (0, 365 * DAY)
"""Step and span of the buckets that a limit of fewer rates leaves alone."""
_NAMES = tuple(column.name for column in _FULL_AT)
_HAS_ROOM = and_(*(column <= bindparam(f"{column.name}_room") for column in _FULL_AT))
_CHARGED = {
    column.name: case((column > bindparam("instant"), column), else_=bindparam("instant"))
    + bindparam(f"{column.name}_charge")
    for column in _FULL_AT
}
_MADE = {name: bindparam(f"{name}_made", type_=BigInteger) for name in _NAMES}

_READ = select(*_FULL_AT).where(limits.c.key == bindparam("row"))
_TAKE = update(limits).where(limits.c.key == bindparam("row"), _HAS_ROOM).values(_CHARGED)
_MAKE = insert(limits).prefix_with("IGNORE").values(key=bindparam("row"), **_MADE)
_IN_ONE_STEP = {"sqlite", "postgresql"}
"""Databases whose ON CONFLICT DO UPDATE takes a condition."""


@dataclass(frozen=True, slots=True)
class Level:
    """What a key's buckets hold at an instant.

    Attributes:
        left: whole tokens left in the emptiest bucket.
        retry_at: when there is room for what was needed; now, where there is.
    """

    left: int
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Bucket:
    """One limit for one key: whom, or what, it counts."""

    limit: Limit
    key: bytes


def bucket(limit: Limit, *parts: str) -> Bucket:
    """Give the bucket that counts this limit for these parts."""
    return Bucket(limit, digest(limit.name, *parts))


def level(connection: Connection, of: Bucket, now: datetime, need: int = 1) -> Level:
    """Look without taking."""
    row = connection.execute(_READ, {"row": of.key}).first()
    return _level(of.limit, tuple(row or _FULL), to_millis(now), need)


def take(connection: Connection, of: Bucket, now: datetime, *, need: int = 1, charge: int) -> bool:
    """Demand room for `need` tokens and spend `charge` of them, within the caller's unit.

    Also with a charge of 0 the row is written, so that parallel decisions about one key queue up
    and each sees what those before it have spent.

    Returns:
        Whether there was room. Without it nothing is spent.
    """
    if any(need > rate.size for rate in of.limit.rates):
        return False
    values = _take_values(of, to_millis(now), need, charge)
    if connection.dialect.name in _IN_ONE_STEP:
        return connection.execute(_make_or_take(connection.dialect.name), values).rowcount > 0
    return _take_on_mysql(connection, of, values, now, need)


def sweep(connection: Connection, after: bytes, now: datetime, batch: int) -> bytes:
    """Remove full rows among the next `batch` keys; a full row says no more than none.

    Returns:
        The last key looked at, to go on from; b'' at the end of the table.
    """
    rows = connection.execute(
        select(limits).where(limits.c.key > after).order_by(limits.c.key).limit(batch)
    ).all()
    instant = to_millis(now)
    full = [row.key for row in rows if max(row[1:]) <= instant]
    unchanged = and_(*(column <= instant for column in _FULL_AT))
    if full:
        connection.execute(delete(limits).where(limits.c.key.in_(full), unchanged))
    return rows[-1].key if len(rows) == batch else b""


@cache
def _make_or_take(database: str) -> Insert:
    """Word it for one database, whose dialect is imported by now; PostgreSQL's is big."""
    dialect: Any = import_module(f"sqlalchemy.dialects.{database}")
    made: Insert = (
        dialect.insert(limits)
        .values(key=bindparam("row"), **_MADE)
        .on_conflict_do_update(index_elements=[limits.c.key], set_=_CHARGED, where=_HAS_ROOM)
        # Else SQLAlchemy asks psycopg's closed cursor for the count, which says -1.
        .execution_options(preserve_rowcount=True)
    )
    return made


def _take_on_mysql(
    connection: Connection, of: Bucket, values: Mapping[str, int | bytes], now: datetime, need: int
) -> bool:
    """Do it in up to four steps, as ON DUPLICATE KEY takes no condition."""
    if connection.execute(_TAKE, values).rowcount or _make(connection, values):
        return True
    if level(connection, of, now, need).left < need:
        return False
    # Absent a moment ago, there now: a parallel first decision made the row.
    return bool(connection.execute(_TAKE, values).rowcount)


def _make(connection: Connection, values: Mapping[str, int | bytes]) -> bool:
    """Write the row of a key that was full until now. Gives whether it was absent."""
    return bool(connection.execute(_MAKE, values).rowcount)


def _take_values(of: Bucket, instant: int, need: int, charge: int) -> dict[str, int | bytes]:
    values: dict[str, int | bytes] = {"row": of.key, "instant": instant}
    for name, rate in zip_longest(_NAMES, of.limit.rates):
        step, span = (rate.step, rate.span) if rate else _UNBOUNDED
        values[f"{name}_room"] = instant + span - need * step
        values[f"{name}_charge"] = charge * step
        values[f"{name}_made"] = instant + charge * step
    return values


def _level(limit: Limit, full_at: Sequence[int], instant: int, need: int) -> Level:
    pairs = list(zip(full_at, limit.rates, strict=False))
    left = min((rate.span - max(full - instant, 0)) // rate.step for full, rate in pairs)
    retry_at = max(full - rate.span + need * rate.step for full, rate in pairs)
    return Level(left, from_millis(max(retry_at, instant)))
