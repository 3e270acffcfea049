"""Buckets against a model that counts in whole tokens, second by second."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, StaticPool, create_engine

from simple_2fa.core.clock import DAY, HOUR, MINUTE, to_millis
from simple_2fa.db.schema import limits
from simple_2fa.limits import buckets
from simple_2fa.limits.rules import CLIENT_LETTERS, GUESSES, Limit, Rate
from world import NOW

SMALL = Limit("small", (Rate(3, 3_000), Rate(4, 8_000), Rate(5, 20_000)))
TWO = Limit("two", (Rate(3, 3_000), Rate(5, 20_000)))
ONE = Limit("one", (Rate(3, 3_000),))
LIMITS = {limit.name: limit for limit in (GUESSES, CLIENT_LETTERS, SMALL, TWO, ONE)}
PAUSES = st.one_of(
    st.integers(0, 10), st.integers(0, 10_000), st.integers(0, HOUR), st.integers(0, 3 * DAY)
)
STEPS = st.lists(
    st.tuples(PAUSES, st.integers(0, 3), st.sampled_from([True, False])), min_size=1, max_size=40
)


@dataclass
class Model:
    """Each bucket as so many tokens, exact fractions, topped up with the time that passes."""

    limit: Limit
    at: int = 0
    tokens: list[Fraction] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tokens = [Fraction(rate.size) for rate in self.limit.rates]

    def pass_to(self, at: int) -> None:
        for place, rate in enumerate(self.limit.rates):
            more = Fraction((at - self.at) * rate.size, rate.span)
            self.tokens[place] = min(self.tokens[place] + more, Fraction(rate.size))
        self.at = at

    def take(self, need: int, charge: int) -> bool:
        if min(self.tokens) < need:
            return False
        self.tokens = [left - charge for left in self.tokens]
        return True


@contextmanager
def empty_table() -> Iterator[Connection]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        limits.create(connection)
        yield connection
    engine.dispose()


@pytest.fixture
def connection() -> Iterator[Connection]:
    with empty_table() as connection:
        yield connection


@pytest.mark.parametrize("name", LIMITS)
@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_it_decides_as_the_model_does(name: str, steps: list[tuple[int, int, bool]]) -> None:
    of, model, now = buckets.bucket(LIMITS[name], "key"), Model(LIMITS[name]), NOW
    model.at = to_millis(now)
    with empty_table() as connection:
        for pause, wanted, charged in steps:
            need = min(wanted, *(rate.size for rate in LIMITS[name].rates))
            now += timedelta(milliseconds=pause)
            model.pass_to(to_millis(now))
            charge = need if charged else 0
            seen = buckets.level(connection, of, now, need)
            assert seen.left == int(min(model.tokens))
            assert (seen.retry_at == now) == (min(model.tokens) >= need)
            assert buckets.take(connection, of, now, need=need, charge=charge) == model.take(
                need, charge
            )


@pytest.mark.parametrize("name", LIMITS)
@given(STEPS)
@settings(max_examples=40, deadline=None)
def test_no_span_sees_more_than_burst_and_refill(
    name: str, steps: list[tuple[int, int, bool]]
) -> None:
    of, now, taken = buckets.bucket(LIMITS[name], "key"), NOW, []
    with empty_table() as connection:
        for pause, _, _ in steps:
            now += timedelta(milliseconds=pause)
            while buckets.take(connection, of, now, charge=1):
                taken.append(to_millis(now))
    for rate in LIMITS[name].rates:
        for first, begin in enumerate(taken):
            for last, end in enumerate(taken[first:], first):
                assert last - first + 1 <= rate.size + Fraction(
                    (end - begin) * rate.size, rate.span
                )


def test_a_year_of_greed_gets_988_guesses(connection: Connection) -> None:
    """Whoever takes each guess as soon as there is room; NIST allows 100 in a row."""
    of, now, taken = buckets.bucket(GUESSES, "victim"), NOW, 0
    end = NOW + timedelta(days=365)
    while now <= end:
        if buckets.take(connection, of, now, charge=1):
            taken += 1
        now = buckets.level(connection, of, now).retry_at
    assert 980 < taken <= 988


@pytest.mark.parametrize(("hours", "letters"), [(1, 9), (24, 39), (10 * 24, 20 * 10 + 19)])
def test_greed_gets_so_many_letters(connection: Connection, hours: int, letters: int) -> None:
    """What was unused comes on top once."""
    of, now, taken = buckets.bucket(CLIENT_LETTERS, "victim"), NOW, 0
    while now < NOW + timedelta(hours=hours):
        assert buckets.take(connection, of, now, charge=1)
        taken += 1
        now = buckets.level(connection, of, now).retry_at
    assert taken == letters


@pytest.mark.parametrize(("charge", "taken"), [(1, 10), (2, 5), (3, 3), (10, 1)])
def test_a_costly_guess_spends_more(connection: Connection, charge: int, taken: int) -> None:
    of = buckets.bucket(GUESSES, "key")
    tries = range(20)
    done = [buckets.take(connection, of, NOW, need=charge, charge=charge) for _ in tries]
    assert done.count(True) == taken


def test_what_costs_more_than_a_bucket_holds_never_has_room(connection: Connection) -> None:
    of = buckets.bucket(GUESSES, "key")
    assert not buckets.take(connection, of, NOW, need=11, charge=11)
    assert buckets.level(connection, of, NOW).left == 10


def test_room_costs_nothing(connection: Connection) -> None:
    of = buckets.bucket(GUESSES, "key")
    assert all(buckets.take(connection, of, NOW, need=10, charge=0) for _ in range(100))
    assert buckets.level(connection, of, NOW).left == 10


def test_it_says_to_the_millisecond_when_there_is_room(connection: Connection) -> None:
    of = buckets.bucket(GUESSES, "key")
    for _ in range(10):
        buckets.take(connection, of, NOW, charge=1)
    seen = buckets.level(connection, of, NOW)
    assert seen.left == 0
    assert seen.retry_at == NOW + timedelta(minutes=6)
    early = seen.retry_at - timedelta(milliseconds=1)
    assert not buckets.take(connection, of, early, charge=1)
    assert buckets.take(connection, of, seen.retry_at, charge=1)


def test_more_need_waits_longer(connection: Connection) -> None:
    of = buckets.bucket(GUESSES, "key")
    buckets.take(connection, of, NOW, need=9, charge=9)
    assert buckets.level(connection, of, NOW, 1).retry_at == NOW
    assert buckets.level(connection, of, NOW, 3).retry_at == NOW + timedelta(minutes=12)


def test_a_clock_that_jumps_back_gives_nothing_away(connection: Connection) -> None:
    of = buckets.bucket(GUESSES, "key")
    for _ in range(10):
        buckets.take(connection, of, NOW, charge=1)
    before = NOW - timedelta(hours=1)
    assert not buckets.take(connection, of, before, charge=1)
    assert buckets.take(connection, of, NOW + timedelta(minutes=6), charge=1)
    assert not buckets.take(connection, of, before, charge=0)
    assert buckets.level(connection, of, NOW + timedelta(minutes=6)).left == 0


@pytest.mark.parametrize("parts", [("b", "a"), ("ab",), ("a", "b", ""), ()])
def test_each_key_has_its_own_bucket(connection: Connection, parts: tuple[str, ...]) -> None:
    mine, other = buckets.bucket(GUESSES, "a", "b"), buckets.bucket(GUESSES, *parts)
    assert buckets.take(connection, mine, NOW, need=10, charge=10)
    assert buckets.level(connection, other, NOW).left == 10


def test_each_limit_has_its_own_bucket() -> None:
    assert buckets.bucket(GUESSES, "a").key != buckets.bucket(CLIENT_LETTERS, "a").key


def test_an_hour_refills_ten() -> None:
    assert GUESSES.rates[0].step == 6 * MINUTE
