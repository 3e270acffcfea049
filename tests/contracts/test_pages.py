"""Every page: one h1, a title of its own, a language, landmarks, nothing out of place."""

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from apps import Site
from live import Element, Person, Shown, asked, site_in
from preview_site import site_of_previews
from previews import PREVIEWS
from simple_2fa.challenges import flows

Visit = Callable[[Site, Person], Shown]
Named = tuple[str, Shown]


def canceled(site: Site, person: Person) -> Shown:
    path = asked(site)
    found = flows.by_ticket(site.services.desk, path.rpartition("/")[2])
    assert found
    flows.cancel(site.services.desk, found, site.clock())
    return person.open(path)


def expired(site: Site, person: Person) -> Shown:
    path = asked(site)
    site.clock.move(minutes=10)
    return person.open(path)


def done(site: Site, person: Person) -> Shown:
    return person.type(person.open(asked(site)), site.code())


def inbox(site: Site, person: Person) -> Shown:
    asked(site)
    site.deliver()
    return person.open("/inbox")


PAGES: dict[str, Visit] = {
    "home": lambda _, person: person.open("/"),
    "docs": lambda _, person: person.open("/docs"),
    "ask": lambda site, person: person.open(asked(site)),
    "bare": lambda _, person: person.open("/verify"),
    "nowhere": lambda _, person: person.open(f"/verify/{'x' * 43}"),
    "canceled": canceled,
    "expired": expired,
    "done": done,
    "inbox": inbox,
    "not found": lambda _, person: person.open("/nowhere"),
    "not done so": lambda _, person: Shown(person.client.delete("/verify/answer")),
    "misdirected": lambda _, person: Shown(person.client.get("/", headers={"Via": "1.1 x"})),
}


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of_previews(tmp_path_factory.mktemp("previews"))


@pytest.fixture(scope="module", params=[*PAGES, *PREVIEWS])
def named(
    request: pytest.FixtureRequest, acme: Site, tmp_path_factory: pytest.TempPathFactory
) -> Named:
    """A page's name, and what it shows."""
    if request.param in PREVIEWS:
        return request.param, Person(acme).open(f"/preview/{request.param}")
    folder = tmp_path_factory.mktemp("site")
    site = site_in(folder, SITE_NAME="Acme", SUPPORT_CONTACT="help@acme.test")
    return request.param, PAGES[request.param](site, Person(site))


@pytest.fixture
def shown(named: Named) -> Shown:
    return named[1]


def test_it_has_one_h1_and_its_headings_skip_no_level(shown: Shown) -> None:
    assert shown.h1
    levels = [int(each.tag[1]) for each in shown.all() if re.fullmatch("h[1-6]", each.tag)]
    assert levels[0] == 1
    assert all(level - before <= 1 for before, level in pairwise(levels))


def test_it_names_its_language_and_its_landmarks(shown: Shown) -> None:
    assert shown.one("html")["lang"] == "en"
    for landmark in ("header", "main", "footer"):
        assert shown.one(landmark).text
    outside = [each for each in shown.one("body").children if isinstance(each, Element)]
    assert {each.tag for each in outside} <= {"header", "main", "footer", "nav"}


def test_the_site_s_name_leads_home(shown: Shown) -> None:
    home = shown.one("header").one("a")
    assert (home["href"], home.one(class_="mark")["aria-hidden"]) == ("/", "true")
    assert home.text == f"{home.one(class_='mark').text} Acme"


def test_it_has_a_status_that_is_silent_at_first(shown: Shown) -> None:
    assert shown.one("p", class_="unseen", role="status").text == ""


def test_it_fits_small_screens_and_both_schemes(shown: Shown) -> None:
    assert shown.one("meta", name="viewport")["content"] == "width=device-width, initial-scale=1"
    assert shown.one("meta", name="color-scheme")["content"] == "light dark"


def test_no_id_stands_twice_and_what_is_named_is_there(shown: Shown) -> None:
    ids = [each["id"] for each in shown.all() if "id" in each]
    assert sorted(ids) == sorted(set(ids))
    for name in ("for", "aria-describedby", "aria-labelledby", "data-copy"):
        wanted = {word for each in shown.all() if name in each for word in each[name].split()}
        assert wanted <= set(ids)
    inner = {each["href"] for each in shown.all("a") if each["href"].startswith("#")}
    assert inner <= {f"#{each}" for each in ids}


def test_lists_hold_nothing_but_items(shown: Shown) -> None:
    for each in (*shown.all("ul"), *shown.all("ol")):
        inside = [child.tag for child in each.children if isinstance(child, Element)]
        assert set(inside) <= {"li"}


def test_what_changes_something_is_a_form_with_a_token(shown: Shown) -> None:
    for form in shown.all("form", method="post"):
        assert form["action"].startswith("/")
        if form["action"] != "/transfer":  # a host application's, which has tokens of its own
            assert form.one("input", name="csrf")["value"]


def test_it_speaks_of_no_factor_challenge_or_step_up(named: Named) -> None:
    name, shown = named
    if name != "docs":
        assert not re.search(r"factor|challenge|step-up|trusted device", shown.text, re.IGNORECASE)


def test_an_empty_place_in_a_template_shows_nothing(shown: Shown) -> None:
    assert not re.search(r"\bNone\b|Undefined|\{\{|\{%", shown.text)


def test_each_title_is_its_own_and_ends_with_the_site(tmp_path: Path) -> None:
    titles = []
    for number, visit in enumerate(PAGES.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        site = site_in(folder, SITE_NAME="Acme")
        titles.append(visit(site, Person(site)).title)
    assert sorted(titles) == sorted(set(titles))
    assert all(title.endswith(" · Acme") for title in titles)
