"""The page of a code in real Chromium: with scripts and without, by mouse and by keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from apps import ANN
from scenes import Stage, stage
from world import wrong


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    with browser.new_context(java_script_enabled=request.param) as context:
        yield context.new_page()


@pytest.fixture
def at(tab: Page, tmp_path: Path) -> Iterator[Stage]:
    with stage(tab, tmp_path) as opened:
        yield opened


@pytest.fixture
def scripted(page: Page, tmp_path: Path) -> Iterator[Stage]:
    """A stage whose browser has a clock that the test moves."""
    page.clock.install()
    with stage(page, tmp_path) as opened:
        yield opened


def heading(at: Stage, words: str) -> None:
    expect(at.page.get_by_role("heading", level=1)).to_have_text(words)


class TestEverywhere:
    def test_from_the_first_call_to_done(self, at: Stage) -> None:
        stop = at.site.services.worker.start()
        at.ask()
        inbox = at.page.request.get(f"{at.site.origin}/inbox.json?to={ANN}&wait=10")
        stop()
        at.type(inbox.json()[0]["code"])
        heading(at, "Done")
        expect(at.page).to_have_title("Done · Acme")

    def test_a_code_typed_with_a_space_goes_in_whole(self, at: Stage) -> None:
        at.ask()
        code = at.site.code()
        at.page.keyboard.insert_text(f" {code[:3]} {code[3:]}")
        expect(at.page.get_by_label("Security code")).to_have_value(f" {code[:3]} {code[3:]}")
        at.page.keyboard.press("Enter")
        heading(at, "Done")

    def test_by_keyboard_alone_wrong_then_right(self, at: Stage) -> None:
        at.ask()
        code = at.site.code()
        field = at.page.get_by_label("Security code")
        for typed, told in ((wrong(code), "4 tries left"), ("12", "has 6 digits"), ("", "Enter")):
            expect(field).to_be_focused()
            at.page.keyboard.type(typed)
            at.page.keyboard.press("Enter")
            expect(at.page.locator("#code-error")).to_contain_text(told)
            expect(field).to_have_value("")
        expect(field).to_be_focused()
        at.page.keyboard.type(code)
        at.page.keyboard.press("Enter")
        heading(at, "Done")

    def test_enter_never_sends_again(self, at: Stage) -> None:
        at.ask()
        at.site.clock.move(seconds=60)
        expect(at.page.get_by_label("Security code")).to_be_focused()
        at.page.keyboard.press("Enter")
        expect(at.page.locator("#code-error")).to_have_text("Enter the code.")
        assert len(at.site.letters(ANN)) == 1

    def test_the_keyboard_reaches_all_in_order_and_each_shows_it(self, at: Stage) -> None:
        at.ask()
        at.site.deliver()
        at.page.reload()
        at.site.clock.move(seconds=60)
        seen = []
        for _ in range(4):
            focused = at.page.locator(":focus")
            seen.append(focused.text_content() or focused.get_attribute("id"))
            outline = focused.evaluate("(each) => getComputedStyle(each).outline")
            assert re.search(r"\bsolid 3px$|^3px solid|3px$", outline), outline
            at.page.keyboard.press("Tab")
        assert seen == ["code", "Continue", "the inbox", "Send again"]
        at.page.keyboard.press("Shift+Tab")
        expect(at.page.get_by_role("button", name="Send again")).to_be_focused()
        at.page.keyboard.press("Enter")
        expect(at.page.locator("#message")).to_have_text(
            "Sent again at 10:31 UTC. It's the same code."
        )

    def test_a_dead_end_is_left_by_its_button(self, at: Stage) -> None:
        at.ask()
        at.miss(5)
        heading(at, "Too many wrong codes")
        at.site.clock.move(seconds=30)
        for reached in (
            at.page.get_by_role("banner").get_by_role("link"),
            at.page.get_by_role("button"),
        ):
            at.page.keyboard.press("Tab")
            expect(reached).to_be_focused()
        at.page.keyboard.press("Enter")
        expect(at.page.locator("#message")).to_contain_text("Sent a new code")
        at.type(at.site.code())
        heading(at, "Done")

    def test_refresh_and_back_stay_done(self, at: Stage) -> None:
        at.ask()
        at.type(at.site.code())
        heading(at, "Done")
        at.page.reload()
        heading(at, "Done")
        at.page.go_back()
        heading(at, "Done")

    def test_both_errors_of_the_bare_page_lead_to_their_fields(self, at: Stage) -> None:
        at.open("/verify")
        at.press("Continue")
        summary = at.page.locator("#message")
        expect(summary).to_be_focused()
        summary.get_by_role("link", name="Enter the code.").click()
        expect(at.page.get_by_label("Security code")).to_be_focused()
        at.page.get_by_label("Email").fill(ANN)
        at.page.get_by_label("Security code").fill("123456")
        at.page.keyboard.press("Enter")
        expect(at.page.locator("#code-error")).to_contain_text("That code isn't right")
        expect(at.page.get_by_label("Email")).to_have_value(ANN)

    def test_the_inbox_is_cleared_and_narrowed(self, at: Stage) -> None:
        at.ask()
        at.site.deliver()
        at.open("/inbox")
        at.page.get_by_label("Address").fill("bob@example.com")
        at.page.keyboard.press("Enter")
        expect(at.page.get_by_text("No email to bob@example.com.")).to_be_visible()
        at.page.get_by_role("link", name="Show all").click()
        at.press("Clear")
        expect(at.page.get_by_text("No email yet.")).to_be_visible()


class TestWithoutScripts:
    def test_check_again_shows_where_the_letter_is(self, browser: Browser, tmp_path: Path) -> None:
        with (
            browser.new_context(java_script_enabled=False) as context,
            stage(context.new_page(), tmp_path) as at,
        ):
            at.ask()
            expect(at.page.get_by_text("Sending…")).to_be_visible()
            at.site.deliver()
            at.page.get_by_role("link", name="Check again").click()
            expect(at.page.get_by_text("Sent at 10:30 UTC.")).to_be_visible()
            expect(at.page.get_by_role("link", name="Check again")).to_have_count(0)


class TestScripts:
    def test_a_code_is_pasted_from_the_clipboard(self, scripted: Stage) -> None:
        at, code = scripted, ""
        at.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        at.ask()
        code = at.site.code()
        at.page.evaluate("(text) => navigator.clipboard.writeText(text)", f"{code[:3]} {code[3:]}")
        at.page.keyboard.press("Control+V")
        at.page.keyboard.press("Enter")
        heading(at, "Done")

    def test_the_countdown_counts_and_says_once_that_it_is_over(self, scripted: Stage) -> None:
        at = scripted
        at.ask()
        wait, status = at.page.locator(".wait"), at.page.get_by_role("status")
        expect(wait).to_have_text("in 30 seconds")
        at.page.clock.run_for(3_000)
        expect(wait).to_have_text("in 27 seconds")
        at.page.clock.run_for(26_000)
        expect(wait).to_have_text("in 1 second")
        expect(status).to_have_text("")
        at.page.clock.run_for(1_250)
        expect(wait).to_have_text("")
        expect(status).to_have_text("You can send it again now.")

    def test_the_delivery_line_goes_from_sending_to_sent(self, scripted: Stage) -> None:
        at = scripted
        path = at.ask()
        line, status = at.page.locator("[data-delivery]"), at.page.get_by_role("status")
        expect(line).to_have_text("Sending…")
        expect(at.page.get_by_role("link", name="Check again")).to_have_count(0)
        at.page.get_by_label("Security code").fill("12")
        with at.page.expect_response(f"**{path}/delivery"):
            at.page.clock.run_for(3_000)
        expect(status).to_have_text("")
        at.site.deliver()
        at.page.clock.run_for(3_000)
        expect(line).to_have_text("Sent at 10:30 UTC. It can take a minute; check spam too.")
        expect(status).to_contain_text("Sent at 10:30 UTC.")
        expect(at.page.get_by_label("Security code")).to_be_focused()
        expect(at.page.get_by_label("Security code")).to_have_value("12")

    def test_it_stops_asking_once_it_knows(self, scripted: Stage) -> None:
        at = scripted
        asked_for: list[str] = []
        at.page.on("request", lambda request: asked_for.append(request.url))
        path = at.ask()
        at.site.deliver()
        with at.page.expect_response(f"**{path}/delivery"):
            at.page.clock.run_for(3_000)
        expect(at.page.locator("[data-delivery]")).to_contain_text("Sent at 10:30 UTC.")
        at.page.clock.run_for(30_000)
        assert len([url for url in asked_for if url.endswith("/delivery")]) == 1

    def test_while_the_server_is_away_it_keeps_asking(self, scripted: Stage) -> None:
        at = scripted
        path = at.ask()
        at.page.route("**/delivery", lambda route: route.fulfill(status=503))
        with at.page.expect_response(f"**{path}/delivery"):
            at.page.clock.run_for(3_000)
        at.page.unroute("**/delivery")
        at.site.deliver()
        with at.page.expect_response(f"**{path}/delivery"):
            at.page.clock.run_for(3_000)
        expect(at.page.locator("[data-delivery]")).to_contain_text("Sent at 10:30 UTC.")

    def test_pressed_twice_a_form_is_sent_once(self, scripted: Stage) -> None:
        at = scripted
        at.ask()
        at.page.get_by_label("Security code").fill(wrong(at.site.code()))
        with at.page.expect_navigation():
            at.page.evaluate("""() => {
              const form = document.querySelector("form");
              form.requestSubmit();
              form.requestSubmit();
            }""")
        expect(at.page.locator("#code-error")).to_contain_text("4 tries left")

    def test_a_busy_button_says_so_and_keeps_its_width(self, scripted: Stage) -> None:
        at = scripted
        at.ask()
        at.page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
        button = at.page.locator("button.main")
        before = button.bounding_box()
        button.click()
        expect(button).to_have_text("Checking…")
        expect(button).to_have_attribute("aria-disabled", "true")
        assert button.bounding_box() == before
        at.page.clock.run_for(10_000)
        expect(button).to_have_text("Continue")
        expect(button).not_to_have_attribute("aria-disabled", "true")

    def test_the_inbox_copies_a_code(self, scripted: Stage) -> None:
        at = scripted
        at.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        at.ask()
        code = at.site.code()
        at.open("/inbox")
        at.page.get_by_role("button", name="Copy code").click()
        expect(at.page.get_by_role("button", name="Copied")).to_be_visible()
        assert at.page.evaluate("navigator.clipboard.readText()") == code
        at.page.clock.run_for(2_000)
        expect(at.page.get_by_role("button", name="Copy code")).to_be_visible()
