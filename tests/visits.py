"""People who come in: visitors who keep their cookies as browsers do."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Concatenate, ParamSpec, TypeVar

from authenticators import owned
from people import found, somebody
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.hashing import Hashing
from simple_2fa.accounts.model import Account
from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Challenge, Outcome
from simple_2fa.core import passwords
from simple_2fa.db.engine import Database
from simple_2fa.sessions import store
from simple_2fa.sessions.model import Place, Session
from simple_2fa.signin import asking, login, recover
from simple_2fa.signin import undo as undoing
from simple_2fa.signin.arrival import arrival
from simple_2fa.signin.model import TAKEN, Cookies, Entered, OverError, Typed, Visit
from world import COUNTER_SECRET, MINUTE, NOW, Interrupted

P = ParamSpec("P")
T = TypeVar("T")

PASSWORD = "copper lantern drift"
OTHER_PASSWORD = "violet harbour mosaic"
SAYS = {"locale": "en", "asked_from": "Firefox on Windows, network 203.0.113.x"}


@cache
def hash_of(password: str) -> str:
    """Hash a password once for all tests."""
    return passwords.hash_password(password)


def joined(desk: Desk, stored: str = "") -> Account:
    """Store an account whose password is `PASSWORD`."""
    made = somebody(f"ann.{secrets.token_hex(8)}@example.com")
    made = replace(made, password=stored or hash_of(PASSWORD))
    desk.db.tidy(lambda connection: accounts.add(connection, made))
    return made


def enrolled(desk: Desk, account: Account) -> str:
    """Give an account the token of RFC 4226's appendix D, its counter at 0; give its id."""
    return owned(desk, account, "counter", COUNTER_SECRET)


def _somewhere() -> Place:
    """Give a network that no other test comes from."""
    parts = (secrets.token_hex(2) for _ in range(3))
    return Place("Firefox on Windows", f"2001:{':'.join(parts)}::")


@dataclass
class Visitor:
    """One browser, with the clock and the network in which it is, and its owner's address."""

    desk: Desk
    address: str = field(default_factory=lambda: f"ann.{secrets.token_hex(8)}@example.com")
    now: datetime = NOW
    place: Place = field(default_factory=_somewhere)
    token: str = ""
    browsers: dict[str, str] = field(default_factory=dict)

    @property
    def db(self) -> Database:
        return self.desk.db

    def visit(self) -> Visit:
        """Make one request, its session read as pages read it."""
        held, session = dict(self.browsers), self.session
        return Visit(self.desk, self.now, self.place, SAYS, session, self.token, held)

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
        return self.desk.posed(self.asked).state.decode()

    @property
    def account(self) -> Account | None:
        """Whose address this is by now."""
        return self.db.read(lambda connection: accounts.by_address(connection, self.address))

    def elsewhere(self) -> "Visitor":
        """Give another browser of the same person, in another network."""
        return Visitor(self.desk, self.address, self.now)


def at(desk: Desk, account: Account) -> Visitor:
    """Give a browser that doesn't know its owner yet."""
    return Visitor(desk, account.address)


def signed_in(
    desk: Desk,
    account: Account | None = None,
    now: datetime = NOW,
    *,
    remember: bool = False,
    by: str = "mail_code",
) -> Visitor:
    """Give a browser in which somebody has just signed in by a factor, without hashing."""
    owner = found(desk.db, account) if account else joined(desk)
    ann = Visitor(desk, owner.address, now)
    second = desk.factors[by]
    made = arrival(ann.visit(), owner, None, second, remember=remember)
    ann.db.tidy(lambda connection: login.complete_login(connection, made))
    return _with(ann, made.cookies)


def meanwhile(ann: Visitor, act: Callable[[], object]) -> Visitor:
    """Give the same browser, where this happens between a request's reads and its write."""
    desk = ann.desk
    known = {**desk.factors, "mail_code": Interrupted(act)}
    return replace(ann, desk=replace(desk, factors=known))


class Slow(Hashing):
    """Checks and hashes passwords; something else happens before it says so."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__(16)
        self._act = act

    @contextmanager
    def turn(self) -> Iterator[None]:
        with super().turn():
            yield
        self._act()


def slowly(ann: Visitor, act: Callable[[], object]) -> Visitor:
    """Give the same browser, where this happens while a password is checked or hashed."""
    return replace(ann, desk=replace(ann.desk, hashing=Slow(act)))


def outcome(act: Callable[[], object]) -> str:
    """Name what became of an attempt."""
    try:
        told = act()
    except OverError:
        return "over"
    if not isinstance(told, Entered):
        return "no match" if told is False else "in"
    if told.cookies:
        return "in"
    if told.answered is None:
        return "no match"
    return TAKEN if TAKEN in told.answered.data else told.answered.outcome.value


def told(entered: Entered) -> Outcome:
    """Give what became of a code; only a right one gives cookies."""
    assert entered.answered
    assert bool(entered.cookies) == (entered.answered.outcome is Outcome.APPROVED)
    return entered.answered.outcome


def asking_for_a_way_in(desk: Desk) -> Visitor:
    """Give somebody who has forgotten her password."""
    ann = at(desk, joined(desk))
    ann.act(recover.begin, ann.address)
    return ann


def reset(ann: Visitor, password: str = OTHER_PASSWORD) -> None:
    """Get back in with a mailed code and a new password."""
    ann.act(recover.begin, ann.address)
    assert ann.act(recover.prove, ann.code).cookies
    assert ann.act(recover.set_password, password).cookies


def at_home(desk: Desk, account: Account | None = None, *, remember: bool = False) -> Visitor:
    """Give a browser in which somebody signed in a minute ago."""
    return replace(signed_in(desk, account, NOW - MINUTE, remember=remember), now=NOW)


def undo(ann: Visitor, former: str = PASSWORD) -> bool:
    """Undo a reset, in the one browser that is known."""
    return ann.act(undoing.undo, next(iter(ann.browsers), ""), former)


def owner(ann: Visitor) -> Account:
    """Read the account of a visitor's address; there is one."""
    assert ann.account is not None
    return ann.account


def _with(ann: Visitor, cookies: Cookies) -> Visitor:
    held = dict([cookies.browser] if cookies.browser else [])
    return replace(ann, token=cookies.session, browsers=held)
