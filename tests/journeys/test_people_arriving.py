"""Creating an account and signing in, in real Chromium: each way that people use a page."""

from playwright.sync_api import expect

from apps import ANN
from tabs import Tab
from visitors import ANOTHER, PASSWORD

MISTYPED = "ann@exmaple.com"


class TestNewAccount:
    def test_from_the_start_page_in_out_and_in_again(self, ann: Tab) -> None:
        ann.open("/")
        ann.follow("Create account")
        ann.enter(ANN, PASSWORD)
        ann.is_at("/verify", "Confirm your email")
        ann.sees("We're sending a 6-digit security code to ann@example.com.")
        ann.type(ann.site.code())
        ann.is_at("/account?notice=created", "Your account")
        ann.is_told("Your account is ready.")
        ann.press("Sign out")
        ann.is_told("You're signed out.")
        ann.enter(ANN, PASSWORD)
        ann.is_at("/verify", "Check your email")
        ann.sees("a•••@example.com")
        ann.site.clock.move(seconds=1)
        ann.type(ann.site.code())
        ann.is_at("/account", "Your account")
        ann.sees("Signed in with a code", "Account created")

    def test_what_she_came_for_is_where_she_ends(self, ann: Tab) -> None:
        ann.open("/account/activity")
        ann.is_at("/login?next=%2Faccount%2Factivity", "Sign in")
        ann.follow("Create account")
        ann.enter(ANN, PASSWORD)
        ann.type(ann.site.code())
        ann.is_at("/account/activity", "Recent activity")

    def test_a_mistyped_address_is_changed_and_the_password_stays(self, ann: Tab) -> None:
        ann.ask_for_account(MISTYPED)
        old = ann.site.code(MISTYPED)
        ann.follow("Change address")
        ann.is_at("/verify/address", "Change address")
        expect(ann.page.get_by_label("Email", exact=True)).to_have_value(MISTYPED)
        ann.fill("Email", ANN)
        ann.press("Continue")
        ann.sees("We're sending a 6-digit security code to ann@example.com.")
        ann.type(old)
        expect(ann.page.locator("#code-error")).to_contain_text("That code isn't right.")
        ann.type(ann.site.code())
        ann.is_told("Your account is ready.")
        ann.sign_out()
        ann.enter(ANN, PASSWORD)
        ann.is_at("/verify", "Check your email")

    def test_a_weak_password_is_refused_with_the_reason(self, ann: Tab) -> None:
        ann.ask_for_account(password="walnut")
        email, error = ann.page.get_by_label("Email", exact=True), ann.page.locator(".error")
        expect(error.nth(1)).to_have_text(
            "Use at least 8 characters; yours has 6. Three unrelated words work well."
        )
        expect(email).to_have_value(ANN)
        for typed, reason in (("password1", "leaked lists"), (ANN, "built on your address")):
            expect(ann.page.get_by_label("Password", exact=True)).to_be_focused()
            ann.fill("Password", typed)
            ann.press("Continue")
            expect(error.nth(1)).to_contain_text(reason)
        assert ann.site.letters() == []
        ann.fill("Password", PASSWORD)
        ann.press("Continue")
        ann.is_at("/verify", "Confirm your email")

    def test_an_address_that_has_an_account_is_told_of_once_its_mailbox_is_proved(
        self, ann: Tab
    ) -> None:
        ann.settle()
        ann.ask_for_account(password=ANOTHER)
        ann.is_at("/verify", "Confirm your email")
        ann.type(ann.site.code())
        expect(ann.page.get_by_role("heading", level=1)).to_have_text("You already have an account")
        ann.follow("Sign in")
        ann.enter(ANN, ANOTHER)
        ann.is_told("That email and password don't match.")


class TestSignIn:
    def test_a_wrong_password_keeps_the_address_and_a_right_one_goes_on(self, ann: Tab) -> None:
        ann.settle()
        ann.sign_in(password=ANOTHER)
        ann.is_told("That email and password don't match. Try again or reset your password.")
        expect(ann.page).to_have_title("Error: Sign in · Acme")
        expect(ann.page.get_by_label("Email", exact=True)).to_have_value(ANN)
        expect(ann.page.get_by_label("Password", exact=True)).to_be_focused()
        ann.fill("Password", PASSWORD)
        ann.press("Continue")
        ann.is_at("/verify", "Check your email")

    def test_a_form_that_was_open_too_long_keeps_the_address(self, ann: Tab) -> None:
        ann.settle()
        ann.open("/login?next=/account/activity")
        ann.lose_cookies()
        ann.enter(ANN, PASSWORD)
        ann.is_told("This page was open too long. Please try again.")
        expect(ann.page.get_by_label("Email", exact=True)).to_have_value(ANN)
        ann.fill("Password", PASSWORD)
        ann.press("Continue")
        ann.type(ann.site.code())
        ann.is_at("/account/activity", "Recent activity")

    def test_what_stands_in_the_field_is_shown_and_hidden(self, ann: Tab) -> None:
        ann.settle()
        ann.open("/login")
        ann.fill("Email", ANN)
        ann.fill("Password", PASSWORD)
        field = ann.page.get_by_label("Password", exact=True)
        button = ann.page.get_by_role("button", name="Show password")
        if ann.scripts:
            for kind in ("text", "password", "text"):
                ann.toggle(button)
                expect(field).to_have_attribute("type", kind)
        else:
            expect(button).to_have_count(0)
        ann.press("Continue")
        ann.is_at("/verify", "Check your email")

    def test_after_signing_out_the_way_back_shows_nothing(self, ann: Tab) -> None:
        ann.settle()
        ann.come_in()
        ann.sign_out()
        for heading in ("Sign in", "Enter your code"):
            ann.page.go_back()
            expect(ann.page.get_by_role("heading", level=1)).to_have_text(heading)
            expect(ann.page.locator("body")).not_to_contain_text("example.com")

    def test_the_way_back_leads_past_a_form_with_errors(self, ann: Tab) -> None:
        ann.settle()
        ann.sign_in(password=ANOTHER)
        ann.is_told("That email and password don't match.")
        ann.enter(ANN, PASSWORD)
        ann.is_at("/verify", "Check your email")
        if not ann.scripts:
            return  # the browser asks whether the form may be sent again
        ann.page.go_back()
        ann.is_at("/login", "Sign in")
        ann.page.go_forward()
        ann.is_at("/verify", "Check your email")

    def test_a_button_that_was_pressed_in_vain_is_behind_her_too(self, ann: Tab) -> None:
        ann.settle()
        ann.sign_in()
        ann.press("Send again")
        ann.is_told("You can send it again in 30 seconds.")
        if ann.scripts:
            ann.is_at("/verify", "Check your email")
            ann.page.reload()
            expect(ann.page.locator("#message")).to_have_count(0)
        assert len(ann.site.letters(ANN)) == 1
