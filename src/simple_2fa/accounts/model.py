"""An account as a value."""

from dataclasses import dataclass, field
from datetime import datetime

from simple_2fa.core.errors import Simple2FAError
from simple_2fa.core.ids import digest

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
    """

    id: str
    address: str
    password: str = field(repr=False)
    created_at: datetime
    epoch: int = FIRST_EPOCH
    locale: str = ""
    disabled_at: datetime | None = None

    @property
    def subject(self) -> bytes:
        """What its credentials and challenges belong to; stays when the address changes."""
        return subject_of_account(self.id)


def subject_of_account(account: str) -> bytes:
    """Give the subject that an account is."""
    return digest("account", account)
