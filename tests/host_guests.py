"""Somebody's people at our pages in her application, friend or foe: each has come so far."""

import itertools
import re
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

from sqlalchemy import select
from werkzeug.test import TestResponse

from apps import Site
from authenticators import App
from guests import rows
from host_app import Customer, HostApp, host_app, leads
from live import compiled_once
from simple_2fa.accounts import links
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account, Link, Person
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Caller, Challenge
from simple_2fa.credentials import store as credentials
from simple_2fa.db import schema
from simple_2fa.http.services import EXTENSION

_LINK = "l" * 43
# Development serves this very machine alone, which has many addresses.
_networks = (str(IPv4Address("127.0.1.0") + number) for number in itertools.count(1))
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_NOT_ME = re.compile(r"/not-me/(\S+)")


def host_with_letters(folder: Path, prefix: str = "") -> HostApp:
    """Make an application; of a letter's link everybody knows, for its page's token."""
    app = host_app(folder, url_prefix=prefix)
    Customer(app).get(f"{prefix}/verify")  # letters name the host of the first request
    compiled_once(site_of(app))
    about = Link("nobody", "new_browser", app.clock())
    app.db.tidy(lambda connection: links.add(connection, about, _LINK))
    return app


def site_of(app: HostApp) -> Site:
    """Give it as what helpers take that look at what is stored."""
    return Site(app.flask, app.clock)


def state(app: HostApp) -> tuple[dict[str, list[tuple[object, ...]]], list[str]]:
    """Give tables and letters: all that a request changes, but for a session's last use."""
    assert app.services.inbox
    return rows(site_of(app)), [each.id for each in app.services.inbox.read()]


class HostGuest(Customer):
    """A browser in a network of its own, and a person of the application's: sends any form."""

    def __init__(self, app: HostApp, user: str = "") -> None:
        super().__init__(app)
        self.prefix: str = app.flask.extensions[EXTENSION].prefix
        self.user = user or str(len(app.people) + 1)
        self.address = app.people.setdefault(self.user, f"{self.user}@example.com")
        self.client.environ_base["REMOTE_ADDR"] = next(_networks)
        self._csrf = ""

    @property
    def csrf(self) -> str:
        """The token that this browser's forms hold, whatever the page."""
        if not self._csrf:
            found = _CSRF.search(self.get(f"{self.prefix}/verify/not-me/{_LINK}").text)
            assert found
            self._csrf = found[1]
        return self._csrf

    def send(
        self, path: str, headers: dict[str, str] | None = None, /, **typed: str
    ) -> TestResponse:
        """Send a form of ours; its path is given without the prefix."""
        own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
        data = {"csrf": self.csrf, **typed}
        return self.client.post(self.prefix + path, data=data, headers={**own, **(headers or {})})

    def twin(self) -> "HostGuest":
        """Give another browser with the same cookies: what it does leaves these as they are."""
        other = HostGuest(self.app, self.user)
        other.client._cookies = dict(self.client._cookies or {})
        return other

    def ask(self) -> "HostGuest":
        """Be signed in, and wait for the second step."""
        self.log_in(self.user)
        assert leads(self.get("/orders")) == f"{self.prefix}/verify"
        return self

    def step(self, code: str = "", **more: str) -> "HostGuest":
        """Make the second step: by default by the mailed code."""
        self.ask()
        sent = self.send("/verify/answer", code=code or self.code(), **more)
        assert leads(sent) == "/orders"
        return self

    def code(self) -> str:
        """Give the code that was mailed last."""
        return self.app.code(self.address)

    def begun_app(self) -> App:
        """Begin to add an authenticator app; it is confirmed by its code."""
        begun = self.send("/verify/account/add/totp/begin")
        assert leads(begun).endswith("/add/totp")
        # What the page shows: the seal is opened here, as nobody outside can.
        return App(self.app.services.desk.posed(asked_last(self.app)).state)

    def with_app(self) -> App:
        """Add one: that is a second step, and told by a letter; its next code is a minute away."""
        app = self.begun_app()
        code = app.code(self.app.clock())
        assert leads(self.send("/verify/account/add/totp", code=code)).endswith("added")
        self.app.clock.move(minutes=1)
        return app

    def letter_link(self) -> str:
        """Give the token of 'that wasn't me' in the newest letter that has one."""
        found = (_NOT_ME.search(each.text) for each in self.app.letters(self.address))
        return next(each[1] for each in found if each)

    def account(self) -> Account:
        whose = Person(self.app.flask.name, self.user)
        found = self.app.db.read(lambda link: accounts.by_person(link, whose))
        assert found
        return found

    def credential(self) -> str:
        """Give the public id of the only one."""
        subject = self.account().subject
        (found,) = self.app.db.read(lambda link: credentials.owned(link, subject))
        return found.id


def asked_last(app: HostApp) -> Challenge:
    """Read the newest question."""
    desk, table = app.services.desk, schema.challenges
    newest = select(table.c.challenge, table.c.caller).order_by(table.c.id.desc()).limit(1)
    name, caller = app.db.read(lambda link: link.execute(newest).one())
    found = flows.find(desk, name, Caller.read(caller))
    assert found
    return found


STAGES = ("nobody", "signed_in", "asked", "skipped", "fresh", "stale")
"""How far people of an application come: signed in by it alone; asked by us for the second step;
in a browser that skips it; who made it just now; and who made it five minutes ago."""


def at_stages(app: HostApp) -> dict[str, HostGuest]:
    """Give somebody at each stage."""
    stale = HostGuest(app).step()
    app.clock.move(minutes=5)
    return dict(zip(STAGES, [*_without_it(app), HostGuest(app).step(), stale], strict=True))


def _without_it(app: HostApp) -> Iterator[HostGuest]:
    yield HostGuest(app)
    signed_in = HostGuest(app)
    signed_in.log_in(signed_in.user)
    yield signed_in
    yield HostGuest(app).ask()
    skipped = HostGuest(app).step(remember="yes")
    skipped.post("/logout")
    skipped.log_in(skipped.user)
    assert skipped.get("/orders").status_code == 307  # once more, with its new cookies
    assert skipped.get("/orders").status_code == 200
    yield skipped
