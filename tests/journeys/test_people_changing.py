"""What people change about their account, in real Chromium: address, language, its end."""

import pytest
from playwright.sync_api import expect

from apps import ANN
from simple_2fa.core import words
from tabs import Tab
from visitors import PASSWORD

BEA = "bea@example.com"


@pytest.fixture
def home(ann: Tab) -> Tab:
    """Ann, who signed in ten minutes ago."""
    ann.settle()
    ann.come_in()
    ann.site.clock.move(minutes=10)
    ann.open("/account")
    return ann


def test_a_new_address_is_proved_and_the_old_one_told(home: Tab) -> None:
    ann = home
    ann.follow("Change address")
    ann.confirm()
    ann.is_at("/account/address", "Change your email address")
    ann.fill("New email address", BEA)
    ann.press("Continue")
    ann.is_at("/verify", "Confirm your new email")
    ann.type(ann.site.code(BEA))
    ann.is_told("Your email address is changed.")
    ann.sees(f"To {BEA}")
    assert ann.has_mail("Your Acme email address was changed")
    ann.sign_out()
    ann.enter(ANN, PASSWORD)
    ann.is_told("That email and password don't match.")
    ann.site.clock.move(minutes=1)
    ann.come_in(BEA)
    ann.is_at("/account", "Your account")


def test_somebody_else_s_address_can_t_be_taken(home: Tab) -> None:
    ann = home
    ann.settle(BEA)
    ann.open("/account/address")
    ann.confirm()
    ann.fill("New email address", BEA)
    ann.press("Continue")
    ann.type(ann.site.code(BEA))
    expect(ann.page.get_by_role("heading", level=1)).to_have_text("You already have an account")
    ann.follow("Back to your account")
    ann.sees(f"To {ANN}")


def test_a_change_that_is_not_wanted_leaves_all_as_it_is(home: Tab) -> None:
    ann = home
    ann.follow("Delete account")
    ann.is_at("/confirm?next=%2Faccount%2Fdelete", "Confirm it's you")
    ann.follow("Back to your account")
    ann.is_at("/account", "Your account")
    ann.follow("Delete account")
    ann.confirm()
    ann.is_at("/account/delete", "Delete your account?")
    ann.follow("Keep it")
    ann.is_at("/account", "Your account")
    assert not ann.has_mail("Your Acme account was deleted")


def test_a_deleted_account_is_gone_everywhere_and_its_address_is_free(home: Tab) -> None:
    ann, phone = home, home.elsewhere()
    phone.come_in()
    ann.site.clock.move(minutes=1)
    ann.open("/account/delete")
    ann.confirm()
    ann.press("Delete my account")
    ann.is_told("Your account is deleted.")
    assert ann.has_mail("Your Acme account was deleted")
    phone.open("/account")
    phone.is_told("You were signed out.")
    ann.enter(ANN, PASSWORD)
    ann.is_told("That email and password don't match.")
    ann.site.clock.move(minutes=1)
    ann.create_account()
    ann.is_told("Your account is ready.")


class TestLanguage:
    def test_german_and_back(self, home: Tab) -> None:
        ann = home
        ann.choose("Language", "Deutsch")
        ann.press("Save language")
        ann.is_told(german("Language saved."))
        expect(ann.page.locator("html")).to_have_attribute("lang", "de")
        ann.choose(german("Language"), "English")
        ann.press(german("Save language"))
        ann.is_told("Language saved.")

    def test_a_german_browser_sees_german_and_gets_a_german_letter(self, ann: Tab) -> None:
        anna = ann.elsewhere(locale="de-DE")
        anna.open("/register")
        expect(anna.page.locator("html")).to_have_attribute("lang", "de")
        fill_in(anna)
        (letter,) = anna.site.letters(ANN)
        assert letter.subject == german("Your %(site)s security code") % {"site": "Acme"}
        type_in(anna, letter.code)
        anna.is_told(german("Your account is ready."))

    def test_an_account_set_to_english_keeps_it_in_a_german_browser(self, ann: Tab) -> None:
        ann.settle(locale="en")
        anna = ann.elsewhere(locale="de-DE")
        anna.open("/login")
        fill_in(anna)
        (letter,) = anna.site.letters(ANN)
        assert letter.subject == "Your Acme security code"
        type_in(anna, letter.code)
        anna.is_at("/account", "Your account")
        expect(anna.page.locator("html")).to_have_attribute("lang", "en")


def german(message: str) -> str:
    with words.speaking("de"):
        return words.gettext(message)


def fill_in(anna: Tab) -> None:
    anna.fill(german("Email"), ANN)
    anna.fill(german("Password"), PASSWORD)
    anna.press(german("Continue"))


def type_in(anna: Tab, code: str) -> None:
    anna.fill(german("Security code"), code)
    anna.press(german("Continue"))
