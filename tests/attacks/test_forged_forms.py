"""Forms that another site, another visitor or an old page sends: each changes nothing."""

from collections.abc import Iterator

import pytest

from apps import Site
from guests import OTHER_PASSWORD, PASSWORD, Guest, goes_to, rows
from live import Shown
from open_forms import FORMS, half_way, nobody, path_of

FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://2fa.example.com"},
    {"Origin": "https://2fa.example.com.evil.example"},
    {"Origin": "https://2fa.example.com:8443"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]
NOT_HERE = {"/verify", "/not-me/<token>", "/account/later"}
"""The API's; a letter's, another each time (tests/journeys/test_people_lost); a cookie alone."""
TOKENS = ("", "x", "0" * 43, "é", "\x00")


def forged(guest: Guest, path: str, fields: dict[str, str]) -> Iterator[tuple[object, int]]:
    """Send a form in every way that isn't ours; give what each was, and its status."""
    for headers in FOREIGN:
        yield headers, guest.send(path, headers, **fields).status_code
    eve = Guest(guest.site)
    for token in (*TOKENS, eve.csrf, guest.csrf[:-1], f"{guest.csrf} "):
        yield token, guest.send(path, csrf=token, **fields).status_code
    yield "none", guest.client.post(path, data=fields).status_code
    visitor = guest.jar()["__Host-s2fa_visitor"]
    guest.client.delete_cookie("__Host-s2fa_visitor")
    yield "no cookie", guest.send(path, **fields).status_code
    guest.client.set_cookie("__Host-s2fa_visitor", visitor)


class TestEveryForm:
    def test_none_is_forgotten_here(self, site: Site) -> None:
        with_api = {r.rule for r in site.app.url_map.iter_rules() if "POST" in (r.methods or ())}
        known = {rule for rule in with_api if not rule.startswith(("/api/", "/generate-2fa"))}
        assert known - NOT_HERE == set(FORMS)

    @pytest.mark.parametrize("rule", FORMS)
    def test_from_elsewhere_it_changes_nothing(self, guest: Guest, rule: str) -> None:
        guest, fields = FORMS[rule](guest)
        path = path_of(rule, fields)
        assert guest.csrf
        before = rows(guest.site)
        for what, status in forged(guest, path, fields):
            assert rows(guest.site) == before, what
            assert status in {303, 403}, what
        guest.send(path, **fields)
        assert rows(guest.site) != before

    @pytest.mark.parametrize("rule", FORMS)
    def test_nothing_is_done_by_get(self, guest: Guest, rule: str) -> None:
        guest, fields = FORMS[rule](guest)
        path = path_of(rule, fields)
        assert guest.csrf
        before = rows(guest.site)
        for method in ("GET", "HEAD"):
            guest.client.open(path, method=method, query_string={"csrf": guest.csrf, **fields})
        assert rows(guest.site) == before

    @pytest.mark.parametrize("rule", FORMS)
    def test_its_token_counts_in_the_form_alone(self, guest: Guest, rule: str) -> None:
        guest, fields = FORMS[rule](guest)
        path = path_of(rule, fields)
        token = guest.csrf
        before = rows(guest.site)
        guest.client.post(path, data=fields, query_string={"csrf": token})
        guest.client.post(path, data=fields, headers={"X-CSRF-Token": token, "csrf": token})
        guest.client.post(path, json={"csrf": token, **fields})
        assert rows(guest.site) == before


class TestExpiredForms:
    """The cookie is gone, as after a browser was closed: what was typed stays."""

    @pytest.mark.parametrize("path", ["/register", "/login", "/forgot", "/account/address"])
    def test_what_was_typed_stays_but_for_the_password(self, guest: Guest, path: str) -> None:
        guest, fields = FORMS[path](guest)
        token = guest.csrf
        guest.client.delete_cookie("__Host-s2fa_visitor")
        stale = Shown(guest.send(path, csrf=token, **fields))
        assert stale.status == 403
        assert "This page was open too long. Please try again." in stale.main
        assert stale.one("input", name="email")["value"] == fields["email"]
        assert PASSWORD not in stale.html
        assert OTHER_PASSWORD not in stale.html

    def test_sent_again_it_goes_through(self, guest: Guest) -> None:
        _, fields = nobody(guest)
        stale = Shown(guest.send("/login", csrf="old", next="/account/activity", **fields))
        form = stale.form("/login")
        held = {each["name"]: each.attrs.get("value") or "" for each in form.all("input")}
        assert held["next"] == "/account/activity"
        again = guest.client.post("/login", data={**held, "password": PASSWORD})
        assert goes_to(again) == "/verify"
        assert goes_to(guest.enter()) == "/account/activity"

    def test_a_code_costs_no_try(self, guest: Guest) -> None:
        guest, _ = half_way(guest)
        for _ in range(6):
            assert guest.send("/verify/answer", csrf="old", code="000000").status_code == 403
        assert goes_to(guest.enter()) == "/account"
