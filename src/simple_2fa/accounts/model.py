"""An account as a value."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simple_2fa.core.address import subject_of_address
from simple_2fa.core.errors import Simple2FAError
from simple_2fa.core.ids import digest

UNDO_FOR = timedelta(hours=24)
"""How long after a reset by mail it can be undone, and a mailbox counts for no second factor."""
FIRST_EPOCH = 1
"""Of a new account; 0 is the epoch of a subject without one."""


LINK_LASTS = timedelta(days=7)
"""How long the link of a letter is good for."""
STAYS_OPEN = timedelta(days=7)
"""How long a recovery can be used once it has opened."""


class AddressTakenError(Simple2FAError):
    """Another account has this address."""


class ChangedError(Simple2FAError):
    """The account has changed since it was read, so the unit rolls back."""


class NoAccountError(Simple2FAError):
    """No account has this id, or none any more."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom another application signs in; only the second step is ours.

    Attributes:
        host: that application's name, the same on all its nodes.
        ref: what it knows the person by, such as a user's id.
    """

    host: str
    ref: str

    @property
    def subject(self) -> bytes:
        """What this person's credentials and challenges belong to."""
        return digest("person", self.host, self.ref)


@dataclass(frozen=True, slots=True)
class Account:
    """A row as it was read.

    Attributes:
        id: public id.
        person: whose account it is in another application; it has no password then.
        address: canonical, where mail goes.
        password: its Argon2id hash.
        epoch: raised by each change that ends what was proved before it.
        locale: of pages and letters; '' for the browser's.
        password_at: when the password was changed last.
        reset_at: when it was last reset by a mailed code.
        former_password: what an undo brings back: the password until `former_at`, the time of the
            first reset of several.
        mail_codes: whether mailed codes are a second step, beside a stronger one.
        recovery: whether whoever has lost everything gets in after a wait.
    """

    id: str
    address: str
    password: str = field(repr=False)
    created_at: datetime
    epoch: int = FIRST_EPOCH
    locale: str = ""
    disabled_at: datetime | None = None
    password_at: datetime | None = None
    reset_at: datetime | None = None
    former_password: str | None = field(default=None, repr=False)
    former_at: datetime | None = None
    person: Person | None = None
    mail_codes: bool = True
    recovery: bool = True

    def is_undoable(self, now: datetime) -> bool:
        """Whether a reset of its password can still be undone."""
        return (
            self.reset_at is not None
            and self.former_at is not None
            and now - self.reset_at < UNDO_FOR
        )

    def was_reset_after(self, instant: datetime) -> bool:
        """Whether its password was the former one then."""
        return self.former_at is not None and self.former_at > instant

    @property
    def subject(self) -> bytes:
        """What its credentials and challenges belong to; stays when the address changes."""
        return self.person.subject if self.person else digest("account", self.id)

    @property
    def identity(self) -> bytes:
        """What there is one account of: an address of ours, or a person of another application."""
        return self.person.subject if self.person else subject_of_address(self.address)


@dataclass(frozen=True, slots=True)
class Link:
    """What the link of a letter is about: by it an account's owner says 'that wasn't me'.

    Attributes:
        account: public id.
        about: name of the letter, which tells what was done at `at`, from `agent` and `network`.
        guarded: more than the mailbox was a second step then.
        address: the account's at that time; '' where it isn't ours to put back.
    """

    account: str
    about: str
    at: datetime
    agent: str = ""
    network: str = ""
    guarded: bool = True
    address: str = ""


@dataclass(frozen=True, slots=True)
class Recovery:
    """A way in without a second step, which opens after a wait.

    Attributes:
        account: public id.
        epoch: the account's, under which it was started: whatever raises that ends it.
        agent: from which browser, and `network`, it was started.
        remind_at: when its owner is told once more; None for no more.
    """

    account: str
    epoch: int
    started_at: datetime
    opens_at: datetime
    agent: str
    network: str
    remind_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it is over, unused."""
        return self.opens_at + STAYS_OPEN

    def is_open(self, now: datetime) -> bool:
        """Whether it lets somebody in now."""
        return self.opens_at <= now < self.ends_at
