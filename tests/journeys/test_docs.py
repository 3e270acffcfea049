"""The API's page: what stands there works, and everybody can read it."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Page

from apps import ANN, Site, made, served
from callers import Shop
from live import Person, Shown
from rig.browser import axe, shoot
from simple_2fa.api.operations import OPERATIONS
from simple_2fa.http.problems import KINDS


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    return Person(made(tmp_path)).open("/docs")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path) as site:
        yield site


def lines(html: str) -> dict[str, str]:
    """Give what stands in each block to copy, by its id."""
    found = re.findall(r'<pre id="([a-z-]+)">(.*?)</pre>', html, re.DOTALL)
    return {name: unescape(text) for name, text in found}


class TestContent:
    def test_it_tells_every_operation_and_every_problem(self, shown: Shown) -> None:
        assert shown.h1 == "The API"
        for operation in OPERATIONS:
            part = shown.one("section", id=operation.name)
            assert f"{operation.method} {operation.path}" in part.text
            for code in operation.codes:
                part.one("a", href=f"#{code}")
            for model in (operation.takes, operation.gives):
                for name in model.model_fields if model else ():
                    assert name in part.text
        for code, kind in KINDS.items():
            part = shown.one("div", id=code)
            assert part.text.startswith(f"{code} {kind.status} ")
            assert len(part.all("p")) == 2
            assert all(each.text.endswith(".") for each in part.all("p"))

    def test_it_is_english_from_head_to_foot_and_says_so_in_german(self, tmp_path: Path) -> None:
        def read(language: str) -> tuple[Shown, str]:
            site = made(tmp_path, SUPPORT_CONTACT="help@acme.test")
            person = Person(site)
            person.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
            shown = person.open("/docs")
            spoken = [each.attrs.get("aria-label", each.text) for each in shown.all()]
            return shown, "\n".join(str(each) for each in spoken)

        (german, heard), (english, all_heard) = read("de"), read("en")
        (note,) = german.all(lang="de")
        assert note.text == "Diese Seite gibt es nur auf Englisch."
        assert german.one("html")["lang"] == english.one("html")["lang"] == "en"
        assert german.main.replace(f"{note.text} ", "") == english.main
        assert (german.one("footer").text, english.all(lang="de")) == (
            english.one("footer").text,
            [],
        )
        assert heard.count("Copy") == all_heard.count("Copy")

    def test_it_says_which_fields_exclude_each_other(self, shown: Shown) -> None:
        words = "Send exactly one of these: challenge, email."
        assert words in shown.one("section", id="verify").text
        assert "exactly one" not in shown.one("section", id="generate").text

    def test_ids_are_unique_and_links_lead_somewhere(self, shown: Shown) -> None:
        ids = [each["id"] for each in shown.all() if "id" in each]
        assert len(ids) == len(set(ids))
        targets = {each["href"] for each in shown.all("a") if each["href"].startswith("#")}
        assert {target.removeprefix("#") for target in targets} <= set(ids)

    def test_a_problem_s_type_leads_to_its_words(self, tmp_path: Path) -> None:
        shop = Shop(made(tmp_path))
        path, _, anchor = (shop.verify("000000").json or {})["type"].partition("#")
        page = Person(shop.site).open(path.removeprefix(shop.site.origin))
        assert "too many tries" in page.one("div", id=anchor).text

    def test_our_own_spelling_of_purposes_stays_inside(self, shown: Shown) -> None:
        assert "api:" not in shown.text

    def test_production_shows_where_the_key_goes_and_no_inbox(self, tmp_path: Path) -> None:
        html = made(tmp_path, development=False).client().get("/docs").text
        commands = lines(html)
        assert commands["variables"].startswith("key=s2fa_")
        assert "inbox" not in html
        assert all(
            '-H "Authorization: Bearer $key"' in line
            for name, line in commands.items()
            if name.startswith("line-")
        )

    def test_with_a_mail_server_the_code_comes_from_the_letter(self, tmp_path: Path) -> None:
        site = made(tmp_path, SMTP_SERVER="127.0.0.1", MAIL_FROM="no-reply@example.com")
        commands = lines(site.client().get("/docs").text)
        assert commands["variables"].startswith(f"to={ANN}")
        assert "inbox" not in commands["variables"]
        assert "Authorization" not in commands["line-verify"]


def test_each_line_works_as_it_stands(site: Site, need: Callable[[str, object], None]) -> None:
    need("curl", shutil.which("curl"))
    need("bash", shutil.which("bash"))
    commands = lines(site.client().get("/docs").text)
    for operation in OPERATIONS:
        script = f"{commands['variables']}\n{commands[f'line-{operation.name}']}"
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, timeout=30, check=True
        )
        expected = '"code":"slow_down"' if operation.name == "resend" else '"challenge":"'
        assert expected in done.stdout.replace('": "', '":"'), (operation.name, done.stdout)


class TestBrowser:
    def test_it_is_readable_on_everything(self, site: Site, page: Page) -> None:
        page.goto(f"{site.origin}/docs")
        assert axe(page) == []
        shoot(page, "docs")
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") == 320

    def test_it_needs_no_script(self, site: Site, page: Page) -> None:
        page.route("**/*.js", lambda route: route.abort())
        page.goto(f"{site.origin}/docs#paused")
        assert page.locator("#paused").is_visible()
        assert page.locator("#line-verify").is_visible()
        assert page.locator("button:visible").count() == 0
