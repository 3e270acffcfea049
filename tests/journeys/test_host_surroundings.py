"""What an application has already: protection, handlers, a look, a prefix, names of its own."""

import re
import time
from pathlib import Path

import pytest
from babel import Locale
from flask import Blueprint, Flask, Response, g, redirect, render_template_string
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_wtf import CSRFProtect, FlaskForm
from itsdangerous import TimestampSigner
from jinja2 import DictLoader, TemplateNotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client, TestResponse

from apps import KEY
from host_app import ANN, Customer, HostApp, host_app, leads
from live import Shown
from simple_2fa.flask import Simple2FA, audit_routes, second_factor_required
from simple_2fa.http.services import EXTENSION
from simple_2fa.settings import SettingsError
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


BASE = """<!doctype html><html lang="en"><head><title>{% block title %}{% endblock %} - Shop</title>
<link rel="stylesheet" href="/shop.css">{% block head %}{% endblock %}</head>
<body><nav>Hello {{ whose }}</nav>{% block content %}{% endblock %}</body></html>"""
LAYOUT = """{% extends "base.html" %}
{% block title %}{{ two_factor.title }}{% endblock %}
{% block head %}{{ two_factor.head }}{% endblock %}
{% block content %}{{ two_factor.body }}{% endblock %}"""


class TestLook:
    @pytest.fixture
    def ann(self, tmp_path: Path) -> Customer:
        def look(app: Flask) -> None:
            app.jinja_loader = DictLoader({"base.html": BASE, "two_factor.html": LAYOUT})
            app.context_processor(lambda: {"whose": "Ann & co"})

        return customer(tmp_path, look, layout="two_factor.html").log_in()

    def test_our_pages_stand_in_its_layout(self, ann: Customer) -> None:
        ann.get("/orders")
        page = ann.verify()
        assert page.title == "Check your email - Shop"
        assert page.one("nav").text == "Hello Ann & co"
        assert page.h1 == "Check your email"
        assert [each["href"] for each in page.all("link")] == [
            "/shop.css",
            "/verify/static/embedded.css",
        ]
        assert page.one("script")["src"] == "/verify/static/verify.js"
        assert page.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert leads(ann.answer()) == "/orders"

    def test_errors_too(self, ann: Customer) -> None:
        ann.get("/orders")
        page = ann.open(leads(ann.answer(wrong(ann.app.code()))))
        assert page.title == "Error: Check your email - Shop"
        assert page.code_error.startswith("That code isn't right.")

    def test_nothing_that_was_sent_gets_into_its_head(self, ann: Customer) -> None:
        cut = "\x1e</title><script>alert(1)</script>\x1e"
        ann.post("/transfer", **{"to": cut, cut: "x"})
        ann.answer()
        page = ann.open("/verify/again")
        assert page.title == "Send it now? - Shop"
        assert "<script>alert" not in page.html

    @pytest.mark.parametrize(
        ("own", "says"),
        [
            (None, "layout='two_factor.html' is no template of this application: put it into its"),
            (
                "<p>{{ two_factor.boddy }}",
                "layout='two_factor.html' doesn't show our page: put {{ ",
            ),
            (LAYOUT.replace("block content", "block main"), "two_factor.body }} into a block that"),
        ],
        ids=["missing", "misspelt", "in a block that nobody shows"],
    )
    def test_a_layout_that_shows_nothing_is_told_to_its_developer(
        self, tmp_path: Path, own: str | None, says: str
    ) -> None:
        def look(app: Flask) -> None:
            templates = {"base.html": BASE, **({"two_factor.html": own} if own else {})}
            app.jinja_loader = DictLoader(templates)

        ann = customer(tmp_path, look, layout="two_factor.html").log_in()
        ann.get("/orders")
        with pytest.raises(RuntimeError, match=re.escape(says)):
            ann.verify()

    def test_what_a_layout_misses_itself_is_jinja_s_to_tell(self, tmp_path: Path) -> None:
        def look(app: Flask) -> None:
            app.jinja_loader = DictLoader({"two_factor.html": LAYOUT})

        ann = customer(tmp_path, look, layout="two_factor.html").log_in()
        ann.get("/orders")
        with pytest.raises(TemplateNotFound, match=r"base\.html"):
            ann.verify()

    def test_a_layout_may_indent_it(self, tmp_path: Path) -> None:
        def look(app: Flask) -> None:
            own = "<main>\n    {{ two_factor.body|indent }}\n</main>"
            app.jinja_loader = DictLoader({"two_factor.html": own})

        ann = customer(tmp_path, look, layout="two_factor.html").log_in()
        ann.get("/orders")
        assert leads(ann.answer()) == "/orders"

    def test_a_template_of_ours_is_extended_by_one_of_its_own(self, tmp_path: Path) -> None:
        """In its folder `simple_2fa`; the rest of the page stays."""
        own = (
            '{% extends "original/pages/verify.html" %}'
            "{% block main %}<p>We never call you.</p>{{ super() }}{% endblock %}"
        )

        def look(app: Flask) -> None:
            app.jinja_loader = DictLoader({"simple_2fa/pages/verify.html": own})

        ann = customer(tmp_path, look).log_in()
        ann.get("/orders")
        assert ann.verify().in_order("We never call you.", "Check your email", "Continue")
        assert leads(ann.answer()) == "/orders"

    @pytest.mark.parametrize("given", ["de", "de-AT", "de_DE", Locale("de", "CH")], ids=str)
    def test_its_language_is_ours(self, tmp_path: Path, given: object) -> None:
        ann = customer(tmp_path)
        ann.app.two_factor.locale_selector(lambda: given)
        ann.log_in().get("/orders")
        assert ann.verify().h1 == "Sehen Sie in Ihrem Postfach nach"
        assert "Sicherheitscode" in ann.app.letters()[0].subject

    @pytest.mark.parametrize("given", ["fr", "", None, Locale("nl"), 7], ids=str)
    def test_one_that_we_do_not_speak_is_the_browser_s_choice(
        self, tmp_path: Path, given: object
    ) -> None:
        ann = customer(tmp_path)
        ann.app.two_factor.locale_selector(lambda: given)
        ann.log_in().get("/orders")
        assert 'lang="de"' in ann.get("/verify", Accept_Language="de-AT").text


