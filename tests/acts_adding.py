"""What people do with their ways to sign in: add, use, rename and remove them."""

from base64 import b32decode
from datetime import timedelta
from typing import Protocol

from sqlalchemy import select

from acts_inside import inside
from acts_outside import Act, elsewhere
from apps import ANN, Site
from authenticators import passkey_of
from rig.authenticator import Authenticator
from simple_2fa.accounts import store as accounts
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Caller
from simple_2fa.core.factor import Prompt
from simple_2fa.db import schema
from simple_2fa.factors.totp import PERIOD, code_of, step_at
from simple_2fa.http.services import Services
from visitors import Visitor
from world import wrong

ADD_APP, ADD_CODES = "Add an authenticator app", "Create codes"


class HasServices(Protocol):
    """A site of ours, or an application with the second step."""

    @property
    def services(self) -> Services: ...


def asked(site: HasServices) -> Prompt:
    """Give what the newest question shows, as its page does."""
    desk, table = site.services.desk, schema.challenges
    newest = select(table.c.challenge, table.c.caller).order_by(table.c.id.desc()).limit(1)
    name, caller = desk.db.read(lambda link: link.execute(newest).one())
    found = flows.find(desk, name, Caller.read(caller))
    assert found
    return desk.posed(found).prompt


class App:
    """An authenticator app on a phone, its clock a little off, perhaps."""

    def __init__(self, ann: Visitor) -> None:
        self._site, shown = ann.site, asked(ann.site)
        self._seed = b32decode(str(shown["key"]).replace(" ", ""))
        self.uri = str(shown["uri"])

    def code(self, off: timedelta = timedelta()) -> str:
        return code_of(self._seed, step_at(self._site.clock() + off))


def begun_app(ann: Visitor) -> App:
    """Come as far as the QR code."""
    inside("/account/add/totp")(ann)
    ann.press(ADD_APP)
    return App(ann)


def with_app(ann: Visitor, name: str = "My phone") -> App:
    """Have an authenticator app; a code works once, so the next one is half a minute away."""
    app = begun_app(ann)
    ann.fill("Name (optional)", name)
    ann.type(app.code())
    ann.site.clock.move(minutes=1)
    return app


def begun_codes(ann: Visitor) -> list[str]:
    inside("/account/add/recovery")(ann)
    ann.press(ADD_CODES)
    return str(asked(ann.site)["codes"]).split()


def with_codes(ann: Visitor) -> list[str]:
    codes = begun_codes(ann)
    ann.fill("To finish, enter one of the codes", codes[0])
    ann.press("Continue")
    return codes


def with_both(ann: Visitor) -> tuple[App, list[str]]:
    app = with_app(ann)
    ann.open("/account/add/recovery")
    ann.press(ADD_CODES)
    codes = str(asked(ann.site)["codes"]).split()
    ann.fill("To finish, enter one of the codes", codes[0])
    ann.press("Continue")
    return app, codes


def app_missed(ann: Visitor) -> None:
    app = begun_app(ann)
    ann.fill("Name (optional)", "My phone")
    ann.type(wrong(app.code()))


def app_too_late(ann: Visitor) -> None:
    begun_app(ann)
    ann.site.clock.move(minutes=10)
    ann.open("/account/add/totp")


def app_named_too_long(ann: Visitor) -> None:
    app = begun_app(ann)
    ann.fill("Name (optional)", "My phone " * 10)
    ann.type(app.code())


def codes_missed(ann: Visitor) -> None:
    begun_codes(ann)
    ann.fill("To finish, enter one of the codes", "0-0000-0000-0000-0000")
    ann.press("Continue")


def mail_off(ann: Visitor) -> None:
    with_both(ann)
    ann.open("/account/mail-codes")
    ann.press("Switch email codes off")


def app_id(ann: Visitor) -> str:
    """Give the public id of the app called 'My phone'."""
    table = schema.credentials
    query = select(table.c.credential).where(table.c.name == "My phone")
    found: str = ann.site.services.db.read(lambda link: link.execute(query).scalar_one())
    return found


