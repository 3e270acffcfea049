"""Authenticator apps, in real Chromium: added, used, called otherwise, confirmed with, removed."""

import pytest
from playwright.sync_api import expect

from acts_adding import App, at_step, begun_app, mail_off, step_paused, with_app, with_both
from apps import ANN
from simple_2fa.factors.totp import PERIOD
from tabs import Tab
from visitors import PASSWORD
from world import wrong

ADDED = "A way to sign in to Acme was added"
REMOVED = "A way to sign in to Acme was removed"
WRONG = "That code isn't right, or was used already: try the next one."
NEXT_CODE = PERIOD.total_seconds()


def back_at_step(ann: Tab) -> None:
    """Sign out, and in again up to the app's code."""
    ann.sign_out()
    ann.enter(ANN, PASSWORD)
    ann.is_at("/verify", "Open your authenticator app")


class TestAdding:
    def test_from_the_account_s_page_to_the_first_code(self, ann: Tab) -> None:
        ann.settle()
        ann.come_in()
        ann.follow("Add an authenticator app")
        ann.is_at("/account/add/totp", "Add an authenticator app")
        ann.press("Add an authenticator app")
        expect(ann.page.get_by_role("img", name="QR code with the key below")).to_be_visible()
        app = App(ann)
        ann.type(wrong(app.code()))
        expect(ann.page.locator("#code-error")).to_have_text(f"{WRONG} 4 tries left.")
        expect(ann.page.get_by_label("Security code", exact=True)).to_be_focused()
        ann.fill("Name (optional)", "My phone")
        ann.type(app.code())
        ann.is_at("/account?notice=added", "Your account")
        ann.is_told("Added. You can sign in with it from now on.")
        ann.sees("My phone", "Authenticator app: added")
        assert ann.has_mail(ADDED)

    def test_what_is_left_alone_changes_nothing(self, ann: Tab) -> None:
        begun_app(ann)
        ann.follow("Back to your account")
        ann.sees("No authenticator app yet.")
        ann.sign_out()
        ann.site.clock.move(minutes=1)
        ann.enter(ANN, PASSWORD)
        ann.is_at("/verify", "Check your email")

    def test_a_tab_that_waited_for_another_step_leads_to_it(self, ann: Tab) -> None:
        ann.settle()
        ann.come_in()
        ann.site.clock.move(minutes=5)
        ann.open("/account/password")
        ann.press("Email me a code")
        tab = ann.beside()
        tab.open("/verify")
        ann.type(ann.site.code())
        ann.open("/account/add/totp")
        ann.press("Add an authenticator app")
        tab.type(ann.site.code())
        tab.is_at("/account/add/totp", "Add an authenticator app")


class TestSecondStep:
    def test_each_code_works_once(self, ann: Tab) -> None:
        app = at_step(ann)
        code = app.code()
        ann.type(code)
        ann.is_at("/account", "Your account")
        ann.sees("Signed in with an authenticator app", "last used today")
        back_at_step(ann)
        ann.type(code)
        error = ann.page.locator("#code-error")
        expect(error).to_have_text(f"{WRONG} 4 tries left.")
        ann.site.clock.move(seconds=NEXT_CODE)
        ann.type(app.code())
        ann.is_at("/account", "Your account")

    def test_a_slow_phone_is_told_of_its_clock(self, ann: Tab) -> None:
        app = at_step(ann)
        ann.site.clock.move(minutes=5)
        ann.type(app.code(-6 * PERIOD))
        error = ann.page.locator("#code-error")
        expect(error).to_contain_text("Turn on automatic time on your phone. 4 tries left.")
        ann.type(app.code())
        ann.is_at("/account", "Your account")

    def test_what_took_too_long_is_tried_again_and_nothing_is_sent(self, ann: Tab) -> None:
        app = at_step(ann)
        sent = len(ann.site.letters(ANN))
        ann.site.clock.move(minutes=10)
        ann.type(app.code())
        expect(ann.page.get_by_role("heading", level=1)).to_have_text("That took too long")
        ann.press("Try again")
        expect(ann.page.get_by_role("heading", level=1)).to_have_text("Open your authenticator app")
        expect(ann.page.locator("#message")).to_have_count(0)
        ann.type(app.code())
        ann.is_at("/account", "Your account")
        assert len(ann.site.letters(ANN)) == sent

    def test_email_is_another_way(self, ann: Tab) -> None:
        at_step(ann)
        ann.unfold("Other ways to sign in")
        ann.press("Email me a code")
        ann.is_at("/verify", "Check your email")
        ann.type(ann.site.code())
        ann.is_at("/account", "Your account")
        ann.sees("Signed in with a code")

    def test_while_others_guess_a_long_code_lets_her_in(self, ann: Tab) -> None:
        step_paused(ann)
        expect(ann.page.get_by_role("heading", level=1)).to_have_text("Codes are paused")
        ann.press("Email me a long code")
        ann.sees("We're sending a 10-digit security code to a•••@example.com")
        ann.type(ann.site.code())
        ann.is_at("/account", "Your account")


