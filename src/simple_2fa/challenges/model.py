"""Challenges as values: what was asked, how it stands, what an answer led to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from simple_2fa.core import factor
from simple_2fa.core.errors import Simple2FAError
from simple_2fa.core.factor import Letter, Prompt
from simple_2fa.core.tags import Tag

MAX_TRIES = 5
RESEND_GAP = timedelta(seconds=30)
RESEND_NEEDS = timedelta(minutes=3)
"""With less time left a resend starts a new challenge: a late letter would carry a dead code."""
API = "api:"
"""Purposes of API callers are stored behind this, so they never equal ours."""
NO_ACCOUNT = 0
"""The epoch of a subject without an account."""
MAIL = "mail_code"
"""The factor that everybody has; by it an application's question is put first."""


class Purpose(StrEnum):
    """What our own pages want a proof for."""

    LOGIN = "login"
    PROVE_ADDRESS = "prove_address"
    RESET = "reset"
    CHANGE_ADDRESS = "change_address"
    STEP_UP = "step_up"
    ENROL = factor.ENROL
    UPGRADE = factor.UPGRADE
    UNLOCK = "unlock"
    """Codes are paused, and mail is no way to sign in: the mailbox opens a ledger of its own."""
    ALONE = "alone"
    """No password came first: the answer names its person, and stands for two factors."""


UNASKED = frozenset({Purpose.PROVE_ADDRESS, Purpose.RESET, Purpose.CHANGE_ADDRESS})
"""Purposes for which somebody may have a letter sent to an address that isn't theirs."""


FLEETING = frozenset({Purpose.UPGRADE, Purpose.ALONE})
"""What pages ask by themselves, at each look: nothing of it is kept that nobody answered."""


class Outcome(StrEnum):
    """What became of an answer, or of a challenge that takes none any more."""

    APPROVED = "approved"
    WRONG = "wrong"
    USED = "used"
    CANCELED = "canceled"
    EXPIRED = "expired"
    OUT_OF_TRIES = "max_attempts_reached"
    PAUSED = "paused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who may answer: ('session', a session's public id) or ('client', a client's).

    Attributes:
        browser: the known browser in which a session began, or ''; it has a ledger of its own.
    """

    kind: str
    id: str
    browser: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """Take one apart that `str` put together."""
        return cls(*text.split(":"))

    def __str__(self) -> str:
        return ":".join(filter(None, (self.kind, self.id, self.browser)))

    @property
    def ledger(self) -> str:
        """Whose ledger guesses are charged to: the client's own, or that of all our pages."""
        return self.id if self.kind == "client" else "pages"


@dataclass(frozen=True, slots=True)
class Question:
    """What `start` is asked for.

    Attributes:
        subject: digest of whom is asked.
        address: where mail about it goes.
        epoch: the account's, under which the proof will hold.
        digits: of its code; None lets the ledger decide.
        is_decoy: its letter holds no code, so that nobody can answer: there is no account.
        says: what else its letter tells.
        network: from which it is asked, where that counts; '' for API clients.
    """

    subject: bytes
    address: str
    purpose: str
    caller: Caller
    factor: str = MAIL
    epoch: int = NO_ACCOUNT
    digits: int | None = None
    is_decoy: bool = False
    says: Mapping[str, str] = field(default_factory=dict)
    network: str = ""


@dataclass(frozen=True, slots=True)
class Posed:
    """A question as one factor puts it: secret state, prompt, letter, and how long a code is."""

    state: bytes
    prompt: Prompt
    letter: Letter | None
    digits: int


