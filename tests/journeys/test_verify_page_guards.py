"""What protects the page of a code: tokens, headers, cookies, escaping, silence."""

import logging
from pathlib import Path

import pytest

from apps import Site
from live import Person, Shown, asked, site_in
from simple_2fa.app.logs import JsonLines, PlainLines

STALE = "This page was open too long. Please try again."


@pytest.fixture
def ann(site: Site) -> Person:
    return Person(site)


@pytest.fixture
def shown(site: Site, ann: Person) -> Shown:
    return ann.open(asked(site))


@pytest.fixture
def production(tmp_path: Path) -> Site:
    return site_in(tmp_path / "p", f"sqlite:///{tmp_path / 'p.sqlite3'}", development=False)


@pytest.fixture
def abroad(production: Site) -> tuple[Person, str]:
    """A person of production, and the page that the shop sent her to."""
    _, key = production.new_key("Shop")
    return Person(production), asked(production, key=key)


def is_stale(shown: Shown) -> bool:
    return (shown.status, shown.message) == (403, STALE) and shown.title.startswith("Error: ")


class TestStaleForms:
    @pytest.mark.parametrize("token", ["", "x", "0" * 64, "é"])
    def test_without_the_right_token_nothing_changes(
        self, site: Site, ann: Person, shown: Shown, token: str
    ) -> None:
        code = site.code()
        for form in (shown.form("/verify/answer"), shown.form("/verify/resend")):
            site.clock.move(seconds=31)
            stale = ann.submit(form, csrf=token, code=code)
            assert is_stale(stale)
        assert len(site.letters()) == 1
        assert ann.type(stale, code).h1 == "Done"

    def test_another_visitor_s_token_is_of_no_use(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        eve = Person(site)
        hers = eve.open(shown.path).form("/verify/answer").one("input", name="csrf")["value"]
        assert is_stale(ann.submit(shown.form("/verify/answer"), csrf=hers, code=site.code()))

    def test_a_browser_without_our_cookie_is_shown_the_page_again(
        self, site: Site, shown: Shown
    ) -> None:
        new = Person(site)
        stale = new.type(shown, site.code())
        assert is_stale(stale)
        assert new.type(stale, site.code()).h1 == "Done"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://localhost:5001"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_a_form_of_another_site_changes_nothing(
        self, site: Site, ann: Person, shown: Shown, headers: dict[str, str]
    ) -> None:
        code = site.code()
        stale = ann.submit(shown.form("/verify/answer"), headers, code=code)
        assert is_stale(stale)
        assert ann.type(stale, code).h1 == "Done"

    def test_on_a_dead_end_it_keeps_its_button(self, site: Site, ann: Person, shown: Shown) -> None:
        site.clock.move(minutes=10)
        over = ann.open(shown.path)
        stale = ann.submit(over.form("/verify/resend"), csrf="x")
        assert is_stale(stale)
        assert stale.h1 == over.h1 == "That code has expired"
        assert [each.text for each in stale.all("button")] == ["Email me a new code"]
        assert ann.press_resend(stale).status == 200

    @pytest.mark.parametrize("path", ["", "/delivery"])
    def test_nothing_changes_by_looking(self, site: Site, ann: Person, path: str) -> None:
        shown = ann.open(asked(site))
        for method in ("GET", "HEAD"):
            ann.client.open(f"{shown.path}{path}", method=method)
        assert len(site.letters()) == 1
        assert ann.type(shown, site.code()).h1 == "Done"


class TestEscaping:
    @pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*7}}", "'\"><b>&amp;"])
    def test_names_are_text(self, tmp_path: Path, name: str) -> None:
        site = site_in(tmp_path, SITE_NAME=name)
        _, key = site.new_key(name)
        ann = Person(site)
        shown = ann.open(asked(site, key=key))
        done = ann.type(shown, site.code())
        assert shown.title == f"Check your email · {name}"
        assert f"You can go back to {name} now" in done.main
        for page in (shown, done):
            assert not [each for each in page.all("script") if "src" not in each]
            assert page.all("b") == []

    def test_what_was_typed_is_text(self, ann: Person) -> None:
        shown = ann.open("/verify")
        typed = '"><script>x</script>{{7*7}}'
        again = ann.submit(shown.form("/verify/answer"), email=typed, code=typed)
        assert again.one("input", name="email")["value"] == typed
        assert "<script>x" not in again.html


