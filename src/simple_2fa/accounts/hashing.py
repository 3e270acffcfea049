"""Argon2 within bounds: it takes 20 ms and 19 MiB each time, and anybody may ask for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from simple_2fa.core import passwords
from simple_2fa.core.errors import Simple2FAError

PATIENCE = 2.0
"""Seconds that a request waits for its turn."""


class BusyError(Simple2FAError):
    """Too many passwords are being checked just now; the same request is welcome soon."""


class Hashing:
    """Makes and checks hashes, so many at once (security decision 17).

    Never call it inside a write unit: on SQLite all other writers would wait for it.
    """

    def __init__(self, at_once: int) -> None:
        """Let at most `at_once` threads in; half of the server's, so that the rest go on."""
        self._turns = BoundedSemaphore(at_once)
        self._nobody_s = passwords.hash_password("nobody has this password")

    def make(self, password: str) -> str:
        """Give the hash that is stored.

        Raises:
            BusyError: no turn came in time.
        """
        with self.turn():
            return passwords.hash_password(password)

    def fits(self, password: str, stored: str | None) -> bool:
        """Tell whether this is the password. Without an account it takes as long, and is False.

        Raises:
            BusyError: no turn came in time; alike for known and unknown names.
        """
        with self.turn():
            return passwords.fits(password, stored or self._nobody_s) and stored is not None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn to do what is as dear as a hash, and have it to oneself.

        Raises:
            BusyError: none came in time.
        """
        if not self._turns.acquire(timeout=PATIENCE):
            raise BusyError("too many passwords at once")
        try:
            yield
        finally:
            self._turns.release()
