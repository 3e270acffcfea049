"""The servers under measurement: ours as `simple-2fa serve`, and Flask's hello beside it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from rig.ports import free_port

THREADS = 16
_TICK = os.sysconf("SC_CLK_TCK")
_START = 20.0


class Server:
    """A process and its children, listening on loopback."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def cpu(self) -> float:
        """Seconds of processor time of the whole tree, so far."""
        return sum(_cpu(pid) for pid in _tree(self.process.pid))

    def on_cpu(self) -> float:
        """Milliseconds that all its threads have run, to the microsecond and less."""
        return sum(_ran(pid) for pid in _tree(self.process.pid)) / 1e6

    def memory(self) -> float:
        """Resident megabytes of the largest process of the tree."""
        return max(_resident(pid) for pid in _tree(self.process.pid))


@contextmanager
def running(
    arguments: list[str], environment: Mapping[str, str], folder: Path, ready: str
) -> Iterator[Server]:
    """Start a server with its port as the last argument, on one processor, and wait for it."""
    port = free_port()
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 (our own command)
            [*arguments, str(port)],
            cwd=folder,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
    try:
        os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
        _await(f"http://127.0.0.1:{port}{ready}", process)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(10)


def hello_command() -> list[str]:
    """The command line of Flask's hello."""
    return [sys.executable, str(Path(__file__).resolve().with_name("hello.py"))]


def our_command() -> list[str]:
    """The command line of our server."""
    return [sys.executable, "-m", "simple_2fa", "serve", "--port"]


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}; see its log")
        try:
            with urlopen(address, timeout=2):  # noqa: S310 (loopback)
                return
        except (URLError, OSError):
            time.sleep(0.02)
    raise RuntimeError(f"{address} did not answer in {_START} s")


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *(each for child in children for each in _tree(int(child)))]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _ran(pid: int) -> int:
    """Nanoseconds; they don't grow while others have the processor."""
    files = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(file.read_text("ascii").split()[0]) for file in files)


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1_000_000
