"""The error tree. An error carries what the person needs; a wrong code is a value, not an error."""

from datetime import datetime


class Simple2FAError(Exception):
    """Root of all errors that this package raises on purpose."""


class MalformedAnswerError(Simple2FAError):
    """The answer can't be one at all, so it spends no try.

    Attributes:
        digits: how many digits the right form has, or None where digits aren't the form.
    """

    def __init__(self, digits: int | None = None) -> None:
        super().__init__(f"the code has {digits} digits" if digits else "it has another form")
        self.digits = digits


class BadAddressError(Simple2FAError):
    """An e-mail address that mail can't go to. The text says why, for people."""


class SealError(Simple2FAError):
    """A sealed value can't be opened: changed, moved to another row, or its key is missing."""


class SlowDownError(Simple2FAError):
    """Too early, or too often.

    Attributes:
        retry_at: when the same request is welcome again (aware, UTC).
    """

    def __init__(self, retry_at: datetime) -> None:
        super().__init__(f"not before {retry_at.isoformat()}")
        self.retry_at = retry_at


class ConflictError(Simple2FAError):
    """The request contradicts an earlier one. The text says how, for people."""


class UnavailableError(Simple2FAError):
    """The database is out of reach or keeps refusing; nothing is known to have changed."""
