"""Our routes in somebody else's application bear whatever is sent to them.

Without the token of their forms none of them changes anything.
"""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from host_app import HostApp, leads
from host_guests import STAGES, HostGuest, at_stages, host_with_letters, state
from odd_requests import COOKIES, HEADERS, METHODS, TEXTS, Sent, bodies, odd_fields
from open_forms import path_of
from open_forms_of_hosts import FORMS, LATER, forged
from simple_2fa.http.services import EXTENSION

MOVES = {"asked": {"two_factor_sessions"}}
MOVES["signed_in"] = {f"two_factor_{name}" for name in ("accounts", "auth", "events", "limits")}
MOVES["signed_in"] |= {"two_factor_letters", "two_factor_sessions"}
"""Tables that change without a token: who comes to a guarded page is asked for the second step
first, and where she was going is noted, by a form too.
"""
NEEDS_STEP = {rule for rule in FORMS if "/account/" in rule}
NEEDS_STEP |= {"/verify/again", "/verify/confirm"}
NEEDS_FRESH = NEEDS_STEP - {"/verify/again", "/verify/confirm", "/verify/account/add/<factor>"}
"""What is begun while the step is fresh may be brought to its end."""
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_FILLED = {"<path:filename>": "simple.css", "<factor>": "totp", "<credential>": "c" * 22}
_FILLED |= {"<token>": "t" * 43, "<letter>": "l" * 22, "<part>": "text"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> HostApp:
    """Ours stand behind a prefix there."""
    return host_with_letters(tmp_path_factory.mktemp("host"), "/2fa")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, HostGuest]:
    """Somebody at each stage, where ours stand at the root, and whose clock nothing else moves."""
    return at_stages(host_with_letters(tmp_path_factory.mktemp("people")))


def ours(app: HostApp, among: tuple[str, ...] = ("GET", "POST")) -> Iterator[tuple[str, str]]:
    """Give all routes of ours: method, and a path."""
    for rule in app.flask.url_map.iter_rules():
        if rule.endpoint.startswith(f"{EXTENSION}."):
            for method in sorted((rule.methods or set()) & set(among)):
                yield method, _path(rule.rule)


def paths(app: HostApp) -> list[str]:
    return sorted({path for _, path in ours(app)})


def _path(rule: str) -> str:
    for part, value in _FILLED.items():
        rule = rule.replace(part, value)
    return rule


def send(guest: HostGuest, method: str, path: str, **sent: object) -> TestResponse:
    """Send anything: whoever does stays at the stage."""
    whole: Sent = {"headers": {"Origin": "http://localhost"}, **sent}
    return guest.twin().client.open(path, method=method, buffered=True, **whole)


def assert_is_well(reply: TestResponse, *what: object) -> None:
    assert reply.status_code < 500, what
    assert "Traceback" not in reply.text, what


def stored(guest: HostGuest, stage: str) -> object:
    """Give what nobody at a stage changes without a token."""
    tables, letters = state(guest.app)
    return {name: tables[name] for name in tables.keys() - MOVES.get(stage, set())}, letters


class TestFaults:
    """No route gives a 5xx, whatever it is sent; nor does it change anything by that."""

    @pytest.fixture
    def guest(
        self, request: pytest.FixtureRequest, people: dict[str, HostGuest]
    ) -> Iterator[HostGuest]:
        """Somebody at a stage, for whom all is as before in the end."""
        guest = people[request.param]
        before = stored(guest, request.param)
        yield guest
        assert stored(guest, request.param) == before

    @pytest.mark.parametrize("guest", STAGES, indirect=True)
    def test_every_method(self, guest: HostGuest) -> None:
        typed = {"code": "000000", "csrf": "x", "name": "", "on": "yes", "browser": "all"}
        for path in paths(guest.app):
            for method in METHODS:
                assert_is_well(send(guest, method, path, data=typed), method, path)

    @pytest.mark.parametrize("guest", ["signed_in", "asked", "fresh"], indirect=True)
    def test_every_body(self, guest: HostGuest) -> None:
        for _, path in ours(guest.app, ("POST",)):
            for body in bodies():
                assert_is_well(send(guest, "POST", path, **body), path, body)

    @pytest.mark.parametrize("guest", ["asked", "fresh"], indirect=True)
    def test_odd_headers(self, guest: HostGuest) -> None:
        for method, path in ours(guest.app):
            for headers in HEADERS:
                reply = send(guest, method, path, headers=headers)
                assert_is_well(reply, method, path, headers)
                assert reply.headers["X-Request-Id"] != "mine"

    @pytest.mark.parametrize("cookies", COOKIES)
    def test_odd_cookies(self, people: dict[str, HostGuest], cookies: str) -> None:
        app = people["nobody"].app
        client = app.flask.test_client(use_cookies=False)
        for method, path in ours(app):
            reply = client.open(path, method=method, headers={"Cookie": cookies}, buffered=True)
            assert_is_well(reply, method, path)

    @pytest.mark.parametrize("stage", ["nobody", "fresh"])
    @settings(derandomize=True, max_examples=60, deadline=None, database=None)
    @given(
        start=st.sampled_from(["", "/account/remove", "/account/add", "/not-me", "/static"]),
        rest=st.text(st.characters(codec="utf-8", exclude_characters="?#"), max_size=40),
        method=st.sampled_from(METHODS),
    )
    def test_odd_addresses(
        self, people: dict[str, HostGuest], stage: str, start: str, rest: str, method: str
    ) -> None:
        assert_is_well(send(people[stage], method, f"/verify{start}/{rest}"), start, rest, method)

    @pytest.mark.parametrize("stage", ["nobody", "asked", "fresh", "stale"])
    def test_odd_queries(self, people: dict[str, HostGuest], stage: str) -> None:
        names = ("next", "notice", "told", "hint", "before", "remember", "to")
        for _, path in ours(people[stage].app, ("GET",)):
            for text in TEXTS:
                query = dict.fromkeys(names, text)
                assert_is_well(send(people[stage], "GET", path, query_string=query), path, text)


