"""`keys`."""

import json
from pathlib import Path

from rig.command import KEY, call, write_env
from simple_2fa.core.vault import key_id
from simple_2fa.settings import Settings

OTHER = "a8K2mZ5tY7uB0nC2dF4gH6iL9oPqRsTaUeVwXyJ3vQ8"


def id_of(key: str) -> str:
    return key_id(Settings.load({"SECRET_KEY": key}).master_keys()[0])


def test_a_new_key_can_be_used_and_is_never_the_same(home: Path) -> None:
    made = [call("keys", "new").out.strip(), json.loads(call("keys", "new", "--json").out)["key"]]
    assert len(set(made)) == 2
    assert len(Settings.load({"SECRET_KEY": ",".join(made)}, home).master_keys()) == 2


def test_it_needs_no_settings(home: Path) -> None:
    (home / ".env").write_text("CODE_TTL=5")
    assert call("keys", "new").status == 0


def test_the_one_in_use_is_listed(home: Path) -> None:
    told = call("keys", "list")
    assert (told.status, told.out) == (0, f"{id_of(KEY)}  writes and reads\n")
    assert KEY not in told.out
    assert sorted(each.name for each in home.iterdir()) == [".env"]


def test_the_first_of_several_writes(home: Path) -> None:
    write_env(home, SECRET_KEY=f"{OTHER},{KEY}")
    assert call("keys", "list").out.splitlines() == [
        f"{id_of(OTHER)}  writes and reads",
        f"{id_of(KEY)}  reads",
    ]
    assert json.loads(call("keys", "list", "--json").out) == [
        {"id": id_of(OTHER), "writes": True},
        {"id": id_of(KEY), "writes": False},
    ]


def test_there_may_be_none(home: Path) -> None:
    (home / ".env").unlink()
    assert call("keys", "list").out.startswith("No key is set.")
    assert json.loads(call("keys", "list", "--json").out) == []
