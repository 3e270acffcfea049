"""People who come in: a lobby, and visitors who keep their cookies as browsers do."""

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Row, event, func, select

from people import found, somebody
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.hashing import Hashing
from simple_2fa.accounts.model import Account
from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Challenge
from simple_2fa.core import passwords
from simple_2fa.core.tags import Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import NewCredential
from simple_2fa.db import schema
from simple_2fa.db.engine import Database
from simple_2fa.limits import buckets
from simple_2fa.limits.buckets import Bucket
from simple_2fa.mail.model import Delivery
from simple_2fa.sessions import browsers, store
from simple_2fa.sessions.model import Browser, Place, Session
from simple_2fa.signin import asking, login, recover
from simple_2fa.signin.arrival import arrival
from simple_2fa.signin.model import Cookies, Entered, Lobby, Typed, Visit
from world import COUNTER_SECRET, NOW

P = ParamSpec("P")
T = TypeVar("T")

PASSWORD = "copper lantern drift"
OTHER_PASSWORD = "violet harbour mosaic"
SAYS = {"locale": "en", "asked_from": "Firefox on Windows, network 203.0.113.x"}


@cache
def hash_of(password: str) -> str:
    """Hash a password once for all tests."""
    return passwords.hash_password(password)


@cache
def _hashing() -> Hashing:
    return Hashing(16)


def lobby_on(desk: Desk) -> Lobby:
    return Lobby(desk, _hashing(), "Acme")


def joined(lobby: Lobby, stored: str = "") -> Account:
    """Store an account whose password is `PASSWORD`."""
    made = somebody(f"ann.{secrets.token_hex(8)}@example.com")
    made = replace(made, password=stored or hash_of(PASSWORD))
    lobby.desk.db.tidy(lambda connection: accounts.add(connection, made))
    return made


def enrolled(lobby: Lobby, account: Account) -> str:
    """Give an account the token of RFC 4226's appendix D, its counter at 0; give its id."""
    new = NewCredential(account.subject, "counter", COUNTER_SECRET)
    sealed = credentials.sealed(lobby.desk.vault, new.id, new.subject, new.secret)
    lobby.desk.db.tidy(lambda connection: credentials.add(connection, new, sealed, NOW))
    return new.id


def _somewhere() -> Place:
    """Give a network that no other test comes from."""
    parts = (secrets.token_hex(2) for _ in range(3))
    return Place("Firefox on Windows", f"2001:{':'.join(parts)}::")


@dataclass
class Visitor:
    """One browser, with the clock and the network in which it is, and its owner's address."""

    lobby: Lobby
    address: str = field(default_factory=lambda: f"ann.{secrets.token_hex(8)}@example.com")
    now: datetime = NOW
    place: Place = field(default_factory=_somewhere)
    token: str = ""
    browsers: dict[str, str] = field(default_factory=dict)

    @property
    def db(self) -> Database:
        return self.lobby.desk.db

    def visit(self) -> Visit:
        """Make one request, its session read as pages read it."""
        held, session = dict(self.browsers), self.session
        return Visit(self.lobby, self.now, self.place, SAYS, session, self.token, held)

    def act(
        self, story: Callable[Concatenate[Visit, P], T], *given: P.args, **named: P.kwargs
    ) -> T:
        """Make one request, and keep the cookies that come back."""
        told = story(self.visit(), *given, **named)
        cookies = told.cookies if isinstance(told, Entered) else told
        if isinstance(cookies, Cookies):
            self.token = cookies.session
            self.browsers.update([cookies.browser] if cookies.browser else [])
        return told

    def typed(self, password: str = PASSWORD) -> Typed:
        return Typed(self.address, password)

    def move(self, **span: float) -> None:
        """`move(minutes=8)`."""
        self.now += timedelta(**span)

    @property
    def session(self) -> Session | None:
        """What its cookie opens now."""
        return self.db.read(lambda connection: store.by_token(connection, self.token, self.now))

    @property
    def stage(self) -> str:
        """How far it has come; '' where its cookie opens nothing."""
        session = self.session
        return session.stage.value if session else ""

    @property
    def asked(self) -> Challenge:
        """The challenge that its session waits for."""
        seen = asking.awaited(self.visit())
        assert seen is not None
        return seen

    @property
    def code(self) -> str:
        """The right answer to that, as its letter tells it."""
        return self.lobby.desk.open(self.asked).state.decode()

    @property
    def account(self) -> Account | None:
        """Whose address this is by now."""
        return self.db.read(lambda connection: accounts.by_address(connection, self.address))

    def elsewhere(self) -> "Visitor":
        """Give another browser of the same person, in another network."""
        return Visitor(self.lobby, self.address, self.now)


