"""Keeping the data of each test away from those of others, and from all that isn't a test's."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from simple_2fa.flask.testing.clock import Clock
from simple_2fa.http.services import EXTENSION, Mount


class Apart:
    """One application's second step while tests use it: data and clock are each test's own.

    Attributes:
        mount: how it stands in the application.
        clock: what it goes by in this test.
    """

    def __init__(self, mount: Mount) -> None:
        """Take over; what was made before is put aside until the end."""
        self.mount = mount
        self.clock = Clock()
        self._stack = ExitStack()
        self.begin()

    def begin(self) -> None:
        """Begin another test: with no data, at this time. Nothing is made before it is used."""
        self.end()
        make, clock = self.mount.apart, Clock()
        if make is None:
            raise TypeError("this application is wholly ours: make one with settings for the test")
        folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="simple-2fa-")))
        self._stack.enter_context(self.mount.instead(lambda: make(folder, clock)))
        self.clock = clock

    def end(self) -> None:
        """Forget what the test did; what was there before comes back."""
        self._stack.close()


def mount_of(app: object) -> Mount | None:
    """Tell how the second step stands in an application; None where it has none, or is none."""
    extensions = getattr(app, "extensions", None)
    found = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    return found if isinstance(found, Mount) and found.apart else None
