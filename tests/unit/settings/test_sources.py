"""Where settings come from, and which of two counts."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from simple_2fa.settings import Settings
from simple_2fa.settings.documentation import documentation


def test_it_needs_nothing_at_all(home: Path) -> None:
    settings = Settings.load({}, home)
    assert settings.code_ttl == 600
    assert settings.site_name == "Simple 2FA"
    assert settings.master_keys() == ()
    assert settings.origin is None
    assert settings.rp_id is None
    assert settings.warnings == ()


def test_it_reads_env_in_the_directory(home: Path) -> None:
    (home / ".env").write_text("CODE_TTL=300\n# a comment\nexport SITE_NAME='Ann’s'\n", "utf-8")
    settings = Settings.load({}, home)
    assert (settings.code_ttl, settings.site_name) == (300, "Ann’s")


def test_the_environment_beats_env(home: Path) -> None:
    (home / ".env").write_text("CODE_TTL=300")
    assert Settings.load({"CODE_TTL": "400"}, home).code_ttl == 400


def test_an_empty_value_is_unset_and_lets_env_speak(home: Path) -> None:
    (home / ".env").write_text("CODE_TTL=300\nSITE_NAME=\nRADIUS= ")
    settings = Settings.load({"CODE_TTL": " ", "SITE_NAME": ""}, home)
    assert (settings.code_ttl, settings.site_name) == (300, "Simple 2FA")


def test_it_leaves_the_real_environment_alone_when_it_is_given_one(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODE_TTL", "5")
    monkeypatch.setenv("SITE_NAME", "Leak")
    settings = Settings.load({}, home)
    assert (settings.code_ttl, settings.site_name) == (600, "Simple 2FA")


def test_it_reads_the_real_environment_and_the_working_directory_by_itself(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CODE_TTL", "450")
    monkeypatch.chdir(home)
    (home / ".env").write_text("SITE_NAME=Here")
    settings = Settings.load()
    assert (settings.code_ttl, settings.site_name) == (450, "Here")


def test_it_takes_dollar_and_hash_signs_in_a_password_as_they_are(home: Path) -> None:
    (home / ".env").write_text("EMAIL_PASSWORD=a#b$HOME${HOME}")
    password = Settings.load({}, home).email_password
    assert password is not None
    assert password.get_secret_value() == "a#b$HOME${HOME}"


def test_it_is_frozen(home: Path) -> None:
    settings = Settings.load({}, home)
    with pytest.raises(ValidationError, match="frozen"):
        settings.code_ttl = 300


def test_it_documents_every_setting() -> None:
    told = documentation()
    assert tuple(told) == Settings.names()
    assert all(told.values())


def test_relative_paths_start_from_the_directory(home: Path) -> None:
    assert Settings.load({}, home).instance_path == home / "instance"
    assert Settings.load({"INSTANCE_PATH": "data"}, home).instance_path == home / "data"
    assert Settings.load({"INSTANCE_PATH": "/srv/2fa"}, home).instance_path == Path("/srv/2fa")
