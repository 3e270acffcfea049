"""A client: an application that calls the API."""

from dataclasses import dataclass
from datetime import datetime

from simple_2fa.core.errors import Simple2FAError

KEY_PREFIX = "s2fa_"
"""Keys begin with this, so that scanners of leaked secrets know them."""
DEVELOPMENT = "development"
"""The id of the built-in client that needs no key, in development."""


@dataclass(frozen=True, slots=True)
class Client:
    """An application.

    Attributes:
        id: public id; 'development' for the built-in one.
        name: how people know it.
        revoked_at: since when its key is refused, or None.
    """

    id: str
    name: str
    created_at: datetime
    revoked_at: datetime | None = None


class ReplayedError(Simple2FAError):
    """A request with the same Idempotency-Key was answered meanwhile."""
