"""Forms with passwords in real Chromium: 'Show password', the order of things, sending once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from apps import ANN, Site, served
from live import compiled_once
from preview_site import previewed


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path, working=False, SITE_NAME="Acme") as site:
        yield previewed(compiled_once(site))


def open_preview(page: Page, site: Site, name: str) -> None:
    page.goto(f"{site.origin}/preview/{name}")


def show(page: Page) -> Locator:
    return page.get_by_role("button", name="Show password")


def posted(page: Page, press: Locator) -> Request:
    """Press, and give what was sent; nobody answers."""
    page.route("**/*", lambda route: route.fulfill(body="", content_type="text/plain"))
    with page.expect_request(lambda request: request.method == "POST") as sent:
        press.click()
    return sent.value


def is_above(one: Locator, other: Locator) -> bool:
    first, second = one.bounding_box(), other.bounding_box()
    assert first is not None
    assert second is not None
    return first["y"] + first["height"] <= second["y"]


class TestShowPassword:
    def test_it_shows_what_was_typed_and_hides_it_again(self, page: Page, acme: Site) -> None:
        open_preview(page, acme, "register")
        field = page.get_by_label("Password", exact=True)
        field.fill("three unrelated words")
        for pressed, kind in (("false", "password"), ("true", "text"), ("false", "password")):
            expect(show(page)).to_have_attribute("aria-pressed", pressed)
            expect(field).to_have_attribute("type", kind)
            show(page).click()
        expect(field).to_have_value("three unrelated words")

    def test_one_button_shows_both_passwords_of_a_form(self, page: Page, acme: Site) -> None:
        open_preview(page, acme, "account-password")
        page.get_by_role("button", name="Show passwords").press("Enter")
        for label in ("Current password", "New password"):
            expect(page.get_by_label(label)).to_have_attribute("type", "text")

    def test_what_is_sent_is_a_password_again(self, page: Page, acme: Site) -> None:
        """Browsers offer what was sent as text to whoever types there next."""
        open_preview(page, acme, "login")
        page.get_by_label("Email").fill(ANN)
        page.get_by_label("Password", exact=True).fill("three words")
        show(page).click()
        page.evaluate(
            """() => document.querySelector("form").addEventListener("submit", () => {
              sessionStorage.kind = document.querySelector("#password").type; })"""
        )
        sent = posted(page, page.get_by_role("button", name="Continue"))
        assert "email=ann%40example.com&password=three+words" in (sent.post_data or "")
        assert page.evaluate("sessionStorage.kind") == "password"

    def test_without_scripts_there_is_none(self, browser: Browser, acme: Site) -> None:
        with browser.new_context(java_script_enabled=False) as context:
            page = context.new_page()
            open_preview(page, acme, "register")
            expect(page.get_by_role("button")).to_have_text(["Continue"])

    def test_it_is_seen_above_the_field_and_reached_after_the_way_on(
        self, page: Page, acme: Site
    ) -> None:
        open_preview(page, acme, "login")
        assert is_above(page.get_by_label("Email"), show(page))
        assert is_above(show(page), page.get_by_role("button", name="Continue"))
        page.get_by_label("Password", exact=True).focus()
        for name in ("Continue", "Show password"):
            page.keyboard.press("Tab")
            expect(page.get_by_role("button", name=name)).to_be_focused()


class TestUndo:
    def test_it_is_seen_first_and_leads_to_a_page_of_its_own(self, page: Page, acme: Site) -> None:
        open_preview(page, acme, "login-undo")
        undo = page.get_by_role("link", name="Undo")
        assert is_above(undo, page.get_by_role("heading", level=1))
        expect(undo).to_have_attribute("href", re.compile(r"^/undo\?browser=[\w-]{22}$"))

    def test_whoever_hears_the_page_hears_of_it_at_once(self, page: Page, acme: Site) -> None:
        open_preview(page, acme, "login-undo")
        field = page.get_by_label("Email")
        expect(field).to_be_focused()
        expect(field).to_have_accessible_description(
            "The password of a•••@example.com was reset at 10:30 UTC. Not you?"
        )


def test_the_browsers_to_forget_are_named_by_their_ids(page: Page, acme: Site) -> None:
    open_preview(page, acme, "account-old")
    sent = posted(page, page.get_by_role("button", name="Forget Safari on iPhone"))
    assert (sent.url, sent.post_data) == (
        f"{acme.origin}/account/browsers/forget",
        f"csrf={'c' * 43}&browser={'1' * 22}",
    )


def test_the_language_is_the_one_that_was_chosen(page: Page, acme: Site) -> None:
    open_preview(page, acme, "account-old")
    language = page.get_by_label("Language")
    expect(language).to_have_value("de")
    language.select_option("English")
    sent = posted(page, page.get_by_role("button", name="Save language"))
    assert sent.post_data == f"csrf={'c' * 43}&language=en"


@pytest.mark.parametrize(("name", "kept"), [("step-login", None), ("step-login-wrong", "yes")])
def test_the_browser_is_remembered_only_where_somebody_said_so(
    page: Page, acme: Site, name: str, kept: str | None
) -> None:
    open_preview(page, acme, name)
    page.get_by_label("Security code").fill("123456")
    sent = posted(page, page.get_by_role("button", name="Continue"))
    assert ("remember=yes" in (sent.post_data or "")) is (kept == "yes")
