"""What the private database servers share: a folder, a port, a life."""

import itertools
import os
import shutil
import signal
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Self

from rig.ports import free_port
from rig.process import Process, last_words, run
from rig.tls import Authority, Certificate

USER = "rig"
PASSWORD = "secret"
BOOT_SECONDS = 20


class Server(ABC):
    """A database server of our own; it keeps its port and data when started again."""

    account: ClassVar[str]  # who runs it where the tests run as root
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, *, tls: bool = False, options: Sequence[str] = ()) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rig-"))
        self.folder.chmod(0o755)
        self.data = self.folder / "data"
        self.port = free_port()
        self.certificate = self._certify() if tls else None
        self._log = self.folder / "log"
        self._options = options
        self._names = (f"db{number}" for number in itertools.count(1))
        self._process: Process | None = None
        self._own_folder()
        try:
            run(self._install_command(), self._log, self.account)
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def ca_file(self) -> Path:
        """The authority to trust where the server was made with TLS."""
        return self.folder / "ca.pem"

    def create_database(self) -> str:
        """Make a fresh empty database; return its SQLAlchemy URL."""
        name = next(self._names)
        self._create(name)
        return f"{self._scheme}://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start, and wait until the server answers."""
        deadline = time.monotonic() + BOOT_SECONDS
        self._process = self._spawn()
        while not self._answers():
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the server does not start:\n{last_words(self._log)}")
            if not self._process.runs:  # PostgreSQL: a killed one's children are still leaving
                self.kill()
                self._process = self._spawn()
            time.sleep(0.05)

    def stop(self) -> None:
        """Shut down in good order."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End at once, without a word (SIGKILL)."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Stop, and remove every trace."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _spawn(self) -> Process:
        return Process([*self._command(), *self._options], self._log, self.account)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.end(how)
            self._process = None

    def _certify(self) -> Certificate:
        return Authority(self.folder).issue("localhost", "127.0.0.1")

    def _own_folder(self) -> None:
        """Servers that refuse root must own their folder and key."""
        if os.getuid() == 0:
            for path in (self.folder, *self.folder.iterdir()):
                shutil.chown(path, self.account)

    _scheme: ClassVar[str]

    @abstractmethod
    def _install_command(self) -> list[str]: ...

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    @abstractmethod
    def _create(self, name: str) -> None: ...
