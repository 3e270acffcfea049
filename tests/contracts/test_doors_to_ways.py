"""Who may change how an account is signed in to: whoever made a second step a moment ago."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from sqlalchemy import update

from apps import Site
from authenticators import app_of, codes_of
from guests import OTHER_PASSWORD, Guest, goes_to, member, rows
from live import site_in
from second_steps import at_step, inside, owned, skipped
from simple_2fa.accounts.model import Account
from simple_2fa.core.clock import to_millis
from simple_2fa.db import schema
from simple_2fa.sessions.model import FRESH_FOR

Act = Callable[[Guest, str], object]
"""Sends a whole form, with its token, about a credential."""
ACTS: dict[str, Act] = {
    "begin": lambda guest, _: guest.send("/account/add/totp/begin"),
    "add": lambda guest, _: guest.send("/account/add/totp", code="123456"),
    "make in passing": lambda guest, _: guest.send("/account/upgrade/passkey/offer"),
    "remove": lambda guest, mine: guest.send(f"/account/remove/{mine}"),
    "rename": lambda guest, mine: guest.send(f"/account/rename/{mine}", name="Mine"),
    "mail codes": lambda guest, _: guest.send("/account/mail-codes", on="yes"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = site_in(tmp_path_factory.mktemp("site"), development=False)
    yield site
    site.services.db.close()


def _nobody(site: Site, _: Account) -> Guest:
    return Guest(site)


def _somebody_else(site: Site, _: Account) -> Guest:
    return inside(site, member(site))


def _at_reset(site: Site, ann: Account) -> Guest:
    guest = Guest(site)
    guest.send("/forgot", email=ann.address)
    assert goes_to(guest.enter()) == "/reset"
    return guest


def _reset(site: Site, ann: Account) -> Guest:
    """Be signed in by a mailbox alone."""
    return Guest(site).reset(ann.address)


def _reset_beside_an_app(site: Site, ann: Account) -> Guest:
    """Have a new password by mail, and wait for the app's code."""
    app_of(site.services.desk, ann)
    guest = _at_reset(site, ann)
    assert goes_to(guest.send("/reset", password=OTHER_PASSWORD)) == "/verify"
    return guest


def _stale(site: Site, ann: Account) -> Guest:
    guest, table = inside(site, ann), schema.sessions
    session = guest.session()
    assert session
    long_ago = to_millis(site.clock() - FRESH_FOR)
    made = update(table).where(table.c.session == session.id).values(proved_at=long_ago)
    site.services.db.tidy(lambda link: link.execute(made))
    return guest


STAGES: dict[str, Callable[[Site, Account], Guest]] = {
    "nobody": _nobody,
    "somebody else": _somebody_else,
    "half signed in": at_step,
    "about to choose a new password": _at_reset,
    "signed in by a mailbox alone": _reset,
    "reset beside an app": _reset_beside_an_app,
    "in a browser that skips the code": skipped,
    "with a second step of five minutes ago": _stale,
}


OWN = {("somebody else", each) for each in ACTS.keys() - {"remove", "rename"}}
"""What is about the visitor's own account."""
REFUSED = sorted(set(product(STAGES, ACTS)) - OWN)


@pytest.mark.parametrize(("stage", "act"), REFUSED)
def test_nobody_else_changes_anything(site: Site, stage: str, act: str) -> None:
    ann = member(site)
    codes_of(site.services.desk, ann)
    guest = STAGES[stage](site, ann)
    (mine,) = (each.id for each in owned(site, ann) if each.factor == "recovery")
    before = rows(site)
    ACTS[act](guest, mine)
    assert rows(site) == before


@pytest.mark.parametrize("act", sorted(ACTS.keys() - {"add"}))
def test_a_fresh_second_step_does(site: Site, act: str) -> None:
    ann = member(site)
    codes_of(site.services.desk, ann)
    guest, (mine,) = inside(site, ann), owned(site, ann)
    before = rows(site)
    ACTS[act](guest, mine.id)
    assert rows(site) != before


def test_nor_does_it_once_it_is_five_minutes_old(site: Site) -> None:
    ann = member(site)
    guest = inside(site, ann)
    site.clock.move(seconds=FRESH_FOR.total_seconds())
    before = rows(site)
    assert goes_to(guest.send("/account/add/totp/begin")) == "/account/add/totp"
    assert goes_to(guest.get("/account/add/totp")).startswith("/confirm?")
    assert rows(site) == before
