"""What an application has already: protection, handlers, a look, a prefix, names of its own."""

import re
import time
from pathlib import Path

import pytest
from flask import Flask, Response, g, redirect
from flask_login import LoginManager
from flask_wtf import CSRFProtect, FlaskForm
from itsdangerous import TimestampSigner
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from host_app import Customer, HostApp, host_app, leads
from live import Shown
from simple_2fa.flask import Simple2FA
from world import wrong


def customer(folder: Path, *given: object, **named: object) -> Customer:
    return Customer(host_app(folder, *given, **named))  # type: ignore[arg-type]


class TestPrefix:
    @pytest.mark.parametrize("prefix", ["/2fa", "/2fa/", "2fa"])
    def test_all_of_ours_is_behind_it(self, tmp_path: Path, prefix: str) -> None:
        ann = customer(tmp_path, url_prefix=prefix).log_in()
        assert leads(ann.get("/orders")) == "/2fa/verify"
        page = ann.verify("/2fa")
        ours = [each["href"] for each in page.all("link")]
        ours += [each["src"] for each in page.all("script")]
        ours += [each["action"] for each in page.all("form")]
        assert {each.partition("/verify")[0] for each in ours} == {"/2fa"}
        assert all(ann.get(each).status_code == 200 for each in ours if "/static/" in each)
        assert leads(ann.answer(wrong(ann.app.code()), prefix="/2fa")) == "/2fa/verify?told=wrong"
        assert leads(ann.answer(prefix="/2fa")) == "/orders"
        assert ann.get("/verify").status_code == 404
        assert ann.get("/2fa/inbox").status_code == 200

    def test_it_may_have_several_segments_or_none(self, tmp_path: Path) -> None:
        for prefix, path in (("a/b-c", "/a/b-c/verify"), ("/", "/verify")):
            ann = customer(tmp_path, url_prefix=prefix).log_in()
            assert leads(ann.get("/orders")) == path
            assert ann.get(path).status_code == 200

    @pytest.mark.parametrize(
        "prefix",
        ["/2 fa", "/2fa?", "#", "/<who>", "a//b", "/../2fa", ".", "/é", "%2F", "a\\b", "/a\n"],
    )
    def test_one_that_no_path_has_is_refused_at_once(self, prefix: str) -> None:
        with pytest.raises(ValueError, match=r"^url_prefix is .*: give a path such as '/2fa'$"):
            Simple2FA(url_prefix=prefix)

    def test_below_another_path_of_the_server_too(self, tmp_path: Path) -> None:
        ann, here = customer(tmp_path), "http://localhost/shop"
        ann.client.post("/login", base_url=here, data={"user": "1"})
        assert leads(ann.client.get("/orders", base_url=here)) == "/shop/verify"
        page = Shown(ann.client.get("/verify", base_url=here))
        form = page.one("form", action="/shop/verify/answer")
        sent = {"csrf": form.all("input", name="csrf")[0]["value"], "code": ann.app.code()}
        done = ann.client.post("/verify/answer", base_url=here, data=sent)
        assert leads(done) == "/shop/orders"

    def test_what_the_application_serves_itself_stays_its_own(self, tmp_path: Path) -> None:
        def views(app: Flask) -> None:
            app.add_url_rule("/login", "their_login", lambda: "their login")
            app.add_url_rule("/account", "their_account", lambda: "their account")

        ann = customer(tmp_path, views)
        assert ann.get("/account").text == "their account"
        for path in ("/register", "/forgot", "/api/v1/challenges", "/generate-2fa", "/docs"):
            assert ann.get(path).status_code == 404

    @pytest.mark.parametrize(
        ("path", "method"), [("/verify", "GET"), ("/verify/again", "POST"), ("/inbox", "GET")]
    )
    def test_a_path_of_ours_that_it_serves_too_is_refused_in_words(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str, method: str
    ) -> None:
        def add(app: Flask) -> None:
            app.add_url_rule(path, "their_own", lambda: "their own", methods=[method])

        says = f"a route of its own at '{path}'.*give Simple2FA a url_prefix"
        with pytest.raises(RuntimeError, match=says):
            host_app(tmp_path, add)
        later = customer(tmp_path)
        add(later.app.flask)
        assert later.get("/broken").status_code == 418
        assert later.client.open(path, method=method).status_code == 500
        assert re.search(says, caplog.text)
        behind = customer(tmp_path, add, url_prefix="/2fa").log_in()
        assert behind.client.open(path, method=method).text == "their own"
        assert leads(behind.get("/orders")) == "/2fa/verify"

    def test_what_stands_beside_ours_is_its_own(self, tmp_path: Path) -> None:
        def views(app: Flask) -> None:
            app.add_url_rule("/verify", "post", lambda: "their POST", methods=["POST"])
            app.add_url_rule("/verify/<token>", "token", lambda token: f"their {token}")
            app.add_url_rule("/verify", "api", lambda: "their API's", subdomain="api")

        ann = customer(tmp_path, views).log_in()
        assert ann.post("/verify").text == "their POST"
        assert ann.get("/verify/1234").text == "their 1234"
        ann.get("/orders")
        assert leads(ann.answer()) == "/orders"


