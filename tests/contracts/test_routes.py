"""The routes are those of the contract, and each refuses whoever has no business there."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from apps import ANN, Site, made
from callers import CHALLENGES, JSON, PROBLEM, Shop, refusal, said
from live import Person, compiled_once
from simple_2fa.clients import flows as clients
from simple_2fa.core.ids import new_id
from simple_2fa.db.upgrade import upgrade

API = {
    ("POST", "/generate-2fa"),
    ("POST", "/verify"),
    ("POST", "/api/v1/challenges"),
    ("GET", "/api/v1/challenges/<challenge>"),
    ("POST", "/api/v1/challenges/<challenge>/answer"),
    ("POST", "/api/v1/challenges/<challenge>/resend"),
    ("POST", "/api/v1/challenges/<challenge>/cancel"),
}
PAGES = {
    ("GET", "/"),
    ("GET", "/verify"),
    ("GET", "/verify/<ticket>"),
    ("GET", "/verify/<ticket>/delivery"),
    ("GET", "/verify/answer"),
    ("GET", "/verify/resend"),
    ("GET", "/verify/switch"),
    ("GET", "/verify/unlock"),
    ("POST", "/verify/switch"),
    ("POST", "/verify/answer"),
    ("POST", "/verify/resend"),
    ("GET", "/verify/delivery"),
    ("GET", "/verify/address"),
    ("POST", "/verify/address"),
    ("GET", "/register"),
    ("POST", "/register"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("POST", "/logout"),
    ("GET", "/login/with/<factor>"),
    ("POST", "/login/with/<factor>"),
    ("POST", "/login/with/<factor>/begin"),
    ("POST", "/login/with/<factor>/offer"),
    ("GET", "/forgot"),
    ("POST", "/forgot"),
    ("GET", "/not-me/<token>"),
    ("POST", "/not-me/<token>"),
    ("GET", "/docs"),
    ("GET", "/.well-known/change-password"),
}
INSIDE = {
    ("GET", "/reset"),
    ("POST", "/reset"),
    ("GET", "/undo"),
    ("POST", "/undo"),
    ("POST", "/undo/keep"),
    ("GET", "/confirm"),
    ("POST", "/confirm"),
    ("GET", "/account"),
    ("GET", "/account/activity"),
    ("GET", "/account/password"),
    ("POST", "/account/password"),
    ("GET", "/account/address"),
    ("POST", "/account/address"),
    ("GET", "/account/delete"),
    ("POST", "/account/delete"),
    ("POST", "/account/browsers/forget"),
    ("POST", "/account/sessions/end"),
    ("POST", "/account/language"),
    ("POST", "/account/later"),
    ("POST", "/verify/unlock"),
    ("POST", "/account/upgrade/<factor>"),
    ("POST", "/account/upgrade/<factor>/offer"),
    ("GET", "/account/add/<factor>"),
    ("POST", "/account/add/<factor>"),
    ("POST", "/account/add/<factor>/begin"),
    ("GET", "/account/remove/<credential>"),
    ("POST", "/account/remove/<credential>"),
    ("GET", "/account/rename/<credential>"),
    ("POST", "/account/rename/<credential>"),
    ("GET", "/account/mail-codes"),
    ("POST", "/account/mail-codes"),
    ("GET", "/account/recovery"),
    ("POST", "/account/recovery"),
    ("POST", "/account/recovery/cancel"),
    ("GET", "/lost"),
    ("POST", "/lost"),
    ("POST", "/lost/go-on"),
}
"""Pages that nobody sees who hasn't come far enough."""
MACHINES = {
    ("GET", "/openapi.json"),
    ("GET", "/.well-known/passkey-endpoints"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/verify/static/<path:filename>"),
}
INBOX = {
    ("GET", "/inbox"),
    ("GET", "/inbox.json"),
    ("GET", "/inbox/<letter>/<part>"),
    ("POST", "/inbox/clear"),
}
OURS = API | PAGES | INSIDE | MACHINES
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "X")
BODIES: tuple[object, ...] = (
    None,
    {},
    [],
    {"email": ANN, "code": "000000"},
    {"to": ANN, "purpose": "fuzz"},
    {"code": "000000"},
    {"email": None, "code": []},
)
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Development, all its routes there."""
    folder = tmp_path_factory.mktemp("development")
    site = compiled_once(made(folder))
    upgrade(site.services.db)
    yield site
    site.services.db.close()


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = compiled_once(made(tmp_path_factory.mktemp("production"), development=False))
    upgrade(site.services.db)
    yield site
    site.services.db.close()


@pytest.fixture(scope="module")
def shop(production: Site) -> Shop:
    return Shop.of(production)


@pytest.fixture(scope="module")
def challenge(shop: Shop) -> str:
    """An open challenge of the shop."""
    return str(shop.start()["challenge"])


def routes(site: Site) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def path_to(rule: str, challenge: str = "") -> str:
    """Fill in a route's parts."""
    parts = {
        "<challenge>": challenge or new_id(),
        "<ticket>": "t" * 43,
        "<letter>": new_id(),
        "<part>": "text",
        "<path:filename>": "simple.css",
    }
    for name, value in parts.items():
        rule = rule.replace(name, value)
    return rule


