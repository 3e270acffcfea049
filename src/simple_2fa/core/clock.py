"""Instants and how they are stored. `now` is an argument everywhere below the faces."""

from datetime import UTC, datetime, timedelta

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
"""Spans in milliseconds, the unit of every table but `two_factor_auth`."""


def utc_now() -> datetime:
    """Read the clock. Only faces, commands and the worker's loop call this."""
    return datetime.now(UTC)


def to_millis(instant: datetime) -> int:
    """Give an instant as integer milliseconds since 1970 (exact, unlike a float's)."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def from_millis(millis: int) -> datetime:
    """Give integer milliseconds since 1970 as an aware instant in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=millis)


def maybe_millis(instant: datetime | None) -> int | None:
    """Give an instant as `to_millis` does, and none as none."""
    return None if instant is None else to_millis(instant)


def maybe_instant(millis: int | None) -> datetime | None:
    """Give milliseconds as `from_millis` does, and none as none."""
    return None if millis is None else from_millis(millis)


def whole_seconds(instant: datetime) -> datetime:
    """Cut off the fraction: MariaDB would truncate it and MySQL round it, so Python decides."""
    return instant.replace(microsecond=0)


def seconds_up(instant: datetime) -> datetime:
    """Round up to a whole second, for times before which something is refused."""
    return whole_seconds(instant + timedelta(microseconds=999_999))


def minutes_up(instant: datetime) -> datetime:
    """Round up to a whole minute, for times that people read as 'from 14:20 on'."""
    return (instant + timedelta(seconds=59, microseconds=999_999)).replace(second=0, microsecond=0)
