"""What pages say in each state, word by word, and where their ways lead."""

import pytest

from acts_outside import LONG
from apps import Site
from live import Person, Shown
from preview_site import site_of_previews
from previews import PREVIEWS

HELD = (
    "Your password was reset by email. To protect you, the password, the email address, the"
    " browsers and where you're signed in can't be changed here, and the account can't be"
    " deleted, until tomorrow, 10:30 UTC."
    " A browser that you signed in on before the reset can do all of it now."
)
MESSAGES = {
    "register-slow-down": "You can try again in 27 seconds.",
    "register-later": "That was tried too often lately. You can try again at 18:30 UTC.",
    "register-busy": "Very many people are here right now. Please try again in a minute.",
    "login-no-match": "That email and password don't match. Try again or reset your password.",
    "login-paused": "Too many wrong passwords. Try again at 10:36 UTC, or reset your password.",
    "login-stale": "This page was open too long. Please try again.",
    "login-unavailable": "We can't do this right now. Not your fault; try again in a minute.",
    "login-too-fast": "That was a little too fast. Please try again.",
    "login-ended": "You were signed out. Sign in again to go on.",
    "login-signed-out": "You're signed out.",
    "login-deleted": "Your account is deleted.",
    "step-login-long": "Sent a new code at 10:40 UTC. Use the newest one.",
    "account-new": "Your account is ready.",
    "account-ended-others": "You're signed out everywhere else.",
}
FAULTS = {
    "register-email-empty": "Enter the email address.",
    "register-letter": (
        "Before the @ we can only use letters from a to z, digits and simple signs."
        " Use another address."
    ),
    "register-too-short": (
        "Use at least 8 characters; yours has 6. Three unrelated words work well."
    ),
    "register-too-long": "That's more than we can keep. Use 1,024 characters at most.",
    "register-leaked": (
        "This password appears in leaked lists, so attackers try it early. Choose another."
    ),
    "register-personal": (
        "This password is built on your address or this site's name,"
        " so attackers try it early. Choose another."
    ),
    "register-guessable": (
        "Attackers guess passwords like this one early."
        " Add a word or two that have nothing to do with it."
    ),
    "login-password-empty": "Enter your password.",
    "account-password-wrong": "That isn't your password. Try again.",
    "account-password-same": "The new password is the same as the current one. Choose another.",
    "account-address-same": "That's the address your account has now.",
    "step-address-malformed": (
        "Something is missing after the @. Enter an address like ann@example.com."
    ),
    "step-login-wrong": "That code isn't right. Check the newest email. 3 tries left.",
}
SENTENCES = {
    "register-closed": "Ask help@acme.test for an account.",
    "reset": "For ann@example.com. Afterwards you're signed in here.",
    "taken": f"The address {LONG} has an account here.",
    "step-reset": "We're sending a 10-digit security code to a•••@example.com",
    "step-prove-address": "We're sending a 6-digit security code to ann@exmaple.com.",
    "step-change-address": "We're sending a 6-digit security code to bea@example.com.",
    "step-up-password": "Before you change your password. We're sending a 6-digit",
    "step-up-address": "Before you change your email address. We're sending",
    "step-up-delete": "Before you delete your account. We're sending",
    "step-up-app": "Nothing of this left? Enter your password in a private window of your browser",
    "step-up-app-no-wait": "Nothing of this left? Ask those who run Acme.",
    "step-app-unlocking": "Start again",
    "not-me-old-address": "Emails about your account go to a•••@example.com again. Your password",
    "not-me-at-the-old-address": "Emails about your account go to a•••@example.com again.",
    "not-me-address-stays": "Codes still go to the other address: sign in with a passkey, your app",
    "not-me-way-stays": "What was added stays: what you had before is gone",
    "step-prove-address-refused": "example.com refused this email. Check the address.",
    "step-login-refused": "example.com refused this email. Try again in a while.",
    "step-waiting": "You need a security code, which we send by email.",
    "step-waiting-pressed": "We can email you the next one at 10:43 UTC.",
    "step-waiting-for-an-app": "Next we ask for the passkey or app that you've added. Continue",
    "step-waiting-soon": "The last email to you went out a moment ago. You can get a new",
    "step-waiting-long": "We can email you the next one tomorrow at 10:30 UTC.",
    "login-undo": "The password of a•••@example.com was reset at 10:30 UTC. Not you?",
    "login-undo-no-match": "was reset yesterday at 10:30 UTC. Not you?",
    "undo": "The password of a•••@example.com was reset at 10:30 UTC. If that wasn't you, undo it:",
    "undo-inside": "Don't know it any more? Reset the password in this browser That was me",
    "account-undo": "Your password was reset at 10:30 UTC. Not you? Undo Your account",
    "account-held": HELD,
    "account-restored": "Password Reset undone today Change password",
    "account-new": "Recent activity Account created Firefox on Windows today, 10:30 UTC See all",
    "held": HELD,
    "home-signed-in": "You're signed in as ann@example.com.",
}
WAYS = {
    "register": {"/login?next=/account%3Ftab%3D1%26x%3D2"},
    "register-closed": {"mailto:help@acme.test", "/login"},
    **dict.fromkeys(
        ("login", "login-no-match"),
        frozenset(
            f"/{each}?next=/account" for each in ("forgot", "login/with/passkey", "register")
        ),
    ),
    "login-closed": {"/forgot"},
    "forgot": {"/login"},
    "taken": {"/login", "/forgot"},
    "step-login": {"/verify", "/login", "/lost"},
    "step-login-sent": {"/login", "/lost"},
    "step-reset": {"/verify", "/forgot"},
    "step-prove-address": {"/verify/address"},
    "step-change-address": {"/verify", "/account", "/account/address"},
    "step-up-delete": {"/verify", "/account"},
    "step-login-canceled": {"/login"},
    "step-prove-address-canceled": {"/register"},
    "step-reset-canceled": {"/forgot"},
    "step-change-address-canceled": {"/account/address"},
    "step-step-up-canceled": {"/account"},
    "step-waiting": {"/login", "/lost"},
    "step-lost-waiting": {"/login"},
    "lost": {"/verify"},
    "recovery": {"/account"},
    "not-me": set(),
    "not-me-said": {"/login?next=/account/password", "/forgot"},
    "not-me-again": {"/login?next=/account", "/forgot"},
    "step-nowhere": {"/login", "/"},
    "step-address": {"/verify"},
    "account": {
        *("/account/password", "/account/activity", "/account/address", "/account/delete"),
        "/account/recovery",
        *(f"/account/add/{each}" for each in ("counter", "passkey", "recovery", "totp")),
    },
    "activity": {"/account/password", "/account"},
    "activity-all": {"/account/activity?before=MjAyNi0%3D", "/account/password", "/account"},
    "activity-end": {"/account/password", "/account"},
    "account-delete": {"/account"},
    "account-held": {"/account/activity"},
    "held": {"/account"},
    "home-signed-out": {"/register", "/login"},
    "home-closed": {"/login"},
    "home-signed-in": {"/account"},
}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of_previews(tmp_path_factory.mktemp("acme"))