def body_for(rule: str) -> dict[str, str] | None:
    """A body that the route would take."""
    bodies = {
        "/generate-2fa": {"email": ANN},
        "/api/v1/challenges": {"to": ANN},
        "/verify": {"email": ANN, "code": "000000"},
        "/api/v1/challenges/<challenge>/answer": {"code": "000000"},
    }
    return bodies.get(rule)


def assert_no_debris(reply: TestResponse) -> None:
    assert "Traceback" not in reply.text
    if reply.data and reply.mimetype == PROBLEM:
        refusal(reply)


class TestMap:
    def test_development_has_the_routes_of_the_contract(self, site: Site) -> None:
        assert routes(site) == OURS | INBOX

    def test_production_has_no_inbox(self, production: Site) -> None:
        assert routes(production) == OURS
        for _, rule in INBOX:
            assert production.client().get(path_to(rule)).status_code == 404

    def test_development_with_a_mail_server_has_no_inbox(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        with_mail = made(
            tmp_path_factory.mktemp("mail"), SMTP_SERVER="127.0.0.1", MAIL_FROM="no@example.com"
        )
        assert routes(with_mail) == OURS

    @pytest.mark.parametrize(
        "alias",
        ["/verify/", "/verify//x/delivery", "/API/v1/challenges", "/generate-2fa/", "/api//v1"],
    )
    def test_each_has_one_spelling(self, site: Site, alias: str) -> None:
        reply = site.client().get("/", environ_overrides={"PATH_INFO": alias})
        assert reply.status_code == 404


class TestForms:
    @pytest.mark.parametrize(
        "rule", sorted(rule for method, rule in PAGES | INBOX if method == "POST")
    )
    def test_each_form_is_refused_without_its_token(self, site: Site, rule: str) -> None:
        shop = Shop(site)
        ticket = shop.start(f"{new_id()}@example.com")["page"].rpartition("/")[2]
        rule = rule.replace("<factor>", "passkey")
        sent = site.client().post(rule, data={"ticket": ticket, "code": "000000"})
        assert sent.status_code == 403

    def test_a_page_of_another_site_can_t_send_a_form_even_with_the_token(self, site: Site) -> None:
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            ann = Person(site)
            form = ann.open("/verify").form("/verify/answer")
            assert ann.submit(form, headers, email=ANN, code="000000").status == 403
            assert ann.submit(form, {}, email=ANN, code="000000").status == 400


class TestKeys:
    @pytest.mark.parametrize(("method", "rule"), sorted(API))
    def test_without_a_key_nothing_is_told(
        self, production: Site, challenge: str, method: str, rule: str
    ) -> None:
        nobody = Shop(production)
        reply = nobody.call(path_to(rule, challenge), body_for(rule), method=method)
        assert refusal(reply) == (401, "unauthorized")
        assert reply.headers["WWW-Authenticate"] == 'Bearer realm="simple-2fa"'

    @pytest.mark.parametrize(("method", "rule"), sorted(API))
    @pytest.mark.parametrize(
        "sent",
        [
            "Bearer s2fa_" + "x" * 43,
            "Bearer x",
            "Bearer ",
            "Bearer",
            "Basic s2fa_x",
            "s2fa_" + "x" * 43,
            "Bearer s2fa_é\x7f",
            "Bearer s2fa_" + "x" * 5000,
        ],
    )
    def test_a_wrong_key_is_as_good_as_none(
        self, production: Site, challenge: str, method: str, rule: str, sent: str
    ) -> None:
        path, body = path_to(rule, challenge), body_for(rule)
        reply = Shop(production).call(path, body, method=method, headers={"Authorization": sent})
        none = Shop(production).call(path, body, method=method)
        assert said(reply) == said(none)
        assert reply.headers["WWW-Authenticate"] == none.headers["WWW-Authenticate"]

    @pytest.mark.parametrize(("method", "rule"), sorted(API))
    def test_a_revoked_key_is_as_good_as_none(
        self, production: Site, challenge: str, method: str, rule: str
    ) -> None:
        gone = Shop.of(production)
        clients.revoke(production.services.db, gone.id, production.clock())
        path, body = path_to(rule, challenge), body_for(rule)
        assert said(gone.call(path, body, method=method)) == said(
            Shop(production).call(path, body, method=method)
        )

    @pytest.mark.parametrize(
        ("method", "rule"), sorted(route for route in API if "<challenge>" in route[1])
    )
    def test_another_client_s_challenge_is_as_absent_as_none(
        self, production: Site, challenge: str, method: str, rule: str
    ) -> None:
        other = Shop.of(production, "Other")
        reply = other.call(path_to(rule, challenge), body_for(rule), method=method)
        absent = other.call(path_to(rule), body_for(rule), method=method)
        assert refusal(reply) == (404, "not_found")
        assert said(reply) == said(absent)

    def test_another_client_can_t_verify_it_by_either_name(
        self, shop: Shop, challenge: str
    ) -> None:
        other = Shop.of(shop.site, "Other")
        by_name = other.call("/verify", {"challenge": challenge, "code": "000000"})
        assert refusal(by_name) == (404, "not_found")
        assert refusal(other.verify("000000")) == (400, "wrong_code")
        assert shop.show(challenge)["tries_left"] == 5

    @pytest.mark.parametrize(("method", "rule"), sorted(API))
    def test_a_key_in_the_address_is_refused_even_where_it_is_right(
        self, shop: Shop, challenge: str, method: str, rule: str
    ) -> None:
        path = f"{path_to(rule, challenge)}?key={shop.key}"
        reply = shop.call(path, body_for(rule), method=method)
        assert refusal(reply) == (422, "invalid_request")
        assert shop.key not in reply.text
        assert refusal(Shop(shop.site).call(path, body_for(rule), method=method))[0] in {401, 422}

    @pytest.mark.parametrize(("method", "rule"), sorted(API))
    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "https://2fa.example.com.evil.example"},
        ],
    )
    def test_a_page_of_another_site_is_refused(
        self, shop: Shop, challenge: str, method: str, rule: str, headers: dict[str, str]
    ) -> None:
        path, body = path_to(rule, challenge), body_for(rule)
        reply = shop.call(path, body, method=method, headers=headers)
        assert refusal(reply) == (403, "forbidden")
        assert "Access-Control-Allow-Origin" not in reply.headers


