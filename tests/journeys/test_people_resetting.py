"""A password that was reset by mail, in real Chromium: by its owner, and by a thief."""

import pytest
from playwright.sync_api import expect

from apps import ANN
from tabs import Tab
from visitors import ANOTHER, PASSWORD

HELD = (
    ("Change password", "/account/password", "Your password was reset by email."),
    ("Change address", "/account/address", "where you're signed in can't be changed here"),
    ("Delete account", "/account/delete", "the account can't be deleted"),
)


@pytest.fixture
def thief(ann: Tab) -> Tab:
    """Somebody who reads Ann's mail, and has just reset her password; she is signed in."""
    ann.settle()
    ann.come_in()
    other = ann.elsewhere()
    other.reset()
    other.is_at("/account", "Your account")
    return other


def test_forgotten_reset_and_in(ann: Tab) -> None:
    ann.settle()
    ann.open("/login")
    ann.follow("Forgot your password?")
    ann.fill("Email", ANN)
    ann.press("Continue")
    ann.is_at("/verify", "Check your email")
    ann.sees("We're sending a 10-digit security code to a•••@example.com")
    ann.type(ann.site.code())
    ann.is_at("/reset", "Choose a new password")
    ann.fill("New password", "password1")
    ann.press("Save password")
    expect(ann.page.locator("#password-error")).to_contain_text("leaked lists")
    ann.fill("New password", ANOTHER)
    ann.press("Save password")
    ann.is_at("/account", "Your account")
    assert ann.has_mail("Your Acme password was reset")
    ann.sign_out()
    ann.enter(ANN, PASSWORD)
    ann.is_told("That email and password don't match.")
    ann.site.clock.move(minutes=1)
    ann.come_in(password=ANOTHER)
    ann.is_at("/account", "Your account")


def test_for_a_day_the_mailbox_alone_changes_nothing(thief: Tab) -> None:
    for name, path, words in HELD:
        thief.is_at("/account", "Your account")
        thief.sees(words)
        expect(thief.page.get_by_role("button", name=name)).to_be_disabled()
        thief.open(path)
        expect(thief.page.get_by_role("heading", level=1)).to_have_text("Not yet")
        thief.sees(words)
        thief.follow("Back to your account")


def test_nor_does_it_shut_the_owner_out(thief: Tab, ann: Tab) -> None:
    for name in ("Forget Firefox on Windows", "Sign out Firefox on Windows"):
        expect(thief.page.get_by_role("button", name=name)).to_be_disabled()
    ann.open("/account")
    ann.sees("Your password was reset at 10:30 UTC. Not you?")


def test_after_a_day_it_does(thief: Tab) -> None:
    thief.sign_out()
    thief.site.clock.move(hours=24)
    thief.come_in(password=ANOTHER)
    thief.follow("Change password")
    thief.is_at("/account/password", "Change your password")


def test_undone_the_reset_s_session_is_out_and_the_old_password_works(thief: Tab, ann: Tab) -> None:
    ann.open("/account")
    ann.follow("Undo")
    ann.fill("Password from before the reset", PASSWORD)
    ann.press("Undo the reset")
    ann.is_told("Your old password is back.")
    ann.is_at("/account?notice=restored", "Your account")
    assert ann.has_mail("Your old Acme password works again")
    thief.open("/account")
    thief.is_told("You were signed out.")
    thief.enter(ANN, ANOTHER)
    thief.is_told("That email and password don't match.")
    ann.sign_out()
    ann.site.clock.move(minutes=1)
    ann.enter(ANN, PASSWORD)
    ann.is_at("/verify", "Check your email")


def test_whoever_meant_it_says_so_once(thief: Tab, ann: Tab) -> None:
    thief.is_at("/account", "Your account")
    ann.open("/account")
    ann.follow("Undo")
    ann.press("That was me")
    ann.is_at("/account", "Your account")
    expect(ann.page.get_by_role("link", name="Undo")).to_have_count(0)


def test_it_is_undone_too_where_the_owner_is_signed_out(thief: Tab, ann: Tab) -> None:
    ann.sign_out()
    ann.sees("The password of a•••@example.com was reset at 10:30 UTC. Not you?")
    ann.follow("Undo")
    for password, told in (
        ("", "Enter the password from before the reset."),
        (ANOTHER, "That isn't the password from before the reset. Try again."),
    ):
        ann.fill("Password from before the reset", password)
        ann.press("Undo the reset")
        ann.sees(told)
    ann.fill("Password from before the reset", PASSWORD)
    ann.press("Undo the reset")
    ann.is_told("Your old password is back. You can sign in with it.")
    thief.open("/account")
    thief.is_told("You were signed out.")
    ann.site.clock.move(minutes=1)
    ann.come_in_here()
    ann.is_at("/account", "Your account")
    ann.follow("Change password")
    ann.is_at("/account/password", "Change your password")
