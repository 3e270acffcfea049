"""`serve` as operators run it: real processes, a real mail server, real databases."""

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apps import ANN
from rig import parts
from rig.command import call, fresh_home, write_env
from rig.mariadb import MariaDB
from rig.node import Node, runs, until
from rig.ports import HOST, free_port
from rig.server import PASSWORD, USER
from rig.smtp import Sink

MAIL_USER, MAIL_PASSWORD = "code@acme.test", "geheim"
FACTS = {"at", "level", "logger", "request_id", "method", "route", "status", "ms"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with fresh_home(tmp_path, monkeypatch):
        yield tmp_path


@pytest.fixture
def guarded() -> Iterator[Sink]:
    """A mail server that wants STARTTLS and a password."""
    with Sink("starttls", login=(MAIL_USER, MAIL_PASSWORD)) as sink:
        yield sink


@pytest.fixture
def own_mariadb() -> Iterator[MariaDB]:
    """A server that a test may stop; it speaks TLS."""
    parts.need("MariaDB", MariaDB.is_installed())
    with MariaDB(tls=True) as server:
        yield server


def mail(sink: Sink) -> dict[str, str]:
    return {
        "SMTP_PORT": str(sink.port),
        "SMTP_TLS": "starttls",
        "SMTP_TLS_CA": str(sink.ca_file),
        "EMAIL_USER": MAIL_USER,
        "EMAIL_PASSWORD": MAIL_PASSWORD,
    }


def tables(server: MariaDB) -> dict[str, str]:
    """Give the seed's settings for a fresh database of this server."""
    url = urlsplit(server.create_database())
    return {
        "DB_HOST": "127.0.0.1",
        "DB_PORT": str(server.port),
        "DB_USER": USER,
        "DB_PASSWORD": PASSWORD,
        "DB_NAME": url.path.strip("/"),
        "DB_TLS": "verify",
        "DB_TLS_CA": str(server.ca_file),
    }


def new_key() -> str:
    """Register an application."""
    told = call("client", "create", "Shop")
    (key,) = re.findall(r"^s2fa_\S+$", told.out, re.MULTILINE)
    return str(key)


def ready(node: Node) -> None:
    began = time.monotonic()
    until(node.is_ready)
    print(f"ready {time.monotonic() - began:.2f} s after the start")  # noqa: T201
    assert node.call("/readyz") == (200, {"status": "ready"})
    assert node.call("/healthz") == (200, {"status": "ok"})


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def walk(node: Node, sink: Sink, key: str) -> list[str]:
    """Have a code sent and check it; give all that no log may hold."""
    assert node.call("/generate-2fa", {"email": ANN})[0] == 401
    status, started = node.call("/generate-2fa", {"email": ANN}, key)
    assert (status, started["message"]) == (202, "2FA code sent.")
    (letter,) = sink.wait_for(lambda each: each.recipients == (ANN,))
    (code,) = (line for line in letter.text.splitlines() if re.fullmatch("[0-9]{6}", line))
    status, told = node.call("/verify", {"challenge": started["challenge"], "code": code}, key)
    assert (status, told["status"]) == (200, "approved")
    ticket = started["page"].rpartition("/")[2]
    assert node.call(f"/verify/{ticket}/delivery")[0] == 200
    return [key, key.removeprefix("s2fa_"), code, ticket, ANN, MAIL_PASSWORD]


def check_log(node: Node, secrets: list[str]) -> None:
    lines = node.lines()
    requests = [line for line in lines if line["logger"] == "simple_2fa.request"]
    told = [(line["method"], line["route"], line["status"]) for line in requests]
    assert told.count(("POST", "/generate-2fa", 401)) == 1
    assert told.count(("POST", "/generate-2fa", 202)) == 1
    assert told.count(("POST", "/verify", 200)) == 1
    assert told.count(("GET", "/verify/<ticket>/delivery", 200)) == 1
    assert all(set(line) == {*FACTS, "problem", "client", "address"} for line in requests)
    first = lines[0]
    assert first["event"] == "serve starts; Ctrl-C or SIGTERM ends it"
    assert first["listens"] == f"http://{HOST}:{node.port}"
    assert [secret for secret in secrets if secret in node.log] == []


def test_it_sends_and_checks_codes_and_ends_as_a_whole(home: Path, guarded: Sink) -> None:
    write_env(home, **mail(guarded))
    assert call("db", "upgrade").status == 0
    key = new_key()
    with Node(home, "serve", port=free_port()) as node:
        ready(node)
        secrets = walk(node, guarded, key)
        children = node.children()
        assert len(children) == 1
        assert node.end(signal.SIGTERM) == 0
        until(lambda: not any(map(runs, children)))
        assert not is_open(node.port)
        check_log(node, secrets)


def test_its_child_does_not_outlive_a_kill(home: Path) -> None:
    write_env(home)
    assert call("db", "upgrade").status == 0
    with Node(home, "serve", port=free_port()) as node:
        ready(node)
        children = node.children()
        assert len(children) == 1
        node.end(signal.SIGKILL)
        until(lambda: not any(map(runs, children)), 5)
        until(lambda: not is_open(node.port), 5)
        assert node.lines()[-1]["event"] == "the parent process is gone; this one ends too"
        with Node(home, "serve", port=node.port) as again:
            until(again.is_ready)


def sockets(pid: int) -> int:
    found = (link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink())
    return sum(str(target).startswith("socket:") for target in found)


def all_workers_take_connections(node: Node) -> bool:
    before = {pid: sockets(pid) for pid in node.children()}
    with ExitStack() as open_ones:
        for _ in range(40):
            open_ones.enter_context(socket.create_connection((HOST, node.port)))
        until(lambda: all(sockets(pid) > count for pid, count in before.items()))
    return True


def test_on_mariadb_by_tls_two_workers_live_through_its_restart(
    home: Path, guarded: Sink, own_mariadb: MariaDB
) -> None:
    write_env(home, **mail(guarded), **tables(own_mariadb))
    assert call("db", "upgrade").status == 0
    key = new_key()
    with Node(home, "serve", "--workers", "2", port=free_port()) as node:
        ready(node)
        secrets = walk(node, guarded, key)
        children = node.children()
        assert len(children) == 2
        assert re.fullmatch(r"mysql://127.0.0.1:[0-9]+/db[0-9]+", node.lines()[0]["database"])
        assert all_workers_take_connections(node)

        own_mariadb.stop()
        assert node.call("/healthz")[0] == 200
        status, told = node.call("/readyz")
        assert (status, told["reason"]) == (503, "the database is out of reach")
        status, told = node.call("/generate-2fa", {"email": ANN}, key)
        assert (status, told["code"]) == (503, "unavailable")

        own_mariadb.start()
        until(node.is_ready)
        other = {"email": "bob@example.com"}
        assert node.call("/generate-2fa", other, key)[0] == 202
        guarded.wait_for(lambda each: each.recipients == ("bob@example.com",), 20)
        assert node.end(signal.SIGTERM) == 0
        until(lambda: not any(map(runs, children)))
        assert not is_open(node.port)
        check_log_after_trouble(node, [*secrets, "bob@example.com", PASSWORD])


def check_log_after_trouble(node: Node, secrets: list[str]) -> None:
    statuses = {line["status"] for line in node.lines() if "status" in line}
    assert statuses == {200, 202, 401, 503}
    assert [secret for secret in secrets if f'"{secret}"' in node.log] == []


def test_a_dead_worker_is_replaced(home: Path) -> None:
    write_env(home)
    assert call("db", "upgrade").status == 0
    with Node(home, "serve", port=free_port()) as node:
        ready(node)
        (child,) = node.children()
        subprocess.run(["kill", "-KILL", str(child)], check=True)
        until(lambda: node.children() not in ([], [child]))
        until(node.is_ready)


def test_another_authority_s_server_is_not_trusted(
    home: Path, own_mariadb: MariaDB, guarded: Sink
) -> None:
    named = {**tables(own_mariadb), "DB_TLS_CA": str(guarded.ca_file)}
    write_env(home, **named)
    told = call("serve")
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert told.err.startswith("the database can't be used (")
    assert "certificate verify failed" in told.err
    assert PASSWORD not in told.err