class TestFlaskLogin:
    def test_whoever_isn_t_signed_in_is_led_to_its_login_page(self, tmp_path: Path) -> None:
        class User(UserMixin):  # type: ignore[misc]
            id = "7"

        def setup(app: Flask) -> None:
            manager = LoginManager(app)
            manager.login_view = "enter"
            manager.user_loader(lambda _: User())

            @app.get("/enter")
            def enter() -> str:
                login_user(User(), remember=True)
                return "in"

            @app.get("/outer")
            @second_factor_required
            def outer() -> str:
                return "outer"

            @app.get("/inner")
            @login_required  # type: ignore[untyped-decorator]
            @second_factor_required
            def inner() -> str:
                return f"inner {current_user.get_id()}"

        ann = customer(tmp_path, setup)
        ann.app.two_factor.person_loader(
            lambda: (current_user.get_id(), ANN) if current_user.is_authenticated else None
        )
        for path in ("/outer", "/inner"):
            assert leads(ann.get(path)).startswith("/enter?next=")
        ann.get("/enter")
        assert leads(ann.get("/inner")) == "/verify"
        assert leads(ann.answer()) == "/inner"
        assert ann.get("/inner").text == "inner 7"


PRODUCTION = {
    "SIMPLE_2FA_SECRET_KEY": KEY,
    "SIMPLE_2FA_PUBLIC_URL": "https://shop.example.com",
    "SIMPLE_2FA_SMTP_SERVER": "127.0.0.1",
    "SIMPLE_2FA_MAIL_FROM": "shop@example.com",
}


