"""Who gets through which door: what each route answers to somebody at each stage."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Response
from werkzeug.test import TestResponse

from apps import Site, made
from guests import PASSWORD, Guest, goes_to, member
from live import compiled_once, site_in
from simple_2fa.db.upgrade import upgrade
from simple_2fa.http.guard import Demand, demand_of
from simple_2fa.sessions.model import Stage

STAGES = ("nobody", "registering", "password", "reset", "skipped", "one_factor", "fresh")
DOORS = """
GET  /                              page    page    page    page    page    page    page
GET  /account                       login   login   login   login   page    page    page
GET  /account/activity              login   login   login   login   page    page    page
GET  /account/add/<factor>          login   login   login   login   confirm confirm page
POST /account/add/<factor>          login   login   login   login   begun   begun   begun
POST /account/add/<factor>/begin    login   login   login   login   no      no      no
GET  /account/mail-codes            login   login   login   login   confirm confirm page
POST /account/mail-codes            login   login   login   login   confirm confirm no
GET  /account/recovery              login   login   login   login   confirm confirm page
POST /account/recovery              login   login   login   login   confirm confirm no
POST /account/recovery/cancel       login   login   login   login   no      no      no
GET  /account/remove/<credential>   login   login   login   login   confirm confirm none
POST /account/remove/<credential>   login   login   login   login   confirm confirm none
GET  /account/rename/<credential>   login   login   login   login   confirm confirm none
POST /account/rename/<credential>   login   login   login   login   confirm confirm none
GET  /account/address               login   login   login   login   confirm confirm page
POST /account/address               login   login   login   login   confirm confirm no
POST /account/browsers/forget       login   login   login   login   confirm confirm no
GET  /account/delete                login   login   login   login   confirm confirm page
POST /account/delete                login   login   login   login   confirm confirm no
POST /account/language              login   login   login   login   no      no      no
POST /account/later                 login   login   login   login   no      no      no
POST /account/upgrade/<factor>      login   login   login   login   confirm confirm no
POST /account/upgrade/<factor>/offer login  login   login   login   confirm confirm no
GET  /account/password              login   login   login   login   confirm confirm page
POST /account/password              login   login   login   login   confirm confirm no
POST /account/sessions/end          login   login   login   login   confirm confirm no
GET  /.well-known/change-password   change  change  change  change  change  change  change
GET  /.well-known/passkey-endpoints page    page    page    page    page    page    page
GET  /confirm                       login   login   login   login   page    no      account
POST /confirm                       login   login   login   login   confirm confirm confirm
GET  /docs                          page    page    page    page    page    page    page
GET  /forgot                        page    page    page    page    page    page    page
POST /forgot                        no      no      no      no      no      no      no
GET  /login                         page    page    page    page    account account account
POST /login                         no      no      no      no      no      no      no
GET  /login/with/<factor>           page    page    page    page    account account account
POST /login/with/<factor>           no      no      no      no      no      no      no
POST /login/with/<factor>/begin      no      no      no      no      no      no      no
POST /login/with/<factor>/offer      no      no      no      no      no      no      no
GET  /lost                          login   login   page    login   login   login   login
POST /lost                          login   login   no      login   login   login   login
POST /lost/go-on                    login   login   no      login   login   login   login
POST /logout                        no      no      no      no      no      no      no
GET  /not-me/<token>                none    none    none    none    none    none    none
POST /not-me/<token>                no      no      no      no      no      no      no
GET  /register                      page    page    page    page    account account account
POST /register                      no      no      no      no      no      no      no
GET  /reset                         login   login   login   page    login   login   login
POST /reset                         login   login   login   no      login   login   login
GET  /undo                          login   login   login   login   account account account
POST /undo                          login   login   login   login   account account account
POST /undo/keep                     login   login   login   login   no      no      no
GET  /verify                        page    page    page    reset   account account account
GET  /verify/<ticket>               none    none    none    none    none    none    none
GET  /verify/<ticket>/delivery      none    none    none    none    none    none    none
GET  /verify/answer                 verify  verify  verify  verify  verify  verify  verify
GET  /verify/resend                 verify  verify  verify  verify  verify  verify  verify
GET  /verify/switch                 verify  verify  verify  verify  verify  verify  verify
GET  /verify/unlock                 verify  verify  verify  verify  verify  verify  verify
POST /verify/unlock                 verify  no      no      verify  verify  verify  verify
POST /verify/switch                 verify  no      no      verify  verify  verify  verify
GET  /verify/address                verify  page    verify  verify  verify  verify  verify
POST /verify/address                no      no      no      no      no      no      no
POST /verify/answer                 verify  no      no      verify  verify  verify  verify
GET  /verify/delivery               none    page    page    none    none    none    none
POST /verify/resend                 verify  no      no      verify  verify  verify  verify
GET  /api/v1/challenges/<challenge> key     key     key     key     key     key     key
POST /api/v1/challenges             key     key     key     key     key     key     key
POST /api/v1/challenges/<challenge>/answer  key key key     key     key     key     key
POST /api/v1/challenges/<challenge>/cancel  key key key     key     key     key     key
POST /api/v1/challenges/<challenge>/resend  key key key     key     key     key     key
POST /generate-2fa                  key     key     key     key     key     key     key
POST /verify                        key     key     key     key     key     key     key
GET  /healthz                       page    page    page    page    page    page    page
GET  /openapi.json                  page    page    page    page    page    page    page
GET  /readyz                        page    page    page    page    page    page    page
GET  /verify/static/<path:filename>        page    page    page    page    page    page    page
"""
"""What each route answers to somebody at each stage. Forms come without their token: whoever may
not be there at all is led away before that is looked at."""
ROUTES = [tuple(line.split()) for line in DOORS.strip().splitlines()]
FRESH = {"/account/address", "/account/delete", "/account/password"}
FRESH |= {"/account/browsers/forget", "/account/sessions/end", "/account/mail-codes"}
FRESH |= {"/account/upgrade/<factor>", "/account/upgrade/<factor>/offer"}
FRESH |= {"/account/remove/<credential>", "/account/rename/<credential>"}
FULL = {"/account", "/account/activity", "/account/language", "/confirm", "/undo/keep"}
FULL |= {"/account/later", "/account/add/<factor>", "/account/add/<factor>/begin"}
FULL |= {"/account/recovery/cancel"}
FRESH |= {"/account/recovery"}
PASSWORD_ONLY = {"/lost", "/lost/go-on"}
MACHINES = {
    "/healthz",
    "/openapi.json",
    "/.well-known/passkey-endpoints",
    "/readyz",
    "/verify/static/<path:filename>",
}
_BY_STATUS = {200: "page", 401: "key", 403: "no", 404: "none"}
_FILLED = {"<path:filename>": "simple.css", "<ticket>": "t" * 43, "<factor>": "totp"}
_FILLED |= {"<token>": "t" * 43}
_FILLED |= {"<credential>": "c" * 22}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = site_in(tmp_path_factory.mktemp("site"), development=False)
    upgrade(site.services.db)
    yield site
    site.services.db.close()


@pytest.fixture(scope="module")
def people(site: Site) -> dict[str, Guest]:
    """Somebody at each stage."""
    return dict(zip(STAGES, _people(site), strict=True))


def _people(site: Site) -> Iterator[Guest]:
    yield Guest(site)
    registering = Guest(site)
    registering.send("/register", email="new@example.com", password=PASSWORD)
    yield registering
    password = Guest(site)
    password.log_in(member(site).address)
    yield password
    reset = Guest(site)
    reset.send("/forgot", email=member(site).address)
    reset.enter()
    yield reset
    ann = member(site)
    skipped = Guest(site).sign_in(ann.address, remember="yes")
    skipped.send("/logout")
    skipped.log_in(ann.address)
    yield skipped
    yield Guest(site).reset(member(site).address)
    yield Guest(site).sign_in(member(site).address)


def ask(guest: Guest, method: str, rule: str) -> TestResponse:
    """Open a page, or send its form without a token."""
    rule = rule.replace("/with/<factor>", "/with/passkey")
    for part, value in _FILLED.items():
        rule = rule.replace(part, value)
    headers = {"Origin": guest.site.origin} if method == "POST" else {}
    return guest.client.open(rule, method=method, headers=headers, buffered=True)


def answered(reply: TestResponse) -> str:
    """Name an answer as the table does."""
    to = goes_to(reply).partition("?")[0]
    to = to.replace("/account/add/totp", "begun").replace("/login/with/passkey", "alone")
    to = to.replace("/account/password", "change")
    return to.strip("/") if to else _BY_STATUS.get(reply.status_code, str(reply.status_code))


def expected(rule: str) -> Demand:
    """What a route has to demand, written again: who checks must not share it."""
    if rule in FULL | FRESH:
        return Demand(Stage.FULL, fresh=rule in FRESH)
    if rule in PASSWORD_ONLY:
        return Demand(Stage.PASSWORD)
    if rule == "/reset":
        return Demand(Stage.RESET)
    if rule == "/generate-2fa" or rule.startswith("/api/"):
        return Demand(by_key=True)
    return Demand(for_machines=rule in MACHINES)


class TestViews:
    def test_the_table_knows_every_route(self, site: Site) -> None:
        known = {(method, rule) for method, rule, *_ in ROUTES}
        assert known == {
            (method, rule.rule)
            for rule in site.app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        }

    def test_each_says_what_it_demands(self, site: Site) -> None:
        with site.app.app_context():
            for rule in site.app.url_map.iter_rules():
                wanted = expected(rule.rule)
                if rule.rule == "/verify":  # the page, and the API's short address
                    wanted = Demand(by_key="POST" in (rule.methods or ()))
                assert demand_of(rule.endpoint) == wanted, rule.rule

    def test_development_s_own_views_say_it_too(self, tmp_path: Path) -> None:
        site = site_in(tmp_path)
        with site.app.app_context():
            assert all(demand_of(rule.endpoint) for rule in site.app.url_map.iter_rules())

    @pytest.mark.parametrize("stage", ["nobody", "fresh"])
    def test_one_that_says_nothing_is_refused_to_everybody(
        self, tmp_path: Path, stage: str
    ) -> None:
        site = compiled_once(made(tmp_path, development=False))
        called = []

        def view() -> Response:
            called.append("view")
            return Response()

        site.app.add_url_rule("/forgotten", "forgotten", view)
        guest = Guest(site)
        if stage == "fresh":
            guest.sign_in(member(site).address)
        reply = guest.get("/forgotten")
        assert (reply.status_code, called) == (403, [])
        assert guest.client.post("/forgotten").status_code == 405

    @pytest.mark.parametrize(("method", "rule", "wanted"), [(*r[:2], r[2:]) for r in ROUTES])
    def test_each_answers_each_stage_as_it_should(
        self, people: dict[str, Guest], method: str, rule: str, wanted: tuple[str, ...]
    ) -> None:
        told = {name: answered(ask(guest, method, rule)) for name, guest in people.items()}
        assert told == dict(zip(STAGES, wanted, strict=True))

    @pytest.mark.parametrize("rule", sorted(FULL | FRESH | PASSWORD_ONLY | {"/reset"}))
    def test_head_and_options_open_nothing_that_get_does_not(
        self, people: dict[str, Guest], rule: str
    ) -> None:
        for method in ("HEAD", "OPTIONS"):
            assert answered(people["nobody"].client.open(rule, method=method)) in {"login", "405"}