class TestHeaders:
    @pytest.mark.parametrize(("method", "rule"), sorted(OURS | {("GET", "/x")}))
    def test_every_response_has_them(
        self, site: Site, production: Site, method: str, rule: str
    ) -> None:
        ids = set()
        for each in (site, production):
            reply = each.client().open(path_to(rule), method=method, buffered=True)
            ids.add(reply.headers["X-Request-Id"])
            assert SECURITY_HEADERS.items() <= dict(reply.headers).items()
            if not rule.startswith("/verify/static"):
                assert reply.headers["Cache-Control"] == "no-store"
            # A page's own forms need their Origin, which 'no-referrer' would hide from us too.
            page = reply.mimetype == "text/html" and "Location" not in reply.headers
            assert reply.headers["Referrer-Policy"] == ("same-origin" if page else "no-referrer")
            if page:
                policy = reply.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
            assert ("Strict-Transport-Security" in reply.headers) is (each is production)
        assert len(ids) == 2

    def test_the_api_sets_no_cookie(self, site: Site) -> None:
        for method, rule in API:
            reply = Shop(site).call(path_to(rule), body_for(rule), method=method)
            assert "Set-Cookie" not in reply.headers


class TestMethods:
    @pytest.mark.parametrize("method", [each for each in METHODS if each != "OPTIONS"])
    def test_an_unknown_method_is_told_what_is_allowed(self, site: Site, method: str) -> None:
        known = OURS | INBOX
        for rule in {rule for _, rule in known}:
            allowed = {each for each, other in known if other == rule}
            if method in allowed or (method == "HEAD" and "GET" in allowed):
                continue
            if rule in {"/verify/answer", "/verify/resend"}:
                allowed |= {"GET"}  # as far as the map knows these are tickets too
            if method in allowed or (method == "HEAD" and "GET" in allowed):
                continue
            reply = Shop(site).call(path_to(rule), method=method)
            assert reply.status_code == 405, (method, rule)
            told = set(reply.headers["Allow"].split(", "))
            assert told == allowed | {"OPTIONS"} | ({"HEAD"} if "GET" in allowed else set())

    @pytest.mark.parametrize("rule", sorted({rule for _, rule in API}))
    def test_programs_hear_of_it_as_a_problem(self, site: Site, rule: str) -> None:
        reply = Shop(site).call(path_to(rule), method="DELETE")
        assert refusal(reply) == (405, "method_not_allowed")

    @pytest.mark.parametrize("rule", sorted({rule for _, rule in API | PAGES}))
    def test_options_tells_what_is_allowed_and_nothing_else(
        self, production: Site, rule: str
    ) -> None:
        reply = Shop(production).call(path_to(rule), method="OPTIONS")
        assert (reply.status_code, reply.data) == (200, b"")
        assert "OPTIONS" in reply.headers["Allow"]
        assert not any(name.startswith("Access-Control") for name, _ in reply.headers)

    @pytest.mark.parametrize("rule", sorted(rule for method, rule in PAGES if method == "GET"))
    def test_head_is_get_without_its_body(self, site: Site, rule: str) -> None:
        head, full = (Shop(site).call(path_to(rule), method=each) for each in ("HEAD", "GET"))
        assert (head.status_code, head.data) == (full.status_code, b"")


