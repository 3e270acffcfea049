"""`client`."""

import json
import re
from typing import Any

import pytest

from rig.command import call
from simple_2fa.clients import flows


@pytest.fixture
def _migrated() -> None:
    assert call("db", "upgrade").status == 0


def create(name: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(call("client", "create", name, "--json").out)
    return made


def everyone() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(call("client", "list", "--json").out)
    return found


@pytest.mark.parametrize("arguments", [["create", "Shop"], ["list"], ["revoke", "x"]])
def test_the_database_must_be_migrated(arguments: list[str]) -> None:
    told = call("client", *arguments)
    assert (told.status, told.out) == (1, "")
    assert told.err.endswith(" has no tables yet: run `simple-2fa db upgrade`\n")


@pytest.mark.usefixtures("_migrated")
class TestCreate:
    def test_its_key_is_shown_once(self) -> None:
        told = call("client", "create", "Shop & Söhne")
        assert (told.status, told.err) == (0, "")
        (key,) = re.findall(r"^s2fa_[\w-]{43}$", told.out, re.MULTILINE)
        (listed,) = everyone()
        assert listed["name"] == "Shop & Söhne"
        assert listed["id"] in told.out
        assert key not in call("client", "list").out + call("client", "list", "--json").out

    def test_programs_are_told_too(self) -> None:
        made = create("Shop")
        assert set(made) == {"id", "name", "created_at", "revoked_at", "key"}
        assert re.fullmatch(r"s2fa_[\w-]{43}", made.pop("key"))
        assert everyone() == [made]
        assert made["created_at"].endswith("+00:00")

    @pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb", "a\x00b", "a\u202eb", "a\u2028"])
    def test_a_bad_name_is_refused(self, name: str) -> None:
        told = call("client", "create", name)
        assert told.status == 2
        assert "give 1 to 80 printable characters" in told.err
        assert everyone() == []

    def test_the_longest_name_fits(self) -> None:
        assert create("ü" * 80)["name"] == "ü" * 80


@pytest.mark.usefixtures("_migrated")
class TestList:
    def test_there_may_be_none(self) -> None:
        assert call("client", "list").out.startswith("No applications yet.")
        assert everyone() == []

    def test_a_line_each_says_what_may_call(self) -> None:
        shop, bank = create("Shop"), create("Bank")
        call("client", "revoke", shop["id"])
        heads, first, second = call("client", "list").out.splitlines()
        day = shop["created_at"][:10]
        assert heads == f"{'ID':<22}  CREATED     STATE                NAME"
        assert first == f"{shop['id']}  {day}  revoked {day}   Shop"
        assert second == f"{bank['id']}  {day}  active               Bank"


@pytest.mark.usefixtures("_migrated")
class TestRevoke:
    def test_it_works_once(self) -> None:
        made = create("Shop")["id"]
        told = call("client", "revoke", made)
        assert (told.status, told.out) == (0, f"{made} can't call the API any more.\n")
        again = call("client", "revoke", made)
        assert (again.status, again.out) == (1, "")
        assert (
            again.err == f"No active application has the id {made}; see `simple-2fa client list`.\n"
        )
        assert everyone()[0]["revoked_at"]

    @pytest.mark.parametrize("begin", ["-", "-h", "--", "-j", "--json", "--help", "_"])
    def test_an_id_may_begin_with_dashes(self, monkeypatch: pytest.MonkeyPatch, begin: str) -> None:
        monkeypatch.setattr(flows, "new_id", lambda: f"{begin}{'x' * 22}"[:22])
        made = create("Shop")["id"]
        assert made.startswith(begin)
        assert call("client", "revoke", made).status == 0
        assert everyone()[0]["revoked_at"]

    @pytest.mark.parametrize("unknown", ["x", "", "x" * 500, "é"])
    def test_an_unknown_id_changes_nothing(self, unknown: str) -> None:
        create("Shop")
        assert call("client", "revoke", "--", unknown).status == 1
        assert everyone()[0]["revoked_at"] is None

    def test_programs_are_told_too(self) -> None:
        made = create("Shop")["id"]
        expected = {"id": made, "revoked": True}
        assert json.loads(call("client", "revoke", made, "--json").out) == expected
        again = call("client", "revoke", made, "--json")
        assert again.status == 1
        assert json.loads(again.out) == {"id": made, "revoked": False}
