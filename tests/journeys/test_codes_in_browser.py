"""New recovery codes in real Chromium: to copy, download, print, or to select by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import request
from playwright.sync_api import Browser, Page, expect

from apps import ANN, Site, served
from live import compiled_once
from preview_site import _shared
from simple_2fa.http.guard import anybody
from simple_2fa.http.services import mount
from world import NOW

CODES = [f"{slot}-QF9M-2XAT-BCD4-E5RH" for slot in range(10)]
ENROL = """{% extends layout %}
{% import "parts.html" as parts %}
{% import "factors/recovery/enrol.html" as enrol with context %}
{% block title %}{{ enrol.heading }}{% endblock %}
{% block script %}{{ super() }}{{ parts.script("codes", nonce) }}{% endblock %}
{% block sign_out %}{% endblock %}
{% block main %}
<h1>{{ enrol.heading }}</h1>
<p>{{ enrol.sentence }}</p>
<form method="post" novalidate>{{ enrol.fields }}<button class="main">Continue</button></form>
<div class="after"><p><a href="/account">Back to your account</a></p></div>
{% endblock %}"""
"""A page like the one that adds any factor."""


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path, working=False, SITE_NAME="Acme") as site:
        site.app.add_url_rule("/codes", view_func=anybody(lambda: enrolling(site)))
        yield compiled_once(site)


def enrolling(site: Site) -> str:
    asked = {"asked": {"codes": "\n".join(CODES)}, "challenge": {"purpose": "enrol", "to": ANN}}
    told = {"signed_in": ANN, "error": request.args.get("error"), "tries_left": 3}
    given = {**_shared(site), **asked, **told}
    return mount().templates.from_string(ENROL).render(given)


def test_they_are_copied_a_line_each(browser: Browser, acme: Site) -> None:
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(f"{acme.origin}/codes")
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("status")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()").split("\n") == CODES


def test_the_file_says_whose_they_are_and_when_they_came(browser: Browser, acme: Site) -> None:
    with browser.new_context(locale="en-GB") as context:
        page = context.new_page()
        page.clock.set_fixed_time(NOW)
        page.goto(f"{acme.origin}/codes")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename == "Acme-recovery-codes.txt"
        head = ["Recovery codes for Acme", ANN, acme.origin, "22 November 2026", ""]
        assert download.value.path().read_text().split("\n") == [*head, *CODES, ""]
        assert [url for url in asked if not url.startswith("blob:")] == []


def test_printing_is_the_browser_s_own(page: Page, acme: Site) -> None:
    page.add_init_script("print = () => { document.title = 'printed'; }")
    page.goto(f"{acme.origin}/codes")
    page.get_by_role("button", name="Print").press("Enter")
    expect(page).to_have_title("printed")


def test_what_is_printed_is_the_codes_and_whose_they_are(page: Page, acme: Site) -> None:
    page.goto(f"{acme.origin}/codes")
    page.emulate_media(media="print", color_scheme="dark")
    printed = page.locator("body").inner_text().split("\n")
    assert [line for line in printed if line] == ["Acme", "Your recovery codes", *CODES]
    dark_on_light = page.evaluate("getComputedStyle(document.querySelector('.codes')).color")
    assert dark_on_light == "rgb(22, 33, 31)"


def test_without_scripts_they_are_selected_by_hand(browser: Browser, acme: Site) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{acme.origin}/codes")
        expect(page.get_by_role("button")).to_have_text(["Continue"])
        expect(page.get_by_role("listitem")).to_have_text(CODES)
        page.evaluate("getSelection().selectAllChildren(document.querySelector('.codes'))")
        assert page.evaluate("getSelection().toString()").split("\n") == CODES


def test_only_a_wrong_answer_leads_past_the_codes_to_the_field(page: Page, acme: Site) -> None:
    field = page.get_by_label("To finish, enter one of the codes")
    page.goto(f"{acme.origin}/codes")
    expect(field).not_to_be_focused()
    page.goto(f"{acme.origin}/codes?error=wrong")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(
        "That isn't one of these codes. 3 tries left."
        " This shows that you kept them. The code isn't used up."
    )
