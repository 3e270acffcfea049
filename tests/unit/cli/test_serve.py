"""`serve` and `worker`: what they refuse, and what they start."""

import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import granian
import pytest

from rig.command import call, write_env
from rig.ports import HOST, free_port
from simple_2fa.app.logs import JsonLines
from simple_2fa.app.wsgi import PARENT
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Caller, Question
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.clock import utc_now
from simple_2fa.db import state as database
from simple_2fa.db.engine import Database
from simple_2fa.flask import building
from simple_2fa.flask.checks import DEVELOPMENT, MODE, named
from simple_2fa.flask.commands import working
from simple_2fa.mail.worker import Worker
from simple_2fa.settings import Settings

REMOTE = {"SMTP_SERVER": "mail.acme.test", "SMTP_TLS": "starttls"}
FAULTS: dict[str, dict[str, str]] = {
    "SECRET_KEY is missing": {"SECRET_KEY": ""},
    "SECRET_KEY_FILE can be read by others": {"SECRET_KEY": "", "SECRET_KEY_FILE": "open_key"},
    "PUBLIC_URL is missing": {"PUBLIC_URL": ""},
    "PUBLIC_URL is 'http://acme.test'": {"PUBLIC_URL": "http://acme.test"},
    "PUBLIC_URL is 'https://acme.test/x'": {"PUBLIC_URL": "https://acme.test/x"},
    "SMTP_SERVER is missing": {"SMTP_SERVER": ""},
    "SMTP_TLS is 'none'": {"SMTP_SERVER": "mail.acme.test"},
    "MAIL_FROM is missing": {"MAIL_FROM": ""},
    "DB_TLS is 'off'": {"DATABASE_URL": "mysql://u:geheim@db.acme.test/x", "DB_TLS": "off"},
    "DATABASE_URL lacks sslmode": {"DATABASE_URL": "postgres://u:geheim@db.acme.test/x"},
}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What granian was to start with, were it not for the test."""
    found: list[dict[str, Any]] = []

    class Granian:
        def __init__(self, target: str, **options: object) -> None:
            found.append({"target": target, **options})

        def serve(self) -> None:
            """Be done at once."""

    monkeypatch.setattr(granian, "Granian", Granian)
    monkeypatch.setenv(PARENT, "0")
    return found


@pytest.fixture
def db(home: Path) -> Database:
    """The migrated one that `.env` names."""
    assert call("db", "upgrade").status == 0
    return Database(Settings.load({}, home).database_url())


@pytest.mark.parametrize("command", ["serve", "worker"])
class TestRefusals:
    @pytest.mark.parametrize("fault", FAULTS)
    def test_each_unsafe_setting_is_a_line(
        self, home: Path, started: list[dict[str, Any]], command: str, fault: str
    ) -> None:
        (home / "open_key").write_text(call("keys", "new").out)
        (home / "open_key").chmod(0o644)
        write_env(home, **FAULTS[fault])
        told = call(command)
        assert (told.status, told.out, started) == (2, "", [])
        assert told.err.startswith(fault)
        assert ": " in told.err
        assert told.err.count("\n") == 1
        assert "geheim" not in told.err
        assert not (home / "instance").exists()

    def test_all_of_them_are_told_at_once(self, home: Path, command: str) -> None:
        (home / ".env").unlink()
        told = call(command)
        assert told.status == 2
        assert [line.split()[0] for line in told.err.splitlines()] == [
            *("SECRET_KEY", "PUBLIC_URL", "SMTP_SERVER", "MAIL_FROM", "there")
        ]

    def test_an_empty_database(self, started: list[dict[str, Any]], command: str) -> None:
        told = call(command)
        assert (told.status, told.out, started) == (2, "", [])
        name = named(Database(Settings.load().database_url()).url)
        assert told.err == f"the database {name} has no tables yet: run `simple-2fa db upgrade`\n"

    @pytest.mark.parametrize(
        ("head", "fault"),
        [
            ("9999_later", " isn't migrated: run `simple-2fa db upgrade`\n"),
            ("0000", " was migrated by a newer version: install that one\n"),
        ],
    )
    def test_one_of_another_version(
        self, db: Database, monkeypatch: pytest.MonkeyPatch, command: str, head: str, fault: str
    ) -> None:
        monkeypatch.setattr(database, "HEAD", head)
        told = call(command)
        assert (told.status, told.err) == (2, f"the database {named(db.url)}{fault}")

    def test_development_s(self, db: Database, command: str) -> None:
        database.set_mark(db, MODE, DEVELOPMENT)
        told = call(command)
        assert told.status == 2
        assert told.err == (
            "the database was made for development: give production its own"
            " (DATABASE_URL, DB_HOST or, with SQLite, another INSTANCE_PATH)\n"
        )

    def test_one_out_of_reach(self, home: Path, command: str) -> None:
        write_env(home, DATABASE_URL="mysql://u:geheim@127.0.0.1:1/x")
        told = call(command)
        assert told.status == 2
        assert told.err.startswith("the database can't be used (")
        assert "Connection refused" in told.err
        assert told.err.endswith("): check DATABASE_URL or the DB_ settings\n")
        assert "geheim" not in told.err

    @pytest.mark.usefixtures("db")
    def test_a_lack_of_keys_that_rows_need(self, home: Path, command: str) -> None:
        desk = building.build(Settings.load({}, home)).desk
        shop = Caller("client", "c" * 22)
        subject = subject_of_address("ann@example.com")
        flows.start(desk, Question(subject, "ann@example.com", "verify", shop), utc_now())
        write_env(home, SECRET_KEY=call("keys", "new").out.strip())
        told = call(command)
        assert told.status == 2
        assert told.err == (
            "SECRET_KEY lacks a key that rows are sealed with: append the old key again\n"
        )


@pytest.mark.usefixtures("db")
class TestServe:
    def test_it_starts_granian(self, started: list[dict[str, Any]]) -> None:
        port = free_port()
        told = call("serve", "--port", str(port), "--workers", "3")
        assert (told.status, told.out) == (0, "")
        (options,) = started
        assert options["target"] == "simple_2fa.app.wsgi:server"
        assert (options["address"], options["port"], options["workers"]) == (HOST, port, 3)
        assert (options["interface"].value, options["factory"]) == ("wsgi", True)
        assert options["blocking_threads"] >= 8
        assert options["respawn_failed_workers"] is True
        assert os.environ[PARENT] == str(os.getpid())

    @pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]")])
    def test_it_says_in_a_line_of_its_log_what_starts(
        self, home: Path, started: list[dict[str, Any]], host: str, shown: str
    ) -> None:
        port = free_port()
        told = call("serve", "--host", host, "--port", str(port), "--workers", "2")
        assert len(started) == 1
        line = json.loads(told.err)
        assert (line.pop("level"), line.pop("logger")) == ("info", "simple_2fa.cli.running")
        del line["at"]
        assert line == {
            "event": "serve starts; Ctrl-C or SIGTERM ends it",
            "listens": f"http://{shown}:{port}",
            "workers": 2,
            "public_url": "https://2fa.acme.test",
            "database": f"sqlite:///{home / 'instance/simple-2fa.sqlite3'}",
            "letters": "sent from here, by 127.0.0.1:25",
        }

    @pytest.mark.parametrize("name", ["granian", "zxcvbn"])
    def test_its_extra_may_be_missing(
        self, monkeypatch: pytest.MonkeyPatch, started: list[dict[str, Any]], name: str
    ) -> None:
        monkeypatch.setitem(sys.modules, name, None)
        told = call("serve", "--port", str(free_port()))
        assert (told.status, told.out, started) == (2, "", [])
        assert told.err == (
            f"{name} is missing: install it with `pip install 'simple-2fa[server]'`\n"
        )

    def test_its_port_may_be_busy(self, started: list[dict[str, Any]]) -> None:
        port = free_port()
        with socket.create_server((HOST, port)):
            told = call("serve", "--port", str(port))
        assert (told.status, told.out, started) == (2, "", [])
        assert told.err == (
            f"port {port} of 127.0.0.1 is busy or not ours: give another --port or --host\n"
        )

    def test_its_address_may_be_another_machine_s(self, started: list[dict[str, Any]]) -> None:
        told = call("serve", "--host", "192.0.2.1")
        assert (told.status, started) == (2, [])
        assert told.err.startswith("port 8000 of 192.0.2.1 is busy or not ours")

    @pytest.mark.parametrize("workers", ["0", "65", "x"])
    def test_its_workers_are_a_sane_number(
        self, started: list[dict[str, Any]], workers: str
    ) -> None:
        assert (call("serve", "--workers", workers).status, started) == (2, [])


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_worker_works_until_it_is_told_to_end(
    monkeypatch: pytest.MonkeyPatch, how: signal.Signals
) -> None:
    handlers: dict[int, Callable[..., None]] = {}
    woken: list[bool] = []

    def work(_: Worker, stop: threading.Event) -> None:
        assert not stop.is_set()
        handlers[how](how, None)
        assert stop.is_set()
        assert woken == [True]

    monkeypatch.setattr(working.signal, "signal", handlers.__setitem__)  # type: ignore[attr-defined]
    monkeypatch.setattr(Worker, "run_forever", work)
    monkeypatch.setattr(Worker, "wake", lambda _: woken.append(True))
    told = call("worker")
    assert (told.status, told.out) == (0, "")
    line = json.loads(told.err)
    assert line["event"] == "worker starts; Ctrl-C or SIGTERM ends it"
    assert (line["letters"], "listens" in line) == ("sent from here, by 127.0.0.1:25", False)
    assert len(woken) == 1
    (handler,) = logging.getLogger("simple_2fa").handlers
    assert isinstance(handler.formatter, JsonLines)
