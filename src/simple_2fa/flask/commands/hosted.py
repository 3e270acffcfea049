"""`flask simple-2fa ...`: what the operator of a Flask application has at hand."""

from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from simple_2fa.flask.auditing import audit_routes, reasons_of
from simple_2fa.flask.checks import FOR_DEVELOPMENT, refusals
from simple_2fa.flask.commands import databases, faults, persons, trial
from simple_2fa.flask.commands import keys as making
from simple_2fa.flask.commands.opening import opened, opened_current
from simple_2fa.flask.commands.routes import tell_routes
from simple_2fa.flask.commands.telling import as_json
from simple_2fa.flask.commands.working import work
from simple_2fa.flask.config import ALLOWED, PREFIX
from simple_2fa.flask.hosted_services import COMMAND
from simple_2fa.http.services import Services, mount
from simple_2fa.settings import SettingsError


class _Plain(AppGroup):
    """Tells faults in lines."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 (click's own)
        with faults.told(of_accounts="", of_databases=f"{COMMAND} db check"):
            return super().invoke(ctx)


group = _Plain("simple-2fa", help="The second step: its database, letters, people and routes.")
group.add_command(persons.group)


@group.group()
def db() -> None:
    """Migrate and check its tables."""


@db.command()
@as_json
def upgrade(*, as_json: bool) -> None:
    """Make the tables, or bring them up to date.

    Those of your application are left alone.
    """
    with opened() as parts:
        databases.upgrade(parts.db, as_json=as_json)


@db.command()
@as_json
def check(*, as_json: bool) -> None:
    """Tell whether the database is fit for use.

    Status 1 where it isn't, or isn't migrated, or is development's where production's is wanted.
    """
    with opened() as parts:
        misplaced = "" if parts.development else parts.settings.spelled(FOR_DEVELOPMENT)
        databases.check(parts.db, COMMAND, as_json=as_json, misplaced=misplaced)


@group.command()
def worker() -> None:
    """Send letters and keep house, without serving."""
    with opened_current() as parts:
        keys, now = parts.settings.master_keys(), parts.clock()
        if not parts.development and (why := refusals(parts.db, keys, now)):
            raise SettingsError(tuple(map(parts.settings.spelled, why)))
        click.echo(f"Letters {_way(parts)}. Ctrl-C or SIGTERM ends it.")
        work(parts.worker)


@group.group()
def mail() -> None:
    """Try the mail server."""


@mail.command()
@click.argument("address")
def test(address: str) -> None:
    """Send a letter to ADDRESS at once, and tell what the mail server says.

    Needs no database.
    """
    with opened() as parts:
        if not parts.settings.smtp_server:
            told = f"{PREFIX}SMTP_SERVER is missing: in development letters are only shown"
            raise SettingsError((told,))
        trial.send(parts.settings, address)


@group.group()
def keys() -> None:
    """Make keys that seal what is stored."""


@keys.command()
@as_json
def new(*, as_json: bool) -> None:
    """Print a new key for SIMPLE_2FA_SECRET_KEY."""
    making.new(as_json=as_json)


@group.group()
def audit() -> None:
    """Tell what each route demands."""


@audit.command("routes")
@as_json
def list_routes(*, as_json: bool) -> None:
    """List all routes, and what each demands.

    Status 1 where one changes something, demands nothing and SIMPLE_2FA_ALLOWED has no reason.
    """
    try:
        allowed = reasons_of(current_app.config.get(ALLOWED))
    except TypeError as why:
        raise SettingsError((f"{ALLOWED} can't be used: {why}",)) from None
    tell_routes(audit_routes(current_app, allowed), as_json=as_json)


def _way(parts: Services) -> str:
    settings = parts.settings
    if parts.inbox:
        return f"are shown at {mount().prefix}/inbox"
    return f"go out by {settings.smtp_server}:{settings.smtp_port}"
