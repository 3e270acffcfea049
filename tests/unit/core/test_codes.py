"""Codes of digits: what is drawn, what is taken, what a guess costs."""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_2fa.core import codes
from simple_2fa.core.errors import MalformedAnswerError

REFUSED = [
    "",
    "12345",
    "1234567",
    "12_3456",
    "+12345",
    "0x1234",
    "1e5000",
    "12345.",
    "123456\n",
    "123456\r\n",
    "\n123456",
    "123\t456",
    "123456\0",
    "123\u00a0456",  # no-break space
    "123\u2011456",  # no-break hyphen
    "123\u200b456",  # zero-width space
    "１２３４５６",  # full-width
    "١٢٣٤٥٦",  # Arabic-Indic
    "१२३४५६",  # Devanagari
    "①②③④⑤⑥",
    "²²²²²²",
    "12345６",
    "\ud800" * 6,
    '["123456"]',
    "[123456]",
    "{}",
    "null",
    "123456,654321",
    "1" * 1_000_000,
    "- " * 500_000,
]


@pytest.mark.parametrize(
    "text", ["123456", " 123456 ", "123 456", "123-456", "1-2-3-4-5-6", "- 123456 -"]
)
def test_it_takes_digits_with_spaces_and_hyphens(text: str) -> None:
    assert codes.read_code(text, 6) == "123456"


def test_it_takes_a_padded_code_of_a_megabyte() -> None:
    assert codes.read_code("123456".center(1_000_000), 6) == "123456"


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text[:12]))
def test_it_refuses_everything_else(text: str) -> None:
    with pytest.raises(MalformedAnswerError) as refusal:
        codes.read_code(text, 6)
    assert refusal.value.digits == 6
    assert str(refusal.value) == "the code has 6 digits"


def test_it_wants_as_many_digits_as_were_asked() -> None:
    assert codes.read_code("01234 56789", 10) == "0123456789"
    with pytest.raises(MalformedAnswerError):
        codes.read_code("123456", 10)


def test_a_refusal_without_digits_speaks_of_the_form() -> None:
    assert str(MalformedAnswerError()) == "it has another form"


@given(st.text())
def test_whatever_is_taken_is_ascii_digits(text: str) -> None:
    try:
        code = codes.read_code(text, 6)
    except MalformedAnswerError:
        return
    assert code.isascii()
    assert code.isdecimal()
    assert len(code) == 6


@pytest.mark.parametrize("digits", [6, 10])
def test_it_draws_codes_that_it_takes(digits: int) -> None:
    for _ in range(200):
        code = codes.new_code(digits)
        assert codes.read_code(code, digits) == code


def test_it_keeps_leading_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda _: 42)
    assert codes.new_code(6) == "000042"


def test_it_draws_from_the_whole_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda most: most - 1)
    assert codes.new_code(6) == "999999"
    assert codes.new_code(10) == "9999999999"


def test_it_compares_text_beyond_ascii() -> None:
    assert codes.same("é", "é")
    assert not codes.same("é", "e")
    assert not codes.same("012345", "12345")


@pytest.mark.parametrize(
    ("digits", "accepted", "cost"),
    [(6, 1, 1), (6, 2, 2), (6, 6, 6), (10, 1, 0), (10, 9, 0), (4, 1, 100)],
)
def test_a_guess_costs_its_chance_in_millionths(digits: int, accepted: int, cost: int) -> None:
    assert codes.guess_cost(digits, accepted) == cost


@pytest.mark.parametrize("text", ["123456", " 123-456 ", "0123456789", "01234 56789"])
def test_a_mailed_code_has_6_or_10_digits(text: str) -> None:
    assert codes.has_form(text)


@pytest.mark.parametrize("text", [*REFUSED, "12345678", "123456789", "12345678901"])
def test_nothing_else_has_a_mailed_codes_form(text: str) -> None:
    assert not codes.has_form(text)
