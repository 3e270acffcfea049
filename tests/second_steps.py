"""Guests at their second step, by the factor that they choose there."""

from sqlalchemy import update
from werkzeug.test import TestResponse

from apps import Site
from guests import Guest, goes_to
from guests import told as told_all
from live import asked
from simple_2fa.accounts.model import Account
from simple_2fa.challenges import flows
from simple_2fa.challenges.desk import ledger_of
from simple_2fa.challenges.model import Challenge
from simple_2fa.core.factor import Prompt
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import Credential
from simple_2fa.db import schema
from simple_2fa.db.engine import Database
from simple_2fa.limits import buckets


def told(reply: TestResponse) -> str:
    """What the page says of an answer, without its hint."""
    return told_all(reply).partition("&")[0]


def at_step(site: Site, account: Account, factor: str = "") -> Guest:
    """Come as far as the second step, and choose by which factor."""
    guest = Guest(site)
    assert goes_to(guest.log_in(account.address)) == "/verify"
    if factor and guest.challenge().factor != factor:
        assert goes_to(guest.send("/verify/switch", factor=factor)) == "/verify"
    return guest


def prompt(guest: Guest) -> Prompt:
    return guest.site.services.desk.posed(guest.challenge()).prompt


def owned(site: Site, account: Account) -> list[Credential]:
    db = site.services.db
    return db.read(lambda link: credentials.owned(link, account.subject))


def inside(site: Site, account: Account) -> Guest:
    """Be signed in by a mailed code a moment ago."""
    return Guest(site).sign_in(account.address)


def proved_by(db: Database, factor: str) -> None:
    """Let whoever is signed in have made the last second step by this."""
    change = update(schema.sessions).values(proved_by=factor)
    db.tidy(lambda link: link.execute(change))


def skipped(site: Site, account: Account, answer: str = "") -> Guest:
    """Be signed in in a browser that skips the code: no second step was made."""
    guest = at_step(site, account)
    assert goes_to(guest.enter(answer, remember="yes")) == "/account"
    guest.send("/logout")
    assert goes_to(guest.log_in(account.address)) == "/account"
    return guest


def at_ticket(site: Site, guest: Guest, account: Account, factor: str) -> tuple[str, Challenge]:
    """Open the page of an application's question, and choose by which factor to answer."""
    _, key = site.new_key()
    ticket = asked(site, account.address, key).removeprefix("/verify/")
    assert goes_to(guest.send("/verify/switch", ticket=ticket, factor=factor)).endswith(ticket)
    found = flows.by_ticket(site.services.desk, ticket)
    assert found
    return ticket, found


def guesses_left(site: Site, guest: Guest) -> int:
    ledger = ledger_of(guest.challenge().question)
    return site.services.db.read(lambda link: buckets.level(link, ledger, site.clock())).left


def offered(guest: Guest) -> Prompt:
    """Be asked for a passkey by the page to sign in."""
    reply = guest.send("/login/with/passkey/offer")
    assert reply.status_code == 200
    found: Prompt = reply.get_json()
    return found


def enter_alone(guest: Guest, answer: str) -> TestResponse:
    return guest.send("/login/with/passkey", code=answer)
