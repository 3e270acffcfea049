"""Where an application's settings come from, and what they are called when something is wrong."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import make_url

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

    @pytest.mark.parametrize("sender", ["a..b@x.test", ".a@x.test", "a.@x.test"])
    def test_a_sender_that_no_letter_can_have_is_refused_at_once(
        self, tmp_path: Path, sender: str
    ) -> None:
        (fault,) = faults_of(tmp_path, **production(tmp_path, MAIL_FROM=sender))
        assert fault.startswith(f"SIMPLE_2FA_MAIL_FROM is '{sender}': give one address such as ")

    def test_what_is_said_later_is_said_by_them(self, tmp_path: Path) -> None:
        settings = read(tmp_path, **production(tmp_path))
        assert settings.spelled("SECRET_KEY, SECRET_KEY_FILE, or the DB_ settings") == (
            "SIMPLE_2FA_SECRET_KEY, SIMPLE_2FA_SECRET_KEY_FILE, or the SIMPLE_2FA_DB_ settings"
        )
        again = settings.spelled("SIMPLE_2FA_DB_NAME and MY_DB_NAME")
        assert again == "SIMPLE_2FA_DB_NAME and MY_DB_NAME"

    def test_our_own_server_s_names_stay_bare(self) -> None:
        assert Settings.of({}).spelled("SECRET_KEY") == "SECRET_KEY"


class TestMisspelt:
    @pytest.mark.parametrize(
        ("name", "advice"),
        [
            ("SIMPLE_2FA_PUBLICURL", "; did you mean SIMPLE_2FA_PUBLIC_URL?"),
            ("SIMPLE_2FA_Smtp_Server", "; did you mean SIMPLE_2FA_SMTP_SERVER?"),
            ("SIMPLE_2FA_ALOWED", "; did you mean SIMPLE_2FA_ALLOWED?"),
            ("SIMPLE_2FA_LAYOUT", ""),
        ],
    )
    def test_the_log_warns_with_the_nearest_name(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        name: str,
        advice: str,
    ) -> None:
        read(tmp_path, **{name: "geheim"})
        monkeypatch.setenv(name, "geheim")
        read(tmp_path)
        assert caplog.messages == [
            f"{name} in app.config is unknown{advice}",
            f"{name} in the environment is unknown{advice}",
        ]

    def test_of_what_is_known_or_somebody_else_s_it_says_nothing(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        own = {"SIMPLE_2FA_ALLOWED": {"login": "takes the password"}, "PUBLICURL": "x", "SIMPLE": 1}
        read(tmp_path, SIMPLE_2FA_SITE_NAME="Shop", SIMPLE_2FA_LOGO=None, **own)
        assert caplog.messages == []


class TestTypes:
    def test_a_list_is_as_good_as_commas(self, tmp_path: Path) -> None:
        written = read(tmp_path, SIMPLE_2FA_TRUSTED_PROXIES="10.0.0.0/8, ::1/128")
        networks = ["10.0.0.0/8", "::1/128"]
        for given in (networks, tuple(networks), list(map(ip_network, networks))):
            found = read(tmp_path, SIMPLE_2FA_TRUSTED_PROXIES=given)
            assert found.trusted_proxies == written.trusted_proxies
        assert read(tmp_path, SIMPLE_2FA_TRUSTED_PROXIES=[]).trusted_proxies == ()

    def test_numbers_paths_and_addresses_are_what_they_say(self, tmp_path: Path) -> None:
        mine = {"SIMPLE_2FA_CODE_TTL": 300, "SIMPLE_2FA_INSTANCE_PATH": tmp_path / "x"}
        found = read(tmp_path, **mine, SIMPLE_2FA_SITE_NAME=True)
        assert (found.code_ttl, found.instance_path) == (300, tmp_path / "x")
        assert found.site_name == "True"
        url = make_url("mysql://ann:geheim@localhost/shop")
        for name in ("SIMPLE_2FA_DATABASE_URL", "DATABASE_URL"):
            assert read(tmp_path, **{name: url}).database().password == "geheim"

    @pytest.mark.parametrize(
        ("given", "kind"),
        [({"a": 1}, "dict"), ({"a"}, "set"), (b"a", "bytes"), ([{}], "dict"), (print, "builtin_")],
        ids=str,
    )
    def test_what_has_no_text_is_refused_by_its_name(
        self, tmp_path: Path, given: object, kind: str
    ) -> None:
        faults = faults_of(tmp_path, SIMPLE_2FA_SITE_NAME=given, SIMPLE_2FA_LOGO=given)
        assert [each.split()[0] for each in faults] == ["SIMPLE_2FA_SITE_NAME", "SIMPLE_2FA_LOGO"]
        assert f" holds a {kind}" in faults[0]
        assert faults[0].endswith(": give text, or a list of texts")

    def test_an_application_s_own_database_url_may_be_anything(self, tmp_path: Path) -> None:
        ours = f"sqlite:///{tmp_path / 'ours'}"
        given = {"DATABASE_URL": {"host": "db"}, "SIMPLE_2FA_DATABASE_URL": ours}
        assert read(tmp_path, **given).database_url() == ours
