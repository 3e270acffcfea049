"""`user`."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from people import somebody
from rig.command import Told, call, write_env
from simple_2fa.accounts import flows, store
from simple_2fa.accounts.model import Account, AddressTakenError, NoAccountError
from simple_2fa.cli import users
from simple_2fa.core import passwords
from simple_2fa.core.clock import utc_now
from simple_2fa.core.ids import new_id, new_secret
from simple_2fa.db.engine import Database
from simple_2fa.sessions import browsers
from simple_2fa.sessions.model import BROWSER_LASTS, Browser
from simple_2fa.settings import Settings

ANN = "ann@example.com"
GOOD = "violet anchor tuesday"


def settings_db() -> Database:
    return Database(Settings.load().database_url())


def stored(named: str = ANN) -> Account | None:
    return flows.look_up(settings_db(), named)


def ann() -> Account:
    found = stored()
    assert found is not None
    return found


def keep(account: Account, now: datetime, skips_code_until: datetime | None) -> None:
    """Let a browser of somebody be known."""
    agent, ends = "Safari on iPhone", now + BROWSER_LASTS
    kept = Browser(new_id(), account.id, account.epoch, agent, now, now, ends, skips_code_until)
    settings_db().tidy(lambda connection: browsers.add(connection, kept, new_secret()))


@pytest.fixture
def migrated() -> None:
    assert call("db", "upgrade").status == 0


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put lines into the command's input."""

    def put(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    return put


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Type these at the hidden prompts, in turn; give the prompts."""

    def put(*answers: str) -> list[str]:
        left, asked = list(answers), []

        def read(prompt: str = "") -> str:
            asked.append(prompt)
            return left.pop(0)

        monkeypatch.setattr(click.termui, "hidden_prompt_func", read)
        monkeypatch.setattr(users, "can_ask", lambda: True)
        return asked

    return put


@pytest.fixture
def add(typed: Callable[[str], None]) -> Callable[..., Told]:
    """Make an account, its password a line of input."""
    assert call("db", "upgrade").status == 0

    def added(address: str = ANN, password: str = GOOD, *more: str) -> Told:
        typed(f"{password}\n")
        return call("user", "add", address, "--password-stdin", *more)

    return added


Add = Callable[..., Told]


@pytest.mark.parametrize(
    "arguments",
    [["add", ANN], ["list"], *([each, ANN] for each in ("show", "disable", "enable", "reset-2fa"))],
)
def test_the_database_must_be_migrated(arguments: list[str]) -> None:
    told = call("user", *arguments)
    assert (told.status, told.out) == (1, "")
    assert told.err.endswith(" has no tables yet: run `simple-2fa db upgrade`\n")


class TestAdd:
    def test_the_password_opens_the_account(self, add: Add) -> None:
        told = add("Ann@EXAMPLE.com")
        made = ann()
        assert (told.status, told.err) == (0, "")
        assert told.out == f"Ann@example.com ({made.id}) can sign in with this password now.\n"
        assert passwords.fits(GOOD, made.password)

    def test_programs_are_told_too(self, add: Add) -> None:
        facts = json.loads(add(ANN, GOOD, "--json").out)
        made = ann()
        assert facts == {
            "address": ANN,
            "id": made.id,
            "created_at": made.created_at.isoformat(timespec="milliseconds"),
            "disabled_at": None,
        }

    @pytest.mark.parametrize(
        ("weak", "reason"),
        [
            ("kzqwvx", "Use at least 8 characters; yours has 6. Three unrelated words work well."),
            ("", "Use at least 8 characters; yours has 0. Three unrelated words work well."),
            ("x" * 1025, "Use at most 1024 characters; yours has 1025."),
            ("trustno1", "This password appears in leaked lists, so attackers try it early."),
            ("ann@example.com", "This password is made of your address or this site's name"),
            ("aaaaaaaaaaaa", "This password is easy to guess. Three unrelated words work well."),
        ],
    )
    def test_a_weak_password_is_refused_with_what_to_do(
        self, add: Add, home: Path, weak: str, reason: str
    ) -> None:
        write_env(home, SITE_NAME="Acme")
        told = add(ANN, weak)
        assert (told.status, told.out) == (2, "")
        assert reason in told.err
        assert len(weak) < 7 or weak not in told.err
        assert stored() is None

    @pytest.mark.usefixtures("migrated")
    def test_where_nobody_can_type_it_the_other_way_is_told(self) -> None:
        told = call("user", "add", ANN)
        assert told.status == 2
        assert "--password-stdin" in told.err

    def test_what_judges_it_may_be_missing(self, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "zxcvbn", None)
        told = add()
        assert (told.status, told.out, stored()) == (2, "", None)
        assert told.err == (
            "zxcvbn is missing: install it with `pip install 'simple-2fa[server]'`\n"
        )

    @pytest.mark.usefixtures("migrated")
    def test_it_is_asked_for_without_echo_until_it_will_do(
        self, hidden: Callable[..., list[str]]
    ) -> None:
        asked = hidden("short", GOOD, "another one", GOOD, GOOD)
        told = call("user", "add", ANN)
        assert told.status == 0
        assert asked == ["Password: "] * 2 + ["The same again: "] + [
            "Password: ",
            "The same again: ",
        ]
        assert "yours has 5" in told.err
        assert GOOD not in told.out + told.err
        assert passwords.fits(GOOD, ann().password)

    @pytest.mark.parametrize("spelt", [ANN, "ANN@Example.Com"])
    def test_a_taken_address_is_told_before_a_password_is_asked_for(
        self, add: Add, hidden: Callable[..., list[str]], spelt: str
    ) -> None:
        add()
        asked = hidden()
        told = call("user", "add", spelt)
        assert (told.status, told.out, asked) == (1, "", [])
        assert "has an account already: `simple-2fa user show" in told.err

    def test_so_is_one_that_was_taken_meanwhile(
        self, add: Add, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def taken(*_: object) -> None:
            raise AddressTakenError

        monkeypatch.setattr(flows, "create", taken)
        told = add()
        assert told.status == 1
        assert "has an account already" in told.err

    @pytest.mark.parametrize("bad", ["ann", "", "ann@", "ä@example.com", "a b@example.com"])
    def test_no_address_is_told_as_such(self, add: Add, bad: str) -> None:
        told = add(bad)
        assert (told.status, told.out) == (2, "")
        assert "Invalid value for ADDRESS" in told.err


class TestList:
    @pytest.mark.usefixtures("migrated")
    def test_there_may_be_none(self) -> None:
        assert call("user", "list").out.startswith("No accounts yet.")
        assert json.loads(call("user", "list", "--json").out) == []

    def test_a_line_each_the_oldest_first(self, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(flows, "_PAGE", 2)
        addresses = [f"{name}@example.com" for name in ("zoe", "bob", "ann")]
        for address in addresses:
            add(address)
        call("user", "disable", "bob@example.com")
        accounts = [flows.look_up(settings_db(), address) for address in addresses]
        day = f"{utc_now():%Y-%m-%d}"
        states = ["active", f"disabled {day}", "active"]
        expected = [
            f"{account.id}  {account.created_at:%Y-%m-%d}  {state:<19}  {account.address}"
            for account, state in zip(accounts, states, strict=True)
            if account
        ]
        heads, *lines = call("user", "list").out.splitlines()
        assert lines == expected
        assert heads.split() == ["ID", "CREATED", "STATE", "ADDRESS"]
        ends = [
            line.index(account.address)
            for line, account in zip(lines, accounts, strict=True)
            if account
        ]
        assert {heads.index("ADDRESS")} == set(ends)
        told: list[dict[str, Any]] = json.loads(call("user", "list", "--json").out)
        assert [each["address"] for each in told] == addresses
        assert [each["disabled_at"] is None for each in told] == [True, False, True]


class TestShow:
    def test_it_tells_what_stands_behind_an_account(self, add: Add) -> None:
        add()
        made, now = ann(), utc_now()
        for until in (None, now + timedelta(days=30)):
            keep(made, now, until)
        told = call("user", "show", ANN)
        assert (told.status, told.err) == (0, "")
        lines = told.out.splitlines()
        assert lines[:6] == [
            f"address      {ANN}",
            f"id           {made.id}",
            f"created      {made.created_at:%Y-%m-%d %H:%M} UTC",
            "state        active",
            "second step  a code by email",
            "sessions     none",
        ]
        used = f"browser      Safari on iPhone, last used {now:%Y-%m-%d}"
        skips = f"{used}, no code until {now + timedelta(days=30):%Y-%m-%d}"
        assert sorted(lines[6:]) == [used, skips]
        facts = json.loads(call("user", "show", made.id, "--json").out)
        assert (facts["sessions"], facts["credentials"]) == (0, {})
        assert sorted(bool(each["skips_code_until"]) for each in facts["browsers"]) == [False, True]
        assert "argon2" not in str(facts) + told.out


class TestDisable:
    def test_it_is_told_and_undone(self, add: Add) -> None:
        add()
        assert call("user", "disable", ANN).out == f"Nobody can sign in any more as {ANN}.\n"
        assert ann().disabled_at
        assert f"\nstate        disabled {utc_now():%Y-%m-%d}\n" in call("user", "show", ANN).out
        assert call("user", "disable", ANN).out == f"Nobody could sign in before as {ANN}.\n"
        assert call("user", "enable", ann().id).out == f"{ANN} can sign in again.\n"
        assert ann().disabled_at is None
        assert call("user", "enable", ANN).out == f"{ANN} wasn't disabled.\n"

    def test_programs_are_told_too(self, add: Add) -> None:
        add()
        facts = {"id": ann().id, "address": ANN}
        for changed in (True, False):
            told = json.loads(call("user", "disable", ANN, "--json").out)
            assert told == {**facts, "changed": changed}
        assert json.loads(call("user", "enable", ANN, "--json").out) == {**facts, "changed": True}


class TestReset:
    def test_it_asks_first(self, add: Add, typed: Callable[[str], None]) -> None:
        add()
        typed("n\n")
        told = call("user", "reset-2fa", ANN)
        assert (told.status, told.out) == (1, "")
        assert "Are you sure who is asking for it?" in told.err
        assert ann().epoch == 1
        typed("y\n")
        told = call("user", "reset-2fa", ANN)
        assert told.status == 0
        words = "0 second steps, 0 known browsers, 0 sessions"
        assert told.out == f"Removed from {ANN}: {words}. A letter tells its owner.\n"
        assert ann().epoch == 2

    def test_programs_are_told_too(self, add: Add) -> None:
        add()
        told = call("user", "reset-2fa", ANN, "--yes", "--json")
        gone = {"credentials": 0, "browsers": 0, "sessions": 0}
        assert json.loads(told.out) == {"id": ann().id, "address": ANN, **gone}
        assert told.err == ""

    def test_without_a_key_no_letter_could_be_sealed(self, add: Add, home: Path) -> None:
        add()
        write_env(home, SECRET_KEY="")
        told = call("user", "reset-2fa", ANN, "--yes")
        assert (told.status, told.out) == (2, "")
        assert told.err.startswith("SECRET_KEY is missing")
        assert ann().epoch == 1


class TestChangeAddress:
    def test_it_asks_first_and_says_what_it_did(
        self, add: Add, typed: Callable[[str], None]
    ) -> None:
        add()
        typed("n\n")
        told = call("user", "change-address", ANN, "bea@example.com")
        assert (told.status, told.out) == (1, "")
        assert f"After this codes for {ANN} go to bea@example.com." in told.err
        typed("y\n")
        told = call("user", "change-address", ANN, "bea@Example.com")
        words = f"Mail of {ANN} goes to bea@example.com now, and everybody is signed out."
        assert (told.status, told.out) == (0, f"{words} Letters tell both.\n")

    def test_programs_are_told_too(self, add: Add) -> None:
        add()
        told = call("user", "change-address", ANN, "bea@example.com", "--yes", "--json")
        facts = json.loads(told.out)
        assert (facts["address"], facts["before"]) == ("bea@example.com", ANN)

    @pytest.mark.parametrize(
        ("new", "status", "why"),
        [
            ("bob@example.com", 1, "bob@example.com is its address already."),
            ("nobody", 2, "Invalid value for NEW: An email address must have an @-sign."),
            (ANN, 1, "has an account already"),
        ],
    )
    def test_what_is_no_address_or_somebody_s_is_refused(
        self, add: Add, new: str, status: int, why: str
    ) -> None:
        add()
        add("bob@example.com")
        told = call("user", "change-address", "bob@example.com", new, "--yes")
        assert (told.status, told.out) == (status, "")
        assert why in told.err


@pytest.mark.parametrize("command", ["show", "disable", "enable", "reset-2fa"])
class TestNaming:
    @pytest.mark.parametrize("unknown", ["bob@example.com", "x", "", "é", "A" * 22])
    def test_an_unknown_account_is_told(self, add: Add, command: str, unknown: str) -> None:
        add()
        more = ["--yes"] if command == "reset-2fa" else []
        told = call("user", command, *more, "--", unknown)
        assert (told.status, told.out) == (1, "")
        assert told.err == (
            f"No account has the address or id {unknown}; see `simple-2fa user list`.\n"
        )
        assert ann().epoch == 1

    @pytest.mark.parametrize("begin", ["-h", "--", "--json", "-y"])
    @pytest.mark.usefixtures("migrated")
    def test_an_id_may_begin_with_dashes(self, command: str, begin: str) -> None:
        account = replace(somebody(ANN), id=f"{begin}{'x' * 22}"[:22])
        settings_db().tidy(lambda connection: store.add(connection, account))
        more = ["--yes"] if command == "reset-2fa" else []
        assert call("user", command, account.id, *more).status == 0


def test_an_account_that_vanishes_meanwhile_is_told(
    add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise NoAccountError("No account has the id x")

    add()
    monkeypatch.setattr(flows, "disable", gone)
    told = call("user", "disable", ANN)
    assert (told.status, told.out) == (1, "")
    assert told.err == "No account has the id x; see `simple-2fa user list`.\n"