def at_app(what: str) -> Act:
    """Open the page that removes or renames the app."""

    def act(ann: Visitor) -> None:
        with_both(ann)
        ann.open(f"/account/{what}/{app_id(ann)}")

    return act


def last_one(ann: Visitor) -> None:
    mail_off(ann)
    ann.open(f"/account/remove/{app_id(ann)}")


def renamed_too_long(ann: Visitor) -> None:
    at_app("rename")(ann)
    ann.fill("Name", "My phone " * 10)
    ann.press("Save")


def mail_codes(ann: Visitor) -> None:
    with_app(ann)
    ann.open("/account/mail-codes")


def at_step(ann: Visitor) -> App:
    """Sign in anew, up to the app's code."""
    app, _ = with_both(ann)
    ann.sign_out()
    ann.sign_in()
    return app


def step_missed(ann: Visitor) -> None:
    app = at_step(ann)
    ann.type(wrong(app.code()))


def step_with_a_slow_phone(ann: Visitor) -> None:
    app = at_step(ann)
    ann.site.clock.move(minutes=5)
    ann.type(app.code(-6 * PERIOD))


def step_malformed(ann: Visitor) -> None:
    at_step(ann)
    ann.type("12345")


def step_too_late(ann: Visitor) -> None:
    at_step(ann)
    ann.site.clock.move(minutes=10)
    ann.open("/verify")


def step_paused(ann: Visitor) -> None:
    app = at_step(ann)
    thief = elsewhere(ann)
    thief.sign_in()
    for _ in range(5):
        thief.type(wrong(app.code()))
    ann.lose_cookies()
    ann.sign_in()
    ann.type(app.code())


def step_paused_without_mail(ann: Visitor) -> None:
    mail_off(ann)
    ann.sign_out()
    thief = elsewhere(ann)
    thief.sign_in()
    for code in ("000000", "111111", "222222", "333333", "444444"):
        thief.type(code)
    ann.lose_cookies()
    ann.sign_in()
    ann.type("555555")


def step_unlocking(ann: Visitor) -> None:
    step_paused_without_mail(ann)
    ann.press("Email me a long code to go on")


def step_by_codes(ann: Visitor) -> None:
    at_step(ann)
    ann.unfold("Other ways to sign in")
    ann.press("Use a recovery code")


def step_by_wrong_codes(ann: Visitor) -> None:
    step_by_codes(ann)
    ann.fill("Recovery code", "0-0000-0000-0000-0000")
    ann.press("Continue")


def confirming(ann: Visitor) -> None:
    with_both(ann)
    ann.site.clock.move(minutes=5)
    ann.open("/account/password")


def step_up(ann: Visitor) -> None:
    confirming(ann)
    ann.press("Continue")


def pressed_too_late(ann: Visitor) -> None:
    """The page is open while the second step grows old; then a button is pressed."""
    inside("/account")(ann)
    ann.site.clock.move(minutes=1)
    elsewhere(ann).come_in()
    ann.open("/account")
    ann.site.clock.move(minutes=5)
    ann.press("Sign out everywhere else")


def renamed(ann: Visitor) -> None:
    at_app("rename")(ann)
    ann.fill("Name", "Old phone")
    ann.press("Save")


def enrolled_passkey(site: Site, address: str = ANN) -> Authenticator:
    """Let somebody have a passkey, and give it."""
    desk = site.services.desk
    account = desk.db.read(lambda link: accounts.by_address(link, address))
    assert account
    return passkey_of(desk, account, "iCloud")


def begun_passkey(ann: Visitor) -> None:
    inside("/account/add/passkey")(ann)
    ann.press("Create a passkey")


def with_passkey(ann: Visitor) -> None:
    inside("/account")(ann)
    enrolled_passkey(ann.site)
    ann.open("/account")


def at_passkey(ann: Visitor) -> None:
    with_passkey(ann)
    ann.sign_out()
    ann.sign_in()


def confirming_by_passkey(ann: Visitor) -> None:
    with_passkey(ann)
    ann.site.clock.move(minutes=5)
    ann.open("/account/password")
    ann.press("Continue")
