"""What people read of recovery codes."""

from typing import Any

import pytest
from jinja2 import Environment, PackageLoader

from live import Element, parsed

TEMPLATES = Environment(
    loader=PackageLoader("simple_2fa"), extensions=["jinja2.ext.i18n"], autoescape=True
)
TEMPLATES.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
WRONG = "That code isn't right, or was used already. Try another one of your newest codes."


def words(name: str, **given: object) -> Any:  # noqa: ANN401 (whatever the template sets)
    return TEMPLATES.get_template(f"factors/recovery/{name}.html").make_module(given)


def asked(purpose: str = "login", **given: object) -> Any:  # noqa: ANN401 (the same)
    return words("prompt", challenge={"purpose": purpose}, asked={}, **given)


def prompted(error: str | None = None) -> Element:
    return parsed(str(asked(error=error, tries_left=2).fields))


def test_their_row_tells_how_many_are_left() -> None:
    assert words("words").told({"left": 7, "of": 10}) == "7 of 10 left"


def test_the_account_s_page_finds_its_words() -> None:
    names = ("kind", "kinds", "none_yet", "add", "again", "way", "signed_in", "confirmed")
    assert all(getattr(words("words"), name) for name in names)
    assert str(words("words")).strip() == ""


def test_who_signs_in_enters_one() -> None:
    prompt = asked()
    assert prompt.heading == "Enter a recovery code"
    assert prompt.sentence.strip() == "Use one of the codes you kept. Each works once."


def test_who_confirms_reads_why() -> None:
    prompt = asked("step_up", before="delete")
    assert prompt.heading == "Confirm it's you"
    told = " ".join(prompt.sentence.split())
    assert told.startswith("Before you delete your account. Use one of the codes")


def test_the_field_is_for_letters_and_takes_any_length() -> None:
    field = prompted().one("input", id="code")
    assert field["inputmode"] == "text"
    assert field["autocapitalize"] == "characters"
    assert field["autocomplete"] == "off"
    assert field["spellcheck"] == "false"
    assert "maxlength" not in field


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (None, ""),
        ("stale_form", ""),
        ("empty", "Enter a recovery code."),
        (
            "malformed",
            "Enter the whole code: 17 letters and digits, such as 7-QF9M-2XAT-BCD4-E5RH.",
        ),
        ("wrong", f"{WRONG} 2 tries left."),
    ],
)
def test_an_error_says_what_helps(error: str | None, told: str) -> None:
    page = prompted(error)
    assert page.one(id="code-error").text == told
    assert ("aria-invalid" in page.one("input")) is bool(told)


def test_before_it_is_begun_the_page_tells_what_they_are_for() -> None:
    page = words("enrol", asked={}, challenge={}, site={"name": "Acme"}, signed_in="ann")
    assert page.heading == "Create recovery codes"
    assert "shown only once" in page.intro
    assert "Codes you had before stop working." in page.intro
