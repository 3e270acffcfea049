"""`run`, but for the serving itself."""

import logging
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from flask import Flask

from rig.command import call
from rig.ports import HOST, free_port
from simple_2fa.app.logs import PlainLines
from simple_2fa.cli import running
from simple_2fa.clients import flows as clients
from simple_2fa.db import state as database
from simple_2fa.flask.checks import DEVELOPMENT, MODE
from simple_2fa.http.services import EXTENSION, Services
from simple_2fa.mail.inbox import Received
from simple_2fa.mail.worker import Worker
from world import NOW

Served = list[tuple[str, int, Services]]


@pytest.fixture
def served(home: Path, monkeypatch: pytest.MonkeyPatch) -> Served:
    """What would be served in a fresh folder, were it not for the test."""
    (home / ".env").unlink()
    found: Served = []

    class Server:
        def serve_forever(self) -> None:
            """Be done at once."""

    def make(host: str, port: int, app: Flask, **_: object) -> Server:
        found.append((host, port, app.extensions[EXTENSION].services))
        return Server()

    monkeypatch.setattr(running, "make_server", make)
    monkeypatch.setattr(Worker, "start", lambda _: None)
    return found


def test_a_fresh_folder_is_enough(home: Path, served: Served) -> None:
    port = free_port()
    told = call("run", "--port", str(port))
    assert (told.status, told.err) == (0, "")
    ((host, used, services),) = served
    assert (host, used, services.development) == (HOST, port, True)
    assert services.settings.public_url == f"http://localhost:{port}"
    assert database.state(services.db) == "current"
    assert database.mark(services.db, MODE) == DEVELOPMENT
    assert f"migrated to {database.HEAD}\n" in told.out
    assert f"http://localhost:{port}/inbox" in told.out
    assert f"curl http://localhost:{port}/generate-2fa" in told.out
    (handler,) = logging.getLogger("simple_2fa").handlers
    assert isinstance(handler.formatter, PlainLines)
    assert sorted(each.name for each in home.iterdir()) == ["instance"]


def test_a_second_start_has_nothing_to_migrate(served: Served) -> None:
    port = str(free_port())
    call("run", "--port", port)
    assert "migrated" not in call("run", "--port", port).out
    first, second = (services.settings.master_keys() for _, _, services in served)
    assert first == second


def test_a_database_with_keys_that_run_never_used_is_left_alone(served: Served) -> None:
    port = str(free_port())
    call("run", "--port", port)
    ((_, _, services),) = served
    database.set_mark(services.db, MODE, "")
    assert call("run", "--port", port).status == 0
    clients.create(services.db, "Shop", NOW)
    assert call("run", "--port", port).status == 0  # by now it is marked
    database.set_mark(services.db, MODE, "")
    told = call("run", "--port", port)
    assert (told.status, len(served)) == (2, 3)
    assert "looks like production's, it has API keys: give `run` another one" in told.err
    assert database.mark(services.db, MODE) == ""


def test_what_judges_passwords_may_be_missing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zxcvbn", None)
    told = call("run", "--port", str(free_port()))
    assert (told.status, told.out, served) == (2, "", [])
    assert told.err == "zxcvbn is missing: install it with `pip install 'simple-2fa[server]'`\n"


def test_with_a_mail_server_letters_go_there(home: Path, served: Served) -> None:
    (home / ".env").write_text("SMTP_SERVER=127.0.0.1\nSITENAME=x\n")
    told = call("run", "--port", str(free_port()))
    assert served[0][2].inbox is None
    assert "/inbox" not in told.out
    assert told.err == "warning: SITENAME in .env is unknown; did you mean SITE_NAME?\n"


def test_an_interrupt_ends_it_in_peace_even_before_it_serves(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: Services) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "_greet", interrupt)
    told = call("run", "--port", str(free_port()))
    assert (told.status, told.err, len(served)) == (0, "", 1)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"short", b""])
