"""Who gets through our doors in somebody else's application: what each answers at each stage."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from apps import KEY
from authenticators import app_of
from guests import rows
from host_app import HostApp, leads
from host_guests import STAGES, HostGuest, at_stages, host_with_letters, site_of
from simple_2fa.db import schema
from simple_2fa.flask import Simple2FA
from simple_2fa.http.guard import Demand, demand_of
from simple_2fa.sessions.model import Stage

DOORS = """
GET  /inbox                                 page   page   page   page    page  page
GET  /inbox.json                            page   page   page   page    page  page
GET  /inbox/<letter>/<part>                 none   none   none   none    none  none
POST /inbox/clear                           no     no     no     no      no    no
GET  /verify                                page   page   page   home    home  home
GET  /verify/account                        theirs verify verify page    page  page
GET  /verify/account/activity               theirs verify verify page    page  page
GET  /verify/account/add/<factor>           theirs verify verify confirm page  confirm
POST /verify/account/add/<factor>           theirs verify verify begun   begun begun
POST /verify/account/add/<factor>/begin     theirs verify verify no      no    no
POST /verify/account/browsers/forget        theirs verify verify confirm no    confirm
POST /verify/account/later                  theirs verify verify no      no    no
GET  /verify/account/mail-codes             theirs verify verify confirm page  confirm
POST /verify/account/mail-codes             theirs verify verify confirm no    confirm
GET  /verify/account/remove/<credential>    theirs verify verify confirm none  confirm
POST /verify/account/remove/<credential>    theirs verify verify confirm none  confirm
GET  /verify/account/rename/<credential>    theirs verify verify confirm none  confirm
POST /verify/account/rename/<credential>    theirs verify verify confirm none  confirm
POST /verify/account/sessions/end           theirs verify verify confirm no    confirm
POST /verify/account/upgrade/<factor>       theirs verify verify confirm no    confirm
POST /verify/account/upgrade/<factor>/offer theirs verify verify confirm no    confirm
GET  /verify/again                          theirs verify verify home    home  home
POST /verify/again                          theirs verify verify again   again again
GET  /verify/answer                         verify verify verify verify  verify verify
POST /verify/answer                         verify verify no     verify  verify verify
GET  /verify/confirm                        theirs verify verify page    home  page
POST /verify/confirm                        theirs verify verify confirm confirm confirm
GET  /verify/delivery                       none   none   page   none    none  none
GET  /verify/not-me/<token>                 none   none   none   none    none  none
POST /verify/not-me/<token>                 no     no     no     no      no    no
GET  /verify/resend                         verify verify verify verify  verify verify
POST /verify/resend                         verify verify no     verify  verify verify
GET  /verify/static/<path:filename>         page   page   page   page    page  page
GET  /verify/switch                         verify verify verify verify  verify verify
POST /verify/switch                         verify verify no     verify  verify verify
GET  /verify/unlock                         verify verify verify verify  verify verify
POST /verify/unlock                         verify verify no     verify  verify verify
"""
"""What each answers to somebody at each of `STAGES`; forms come without their token.

