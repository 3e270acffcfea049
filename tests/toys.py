"""A small application of somebody else's, with the second step from us."""

from pathlib import Path

import flask
from flask import Flask

from rig.command import PRODUCTION
from simple_2fa.flask import Simple2FA


def production(folder: Path, **settings: str) -> dict[str, str]:
    """Give all that production wants, on a SQLite file in the folder; '' takes a setting out."""
    usual = {**PRODUCTION, "DATABASE_URL": f"sqlite:///{folder / 'toy.sqlite3'}"}
    usual["INSTANCE_PATH"] = str(folder / "instance")
    return {f"SIMPLE_2FA_{name}": value for name, value in {**usual, **settings}.items()}


def toy(folder: Path, two_factor: Simple2FA | None = None, /, **config: object) -> Flask:
    """Make one: development, on a SQLite file in the folder; `/enter/<who>` signs anybody in."""
    app = Flask("toy", instance_path=str(folder / "instance"), root_path=str(folder))
    app.config.update(TESTING=True, SECRET_KEY="toy", **config)
    second = two_factor or Simple2FA()
    second.person_loader(_person)
    second.init_app(app)
    app.add_url_rule("/enter/<who>", "enter", _enter)
    return app


def _person() -> tuple[str, str] | None:
    who = flask.session.get("who")
    return (who, f"{who}@example.com") if who else None


def _enter(who: str) -> str:
    flask.session["who"] = who
    return "Hello."
