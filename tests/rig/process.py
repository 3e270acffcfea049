"""A child process that ends when this one does, however this one ends."""

import os
import pwd
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

# The guard reads until our end of the pipe is gone, then clears up behind us.
GUARD = 'read -r _; kill -QUIT "$1"; sleep 2; kill -KILL "$1"; rm -rf "$2"'


def run(command: Sequence[str], log: Path, account: str) -> None:
    """Run a command to its end; tell its last words where it fails."""
    user, group = identity(account)
    with log.open("ab") as out:
        done = subprocess.run(
            command,
            stdout=out,
            stderr=out,
            cwd=log.parent,
            user=user,
            group=group,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{last_words(log)}")


def identity(account: str) -> tuple[int | None, int | None]:
    """Tell user and group to run as: `account`'s where the tests run as root, else our own."""
    if os.getuid() != 0:
        return None, None
    entry = pwd.getpwnam(account)
    return entry.pw_uid, entry.pw_gid


def last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    faults = [line for line in lines if "ERROR" in line or "FATAL" in line]
    return "\n".join((faults or lines)[-20:])


class Process:
    """A server process, in a session of its own, beside the guard that outlives us."""

    def __init__(self, command: Sequence[str], log: Path, account: str) -> None:
        user, group = identity(account)
        with log.open("ab") as out:
            self._server = subprocess.Popen(
                command,
                stdout=out,
                stderr=out,
                cwd=log.parent,
                user=user,
                group=group,
                start_new_session=True,
            )
        self._guard = subprocess.Popen(
            ["sh", "-c", GUARD, "guard", str(self._server.pid), str(log.parent)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def runs(self) -> bool:
        return self._server.poll() is None

    def end(self, how: signal.Signals) -> None:
        """Send the signal, wait until the server is gone, and dismiss the guard."""
        self._server.send_signal(how)
        try:
            self._server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._guard.kill()
        self._guard.communicate()
