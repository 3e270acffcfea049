"""Every page in each of its states, in German: nothing of it stays English, and all of it fits."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import update_words
from apps import ANN, Site, served
from live import Person, Shown, compiled_once, lose_database, site_in
from looks import CUT_OFF, SPLIT_WORDS, narrow
from preview_site import previewed, site_of_previews
from previews import PREVIEWS

GERMAN = "de-AT,de;q=0.9,en;q=0.5"
GAP = re.compile(r"%\(\w+\)s|\{\w+\}")


@cache
def english() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Give each message that German words otherwise, with what finds it on a page."""
    catalogue = update_words.read(update_words.catalogue_of("de"), "de")
    return tuple(
        (source, _finder(source))
        for each in catalogue
        for source in ([each.id] if isinstance(each.id, str) else each.id)
        if re.search("[A-Za-z]", GAP.sub("", source)) and source not in update_words.forms(each)
    )


def _finder(source: str) -> re.Pattern[str]:
    words = GAP.split(re.sub("<[^>]*>", "", source))
    return re.compile(rf"(?<!\w){'.+?'.join(map(re.escape, words))}(?!\w)")


def told(shown: Shown) -> str:
    """Give all that a page says: what stands there, is read out, or comes once a script says it."""
    return "\n".join([shown.text, *(value for each in shown.all() for value in _said(each.attrs))])


def _said(attrs: dict[str, str | None]) -> Iterator[str]:
    for name, value in attrs.items():
        if value and (name == "aria-label" or name.startswith("data-")):
            yield value


def left_english(shown: Shown) -> list[str]:
    page = told(shown)
    return [source for source, finder in english() if finder.search(page)]


def german(site: Site) -> Person:
    """Somebody whose browser asks for German."""
    person = Person(site)
    person.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = GERMAN
    return person


def register(person: Person, address: str) -> Shown:
    """Fill in the form for a new account; give the page that asks for the code."""
    form = person.open("/register").form("/register")
    return person.submit(form, email=address, password="quiet harbour lantern")


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of_previews(tmp_path_factory.mktemp("acme"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab in a German browser."""
    with browser.new_context(locale="de-DE") as context:
        yield context.new_page()


@pytest.mark.parametrize("name", PREVIEWS)
def test_nothing_of_it_stays_english(acme: Site, name: str) -> None:
    shown = german(acme).open(f"/preview/{name}")
    assert shown.one("html")["lang"] == "de"
    assert left_english(shown) == []
    assert left_english(Person(acme).open(f"/preview/{name}"))


def test_whoever_hears_it_hears_german(acme: Site) -> None:
    sentence = german(acme).open("/preview/step-login").one(id="sent-to")
    heard = sentence.one("span", class_="unseen").text
    assert heard == "die Adresse, die mit a beginnt, bei example.com"


def test_it_fits_a_small_phone_and_breaks_no_word(page: Page, tmp_path: Path) -> None:
    with served(tmp_path, working=False) as site:
        previewed(compiled_once(site))
        for name in PREVIEWS:
            page.goto(f"{site.origin}/preview/{name}")
            narrow(page)
            assert page.evaluate(CUT_OFF) == [], name
            assert page.evaluate(SPLIT_WORDS) == [], name


@pytest.mark.parametrize(
    ("method", "path", "heading"),
    [
        ("GET", "/nowhere", "Diese Seite gibt es nicht"),
        ("DELETE", "/login", "So geht das nicht"),
        ("POST", "/inbox/clear", "Das ist hier nicht erlaubt"),
    ],
)
def test_an_error_page_is_german_too(acme: Site, method: str, path: str, heading: str) -> None:
    shown = Shown(german(acme).client.open(path, method=method))
    assert (shown.h1, shown.one("html")["lang"]) == (heading, "de")
    assert left_english(shown) == []


@pytest.mark.usefixtures("unpaused")
def test_it_is_german_where_the_account_s_language_is_out_of_reach(
    tmp_path: Path,
) -> None:
    site = site_in(tmp_path)
    person = german(site)
    register(person, ANN)
    lose_database(site, tmp_path)
    shown = person.open("/login")
    assert (shown.status, shown.h1) == (503, "Wir können gerade keine Codes prüfen")
    assert shown.one("a", href="/login").text == "Erneut versuchen"
    assert left_english(shown) == []


def test_the_inbox_tells_ages_in_german(acme: Site) -> None:
    assert acme.client().post("/generate-2fa", json={"email": "bob@example.com"}).status_code == 202
    acme.deliver()
    person = german(acme)
    ages = []
    for minutes in (0, 5, 115):
        acme.clock.move(minutes=minutes)
        ages.append(person.open("/inbox").all("dd")[2].text.partition(",")[0])
    assert ages == ["gerade eben", "vor 5 min", "vor 2 h"]


def test_a_browser_without_a_name_is_told_in_german(acme: Site) -> None:
    person = german(acme)
    shown = person.type(register(person, ANN), acme.code(ANN))
    assert shown.path == "/account"
    assert shown.in_order(
        "Hier sind Sie angemeldet",
        "Browser unbekannter Art Dieser Browser Angemeldet: heute",
        "Letzte Aktivitäten",
        "Konto erstellt Browser unbekannter Art",
    )
    assert left_english(shown) == []