class TestKept:
    def test_it_is_called_otherwise_and_removed(self, ann: Tab) -> None:
        with_app(ann)
        ann.follow("Rename")
        ann.fill("Name", "Old phone")
        ann.press("Save")
        ann.is_told("Renamed.")
        ann.follow("Remove Old phone")
        expect(ann.page.get_by_role("heading", level=1)).to_have_text("Remove this way to sign in?")
        ann.follow("Keep it")
        ann.follow("Remove Old phone")
        ann.press("Remove it")
        ann.is_told("Removed.")
        ann.sees("No authenticator app yet.", "Authenticator app: removed")
        assert ann.has_mail(REMOVED)
        ann.sign_out()
        ann.enter(ANN, PASSWORD)
        ann.is_at("/verify", "Check your email")

    def test_it_confirms_what_mail_no_longer_does(self, ann: Tab) -> None:
        app = with_app(ann)
        ann.site.clock.move(minutes=5)
        ann.follow("Change password")
        ann.press("Continue")
        ann.is_at("/verify", "Confirm it's you")
        ann.sees("Before you change your password.")
        expect(ann.page.get_by_role("button", name="Email me a code")).to_have_count(0)
        ann.type(app.code())
        ann.is_at("/account/password", "Change your password")
        ann.open("/account")
        ann.sees("Confirmed with an authenticator app")

    def test_beside_it_mailed_codes_are_switched_off_and_on(self, ann: Tab) -> None:
        app = with_app(ann)
        ann.follow("Switch email codes off")
        ann.press("Switch email codes off")
        ann.is_told("Email codes are switched off.")
        assert ann.has_mail("Email codes for Acme were switched off")
        back_at_step(ann)
        expect(ann.page.locator("details button")).to_have_count(0)
        ann.type(app.code())
        ann.follow("Switch email codes on")
        ann.press("Switch email codes on")
        ann.is_told("Email codes are switched on.")
        assert ann.has_mail("Email codes for Acme were switched on")

    def test_the_last_one_stays_and_the_page_says_the_way_out(self, ann: Tab) -> None:
        mail_off(ann)
        ann.follow("Remove My phone")
        expect(ann.page.get_by_role("heading", level=1)).to_have_text("It's your last one")
        expect(ann.page.get_by_role("button", name="Remove it")).to_have_count(0)
        ann.follow("Switch email codes on")
        ann.press("Switch email codes on")
        ann.follow("Remove My phone")
        ann.press("Remove it")
        ann.is_told("Removed.")


@pytest.mark.usefixtures("dark_phone")
def test_on_a_dark_phone(ann: Tab) -> None:
    app = begun_app(ann)
    ann.fits()
    expect(ann.page.get_by_text("Or type this key:")).to_be_visible()
    ann.type(app.code())
    ann.fits()
    ann.site.clock.move(seconds=NEXT_CODE)
    back_at_step(ann)
    ann.fits()
    ann.type(app.code())
    ann.follow("Rename")
    ann.fits()
    ann.follow("Back to your account")
    ann.follow("Remove Authenticator app")
    ann.fits()
    ann.press("Remove it")
    ann.is_told("Removed.")


def test_the_key_opens_an_app_on_the_phone_itself(ann: Tab) -> None:
    with_both(ann)
    ann.open("/account/add/totp")
    ann.press("Add an authenticator app")
    link = ann.page.get_by_role("link", name="Open in your authenticator app", include_hidden=True)
    expect(link).to_have_attribute("href", App(ann).uri)
