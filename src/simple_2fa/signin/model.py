"""What all stories of signing in share: where they happen, who comes, what a browser takes home."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Answered, Caller
from simple_2fa.core.errors import Simple2FAError, SlowDownError
from simple_2fa.core.passwords import Weakness
from simple_2fa.db.engine import Database
from simple_2fa.sessions.model import Place, Session

TAKEN = "taken"
"""In the data of a proof: its address has an account already."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one person: where, when, and what her browser tells.

    Attributes:
        now: the request's one instant (aware, UTC).
        place: where it comes from.
        says: what letters tell of it: `locale`, `asked_from`.
        session: what the cookie opens; `token` is its value.
        browsers: cookies of known browsers, public id → verifier; nothing is checked yet.
    """

    desk: Desk
    now: datetime
    place: Place
    says: Mapping[str, str] = field(default_factory=dict)
    session: Session | None = None
    token: str = field(default="", repr=False)
    browsers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def db(self) -> Database:
        """Where everything is stored."""
        return self.desk.db


@dataclass(frozen=True, slots=True)
class Typed:
    """Address, in its canonical form, and password."""

    address: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cookies:
    """What the browser keeps from now on.

    Attributes:
        session: the token of its session.
        browser: public id and verifier of the known browser that it is now.
    """

    session: str = field(repr=False)
    browser: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Entered:
    """What a step led to.

    Attributes:
        answered: what became of the code, where one was answered.
        cookies: there if, and only if, the step was made.
        goes_to: the path that its person wanted, or ''.
        asks: whether a second step comes first.
    """

    answered: Answered | None = None
    cookies: Cookies | None = None
    goes_to: str = ""
    asks: bool = False


class OverError(Simple2FAError):
    """The session, or what it waited for, is over or has moved on; look at it again."""


class NotFreshError(OverError):
    """The second step before a sensitive change was made too long ago."""


class PausedError(SlowDownError):
    """Too many wrong passwords; right and wrong ones hear the same."""


class HeldError(Simple2FAError):
    """The password was reset by mail a short while ago: what demands two factors has to wait.

    Attributes:
        until: when it need not wait any more (aware, UTC).
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until.isoformat()}")
        self.until = until


class WeakPasswordError(Simple2FAError):
    """A new password is too weak.

    Attributes:
        typed: how many characters it has.
    """

    def __init__(self, why: Weakness, typed: int) -> None:
        super().__init__(f"the password is {why}")
        self.why = why
        self.typed = typed


def caller_of(session: Session) -> Caller:
    """Name a session as the caller of its challenges."""
    return Caller("session", session.id, session.browser or "")
