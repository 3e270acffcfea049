"""Every form of ours, with somebody for whom it would do something, and what is typed into it."""

import re
from collections.abc import Callable

from authenticators import App, app_of, codes_of, created, passkey_of, signed
from guests import OTHER_PASSWORD, PASSWORD, Guest, member
from live import Shown
from rig.authenticator import Authenticator
from second_steps import offered, owned, proved_by
from simple_2fa.accounts.model import Account
from simple_2fa.challenges.desk import ledger_of
from simple_2fa.core.ids import new_id
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets

Case = tuple[Guest, dict[str, str]]


def somebody() -> str:
    return f"{new_id()}@example.com"


def registering(guest: Guest) -> Case:
    guest.send("/register", email=somebody(), password=PASSWORD)
    return guest, {"email": somebody()}


def nobody(guest: Guest) -> Case:
    return guest, {"email": member(guest.site).address, "password": PASSWORD}


def half_way(guest: Guest) -> Case:
    guest.log_in(member(guest.site).address)
    guest.site.clock.move(seconds=31)
    return guest, {"code": guest.code()}


def resetting(guest: Guest) -> Case:
    guest.send("/forgot", email=member(guest.site).address)
    guest.enter()
    return guest, {"password": OTHER_PASSWORD}


def signed_in(guest: Guest) -> Case:
    ann = member(guest.site)
    Guest(guest.site).sign_in(ann.address)
    guest.site.clock.move(seconds=31)
    fields = {"current_password": PASSWORD, "password": OTHER_PASSWORD, "email": somebody()}
    more = {"browser": "all", "session": "others", "language": "de", "next": "/account/delete"}
    guest.sign_in(ann.address)
    guest.site.clock.move(seconds=31)
    return guest, {**fields, **more}


def overruled(guest: Guest) -> Case:
    """In a browser of hers, after somebody else's reset."""
    ann = member(guest.site)
    guest.sign_in(ann.address)
    guest.site.clock.move(seconds=31)
    Guest(guest.site).reset(ann.address)
    (offer,) = Shown(guest.get("/undo")).all("input", name="reset")
    return guest, {"password": PASSWORD, "reset": offer["value"]}


def beside_a_thief(guest: Guest) -> Case:
    """Signed in, while somebody else says that all is lost."""
    guest.sign_in(member(guest.site).address)
    thief = Guest(guest.site)
    thief.log_in(guest.address)
    thief.send("/lost")
    return guest, {}


def waited(guest: Guest) -> Case:
    """With the password alone, after the wait."""
    address = member(guest.site).address
    guest.log_in(address)
    guest.send("/lost")
    guest.site.clock.move(hours=25)
    guest.log_in(address)
    return guest, {}


def with_a_way(guest: Guest) -> tuple[Guest, Account]:
    """Signed in a moment ago by an app's code; there are recovery codes, too."""
    ann = member(guest.site)
    guest.sign_in(ann.address)
    app_of(guest.site.services.desk, ann)
    codes_of(guest.site.services.desk, ann)
    proved_by(guest.site.services.db, "totp")
    return guest, ann


def choosing(guest: Guest) -> Case:
    guest, ann = with_a_way(guest)
    named = {each.factor: each.id for each in owned(guest.site, ann)}
    return guest, {"credential": named["totp"], "name": "Another phone", "on": ""}


def with_no_app(guest: Guest) -> Case:
    guest.sign_in(member(guest.site).address)
    guest.site.clock.move(seconds=31)
    return guest, {"factor": "totp"}


def adding_an_app(guest: Guest) -> Case:
    guest, _ = with_no_app(guest)
    guest.send("/account/add/totp/begin")
    app = App(guest.site.services.desk.posed(guest.challenge()).state)
    return guest, {"factor": "totp", "code": app.code(guest.site.clock())}


def to_be_upgraded(guest: Guest) -> Case:
    guest.sign_in(member(guest.site).address)
    return guest, {"factor": "passkey"}


def upgrading(guest: Guest) -> Case:
    guest, _ = to_be_upgraded(guest)
    asked = guest.send("/account/upgrade/passkey/offer").get_json()
    one = Authenticator(origin=guest.site.origin)
    return guest, {"factor": "passkey", "code": created(one, asked)}


def by_passkey(guest: Guest) -> Case:
    one = passkey_of(guest.site.services.desk, member(guest.site))
    return guest, {"factor": "passkey", "code": signed(one, offered(guest))}


def asked_for_a_passkey(guest: Guest) -> Case:
    return guest, {"factor": "passkey"}


def another_way(guest: Guest) -> Case:
    ann = member(guest.site)
    codes_of(guest.site.services.desk, ann)
    guest.log_in(ann.address)
    return guest, {"factor": "recovery"}


def locked_out(guest: Guest) -> Case:
    """In a new browser; guesses are used up, and mail is no way to sign in."""
    inside, ann = with_a_way(Guest(guest.site))
    inside.send("/account/mail-codes")
    guest.log_in(ann.address)
    pot = ledger_of(guest.challenge().question)

    def spend(link: Connection) -> None:
        buckets.take(link, pot, guest.site.clock(), charge=10)

    guest.site.services.db.tidy(spend)
    return guest, {}


def path_of(rule: str, fields: dict[str, str]) -> str:
    """Give the path of a form, whose blanks are among its fields."""
    return re.sub(r"<(\w+)>", lambda blank: fields[blank[1]], rule)


FORMS: dict[str, Callable[[Guest], Case]] = {
    "/account/add/<factor>": adding_an_app,
    "/account/add/<factor>/begin": with_no_app,
    "/account/address": signed_in,
    "/account/browsers/forget": signed_in,
    "/account/recovery": signed_in,
    "/account/recovery/cancel": beside_a_thief,
    "/lost": half_way,
    "/lost/go-on": waited,
    "/account/delete": signed_in,
    "/account/language": signed_in,
    "/account/mail-codes": choosing,
    "/account/password": signed_in,
    "/account/remove/<credential>": choosing,
    "/account/rename/<credential>": choosing,
    "/account/sessions/end": signed_in,
    "/account/upgrade/<factor>": upgrading,
    "/account/upgrade/<factor>/offer": to_be_upgraded,
    "/confirm": signed_in,
    "/forgot": nobody,
    "/login": nobody,
    "/login/with/<factor>": by_passkey,
    "/login/with/<factor>/begin": asked_for_a_passkey,
    "/login/with/<factor>/offer": asked_for_a_passkey,
    "/logout": signed_in,
    "/register": nobody,
    "/reset": resetting,
    "/undo": overruled,
    "/undo/keep": overruled,
    "/verify/address": registering,
    "/verify/answer": half_way,
    "/verify/resend": half_way,
    "/verify/switch": another_way,
    "/verify/unlock": locked_out,
}
