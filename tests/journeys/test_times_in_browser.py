"""Times in real Chromium: in the reader's zone and language, and in UTC without scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from apps import Site, served
from live import asked, compiled_once
from preview_site import previewed

Reader = Callable[..., Page]
WEST, EAST = "America/New_York", "Pacific/Auckland"  # 5 hours behind UTC and 13 before it


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path, working=False, SITE_NAME="Acme") as site:
        yield previewed(compiled_once(site))


@pytest.fixture
def reader(browser: Browser) -> Reader:
    """Give a tab to somebody who lives there and speaks so."""

    def tab(zone: str, locale: str, **more: Any) -> Page:  # noqa: ANN401 (Playwright's own)
        return browser.new_context(timezone_id=zone, locale=locale, **more).new_page()

    return tab


def moments(page: Page) -> list[str]:
    return page.locator(".at").all_text_contents()


def test_each_is_told_in_the_reader_s_zone_and_language(acme: Site, reader: Reader) -> None:
    """At 10:30, 10:30 and 03:30 of the 22nd, 20:30 of the 21st and 02:30 of the 20th, in UTC."""
    west, east = reader(WEST, "en-GB"), reader(EAST, "de-DE")
    for page in (west, east):
        page.goto(f"{acme.origin}/preview/account-old")
    told = ["today, 05:30", "today, 05:30", "yesterday, 22:30", "yesterday, 15:30"]
    assert moments(west)[:4] == told
    assert moments(east)[:4] == ["heute, 23:30", "heute, 23:30", "heute, 16:30", "heute, 09:30"]
    assert moments(west)[-1] == "19 November 2026, 21:30"
    assert moments(east)[-1] == "20. November 2026, 15:30"
    expect(west.locator("time", has_text="05:30").first).to_have_attribute("title", "10:30 UTC")


def test_the_clock_has_twelve_hours_for_those_who_count_so(acme: Site, reader: Reader) -> None:
    page = reader(EAST, "en-US")
    page.goto(f"{acme.origin}/preview/step-login")
    expect(page.locator("#code-hint")).to_have_text("6 digits. Works until 11:40 PM.")


def test_what_the_script_hears_of_a_letter_is_told_and_said_so_too(
    acme: Site, reader: Reader
) -> None:
    page, path = reader(EAST, "en-GB"), asked(acme)
    page.clock.install()
    page.goto(acme.origin + path)
    acme.deliver()
    page.clock.run_for(3_000)
    words = "Sent at 23:30. It can take a minute; check spam too."
    expect(page.locator("[data-delivery] p")).to_have_text(words)
    expect(page.get_by_role("status")).to_have_text(words)


def test_the_inbox_tells_them_too(acme: Site, reader: Reader) -> None:
    page = reader(EAST, "en-GB")
    asked(acme)
    acme.deliver()
    page.goto(f"{acme.origin}/inbox")
    expect(page.locator("details dd").last).to_have_text("just now, 23:30")


def test_without_scripts_they_are_told_in_utc(acme: Site, reader: Reader) -> None:
    page = reader(EAST, "en-GB", java_script_enabled=False)
    page.goto(f"{acme.origin}/preview/account-old")
    assert moments(page)[0] == "today, 10:30 UTC"


def test_a_browser_that_names_no_zone_of_its_own_is_told_utc(acme: Site, reader: Reader) -> None:
    """Some hide where their people live."""
    page = reader("UTC", "en-GB")
    page.goto(f"{acme.origin}/preview/account-old")
    assert moments(page)[0] == "today, 10:30 UTC"
