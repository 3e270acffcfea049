"""`flask simple-2fa person ...`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from people import added
from simple_2fa.accounts import flows
from simple_2fa.accounts.model import Account, Person
from simple_2fa.core.clock import utc_now
from simple_2fa.core.ids import new_id
from simple_2fa.db.engine import Database
from simple_2fa.db.upgrade import upgrade
from toys import production, toy

Call = Callable[..., Result]
ACTS = ("show", "disable", "enable", "reset-2fa")


@pytest.fixture
def host(tmp_path: Path) -> Flask:
    """Whose commands look at its own database: of one called `app` our plugin keeps them apart."""
    return toy(tmp_path, **production(tmp_path))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = Database(production(tmp_path)["SIMPLE_2FA_DATABASE_URL"])
    upgrade(db)
    yield db
    db.close()


@pytest.fixture
def ann(db: Database) -> Account:
    """Somebody whom the application knows as 7; another one's 7 is somebody else."""
    for host in ("toy", "other"):
        whose = Person(host, "7")
        made = Account(new_id(), f"{host}@example.com", "", utc_now(), person=whose)
        added(db, made)
    found = flows.everyone(db)
    return next(each for each in found if each.person and each.person.host == "toy")


@pytest.fixture
def call(host: Flask, ann: Account) -> Call:
    assert ann.person

    def run(*arguments: str, typed: str = "") -> Result:
        return host.test_cli_runner().invoke(args=["simple-2fa", "person", *arguments], input=typed)

    return run


def stored(db: Database, account: Account) -> Account:
    found = flows.look_up(db, account.id)
    assert found
    return found


class TestShow:
    def test_it_tells_what_is_known(self, call: Call, ann: Account) -> None:
        told = call("show", "7")
        assert told.exit_code == 0
        assert dict(line.split(None, 1) for line in told.output.splitlines()[:3]) == {
            "address": "toy@example.com",
            "id": ann.id,
            "person": "7 of toy",
        }
        assert "second step  a code by email\n" in told.output

    def test_programs_too(self, call: Call, ann: Account) -> None:
        facts = json.loads(call("show", "7", "--json").output)
        assert (facts["host"], facts["person"], facts["id"]) == ("toy", "7", ann.id)
        assert (facts["sessions"], facts["browsers"], facts["credentials"]) == (0, [], {})


class TestDisable:
    def test_it_holds_until_it_is_enabled(self, call: Call, db: Database, ann: Account) -> None:
        address = "toy@example.com"
        assert call("disable", "7").output == f"{address} is refused whatever demands it.\n"
        assert stored(db, ann).disabled_at
        assert call("disable", "7").output == f"{address} was refused before.\n"
        assert call("enable", "7").output == f"{address} can make the second step again.\n"
        assert stored(db, ann).disabled_at is None
        assert call("enable", "7").output == f"{address} wasn't disabled.\n"
        assert json.loads(call("enable", "7", "--json").output)["changed"] is False


class TestReset:
    def test_who_asks_is_asked_about(self, call: Call, db: Database, ann: Account) -> None:
        told = call("reset-2fa", "7", typed="n\n")
        assert told.exit_code == 1
        assert told.stderr.startswith(
            "After this a code sent to toy@example.com is enough as second step of 7."
            " Are you sure who is asking for it? [y/N]:"
        )
        assert stored(db, ann).epoch == ann.epoch

    @pytest.mark.parametrize(("more", "typed"), [(["--yes"], ""), ([], "y\n")])
    def test_all_ends_and_a_letter_tells(
        self, call: Call, db: Database, ann: Account, more: list[str], typed: str
    ) -> None:
        told = call("reset-2fa", "7", *more, typed=typed)
        gone = "0 second steps, 0 known browsers, 0 sessions"
        line = f"Removed from toy@example.com: {gone}. A letter tells its owner.\n"
        assert told.exit_code == 0
        assert told.stdout.endswith(line)  # some versions of click end their question there
        assert stored(db, ann).epoch == ann.epoch + 1
        count = "SELECT count(*) FROM two_factor_letters"
        assert db.read(lambda link: link.exec_driver_sql(count).scalar()) == 1

    def test_programs_are_told(self, call: Call, ann: Account) -> None:
        facts = json.loads(call("reset-2fa", "7", "--yes", "--json").output)
        assert (facts["id"], facts["sessions"]) == (ann.id, 0)


@pytest.mark.parametrize("ref", ["8", "toy@example.com", "-x", ""])
@pytest.mark.parametrize("act", ACTS)
def test_who_is_not_known_is_a_line(call: Call, act: str, ref: str) -> None:
    told = call(act, ref)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == (
        f"Nobody with the id {ref!r} is known here: people are, from the first time that"
        " they are asked for the second step.\n"
    )
