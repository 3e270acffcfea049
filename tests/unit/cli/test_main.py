"""What all commands have in common."""

import re
import runpy
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from rig.command import KEY, call, write_env
from simple_2fa.db import state as database
from simple_2fa.db import upgrade as migrations
from simple_2fa.db.engine import Database
from simple_2fa.flask.checks import DEVELOPMENT, MODE, named
from simple_2fa.settings import Settings

ROOT = Path(__file__).parents[3]
COMMANDS = ["audit", "client", "db", "doctor", "init", "keys", "run", "serve", "user", "worker"]
CALLS = [
    ["client", "create", "Shop"],
    ["client", "list"],
    ["client", "revoke", "x"],
    ["db", "backup", "kept"],
    ["db", "check"],
    ["db", "upgrade"],
    ["doctor"],
    ["keys", "list"],
    ["run"],
    ["serve"],
    ["user", "add", "ann@example.com"],
    ["user", "list"],
    ["user", "reset-2fa", "x", "--yes"],
    ["user", "change-address", "x", "bea@example.com", "--yes"],
    ["user", "show", "x"],
    ["worker"],
]
HERE = [each for each in CALLS if each not in (["run"], ["db", "upgrade"], ["keys", "list"])]
ON_A_DATABASE = [each for each in CALLS if each[0] in {"client", "db", "user"}]


def listed(text: str) -> list[str]:
    return re.findall(r"^  ([\w-]+)", text.partition("Commands:\n")[2], re.MULTILINE)


@pytest.mark.parametrize("asked", ["--help", "-h"])
def test_help_lists_today_s_commands(asked: str) -> None:
    told = call(asked)
    assert told.status == 0
    assert listed(told.out) == COMMANDS


@pytest.mark.parametrize(
    ("group", "commands"),
    [
        ("audit", ["routes"]),
        ("client", ["create", "list", "revoke"]),
        ("db", ["backup", "check", "upgrade"]),
        ("keys", ["list", "new"]),
        ("user", ["add", "change-address", "disable", "enable", "list", "reset-2fa", "show"]),
    ],
)
def test_help_of_a_group_lists_its_commands(group: str, commands: list[str]) -> None:
    assert listed(call(group, "--help").out) == commands


@pytest.mark.parametrize(
    "group", [[], ["audit"], ["client"], ["db"], ["keys"], ["user"]], ids=" ".join
)
def test_no_line_of_a_list_of_commands_is_cut_off(group: list[str]) -> None:
    assert "..." not in call(*group, "--help").out.partition("Commands:")[2]


def test_it_tells_its_version() -> None:
    assert call("--version").out == f"simple-2fa, version {version('simple-2fa')}\n"


def test_an_unknown_command_is_refused() -> None:
    assert call("begin").status == 2


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_each_fault_of_the_settings_is_a_line(home: Path, arguments: list[str]) -> None:
    faulty = {"CODE_TTL": "5", "SECRET_KEY": f"{KEY[:-1]}!", "DB_NAM": "x"}
    write_env(home, **faulty)
    told = call(*arguments)
    assert (told.status, told.out) == (2, "")
    advice = "a key is not 32 bytes in base64url; make one with `simple-2fa keys new`"
    assert told.err.splitlines() == [
        "DB_NAM in .env is unknown; did you mean DB_NAME?",
        f"SECRET_KEY can't be used: {advice}",
        "CODE_TTL is '5': give 300 to 600 seconds",
    ]


def test_unknown_names_are_warned_of(home: Path) -> None:
    write_env(home, COLOUR="red", SITENAME="Acme")
    told = call("keys", "list")
    assert told.status == 0
    assert told.err.splitlines() == [
        "warning: COLOUR in .env is unknown",
        "warning: SITENAME in .env is unknown; did you mean SITE_NAME?",
    ]


