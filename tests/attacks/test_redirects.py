"""`next`: it leads to a path of ours, through every door, and never to another host."""

from collections.abc import Callable, Iterator
from urllib.parse import quote, urljoin, urlsplit

import pytest

from apps import Site
from guests import PASSWORD, Guest, goes_to, member
from live import Shown
from simple_2fa.core.ids import new_id
from simple_2fa.http.paths import safe_path

EVIL = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example/account",
    "http://2fa.example.com@evil.example/",
    "@evil.example",
    "evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/\n/evil.example",
    "/account\r\nLocation: https://evil.example",
    "/account\r\nSet-Cookie: a=b",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/account\x00",
    "/a\\..\\..\\evil.example",
    "/é",
    "/\u2028/evil.example",
    "/" + "a" * 2000,
    "?next=//evil.example",
    "#evil",
    "",
]
OURS = [
    "/account/activity",
    "/account/activity?before=1795343400000",
    "/account?notice=language&x=%2F%2Fevil.example",
    "/account#browsers",
    "/%09/evil.example",
    "/%2F/evil.example",
    "/%5Cevil.example",
    "/.//evil.example",
    "/" + "a" * 1023,
]
HOME = "/account"


def by_code(guest: Guest, to: str) -> str:
    guest.log_in(member(guest.site).address, next=to)
    return goes_to(guest.enter())


def by_known_browser(guest: Guest, to: str) -> str:
    ann = member(guest.site)
    guest.sign_in(ann.address, remember="yes").send("/logout")
    return goes_to(guest.log_in(ann.address, next=to))


def by_registration(guest: Guest, to: str) -> str:
    guest.send("/register", email=f"{new_id()}@example.com", password=PASSWORD, next=to)
    return goes_to(guest.enter()).removesuffix("?notice=created")


def by_being_in(guest: Guest, to: str) -> str:
    guest.sign_in(member(guest.site).address)
    return goes_to(guest.get(f"/login?next={quote(to)}"))


def by_confirming(guest: Guest, to: str) -> str:
    guest.sign_in(member(guest.site).address)
    guest.site.clock.move(minutes=6)
    guest.send("/confirm", next=to)
    return goes_to(guest.enter())


def by_being_confirmed(guest: Guest, to: str) -> str:
    guest.sign_in(member(guest.site).address)
    return goes_to(guest.get(f"/confirm?next={quote(to)}"))


WAYS: list[Callable[[Guest, str], str]] = [
    by_code,
    by_known_browser,
    by_registration,
    by_being_in,
    by_confirming,
    by_being_confirmed,
]


def stays_here(site: Site, path: str) -> bool:
    """Tell whether a browser that reads this Location stays with us."""
    return urlsplit(urljoin(f"{site.origin}/login", path)).netloc == urlsplit(site.origin).netloc


class TestPaths:
    @pytest.mark.parametrize("path", EVIL)
    def test_another_s_is_none(self, path: str) -> None:
        assert safe_path(path, HOME) == HOME

    @pytest.mark.parametrize("path", OURS)
    def test_ours_is_kept_as_it_is(self, path: str) -> None:
        assert safe_path(path) == path


class TestDoors:
    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "/\t/evil.example"])
    def test_another_host_s_leads_to_the_account(
        self, guest: Guest, way: Callable[[Guest, str], str], path: str
    ) -> None:
        assert way(guest, path) == HOME

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("path", OURS[:3])
    def test_ours_leads_there(
        self, guest: Guest, way: Callable[[Guest, str], str], path: str
    ) -> None:
        assert way(guest, path) == path

    @pytest.mark.parametrize("path", EVIL + OURS)
    def test_whatever_it_is_nobody_leaves(self, site: Site, guest: Guest, path: str) -> None:
        to = by_being_in(guest, path)
        assert to in {path, HOME}
        assert stays_here(site, to)

    @pytest.mark.parametrize("path", EVIL + OURS)
    def test_no_page_holds_a_link_that_leads_away(self, site: Site, path: str) -> None:
        for place in ("/login", "/register", "/forgot"):
            shown = Guest(site).open(f"{place}?next={quote(path)}")
            assert all(stays_here(site, each) for each in locations(shown))

    def test_the_page_that_sent_somebody_to_sign_in_is_where_she_goes(self, guest: Guest) -> None:
        to = goes_to(guest.get("/account/activity?before=17"))
        assert to == "/login?next=%2Faccount%2Factivity"

    @pytest.mark.parametrize("field", ["query", "form"])
    def test_of_two_the_first_counts_and_neither_leads_away(self, guest: Guest, field: str) -> None:
        ann = member(guest.site)
        typed = {"csrf": guest.csrf, "email": ann.address, "password": PASSWORD}
        twice = [("next", "//evil.example"), ("next", "/account/activity")]
        query = {"query_string": dict(twice[:1])} if field == "query" else {}
        data = [*typed.items(), *(twice if field == "form" else twice[1:])]
        headers = {"Origin": guest.site.origin, "Content-Type": "application/x-www-form-urlencoded"}
        body = "&".join(f"{name}={quote(value)}" for name, value in data)
        guest.client.post("/login", data=body, headers=headers, **query)
        assert goes_to(guest.enter()) == HOME


def locations(shown: Shown) -> Iterator[str]:
    """Everything on a page that leads somewhere, and what its forms would go on to."""
    for each in shown.all():
        yield from (each[name] for name in ("href", "action", "src") if name in each)
        if each.attrs.get("name") == "next":
            yield each.attrs.get("value") or ""
