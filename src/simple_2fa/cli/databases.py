"""The database."""

import click

from simple_2fa.cli.backups import backup
from simple_2fa.cli.loading import open_db, tell_whose, unset
from simple_2fa.flask.commands import databases
from simple_2fa.flask.commands.telling import as_json


@click.group()
def db() -> None:
    """Migrate, check and back up the database."""


db.add_command(backup)


@db.command()
@as_json
def upgrade(*, as_json: bool) -> None:
    """Make the tables, or bring them up to date."""
    opened = open_db()
    databases.upgrade(opened, as_json=as_json)
    tell_whose(opened)


@db.command()
@as_json
def check(*, as_json: bool) -> None:
    """Tell whether the database is fit for use.

    Status 1 where it isn't, or isn't migrated.
    """
    databases.check(open_db(), "simple-2fa", unset(), as_json=as_json)
