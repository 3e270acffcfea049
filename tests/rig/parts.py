"""What the machine has: a part that it lacks (a browser, a server) has its tests skipped."""

import os
from pathlib import Path

import pytest


def need(part: str, found: object) -> None:
    """Skip where `part` was not found; with CI=true a missing part is a failure."""
    if found:
        return
    words = f"needs {part}, which this machine lacks: `make test` as root installs it"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def memory() -> str | None:
    """Find a folder in memory with room for all that tests write: nothing there waits for a disk.

    On Linux only, and not where programs may not be run from it, as in some containers.
    """
    folder = Path("/dev/shm")  # noqa: S108 (whoever writes there makes a folder of her own)
    if not os.access(folder, os.W_OK):
        return None
    found = os.statvfs(folder)
    has_room = found.f_bavail * found.f_frsize > 4 * 2**30
    return str(folder) if has_room and not found.f_flag & os.ST_NOEXEC else None