class TestProtection:
    @pytest.fixture(params=["before", "after"])
    def protected(self, request: pytest.FixtureRequest, tmp_path: Path) -> Customer:
        """Flask-WTF protects every form, whichever of the two came first."""
        protect = CSRFProtect()
        made = host_app(tmp_path, protect.init_app if request.param == "before" else None)
        if request.param == "after":
            protect.init_app(made.flask)

        @made.flask.get("/form")
        def form() -> str:
            return FlaskForm().csrf_token()  # type: ignore[no-any-return]

        return Customer(made)

    def send(self, ann: Customer, path: str, **typed: str) -> TestResponse:
        token = Shown(ann.get("/form")).one("input", name="csrf_token")["value"]
        return ann.post(path, **{"csrf_token": token, **typed})

    def test_its_own_protection_takes_our_forms(self, protected: Customer) -> None:
        ann = protected
        assert ann.post("/login", user="1").status_code == 400
        self.send(ann, "/login", user="1")
        ann.get("/orders")
        assert leads(ann.answer()) == "/orders"

    def test_what_is_sent_again_has_a_new_token(
        self, protected: Customer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The one that was sent is good for an hour by its clock."""
        ann = protected
        self.send(ann, "/login", user="1")
        self.send(ann, "/transfer", to="Bob")
        ann.answer()
        later = int(time.time()) + 2 * 60 * 60
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: later)
        page = ann.open("/verify/again")
        assert "csrf_token" not in page.main
        assert ann.submit(page.form("/transfer")).get_data(as_text=True) == "sent"

    @pytest.mark.parametrize("path", ["/verify/answer", "/verify/resend", "/inbox/clear"])
    def test_what_its_own_refuses_is_told_on_our_page(self, protected: Customer, path: str) -> None:
        ann = protected
        self.send(ann, "/login", user="1")
        ann.get("/orders")
        told = ann.post(path, code=ann.app.code())
        assert told.status_code == 422
        assert Shown(told).main.startswith("We couldn't read that")
        assert told.headers["X-Request-Id"] in told.get_data(as_text=True)

    def test_its_inbox_is_cleared(self, protected: Customer) -> None:
        ann = protected
        self.send(ann, "/login", user="1")
        ann.get("/orders")
        ann.app.code()
        ann.submit(ann.open("/inbox").form("/inbox/clear"))
        assert "No email yet" in ann.open("/inbox").main

    def test_ours_takes_no_form_without_its_token(self, protected: Customer) -> None:
        ann = protected
        self.send(ann, "/login", user="1")
        ann.get("/orders")
        assert self.send(ann, "/verify/answer", code=ann.app.code()).status_code == 403


class TestNeighbours:
    """Two applications at one host, as behind a dispatcher."""

    @pytest.fixture
    def pair(self, tmp_path: Path) -> tuple[HostApp, HostApp, Client]:
        shop, desk = (host_app(tmp_path / name, name=name) for name in ("shop", "desk"))
        both = DispatcherMiddleware(shop.flask, {"/desk": desk.flask})
        return shop, desk, Client(both)

    @staticmethod
    def confirm(client: Client, app: HostApp, root: str = "", **more: str) -> None:
        client.post(f"{root}/login", data={"user": "1"})
        assert client.get(f"{root}/orders").location == f"{root}/verify"
        form = Shown(client.get(f"{root}/verify")).form(f"{root}/verify/answer")
        typed = {"csrf": form.one("input", name="csrf")["value"], "code": app.code(), **more}
        done = client.post(f"{root}/verify/answer", data=typed)
        assert done.location == f"{root}/orders"

    def test_neither_ends_the_other_s_second_step(
        self, pair: tuple[HostApp, HostApp, Client]
    ) -> None:
        shop, desk, client = pair
        self.confirm(client, shop)
        self.confirm(client, desk, "/desk")
        assert client.get("/orders").status_code == 200
        assert client.get("/desk/orders").status_code == 200

    def test_nor_forgets_its_browsers(self, pair: tuple[HostApp, HostApp, Client]) -> None:
        shop, desk, client = pair
        self.confirm(client, shop, remember="yes")
        self.confirm(client, desk, "/desk", remember="yes")
        shop.clock.move(minutes=1)
        client.post("/logout")
        client.post("/login", data={"user": "1"})
        assert client.get("/orders").location == "/orders"  # once more, with the session's cookies
        assert client.get("/orders").status_code == 200


class TestHandlers:
    def test_a_program_that_nobody_is_behind_hears_the_application_s_own_answer(
        self, tmp_path: Path
    ) -> None:
        def logins(app: Flask) -> None:
            manager = LoginManager(app)
            manager.user_loader(lambda _: None)
            manager.unauthorized_handler(lambda: ({"error": "sign in first"}, 401))

        told = customer(tmp_path, logins).get("/orders", Accept="application/json")
        assert (told.status_code, told.json) == (401, {"error": "sign in first"})

    def test_it_may_have_more_names_than_one(self, tmp_path: Path) -> None:
        config = {"SIMPLE_2FA_PUBLIC_URL": "http://localhost:5000"}
        ann = customer(tmp_path, None, config).log_in()
        ann.get("/orders")
        form = ann.verify().form("/verify/answer")
        typed = {"csrf": form.one("input", name="csrf")["value"], "code": ann.app.code()}
        sent = ann.post("/verify/answer", {"Origin": "http://localhost"}, **typed)
        assert leads(sent) == "/orders"

    def test_the_application_s_own_handle_its_own(self, tmp_path: Path) -> None:
        def handlers(app: Flask) -> None:
            app.register_error_handler(404, lambda _: ("their 404", 404))
            app.register_error_handler(401, lambda _: redirect("/please-sign-in"))
            app.register_error_handler(Exception, lambda _: ("their 500", 500))

        ann = customer(tmp_path, handlers)
        assert ann.get("/nowhere").text == "their 404"
        assert leads(ann.get("/orders")) == "/please-sign-in"
        ann.log_in().get("/orders")
        stale = ann.post("/verify/answer", code="123456")
        assert stale.status_code == 403
        assert "This page was open too long." in stale.text

    def test_our_faults_are_told_by_us(self, tmp_path: Path) -> None:
        ann = customer(tmp_path)
        ann.log_in().get("/orders")
        ann.app.db.close()
        (Path(ann.app.db.url.database or "")).rename(tmp_path / "away")
        Path(ann.app.db.url.database or "").mkdir()
        for path in ("/orders", "/verify"):
            assert ann.get(path).status_code == 503

    def test_headers_are_set_on_our_pages_alone(self, tmp_path: Path) -> None:
        ann = customer(tmp_path).log_in()
        assert "Content-Security-Policy" not in ann.get("/").headers
        assert "default-src 'none'" in ann.verify().headers["Content-Security-Policy"]

    def test_names_in_g_and_in_its_session_are_the_application_s(self, tmp_path: Path) -> None:
        def setup(app: Flask) -> None:
            @app.before_request
            def before() -> None:
                for name in ("session", "account", "visit", "now", "nonce", "language"):
                    setattr(g, name, f"their {name}")

            @app.after_request
            def after(response: Response) -> Response:
                assert g.account == "their account"
                return response

        ann = customer(tmp_path, setup)
        ann.confirm()
        assert ann.get("/orders").status_code == 200

    def test_a_context_that_a_test_has_pushed_keeps_nothing_of_a_request(
        self, tmp_path: Path
    ) -> None:
        ann = customer(tmp_path)
        with ann.app.flask.app_context():
            ann.confirm()
            ann.app.clock.move(minutes=6)
            assert leads(ann.get("/transfer")) == "/verify"
            assert leads(ann.answer()) == "/transfer"
            assert ann.get("/transfer").status_code == 200
