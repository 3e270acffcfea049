"""The limits in words are the limits in numbers."""

from fractions import Fraction

import pytest

from simple_2fa.core.clock import DAY, HOUR, SECOND
from simple_2fa.limits import rules
from simple_2fa.limits.rules import CLIENT_LETTERS, GUESSES, LONG_CODE_BELOW, Limit, Rate

LIMITS = [each for each in vars(rules).values() if isinstance(each, Limit)]


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_a_token_is_back_after_a_whole_number_of_milliseconds(limit: Limit) -> None:
    """Else a bucket would refill faster than it says."""
    assert all(rate.step * rate.size == rate.span for rate in limit.rates)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_longer_spans_allow_more_but_more_slowly(limit: Limit) -> None:
    spans = [rate.span for rate in limit.rates]
    paces = [Fraction(rate.size, rate.span) for rate in limit.rates]
    assert spans == sorted(spans)
    assert paces == sorted(paces, reverse=True)


def test_each_limit_has_a_name_of_its_own() -> None:
    assert len({limit.name for limit in LIMITS}) == len(LIMITS) > 5


def test_guesses_are_those_of_the_ledger() -> None:
    assert GUESSES.rates == (Rate(10, HOUR), Rate(25, DAY), Rate(75, 30 * DAY))


def test_letters_are_one_in_30_seconds_5_an_hour_20_a_day() -> None:
    assert CLIENT_LETTERS.rates == (Rate(1, 30 * SECOND), Rate(5, HOUR), Rate(20, DAY))


def test_a_year_of_guessing_stays_under_one_in_a_thousand() -> None:
    year = min(rate.size + Fraction(365 * DAY * rate.size, rate.span) for rate in GUESSES.rates)
    assert 987 < year < 988
    assert year / 10**6 < Fraction(1, 1000)


def test_a_long_code_comes_before_a_challenge_could_pause() -> None:
    """With this many guesses left, all five tries at a short code can be paid."""
    assert LONG_CODE_BELOW == 5