def at(lobby: Lobby, account: Account) -> Visitor:
    """Give a browser that doesn't know its owner yet."""
    return Visitor(lobby, account.address)


def signed_in(
    lobby: Lobby, account: Account | None = None, now: datetime = NOW, *, remember: bool = False
) -> Visitor:
    """Give a browser in which somebody has just signed in by mail code, without hashing."""
    owner = found(lobby.desk.db, account) if account else joined(lobby)
    ann = Visitor(lobby, owner.address, now)
    second = lobby.desk.factors["mail_code"]
    made = arrival(ann.visit(), owner, None, second, remember=remember)
    ann.db.tidy(lambda connection: login.complete_login(connection, made))
    return _with(ann, made.cookies)


def reset(ann: Visitor, password: str = OTHER_PASSWORD) -> None:
    """Get back in with a mailed code and a new password."""
    ann.act(recover.begin, ann.address)
    assert ann.act(recover.prove, ann.code).cookies
    assert ann.act(recover.set_password, password).cookies


def owner(ann: Visitor) -> Account:
    """Read the account of a visitor's address; there is one."""
    assert ann.account is not None
    return ann.account


def letters(ann: Visitor, about: str = "") -> list[Row[Any]]:
    """Read the letters about a challenge, the one that is waited for by default."""
    table = schema.letters
    query = select(table).where(table.c.about == (about or ann.asked.id)).order_by(table.c.id)
    return ann.db.read(lambda connection: list(connection.execute(query)))


def voided(ann: Visitor, about: str) -> bool:
    """Tell whether no letter about a challenge will be sent any more."""
    return {row.state for row in letters(ann, about)} == {Delivery.VOID.value}


def notices(ann: Visitor, template: str) -> list[dict[str, str]]:
    """Give what the letters of this kind to the visitor's address tell."""
    vault, table = ann.lobby.desk.vault, schema.letters
    query = select(table).where(table.c.template == template).order_by(table.c.id)
    rows = ann.db.read(lambda connection: list(connection.execute(query)))
    opened = (_opened(vault.open("letter", row.letter, row.sealed)) for row in rows if row.sealed)
    return [data for to, data in opened if to == ann.address]


def events(ann: Visitor, account: Account) -> list[tuple[str, str]]:
    """Give (tag, outcome) of all that stands in an account's activity, sorted."""
    table = schema.events
    query = select(table.c.tag, table.c.outcome).where(table.c.account == account.id)
    return sorted(
        (row.tag, row.outcome) for row in ann.db.read(lambda link: link.execute(query).all())
    )


def happened(ann: Visitor, account: Account, tag: Tag) -> list[str]:
    """Give the outcomes of one kind of event in an account's activity."""
    return [outcome for told, outcome in events(ann, account) if told == tag]


def known_to(ann: Visitor, account: Account) -> list[Browser]:
    """Read the browsers that an account knows."""
    return ann.db.read(lambda connection: browsers.of_account(connection, account.id, ann.now))


def open_to(ann: Visitor, account: Account) -> list[Session]:
    """Read the sessions of an account that open something."""
    return ann.db.read(lambda connection: store.of_account(connection, account.id, ann.now))


def spend(ann: Visitor, of: Bucket, charge: int) -> None:
    """Take tokens out of a bucket behind the product's back."""
    assert ann.db.tidy(lambda connection: buckets.take(connection, of, ann.now, charge=charge))


def left(ann: Visitor, of: Bucket) -> int:
    return ann.db.read(lambda connection: buckets.level(connection, of, ann.now)).left


def traces(db: Database) -> dict[str, int]:
    """Count the rows of each table: what has left no trace has left these as they were."""

    tables = schema.metadata.tables.values()
    counts = {each.name: select(func.count()).select_from(each) for each in tables}
    return db.read(
        lambda connection: {
            name: connection.execute(query).scalar_one() for name, query in counts.items()
        }
    )


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """Note all that is sent to the database meanwhile, without its values."""
    sent: list[str] = []

    def note(_c: object, _d: object, text: str, *_: object) -> None:
        sent.append(text)

    engines = (db.reader, db._writer)
    for each in engines:
        event.listen(each, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for each in engines:
            event.remove(each, "before_cursor_execute", note)


def _with(ann: Visitor, cookies: Cookies) -> Visitor:
    held = dict([cookies.browser] if cookies.browser else [])
    return replace(ann, token=cookies.session, browsers=held)


def _opened(packed: bytes) -> tuple[str, dict[str, str]]:
    content = json.loads(packed)
    return content["to"], content["data"]
