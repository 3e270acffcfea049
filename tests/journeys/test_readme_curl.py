"""A fresh folder, one command, and the calls that it prints, run by a real shell and curl."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import simple_2fa
from rig.ports import HOST, free_port

ROOT = Path(__file__).parents[2]
_BARE = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(simple_2fa.__file__).parents[1])}


class Run:
    """`simple-2fa run` in a folder, and what it prints."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        python = ["env", "--default-signal=INT", sys.executable, "-m", "simple_2fa"]
        self.process = subprocess.Popen(
            [*python, "run", *arguments],
            cwd=folder,
            env=_BARE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._said = threading.Condition()
        self._over = False
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def wait_for(self, pattern: str) -> str:
        """Wait for a line that has this in it, and give it."""

        def found() -> bool:
            return self._over or any(re.search(pattern, line) for line in self.lines)

        with self._said:
            self._said.wait_for(found, 30)
            told = [line.strip() for line in self.lines if re.search(pattern, line)]
        assert told, f"no {pattern!r} in {self.lines}"
        return told[0]

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal, and wait until it is gone."""
        self.process.send_signal(how)
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            self._listener.join()
            assert self.process.stdout
            self.process.stdout.close()

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._hear(line)
        with self._said:
            self._over = True
            self._said.notify_all()

    def _hear(self, line: str) -> None:
        with self._said:
            self.lines.append(line)
            self._said.notify_all()


@contextmanager
def running(folder: Path, port: int) -> Iterator[Run]:
    run = Run(folder, "--port", str(port))
    try:
        yield run
    finally:
        run.end()


@pytest.fixture(autouse=True)
def _curl(need: Callable[[str, object], None]) -> None:
    need("curl", shutil.which("curl"))


def shell(line: str) -> str:
    command = ["bash", "-c", f"{line} -s"]
    done = subprocess.run(command, env=_BARE, capture_output=True, text=True, check=True)
    return done.stdout


def said(line: str) -> dict[str, str]:
    """Run a line, and give the JSON object that it prints."""
    found: dict[str, str] = json.loads(shell(line))
    return found


def modes(folder: Path) -> dict[str, int]:
    names = ("instance", "instance/secret_key", "instance/inbox")
    return {name: stat.S_IMODE((folder / name).stat().st_mode) for name in names}


def test_the_printed_lines_work_as_they_stand(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as run:
        assert run.wait_for("development: ").endswith(f"http://localhost:{port}")
        started = said(run.wait_for("^ *curl .*generate-2fa"))
        assert (started["message"], started["status"]) == ("2FA code sent.", "pending")
        line = run.wait_for("^ *curl .*/verify")
        assert re.search(r'"code":"[0-9]{6}"', line)
        told = said(line)
        assert (told["message"], told["status"]) == ("2FA verification successful!", "approved")
        assert said(line)["code"] == "wrong_code"
    assert modes(tmp_path) == {
        "instance": 0o700,
        "instance/secret_key": 0o600,
        "instance/inbox": 0o700,
    }
    printed = "".join(run.lines)
    assert "Traceback" not in printed
    assert f"Letters are shown at:    http://localhost:{port}/inbox" in printed
    assert "POST /generate-2fa 202" in printed


def test_the_readme_s_lines_work_too(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    issue, verify = re.findall(r"^ +(curl localhost:5000/.*)$", text, re.MULTILINE)
    port = free_port()
    with running(tmp_path, port) as run:
        run.wait_for("Send a code")
        here = f"localhost:{port}"
        assert said(issue.replace("localhost:5000", here))["status"] == "pending"
        inbox = f"curl '{here}/inbox.json?to=ann@example.com&wait=10'"
        (letter,) = json.loads(shell(inbox))
        filled = verify.replace("localhost:5000", here).replace("CODE", letter["code"])
        assert said(filled)["status"] == "approved"


def test_started_again_on_a_busy_port_it_keeps_key_and_data(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as run:
        started = said(run.wait_for("^ *curl .*generate-2fa"))
        line = run.wait_for("^ *curl .*/verify")
    key = (tmp_path / "instance/secret_key").read_bytes()
    with socket.create_server((HOST, port)), running(tmp_path, port) as run:
        assert run.wait_for("busy").startswith(f"Port {port} is busy; using ")
        new = run.wait_for("development: ").rpartition(":")[2]
        assert int(new) > port
        assert said(line.replace(f":{port}/", f":{new}/"))["challenge"] == started["challenge"]
    assert (tmp_path / "instance/secret_key").read_bytes() == key


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_told_to(tmp_path: Path, how: signal.Signals) -> None:
    port = free_port()
    run = Run(tmp_path, "--port", str(port))
    run.wait_for("Send a code")
    assert run.end(how) in {0, -how, 128 + how}
    assert "Traceback" not in "".join(run.lines)
    with socket.socket() as probe:
        assert probe.connect_ex((HOST, port)) != 0


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])  # noqa: S104
def test_it_serves_no_other_machine(tmp_path: Path, host: str) -> None:
    run = Run(tmp_path, "--host", host)
    run.wait_for("development serves this machine alone")
    assert run.process.wait(10) == 2
    run.end()
    assert list(tmp_path.iterdir()) == []
