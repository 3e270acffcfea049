"""Crockford's base32: what is written, what is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_2fa.core import crockford
from simple_2fa.core.errors import MalformedAnswerError

REFUSED = [
    "",
    "QF9M2XA",
    "QF9M2XAT0",
    "QF9M2XAU",
    "qf9m2xau",
    "QF9M_2XA",
    "QF9M2XAT\n",
    "QF9M\t2XAT",
    "QF9M2XAT\0",
    "QF9M\u00a02XAT",  # no-break space
    "QF9M\u20112XAT",  # no-break hyphen
    "QF9M\u20132XAT",  # en dash
    "QF9M\u200b2XAT",  # zero-width space
    "ＱＦ９Ｍ２ＸＡＴ",  # full-width
    "QF9M2XA\u212a",  # the Kelvin sign, K where case is ignored
    "QF9M2XA\u017f",  # the long s, S as a capital
    "QF9M2XA\u0131",  # the dotless i, I as a capital
    "QF9M2XA\u0130",  # the dotted I
    "QF9M2XA\u0410",  # Cyrillic A
    "QF9M2X\u00df",  # ss as capitals
    "QF9M2XA٣",  # Arabic-Indic
    "QF9M2XA²",
    "QF9M2XAé",
    "\ud800" * 8,
    '"QF9M2XAT"',
    "Q" * 1_000_000,
]


def test_it_writes_five_octets_as_eight_characters() -> None:
    assert crockford.encode(bytes(5)) == "00000000"
    assert crockford.encode(b"\xff" * 5) == "ZZZZZZZZ"
    assert crockford.encode(bytes.fromhex("00443214c74254b635cf84653a56d7c675be77df")) == (
        crockford.ALPHABET
    )


def test_its_letters_are_no_look_alikes() -> None:
    assert len(set(crockford.ALPHABET)) == 32
    assert not set(crockford.ALPHABET) & set("ILOU")


@given(st.binary(min_size=10, max_size=10))
def test_it_reads_what_it_writes(octets: bytes) -> None:
    text = crockford.encode(octets)
    assert crockford.read(text, 16) == text
    assert crockford.read(text.lower(), 16) == text


@pytest.mark.parametrize(
    "typed", ["QF9M2XAT", "qf9m2xat", " QF9M-2XAT ", "q-f 9--m2xA  t", "QF9M2XAT".center(1_000)]
)
def test_it_takes_lower_case_spaces_and_hyphens(typed: str) -> None:
    assert crockford.read(typed, 8) == "QF9M2XAT"


@pytest.mark.parametrize("typed", ["O0I1L1", "o0i1l1", "0O1I1L", "0o-1l-1i"])
def test_letters_that_look_like_digits_are_digits(typed: str) -> None:
    assert crockford.read(typed, 6) == "001111"


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text[:12]))
def test_it_refuses_everything_else(text: str) -> None:
    with pytest.raises(MalformedAnswerError) as refusal:
        crockford.read(text, 8)
    assert refusal.value.digits is None


@given(st.text(st.characters(), max_size=4))
def test_whatever_is_taken_is_of_the_alphabet(text: str) -> None:
    try:
        taken = crockford.read(text, 2)
    except MalformedAnswerError:
        return
    assert len(taken) == 2
    assert set(taken) <= set(crockford.ALPHABET)
