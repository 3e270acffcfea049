"""An account as a value."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simple_2fa.core.errors import Simple2FAError
from simple_2fa.core.ids import digest

UNDO_FOR = timedelta(hours=24)
"""How long after a reset by mail it can be undone, and a mailbox counts for no second factor."""
FIRST_EPOCH = 1
"""Of a new account; 0 is the epoch of a subject without one."""


class AddressTakenError(Simple2FAError):
    """Another account has this address."""


class ChangedError(Simple2FAError):
    """The account has changed since it was read, so the unit rolls back."""


class NoAccountError(Simple2FAError):
    """No account has this id, or none any more."""


@dataclass(frozen=True, slots=True)
class Account:
    """A row as it was read.

    Attributes:
        id: public id.
        address: canonical, where mail goes.
        password: its Argon2id hash.
        epoch: raised by each change that ends what was proved before it.
        locale: of pages and letters; '' for the browser's.
        password_at: when the password was changed last.
        reset_at: when it was last reset by a mailed code.
        former_password: what an undo brings back: the password until `former_at`, the time of the
            first reset of several.
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
        return subject_of_account(self.id)


def subject_of_account(account: str) -> bytes:
    """Give the subject that an account is."""
    return digest("account", account)