'theirs': nobody is signed in, which is the application's business; 'home': its start page;
'verify': to the second step; 'confirm': to a fresh one.
"""
ROUTES = [tuple(line.split()) for line in DOORS.strip().splitlines()]
FULL = {"/verify/account", "/verify/account/activity", "/verify/account/later"}
FULL |= {"/verify/account/add/<factor>", "/verify/account/add/<factor>/begin"}
FULL |= {"/verify/again", "/verify/confirm"}
FRESH = {"/verify/account/browsers/forget", "/verify/account/sessions/end"}
FRESH |= {"/verify/account/remove/<credential>", "/verify/account/rename/<credential>"}
FRESH |= {"/verify/account/upgrade/<factor>", "/verify/account/upgrade/<factor>/offer"}
FRESH |= {"/verify/account/mail-codes"}
MACHINES = {"/verify/static/<path:filename>"}
PRODUCTION = {
    "SECRET_KEY": "the shop's own",
    "SIMPLE_2FA_SECRET_KEY": KEY,
    "SIMPLE_2FA_PUBLIC_URL": "https://shop.example.com",
    "SIMPLE_2FA_SMTP_SERVER": "127.0.0.1",
    "SIMPLE_2FA_MAIL_FROM": "shop@example.com",
}
_BY_STATUS = {200: "page", 401: "theirs", 403: "no", 404: "none"}
_FILLED = {"<path:filename>": "simple.css", "<factor>": "totp", "<credential>": "c" * 22}
_FILLED |= {"<token>": "t" * 43, "<letter>": "l" * 22, "<part>": "text"}


@pytest.fixture(scope="module", params=["", "/2fa"], ids=["at the root", "behind a prefix"])
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> HostApp:
    return host_with_letters(tmp_path_factory.mktemp("host"), request.param)


@pytest.fixture(scope="module")
def people(app: HostApp) -> dict[str, HostGuest]:
    """Somebody at each stage."""
    return at_stages(app)


def ask(guest: HostGuest, method: str, rule: str) -> TestResponse:
    """Open a page, or send its form without a token; the guest stays at the stage."""
    for part, value in _FILLED.items():
        rule = rule.replace(part, value)
    headers = {"Origin": "http://localhost"} if method == "POST" else {}
    client = guest.twin().client
    return client.open(guest.prefix + rule, method=method, headers=headers, buffered=True)


def answered(guest: HostGuest, reply: TestResponse) -> str:
    """Name an answer as the table does; where it leads to a page of ours, behind the prefix."""
    to = leads(reply).partition("?")[0]
    if not to:
        return _BY_STATUS.get(reply.status_code, str(reply.status_code))
    known = {"/verify": "verify", "/verify/account/add/totp": "begun"}
    known |= {f"/verify/{name}": name for name in ("confirm", "again")}
    ours = {guest.prefix + path: name for path, name in known.items()}
    return {"/": "home", **ours}.get(to, to)


def expected(rule: str) -> Demand:
    """What a route has to demand, written again: who checks must not share it."""
    if rule in FULL | FRESH:
        return Demand(Stage.FULL, fresh=rule in FRESH)
    return Demand(for_machines=rule in MACHINES)


def added(folder: Path, prefix: str = "", **config: str) -> Iterator[tuple[str, str, str]]:
    """Give what an application has by us alone: method, rule, endpoint."""
    bare = Flask("bare", instance_path=str(folder), static_folder=None)
    bare.config |= {"TESTING": True, **config}
    Simple2FA(bare, url_prefix=prefix)
    for rule in bare.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            yield method, rule.rule, rule.endpoint


class TestTable:
    @pytest.mark.parametrize("prefix", ["", "/2fa"])
    def test_it_knows_every_route_that_we_add(self, tmp_path: Path, prefix: str) -> None:
        known = {(method, prefix + rule) for method, rule, *_ in ROUTES}
        assert known == {(method, rule) for method, rule, _ in added(tmp_path, prefix)}

    def test_in_production_there_is_no_inbox(self, tmp_path: Path) -> None:
        known = {tuple(row[:2]) for row in ROUTES if not row[1].startswith("/inbox")}
        assert known == {(method, rule) for method, rule, _ in added(tmp_path, **PRODUCTION)}

    def test_each_says_what_it_demands(self, app: HostApp, tmp_path: Path) -> None:
        for _, rule, endpoint in added(tmp_path):
            assert demand_of(endpoint, app.flask) == expected(rule), rule


class TestStages:
    @pytest.mark.parametrize(("method", "rule", "wanted"), [(*r[:2], r[2:]) for r in ROUTES])
    def test_each_answers_each_stage_as_it_should(
        self, people: dict[str, HostGuest], method: str, rule: str, wanted: tuple[str, ...]
    ) -> None:
        told = {name: answered(each, ask(each, method, rule)) for name, each in people.items()}
        assert told == dict(zip(STAGES, wanted, strict=True))

    @pytest.mark.parametrize("rule", sorted(FULL | FRESH))
    def test_head_and_options_open_nothing_that_get_does_not(
        self, people: dict[str, HostGuest], rule: str
    ) -> None:
        for stage, wanted in (("nobody", "theirs"), ("asked", "verify")):
            told = answered(people[stage], ask(people[stage], "HEAD", rule))
            assert told in {wanted, "405"}, stage
            letters = len(people[stage].app.letters())
            told = answered(people[stage], ask(people[stage], "OPTIONS", rule))
            assert (told, len(people[stage].app.letters())) == ("page", letters), stage

    def test_signed_out_by_the_application_somebody_is_nobody(self, app: HostApp) -> None:
        ann = HostGuest(app).step()
        ann.post("/logout")
        for method, rule, wanted, *_ in ROUTES:
            assert answered(ann, ask(ann, method, rule)) == wanted, (method, rule)

    def test_whoever_takes_her_place_in_a_browser_that_skips_the_code_has_proved_nothing(
        self, app: HostApp
    ) -> None:
        ann, bob = HostGuest(app).step(remember="yes"), HostGuest(app)
        ann.log_in(bob.user)
        for method, rule, _, wanted, *_ in ROUTES:
            assert answered(ann, ask(ann, method, rule)) == wanted, (method, rule)

    def test_nor_does_her_code_count_for_whoever_took_it_where_we_did_not_see_it(
        self, app: HostApp
    ) -> None:
        """Another server of the application's signed him in, one without our hooks, perhaps."""
        ann, bob = HostGuest(app).ask(), HostGuest(app)
        hers, _ = ann.code(), ann.csrf
        with ann.client.session_transaction() as held:
            held["user"] = bob.user
        assert answered(ann, ann.send("/verify/answer", code=hers)) == "verify"
        assert answered(ann, ask(ann, "GET", "/verify/account")) == "verify"


