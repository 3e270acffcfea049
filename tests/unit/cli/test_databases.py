"""`db`."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from rig.command import call
from simple_2fa.db import state as database
from simple_2fa.db.engine import Database


def set_version(home: Path, version: str) -> None:
    db = Database(f"sqlite:///{home / 'instance/simple-2fa.sqlite3'}")
    change = text("UPDATE two_factor_version SET version_num = :version")
    db.tidy(lambda connection: connection.execute(change, {"version": version}).rowcount)
    db.close()


class TestUpgrade:
    def test_it_runs_what_is_missing_once(self) -> None:
        assert call("db", "upgrade").out == f"migrated to {database.HEAD}\n"
        again = call("db", "upgrade")
        assert (again.status, again.out) == (0, "Nothing to do: the database is current.\n")

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
    def test_a_current_one_is_fine(self) -> None:
        call("db", "upgrade")
        told = call("db", "check")
        assert (told.status, told.out, told.err) == (0, "The database is current.\n", "")
        as_json = call("db", "check", "--json")
        assert as_json.status == 0
        assert json.loads(as_json.out) == {"state": "current", "problems": []}

    def test_an_empty_one_is_not(self, home: Path) -> None:
        told = call("db", "check")
        assert (told.status, told.out) == (1, "The database is empty.\n")
        assert json.loads(call("db", "check", "--json").out)["state"] == "empty"
        assert (home / "instance").stat().st_mode & 0o777 == 0o700

    @pytest.mark.parametrize(("version", "state"), [("0000", "behind"), ("9999_later", "ahead")])
    def test_nor_is_one_of_another_version(self, home: Path, version: str, state: str) -> None:
        call("db", "upgrade")
        set_version(home, version)
        told = call("db", "check")
        assert (told.status, told.out) == (1, f"The database is {state}.\n")

    def test_what_is_wrong_with_the_server_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        call("db", "upgrade")
        monkeypatch.setattr(database, "problems", lambda _: ["sql_mode is lax"])
        told = call("db", "check")
        assert (told.status, told.err) == (1, "sql_mode is lax\n")
        assert json.loads(call("db", "check", "--json").out)["problems"] == ["sql_mode is lax"]
