"""The second step in somebody else's Flask application, over HTTP."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from blinker import NamedSignal
from flask import Flask, Response, abort, g, request, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from apps import made
from host_app import ANN, BOB, Customer, HostApp, host_app, leads
from live import Shown
from simple_2fa.db.schema import accounts, sessions
from simple_2fa.flask import (
    current_proof,
    second_factor_asked,
    second_factor_failed,
    second_factor_passed,
    second_factor_required,
)
from simple_2fa.sessions import browsers, store
from world import wrong


@pytest.fixture
def shop(tmp_path: Path) -> HostApp:
    return host_app(tmp_path)


@pytest.fixture
def ann(shop: HostApp) -> Customer:
    return Customer(shop)


class TestOncePerSignIn:
    def test_she_is_asked_and_comes_back_to_where_she_was_going(self, ann: Customer) -> None:
        ann.log_in()
        assert leads(ann.get("/orders?sort=new")) == "/verify"
        assert ann.get("/").text == "home of 1, no"
        page = ann.verify()
        assert page.h1 == "Check your email"
        assert "a•••@example.com" in page.main
        assert leads(ann.answer()) == "/orders?sort=new"
        assert ann.get("/orders").text == "orders of 1"
        assert ann.get("/").text == "home of 1, mail_code"
        assert ann.verify().status == 303

    def test_nobody_is_the_application_s_own_business(self, ann: Customer) -> None:
        assert ann.get("/orders").status_code == 401
        assert ann.post("/transfer").status_code == 401
        assert ann.verify().h1 == "There's nothing to confirm here"

    def test_a_login_view_may_ask_at_once(self, ann: Customer) -> None:
        assert leads(ann.post("/login-and-ask", user="1")) == "/verify"
        assert leads(ann.answer()) == "/orders"

    def test_also_where_it_was_asked_before_who_is_there(self, ann: Customer) -> None:
        ann.app.flask.before_request(lambda: [][bool(current_proof) :] or None)
        assert leads(ann.post("/login-and-ask", user="1")) == "/verify"
        ann.answer()
        assert leads(ann.post("/login-and-ask", user="2")) == "/verify"
        assert "b•••@example.com" in ann.verify().main

    @pytest.mark.parametrize("to", [None, "", "https://evil.example", "//evil.example", "orders"])
    def test_and_leads_to_the_start_page_where_no_path_is_given(
        self, ann: Customer, to: str | None
    ) -> None:
        @ann.app.flask.post("/login-next")
        def login_next() -> Any:  # noqa: ANN401 (a response)
            session["user"] = "1"
            return ann.app.two_factor.ask(to)

        assert leads(ann.post("/login-next")) == "/verify"
        assert leads(ann.answer()) == "/"

    def test_whoever_asks_for_nobody_is_told_so(self, ann: Customer) -> None:
        ann.app.two_factor.person_loader(lambda: None)
        with pytest.raises(RuntimeError, match="signed somebody in"):
            ann.post("/login-and-ask", user="1")

    def test_a_wrong_code_opens_nothing(self, ann: Customer) -> None:
        ann.log_in().get("/orders")
        assert leads(ann.answer(wrong(ann.app.code()))) == "/verify?told=wrong"
        assert leads(ann.get("/orders")) == "/verify"
        assert "4 tries left" in ann.open("/verify?told=wrong").code_error
        assert leads(ann.answer()) == "/orders"

    def test_asked_again_she_has_the_same_code(self, ann: Customer) -> None:
        ann.log_in()
        for _ in range(3):
            ann.get("/orders")
            ann.app.clock.move(seconds=40)
        assert len({letter.code for letter in ann.app.letters()}) == 1
        assert leads(ann.answer()) == "/orders"

    def test_it_lasts_for_thirty_days_of_a_sign_in(self, ann: Customer) -> None:
        ann.confirm()
        for _ in range(29):
            ann.app.clock.move(days=1)
            assert ann.get("/orders").status_code == 200
        ann.app.clock.move(days=1)
        assert leads(ann.get("/orders")) == "/verify"

    def test_a_stranger_s_page_starts_nothing(self, ann: Customer) -> None:
        ann.log_in()
        for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Sec_Purpose": "prefetch"}):
            assert leads(ann.get("/orders", **headers)) == "/verify"
            assert ann.app.letters() == []
        page = ann.verify()
        assert page.h1 == "One more step"
        assert leads(ann.submit(page.form("/verify/resend"))) == "/verify?notice=renewed"
        assert leads(ann.answer()) == "/orders"


class TestSignOut:
    def test_signed_out_and_in_again_she_is_asked_again(self, ann: Customer) -> None:
        ann.confirm()
        ann.post("/logout")
        ann.log_in()
        assert ann.get("/").text == "home of 1, no"
        assert leads(ann.get("/orders")) == "/verify"

    def test_a_copy_of_her_cookies_from_before_proves_nothing_more(self, ann: Customer) -> None:
        ann.confirm()
        thief = Customer(ann.app)
        thief.client._cookies = dict(ann.client._cookies or {})
        assert thief.get("/orders").status_code == 200
        ann.post("/logout")
        assert leads(thief.get("/orders")) == "/verify"

    @pytest.mark.parametrize("then", ["", "2"])
    def test_so_does_an_emptied_session(self, ann: Customer, then: str) -> None:
        """As Flask's own tutorial signs people out, and in."""

        @ann.app.flask.post("/empty")
        def empty() -> str:
            session.clear()
            if then:
                session["user"] = then
            return "empty"

        ann.confirm()
        thief = Customer(ann.app)
        thief.client._cookies = dict(ann.client._cookies or {})
        ann.post("/empty")
        assert leads(thief.get("/orders")) == "/verify"

    @pytest.mark.parametrize("way", ["a page", "a check before each page", "a value", "afterwards"])
    def test_so_does_one_that_answers_with_an_error_or_comes_late(
        self, tmp_path: Path, way: str
    ) -> None:
        """As a time limit that signs people out, and shows its own page for 401."""

        def leaves(app: Flask) -> None:
            @app.before_request
            def check() -> None:
                if way == "a check before each page" and request.path == "/bye":
                    session.pop("user")
                    abort(401)

            @app.get("/bye")
            def bye() -> str:
                if way == "afterwards":
                    return "bye"
                session["user"] = None
                if way == "a page":
                    session.pop("user")
                return abort(401)

            @app.after_request
            def after(response: Response) -> Response:
                if way == "afterwards" and request.path == "/bye":
                    session.pop("user")
                return response

        ann = Customer(host_app(tmp_path, leaves)).confirm()
        assert ann.get("/bye").status_code == (200 if way == "afterwards" else 401)
        assert leads(ann.log_in().get("/orders")) == "/verify"

    def test_so_does_one_that_its_session_does_not_tell_where_she_was_seen(
        self, tmp_path: Path
    ) -> None:
        inside = {"1"}

        def leaves(app: Flask) -> None:
            @app.get("/bye")
            @second_factor_required
            def bye() -> str:
                inside.clear()
                return abort(410)

        ann = Customer(host_app(tmp_path, leaves))
        ann.app.two_factor.person_loader(lambda: ("1", ANN) if inside else None)
        ann.confirm()
        assert ann.get("/bye").status_code == 410
        inside.add("1")
        assert leads(ann.get("/orders")) == "/verify"

    def test_so_does_one_under_a_cookie_of_another_name(self, tmp_path: Path) -> None:
        class Own(SecureCookieSessionInterface):
            def get_cookie_name(self, _: Flask) -> str:
                return "shop_session"

        def named(app: Flask) -> None:
            app.session_interface = Own()

            @app.get("/empty")
            def empty() -> str:
                session.clear()
                return "empty"

        ann = Customer(host_app(tmp_path, named)).confirm()
        thief = Customer(ann.app)
        thief.client._cookies = dict(ann.client._cookies or {})
        assert ann.client.get_cookie("shop_session")
        ann.get("/empty")
        assert leads(thief.get("/orders")) == "/verify"

    def test_nothing_is_left_of_a_session_that_began_as_she_left(self, tmp_path: Path) -> None:
        def leaves(app: Flask) -> None:
            @app.post("/bye")
            @second_factor_required
            def bye() -> str:
                return f"bye {session.pop('user')}"

        ann = Customer(host_app(tmp_path, leaves)).confirm(remember="yes")
        ann.post("/logout")
        assert ann.log_in().post("/bye").text == "bye 1"
        with ann.app.db.reader.connect() as connection:
            assert connection.execute(select(sessions.c.id)).all() == []

    def test_looking_for_it_marks_no_page_as_hers_alone(self, tmp_path: Path) -> None:
        """Caches would keep a copy for each browser."""
        ann = Customer(host_app(tmp_path, lambda app: app.add_url_rule("/x", "x", lambda: "x")))
        for each in (ann, ann.log_in()):
            assert "Vary" not in each.get("/x").headers

    @pytest.mark.parametrize("loses", ["", "_flashes", "csrf_token"])
    def test_an_error_before_it_has_looked_who_is_there_is_none(
        self, tmp_path: Path, loses: str
    ) -> None:
        """As where a limit or a check of forms stands before what loads the user."""

        def busy() -> None:
            session.pop(loses, None)
            abort(429)

        def late(app: Flask) -> None:
            app.before_request(lambda: busy() if request.args.get("busy") else None)
            app.before_request(lambda: setattr(g, "user", session.get("user")))

        ann = Customer(host_app(tmp_path, late))
        ann.app.two_factor.person_loader(lambda: ("1", ANN) if g.get("user") else None)
        ann.confirm()
        with ann.client.session_transaction() as held:
            held.update({"_flashes": [("message", "Welcome")], "csrf_token": "for once"})
        assert ann.get("/orders?busy=1").status_code == 429
        assert ann.get("/orders").status_code == 200

    def test_nor_is_a_fault_of_its_loader_after_the_view(self, tmp_path: Path) -> None:
        """As where a view has left the application's own transaction broken."""

        def spoils(app: Flask) -> None:
            @app.get("/spoil")
            def spoil() -> str:
                g.spoilt = True
                return "spoilt"

        def person() -> tuple[str, str] | None:
            if g.get("spoilt"):
                raise LookupError
            return ("1", ANN) if session.get("user") else None

        ann = Customer(host_app(tmp_path, spoils))
        ann.app.two_factor.person_loader(person)
        ann.confirm()
        assert ann.get("/spoil").text == "spoilt"
        assert ann.get("/orders").status_code == 200

    def test_after_one_nobody_else_is_shown_what_is_hers(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=6)
        ann.post("/transfer", to="Bob")
        ann.answer()
        asked: list[int] = []

        def person() -> tuple[str, str]:
            asked.append(1)
            return ("2", BOB) if len(asked) > 1 else ("1", str(1 // 0))

        ann.app.two_factor.person_loader(person)
        ann.get("/broken")
        assert asked == [1]
        assert leads(ann.get("/verify/again")) == "/verify"

    @pytest.mark.parametrize("odd", [{"a": 1, "b": 2}, ["a"], ["a", ["b"]], "ab", None, 7], ids=str)
    def test_what_we_have_not_put_into_its_session_opens_nothing(
        self, ann: Customer, odd: object
    ) -> None:
        ann.confirm()
        with ann.client.session_transaction() as held:
            (name,) = (each for each in held if each.startswith("_simple_2fa_"))
            held[name] = odd
        assert leads(ann.get("/orders")) == "/verify"

    def test_its_loader_s_faults_break_no_other_view(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.flask.testing = False
        ann.app.two_factor.person_loader(lambda: ("1", 1 // 0))  # type: ignore[type-var]
        assert ann.app.flask.test_client().get("/broken").status_code == 418
        assert ann.get("/broken").status_code == 418

    def test_another_person_in_the_same_browser_proves_for_herself(self, ann: Customer) -> None:
        ann.confirm()
        ann.log_in("2")
        assert ann.get("/").text == "home of 2, no"
        assert leads(ann.get("/orders")) == "/verify"
        assert "b•••@example.com" in ann.verify().main
        ann.log_in("1")
        assert leads(ann.get("/orders")) == "/verify"

    def test_a_code_under_way_is_for_the_person_who_asked(self, ann: Customer) -> None:
        ann.log_in().get("/orders")
        code = ann.app.code()
        ann.log_in("2").get("/orders")
        assert leads(ann.answer(code)).startswith("/verify?told=")
        assert leads(ann.get("/orders")) == "/verify"

    def test_of_one_address_each_person_has_an_account(self, ann: Customer) -> None:
        ann.app.people["2"] = ANN
        ann.confirm()
        ann.log_in("2")
        assert leads(ann.get("/orders")) == "/verify"

    def test_and_letters_that_the_others_can_t_use_up(self, ann: Customer) -> None:
        ann.app.people["2"] = ANN
        for _ in range(6):
            Customer(ann.app).log_in("2").get("/orders")
        ann.log_in().get("/orders")
        assert len(ann.app.letters()) == 6
        assert leads(ann.answer()) == "/orders"


class TestWithin:
    def test_a_step_is_fresh_for_so_many_minutes(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=4, seconds=59)
        assert ann.get("/transfer").status_code == 200
        ann.app.clock.move(seconds=1)
        assert leads(ann.get("/transfer")) == "/verify"
        assert ann.verify().h1 == "Confirm it's you"
        assert leads(ann.answer()) == "/transfer"
        assert ann.get("/transfer").status_code == 200

    def test_a_browser_that_skips_the_code_is_asked_all_the_same(self, ann: Customer) -> None:
        ann.confirm(remember="yes")
        ann.post("/logout")
        ann.app.clock.move(minutes=1)
        ann.log_in()
        assert leads(ann.get("/orders")) == "/orders"
        assert ann.get("/orders").status_code == 200
        assert ann.get("/").text == "home of 1, None"
        assert leads(ann.get("/transfer")) == "/verify"
        assert leads(ann.answer()) == "/transfer"

    def test_its_first_request_may_be_any(self, ann: Customer) -> None:
        ann.confirm(remember="yes").post("/logout")
        strange = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        requests: list[tuple[str, str, dict[str, str]]] = [
            ("POST", "/orders/1", {}),
            ("GET", "/orders", {"Sec-Fetch-Mode": "cors"}),
            ("GET", "/orders", strange),
        ]
        for method, path, headers in requests:
            ann.log_in()
            told = ann.client.open(path, method=method, headers=headers, follow_redirects=True)
            assert told.status_code == 200
            assert ann.get("/").text == "home of 1, None"
            ann.post("/logout")
            assert ann.get("/").text == "home of None, no"
        assert len(ann.app.letters()) == 1

    def test_what_another_request_has_overtaken_is_sent_once_more(
        self, ann: Customer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann.confirm(remember="yes").post("/logout")
        ann.log_in()
        with monkeypatch.context() as patched:
            patched.setattr(browsers, "use", lambda *_: False)
            again = ann.post("/orders/1?x=1", what="tea")
        assert (again.status_code, leads(again)) == (307, "/orders/1?x=1")
        assert ann.post("/orders/1?x=1", what="tea").status_code == 200

    def test_what_is_fresh_is_asked_for_there_too(self, ann: Customer) -> None:
        ann.confirm(remember="yes").post("/logout")
        ann.app.clock.move(minutes=1)
        ann.log_in().post("/transfer", to="Bob")
        assert leads(ann.answer()) == "/verify/again"
        assert "Bob" in ann.open("/verify/again").main

    @pytest.mark.parametrize("minutes", [0, -1, float("nan")])
    def test_it_is_a_time(self, minutes: float) -> None:
        with pytest.raises(ValueError, match="above 0"):
            second_factor_required(within=minutes)

    @pytest.mark.parametrize("minutes", ["5", True])
    def test_and_a_number(self, minutes: Any) -> None:  # noqa: ANN401 (what is no number)
        with pytest.raises(TypeError, match="number of minutes"):
            second_factor_required(within=minutes)

    def test_and_named(self) -> None:
        with pytest.raises(TypeError, match=r"write second_factor_required\(within=5\)"):
            second_factor_required(5)  # type: ignore[call-overload]


class TestForms:
    def test_what_was_sent_is_shown_and_sent_by_her(self, ann: Customer) -> None:
        ann.log_in()
        assert leads(ann.post("/transfer", to="Bob", amount="12", pin="1234")) == "/verify"
        assert leads(ann.answer()) == "/verify/again"
        assert ann.app.sent == []
        page = ann.open("/verify/again")
        assert page.h1 == "Send it now?"
        assert page.in_order("to", "Bob", "amount", "12", "pin", "•••", "Send it")
        assert ann.submit(page.form("/transfer")).text == "sent"
        assert ann.app.sent == [{"to": "Bob", "amount": "12", "pin": "1234"}]
        assert leads(ann.get("/verify/again")) == "/"

    def test_it_is_kept_sealed_and_for_her_alone(self, ann: Customer) -> None:
        ann.log_in().post("/transfer", to="Bob-the-builder")
        raw = (Path(ann.app.services.db.url.database or "")).read_bytes()
        assert b"Bob-the-builder" not in raw
        ann.answer()
        thief = Customer(ann.app).log_in("2")
        for each in (thief, thief.confirm("2")):
            assert leads(each.get("/verify/again")) == "/"

    def test_what_can_t_be_kept_is_filled_in_again(self, ann: Customer) -> None:
        ann.log_in()
        form = {"Referer": "http://localhost/transfer"}
        ann.post("/transfer", form, to="Bob" * 100, text="x" * 50_000, pin="1234")
        assert leads(ann.answer()) == "/verify/again"
        page = ann.open("/verify/again")
        assert page.in_order("Fill it in again", "nothing was sent", "Bob" * 100, "•••")
        assert "xxx" not in page.main
        assert page.all("a", **{"class": "button main"})[0]["href"] == "/transfer"
        assert ann.app.sent == []

    def test_nor_can_a_file(self, ann: Customer) -> None:
        ann.log_in()
        data = {"to": "Bob", "scan": (BytesIO(b"scanned"), "scan.pdf")}
        ann.client.post("/transfer", data=data, content_type="multipart/form-data")
        ann.answer()
        assert ann.open("/verify/again").in_order("Fill it in again", "a file", "Bob")

    @pytest.mark.parametrize(
        ("kind", "body"), [("text/plain", "to=Bob\r\n"), ("application/xml", "<to>Bob</to>")]
    )
    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_nor_can_what_is_no_form(
        self, ann: Customer, kind: str, body: str, *, is_chunked: bool
    ) -> None:
        ann.log_in()
        more = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""} if is_chunked else {}
        ann.client.post("/transfer", data=body, content_type=kind, environ_overrides=more)
        assert leads(ann.answer()) == "/verify/again"
        assert ann.open("/verify/again").h1 == "Fill it in again"

    def test_a_button_alone_is_a_form_too(self, ann: Customer) -> None:
        ann.log_in().post("/transfer")
        ann.answer()
        page = ann.open("/verify/again")
        assert "Go on with what you wanted to do?" in page.main
        assert ann.submit(page.form("/transfer")).text == "sent"

    def test_one_beside_a_page_is_what_she_comes_to(self, ann: Customer) -> None:
        other = ann.log_in().as_another_tab()
        ann.get("/orders")
        other.post("/transfer", to="Bob")
        assert leads(other.answer()) == "/verify/again"
        assert "Bob" in other.open("/verify/again").main

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    def test_an_application_that_tells_no_referrer_loses_none(
        self, ann: Customer, site: str
    ) -> None:
        """Its pages, and ours in it, send 'Origin: null'."""
        fetched = {"Origin": "null", "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
        ann.log_in().post("/transfer", fetched, to="Bob")
        form = ann.verify().form("/verify/answer")
        typed = {"csrf": str(form.one("input", name="csrf")["value"]), "code": ann.app.code()}
        assert leads(ann.post("/verify/answer", fetched, **typed)) == "/verify/again"

    def test_so_many_fields_as_fit_a_row(self, ann: Customer) -> None:
        sent = "&".join(["a="] * 6000)
        form = "application/x-www-form-urlencoded"
        ann.log_in().client.post("/transfer", data=sent, content_type=form)
        with ann.app.db.reader.connect() as connection:
            (kept,) = connection.execute(select(sessions.c.kept)).scalars()
        assert 40_000 < len(kept) < 2**16

    def test_she_may_leave_it(self, ann: Customer) -> None:
        ann.log_in().post("/transfer", {"Referer": "http://localhost/shop?page=2"}, to="Bob")
        ann.answer()
        form = ann.open("/verify/again").form("/verify/again")
        stale = ann.client.post("/verify/again", data={"csrf": "x"})
        assert leads(stale) == "/verify/again"
        assert leads(ann.submit(form)) == "/shop?page=2"
        assert leads(ann.submit(form)) == leads(ann.get("/verify/again")) == "/"
        assert ann.app.sent == []

    def test_of_a_form_from_who_knows_where_to_the_start_page(self, ann: Customer) -> None:
        ann.log_in().post("/transfer", {"Referer": "http://localhost//evil.example"}, to="Bob")
        ann.answer()
        assert leads(ann.submit(ann.open("/verify/again").form("/verify/again"))) == "/"

    def test_another_form_does_not_replace_it_unseen(self, ann: Customer) -> None:
        ann.log_in().post("/transfer", to="Bob")
        ann.answer()
        assert ann.client.post("/api/transfer", json={}).status_code == 200
        assert "Bob" in ann.open("/verify/again").main

    def test_for_a_quarter_of_an_hour(self, ann: Customer) -> None:
        ann.log_in().post("/transfer", to="Bob")
        ann.answer()
        ann.app.clock.move(minutes=16)
        assert leads(ann.get("/verify/again")) == "/"
        ann.get("/orders")
        with ann.app.db.reader.connect() as connection:
            assert connection.execute(select(sessions.c.kept)).scalars().all() == [None]

    def test_in_the_middle_of_a_sign_in_too(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=6)
        ann.post("/transfer", to="Bob")
        assert leads(ann.answer()) == "/verify/again"
        ann.submit(ann.open("/verify/again").form("/transfer"))
        assert ann.app.sent == [{"to": "Bob"}]


class TestAtOnce:
    """Other requests of the same browser, and those that a stranger's page causes."""

    STRANGE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}  # noqa: RUF012 (read)

    def test_nothing_overtakes_a_step_that_waits(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=6)
        ann.post("/transfer", to="Bob")
        for _ in range(2):
            assert ann.client.post("/api/transfer", json={}).status_code == 403
            assert leads(ann.get("/transfer", Sec_Fetch_Site="cross-site")) == "/verify"
        assert leads(ann.answer()) == "/verify/again"
        ann.submit(ann.open("/verify/again").form("/transfer"))
        assert ann.app.sent == [{"to": "Bob"}]

    @pytest.mark.parametrize("before", [{}, {"to": "Bob"}])
    def test_a_stranger_s_form_is_nothing_she_wanted(
        self, ann: Customer, before: dict[str, str]
    ) -> None:
        ann.log_in()
        if before:
            ann.post("/transfer", **before)
        assert leads(ann.post("/transfer", self.STRANGE, to="Mallory")) == "/verify"
        if not before:
            assert ann.app.letters() == []
            ann.submit(ann.verify().form("/verify/resend"))
        assert leads(ann.answer()) == ("/verify/again" if before else "/")
        assert "Mallory" not in ann.get("/verify/again").text

    def test_two_guarded_pages_at_once_both_lead_on(
        self, ann: Customer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann.log_in().get("/orders")
        monkeypatch.setattr(store, "move", lambda *_, **__: False)
        assert leads(ann.get("/orders")) == "/verify"

    def test_tabs_that_a_browser_opens_at_once_ask_once(self, ann: Customer) -> None:
        other = ann.log_in().as_another_tab()
        assert {leads(each.get("/orders")) for each in (ann, other)} == {"/verify"}
        assert len(ann.app.letters()) == 1
        assert leads(other.answer()) == "/orders"
        assert other.get("/orders").status_code == 200

    def test_also_a_moment_apart(self, ann: Customer) -> None:
        ann.app.clock.now = datetime(2026, 11, 22, 10, 30, 9, 999_000, tzinfo=UTC)
        other = ann.log_in().as_another_tab()
        ann.get("/orders")
        ann.app.clock.now += timedelta(milliseconds=2)
        other.get("/orders")
        assert len(ann.app.letters()) == 1

    @pytest.mark.parametrize("first", [True, False])
    def test_a_form_is_for_nobody_else_at_the_same_moment(
        self, ann: Customer, *, first: bool
    ) -> None:
        """Who knows her password may have the same cookies, from the same network."""
        other = ann.log_in().as_another_tab()
        if first:
            assert leads(other.post("/transfer", to="Mallory")) == "/verify"
        assert leads(ann.get("/orders")) == "/verify"
        code = ann.app.code()
        if not first:
            assert leads(other.post("/transfer", to="Mallory")) == "/verify"
        assert leads(ann.answer(code)) == "/orders"
        assert leads(ann.get("/verify/again")) == "/"
        assert leads(other.get("/orders")) == "/verify"

    @pytest.mark.parametrize(
        "own", [{"User_Agent": "Mozilla/5.0 Firefox/140.0"}, {"Accept_Language": "de"}]
    )
    def test_nor_is_a_step_of_a_browser_that_says_otherwise(
        self, ann: Customer, own: dict[str, str]
    ) -> None:
        other = ann.log_in().as_another_tab()
        ann.get("/orders", User_Agent="Mozilla/5.0 Firefox/141.0")
        other.get("/orders", **{"User_Agent": "Mozilla/5.0 Firefox/141.0", **own})
        assert len(ann.app.letters()) == 2

    def test_whoever_has_the_same_cookies_later_is_asked_anew(self, ann: Customer) -> None:
        other = ann.log_in().as_another_tab()
        ann.get("/orders")
        ann.answer()
        assert leads(other.get("/orders")) == "/verify"
        assert len(ann.app.letters()) == 2
        assert leads(other.answer()) == "/orders"
        assert ann.get("/orders").status_code == 200

    def test_an_empty_field_for_a_file_is_no_file(self, ann: Customer) -> None:
        ann.log_in()
        data = {"to": "Bob", "scan": (BytesIO(b""), "")}
        ann.client.post("/transfer", data=data, content_type="multipart/form-data")
        assert leads(ann.answer()) == "/verify/again"

    def test_a_form_with_an_odd_address_is_filled_in_again(self, ann: Customer) -> None:
        ann.log_in()
        ann.post(f"/transfer?x={'y' * 1100}", to="Bob")
        assert leads(ann.answer()) == "/verify/again"
        page = ann.open("/verify/again")
        assert "Bob" in page.main
        assert page.all("a", **{"class": "button main"})[0]["href"] == "/"

    def test_a_long_address_of_the_page_strands_no_program(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=6)
        from_there = {"Referer": f"http://localhost/{'x' * 1100}"}
        assert ann.client.post("/api/transfer", json={}, headers=from_there).status_code == 403
        assert ann.verify().h1 == "One more step"


class TestPrograms:
    def test_they_hear_where_to_go(self, ann: Customer) -> None:
        ann.log_in()
        for _ in range(2):
            reply = ann.client.post("/api/transfer", json={"to": "Bob"})
            assert (reply.status_code, reply.mimetype) == (403, "application/problem+json")
            told = reply.get_json()
            assert told["code"] == "second_factor_required"
            assert told["page"] == "http://localhost/verify"
            assert told["type"] == "about:blank"
        assert ann.app.letters() == []
        ann.submit(ann.verify().form("/verify/resend"))
        assert leads(ann.answer()) == "/"
        assert ann.client.post("/api/transfer", json={"to": "Bob"}).get_json() == {
            "sent": {"to": "Bob"}
        }

    def test_one_that_signs_in_hears_it_too(self, ann: Customer) -> None:
        """Where the view ends with `ask()`."""
        reply = ann.post("/login-and-ask", {"Accept": "application/json"}, user="1")
        assert (reply.status_code, reply.mimetype) == (403, "application/problem+json")
        assert reply.get_json()["page"] == "http://localhost/verify"
        assert leads(ann.answer()) == "/orders"

    def test_one_without_cookies_leaves_nothing_behind(self, ann: Customer) -> None:
        ann.app.two_factor.person_loader(lambda: ("1", ANN))
        for _ in range(2):
            bare = ann.app.flask.test_client(use_cookies=False)
            assert bare.post("/api/transfer", json={}).status_code == 403
        with ann.app.db.reader.connect() as connection:
            assert connection.execute(select(sessions.c.id)).all() == []

    def test_so_do_scripts_of_a_page_and_the_person_comes_back_to_it(self, ann: Customer) -> None:
        ann.log_in()
        reply = ann.get(
            "/orders", Sec_Fetch_Mode="cors", Sec_Fetch_Site="same-origin",
            Referer="http://localhost/shop?page=2",
        )  # fmt: skip
        assert reply.status_code == 403
        ann.submit(ann.verify().form("/verify/resend"))
        assert leads(ann.answer()) == "/shop?page=2"

    def test_a_step_that_is_not_fresh_is_no_step(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=6)
        assert ann.client.post("/api/transfer", json={}).status_code == 403
        page = ann.verify()
        assert page.h1 == "One more step"
        ann.submit(page.form("/verify/resend"))
        assert leads(ann.answer()) == "/"
        assert ann.client.post("/api/transfer", json={}).status_code == 200


class TestAddresses:
    def test_another_one_ends_what_the_former_proved_and_is_told_there(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.people["1"] = "ann@new.example.com"
        assert leads(ann.get("/orders")) == "/verify"
        assert any("address" in letter.subject for letter in ann.app.letters(ANN))
        assert leads(ann.answer(ann.app.code("ann@new.example.com"))) == "/orders"

    @pytest.mark.parametrize("other", ["ann@new.example.com", "nobody"])
    def test_also_where_a_view_looks_for_a_proof_by_itself(self, ann: Customer, other: str) -> None:
        ann.confirm()
        ann.app.people["1"] = "Ann@Example.com"
        assert ann.get("/").text == "home of 1, mail_code"
        ann.app.people["1"] = other
        assert ann.get("/").text == "home of 1, no"

    def test_of_many_moves_a_few_are_told(self, ann: Customer) -> None:
        ann.confirm()
        for number in range(8):
            ann.app.people["1"] = f"ann@{number}.example.com"
            ann.get("/orders")
        people = [ANN, *(f"ann@{number}.example.com" for number in range(8))]
        told = [
            each for who in people for each in ann.app.letters(who) if "address" in each.subject
        ]
        assert len(told) == 5

    def test_one_that_is_spelled_otherwise_is_the_same(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.people["1"] = "Ann@Example.com"
        assert ann.get("/orders").status_code == 200

    def test_one_that_no_mail_reaches_denies(
        self, ann: Customer, caplog: pytest.LogCaptureFixture
    ) -> None:
        ann.app.people["1"] = "nobody"
        refused = Shown(ann.log_in().get("/orders"))
        assert refused.status == 403
        assert "no mail can go to the address that Shop has for you" in refused.main
        (told,) = (each.message for each in caplog.records if "no code can go to" in each.message)
        assert "person 1: " in told
        assert told.rpartition("request ")[2].rstrip(")") in refused.main
        german = ann.get("/orders", Accept_Language="de")
        assert "Für Sie gibt es keine E-Mail-Adresse" in german.text
        program = ann.client.post("/api/transfer", json={})
        assert program.json
        assert (program.status_code, program.json["code"]) == (403, "no_address")


class TestForgotten:
    def test_whom_an_operator_disabled_is_told_so(self, ann: Customer) -> None:
        ann.confirm()
        commands = ann.app.flask.test_cli_runner()
        assert commands.invoke(args=["simple-2fa", "person", "disable", "1"]).exit_code == 0
        refused = Shown(ann.get("/orders"))
        assert refused.status == 403
        assert "Shop has disabled it." in refused.main

    def test_a_code_that_waits_is_not_sent(self, ann: Customer) -> None:
        ann.log_in().get("/orders")
        with ann.app.flask.app_context():
            assert ann.app.two_factor.forget(1)
        assert ann.app.letters() == []

    def test_whoever_has_her_id_next_starts_anew(self, ann: Customer) -> None:
        ann.confirm(remember="yes")
        with ann.app.flask.app_context():
            assert ann.app.two_factor.forget(1)
            assert not ann.app.two_factor.forget("1")
        assert rows_of(ann.app) == []
        assert leads(ann.get("/orders")) == "/verify"

    def test_a_path_in_another_script_is_found_again(self, ann: Customer) -> None:
        @ann.app.flask.get("/straße/50%")
        @second_factor_required
        def street() -> str:
            return "there"

        ann.log_in().get("/stra%C3%9Fe/50%25")
        to = leads(ann.answer())
        assert to == "/stra%C3%9Fe/50%25"
        assert ann.get(to).text == "there"


def rows_of(app: HostApp) -> list[object]:
    with app.db.reader.connect() as connection:
        return [tuple(row) for row in connection.execute(select(accounts))]


class TestSignals:
    def test_each_step_is_told_with_the_application_s_id(self, ann: Customer) -> None:
        told: list[tuple[str, dict[str, str]]] = []

        def note(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 (three alike)
            return lambda _, **facts: told.append((name, facts))

        notes = [note(name) for name in ("asked", "failed", "passed")]
        for signal, each in zip(
            (second_factor_asked, second_factor_failed, second_factor_passed), notes, strict=True
        ):
            signal.connect(each, ann.app.flask)
        ann.log_in().get("/orders")
        ann.answer(wrong(ann.app.code()))
        ann.answer()
        assert told == [
            ("asked", {"person": "1"}),
            ("failed", {"person": "1", "outcome": "wrong"}),
            ("passed", {"person": "1", "factor": "mail_code"}),
        ]

    @pytest.mark.parametrize(
        "signal", [second_factor_asked, second_factor_passed], ids=lambda each: each.name
    )
    def test_a_listener_that_fails_costs_nobody_her_step(
        self, ann: Customer, signal: NamedSignal, caplog: pytest.LogCaptureFixture
    ) -> None:
        def listen(*_: object, **__: object) -> None:
            raise LookupError("of the application")

        signal.connect(listen, ann.app.flask)
        ann.log_in()
        assert leads(ann.get("/orders")) == "/verify"
        assert leads(ann.answer()) == "/orders"
        assert ann.get("/orders").status_code == 200
        (told,) = (each for each in caplog.records if each.name == "simple_2fa.http.signals")
        assert signal.name in told.message
        assert told.exc_info
        assert str(told.exc_info[1]) == "of the application"


class TestSeveral:
    def test_two_applications_in_one_process_know_nothing_of_each_other(
        self, tmp_path: Path
    ) -> None:
        one, two = (Customer(host_app(tmp_path / name)) for name in ("one", "two"))
        one.confirm()
        two.log_in()
        assert leads(two.get("/orders")) == "/verify"
        assert [len(each.app.letters()) for each in (one, two)] == [1, 1]

    def test_nor_does_our_own_server_beside_one_in_its_database(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
        shop = Customer(host_app(tmp_path, config={"SIMPLE_2FA_DATABASE_URL": url})).confirm()
        with shop.client.session_transaction() as held:
            (token,) = (each[1] for name, each in held.items() if name.startswith("_simple_2fa_"))
        ours = made(tmp_path, url).client()
        ours.set_cookie("s2fa_session", token, domain="localhost")
        assert leads(ours.get("/account")).startswith("/login")
        assert shop.get("/orders").status_code == 200

    def test_twice_in_one_is_refused(self, shop: HostApp) -> None:
        with pytest.raises(RuntimeError, match="already"):
            shop.two_factor.init_app(shop.flask)

    def test_people_of_two_applications_in_one_database_are_told_apart(
        self, tmp_path: Path
    ) -> None:
        shared = {"SIMPLE_2FA_DATABASE_URL": f"sqlite:///{tmp_path / 'shared.sqlite3'}"}
        one = Customer(host_app(tmp_path, config=shared, name="shop"))
        two = Customer(host_app(tmp_path, config=shared, name="forum"))
        two.app.people["1"] = BOB
        one.confirm()
        two.confirm()
        assert one.get("/orders").status_code == two.get("/orders").status_code == 200