class TestFaults:
    """No route gives a 5xx, whatever it is sent."""

    @pytest.mark.parametrize("rule", sorted({rule for _, rule in OURS | INBOX}))
    def test_every_method_with_every_body(self, site: Site, rule: str) -> None:
        for method, body in [*product(["POST"], BODIES), *product(METHODS, BODIES[-1:])]:
            reply = Shop(site).call(path_to(rule), body, method=method)
            assert reply.status_code < 500, (method, body)
            assert_no_debris(reply)

    @pytest.mark.parametrize("rule", sorted({rule for _, rule in API | PAGES | INBOX}))
    def test_every_content_type(self, site: Site, rule: str) -> None:
        forms = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
        for kind in (
            *forms,
            "multipart/form-data",
            "text/plain",
            "x",
            "",
            f"{JSON}; charset=utf-16",
        ):
            for data in (b"", b"\xff\xfe\x00", b"--x\r\n\r\n", b"ticket=%ff&code=%00"):
                reply = Shop(site).call(path_to(rule), data=data, content_type=kind)
                assert reply.status_code < 500, (kind, data)

    @pytest.mark.parametrize(
        "header",
        [
            ("Range", "bytes=999999999-"),
            ("Range", "bytes=x"),
            ("If-Modified-Since", "x"),
            ("If-None-Match", '"x'),
            ("Accept", "application/xml"),
            ("Expect", "x"),
            ("Cookie", "visitor=\xff; csrf=; ;="),
            ("Content-Length", "-1"),
            ("Content-Length", "x"),
            ("Content-Encoding", "gzip"),
            ("Idempotency-Key", "\xff" * 255),
            ("Idempotency-Key", "x" * 256),
            ("Authorization", "\xff \xff"),
            ("Origin", "\xff"),
            ("X-Request-Id", "mine"),
        ],
    )
    def test_odd_headers(self, site: Site, header: tuple[str, str]) -> None:
        for method, rule in sorted(OURS | INBOX):
            body = body_for(rule)
            reply = Shop(site).call(path_to(rule), body, method=method, headers=dict([header]))
            assert reply.status_code < 500, (method, rule)
            assert reply.headers["X-Request-Id"] != "mine"

    @settings(derandomize=True, max_examples=150, deadline=None, database=None)
    @given(
        start=st.sampled_from(
            ["/", "/verify/", f"{CHALLENGES}/", "/inbox/", "/verify/static/", "/api/"]
        ),
        rest=st.text(st.characters(codec="utf-8", exclude_characters="?#"), max_size=40),
        method=st.sampled_from(METHODS),
    )
    def test_odd_addresses(self, site: Site, start: str, rest: str, method: str) -> None:
        reply = site.client().open(start + rest, method=method, buffered=True)
        assert reply.status_code < 500
        assert_no_debris(reply)

    @settings(derandomize=True, max_examples=100, deadline=None, database=None)
    @given(
        rule=st.sampled_from(sorted({rule for _, rule in PAGES | INBOX})),
        fields=st.dictionaries(
            st.sampled_from(["ticket", "code", "email", "csrf", "to", "notice", "x"]),
            st.text(st.characters(codec="utf-8"), max_size=30),
        ),
    )
    def test_odd_fields(self, site: Site, rule: str, fields: dict[str, str]) -> None:
        for method, where in (("GET", "query_string"), ("POST", "data")):
            more = {where: fields}
            reply = site.client().open(path_to(rule), method=method, buffered=True, **more)  # type: ignore[arg-type]
            assert reply.status_code < 500
