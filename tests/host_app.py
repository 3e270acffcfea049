"""Somebody's Flask application with people of its own, to which the second step was added."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, request, session
from werkzeug.test import TestResponse

from apps import Clock
from live import Element, Shown
from simple_2fa.db.engine import Database
from simple_2fa.flask import Simple2FA, current_proof, second_factor_required
from simple_2fa.http.services import EXTENSION, Services

ANN, BOB = "ann@example.com", "bob@example.com"
Setup = Callable[[Flask], object]
_BROWSERS = count(1)


@dataclass
class HostApp:
    """The application, its people's addresses, and what its views were asked for."""

    flask: Flask
    two_factor: Simple2FA
    clock: Clock
    people: dict[str, str] = field(default_factory=lambda: {"1": ANN, "2": BOB})
    sent: list[dict[str, str]] = field(default_factory=list)

    @property
    def services(self) -> Services:
        with self.flask.app_context():
            found: Services = self.flask.extensions[EXTENSION].services
        return found

    @property
    def db(self) -> Database:
        return self.services.db

    def letters(self, to: str = ANN) -> list[Any]:
        """Let what is queued go out; give what came to an address, the newest first."""
        self.services.worker.run_once(self.clock())
        assert self.services.inbox
        return list(self.services.inbox.read(to))

    def code(self, to: str = ANN) -> str:
        return next(str(letter.code) for letter in self.letters(to) if letter.code)


def host_app(
    folder: Path,
    setup: Setup | None = None,
    config: dict[str, Any] | None = None,
    **options: Any,  # noqa: ANN401 (as `Simple2FA` takes them)
) -> HostApp:
    """Make the application; `setup` adds what else it has."""
    app = Flask("shop", instance_path=str(folder))
    app.config |= {"SECRET_KEY": "the shop's own", "TESTING": True, **(config or {})}
    if setup:
        setup(app)
    made = HostApp(app, Simple2FA(**options), Clock())
    made.two_factor.init_app(app)
    made.two_factor.person_loader(lambda: _person(made))
    _keep_time(made)
    _add_views(made)
    return made


def _person(made: HostApp) -> tuple[str, str] | None:
    ref = session.get("user")
    return (ref, made.people[ref]) if ref else None


def _keep_time(made: HostApp) -> None:
    """Let our side go by a clock that stands still."""
    mount = made.flask.extensions[EXTENSION]
    make = mount.make
    object.__setattr__(mount, "make", lambda: _at(make(), made.clock))


def _at(services: Services, clock: Clock) -> Services:
    object.__setattr__(services, "clock", clock)
    return services


def _add_views(made: HostApp) -> None:
    app = made.flask

    @app.get("/")
    def home() -> str:
        return f"home of {session.get('user')}, {current_proof.factor if current_proof else 'no'}"

    @app.post("/login")
    def login() -> Response:
        session["user"] = request.form["user"]
        return redirect(request.form.get("next", "/"))  # type: ignore[return-value]

    @app.post("/login-and-ask")
    def login_and_ask() -> Response:
        session["user"] = request.form["user"]
        return made.two_factor.ask("/orders")

    @app.post("/logout")
    def logout() -> Response:
        session.pop("user", None)
        return redirect("/")  # type: ignore[return-value]

    @app.get("/orders")
    @second_factor_required
    def orders() -> str:
        return f"orders of {session['user']}"

    @app.post("/orders/1")
    @second_factor_required
    def order() -> str:
        return f"ordered by {session['user']}, {current_proof.factor}"

    @app.route("/transfer", methods=["GET", "POST"])
    @second_factor_required(within=5)
    def transfer() -> str:
        made.sent.append(request.form.to_dict())
        return "sent"

    @app.post("/api/transfer")
    @second_factor_required(within=5)
    def api_transfer() -> Response:
        return jsonify(sent=request.get_json())

    @app.get("/broken")
    def broken() -> str:
        return abort(418)


class Customer:
    """A browser at the application: follows nothing by itself."""

    def __init__(self, app: HostApp) -> None:
        self.app = app
        self.client = app.flask.test_client()
        self.client.set_cookie("browser", str(next(_BROWSERS)))

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, headers=_named(headers), buffered=True)

    def post(
        self, path: str, headers: dict[str, str] | None = None, /, **typed: str
    ) -> TestResponse:
        return self.client.post(path, data=typed, headers=headers)

    def as_another_tab(self) -> "Customer":
        """Give another tab of this browser, which holds the cookies that this one has now."""
        other = Customer(self.app)
        for name in ("browser", "session", "s2fa_visitor"):
            held = self.client.get_cookie(name)
            if held:
                other.client.set_cookie(name, held.value)
        return other

    def log_in(self, user: str = "1") -> "Customer":
        self.post("/login", user=user)
        return self

    def open(self, path: str) -> Shown:
        return Shown(self.get(path))

    def submit(self, form: Element, **typed: str) -> TestResponse:
        held = {each["name"]: each.attrs.get("value") or "" for each in form.all("input")}
        held.pop("remember", None)
        return self.client.post(form["action"], data={**held, **typed})

    def verify(self, prefix: str = "") -> Shown:
        return self.open(f"{prefix}/verify")

    def answer(self, code: str = "", prefix: str = "", **more: str) -> TestResponse:
        """Type a code on the page of the second step: by default the one that was mailed."""
        form = self.verify(prefix).form(f"{prefix}/verify/answer")
        return self.submit(form, code=code or self.app.code(), **more)

    def confirm(self, user: str = "1", **more: str) -> "Customer":
        """Sign in, and make the second step."""
        self.log_in(user)
        assert self.get("/orders").status_code == 303
        code = self.app.code(self.app.people[user])
        assert self.answer(code, **more).headers["Location"] == "/orders"
        return self


def leads(reply: TestResponse) -> str:
    """Where a redirect leads; '' for anything else."""
    return reply.headers.get("Location", "")


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
