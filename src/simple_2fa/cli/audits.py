"""What is guarded, and how."""

import click

from simple_2fa import app
from simple_2fa.flask.auditing import audit_routes
from simple_2fa.flask.commands.routes import tell_routes
from simple_2fa.flask.commands.telling import as_json
from simple_2fa.flask.development import new_key
from simple_2fa.settings import Settings


@click.group()
def audit() -> None:
    """Tell what each route demands."""


@audit.command()
@as_json
def routes(*, as_json: bool) -> None:
    """List all routes, and what each demands.

    Needs no settings. Status 1 where one changes something, demands nothing and gives no reason.
    """
    # Development has all that production has, and its inbox beside that.
    whole = app.create(Settings.of({"SECRET_KEY": new_key()}), development=True)
    tell_routes(audit_routes(whole), as_json=as_json)
