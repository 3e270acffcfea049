"""What a form tells about what was typed into it."""

from pathlib import Path

import pytest

from apps import Site
from live import Person, Shown, site_in
from visitors import PASSWORD, Reader

SLIPS = {
    "": "Enter the email address.",
    "ann": "There's no @ in it. Enter an address like ann@example.com.",
    "ann@example.com, bea@example.com": "Enter one address, with one @ in it.",
    "ann@example,com": "An address has no commas, colons, quotation marks or brackets. Check it.",
    "ann @example.com": "There's a space in it. Take it out.",
    "jörg@example.com": (
        "Before the @ we can only use letters from a to z, digits and simple signs."
        " Use another address."
    ),
    "a" * 65 + "@example.com": "That's longer than an address can be. Check it.",
    "@example.com": "Something is missing before the @. Enter an address like ann@example.com.",
    "ann@example": "Something is missing after the @. Enter an address like ann@example.com.",
    "ann.@example.com": (
        "A dot is in the wrong place: at the start, at the end, beside the @"
        " or next to another dot."
    ),
    "ann@acme.test": (
        "No email can reach an address with this end. Check what follows the last dot."
    ),
    "ann@127.0.0.1": "Enter an address like ann@example.com.",
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path)


def asked_for_account(person: Person, address: str, password: str = PASSWORD) -> Shown:
    return person.submit(
        person.open("/register").form("/register"), email=address, password=password
    )


def test_each_slip_in_an_address_is_told_and_what_was_typed_stays(site: Site) -> None:
    told = {}
    for typed in SLIPS:
        shown = asked_for_account(Person(site), typed)
        assert (shown.status, shown.one(id="email")["value"]) == (422, typed)
        told[typed] = shown.one(id="email-error").text
    assert told == SLIPS


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("walnut", "Use at least 8 characters; yours has 6. Three unrelated words work well."),
        ("a\u0308" * 7, "Use at least 8 characters; yours has 7. Three unrelated words work well."),
        ("x" * 1025, "That's more than we can keep. Use 1,024 characters at most."),
    ],
    ids=["short", "short in two strokes", "long"],
)
def test_address_and_password_are_both_told_at_once(site: Site, typed: str, told: str) -> None:
    shown = asked_for_account(Person(site), "ann@", typed)
    assert [each.text for each in shown.all(class_="error")] == [SLIPS["ann@example"], told]
    assert [each["href"] for each in shown.one(id="message").all("a")] == ["#email", "#password"]
    assert site.letters() == []


@pytest.mark.parametrize(("typed", "hinted"), [("walnut", False), ("password1", True)])
def test_how_long_a_password_must_be_is_said_once(site: Site, typed: str, *, hinted: bool) -> None:
    shown = asked_for_account(Person(site), "ann@example.com", typed)
    assert shown.main.count("Three unrelated words work well.") == 1
    described = ["password-error", *(["password-hint"] if hinted else [])]
    assert shown.one(id="password")["aria-describedby"].split() == described


def test_the_password_that_one_has_is_no_new_one_however_it_is_typed(site: Site) -> None:
    ann = Reader(site)
    ann.create_account(password="schöner bunter Garten")
    ann.open("/account/password")
    ann.fill("Current password", "schöner bunter Garten")
    ann.fill("New password", "scho\u0308ner bunter Garten")
    ann.press("Change password")
    assert (ann.shown.status, ann.heading) == (422, "Change your password")
    assert ann.shown.one(id="password-error").text == (
        "The new password is the same as the current one. Choose another."
    )
    assert not ann.has_mail("Your Simple 2FA password was changed")
