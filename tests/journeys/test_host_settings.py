"""What an application sets, or forgets to set; views that are guarded in the wrong order."""

from pathlib import Path

import pytest
from flask import Blueprint, Flask, render_template_string

from apps import KEY
from host_app import ANN, Customer, HostApp, host_app, leads
from simple_2fa.flask import Simple2FA, audit_routes, second_factor_required
from simple_2fa.http.services import EXTENSION
from simple_2fa.settings import SettingsError


def customer(folder: Path, *given: object, **named: object) -> Customer:
    return Customer(host_app(folder, *given, **named))  # type: ignore[arg-type]


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