@pytest.fixture
def shown(acme: Site, name: str) -> Shown:
    return Person(acme).open(f"/preview/{name}")


@pytest.mark.parametrize("name", MESSAGES)
def test_news_of_the_page(shown: Shown, name: str) -> None:
    assert shown.message == MESSAGES[name]


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_a_field_is_named_with_its_way_out(shown: Shown, name: str) -> None:
    (told,) = [each.text for each in shown.all(class_="error") if each.text]
    assert told == FAULTS[name]


@pytest.mark.parametrize("name", SENTENCES)
def test_what_a_page_says(shown: Shown, name: str) -> None:
    assert SENTENCES[name] in shown.main


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("register", "Create your account"),
        ("register-closed", "You can't create an account here"),
    ],
)
def test_a_heading_promises_no_more_than_its_page(shown: Shown, name: str, heading: str) -> None:
    assert (shown.h1, shown.title) == (heading, f"{heading} · Acme"), name


@pytest.mark.parametrize("name", WAYS)
def test_where_its_links_lead(shown: Shown, name: str) -> None:
    assert {each["href"] for each in shown.one("main").all("a")} == WAYS[name]


@pytest.mark.parametrize("name", PREVIEWS)
def test_signing_out_is_offered_where_no_secret_is_asked_for(shown: Shown, name: str) -> None:
    _, context = PREVIEWS[name]
    asks = shown.all("input", autocomplete="one-time-code") or shown.all(type_="password")
    offered = shown.all("form", action="/logout")
    assert not (asks and offered)
    if not context.get("signed_in"):
        assert not offered


@pytest.mark.parametrize("name", ["account-old"])
class TestAccount:
    def test_it_goes_from_signing_in_to_deleting(self, shown: Shown) -> None:
        assert [each.text for each in shown.all("h2")] == [
            "How you sign in",
            "Browsers",
            "Where you're signed in",
            "Recent activity",
            "Your details",
            "Delete account",
        ]

    def test_a_row_is_a_name_facts_and_one_action(self, shown: Shown) -> None:
        assert shown.in_order(
            "Firefox on Windows This browser",
            "Added 13 October 2026, 10:30 UTC · last used today, 10:30 UTC",
            "Forget Firefox on Windows",
            "Safari on iPhone",
            "Added 13 October 2026 · last used yesterday · asks for no code until 4 December 2026",
            "Forget Safari on iPhone",
            "Firefox on Windows",
            "Added 13 October 2026, 10:30 UTC · last used 19 November 2026, 10:30 UTC",
            "Forget Firefox on Windows",
            "Forget all browsers",
        )

    def test_this_browser_comes_first_and_is_left_by_signing_out(self, shown: Shown) -> None:
        assert shown.in_order(
            "Firefox on Windows This browser Signed in today, 10:30 UTC · network 203.0.113.x",
            "Safari on iPhone Signed in 20 November 2026, 10:30 UTC"
            " · last seen today, 08:30 UTC · network 2001:db8:7:1",
            "Sign out Safari on iPhone",
            "Sign out everywhere else",
        )
        assert "Sign out Firefox" not in shown.main

    def test_activity_says_what_where_and_when(self, shown: Shown) -> None:
        assert shown.in_order(
            "A wrong password was entered Safari on iPhone · a new network today, 10:30 UTC",
            "Signed in; this browser asks for no code Firefox on Windows"
            " · a network you've used before yesterday, 13:30 UTC",
        )

    def test_languages_bear_their_own_names(self, shown: Shown) -> None:
        options = [(each["value"], each.text) for each in shown.one("select").all("option")]
        assert options == [("", "As the browser says"), ("en", "English"), ("de", "Deutsch")]
