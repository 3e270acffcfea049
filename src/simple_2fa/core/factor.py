"""The seam of all factors: two pure functions, and what a factor says of itself."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

Prompt = Mapping[str, str | int]
MAX_ANSWER = 16_384
"""An answer is text of at most so many bytes."""
ENROL = "enrol"
"""The purpose under which `begin` and `finish` enrol a credential."""
UPGRADE = "upgrade"
"""The same in passing: a browser makes a passkey after a password, and asks nobody."""


@dataclass(frozen=True, slots=True)
class Held:
    """A credential of the subject, as its factor sees it.

    Attributes:
        id: public id.
        secret: what enrolment returned, opened.
        version: raised at each use; the swap demands the one that was seen.
    """

    id: str
    secret: bytes
    version: int


@dataclass(frozen=True, slots=True)
class Context:
    """All that a factor may know.

    Attributes:
        now: the attempt's time (aware, UTC).
        origin: our public address, `https://accounts.example.com`.
        rp_id: its host name (WebAuthn level 3, section 5.4.2).
        digits: how many digits a code of this challenge has.
        held: the subject's credentials of this factor.
        subject: whom it is about, as an opaque handle of 32 bytes.
        site: the name that people read.
        alone: nothing else is proved: the answer says who it is, and stands for two factors.
    """

    now: datetime
    purpose: str
    origin: str
    rp_id: str
    address: str
    digits: int
    held: tuple[Held, ...] = ()
    subject: bytes = b""
    site: str = ""
    alone: bool = False

    @property
    def enrols(self) -> bool:
        """Whether a credential is being enrolled."""
        return self.purpose in {ENROL, UPGRADE}

    @property
    def in_passing(self) -> bool:
        """Whether nobody is asked for it: the credential is made without a gesture."""
        return self.purpose == UPGRADE


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail template's name and its data, rendered when it is sent."""

    name: str
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Begun:
    """What `begin` gives: a secret state, what the page shows, and a letter where one is needed."""

    state: bytes
    prompt: Prompt
    letter: Letter | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `finish` gives.

    Attributes:
        ok: whether the answer is right.
        credential: id of the held credential that answered, to be swapped to `secret`.
        secret: its next secret; without a credential, the secret of a new one (enrolment).
        name: what enrolment can tell of the new one, such as a passkey's provider.
        hint: what helps somebody whose password was right and whose answer is wrong; its template
            says it. It must not help to guess.
    """

    ok: bool
    credential: str | None = None
    secret: bytes | None = None
    name: str = ""
    hint: str = ""


class Factor(ABC):
    """A way to prove something. A module of a factor folder defines one as `factor`.

    No SQL, no HTTP, no Flask, no clock: all it knows is its Context.
    """

    name: ClassVar[str]
    """Lower-case identifier; also the folder of its templates."""
    strength: ClassVar[int]
    """Rank among the factors of one person; the strongest is asked first."""
    amr: ClassVar[tuple[str, ...]]
    """Authentication method references (RFC 8176)."""
    rests_on_mailbox: ClassVar[bool] = False
    resists_phishing: ClassVar[bool] = False
    can_be_enrolled: ClassVar[bool] = False
    can_be_first: ClassVar[bool] = False
    """Whether an answer may stand alone: it says whose it is, and proves two factors."""
    is_spare: ClassVar[bool] = False
    """Whether it is for when the others are lost: never asked first, no second factor by itself."""
    is_single: ClassVar[bool] = False
    """Whether somebody has one credential of it at most: a new one takes the former's place."""
    most: ClassVar[int] = 10
    """Credentials of it that somebody may have."""
    is_dear: ClassVar[bool] = False
    """Whether judging an answer costs as much as a password's hash: such answers take turns."""
    needs: ClassVar[str] = ""
    """The package without which it isn't there."""
    script: ClassVar[str | None] = None
    """Its module under static/, where the page needs one."""

    @abstractmethod
    def guess_cost(self, digits: int, held: int) -> int:
        """Give what one compared guess costs the ledger, in millionths of certain success."""

    @abstractmethod
    def begin(self, context: Context) -> Begun:
        """Put the question."""

    @abstractmethod
    def finish(self, context: Context, state: bytes, answer: str) -> Verdict:
        """Judge an answer of at most `MAX_ANSWER` bytes.

        Raises:
            MalformedAnswerError: the answer can't be one at all; it spends no try.
        """

    def subject_of(self, answer: str) -> bytes | None:  # noqa: ARG002 (most answers say nothing)
        """Give the subject that an answer names by itself; nothing is proved by that.

        Raises:
            MalformedAnswerError: the answer can't be one at all.
        """
        return None

    def is_used_up(self, held: tuple[Held, ...]) -> bool:  # noqa: ARG002 (most can be used again)
        """Whether nothing of what is held can answer any more; it isn't offered then."""
        return False

    def summary(self, context: Context) -> Prompt:  # noqa: ARG002 (most have nothing to tell)
        """Give what the account's page may tell of all that is held."""
        return {}
