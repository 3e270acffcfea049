"""Error pages, and the pages while the database is away."""

import re
from pathlib import Path

import pytest

from apps import Site
from live import Person, Shown, asked, give_back, lose_database, site_in
from simple_2fa.core.errors import UnavailableError


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_in(tmp_path, SITE_NAME="Acme", SUPPORT_CONTACT="help@acme.test")


@pytest.fixture
def ann(site: Site) -> Person:
    return Person(site)


@pytest.mark.parametrize(
    ("method", "path", "status", "heading"),
    [
        ("GET", "/nowhere", 404, "There's no such page"),
        ("GET", "/verify/a/b/c", 404, "There's no such page"),
        ("POST", "/", 405, "That isn't done this way"),
        ("DELETE", "/verify/answer", 405, "That isn't done this way"),
    ],
)
def test_errors_wear_the_same_look(
    ann: Person, method: str, path: str, status: int, heading: str
) -> None:
    shown = Shown(ann.client.open(path, method=method))
    assert (shown.status, shown.h1) == (status, heading)
    assert "help@acme.test" in shown.one("footer").text


def test_an_error_page_gives_its_number_and_a_way_out(ann: Person) -> None:
    shown = ann.open("/nowhere")
    assert shown.title == "Error: There's no such page · Acme"
    assert shown.one("code").text == shown.headers["X-Request-Id"]
    assert re.fullmatch(r"[\w-]{22}", shown.one("code").text)
    assert [(each["href"], each.text) for each in shown.one("main").all("a")] == [
        ("/", "Go to the start page")
    ]


def test_too_much_is_refused(ann: Person) -> None:
    shown = ann.open("/verify")
    too_long = ann.submit(shown.form("/verify/answer"), email="x" * 70_000, code="1")
    assert (too_long.status, too_long.h1) == (413, "That was too long")


def test_a_development_server_does_not_answer_to_other_names(ann: Person) -> None:
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-For": "192.0.2.1"}, {"Via": "1.1 x"}):
        shown = Shown(ann.client.get("/verify", headers=headers))
        assert (shown.status, shown.h1) == (421, "This is a development server")


def test_a_fault_of_ours_tells_nothing_of_itself(
    site: Site, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = asked(site)
    monkeypatch.setattr("simple_2fa.web.verify.flows.by_ticket", lambda *_: 1 / 0)
    shown = ann.open(path)
    assert (shown.status, shown.h1) == (500, "Something broke")
    assert "division" not in shown.html


@pytest.mark.usefixtures("unpaused")
class TestWithoutDatabase:
    def test_it_says_whose_fault_it_is_not_and_comes_back_by_itself(
        self, site: Site, ann: Person, tmp_path: Path
    ) -> None:
        shown, code = ann.open(asked(site)), site.code()
        lose_database(site, tmp_path)
        for away in (ann.open(shown.path), ann.type(shown, code), ann.press_resend(shown)):
            assert (away.status, away.h1) == (503, "We can't check codes right now")
            assert "Not your fault; try again in a minute." in away.main
            assert away.title.startswith("Error: ")
        give_back(tmp_path)
        assert ann.type(shown, code).h1 == "Done"

    def test_the_page_s_script_asks_again_later(
        self, site: Site, ann: Person, tmp_path: Path
    ) -> None:
        path = asked(site)
        lose_database(site, tmp_path)
        assert ann.get(f"{path}/delivery").status_code == 503

    def test_the_bare_page_says_the_same(self, site: Site, ann: Person, tmp_path: Path) -> None:
        bare = ann.open("/verify")
        lose_database(site, tmp_path)
        away = ann.submit(bare.form("/verify/answer"), email="ann@example.com", code="123456")
        assert (away.status, away.h1) == (503, "We can't check codes right now")

    def test_lost_between_read_and_write_the_form_stays(
        self, site: Site, ann: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shown, code = ann.open(asked(site)), site.code()
        site.clock.move(seconds=30)

        def fail(*_: object) -> None:
            raise UnavailableError("lost")

        with monkeypatch.context() as patch:
            patch.setattr(type(site.services.db), "transact", fail)
            for away in (ann.type(shown, code), ann.press_resend(shown)):
                assert (away.status, away.h1) == (503, "Check your email")
                assert away.message == (
                    "We can't check codes right now. Not your fault; try again in a minute."
                )
        assert ann.type(away, code).h1 == "Done"
