"""Somebody at our pages, friend or foe: sends any form, follows no redirect, keeps any cookie."""

import itertools
import re
from functools import cache
from ipaddress import IPv4Address
from typing import Any, Self

from sqlalchemy import Select, func, select
from werkzeug.test import TestResponse

from apps import Site
from live import Person
from people import added
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Challenge
from simple_2fa.core.ids import new_id
from simple_2fa.core.passwords import hash_password
from simple_2fa.db import schema
from simple_2fa.sessions import store
from simple_2fa.sessions.model import Session
from simple_2fa.signin.model import caller_of

PASSWORD = "tall green bicycle"
OTHER_PASSWORD = "seven slow tractors"
_networks = (str(IPv4Address("198.18.0.0") + number) for number in itertools.count(1))
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def new_network() -> str:
    """An address from which nothing was counted yet."""
    return next(_networks)


class Guest(Person):
    """A browser in a network of its own, from which nothing was counted yet."""

    def __init__(self, site: Site, network: str = "") -> None:
        super().__init__(site)
        self.move_to(network or new_network())
        self.address = ""
        self._csrf = ""

    def move_to(self, network: str) -> None:
        """Come from another address from now on."""
        self.client.environ_base["REMOTE_ADDR"] = network

    @property
    def csrf(self) -> str:
        """The token that this browser's forms hold, whatever the page."""
        if not self._csrf:
            found = _CSRF.search(self.get("/forgot").text)
            assert found
            self._csrf = found[1]
        return self._csrf

    def send(
        self, path: str, headers: dict[str, str] | None = None, /, **typed: str
    ) -> TestResponse:
        """Send a form from a page of ours; the redirect is for the caller to look at."""
        own = {"Origin": self.site.origin, "Sec-Fetch-Site": "same-origin"}
        data = {"csrf": self.csrf, **typed}
        self.seen.append(self.client.post(path, data=data, headers={**own, **(headers or {})}))
        return self.seen[-1]

    def log_in(self, address: str, password: str = PASSWORD, **more: str) -> TestResponse:
        return self.send("/login", email=address, password=password, **more)

    def enter(self, code: str = "", **more: str) -> TestResponse:
        """Enter a code: by default the right one."""
        return self.send("/verify/answer", code=code or self.code(), **more)

    def sign_in(self, address: str, password: str = PASSWORD, **more: str) -> Self:
        """Go all the way in."""
        self.address = address
        assert goes_to(self.log_in(address, password)) == "/verify"
        assert goes_to(self.enter(**more)) == "/account"
        return self

    def reset(self, address: str, password: str = OTHER_PASSWORD) -> Self:
        """Choose a new password by a mailed code."""
        assert goes_to(self.send("/forgot", email=address)) == "/verify"
        assert goes_to(self.enter()) == "/reset"
        assert goes_to(self.send("/reset", password=password)) == "/account"
        return self

    def is_in(self) -> bool:
        return self.get("/account").status_code == 200

    def jar(self) -> dict[str, str]:
        """All cookies by their whole names."""
        return {each.key: each.value for each in (self.client._cookies or {}).values()}

    def hold(self, jar: dict[str, str]) -> Self:
        """Have these cookies and no others."""
        for name in self.jar():
            self.client.delete_cookie(name)
        for name, value in jar.items():
            self.client.set_cookie(name, value)
        self._csrf = ""
        return self

    def twin(self) -> "Guest":
        """Give another browser with the same cookies, as a thief of them has it."""
        return Guest(self.site).hold(self.jar())

    def session(self) -> Session | None:
        """The session that the cookie opens, as it is stored."""
        held = next((value for name, value in self.jar().items() if "session" in name), "")
        now = self.site.clock()
        return self.site.services.db.read(lambda link: store.by_token(link, held, now))

    def challenge(self) -> Challenge:
        """What the session waits for."""
        session = self.session()
        assert session
        assert session.challenge
        found = flows.find(self.site.services.desk, session.challenge, caller_of(session))
        assert found
        return found

    def code(self) -> str:
        """Open the seal, as nobody outside can: a decoy has a code too, in no letter."""
        return self.site.services.desk.posed(self.challenge()).state.decode()


def told(reply: TestResponse) -> str:
    """What the page of a code says of the one that was sent; '' for none that can be sent again."""
    return reply.headers.get("Location", "").partition("told=")[2]


def goes_to(reply: TestResponse) -> str:
    """Where a redirect leads; '' for anything else."""
    return reply.headers["Location"] if reply.status_code == 303 else ""


def member(site: Site, address: str = "", hashed: str = "") -> Account:
    """Store somebody who has an account; her password is `PASSWORD`, or this hash's."""
    name = new_id()
    made = Account(name, address or f"{name}@example.com", hashed or _hash(), site.clock())
    return added(site.services.db, made)


def as_stored(site: Site, account: Account) -> Account | None:
    return site.services.db.read(lambda link: accounts.find(link, account.id))


def rows(site: Site) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is stored, but for when a session was used last."""
    return site.services.db.read(
        lambda link: {
            name: [tuple(row) for row in link.execute(_all_but_use(name))]
            for name in schema.metadata.tables
        }
    )


def count(site: Site, table: str) -> int:
    query = select(func.count()).select_from(schema.metadata.tables[table])
    return site.services.db.read(lambda link: link.execute(query).scalar_one())


def _all_but_use(name: str) -> Select[Any]:
    table = schema.metadata.tables[name]
    kept = [column for column in table.c if column.name != "seen_at"]
    return select(*kept).order_by(*table.primary_key.columns)


@cache
def _hash() -> str:
    return hash_password(PASSWORD)