class TestAnswers:
    """What each says of itself, the application's own settings left alone."""

    def test_every_one_has_our_headers(self, people: dict[str, HostGuest]) -> None:
        for stage, guest in people.items():
            for method, path in ours(guest.app):
                reply = send(guest, method, path)
                assert SECURITY_HEADERS.items() <= dict(reply.headers).items(), (stage, path)
                assert "Strict-Transport-Security" not in reply.headers
                if "/static/" not in path:
                    assert reply.headers["Cache-Control"] == "no-store", (stage, path)
                if reply.mimetype == "text/html":
                    policy = reply.headers["Content-Security-Policy"]
                    assert "default-src 'none'" in policy, (stage, path)
                    assert "unsafe" not in policy or path.startswith("/inbox/"), (stage, path)

    def test_another_method_is_told_what_is_allowed(self, people: dict[str, HostGuest]) -> None:
        guest = people["fresh"]
        known = set(ours(guest.app, ("GET", "HEAD", "POST", "OPTIONS")))
        for path in paths(guest.app):
            allowed = {method for method, other in known if other == path}
            for method in set(METHODS) - allowed:
                reply = send(guest, method, path)
                assert reply.status_code == 405, (method, path)
                assert set(reply.headers["Allow"].split(", ")) == allowed, path

    def test_options_and_head_tell_no_more_than_get(self, people: dict[str, HostGuest]) -> None:
        for guest in people.values():
            for method, path in ours(guest.app, ("GET",)):
                full = send(guest, method, path)
                head, told = (send(guest, each, path) for each in ("HEAD", "OPTIONS"))
                assert (head.status_code, head.data) == (full.status_code, b""), path
                assert (leads(head), leads(told) in {"", leads(full)}) == (leads(full), True)
                assert not any(name.startswith("Access-Control") for name, _ in told.headers)


class TestForms:
    def test_none_is_forgotten_here(self, app: HostApp) -> None:
        known = {_path(f"/2fa{rule}") for rule in (*FORMS, LATER)}
        assert known == {path for _, path in ours(app, ("POST",))}

    @pytest.mark.parametrize("rule", FORMS)
    def test_from_elsewhere_it_changes_nothing(self, app: HostApp, rule: str) -> None:
        guest, fields = FORMS[rule](HostGuest(app))
        path, before = path_of(rule, fields), state(app)
        for what, status in forged(guest, path, fields):
            assert state(app) == before, what
            assert status in {303, 403}, what
        assert guest.send(path, **fields).status_code < 400
        assert state(app) != before

    @pytest.mark.parametrize("rule", FORMS)
    def test_its_token_counts_in_the_form_alone(self, app: HostApp, rule: str) -> None:
        guest, fields = FORMS[rule](HostGuest(app))
        path, token = guest.prefix + path_of(rule, fields), guest.csrf
        before = state(app)
        for method in ("GET", "HEAD", "POST"):
            guest.client.open(path, method=method, query_string={"csrf": token, **fields})
        guest.client.post(path, data=fields, headers={"X-CSRF-Token": token, "csrf": token})
        guest.client.post(path, json={"csrf": token, **fields})
        assert state(app) == before

    @pytest.mark.parametrize("rule", sorted(NEEDS_STEP))
    def test_signed_out_by_the_application_it_does_nothing(self, app: HostApp, rule: str) -> None:
        guest, fields = FORMS[rule](HostGuest(app))
        guest.post("/logout")
        before = state(app)
        assert guest.send(path_of(rule, fields), **fields).status_code == 401
        assert state(app) == before

    @pytest.mark.parametrize("rule", sorted(NEEDS_FRESH))
    def test_five_minutes_after_the_step_it_does_nothing(self, app: HostApp, rule: str) -> None:
        guest, fields = FORMS[rule](HostGuest(app))
        app.clock.move(minutes=5)
        before = state(app)
        assert guest.send(path_of(rule, fields), **fields).status_code == 303
        assert state(app) == before

    @pytest.mark.parametrize("rule", FORMS)
    def test_no_field_breaks_it(self, app: HostApp, rule: str) -> None:
        guest, fields = FORMS[rule](HostGuest(app))
        path = path_of(rule, fields)
        for typed in odd_fields({"csrf": guest.csrf, "remember": "yes", **fields}):
            assert_is_well(guest.send(path, **typed), typed)

    @pytest.mark.parametrize("text", TEXTS)
    def test_one_that_came_before_the_step_is_shown_after_it(self, app: HostApp, text: str) -> None:
        guest = HostGuest(app)
        guest.log_in(guest.user)
        guest.send("/verify/account/mail-codes", **{"on": text, f"x{text}": text})
        again = leads(guest.send("/verify/answer", code=guest.code()))
        assert (again, guest.get(again).status_code) == ("/2fa/verify/again", 200)

    def test_not_now_is_kept_in_a_cookie_where_the_form_is_ours(self, app: HostApp) -> None:
        guest = HostGuest(app).step()
        before = state(app)
        for _, status in forged(guest, LATER, {}):
            assert status == 403
        assert "s2fa_not_now" in guest.send(LATER).headers["Set-Cookie"]
        assert state(app) == before
