"""What production and `doctor` say of each kind of database."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rig import parts
from rig.command import call, fresh_home, write_env
from rig.mariadb import MariaDB
from rig.server import PASSWORD, USER
from simple_2fa.cli import doctor
from simple_2fa.core.clock import utc_now
from simple_2fa.db import state as database
from simple_2fa.db.engine import Database
from simple_2fa.db.upgrade import upgrade
from simple_2fa.flask.checks import DEVELOPMENT, MODE, keys_are_missing, named, refusals
from world import MASTER_KEY, NOW, TTL, World, desk_on

OTHER_KEY = bytes(32)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh working directory; all that is opened is closed."""
    with fresh_home(tmp_path, monkeypatch):
        yield tmp_path


@pytest.fixture
def db(database_url: str) -> Database:
    """An empty one."""
    return Database(database_url)


def test_it_is_refused_until_it_is_migrated(db: Database) -> None:
    assert refusals(db, [MASTER_KEY], NOW) == (
        f"the database {named(db.url)} has no tables yet: run `simple-2fa db upgrade`",
    )
    upgrade(db)
    assert refusals(db, [MASTER_KEY], NOW) == ()
    database.set_mark(db, MODE, DEVELOPMENT)
    (why,) = refusals(db, [MASTER_KEY], NOW)
    assert why.startswith("the database was made for development")


def test_it_is_refused_while_rows_need_a_key_that_is_missing(db: Database) -> None:
    upgrade(db)
    world = World(desk_on(db))
    assert not keys_are_missing(db, [OTHER_KEY], NOW)
    world.start()
    (why,) = refusals(db, [OTHER_KEY], NOW)
    assert why.startswith("SECRET_KEY lacks a key")
    assert refusals(db, [OTHER_KEY, MASTER_KEY], NOW) == ()
    assert refusals(db, [OTHER_KEY], NOW + TTL) == ()
    world.enrol()
    assert keys_are_missing(db, [OTHER_KEY], NOW + timedelta(days=3650))


@pytest.mark.parametrize("arguments", [["list"], ["create", "Shop"], ["revoke", "x"]], ids=" ".join)
def test_clients_want_a_migrated_one(home: Path, database_url: str, arguments: list[str]) -> None:
    write_env(home, DATABASE_URL=database_url)
    told = call("client", *arguments)
    assert (told.status, told.out) == (1, "")
    name = named(Database(database_url).url)
    assert told.err == f"the database {name} has no tables yet: run `simple-2fa db upgrade`\n"
    assert f":{PASSWORD}" not in told.err


def test_the_commands_work_on_it(home: Path, database_url: str) -> None:
    write_env(home, DATABASE_URL=database_url)
    assert json.loads(call("db", "check", "--json").out)["state"] == "empty"
    assert call("db", "upgrade").status == 0
    assert (
        call("db", "upgrade").out
        == f"The database {named(Database(database_url).url)} is current.\n"
    )
    assert call("db", "check").status == 0
    made = json.loads(call("client", "create", "Shop", "--json").out)
    del made["key"]
    assert json.loads(call("client", "list", "--json").out) == [made]
    assert call("client", "revoke", made["id"]).status == 0
    assert call("client", "revoke", made["id"]).status == 1


@pytest.mark.parametrize("behind", [3600, -3600])
def test_doctor_sees_a_clock_that_is_off(
    home: Path, mariadb: MariaDB, monkeypatch: pytest.MonkeyPatch, behind: int
) -> None:
    write_env(home, DATABASE_URL=mariadb.create_database())
    call("db", "upgrade")
    monkeypatch.setattr(doctor, "utc_now", lambda: utc_now() - timedelta(seconds=behind))
    told = json.loads(call("doctor", "--json").out)
    (clock,) = (each for each in told if each["part"] == "clock")
    assert clock["ok"] is False
    assert 3590 < float(clock["detail"].split()[0]) < 3610
    assert clock["detail"].endswith("switch on time synchronisation on both")


def test_doctor_names_it_without_its_password(home: Path, database_url: str) -> None:
    write_env(home, DATABASE_URL=database_url)
    call("db", "upgrade")
    told = call("doctor", "--json")
    (found,) = (each for each in json.loads(told.out) if each["part"] == "database")
    assert found["ok"] is True
    assert Database(database_url).url.database in found["detail"]
    assert PASSWORD not in told.out
    assert "?" not in found["detail"]


def test_a_wrong_password_is_told_and_not_shown(home: Path, mariadb: MariaDB) -> None:
    name = urlsplit(mariadb.create_database()).path
    write_env(home, DATABASE_URL=f"mysql://{USER}:falsch@127.0.0.1:{mariadb.port}{name}")
    told = call("serve")
    assert (told.status, told.err.count("\n")) == (2, 1)
    assert "Access denied for user 'rig'" in told.err
    assert "falsch" not in told.err


@pytest.fixture
def lax() -> Iterator[MariaDB]:
    """A server that cuts off what does not fit."""
    parts.need("MariaDB", MariaDB.is_installed())
    with MariaDB(options=["--sql-mode=NO_ENGINE_SUBSTITUTION"]) as server:
        yield server


def test_a_server_that_is_not_strict_is_refused(home: Path, lax: MariaDB) -> None:
    write_env(home, DATABASE_URL=lax.create_database())
    assert call("db", "upgrade").status == 0
    for command in ("serve", "worker"):
        told = call(command)
        assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
        assert "add STRICT_TRANS_TABLES to sql_mode" in told.err
    told = call("db", "check")
    assert (told.status, told.out.endswith(" is current.\n")) == (1, True)
    assert "STRICT_TRANS_TABLES" in told.err
