"""What development fills in."""

import os
import stat
from pathlib import Path

import pytest

from simple_2fa.flask import development
from simple_2fa.flask.development import KEY_FILE
from simple_2fa.settings import Settings, SettingsError
from world import together


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh working directory, and no setting from outside."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.names():
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_fresh_folder_is_enough(folder: Path) -> None:
    settings = development.load(5005)
    assert settings.public_url == "http://localhost:5005"
    assert settings.database_url() == f"sqlite:///{folder / 'instance/simple-2fa.sqlite3'}"
    assert [len(key) for key in settings.master_keys()] == [32]
    assert mode(folder / "instance") == 0o700
    assert mode(folder / "instance" / KEY_FILE) == 0o600


def test_the_key_is_made_once(folder: Path) -> None:
    first = development.load(5000).master_keys()
    assert development.load(5001).master_keys() == first
    assert [each.name for each in (folder / "instance").iterdir()] == [KEY_FILE]


def test_a_key_that_another_start_has_just_made_is_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = development.new_key()
    file = folder / "instance" / KEY_FILE
    link = os.link

    def late(own: Path, final: Path) -> None:
        file.write_text(other)
        link(own, final)

    monkeypatch.setattr(os, "link", late)
    settings = development.load(5000)
    assert settings.master_keys() == Settings.load({"SECRET_KEY": other}).master_keys()
    assert [each.name for each in file.parent.iterdir()] == [KEY_FILE]


def test_first_starts_at_once_agree_on_one_key(folder: Path) -> None:
    loaded = together(8, lambda number: development.load(5000 + number).master_keys())
    assert len(set(loaded)) == 1
    assert [each.name for each in (folder / "instance").iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe", b"A" * 43])
def test_a_damaged_key_is_told_and_kept(folder: Path, content: bytes) -> None:
    development.load(5000)
    file = folder / "instance" / KEY_FILE
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"^SECRET_KEY_FILE is "):
        development.load(5000)
    assert file.read_bytes() == content


def test_a_folder_that_can_not_be_made_is_told(folder: Path) -> None:
    (folder / "instance").write_text("")
    with pytest.raises(SettingsError, match=r"^INSTANCE_PATH is .*: give a folder to write in"):
        development.load(5000)


def test_what_is_set_stays_as_it_is(folder: Path) -> None:
    key = development.new_key()
    (folder / ".env").write_text(f"SECRET_KEY={key}\nINSTANCE_PATH=elsewhere\n")
    settings = development.load(5000)
    assert settings.master_keys() == Settings.load({"SECRET_KEY": key}).master_keys()
    assert list((folder / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("way", ["file", "environment"])
def test_its_address_is_this_machine_s_whatever_production_s_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "file":
        (folder / ".env").write_text("PUBLIC_URL=https://2fa.example.com\n")
    else:
        monkeypatch.setenv("PUBLIC_URL", "https://2fa.example.com")
    assert development.load(5000).public_url == "http://localhost:5000"


def test_each_new_key_is_another_and_can_be_used() -> None:
    keys = {development.new_key() for _ in range(20)}
    assert len(keys) == 20
    for key in keys:
        assert len(Settings.load({"SECRET_KEY": key}).master_keys()[0]) == 32
