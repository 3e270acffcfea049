"""`flask simple-2fa ...`."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from rig.command import KEY
from simple_2fa.db import state as database
from simple_2fa.db.engine import Database
from simple_2fa.flask import Simple2FA, second_factor_required
from simple_2fa.flask.checks import DEVELOPMENT, MODE
from simple_2fa.flask.commands import working
from simple_2fa.mail.worker import Worker
from simple_2fa.settings import Settings, SettingsError
from toys import production, toy

CALLS = (
    ["db", "upgrade"],
    ["db", "check"],
    ["worker"],
    ["person", "show", "7"],
    ["person", "reset-2fa", "7", "--yes"],
    ["person", "disable", "7"],
    ["person", "enable", "7"],
)
IN_MEMORY = (
    "sqlite://",
    "sqlite:///file::memory:?cache=shared&uri=true",
    "sqlite:///file:shop?mode=memory&cache=shared&uri=true",
)
every_call = pytest.mark.parametrize("arguments", CALLS, ids=" ".join)


@pytest.fixture(autouse=True)
def _unpaused(unpaused: None) -> None:
    """What is tried again on the database is tried again at once."""


@pytest.fixture
def host(tmp_path: Path) -> Flask:
    """Whose commands look at its own database: of one called `app` our plugin keeps them apart."""
    return toy(tmp_path, **production(tmp_path))


def call(host: Flask, *arguments: str) -> Result:
    return host.test_cli_runner().invoke(args=["simple-2fa", *arguments])


def tables(folder: Path) -> Database:
    return Database(production(folder)["SIMPLE_2FA_DATABASE_URL"])


class TestDatabase:
    def test_tables_are_made_and_then_fit(self, host: Flask, tmp_path: Path) -> None:
        made = call(host, "db", "upgrade")
        current = f"The database sqlite:///{tmp_path / 'toy.sqlite3'} is current.\n"
        assert (made.exit_code, made.output) == (0, f"migrated to {database.HEAD}\n{current}")
        assert call(host, "db", "upgrade").output == current
        assert call(host, "db", "check").output == current
        assert json.loads(call(host, "db", "upgrade", "--json").output) == []

    def test_without_them_it_says_what_to_do(self, host: Flask, tmp_path: Path) -> None:
        told = call(host, "db", "check")
        name = f"sqlite:///{tmp_path / 'toy.sqlite3'}"
        advice = "run `flask simple-2fa db upgrade`"
        assert told.exit_code == 1
        assert told.output == f"the database {name} has no tables yet: {advice}\n"
        told = call(host, "db", "check", "--json")
        assert (told.exit_code, json.loads(told.output)["state"]) == (1, "empty")

    def test_what_is_wrong_with_the_server_is_told(
        self, host: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        call(host, "db", "upgrade")
        monkeypatch.setattr(database, "problems", lambda _: ["sql_mode is lax"])
        told = call(host, "db", "check")
        assert (told.exit_code, told.stderr) == (1, "sql_mode is lax\n")

    def test_development_s_is_not_fit_for_production(self, host: Flask, tmp_path: Path) -> None:
        file = {"SIMPLE_2FA_DATABASE_URL": production(tmp_path)["SIMPLE_2FA_DATABASE_URL"]}
        mine = toy(tmp_path, **file)
        with mine.test_client() as client:
            client.get("/verify")
        assert call(mine, "db", "check").exit_code == 0
        told = call(host, "db", "check")
        assert told.exit_code == 1
        assert told.stderr.startswith("the database was made for development: give production its")
        assert "SIMPLE_2FA_INSTANCE_PATH" in told.stderr
        told = call(host, "db", "check", "--json")
        facts = json.loads(told.stdout)
        assert (told.exit_code, facts["state"], len(facts["problems"])) == (1, "current", 1)


class TestFaults:
    @every_call
    def test_a_database_out_of_reach_is_a_line(self, tmp_path: Path, arguments: list[str]) -> None:
        more = production(tmp_path, DATABASE_URL="mysql://u:geheim@127.0.0.1:1/x")
        told = call(toy(tmp_path, **more), *arguments)
        assert (told.exit_code, told.stdout, told.stderr.count("\n")) == (1, "", 1)
        assert told.stderr.startswith("The database can't be used: ")
        assert told.stderr.endswith("`flask simple-2fa db check` tells more.\n")
        assert "geheim" not in told.stderr

    @every_call
    def test_so_is_a_newer_one(self, host: Flask, tmp_path: Path, arguments: list[str]) -> None:
        call(host, "db", "upgrade")
        db = tables(tmp_path)
        db.tidy(lambda link: link.exec_driver_sql("UPDATE two_factor_version SET version_num='9'"))
        db.close()
        told = call(host, *arguments)
        assert (told.exit_code, told.stdout, told.stderr.count("\n")) == (1, "", 1)
        assert "newer" in told.stderr

    @pytest.mark.parametrize("arguments", CALLS[2:], ids=" ".join)
    def test_so_is_one_without_tables(self, host: Flask, arguments: list[str]) -> None:
        told = call(host, *arguments)
        assert (told.exit_code, told.stdout) == (1, "")
        assert told.stderr.endswith("has no tables yet: run `flask simple-2fa db upgrade`\n")

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
    def test_a_database_in_memory_is_refused_in_words(self, tmp_path: Path, url: str) -> None:
        config = {**production(tmp_path), "SIMPLE_2FA_DATABASE_URL": url}
        told = call(toy(tmp_path, **config), "db", "check")
        assert told.exit_code == 2
        assert "SIMPLE_2FA_DATABASE_URL names a database in memory" in told.output

    @pytest.mark.parametrize("url", IN_MEMORY)
    def test_so_is_one_of_the_application_s_own(self, tmp_path: Path, url: str) -> None:
        """Whoever served would find no table that another connection has made."""
        engine = create_engine(url, poolclass=StaticPool)
        host = toy(tmp_path, Simple2FA(database=engine), **production(tmp_path))
        for arguments in CALLS:
            told = call(host, *arguments)
            assert (told.exit_code, told.stdout, told.stderr.count("\n")) == (2, "", 1)
            assert told.stderr.startswith("database= is in memory, which each connection has")
        host.add_url_rule("/guarded", view_func=second_factor_required(lambda: ""))
        client = host.test_client()
        client.get("/enter/ann")
        with pytest.raises(SettingsError, match="database= is in memory"):
            client.get("/guarded")

    def test_a_file_is_none_however_it_is_opened(self, tmp_path: Path) -> None:
        engine = create_engine(f"sqlite:///file:{tmp_path / 'own.sqlite3'}?mode=rwc&uri=true")
        host = toy(tmp_path, Simple2FA(database=engine), **production(tmp_path))
        assert call(host, "db", "upgrade").exit_code == 0
        assert "is current" in call(host, "db", "check").output
        assert (tmp_path / "own.sqlite3").exists()

    @every_call
    def test_a_driver_that_is_missing_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
    ) -> None:
        monkeypatch.setitem(sys.modules, "pymysql", None)
        host = toy(tmp_path, **production(tmp_path, DATABASE_URL="mysql://u@localhost/x"))
        told = call(host, *arguments)
        fault = "the database's driver is missing: `pip install 'pymysql'` installs it\n"
        assert (told.exit_code, told.output) == (2, fault)

    @every_call
    def test_certificates_that_are_none_are_told(
        self, tmp_path: Path, arguments: list[str]
    ) -> None:
        authority = tmp_path / "ca.pem"
        authority.write_text("nothing of the kind")
        server = {"DATABASE_URL": "mysql://u@db.example.com/x", "DB_TLS_CA": str(authority)}
        more = production(tmp_path, **server)
        told = call(toy(tmp_path, **more), *arguments)
        assert (told.exit_code, told.stdout, told.stderr.count("\n")) == (2, "", 1)
        assert told.stderr.startswith("SIMPLE_2FA_DB_TLS_CA is ")

    @pytest.mark.parametrize("arguments", [*CALLS, ["keys", "new"]], ids=" ".join)
    def test_an_application_that_can_not_be_made_says_why(
        self, tmp_path: Path, arguments: list[str]
    ) -> None:
        more = production(tmp_path, CODE_TTL="5")
        group = FlaskGroup(create_app=lambda: toy(tmp_path, **more))
        told = CliRunner().invoke(group, ["simple-2fa", *arguments])
        assert (told.exit_code, told.stdout) == (2, "")
        assert told.stderr == "SIMPLE_2FA_CODE_TTL is '5': give 300 to 600 seconds\n"


class TestWorker:
    @pytest.fixture
    def worked(self, monkeypatch: pytest.MonkeyPatch) -> list[Worker]:
        """Workers that began; each ends at once."""
        began: list[Worker] = []
        monkeypatch.setattr(working.signal, "signal", lambda *_: None)  # type: ignore[attr-defined]
        monkeypatch.setattr(Worker, "run_forever", lambda self, _: began.append(self))
        return began

    def test_it_says_where_letters_go(self, host: Flask, worked: list[Worker]) -> None:
        call(host, "db", "upgrade")
        told = call(host, "worker")
        line = "Letters go out by 127.0.0.1:25. Ctrl-C or SIGTERM ends it.\n"
        assert (told.exit_code, told.output, len(worked)) == (0, line, 1)

    def test_in_development_too(self, tmp_path: Path, worked: list[Worker]) -> None:
        host = toy(tmp_path, Simple2FA(url_prefix="/2fa"))
        call(host, "db", "upgrade")
        assert call(host, "worker").output.startswith("Letters are shown at /2fa/inbox. ")
        assert len(worked) == 1

    def test_development_s_database_is_not_production_s(
        self, host: Flask, tmp_path: Path, worked: list[Worker]
    ) -> None:
        call(host, "db", "upgrade")
        db = tables(tmp_path)
        database.set_mark(db, MODE, DEVELOPMENT)
        db.close()
        told = call(host, "worker")
        assert (told.exit_code, worked) == (2, [])
        assert told.output.startswith("the database was made for development: give production its")
        assert "SIMPLE_2FA_INSTANCE_PATH" in told.output


class TestKeys:
    def test_a_new_one_can_be_used(self, host: Flask) -> None:
        made = call(host, "keys", "new").output.strip()
        other = json.loads(call(host, "keys", "new", "--json").output)["key"]
        assert len(Settings.of({"SECRET_KEY": f"{made},{other},{KEY}"}).master_keys()) == 3


class TestRoutes:
    @pytest.fixture
    def shop(self, host: Flask) -> Flask:
        host.add_url_rule("/pay", "pay", lambda: "paid", methods=["POST"])
        host.add_url_rule("/refund", "refund", second_factor_required(dict), methods=["POST"])
        return host

    def test_what_demands_nothing_fails(self, shop: Flask) -> None:
        told = call(shop, "audit", "routes")
        assert told.exit_code == 1
        assert told.stderr == (
            "POST /pay (pay) demands nothing: put @second_factor_required under its route,"
            " guard its blueprint, or allow it with a reason\n"
        )
        assert "ok    POST    /refund" in told.stdout

    def test_what_is_allowed_is_shown_with_its_reason(self, shop: Flask) -> None:
        shop.config["SIMPLE_2FA_ALLOWED"] = {"pay": "a robot pays", "refund": "why not"}
        told = call(shop, "audit", "routes")
        assert told.exit_code == 0
        assert told.stderr == "'refund' needs no reason: take it off the list of what is allowed\n"
        assert "a robot pays\n" in told.stdout
        assert told.stdout.endswith("demands something, but for 6 with a reason.\n")
        facts = json.loads(call(shop, "audit", "routes", "--json").stdout)
        assert (facts["failures"], len(facts["notes"])) == ([], 1)

    @pytest.mark.parametrize("given", [["pay"], {"pay"}, ("pay",), "pay", {"pay": None}], ids=str)
    def test_a_list_without_reasons_is_refused(self, shop: Flask, given: Any) -> None:  # noqa: ANN401
        shop.config["SIMPLE_2FA_ALLOWED"] = given
        told = call(shop, "audit", "routes")
        assert (told.exit_code, told.stdout) == (2, "")
        assert told.stderr == (
            "SIMPLE_2FA_ALLOWED can't be used: give a reason for each endpoint that is allowed,"
            " such as {'login': 'takes the password'}\n"
        )


def test_help_lists_them_and_cuts_none_off(host: Flask) -> None:
    for group in ([], ["db"], ["keys"], ["person"], ["audit"]):
        listed = call(host, *group, "--help").output.partition("Commands:\n")[2]
        assert listed
        assert "..." not in listed