class TestAnother:
    """One person of the application is nobody to what is another's."""

    @pytest.fixture
    def ann(self, app: HostApp) -> HostGuest:
        ann = HostGuest(app).step()
        app_of(app.services.desk, ann.account())
        return ann

    @pytest.fixture
    def bob(self, app: HostApp) -> HostGuest:
        return HostGuest(app).step()

    @pytest.mark.parametrize("what", ["remove", "rename"])
    def test_her_ways_to_sign_in_are_not_there(
        self, ann: HostGuest, bob: HostGuest, what: str
    ) -> None:
        path, before = f"/verify/account/{what}/{ann.credential()}", rows(site_of(ann.app))
        assert answered(bob, bob.get(bob.prefix + path)) == "none"
        assert answered(bob, bob.send(path, name="Bob's")) == "none"
        assert rows(site_of(ann.app)) == before

    @pytest.mark.parametrize(
        ("form", "field"), [("sessions/end", "session"), ("browsers/forget", "browser")]
    )
    def test_nor_do_her_sessions_and_browsers_end(
        self, ann: HostGuest, bob: HostGuest, form: str, field: str
    ) -> None:
        hers = _public_ids(ann, field)
        assert hers
        for name in hers:
            sent = bob.send(f"/verify/account/{form}", **{field: name})
            assert leads(sent).startswith(f"{bob.prefix}/verify/account?notice=")
        assert _public_ids(ann, field) == hers
        assert answered(ann, ask(ann, "GET", "/verify/account")) == "page"

    def test_her_code_is_not_his(self, app: HostApp) -> None:
        ann, bob = HostGuest(app).ask(), HostGuest(app).ask()
        hers = ann.code()
        assert leads(bob.send("/verify/answer", code=hers)).endswith("?told=wrong")
        assert answered(bob, ask(bob, "GET", "/verify/account")) == "verify"
        assert leads(ann.send("/verify/answer", code=hers)) == "/orders"


def _public_ids(guest: HostGuest, kind: str) -> list[str]:
    """Name somebody's sessions, or browsers, as the account's page does."""
    table = schema.metadata.tables[f"two_factor_{kind}s"]
    query = select(table.c[kind]).where(table.c.account == guest.account().id)
    return list(guest.app.db.read(lambda link: link.execute(query).scalars()))