def test_a_damaged_key_is_a_line_that_names_its_file(
    home: Path, served: Served, content: bytes
) -> None:
    file = home / "instance/secret_key"
    file.parent.mkdir()
    file.write_bytes(content)
    told = call("run", "--port", str(free_port()))
    assert (told.status, served) == (2, [])
    assert told.err.startswith(f"SECRET_KEY_FILE is '{home}")
    assert ": a key is not 32 bytes" in told.err
    assert told.err.count("\n") == 1
    assert file.read_bytes() == content


def test_so_is_a_folder_that_can_not_be_made(home: Path, served: Served) -> None:
    (home / "taken").write_text("")
    (home / ".env").write_text("INSTANCE_PATH=taken\n")
    told = call("run", "--port", str(free_port()))
    folder = str(home / "taken")
    assert (told.status, served) == (2, [])
    assert told.err == f"INSTANCE_PATH is {folder!r}: give a folder to write in (File exists)\n"


def test_a_newer_database_is_left_alone(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    call("run", "--port", str(free_port()))
    monkeypatch.setattr(database, "HEAD", "0000_before")
    monkeypatch.setattr("simple_2fa.db.upgrade.HEAD", "0000_before")
    told = call("run", "--port", str(free_port()))
    assert (told.status, len(served)) == (1, 1)
    assert told.err.endswith("this program knows 0000_before: install a newer one\n")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]", "192.0.2.1", "acme.test", "/tmp/x", ""])  # noqa: S104, S108
def test_it_serves_no_other_machine(served: Served, host: str) -> None:
    told = call("run", "--host", host)
    assert (told.status, served) == (2, [])
    assert "development serves this machine alone" in told.err


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1"])
def test_a_port_must_be_one(served: Served, port: str) -> None:
    assert (call("run", "--port", port).status, served) == (2, [])


class TestPort:
    def test_a_busy_one_is_stepped_over(self) -> None:
        port = free_port()
        with socket.create_server((HOST, port)):
            found = running._free_port(HOST, port)
        assert found > port

    def test_one_may_be_found_nowhere(
        self, monkeypatch: pytest.MonkeyPatch, served: Served
    ) -> None:
        monkeypatch.setattr(running, "_is_free", lambda *_: False)
        told = call("run", "--port", "65530")
        assert (told.status, served) == (1, [])
        assert told.err == "No port from 65530 on is free; give another with --port.\n"


class TestAddress:
    @pytest.mark.parametrize(
        ("host", "address"), [("127.0.0.1", "127.0.0.1"), ("[::1]", "::1"), ("::1", "::1")]
    )
    def test_it_is_what_sockets_want(self, host: str, address: str) -> None:
        assert running._address(host) == address

    def test_ipv4_comes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        assert running._address("localhost") == "127.0.0.1"

    def test_an_unknown_host_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: object, **__: object) -> None:
            raise socket.gaierror

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(click.BadParameter):
            running._address("acme.invalid")


class TestCheckLine:
    @pytest.fixture
    def letter(self) -> Callable[..., Received]:
        def made(code: str, purpose: str = "api:verify") -> Received:
            return Received("x", "ann@example.com", "s", "t", "h", {}, code, purpose, NOW)

        return made

    def test_it_checks_the_code_just_mailed(
        self, letter: Callable[..., Received], capsys: pytest.CaptureFixture[str]
    ) -> None:
        running._print_check("http://localhost:5000", letter("482913"))
        told = capsys.readouterr().out
        assert "curl http://localhost:5000/verify" in told
        assert '{"email":"ann@example.com","code":"482913"}' in told

    def test_a_code_for_our_own_pages_is_said_without_a_call(
        self, letter: Callable[..., Received], capsys: pytest.CaptureFixture[str]
    ) -> None:
        running._print_check("http://localhost:5000", letter("482913", "login"))
        assert capsys.readouterr().out.split("\n")[1:3] == [
            "  The code sent to ann@example.com: 482913",
            "",
        ]

    def test_a_letter_without_a_code_has_none(
        self, letter: Callable[..., Received], capsys: pytest.CaptureFixture[str]
    ) -> None:
        running._print_check("http://localhost:5000", letter(""))
        assert capsys.readouterr().out == ""


def test_the_server_s_own_log_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    running._Quiet.log_request(object.__new__(running._Quiet), 200, 1)
    assert capsys.readouterr() == ("", "")
