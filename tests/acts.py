"""The pages of an account, each reached as people reach it: in a browser or by HTTP alone."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import template_rendered
from jinja2 import Template

from apps import ANN
from live import site_in
from visitors import ANOTHER, FIREFOX, PASSWORD, SAFARI, Reader, Visitor

LONG = "a-rather-long-address-of-somebody@mail.subsidiary.example.com"

Act = Callable[[Visitor], object]


def at_path(path: str) -> Act:
    return lambda ann: ann.open(path)


def registering(address: str, password: str) -> Act:
    return lambda ann: ann.ask_for_account(address, password)


def signing_in(address: str, password: str) -> Act:
    """Type these on the page to sign in; an account is there."""

    def act(ann: Visitor) -> None:
        ann.settle()
        ann.sign_in(address, password)

    return act


def inside(path: str, *, fresh: bool = True) -> Act:
    """Open a page of the account, a second step just made or long ago."""

    def act(ann: Visitor) -> None:
        ann.settle()
        ann.come_in()
        if not fresh:
            ann.site.clock.move(minutes=5)
        ann.open(path)

    return act


def elsewhere(ann: Visitor, agent: str = SAFARI) -> Reader:
    """Let another browser do something a second later, which needs no eyes."""
    ann.site.clock.move(seconds=1)
    return Reader(ann.site, agent)


def register_later(ann: Visitor) -> None:
    for _ in range(4):
        ann.ask_for_account()


def confirm_sent(ann: Visitor) -> None:
    ann.ask_for_account("ann@exmaple.com")
    ann.site.deliver()
    ann.open("/verify")


def mistyped(ann: Visitor) -> None:
    ann.ask_for_account("ann@exmaple.com")
    ann.open("/verify/address")


def mistyped_again(ann: Visitor) -> None:
    mistyped(ann)
    ann.fill("Email", "ann@")
    ann.press("Continue")


def taken(ann: Visitor) -> None:
    ann.settle(LONG)
    ann.create_account(LONG)


def five_misses(ann: Visitor) -> None:
    ann.ask_for_account()
    ann.miss(5)


def home_inside(ann: Visitor) -> None:
    ann.create_account()
    ann.open("/")


def stale(ann: Visitor) -> None:
    ann.open("/login")
    ann.lose_cookies()
    ann.enter(ANN, PASSWORD)


def no_match(ann: Visitor) -> None:
    ann.settle()
    ann.open("/login?next=/account")
    ann.enter(ANN, ANOTHER)


def too_many_passwords(ann: Visitor) -> None:
    ann.settle()
    thief = Reader(ann.site)
    for _ in range(10):
        thief.sign_in(password=ANOTHER)
    ann.sign_in()


def signed_out(ann: Visitor) -> None:
    ann.settle()
    ann.come_in()
    ann.sign_out()


def ended(ann: Visitor) -> None:
    ann.settle()
    ann.come_in()
    ann.site.clock.move(hours=2)
    ann.open("/account")


def code_sent(ann: Visitor) -> None:
    signing_in(ANN, PASSWORD)(ann)
    ann.site.deliver()
    ann.open("/verify")


def code_wrong(ann: Visitor) -> None:
    signing_in(ANN, PASSWORD)(ann)
    ann.miss(1)
    ann.tick("Don't ask again on this browser for 30 days")
    ann.miss(1)


def code_expired(ann: Visitor) -> None:
    signing_in(ANN, PASSWORD)(ann)
    ann.site.clock.move(minutes=10)
    ann.open("/verify")


def guessed_at(ann: Visitor) -> None:
    """Wait for a code, while others who know the password guess."""
    signing_in(ANN, PASSWORD)(ann)
    thief = elsewhere(ann)
    thief.sign_in()
    for _ in range(2):
        thief.miss(5)
        ann.site.clock.move(seconds=30)
        thief.press("Email me a new code")


def codes_paused(ann: Visitor) -> None:
    guessed_at(ann)
    ann.type("123456")


def long_code(ann: Visitor) -> None:
    guessed_at(ann)
    ann.site.clock.move(minutes=9)
    ann.open("/verify")
    ann.press("Email me a new code")


def no_more_letters(ann: Visitor) -> None:
    ann.settle()
    for _ in range(5):
        elsewhere(ann).sign_in()
    ann.sign_in()


def no_more_letters_pressed(ann: Visitor) -> None:
    no_more_letters(ann)
    ann.press("Email me a new code")


def at_home(ann: Visitor) -> None:
    """Everyday life: a phone that is remembered, misses, a browser of long ago."""
    ann.settle()
    phone = elsewhere(ann)
    phone.sign_in()
    phone.tick("Don't ask again on this browser for 30 days")
    phone.type(ann.site.code())
    ann.site.clock.move(minutes=2)
    phone.sign_out()
    ann.site.clock.move(days=12)
    phone.sign_in()
    ann.site.clock.move(minutes=20)
    elsewhere(ann, FIREFOX).sign_in(password=ANOTHER)
    ann.site.clock.move(minutes=1)
    ann.come_in()
    ann.open("/account")


def pressing(name: str) -> Act:
    """Press a button of the account's page."""

    def act(ann: Visitor) -> None:
        at_home(ann)
        ann.press(name)

    return act


