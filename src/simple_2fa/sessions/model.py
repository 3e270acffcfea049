"""Sessions and known browsers as values, and how long each lasts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from simple_2fa.core.ids import id_of, new_secret

ANONYMOUS_LASTS = timedelta(hours=1)
"""A session that only waits for a code, as in registration."""
PASSWORD_LASTS = timedelta(minutes=15)
"""Between the password and the second step; between a reset's code and the new password."""
FULL_LASTS = timedelta(hours=24)
IDLE_LASTS = timedelta(hours=1)
"""A full session in all, and unused (NIST SP 800-63B-4, 2.2.3)."""
FRESH_FOR = timedelta(minutes=5)
"""How long after a second step sensitive changes need no other one."""
BROWSER_LASTS = timedelta(days=180)
"""A known browser, from its last use."""
HOSTED_LASTS = timedelta(days=30)
"""A second step for an application that signs people in itself, and out: at the longest."""
SKIPS_CODE_FOR = timedelta(days=30)
MOST_BROWSERS = 10
"""Known browsers of one account; the one unused for longest makes room."""


class Stage(StrEnum):
    """How far somebody has come; a route names the stage that it demands."""

    ANONYMOUS = "anonymous"
    PASSWORD = "password"  # noqa: S105 (the name of a stage)
    RESET = "reset"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request comes from, as its person would recognise it.

    Attributes:
        agent: browser and system, 'Firefox on Windows'.
        network: the block of its address.
    """

    agent: str
    network: str

    @property
    def facts(self) -> Mapping[str, str]:
        """What an event tells of it."""
        return {"agent": self.agent, "network": self.network}


@dataclass(frozen=True, slots=True)
class Session:
    """A row as it was read.

    Attributes:
        id: public id; stays while the cookie's token rotates, and is the caller of its challenges.
        account: public id of whose it is; None before a password or a proof.
        epoch: the account's, under which all this was proved.
        challenge: public id of what it waits for.
        goes_to: the path that its person wanted.
        proved_by: the factor of the last second step, at `proved_at`.
        one_factor_until: after a reset by mail it counts as one factor so long.
        browser: public id of the known browser in which it began.
        password: Argon2id hash that the account will have, which is being created or reset.
        is_hosted: another application signs its person in, and ends it with its own.
        kept: what was sent to that application before the second step, sealed.
    """

    id: str
    stage: Stage
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    place: Place
    account: str | None = None
    epoch: int = 0
    challenge: str | None = None
    goes_to: str = ""
    proved_by: str | None = None
    proved_at: datetime | None = None
    one_factor_until: datetime | None = None
    browser: str | None = None
    password: str | None = field(default=None, repr=False)
    is_hosted: bool = False
    kept: str | None = field(default=None, repr=False)

    def is_over(self, now: datetime) -> bool:
        """Whether its time has come, or it was unused for too long."""
        may_idle = self.is_hosted or self.stage is not Stage.FULL
        return now >= self.expires_at or (not may_idle and now - self.seen_at > IDLE_LASTS)

    def is_one_factor(self, now: datetime) -> bool:
        """Whether it opens nothing that demands two."""
        return self.one_factor_until is not None and now < self.one_factor_until

    def is_fresh(self, now: datetime, within: timedelta = FRESH_FOR) -> bool:
        """Whether a second step was made in it a moment ago; one that was skipped is none."""
        proved = self.proved_at is not None and now - self.proved_at < within
        return proved and not self.is_one_factor(now)


@dataclass(frozen=True, slots=True)
class Browser:
    """A known browser of one account: a row, and a cookie with its verifier.

    Attributes:
        id: public id, and the selector in the cookie's name.
        skips_code_until: it answers no second step until then, where its person chose so.
    """

    id: str
    account: str
    epoch: int
    agent: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    skips_code_until: datetime | None = None

    def skips_code(self, now: datetime) -> bool:
        """Whether no second step is asked for."""
        return self.skips_code_until is not None and now < self.skips_code_until


def anonymous(now: datetime, place: Place, goes_to: str = "") -> tuple[Session, str]:
    """Make a session that has proved nothing yet, and its token."""
    token = new_secret()
    ends = now + ANONYMOUS_LASTS
    return Session(id_of(token), Stage.ANONYMOUS, now, now, ends, place, goes_to=goes_to), token


def waiting(seen: Session, stage: Stage, account: str, epoch: int, now: datetime) -> Session:
    """Give a session that has come half the way: a password, or a reset's code."""
    ends = now + PASSWORD_LASTS
    moved = replace(seen, stage=stage, account=account, epoch=epoch, seen_at=now, expires_at=ends)
    return replace(moved, password=None)


def full(seen: Session, account: str, epoch: int, now: datetime) -> Session:
    """Give a session that is all the way in. Only `signin.login.complete_login` calls this."""
    ends = now + (HOSTED_LASTS if seen.is_hosted else FULL_LASTS)
    moved = replace(seen, stage=Stage.FULL, account=account, epoch=epoch, created_at=now)
    return replace(moved, seen_at=now, expires_at=ends, challenge=None, goes_to="", password=None)
