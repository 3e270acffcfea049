"""A small shop with people of its own, as its own tests meet it."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, request, session

from simple_2fa.flask import Simple2FA, second_factor_required

ANN, BOB = "ann@example.com", "bob@example.com"
_PEOPLE = {"ann": ANN, "bob": BOB}
bank = Blueprint("bank", __name__)


@bank.get("/orders")
@second_factor_required
def orders() -> str:
    return "her orders"


@bank.get("/transfer")
@second_factor_required(within=5)
def transfer() -> str:
    return "sent"


def shop(
    folder: Path,
    config: dict[str, Any] | None = None,
    at: str = "/bank",
    **options: Any,  # noqa: ANN401 (as `Simple2FA` takes them)
) -> Flask:
    """Make it; what needs the second step is there, and the second step has these options."""
    app = Flask("shop", instance_path=str(folder))
    app.config |= {"SECRET_KEY": "the shop's own", "TESTING": True, **(config or {})}
    Simple2FA(app, **options).person_loader(_person)
    app.register_blueprint(bank, url_prefix=at or None)
    app.add_url_rule("/", view_func=lambda: "home", endpoint="home")
    app.add_url_rule("/login", view_func=_login, methods=["GET", "POST"])
    return app


def _login() -> str:
    session["user"] = request.values["user"]
    return "welcome"


def _person() -> tuple[str, str] | None:
    user = session.get("user")
    return (user, _PEOPLE[user]) if user else None
