"""`db`."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from rig.command import call
from simple_2fa.db import state as database
from simple_2fa.db.engine import Database

FILE = "instance/simple-2fa.sqlite3"


def set_version(home: Path, version: str) -> None:
    db = Database(f"sqlite:///{home / FILE}")
    change = text("UPDATE two_factor_version SET version_num = :version")
    db.tidy(lambda connection: connection.execute(change, {"version": version}).rowcount)
    db.close()


class TestUpgrade:
    def test_it_runs_what_is_missing_once(self, home: Path) -> None:
        current = f"The database sqlite:///{home / FILE} is current.\n"
        assert call("db", "upgrade").out == f"migrated to {database.HEAD}\n{current}"
        again = call("db", "upgrade")
        assert (again.status, again.out) == (0, current)
        assert (home / "instance").stat().st_mode & 0o777 == 0o700

    def test_programs_are_told_too(self) -> None:
        assert json.loads(call("db", "upgrade", "--json").out) == [f"migrated to {database.HEAD}"]
        assert json.loads(call("db", "upgrade", "--json").out) == []

    @pytest.mark.parametrize("more", [[], ["--json"]])
    def test_a_newer_database_is_left_alone(self, home: Path, more: list[str]) -> None:
        call("db", "upgrade")
        set_version(home, "9999_later")
        told = call("db", "upgrade", *more)
        assert (told.status, told.out) == (1, "")
        assert told.err == (
            f"the database is at 9999_later, this program knows {database.HEAD}:"
            " install a newer one\n"
        )


class TestCheck:
    def test_a_current_one_is_fine(self, home: Path) -> None:
        call("db", "upgrade")
        told = call("db", "check")
        current = f"The database sqlite:///{home / FILE} is current.\n"
        assert (told.status, told.out, told.err) == (0, current, "")
        as_json = call("db", "check", "--json")
        assert as_json.status == 0
        assert json.loads(as_json.out) == {"state": "current", "problems": []}

    def test_an_empty_one_is_not(self, home: Path) -> None:
        told = call("db", "check")
        assert (told.status, told.out) == (1, "")
        name = f"sqlite:///{home / FILE}"
        assert told.err == f"the database {name} has no tables yet: run `simple-2fa db upgrade`\n"
        assert json.loads(call("db", "check", "--json").out)["state"] == "empty"
        assert [each.name for each in home.iterdir()] == [".env"]

    @pytest.mark.parametrize(
        ("version", "told_so"), [("0000", "isn't migrated"), ("9999_later", "a newer version")]
    )
    def test_nor_is_one_of_another_version(self, home: Path, version: str, told_so: str) -> None:
        call("db", "upgrade")
        set_version(home, version)
        told = call("db", "check")
        assert (told.status, told.out) == (1, "")
        assert told_so in told.err

    def test_what_is_wrong_with_the_server_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        call("db", "upgrade")
        monkeypatch.setattr(database, "problems", lambda _: ["sql_mode is lax"])
        told = call("db", "check")
        assert (told.status, told.err) == (1, "sql_mode is lax\n")
        assert json.loads(call("db", "check", "--json").out)["problems"] == ["sql_mode is lax"]
