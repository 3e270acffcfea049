"""Every page in each of its states, as it comes from the templates and in real Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

import simple_2fa
from apps import Site, served
from live import Element, Person, Shown, compiled_once
from looks import look_at
from preview_site import previewed, site_of_previews
from previews import ALIKE, LOOKS, PREVIEWS

TEMPLATES = Path(simple_2fa.__file__).parent / "templates"
SEEN_ELSEWHERE = {"docs", "inbox"}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of_previews(tmp_path_factory.mktemp("acme"))


@pytest.fixture(params=PREVIEWS)
def shown(request: pytest.FixtureRequest, acme: Site) -> Shown:
    return Person(acme).open(f"/preview/{request.param}")


@pytest.fixture(scope="module")
def served_acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    named = {"SITE_NAME": "Acme", "SUPPORT_CONTACT": "help@acme.test"}
    with served(tmp_path_factory.mktemp("served"), working=False, **named) as site:  # type: ignore[arg-type]
        yield previewed(compiled_once(site))


def test_each_page_has_its_previews() -> None:
    pages = (TEMPLATES / "pages").rglob("*.html")
    whole = {each for each in pages if "{% extends layout %}" in each.read_text()}
    names = {each.relative_to(TEMPLATES / "pages").with_suffix("").as_posix() for each in whole}
    assert names - SEEN_ELSEWHERE == {template for template, _ in PREVIEWS.values()}
    assert set(PREVIEWS) >= ALIKE


def test_each_state_of_a_second_step_has_its_previews() -> None:
    """A state is a file of its own; 'bare' and 'done' belong to applications' codes."""
    files = {each.stem for each in (TEMPLATES / "pages/verify").iterdir()}
    states = {str(context["state"]) for name, context in PREVIEWS.values() if name == "verify"}
    parts = {"words", "elsewhere", "ways", "lost", "go_on"}
    assert files - parts - {"bare", "done"} == (states - {"dead"}) | {"stopped"}


def _way_on(shown: Shown) -> list[Element]:
    """Give the buttons of a page that asks for something secret."""
    asks = [each for each in shown.all("input") if each.attrs.get("type") == "password"]
    # What copies or prints sends nothing.
    leads = [
        each
        for each in shown.all("button")
        if {"data-copy", "data-download", "data-print"}.isdisjoint(each.attrs)
    ]
    return leads if asks or shown.all(id="code") else []


def test_a_password_manager_that_presses_the_first_button_goes_on(shown: Shown) -> None:
    for first in _way_on(shown)[:1]:
        assert first["class"] == "main"


def test_an_error_is_in_the_title_beside_its_field_and_read_with_it(shown: Shown) -> None:
    wrong = shown.all("input", aria_invalid="true")
    told = [each for each in shown.all(class_="error") if each.text]
    assert [f"{each['id']}-error" for each in wrong] == [each["id"] for each in told]
    for each in wrong:
        assert f"{each['id']}-error" in each["aria-describedby"].split()
    if wrong:
        assert shown.title.startswith("Error: ")
    if len(wrong) == 2:
        links = shown.one(id="message").all("a")
        assert [each["href"] for each in links] == [f"#{each['id']}" for each in wrong]
        assert [each.text for each in links] == [each.text for each in told]


def test_at_most_one_thing_is_focused_and_an_error_before_all_else(shown: Shown) -> None:
    focused = [each for each in shown.all() if "autofocus" in each]
    assert len(focused) <= 1
    wrong = shown.all("input", aria_invalid="true")
    if len(wrong) == 1:
        assert focused == wrong
    if len(wrong) == 2:
        assert focused == shown.all(id="message")


def test_no_password_is_sent_back(shown: Shown) -> None:
    assert not [each for each in shown.all("input", type_="password") if "value" in each]


def test_buttons_of_one_name_do_the_same_or_are_told_apart(shown: Shown) -> None:
    told = [
        (each.attrs.get("aria-label", each.text), each.attrs.get("aria-describedby"))
        for each in shown.all("button")
    ]
    assert len(told) == len(set(told))


@pytest.mark.parametrize("name", LOOKS)
def test_it_is_fit_for_everybody(page: Page, served_acme: Site, name: str) -> None:
    page.goto(f"{served_acme.origin}/preview/{name}")
    look_at(page, f"preview-{name}")
