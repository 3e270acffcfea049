"""Settings become services, services become an application."""

import sys
import threading
from pathlib import Path

import pytest
from jinja2 import DictLoader

from apps import KEY, Site, made
from simple_2fa import app
from simple_2fa.core.words import LOCALES, speaking
from simple_2fa.db.state import state
from simple_2fa.db.upgrade import upgrade
from simple_2fa.flask import building
from simple_2fa.http.services import EXTENSION
from simple_2fa.mail.inbox import Inbox, Received
from simple_2fa.settings import Settings, SettingsError

MAIL = {"SMTP_SERVER": "mail.acme.test", "MAIL_FROM": "no-reply@acme.test"}


def settings(folder: Path, **more: str) -> Settings:
    given = {"PUBLIC_URL": "https://2fa.acme.test", "SECRET_KEY": KEY, **more}
    return Settings.load(given, folder)


def test_it_connects_to_nothing_and_starts_no_thread(tmp_path: Path) -> None:
    before = threading.enumerate()
    elsewhere = "postgresql://nobody@192.0.2.1/none"
    flask = app.create(settings(tmp_path, DATABASE_URL=elsewhere, **MAIL))
    assert flask.extensions[EXTENSION].services.db.dialect == "postgresql"
    assert threading.enumerate() == before


def test_it_is_not_made_where_nothing_judges_passwords(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zxcvbn", None)
    with pytest.raises(SettingsError, match=r"^zxcvbn is missing: .*'simple-2fa\[server\]'`$"):
        app.create(settings(tmp_path, **MAIL))


def test_the_inbox_takes_letters_in_development_without_a_mail_server_alone(
    tmp_path: Path,
) -> None:
    assert building.build(settings(tmp_path), development=True).inbox is not None
    assert building.build(settings(tmp_path, **MAIL), development=True).inbox is None
    assert building.build(settings(tmp_path, **MAIL)).inbox is None


def test_its_folder_is_beside_the_database_of_development(tmp_path: Path) -> None:
    made = building.build(settings(tmp_path), development=True)
    assert isinstance(made.inbox, Inbox)
    assert made.db.url.database == str(tmp_path / "instance/simple-2fa.sqlite3")


def test_who_wants_hears_of_each_letter(tmp_path: Path) -> None:
    heard: list[Received] = []
    site = made(tmp_path)
    flask = app.create(
        site.services.settings, development=True, clock=site.clock, heard=heard.append
    )
    listening = Site(flask, site.clock)
    listening.client().post("/generate-2fa", json={"email": "ann@example.com"})
    listening.deliver()
    assert [letter.to for letter in heard] == ["ann@example.com"]


class TestMailServer:
    def test_it_is_the_one_that_the_settings_name(self, tmp_path: Path) -> None:
        account = {"EMAIL_USER": "u@acme.test", "EMAIL_PASSWORD": "secret", "SMTP_TLS": "implicit"}
        server = building.mail_server(settings(tmp_path, **MAIL, **account))
        assert (server.host, server.port, server.tls) == ("mail.acme.test", 465, "implicit")
        assert (server.user, server.password) == ("u@acme.test", "secret")
        assert "secret" not in repr(server)

    def test_without_an_account_nobody_signs_in(self, tmp_path: Path) -> None:
        server = building.mail_server(settings(tmp_path, **MAIL))
        assert (server.user, server.password) == (None, "")


class TestDatabase:
    @pytest.mark.parametrize("name", ["data/deep/app.sqlite3", "app.sqlite3"])
    def test_a_file_and_its_folder_are_made_by_its_first_upgrade_alone(
        self, tmp_path: Path, name: str
    ) -> None:
        db = building.open_database(settings(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / name}"))
        assert state(db) == "empty"
        assert list(tmp_path.iterdir()) == []
        upgrade(db)
        assert state(db) == "current"
        assert (tmp_path / name).is_file()
        db.close()

    def test_one_elsewhere_is_reached_by_tls(self, tmp_path: Path) -> None:
        named = {"DB_HOST": "db.acme.test", "DB_NAME": "s", "DB_USER": "u", "DB_PASSWORD": "p"}
        db = building.open_database(settings(tmp_path, **named))
        assert (db.dialect, db.url.host, db.url.port) == ("mysql", "db.acme.test", 3306)


def test_pages_speak_the_language_of_whoever_asks_from_one_compiled_template(
    tmp_path: Path,
) -> None:
    page = (
        made(tmp_path)
        .app.extensions[EXTENSION]
        .templates.from_string(
            "{{ _('Need help?') }} {% trans count=tries %}{{ count }} try left."
            "{% pluralize %}{{ count }} tries left.{% endtrans %}"
        )
    )
    assert page.render(tries=1) == "Need help? 1 try left."
    with speaking("de"):
        assert page.render(tries=2) == "Brauchen Sie Hilfe? Noch 2 Versuche."
    assert page.render(tries=2) == "Need help? 2 tries left."


@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_message_is_given_is_escaped_in_each_language(tmp_path: Path, locale: str) -> None:
    environment = made(tmp_path).app.extensions[EXTENSION].templates
    source = (
        "{{ _('Error: %(title)s', title=title) }}{% trans title %}Error: {{ title }}{% endtrans %}"
    )
    environment.loader = DictLoader({"page.html": source})
    with speaking(locale):
        shown = environment.get_template("page.html").render(title="<b>100% & 'more'</b>")
    assert shown.count("&lt;b&gt;100% &amp; &#39;more&#39;&lt;/b&gt;") == 2
    assert "<" not in shown


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("GET", "/nowhere", "text/html"),
        ("GET", "/verify/x/y", "text/html"),
        ("DELETE", "/verify/answer", "text/html"),
        ("GET", "/api/v1/nowhere", "application/problem+json"),
        ("GET", "/generate-2fa", "application/problem+json"),
        ("PUT", "/verify", "application/problem+json"),
    ],
)
def test_people_get_pages_and_programs_get_problems(
    tmp_path: Path, method: str, path: str, kind: str
) -> None:
    reply = made(tmp_path).client().open(path, method=method)
    assert reply.status_code in {404, 405}
    assert reply.mimetype == kind