def speaking_english(ann: Visitor) -> None:
    at_home(ann)
    ann.choose("Language", "English")
    ann.press("Save language")


def activity(ann: Visitor) -> None:
    at_home(ann)
    ann.open("/account/activity")


def activity_end(ann: Visitor) -> None:
    inside("/account/activity?before=1")(ann)


def stepping_up(what: str) -> Act:
    def act(ann: Visitor) -> None:
        inside(f"/account/{what}", fresh=False)(ann)
        ann.press("Email me a code")

    return act


def other_password(current: str, new: str) -> Act:
    def act(ann: Visitor) -> None:
        inside("/account/password")(ann)
        ann.fill("Current password", current)
        ann.fill("New password", new)
        ann.press("Change password")

    return act


def other_address(address: str) -> Act:
    def act(ann: Visitor) -> None:
        inside("/account/address")(ann)
        ann.fill("New email address", address)
        ann.press("Continue")

    return act


def address_changed(ann: Visitor) -> None:
    other_address("bea@example.com")(ann)
    ann.type(ann.site.code("bea@example.com"))


def deleted(ann: Visitor) -> None:
    inside("/account/delete")(ann)
    ann.press("Delete my account")


def forgot_malformed(ann: Visitor) -> None:
    ann.ask_for_reset("ann@")


def reset_asked(ann: Visitor) -> None:
    ann.settle()
    ann.ask_for_reset()


def reset_proved(ann: Visitor) -> None:
    reset_asked(ann)
    ann.type(ann.site.code())


def reset_too_short(ann: Visitor) -> None:
    reset_proved(ann)
    ann.fill("New password", "walnut!")
    ann.press("Save password")


def held(path: str) -> Act:
    """A page of the account, by a session that a mailed code alone opened."""

    def act(ann: Visitor) -> None:
        ann.settle()
        ann.reset()
        ann.open(path)

    return act


def undo_offered(ann: Visitor) -> None:
    """Somebody else has the mailbox, and Ann is still signed in."""
    ann.settle()
    ann.come_in()
    elsewhere(ann).reset()
    ann.site.clock.move(minutes=9)
    ann.open("/account")


def undo_offered_outside(ann: Visitor) -> None:
    """The same, where nobody is signed in but the browser is known."""
    signed_out(ann)
    elsewhere(ann).reset()
    ann.open("/login")


def undo_offered_late(ann: Visitor) -> None:
    undo_offered_outside(ann)
    ann.site.clock.move(hours=20)
    ann.sign_in()


def undone(ann: Visitor) -> None:
    undo_offered(ann)
    ann.press("Undo")


def undone_outside(ann: Visitor) -> None:
    undo_offered_outside(ann)
    ann.press("Undo")


