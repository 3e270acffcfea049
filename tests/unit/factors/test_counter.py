"""The test-only factor is right itself, or what it proves means nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from simple_2fa import factors
from simple_2fa.core.factor import Context, Held
from world import COUNTER_SECRET, FACTOR_FOLDER

VECTORS = [
    "755224",
    "287082",
    "359152",
    "969429",
    "338314",
    "254676",
    "287922",
    "162583",
    "399871",
    "520489",
]
"""RFC 4226, appendix D."""
HELD = Held("token", COUNTER_SECRET, 1)
CONTEXT = Context(
    datetime(2026, 11, 22, tzinfo=UTC),
    "login",
    "https://a.example",
    "a.example",
    "ann@example.com",
    6,
    (HELD,),
)
counter = factors.load([FACTOR_FOLDER])["counter"]


def moved_to(position: int) -> Held:
    return replace(HELD, secret=COUNTER_SECRET[:20] + position.to_bytes(8, "big"))


@pytest.mark.parametrize("position", range(10))
def test_it_takes_the_codes_of_the_standard(position: int) -> None:
    context = replace(CONTEXT, held=(moved_to(position),))
    verdict = counter.finish(context, b"", VECTORS[position])
    assert verdict.ok
    assert verdict.credential == "token"
    assert verdict.secret == moved_to(position + 1).secret


@pytest.mark.parametrize(
    ("position", "ok"), [(0, True), (1, True), (2, True), (3, False), (9, False)]
)
def test_it_looks_three_codes_ahead(position: int, *, ok: bool) -> None:
    assert counter.finish(CONTEXT, b"", VECTORS[position]).ok == ok


def test_a_skipped_code_is_gone() -> None:
    verdict = counter.finish(CONTEXT, b"", VECTORS[2])
    context = replace(CONTEXT, held=(replace(HELD, secret=verdict.secret or b""),))
    assert not any(counter.finish(context, b"", code).ok for code in VECTORS[:3])


def test_without_a_token_nothing_is_right() -> None:
    assert not counter.finish(replace(CONTEXT, held=()), b"", VECTORS[0]).ok


def test_each_token_makes_guessing_easier() -> None:
    assert [counter.guess_cost(6, held) for held in (0, 1, 2)] == [3, 3, 6]
