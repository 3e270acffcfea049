"""The database."""

import sys

import click

from simple_2fa.cli.backups import backup
from simple_2fa.cli.loading import open_db, tell_whose, unset
from simple_2fa.db import state as database
from simple_2fa.db import upgrade as migrations
from simple_2fa.flask.checks import lack, named
from simple_2fa.flask.commands.telling import as_json, print_json


@click.group()
def db() -> None:
    """Migrate, check and back up the database."""


db.add_command(backup)


@db.command()
@as_json
def upgrade(*, as_json: bool) -> None:
    """Make the tables, or bring them up to date."""
    opened = open_db()
    told = migrations.upgrade(opened)
    tell_whose(opened)
    if as_json:
        print_json(told)
    else:
        click.echo("\n".join((*told, f"The database {named(opened.url)} is current.")))


@db.command()
@as_json
def check(*, as_json: bool) -> None:
    """Tell whether the database is fit for use.

    Status 1 where it isn't, or isn't migrated.
    """
    opened = open_db()
    state, problems = database.state(opened), database.problems(opened)
    lacking = (lack(opened), *unset()) if state != "current" else ()
    if as_json:
        print_json({"state": state, "problems": problems})
    else:
        if not lacking:
            click.echo(f"The database {named(opened.url)} is current.")
        for line in (*lacking, *problems):
            click.echo(line, err=True)
    if lacking or problems:
        sys.exit(1)
