"""The start page, and what a load balancer asks."""

import shlex
from pathlib import Path

import pytest

from apps import Site
from live import Person, lose_database, site_in
from simple_2fa.core.clock import utc_now
from simple_2fa.http.curl import curl_line


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path)


def test_development_is_shown_the_two_calls(site: Site) -> None:
    shown = Person(site).open("/")
    assert (shown.status, shown.h1) == (200, "Welcome")
    curl = "curl http://localhost:5000/{} -H 'Content-Type: application/json' -d '{}'"
    assert [each.text for each in shown.all("pre")] == [
        curl.format("generate-2fa", '{"email":"ann@example.com"}'),
        curl.format("verify", '{"email":"ann@example.com","code":"CODE"}'),
    ]
    links = {each["href"] for each in shown.one("main").all("a")}
    assert links == {"/register", "/login", "/verify", "/inbox", "/docs"}


def test_production_tells_strangers_only_how_to_get_in(tmp_path: Path) -> None:
    shown = Person(site_in(tmp_path, development=False, SITE_NAME="Acme")).open("/")
    sentence = "Sign in with a password and a security code that we email you."
    assert shown.main == f"Welcome {sentence} Create account Sign in"


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("help@acme.test", "mailto:help@acme.test"),
        ("https://acme.test/help", "https://acme.test/help"),
        ("+44 20 7946 0000", None),
    ],
)
def test_help_stands_at_the_end_where_there_is_some(
    tmp_path: Path, contact: str, link: str | None
) -> None:
    footer = Person(site_in(tmp_path, SUPPORT_CONTACT=contact)).open("/").one("footer")
    assert footer.text == f"Need help? {contact}"
    assert [each["href"] for each in footer.all("a")] == ([link] if link else [])


def test_the_site_has_its_monogram_or_its_logo(tmp_path: Path) -> None:
    shown = Person(site_in(tmp_path)).open("/")
    assert shown.one(class_="mark").text == "S2"
    logo = "https://cdn.acme.test/logo.svg"
    branded = Person(site_in(tmp_path, LOGO=logo)).open("/")
    assert branded.one(class_="mark logo").text == ""
    assert f'--logo:url("{logo}")' in branded.html
    assert (
        "img-src 'self' data: https://cdn.acme.test;"
        in (branded.headers["Content-Security-Policy"])
    )


def test_the_process_answers_whatever_the_database_does(site: Site, tmp_path: Path) -> None:
    lose_database(site, tmp_path)
    reply = Person(site).get("/healthz")
    assert (reply.status_code, reply.get_json()) == (200, {"status": "ok"})


class TestReadiness:
    def reason(self, site: Site) -> str:
        reply = Person(site).get("/readyz")
        assert reply.status_code == 503
        return str(reply.get_json()["reason"])

    def test_tables_that_no_migration_made_are_not_ready(self, site: Site) -> None:
        assert self.reason(site) == "the database isn't migrated"

    def test_a_clock_that_is_off_is_not_ready(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simple_2fa.web.home.database.state", lambda _: "current")
        monkeypatch.setattr("simple_2fa.web.home.database.clock_skew", lambda *_: -2.5)
        assert self.reason(site) == "this clock and the database's differ"

    @pytest.mark.usefixtures("unpaused")
    def test_a_database_out_of_reach_is_not_ready(self, site: Site, tmp_path: Path) -> None:
        lose_database(site, tmp_path)
        assert self.reason(site) == "the database is out of reach"

    def test_else_it_is(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("simple_2fa.web.home.database.state", lambda _: "current")
        site.clock.now = utc_now()
        reply = Person(site).get("/readyz")
        assert (reply.status_code, reply.get_json()) == (200, {"status": "ready"})


def test_a_curl_line_survives_any_shell_word() -> None:
    line = curl_line("http://localhost:5000", "/verify", email="o'neil@example.com", code="1")
    assert shlex.split(line) == [
        "curl",
        "http://localhost:5000/verify",
        "-H",
        "Content-Type: application/json",
        "-d",
        '{"email":"o\'neil@example.com","code":"1"}',
    ]
