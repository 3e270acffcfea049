"""What the worker needs of whatever takes letters away, and how that can fail."""

from typing import Protocol

from simple_2fa.core.errors import Simple2FAError
from simple_2fa.mail.letters import Rendered


class RefusedError(Simple2FAError):
    """This letter will never be taken. The text is the server's reply."""


class DeferredError(Simple2FAError):
    """This letter isn't taken now. The text is the server's reply."""


class OutOfReachError(Simple2FAError):
    """No letter can be sent now: the operator's trouble. The text says what and holds no secret."""


class Transport(Protocol):
    """One way out, used by one thread at a time."""

    def ready(self) -> None:
        """Prepare for the next letter, before it is leased: connect, or see that it still holds.

        Raises:
            OutOfReachError: it can't be done now.
        """

    def send(self, letter: Rendered) -> str:
        """Hand a letter over.

        Returns:
            The last reply.

        Raises:
            RefusedError: it will never be taken.
            DeferredError: it isn't taken now.
            OutOfReachError: nothing is, now; where the connection broke, it may have been taken.
        """

    def close(self) -> None:
        """Let go of the connection; `ready` makes a new one."""
