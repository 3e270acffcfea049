"""Known browsers and open sessions, in real Chromium: remembered, ended, forgotten."""

import pytest

from apps import ANN
from tabs import Tab
from visitors import ANOTHER, PASSWORD

REMEMBER = "Don't ask again on this browser for 30 days"


@pytest.fixture
def home(ann: Tab) -> Tab:
    """Ann, who is signed in."""
    ann.settle()
    ann.come_in()
    return ann


def test_a_remembered_browser_asks_for_no_code_but_before_a_change(ann: Tab) -> None:
    ann.settle()
    ann.sign_in()
    ann.tick(REMEMBER)
    ann.type(ann.site.code())
    ann.sees("asks for no code until 22 December 2026")
    ann.sign_out()
    ann.site.clock.move(days=29)
    ann.enter(ANN, PASSWORD)
    ann.is_at("/account", "Your account")
    ann.sees("Signed in; this browser asks for no code")
    ann.follow("Change password")
    ann.is_at("/confirm?next=%2Faccount%2Fpassword", "Confirm it's you")
    ann.sees("Before you change your password. We'll email you a security code.")
    ann.confirm()
    ann.is_at("/account/password", "Change your password")


def test_after_thirty_days_it_asks_again(ann: Tab) -> None:
    ann.settle()
    ann.sign_in()
    ann.tick(REMEMBER)
    ann.type(ann.site.code())
    ann.sign_out()
    ann.site.clock.move(days=30)
    ann.enter(ANN, PASSWORD)
    ann.is_at("/verify", "Check your email")


def test_two_people_share_a_browser_and_each_skips_her_own_code(ann: Tab) -> None:
    for address in (ANN, "bea@example.com"):
        ann.settle(address)
        ann.sign_in(address)
        ann.tick(REMEMBER)
        ann.type(ann.site.code(address))
        ann.sign_out()
    for address in (ANN, "bea@example.com"):
        ann.sign_in(address)
        ann.sees(f"To {address}")
        ann.sign_out()


def test_a_forgotten_browser_asks_for_a_code_again(home: Tab) -> None:
    ann, phone = home, home.elsewhere()
    phone.sign_in()
    phone.tick(REMEMBER)
    phone.type(ann.site.code())
    phone.sign_out()
    ann.open("/account")
    ann.press("Forget Safari on iPhone")
    ann.is_told("Forgotten. A code is asked for there next time.")
    phone.enter(ANN, PASSWORD)
    phone.is_at("/verify", "Check your email")


def test_sessions_are_ended_one_by_one_and_all(home: Tab) -> None:
    ann, phone = home, home.elsewhere()
    phone.come_in()
    ann.open("/account")
    ann.press("Sign out Safari on iPhone")
    ann.is_told("Signed out there.")
    phone.open("/account")
    phone.is_told("You were signed out. Sign in again to go on.")
    ann.site.clock.move(minutes=1)
    phone.come_in_here()
    ann.open("/account")
    ann.press("Sign out everywhere else")
    ann.is_told("You're signed out everywhere else.")
    phone.open("/account/activity")
    phone.is_at("/login?notice=ended&next=%2Faccount%2Factivity", "Sign in")
    ann.open("/account")
    ann.is_at("/account", "Your account")


def test_a_changed_password_ends_the_other_browser_and_keeps_this_one(home: Tab) -> None:
    ann, phone = home, home.elsewhere()
    phone.sign_in()
    phone.tick(REMEMBER)
    phone.type(ann.site.code())
    ann.open("/account/password")
    ann.fill("Current password", PASSWORD)
    ann.fill("New password", ANOTHER)
    ann.press("Change password")
    ann.is_told("Your password is changed, and you're signed out everywhere else.")
    assert ann.has_mail("Your Acme password was changed")
    phone.open("/account")
    phone.is_told("You were signed out.")
    phone.enter(ANN, PASSWORD)
    phone.is_told("That email and password don't match.")
    ann.site.clock.move(minutes=1)
    phone.fill("Password", ANOTHER)
    phone.press("Continue")
    phone.is_at("/verify", "Check your email")