@dataclass(frozen=True, slots=True)
class Challenge:
    """A row as it was read.

    Attributes:
        id: the public one.
        epoch: the account's when it was started; the claim demands that this is so still.
        account_epoch: the account's when the row was read.
        sealed: opened by the flows alone.
    """

    id: str
    subject: bytes
    address: str
    purpose: str
    caller: Caller
    factor: str
    epoch: int
    account_epoch: int
    digits: int
    tries: int
    max_tries: int
    created_at: datetime
    expires_at: datetime
    resend_after: datetime
    used: bool
    outcome: str | None
    followed_by: str | None
    sealed: str

    @property
    def tries_left(self) -> int:
        """How many wrong answers it still takes."""
        return max(self.max_tries - self.tries, 0)

    def by(self, factor: str, posed: Posed) -> Self:
        """Give it as another factor puts its question."""
        return replace(self, factor=factor, digits=posed.digits)

    @property
    def question(self) -> Question:
        """What it was started with, but for what only its letter said."""
        return Question(
            self.subject, self.address, self.purpose, self.caller, self.factor, self.epoch
        )

    def stopped(self, now: datetime) -> Outcome | None:
        """Tell why it takes no answer any more, or None while it does.

        `used` is judged before the tries: a right answer on the last try is an approval. A change
        of the account cancels what was asked before it.
        """
        if self.used:
            return Outcome.CANCELED if self.outcome == Outcome.CANCELED else Outcome.USED
        if self.epoch != self.account_epoch:
            return Outcome.CANCELED
        if self.expires_at <= now:
            return Outcome.EXPIRED
        if self.tries >= self.max_tries:
            return Outcome.OUT_OF_TRIES
        # Blank before its time by our clock: a node whose clock is a little ahead has swept.
        return None if self.sealed else Outcome.EXPIRED

    def status(self, now: datetime) -> str:
        """Give its status as the API spells it."""
        if self.outcome == Outcome.APPROVED:
            return Outcome.APPROVED.value
        stopped = self.stopped(now)
        if stopped is Outcome.USED:
            return Outcome.EXPIRED.value
        return stopped.value if stopped else "pending"

    def can_be_resent(self, now: datetime) -> bool:
        """Whether it is open and a letter sent now would arrive in time."""
        return self.stopped(now) is None and self.expires_at - now >= RESEND_NEEDS


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the row's seal holds: how each factor puts the question that was chosen, the ticket."""

    posed: Mapping[str, Posed]
    ticket: str


class Sending(StrEnum):
    """What `start` or `resend` did."""

    NEW = "new"
    RESENT = "resent"
    RENEWED = "renewed"
    OPEN = "open"
    """Nothing: it is open already, and needs no letter."""


@dataclass(frozen=True, slots=True)
class Started:
    """An open challenge, what its page shows, and the ticket that opens that page."""

    challenge: Challenge
    prompt: Mapping[str, str | int]
    ticket: str
    sending: Sending


@dataclass(frozen=True, slots=True)
class Proof:
    """That a subject proved something. A value inside this process; never serialised.

    Attributes:
        called: name of the credential that it enrols; '' where it enrols none, or nobody has said.
    """

    subject: bytes
    factor: str
    purpose: str
    at: datetime
    called: str = ""


@dataclass(frozen=True, slots=True)
class Cashed:
    """What a proof was turned into, as the event of its unit tells it.

    Attributes:
        account: public id of whose account it concerns, or ''.
        data: facts that are told again where the COMMIT was in doubt.
    """

    tag: Tag
    account: str = ""
    data: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noted:
    """In whose activity it is listed that a question was put, and what that line tells."""

    account: str
    data: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer led to.

    Attributes:
        proof: there if, and only if, it was approved.
        data: what it was cashed as.
        tries_left: after a wrong answer.
        retry_at: where the ledger is spent: when it has room again.
        challenge: public id of what was answered, or ''.
        hint: what may be told of a wrong one after the right password.
    """

    outcome: Outcome
    proof: Proof | None = None
    tries_left: int = 0
    retry_at: datetime | None = None
    challenge: str = ""
    data: Mapping[str, str | int] = field(default_factory=dict)
    hint: str = ""


class ClosedError(Simple2FAError):
    """The challenge takes no answer and no resend any more; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"the challenge is closed: {outcome}")
        self.outcome = outcome
