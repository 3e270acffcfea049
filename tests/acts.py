"""The pages of an account, each reached as people reach it: in a browser or by HTTP alone."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import template_rendered
from jinja2 import Template

import acts_adding
import acts_inside
import acts_lost
import acts_outside
from acts_outside import LONG, Act
from apps import ANN
from live import site_in
from visitors import ANOTHER, PASSWORD, Reader

PAGES: dict[str, tuple[Act, str]] = {
    "register": (
        acts_outside.at_path("/register?next=/account%3Ftab=1%26x=2"),
        "Create your account",
    ),
    "register-both-errors": (acts_outside.registering("ann@", ""), "Create your account"),
    "register-letter": (
        acts_outside.registering("jörg@example.com", PASSWORD),
        "Create your account",
    ),
    "register-both-weak": (acts_outside.registering("ann@", "walnut"), "Create your account"),
    "register-email-empty": (acts_outside.registering("", PASSWORD), "Create your account"),
    "register-too-short": (acts_outside.registering(ANN, "walnut"), "Create your account"),
    "register-too-long": (acts_outside.registering(ANN, "x" * 1025), "Create your account"),
    "register-leaked": (acts_outside.registering(ANN, "password1"), "Create your account"),
    "register-personal": (acts_outside.registering(ANN, ANN), "Create your account"),
    "register-guessable": (acts_outside.registering(ANN, "abcabcabc"), "Create your account"),
    "register-later": (acts_outside.register_later, "Create your account"),
    "step-prove-address": (acts_outside.confirm_sent, "Confirm your email"),
    "step-prove-address-five-misses": (acts_outside.five_misses, "Too many wrong codes"),
    "step-address": (acts_outside.mistyped, "Change address"),
    "step-address-malformed": (acts_outside.mistyped_again, "Change address"),
    "taken": (acts_outside.taken, "You already have an account"),
    "account-new": (lambda ann: ann.create_account(LONG), "Your account"),
    "home-signed-in": (acts_outside.home_inside, "Welcome back"),
    "login": (acts_outside.at_path("/login?next=/account"), "Sign in"),
    "login-no-match": (acts_outside.no_match, "Sign in"),
    "login-both-empty": (acts_outside.signing_in("", ""), "Sign in"),
    "login-password-empty": (acts_outside.signing_in(ANN, ""), "Sign in"),
    "login-stale": (acts_outside.stale, "Sign in"),
    "login-paused": (acts_outside.too_many_passwords, "Sign in"),
    "login-signed-out": (acts_outside.signed_out, "Sign in"),
    "login-ended": (acts_outside.ended, "Sign in"),
    "alone": (acts_outside.at_path("/login/with/passkey"), "Use your passkey"),
    "alone-asked": (acts_outside.by_passkey, "Use your passkey"),
    "add-passkey": (acts_inside.inside("/account/add/passkey"), "Create a passkey"),
    "add-passkey-begun": (acts_adding.begun_passkey, "Create a passkey"),
    "account-passkey": (acts_adding.with_passkey, "Your account"),
    "step-passkey": (acts_adding.at_passkey, "Use your passkey"),
    "step-up-passkey": (acts_adding.confirming_by_passkey, "Confirm it's you"),
    "step-login": (acts_outside.signing_in(ANN, PASSWORD), "Check your email"),
    "step-login-sent": (acts_outside.code_sent, "Check your email"),
    "step-login-wrong": (acts_outside.code_wrong, "Check your email"),
    "step-login-long": (acts_outside.long_code, "Check your email"),
    "step-login-expired": (acts_outside.code_expired, "That code has expired"),
    "step-login-paused": (acts_outside.codes_paused, "Codes are paused"),
    "step-waiting": (acts_outside.no_more_letters, "One more step"),
    "step-waiting-pressed": (acts_outside.no_more_letters_pressed, "One more step"),
    "account": (acts_inside.at_home, "Your account"),
    "account-forgotten": (acts_inside.pressing("Forget Safari on iPhone"), "Your account"),
    "account-ended": (acts_inside.pressing("Sign out Safari on iPhone"), "Your account"),
    "account-ended-others": (acts_inside.pressing("Sign out everywhere else"), "Your account"),
    "account-language": (acts_inside.speaking_english, "Your account"),
    "activity": (acts_inside.activity, "Recent activity"),
    "activity-end": (acts_inside.activity_end, "Recent activity"),
    "confirm": (acts_inside.inside("/account/password", fresh=False), "Confirm it's you"),
    "step-up-password": (acts_inside.stepping_up("password"), "Confirm it's you"),
    "step-up-address": (acts_inside.stepping_up("address"), "Confirm it's you"),
    "step-up-delete": (acts_inside.stepping_up("delete"), "Confirm it's you"),
    "account-password": (acts_inside.inside("/account/password"), "Change your password"),
    "account-password-wrong": (
        acts_inside.other_password(ANOTHER, f"{ANOTHER} too"),
        "Change your password",
    ),
    "account-password-same": (
        acts_inside.other_password(PASSWORD, PASSWORD),
        "Change your password",
    ),
    "account-password-both": (acts_inside.other_password("", ""), "Change your password"),
    "account-password-personal": (
        acts_inside.other_password(PASSWORD, ANN),
        "Change your password",
    ),
    "account-password-changed": (acts_inside.other_password(PASSWORD, ANOTHER), "Your account"),
    "account-address": (acts_inside.inside("/account/address"), "Change your email address"),
    "account-address-same": (acts_inside.other_address(ANN), "Change your email address"),
    "step-change-address": (acts_inside.other_address("bea@example.com"), "Confirm your new email"),
    "account-address-changed": (acts_inside.address_changed, "Your account"),
    "account-delete": (acts_inside.inside("/account/delete"), "Delete your account?"),
    "login-deleted": (acts_inside.deleted, "Sign in"),
    "account-ways": (acts_adding.with_both, "Your account"),
    "account-mail-off": (acts_adding.mail_off, "Your account"),
    "add-app": (acts_inside.inside("/account/add/totp"), "Add an authenticator app"),
    "add-app-begun": (acts_adding.begun_app, "Add an authenticator app"),
    "add-app-wrong": (acts_adding.app_missed, "Add an authenticator app"),
    "add-app-late": (acts_adding.app_too_late, "Add an authenticator app"),
    "add-app-long-name": (acts_adding.app_named_too_long, "Add an authenticator app"),
    "add-codes": (acts_inside.inside("/account/add/recovery"), "Create recovery codes"),
    "add-codes-begun": (acts_adding.begun_codes, "Your recovery codes"),
    "add-codes-wrong": (acts_adding.codes_missed, "Your recovery codes"),
    "remove-app": (acts_adding.at_app("remove"), "Remove this way to sign in?"),
    "remove-last": (acts_adding.last_one, "It's your last one"),
    "rename-app": (acts_adding.at_app("rename"), "Choose a name"),
    "rename-app-long": (acts_adding.renamed_too_long, "Choose a name"),
    "mail-codes": (acts_adding.mail_codes, "Email codes"),
    "mail-codes-alone": (acts_inside.inside("/account/mail-codes"), "Email codes"),
    "step-app": (acts_adding.at_step, "Open your authenticator app"),
    "step-app-wrong": (acts_adding.step_missed, "Open your authenticator app"),
    "step-app-slow": (acts_adding.step_with_a_slow_phone, "Open your authenticator app"),
    "step-app-malformed": (acts_adding.step_malformed, "Open your authenticator app"),
    "step-app-late": (acts_adding.step_too_late, "That took too long"),
    "step-app-paused": (acts_adding.step_paused, "Codes are paused"),
    "step-app-locked": (acts_adding.step_paused_without_mail, "Codes are paused"),
    "step-app-unlocking": (acts_adding.step_unlocking, "Check your email"),
    "step-codes": (acts_adding.step_by_codes, "Enter a recovery code"),
    "step-codes-wrong": (acts_adding.step_by_wrong_codes, "Enter a recovery code"),
    "confirm-app": (acts_adding.confirming, "Confirm it's you"),
    "step-up-app": (acts_adding.step_up, "Confirm it's you"),
    "confirm-again": (acts_adding.pressed_too_late, "Confirm it's you"),
    "step-up-app-no-wait": (acts_lost.stepping_up_without_a_wait, "Confirm it's you"),
    "account-renamed": (acts_adding.renamed, "Your account"),
    "lost": (acts_lost.lost, "Lost everything?"),
    "lost-too-soon": (acts_lost.too_soon, "Not yet"),
    "lost-too-often": (acts_lost.too_often, "Lost everything?"),
    "lost-waiting": (acts_lost.waiting, "Your account opens after a wait"),
    "lost-over": (acts_lost.over_on_its_page, "The wait is over"),
    "step-lost": (acts_lost.offered_by_mail_alone, "Check your email"),
    "step-lost-waiting": (acts_lost.waiting_at_the_door, "Open your authenticator app"),
    "step-lost-over": (acts_lost.over, "Open your authenticator app"),
    "account-recovered": (acts_lost.recovered, "Your account"),
    "account-pending": (acts_lost.asked_by_a_thief, "Your account"),
    "account-recovery-cancelled": (acts_lost.cancelled, "Your account"),
    "recovery": (acts_inside.inside("/account/recovery"), "Getting in after a wait"),
    "account-recovery-off": (acts_lost.switched("off"), "Your account"),
    "account-recovery-on": (acts_lost.switched("on"), "Your account"),
    "not-me": (acts_lost.not_me, "Wasn't that you?"),
    "not-me-said": (acts_lost.not_me_said, "Everybody is signed out"),
    "not-me-a-new-way": (acts_lost.not_me_a_new_way, "Wasn't that you?"),
    "not-me-taken-back": (acts_lost.taken_back, "Everybody is signed out"),
    "account-taken-back": (acts_lost.in_again_after_that, "Your account"),
    "not-me-a-way-gone": (acts_lost.not_me_a_way_gone, "Everybody is signed out"),
    "not-me-after-a-reset": (acts_lost.not_me_after_a_reset, "Everybody is signed out"),
    "not-me-old-address": (acts_lost.at_the_old_address, "Wasn't that you?"),
    "not-me-address-stays": (acts_lost.an_address_stays, "Wasn't that you?"),
    "not-me-way-stays": (acts_lost.a_way_stays, "Wasn't that you?"),
    "not-me-at-the-old-address": (acts_lost.not_me_at_the_old_address, "Everybody is signed out"),
    "not-me-again": (acts_lost.not_me_again, "This link no longer works"),
    "forgot": (acts_outside.at_path("/forgot"), "Reset your password"),
    "forgot-malformed": (acts_inside.forgot_malformed, "Reset your password"),
    "step-reset": (acts_inside.reset_asked, "Check your email"),
    "reset": (acts_inside.reset_proved, "Choose a new password"),
    "reset-too-short": (acts_inside.reset_too_short, "Choose a new password"),
    "account-held": (acts_inside.held("/account"), "Your account"),
    "held": (acts_inside.held("/account/password"), "Not yet"),
    "account-undo": (acts_inside.undo_offered, "Your account"),
    "undo-inside": (acts_inside.undo_opened, "Undo the reset"),
    "account-restored": (acts_inside.undone, "Your account"),
    "login-undo": (acts_inside.undo_offered_outside, "Sign in"),
    "login-undo-no-match": (acts_inside.undo_offered_late, "Sign in"),
    "undo": (acts_inside.undo_opened_outside, "Undo the reset"),
    "undo-empty": (acts_inside.undo_hurried, "Undo the reset"),
    "undo-wrong": (acts_inside.undo_refused, "Undo the reset"),
    "login-restored": (acts_inside.undone_outside, "Sign in"),
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
