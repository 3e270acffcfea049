"""Addresses: which are taken, who they name, what is shown."""

import pytest

from simple_2fa.core.address import canonical, mask, slip, spoken, subject_of_address
from simple_2fa.core.errors import BadAddressError
from simple_2fa.core.words import speaking

TAKEN = {
    "ann@example.com": "ann@example.com",
    "Ann@EXAMPLE.Com": "Ann@example.com",
    "ann.b+shop@example.com": "ann.b+shop@example.com",
    "o'hara@example.com": "o'hara@example.com",
    "a" * 64 + "@example.com": "a" * 64 + "@example.com",
    "ann@bücher.de": "ann@xn--bcher-kva.de",
    "ann@BÜCHER.de": "ann@xn--bcher-kva.de",
    "ann@XN--BCHER-KVA.de": "ann@xn--bcher-kva.de",
    "ann@ｅxample.com": "ann@example.com",
    "ann@例え.jp": "ann@xn--r8jz45g.jp",
}
REFUSED = [
    "",
    "ann",
    "@example.com",
    "ann@",
    "ann@@example.com",
    "ann@example",
    "ann@localhost",
    "ann@127.0.0.1",
    "ann@[127.0.0.1]",
    "ann@example..com",
    "ann..b@example.com",
    ".ann@example.com",
    "ann.@example.com",
    " ann@example.com",
    "ann@example.com ",
    "ann@example.com\n",
    "ann@example.com\r\nBcc: eve@example.com",
    "ann\r\n@example.com",
    "ann\0@example.com",
    "ann@example.com\0",
    "ann\u200b@example.com",  # zero-width space
    "ann@exam\u200bple.com\u200b@x",
    "mıke@example.com",  # dotless i
    "míke@example.com",
    "ａnn@example.com",
    "ann\ud800@example.com",
    "ann@\ud800.com",
    "😀@example.com",
    '"ann b"@example.com',
    "Ann <ann@example.com>",
    "<ann@example.com>",
    "ann@example.com, eve@example.com",
    "ann@example.com;eve@example.com",
    "ann@example.com,eve@example.com",
    '["ann@example.com","eve@example.com"]',
    "ann(comment)@example.com",
    "ann%eve@example.com@example.com",
    "ann@" + "a" * 64 + ".com",
    "ann@" + "a." * 140 + "com",
    "a" * 65 + "@example.com",
    "a" * 300 + "@example.com",
    "a" * 300,
]


@pytest.mark.parametrize(("given", "stored"), TAKEN.items())
def test_it_gives_the_address_that_is_mailed(given: str, stored: str) -> None:
    assert canonical(given) == stored
    assert canonical(stored) == stored


@pytest.mark.parametrize("given", REFUSED, ids=lambda text: ascii(text[:24]))
def test_it_refuses_what_mail_cant_reach(given: str) -> None:
    with pytest.raises(BadAddressError) as refusal:
        canonical(given)
    assert str(refusal.value)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("ann", "no_at"),
        ("ann(at)example.com", "no_at"),
        ("ann@@example.com", "many_ats"),
        ("ann@example.com, eve@example.com", "many_ats"),
        ("Ann <ann@example.com>", "sign"),
        ("ann@example,com", "sign"),
        ("ann @example.com", "space"),
        ("ann@exam\tple.com", "space"),
        ("jörg@example.com", "letter"),
        ("mıke@example.com", "letter"),  # dotless i
        ("ann\u200b@example.com", "letter"),  # zero-width space
        ("a" * 65 + "@example.com", "long"),
        ("ann@" + "a." * 140 + "com", "long"),
        ("@example.com", "no_name"),
        ("ann@", "no_domain"),
        ("ann@example", "no_domain"),
        (".ann@example.com", "dot"),
        ("ann.@example.com", "dot"),
        ("ann..b@example.com", "dot"),
        ("ann@.example.com", "dot"),
        ("ann@example.com.", "dot"),
        ("ann@acme.Test", "reserved"),
        ("ann@127.0.0.1", "malformed"),
        ("ann@exa_mple.com", "malformed"),
    ],
    ids=lambda text: ascii(text[:24]),
)
def test_it_tells_what_to_mend(given: str, told: str) -> None:
    with pytest.raises(BadAddressError):
        canonical(given)
    assert slip(given) == told


def test_what_is_taken_is_ascii_and_fits_its_column() -> None:
    longest = canonical("a" * 64 + "@" + ("b" * 60 + ".") * 3 + "com")
    assert longest.isascii()
    assert len(longest) <= 255


def test_spelling_names_one_subject() -> None:
    assert subject_of_address(canonical("Ann@EXAMPLE.com")) == subject_of_address("ann@example.com")
    assert len(subject_of_address("ann@example.com")) == 32


@pytest.mark.parametrize(
    "other", ["ann.@example.com", "a.nn@example.com", "ann+x@example.com", "ann@example.org"]
)
def test_dots_and_plus_signs_name_others(other: str) -> None:
    assert subject_of_address(other) != subject_of_address("ann@example.com")


@pytest.mark.parametrize(
    "address", ["a@example.com", "ann@example.com", "annabella@example.com", "ANN@Example.com"]
)
def test_it_hides_all_but_a_letter(address: str) -> None:
    assert mask(address) == "a•••@example.com"
    assert spoken(address) == "address starting a, at example.com"
    with speaking("de"):
        assert spoken(address) == "die Adresse, die mit a beginnt, bei example.com"
