"""Every form of ours in somebody's application, with a person for whom it would do something."""

from collections.abc import Callable, Iterator

from authenticators import codes_of, created
from host_guests import HostGuest, asked_last
from rig.authenticator import Authenticator
from simple_2fa.challenges.desk import ledger_of
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets

Case = tuple[HostGuest, dict[str, str]]
"""Who sends it, and what is typed into it; blanks of its path are among the fields."""


def half_way(guest: HostGuest) -> Case:
    guest.ask()
    guest.app.clock.move(seconds=31)
    return guest, {"code": guest.code()}


def another_way(guest: HostGuest) -> Case:
    guest.step()
    codes_of(guest.app.services.desk, guest.account())
    guest.post("/logout")
    guest.app.clock.move(seconds=31)
    return guest.ask(), {"factor": "recovery"}


def locked_out(guest: HostGuest) -> Case:
    """In a new browser; guesses are used up, and mail is no way past the app."""
    inside = HostGuest(guest.app, guest.user).step()
    inside.with_app()
    inside.send("/verify/account/mail-codes", on="")
    pot = ledger_of(asked_last(guest.ask().app).question)

    def spend(link: Connection) -> None:
        buckets.take(link, pot, guest.app.clock(), charge=10)

    guest.app.db.tidy(spend)
    return guest, {}


def told_by_letter(guest: HostGuest) -> Case:
    guest.step().with_app()
    return guest, {"token": guest.letter_link()}


def with_a_kept_form(guest: HostGuest) -> Case:
    """Sent to the application before the second step, which is made by now."""
    guest.log_in(guest.user)
    guest.post("/transfer", to="Bob")
    sent = guest.send("/verify/answer", code=guest.code())
    assert sent.headers["Location"] == f"{guest.prefix}/verify/again"
    return guest, {}


def beside_another(guest: HostGuest) -> Case:
    """Signed in here, and in another browser that is known."""
    HostGuest(guest.app, guest.user).step()
    guest.app.clock.move(seconds=31)
    guest.step()
    guest.app.clock.move(seconds=31)
    next_page = f"{guest.prefix}/verify/account"
    return guest, {"browser": "all", "session": "others", "next": next_page}


def choosing(guest: HostGuest) -> Case:
    guest.step().with_app()
    return guest, {"credential": guest.credential(), "name": "Another phone", "on": ""}


def with_no_app(guest: HostGuest) -> Case:
    return guest.step(), {"factor": "totp"}


def adding_an_app(guest: HostGuest) -> Case:
    app = guest.step().begun_app()
    return guest, {"factor": "totp", "code": app.code(guest.app.clock())}


def to_be_upgraded(guest: HostGuest) -> Case:
    return guest.step(), {"factor": "passkey"}


def upgrading(guest: HostGuest) -> Case:
    asked = guest.step().send("/verify/account/upgrade/passkey/offer").get_json()
    one = Authenticator(origin=guest.app.services.settings.origin or "")
    return guest, {"factor": "passkey", "code": created(one, asked)}


def with_letters(guest: HostGuest) -> Case:
    guest.ask()
    assert guest.app.letters(guest.address)
    return guest, {}


FORMS: dict[str, Callable[[HostGuest], Case]] = {
    "/inbox/clear": with_letters,
    "/verify/account/add/<factor>": adding_an_app,
    "/verify/account/add/<factor>/begin": with_no_app,
    "/verify/account/browsers/forget": beside_another,
    "/verify/account/mail-codes": choosing,
    "/verify/account/remove/<credential>": choosing,
    "/verify/account/rename/<credential>": choosing,
    "/verify/account/sessions/end": beside_another,
    "/verify/account/upgrade/<factor>": upgrading,
    "/verify/account/upgrade/<factor>/offer": to_be_upgraded,
    "/verify/again": with_a_kept_form,
    "/verify/answer": half_way,
    "/verify/confirm": beside_another,
    "/verify/not-me/<token>": told_by_letter,
    "/verify/resend": half_way,
    "/verify/switch": another_way,
    "/verify/unlock": locked_out,
}
LATER = "/verify/account/later"
"""Beside these: it changes a cookie alone."""
_FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:8443"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
]
_TOKENS = ("", "x", "0" * 43, "é", "\x00")


def forged(guest: HostGuest, path: str, fields: dict[str, str]) -> Iterator[tuple[object, int]]:
    """Send a form in every way that isn't ours; give what each was, and its status."""
    there, token = guest.prefix + path, guest.csrf
    for headers in _FOREIGN:
        yield headers, guest.post(there, headers, csrf=token, **fields).status_code
    other = HostGuest(guest.app)
    for wrong in (*_TOKENS, other.csrf, token[:-1], f"{token} "):
        yield wrong, guest.send(path, csrf=wrong, **fields).status_code
    yield "none", guest.post(there, **fields).status_code
    visitor = guest.client.get_cookie("s2fa_visitor")
    assert visitor
    guest.client.delete_cookie("s2fa_visitor")
    yield "no cookie", guest.send(path, **fields).status_code
    guest.client.set_cookie("s2fa_visitor", visitor.value)
