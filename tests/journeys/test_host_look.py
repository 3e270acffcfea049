"""How our pages look in somebody's application; and Flask-Login beside them."""

import re
from pathlib import Path

import pytest
from babel import Locale
from flask import Flask
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from jinja2 import DictLoader, TemplateNotFound

from host_app import ANN, Customer, host_app, leads
from simple_2fa.flask import second_factor_required
from world import wrong


def customer(folder: Path, *given: object, **named: object) -> Customer:
    return Customer(host_app(folder, *given, **named))  # type: ignore[arg-type]


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
