"""Instants: exact in milliseconds, cut or raised to whole seconds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_2fa.core import clock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (the zone follows)


def test_the_clock_knows_its_zone() -> None:
    assert clock.utc_now().utcoffset() == timedelta(0)


def test_milliseconds_count_from_1970() -> None:
    assert clock.to_millis(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert clock.to_millis(datetime(2026, 11, 22, 12, tzinfo=UTC)) == 1_795_348_800_000


@given(INSTANTS)
def test_milliseconds_come_back_exactly(instant: datetime) -> None:
    back = clock.from_millis(clock.to_millis(instant))
    assert timedelta(0) <= instant - back < timedelta(milliseconds=1)
    assert clock.to_millis(back) == clock.to_millis(instant)


@given(INSTANTS)
def test_seconds_enclose_the_instant(instant: datetime) -> None:
    down, up = clock.whole_seconds(instant), clock.seconds_up(instant)
    assert down <= instant <= up
    assert up - down == (timedelta(0) if down == instant else timedelta(seconds=1))


@pytest.mark.parametrize(
    ("instant", "down", "up"),
    [
        (NOON, NOON, NOON),
        (NOON + MICRO, NOON, NOON + timedelta(seconds=1)),
        (NOON - MICRO, NOON - timedelta(seconds=1), NOON),
    ],
)
def test_a_fraction_decides(instant: datetime, down: datetime, up: datetime) -> None:
    assert clock.whole_seconds(instant) == down
    assert clock.seconds_up(instant) == up


def test_spans_are_milliseconds() -> None:
    assert (clock.SECOND, clock.MINUTE, clock.HOUR, clock.DAY) == (
        1_000,
        60_000,
        3_600_000,
        86_400_000,
    )


def test_minutes_are_rounded_up() -> None:
    whole = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert clock.minutes_up(whole) == whole
    assert clock.minutes_up(whole + timedelta(microseconds=1)) == whole + timedelta(minutes=1)
    assert clock.minutes_up(whole - timedelta(seconds=59)) == whole