@pytest.mark.parametrize("arguments", HERE, ids=" ".join)
def test_where_nothing_is_set_nothing_is_made_and_the_way_to_begin_is_told(
    home: Path, arguments: list[str]
) -> None:
    (home / ".env").unlink()
    told = call(*arguments)
    assert told.status != 0
    begin = f"there is no .env in {home}: `simple-2fa init` writes it for production"
    assert f"{begin}, `simple-2fa run` needs none\n" in told.out + told.err
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("arguments", [["db", "upgrade"], ["user", "list"]], ids=" ".join)
def test_which_database_it_is_is_said_where_it_may_not_be_production_s(
    home: Path, arguments: list[str]
) -> None:
    (home / ".env").unlink()
    assert call("db", "upgrade").status == 0
    assert call(*arguments).err.startswith(f"note: there is no .env in {home}: ")
    db = Database(Settings.load().database_url())
    database.set_mark(db, MODE, DEVELOPMENT)
    told = f"note: {named(db.url)} belongs to `run`; `serve` needs a database of its own\n"
    assert call(*arguments).err == told


def test_settings_of_the_environment_do_without_a_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".env").unlink()
    monkeypatch.setenv("SITE_NAME", "Acme")
    assert call("db", "upgrade").err == ""
    assert "no .env" not in call("serve").err


@pytest.mark.parametrize("arguments", ON_A_DATABASE, ids=" ".join)
@pytest.mark.parametrize(
    ("database", "told"),
    [
        ("mysql://u:geheim@127.0.0.1:1/x", "Connection refused"),
        ("postgresql://u@127.0.0.1:1/x?password=geheim", "Connection refused"),
        ("sqlite:////proc", "unable to open database file"),
        (f"sqlite:////{'x' * 300}", "unable to open database file"),
    ],
)
def test_a_database_out_of_reach_is_a_line(
    home: Path, arguments: list[str], database: str, told: str
) -> None:
    write_env(home, DATABASE_URL=database)
    said = call(*arguments)
    assert (said.status, said.out, said.err.count("\n")) == (1, "", 1)
    assert said.err.startswith("The database can't be used: ")
    assert told in said.err
    assert "geheim" not in said.err


@pytest.mark.parametrize("arguments", ON_A_DATABASE, ids=" ".join)
def test_so_is_a_file_that_is_none(home: Path, arguments: list[str]) -> None:
    (home / "notes.txt").write_text("Not a database, but a long text about one.\n" * 30)
    write_env(home, DATABASE_URL=f"sqlite:///{home / 'notes.txt'}")
    said = call(*arguments)
    assert (said.status, said.out) == (1, "")
    assert said.err == (
        "The database can't be used: file is not a database. `simple-2fa doctor` tells more.\n"
    )


@pytest.mark.parametrize(
    ("url", "package"),
    [("mysql://u@localhost/x", "pymysql"), ("postgres://u@localhost/x", "psycopg[binary]")],
)
@pytest.mark.parametrize("arguments", [["db", "check"], ["doctor"], ["serve"]], ids=" ".join)
def test_a_driver_that_is_missing_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, url: str, package: str, arguments: list[str]
) -> None:
    for driver in ("pymysql", "psycopg"):
        monkeypatch.setitem(sys.modules, driver, None)
    write_env(home, DATABASE_URL=url)
    told = call(*arguments)
    assert told.status == 2
    assert f"`pip install '{package}'`" in told.err


def test_a_file_without_certificates_is_named(home: Path) -> None:
    (home / "ca.pem").write_text("no certificate")
    server = {"DB_HOST": "db.acme.test", "DB_USER": "u", "DB_NAME": "n", "DB_TLS_CA": "ca.pem"}
    write_env(home, **server)
    told = call("db", "check")
    path = str(home / "ca.pem")
    assert (told.status, told.err) == (
        2,
        f"DB_TLS_CA is {path!r}: give a file of certificates (PEM)\n",
    )


def test_a_newer_database_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Database) -> list[str]:
        raise migrations.NewerDatabaseError("the database is at 0009")

    monkeypatch.setattr(migrations, "upgrade", refuse)
    told = call("db", "upgrade")
    assert (told.status, told.out, told.err) == (1, "", "the database is at 0009\n")


@pytest.mark.parametrize("module", ["src/simple_2fa/__main__.py", "send_2fa.py"])
def test_other_ways_to_start_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], module: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / module), run_name="__main__")
    assert ended.value.code == 0
    asked = "simple-2fa run [OPTIONS]" if module == "send_2fa.py" else "simple-2fa [OPTIONS]"
    assert f"Usage: {asked}" in capsys.readouterr().out


def test_imported_send_2fa_does_nothing() -> None:
    runpy.run_path(str(ROOT / "send_2fa.py"))
