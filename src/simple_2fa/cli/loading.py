"""What every command begins with: settings, their warnings, the database."""

import json
import sys

import click

from simple_2fa.app import open_database
from simple_2fa.app.checks import DEVELOPMENT, MODE, STATES
from simple_2fa.db import state as database
from simple_2fa.db.engine import Database
from simple_2fa.settings import Settings

DASHES = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
"""For commands that take an id, which may begin with '-': what is no option is the id."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def load_settings() -> Settings:
    """Read the settings; warnings go to standard error."""
    settings = Settings.load()
    for warning in settings.warnings:
        click.echo(f"warning: {warning}", err=True)
    return settings


def open_db(settings: Settings | None = None) -> Database:
    """Open the database that the settings name; they are read where none are given."""
    return open_database(settings or load_settings())


def open_current_db(settings: Settings | None = None) -> Database:
    """Open it, or end with status 1 where it isn't migrated."""
    db = open_db(settings)
    state = database.state(db)
    if state != "current":
        click.echo(STATES[state], err=True)
        sys.exit(1)
    return db


def tell_whose(db: Database) -> None:
    """Say it where what is done here won't reach production."""
    if database.mark(db, MODE) == DEVELOPMENT:
        click.echo("note: this is the database of `run`; `serve` needs one of its own", err=True)


def print_json(value: object) -> None:
    """Print a value for programs."""
    click.echo(json.dumps(value, indent=2))
