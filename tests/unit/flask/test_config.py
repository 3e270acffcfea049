"""Where an application's settings come from, and what they are called when something is wrong."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from simple_2fa.flask.config import settings_of
from simple_2fa.settings import Settings, SettingsError
from toys import production


@pytest.fixture(autouse=True)
def _nothing_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.names():
        monkeypatch.delenv(f"SIMPLE_2FA_{name}", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)


def read(folder: Path, /, **config: Any) -> Settings:  # noqa: ANN401 (whatever people write)
    """Read an application's settings: development's, where it has no key."""
    app = Flask("toy", instance_path=str(folder / "instance"))
    app.config |= config
    return settings_of(app)[0]


def faults_of(folder: Path, /, **config: Any) -> tuple[str, ...]:  # noqa: ANN401 (the same)
    with pytest.raises(SettingsError) as told:
        read(folder, **config)
    return told.value.faults


class TestNames:
    def test_each_is_called_what_its_developer_writes(self, tmp_path: Path) -> None:
        assert faults_of(tmp_path, SIMPLE_2FA_CODE_TTL="5") == (
            "SIMPLE_2FA_CODE_TTL is '5': give 300 to 600 seconds",
        )
        assert faults_of(tmp_path, SIMPLE_2FA_DB_HOST="db.example.com") == (
            "SIMPLE_2FA_DB_NAME is missing: the other SIMPLE_2FA_DB_ settings need it",
            "SIMPLE_2FA_DB_USER is missing: the other SIMPLE_2FA_DB_ settings need it",
        )

    def test_database_url_has_the_name_that_it_was_given_by(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "oracle://x")
        advice = "can't be used: begin it with mysql://, mariadb://, postgresql:// or sqlite:///"
        assert faults_of(tmp_path) == (f"DATABASE_URL {advice}",)
        ours = faults_of(tmp_path, SIMPLE_2FA_DATABASE_URL="oracle://y")
        assert ours == (f"SIMPLE_2FA_DATABASE_URL {advice}",)
        both = {"DATABASE_URL": "sqlite:///x", "SIMPLE_2FA_DB_HOST": "localhost"}
        monkeypatch.delenv("DATABASE_URL")
        assert faults_of(tmp_path, **both) == (
            "DATABASE_URL and SIMPLE_2FA_DB_HOST are both set: keep one of the two",
        )

    def test_what_production_lacks_too(self, tmp_path: Path) -> None:
        here = production(tmp_path, PUBLIC_URL="http://shop.example.com")
        (fault,) = faults_of(tmp_path, **here)
        assert fault.startswith("SIMPLE_2FA_PUBLIC_URL is 'http://shop.example.com': ")

    @pytest.mark.parametrize("folder", ["file", "a\0b"])
    def test_and_a_folder_that_can_not_be_made(self, tmp_path: Path, folder: str) -> None:
        (tmp_path / "file").touch()
        (fault,) = faults_of(tmp_path, SIMPLE_2FA_INSTANCE_PATH=str(tmp_path / folder / "x"))
        assert fault.startswith("SIMPLE_2FA_INSTANCE_PATH is ")

    def test_what_is_said_later_is_said_by_them(self, tmp_path: Path) -> None:
        settings = read(tmp_path, **production(tmp_path))
        assert settings.spelled("SECRET_KEY, SECRET_KEY_FILE, or the DB_ settings") == (
            "SIMPLE_2FA_SECRET_KEY, SIMPLE_2FA_SECRET_KEY_FILE, or the SIMPLE_2FA_DB_ settings"
        )
        again = settings.spelled("SIMPLE_2FA_DB_NAME and MY_DB_NAME")
        assert again == "SIMPLE_2FA_DB_NAME and MY_DB_NAME"

    def test_our_own_server_s_names_stay_bare(self) -> None:
        assert Settings.of({}).spelled("SECRET_KEY") == "SECRET_KEY"
