"""Development's page without a ticket: address and code."""

from pathlib import Path

import pytest

from apps import ANN, Site
from live import Person, Shown, asked, site_in
from world import wrong


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path, SITE_NAME="Acme")


@pytest.fixture
def ann(site: Site) -> Person:
    return Person(site)


@pytest.fixture
def bare(ann: Person) -> Shown:
    return ann.open("/verify")


def send(person: Person, bare: Shown, email: str, code: str) -> Shown:
    return person.submit(bare.form("/verify/answer"), email=email, code=code)


def test_it_asks_for_address_and_code_in_this_order(bare: Shown) -> None:
    assert (bare.status, bare.title) == (200, "Enter your code · Acme")
    assert bare.in_order("Acme", "Enter your code", "Email", "Security code", "Continue", "inbox")
    assert [each.text for each in bare.all("button")] == ["Continue"]


def test_its_fields_can_be_filled_by_a_manager(bare: Shown) -> None:
    email = bare.one("input", name="email")
    assert (email["type"], email["autocomplete"]) == ("email", "email")
    assert "autofocus" in email
    assert bare.code_field["autocomplete"] == "one-time-code"
    assert "autofocus" not in bare.code_field
    assert not [each for each in bare.all("input") if "maxlength" in each]
    assert "novalidate" in bare.form("/verify/answer")


@pytest.mark.parametrize("email", [ANN, f"  {ANN} ", "Ann@Example.COM"])
def test_the_right_code_is_done(site: Site, ann: Person, bare: Shown, email: str) -> None:
    asked(site)
    done = send(ann, bare, email, site.code())
    assert (done.status, done.h1) == (200, "Done")


def test_a_wrong_code_and_no_open_one_are_told_alike(site: Site, ann: Person, bare: Shown) -> None:
    asked(site)
    known = send(ann, bare, ANN, wrong(site.code()))
    unknown = send(ann, bare, "bob@example.com", "123456")
    for shown, email in ((known, ANN), (unknown, "bob@example.com")):
        assert shown.status == 400
        assert shown.code_error == (
            "That code isn't right, or no longer works. Check the newest email."
        )
        assert shown.one("input", name="email")["value"] == email
        assert "autofocus" in shown.code_field
        assert "autofocus" not in shown.one("input", name="email")
        assert shown.title == "Error: Enter your code · Acme"


def test_two_errors_stand_in_a_summary_that_has_the_focus(ann: Person, bare: Shown) -> None:
    shown = send(ann, bare, "ann@", "12")
    assert shown.status == 422
    summary = shown.one(id="message")
    assert (summary["tabindex"], "autofocus" in summary) == ("-1", True)
    assert [(each["href"], each.text) for each in summary.all("a")] == [
        ("#email", "Something is missing after the @. Enter an address like ann@example.com."),
        ("#code", "The code has 6 or 10 digits."),
    ]
    assert shown.one(id="email-error").text.startswith("Something is missing after the @.")
    assert shown.code_error == "The code has 6 or 10 digits."
    assert [each["id"] for each in shown.all() if "autofocus" in each] == ["message"]
    assert {each["aria-invalid"] for each in shown.all("input", class_="code")} == {"true"}


def test_two_empty_fields_are_told_both(ann: Person, bare: Shown) -> None:
    shown = send(ann, bare, " ", "")
    assert [each.text for each in shown.one(id="message").all("a")] == [
        "Enter the email address.",
        "Enter the code.",
    ]


@pytest.mark.parametrize("email", ["", "ann", "ann@example.com\nbob@example.com", "a@b", "x" * 999])
def test_an_address_that_cannot_be_one_is_told_beside_it(
    ann: Person, bare: Shown, email: str
) -> None:
    shown = send(ann, bare, email, "123456")
    assert shown.status == 422
    assert shown.one("input", name="email")["aria-invalid"] == "true"
    assert "autofocus" in shown.one("input", name="email")
    assert "aria-invalid" not in shown.code_field
    assert shown.all(id="message") == []


def test_a_stale_form_keeps_what_was_typed(site: Site, ann: Person, bare: Shown) -> None:
    asked(site)
    code = site.code()
    stale = ann.submit(bare.form("/verify/answer"), csrf="x", email=ANN, code=code)
    assert (stale.status, stale.message) == (
        403,
        "This page was open too long. Please try again.",
    )
    assert stale.one("input", name="email")["value"] == ANN
    assert send(ann, stale, ANN, code).h1 == "Done"


def test_an_application_with_a_key_has_codes_of_its_own(
    site: Site, ann: Person, bare: Shown
) -> None:
    _, key = site.new_key()
    asked(site, key=key)
    assert send(ann, bare, ANN, site.code()).status == 400