PAGES: dict[str, tuple[Act, str]] = {
    "register": (at_path("/register?next=/account%3Ftab=1%26x=2"), "Create your account"),
    "register-both-errors": (registering("ann@", ""), "Create your account"),
    "register-email-empty": (registering("", PASSWORD), "Create your account"),
    "register-too-short": (registering(ANN, "walnut"), "Create your account"),
    "register-too-long": (registering(ANN, "x" * 1025), "Create your account"),
    "register-leaked": (registering(ANN, "password1"), "Create your account"),
    "register-personal": (registering(ANN, ANN), "Create your account"),
    "register-guessable": (registering(ANN, "abcabcabc"), "Create your account"),
    "register-later": (register_later, "Create your account"),
    "step-prove-address": (confirm_sent, "Confirm your email"),
    "step-prove-address-five-misses": (five_misses, "Too many wrong codes"),
    "step-address": (mistyped, "Change address"),
    "step-address-malformed": (mistyped_again, "Change address"),
    "taken": (taken, "You already have an account"),
    "account-new": (lambda ann: ann.create_account(LONG), "Your account"),
    "home-signed-in": (home_inside, "Welcome back"),
    "login": (at_path("/login?next=/account"), "Sign in"),
    "login-no-match": (no_match, "Sign in"),
    "login-both-empty": (signing_in("", ""), "Sign in"),
    "login-password-empty": (signing_in(ANN, ""), "Sign in"),
    "login-stale": (stale, "Sign in"),
    "login-paused": (too_many_passwords, "Sign in"),
    "login-signed-out": (signed_out, "Sign in"),
    "login-ended": (ended, "Sign in"),
    "step-login": (signing_in(ANN, PASSWORD), "Check your email"),
    "step-login-sent": (code_sent, "Check your email"),
    "step-login-wrong": (code_wrong, "Check your email"),
    "step-login-long": (long_code, "Check your email"),
    "step-login-expired": (code_expired, "That code has expired"),
    "step-login-paused": (codes_paused, "Codes are paused"),
    "step-waiting": (no_more_letters, "One more step"),
    "step-waiting-pressed": (no_more_letters_pressed, "One more step"),
    "account": (at_home, "Your account"),
    "account-forgotten": (pressing("Forget Safari on iPhone"), "Your account"),
    "account-ended": (pressing("Sign out Safari on iPhone"), "Your account"),
    "account-ended-others": (pressing("Sign out everywhere else"), "Your account"),
    "account-language": (speaking_english, "Your account"),
    "activity": (activity, "Recent activity"),
    "activity-end": (activity_end, "Recent activity"),
    "confirm": (inside("/account/password", fresh=False), "Confirm it's you"),
    "step-up-password": (stepping_up("password"), "Confirm it's you"),
    "step-up-address": (stepping_up("address"), "Confirm it's you"),
    "step-up-delete": (stepping_up("delete"), "Confirm it's you"),
    "account-password": (inside("/account/password"), "Change your password"),
    "account-password-wrong": (other_password(ANOTHER, ANOTHER), "Change your password"),
    "account-password-both": (other_password("", ""), "Change your password"),
    "account-password-personal": (other_password(PASSWORD, ANN), "Change your password"),
    "account-password-changed": (other_password(PASSWORD, ANOTHER), "Your account"),
    "account-address": (inside("/account/address"), "Change your email address"),
    "account-address-same": (other_address(ANN), "Change your email address"),
    "step-change-address": (other_address("bea@example.com"), "Confirm your new email"),
    "account-address-changed": (address_changed, "Your account"),
    "account-delete": (inside("/account/delete"), "Delete your account?"),
    "login-deleted": (deleted, "Sign in"),
    "forgot": (at_path("/forgot"), "Reset your password"),
    "forgot-malformed": (forgot_malformed, "Reset your password"),
    "step-reset": (reset_asked, "Check your email"),
    "reset": (reset_proved, "Choose a new password"),
    "reset-too-short": (reset_too_short, "Choose a new password"),
    "account-held": (held("/account"), "Your account"),
    "held": (held("/account/password"), "Not yet"),
    "account-undo": (undo_offered, "Your account"),
    "account-restored": (undone, "Your account"),
    "login-undo": (undo_offered_outside, "Sign in"),
    "login-undo-no-match": (undo_offered_late, "Sign in"),
    "login-restored": (undone_outside, "Sign in"),
}
"""Name → how to get there, and the heading to find there."""


@cache
def rendered(name: str) -> tuple[str, dict[str, object]]:
    """Go there by HTTP; give the template that was rendered last, and with what."""
    seen: list[tuple[str, dict[str, object]]] = []

    def note(_: object, template: Template, context: dict[str, object], **__: object) -> None:
        if template.name:
            seen.append((template.name, context))

    with TemporaryDirectory() as folder:
        site = site_in(Path(folder), SITE_NAME="Acme", SUPPORT_CONTACT="help@acme.test")
        with template_rendered.connected_to(note, site.app):
            PAGES[name][0](Reader(site))
    return seen[-1]
