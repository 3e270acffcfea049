"""An application signs its people out: what they have proved ends with that."""

from pathlib import Path

import pytest
from flask import Flask, Response, abort, g, request, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import select

from host_app import ANN, BOB, Customer, HostApp, host_app, leads
from simple_2fa.db.schema import sessions
from simple_2fa.flask import (
    second_factor_required,
)


@pytest.fixture
def shop(tmp_path: Path) -> HostApp:
    return host_app(tmp_path)


@pytest.fixture
def ann(shop: HostApp) -> Customer:
    return Customer(shop)


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
