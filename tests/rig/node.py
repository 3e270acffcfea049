"""`simple-2fa serve` or `worker`: real processes in a folder, and their log."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import simple_2fa
from rig.ports import HOST
from simple_2fa.settings import Settings

SOURCE = str(Path(simple_2fa.__file__).parents[1])


def until(fits: Callable[[], object], seconds: float = 15) -> None:
    """Ask again and again until it is so."""
    deadline = time.monotonic() + seconds
    while not fits():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.02)


def environment() -> dict[str, str]:
    """Give ours, without any setting."""
    names = Settings.names()
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {**kept, "PYTHONPATH": SOURCE}


class Node:
    """Started by `with`; what runs on at its end is killed."""

    def __init__(self, folder: Path, *arguments: str, port: int = 0) -> None:
        self.port = port
        self._log = folder / f"log-{port}-{time.monotonic_ns()}"
        listen = ["--port", str(port)] if port else []
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "simple_2fa", *arguments, *listen],
                cwd=folder,
                env=environment(),
                stdout=log,
                stderr=log,
            )
        self.pid = self._process.pid

    @property
    def log(self) -> str:
        return self._log.read_text("utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """Give the log's lines, each of them JSON."""
        return [json.loads(line) for line in self.log.splitlines()]

    def children(self) -> list[int]:
        """Give the processes that serve; Python's own little servant is none."""
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(pid) for pid in found if b"resource_tracker" not in _command(int(pid))]

    def call(self, path: str, body: object = None, key: str = "") -> tuple[int, Any]:
        """Send a request by a connection of its own; give status and JSON."""
        link = http.client.HTTPConnection(HOST, self.port, timeout=30)
        headers = {"Content-Type": "application/json"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        try:
            if body is None:
                link.request("GET", path, headers=headers)
            else:
                link.request("POST", path, json.dumps(body), headers)
            reply = link.getresponse()
            return reply.status, json.loads(reply.read())
        finally:
            link.close()

    def is_ready(self) -> bool:
        assert self._process.poll() is None, self.log
        try:
            return self.call("/readyz")[0] == 200
        except OSError:
            return False

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, and wait until the process is gone."""
        self._process.send_signal(how)
        return self._process.wait(20)

    def wait(self, seconds: float = 20) -> int:
        return self._process.wait(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            children = self.children()
            self.end(signal.SIGKILL)
            until(lambda: not any(map(runs, children)))


def runs(pid: int) -> bool:
    """Tell whether a process is there, and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