class TestSettings:
    def test_production_says_all_that_is_missing_by_its_names(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SIMPLE_2FA_SECRET_KEY", KEY)
        with pytest.raises(SettingsError) as told:
            host_app(tmp_path)
        names = [each.partition(" ")[0] for each in told.value.faults]
        assert names == ["SIMPLE_2FA_PUBLIC_URL", "SIMPLE_2FA_SMTP_SERVER", "SIMPLE_2FA_MAIL_FROM"]

    def test_production_denies_until_the_database_is_migrated(self, tmp_path: Path) -> None:
        file = {"SIMPLE_2FA_DATABASE_URL": f"sqlite:///{tmp_path / 'shop.sqlite3'}"}
        ann = customer(tmp_path, None, {**PRODUCTION, **file}).log_in()
        for path in ("/orders", "/verify"):
            assert ann.get(path).status_code == 503
        assert ann.post("/logout").status_code == 302
        ann.log_in()
        assert ann.get("/inbox").status_code == 404

    def test_production_denies_development_s_database_and_logs_what_to_set(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        file = {"SIMPLE_2FA_DATABASE_URL": f"sqlite:///{tmp_path / 'shop.sqlite3'}"}
        customer(tmp_path, None, file).confirm()
        ann = customer(tmp_path, None, {**PRODUCTION, **file}).log_in()
        assert ann.get("/orders").status_code == 503
        assert "the database was made for development" in caplog.text
        assert "another SIMPLE_2FA_INSTANCE_PATH)" in caplog.text

    def test_the_application_s_own_secret_key_is_not_ours(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SECRET_KEY", "dev")
        monkeypatch.setenv("SMTP_SERVER", "not ours")
        assert customer(tmp_path).confirm().get("/orders").status_code == 200

    def test_development_is_for_this_machine_alone(self, tmp_path: Path) -> None:
        ann = customer(tmp_path).log_in()
        assert ann.get("/inbox", Host="shop.example.com").status_code == 421
        for path in ("/orders", "/verify", "/verify/static/simple.css"):
            assert ann.get(path, X_Forwarded_For="203.0.113.7").status_code == 421
        ann.client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
        assert ann.get("/inbox.json").status_code == 421

    def test_and_for_flask_s_own_server_or_who_asks_for_it(self, tmp_path: Path) -> None:
        """Behind a proxy that tells nothing of its clients all of them would come from here."""
        ann = customer(tmp_path).log_in()
        ann.app.flask.testing = False
        ann.app.services.worker.keep_running = lambda: None  # type: ignore[method-assign]
        assert ann.get("/orders").status_code == 421
        ann.client.environ_base["SERVER_SOFTWARE"] = "gunicorn/25.0.0"
        assert ann.get("/inbox").status_code == 421
        assert "FLASK_DEBUG=1" in ann.get("/inbox").text
        ann.client.environ_base["SERVER_SOFTWARE"] = "Werkzeug/3.1.3"
        assert ann.get("/inbox").status_code == 200
        del ann.client.environ_base["SERVER_SOFTWARE"]
        ann.app.flask.debug = True
        assert ann.get("/inbox").status_code == 200

    def test_it_says_so_in_the_log(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        app = host_app(tmp_path).flask
        app.testing = False
        with app.app_context():
            assert app.extensions[EXTENSION].services
        assert "this is development, for this machine alone" in caplog.text

    @pytest.mark.parametrize(
        ("here", "config", "where"),
        [
            ("http://localhost:8080", {}, "signing in: localhost:8080"),
            ("http://127.0.0.1:5001", {}, "signing in: localhost:5001"),
            ("http://localhost", {"SIMPLE_2FA_PUBLIC_URL": "http://shop.test:80"}, "in: shop.test"),
        ],
    )
    def test_development_s_letters_name_the_host_that_is_asked(
        self, tmp_path: Path, here: str, config: dict[str, str], where: str
    ) -> None:
        ann = customer(tmp_path, None, config)
        ann.client.post("/login", base_url=here, data={"user": "1"})
        assert leads(ann.client.get("/orders", base_url=here)) == "/verify"
        assert where in ann.app.letters()[0].text

    def test_but_none_that_may_be_elsewhere(self, tmp_path: Path) -> None:
        ann = customer(tmp_path)
        assert ann.get("/inbox", Host="shop.example.com").status_code == 421
        ann.log_in().get("/orders")
        assert "Enter it where you're signing in." in ann.app.letters()[0].text

    def test_without_a_person_loader_the_developer_is_told(self, tmp_path: Path) -> None:
        app = Flask("bare", instance_path=str(tmp_path))
        app.config |= {"SECRET_KEY": "x", "TESTING": True}
        Simple2FA(app)
        app.add_url_rule("/x", view_func=second_factor_required(lambda: render_template_string("")))
        with pytest.raises(RuntimeError, match="person_loader"):
            app.test_client().get("/x")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ((None, ANN), "gave no id"),
        (("", ANN), "gave no id"),
        (("1", ANN, "Ann"), "gave a tuple"),
        ("1", "gave a str"),
    ],
)
def test_a_person_who_is_no_pair_is_refused(tmp_path: Path, given: object, why: str) -> None:
    made: HostApp = host_app(tmp_path)
    made.two_factor.person_loader(lambda: given)  # type: ignore[type-var]
    with pytest.raises(RuntimeError, match=why):
        Customer(made).get("/orders")


def test_an_application_without_us_hears_what_to_call() -> None:
    app = Flask("bare")
    app.testing = True
    app.add_url_rule("/x", view_func=second_factor_required(lambda: ""))
    with pytest.raises(RuntimeError, match=r"call Simple2FA\(app\)"):
        app.test_client().get("/x")


MISLED = Blueprint("misled", __name__)


@second_factor_required
@MISLED.get("/secrets")
def secrets() -> str:
    return "all of them"


@second_factor_required
@MISLED.get("/reused")
def twice() -> str:
    return "all of them"


@MISLED.get("/under", endpoint="under")  # type: ignore[no-redef]
@second_factor_required
def twice() -> str:  # noqa: F811 (the name is used again)
    return "guarded"


@second_factor_required
@MISLED.get("/removed")
def removed() -> str:
    return "all of them"


del removed


def for_all() -> str:
    return "open"


class TestMisplaced:
    """A guard above the route, where Flask serves what is under it."""

    def test_its_view_is_refused_to_everybody(self, tmp_path: Path) -> None:
        ann = customer(tmp_path, lambda app: app.register_blueprint(MISLED)).confirm()
        for path in ("/secrets", "/reused", "/removed"):
            with pytest.raises(RuntimeError, match="put @second_factor_required under the route"):
                ann.get(path)
        for path in ("/orders", "/under"):
            assert ann.get(path).status_code == 200

    def test_the_audit_tells(self, tmp_path: Path) -> None:
        shop = host_app(tmp_path, lambda app: app.register_blueprint(MISLED))
        told = [each.fault for each in audit_routes(shop.flask).failures]
        assert any("GET /secrets (misled.secrets) has its guard above" in each for each in told)

    def test_inside_an_app_factory_too(self, tmp_path: Path) -> None:
        def factory(app: Flask) -> None:
            @second_factor_required
            @app.get("/above")
            def above() -> str:
                return "open"

            @app.get("/under")
            @second_factor_required
            def under() -> str:
                return "guarded"

        ann = customer(tmp_path, factory).confirm()
        assert ann.get("/under").text == "guarded"
        with pytest.raises(RuntimeError, match="the route of 'above'"):
            ann.get("/above")

    def test_a_view_may_be_open_at_one_path_and_guarded_at_another(self, tmp_path: Path) -> None:
        def both(app: Flask) -> None:
            def view() -> str:
                return "of a factory"

            for name, each in (("module", leads), ("factory", view)):
                app.add_url_rule(f"/{name}", name, each)
                guarded = second_factor_required(each)
                app.add_url_rule(f"/{name}/closed", f"{name}_closed", guarded)
                second_factor_required(within=5)(each)  # which nobody serves

        shop = host_app(tmp_path, both)
        assert Customer(shop).get("/factory").text == "of a factory"
        assert Customer(shop).get("/factory/closed").status_code == 401
        assert not any(row.is_misled for row in audit_routes(shop.flask).rows)

    def test_also_where_the_guarded_one_was_of_an_application_that_is_gone(
        self, tmp_path: Path
    ) -> None:
        second_factor_required(for_all)
        shop = host_app(tmp_path, lambda app: app.add_url_rule("/open", "open", for_all))
        assert not any(row.is_misled for row in audit_routes(shop.flask).rows)
