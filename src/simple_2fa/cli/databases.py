"""The database."""

import sys

import click

from simple_2fa.cli.backups import backup
from simple_2fa.cli.loading import as_json, open_db, print_json, tell_whose
from simple_2fa.db import state as database
from simple_2fa.db import upgrade as migrations


@click.group()
def db() -> None:
    """Migrate, check and back up the database."""


db.add_command(backup)


@db.command()
@as_json
def upgrade(*, as_json: bool) -> None:
    """Run the migrations that are missing."""
    opened = open_db()
    told = migrations.upgrade(opened)
    tell_whose(opened)
    if as_json:
        print_json(told)
    else:
        click.echo("\n".join(told) or "Nothing to do: the database is current.")


@db.command()
@as_json
def check(*, as_json: bool) -> None:
    """Tell whether the database is migrated and fit for use; status 1 where it isn't."""
    opened = open_db()
    state, problems = database.state(opened), database.problems(opened)
    if as_json:
        print_json({"state": state, "problems": problems})
    else:
        click.echo(f"The database is {state}." if state != "empty" else "The database is empty.")
        for problem in problems:
            click.echo(problem, err=True)
    if state != "current" or problems:
        sys.exit(1)
