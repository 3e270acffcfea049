"""The mailed code."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from simple_2fa.core.errors import MalformedAnswerError
from simple_2fa.core.factor import Context, Verdict
from simple_2fa.factors.mail_code import factor

SIX = Context(
    datetime(2026, 11, 22, tzinfo=UTC),
    "login",
    "https://a.example",
    "a.example",
    "ann@example.com",
    6,
)
TEN = replace(SIX, digits=10)


@pytest.mark.parametrize("context", [SIX, TEN], ids=["6", "10"])
def test_the_letter_carries_the_code_that_is_right(context: Context) -> None:
    begun = factor.begin(context)
    assert begun.letter is not None
    code = begun.letter.data["code"]
    assert begun.letter.name == "code"
    assert len(code) == context.digits
    assert begun.prompt == {"digits": context.digits}
    assert factor.finish(context, begun.state, f" {code[:3]}-{code[3:]}") == Verdict(ok=True)


@pytest.mark.parametrize("answer", ["123457", "023456", "654321", "000000"])
def test_another_code_is_wrong(answer: str) -> None:
    assert factor.finish(SIX, b"123456", answer) == Verdict(ok=False)


def test_leading_zeros_count() -> None:
    assert factor.finish(SIX, b"000042", "000042").ok
    with pytest.raises(MalformedAnswerError):
        factor.finish(SIX, b"000042", "42")


def test_a_short_code_never_answers_a_long_one() -> None:
    with pytest.raises(MalformedAnswerError) as refusal:
        factor.finish(TEN, b"0000123456", "123456")
    assert refusal.value.digits == 10


def test_a_guess_at_ten_digits_costs_nothing() -> None:
    assert factor.guess_cost(6, 0) == factor.guess_cost(6, 7) == 1
    assert factor.guess_cost(10, 0) == 0


def test_it_claims_no_more_than_a_mailbox() -> None:
    assert factor.rests_on_mailbox
    assert not factor.resists_phishing
    assert not factor.can_be_enrolled
    assert factor.script is None