class TestSilence:
    def test_no_response_holds_a_code_and_no_log_line_a_ticket(
        self, site: Site, ann: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        logging.getLogger("simple_2fa").propagate = True
        caplog.set_level(logging.DEBUG)
        shown = ann.open(asked(site))
        code, ticket = site.code(), shown.path.rpartition("/")[2]
        site.clock.move(seconds=31)
        shown = ann.press_resend(ann.type(shown, ""))
        ann.get(f"{shown.path}/delivery")
        ann.type(ann.type(shown, "000000" if code != "000000" else "1"), code)
        ann.get(f"/verify/{ticket}/nothing")
        for reply in ann.seen:
            assert code not in reply.get_data(as_text=True)
            assert code not in str(reply.headers)
        for record in caplog.records:
            for words in (record.getMessage(), JsonLines().format(record)):
                assert ticket not in words
                assert code not in words
            if record.name.startswith("simple_2fa"):
                assert ticket not in PlainLines().format(record)
        assert any("POST" in JsonLines().format(record) for record in caplog.records)


class TestHeaders:
    def test_each_page_has_them(self, production: Site, abroad: tuple[Person, str]) -> None:
        person, path = abroad
        for place in ("/", "/verify", path, f"/verify/{'x' * 43}", "/nowhere"):
            headers = person.get(place).headers
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert headers["Cache-Control"] == "no-store"
            assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
        assert production.services.development is False

    def test_the_nonce_is_new_each_time_and_on_all_that_runs(self, ann: Person, site: Site) -> None:
        path = asked(site)
        nonces = set()
        for shown in (ann.open(path), ann.open(path)):
            (nonce,) = {each["nonce"] for each in [*shown.all("script"), shown.one("style")]}
            assert shown.headers["Content-Security-Policy"].count(f"'nonce-{nonce}'") == 2
            nonces.add(nonce)
            assert not [each for each in shown.all() if "style" in each or "onclick" in each]
        assert len(nonces) == 2

    def test_nothing_is_loaded_from_elsewhere(self, shown: Shown) -> None:
        sources = [each.attrs.get("src") or each.attrs.get("href") for each in shown.all()]
        assert all(source is None or source.startswith("/") for source in sources)


class TestCookies:
    def test_production_s_is_bound_to_this_host_alone(self, abroad: tuple[Person, str]) -> None:
        person, path = abroad
        cookie = person.get(path).headers["Set-Cookie"]
        assert cookie.startswith("__Host-s2fa_visitor=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} == set(cookie.split("; ")[1:])

    def test_development_s_drops_the_prefix_and_secure_and_nothing_else(
        self, ann: Person, site: Site
    ) -> None:
        cookie = ann.get(asked(site)).headers["Set-Cookie"]
        assert cookie.startswith("s2fa_visitor=")
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} == set(cookie.split("; ")[1:])

    def test_it_is_set_once(self, ann: Person, shown: Shown) -> None:
        assert "Set-Cookie" not in ann.get(shown.path).headers

    def test_a_made_up_one_is_replaced(self, site: Site, ann: Person) -> None:
        ann.client.set_cookie("s2fa_visitor", "<b>", domain="localhost")
        assert "Set-Cookie" in ann.get(asked(site)).headers


class TestProduction:
    def test_the_journey_is_the_same(self, production: Site, abroad: tuple[Person, str]) -> None:
        person, path = abroad
        challenge = production.services.desk.outbox
        (row,) = challenge.due(production.clock(), 1)
        leased = challenge.lease(row, production.clock())
        assert leased
        code = challenge.open(leased)[1].data["code"]
        shown = person.open(path)
        assert "Development" not in shown.text
        assert "inbox" not in shown.html
        assert person.type(shown, code).h1 == "Done"

    def test_the_bare_page_leads_nowhere(self, abroad: tuple[Person, str]) -> None:
        person, path = abroad
        bare = person.open("/verify")
        assert (bare.status, bare.h1) == (200, "There's nothing to confirm here")
        token = person.open(path).form("/verify/answer").one("input", name="csrf")["value"]
        sent = {"csrf": token, "email": "ann@example.com", "code": "123456"}
        assert person.post("/verify/answer", sent).status_code == 404

    @pytest.mark.parametrize("path", ["/inbox", "/inbox.json", "/inbox/x/text"])
    def test_there_is_no_inbox(self, abroad: tuple[Person, str], path: str) -> None:
        assert abroad[0].get(path).status_code == 404
        assert abroad[0].post("/inbox/clear", {}).status_code == 404
