"""What every command begins with: settings, their warnings, the database."""

import os
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import click

from simple_2fa.db import state as database
from simple_2fa.db.engine import Database
from simple_2fa.flask.building import open_database
from simple_2fa.flask.checks import DEVELOPMENT, MODE, lack, named
from simple_2fa.settings import Settings, SettingsError
from simple_2fa.settings.production import production_faults


def load_settings() -> Settings:
    """Read the settings; warnings go to standard error."""
    settings = Settings.load()
    for warning in settings.warnings:
        click.echo(f"warning: {warning}", err=True)
    return settings


def load_production() -> Settings:
    """Read the settings; they must be complete and safe."""
    settings = load_settings()
    if faults := production_faults(settings):
        raise SettingsError((*faults, *unset()))
    return settings


def unset() -> tuple[str, ...]:
    """Tell how to begin where nothing is set at all; it may be the wrong folder, too."""
    if Path(".env").exists() or any(map(os.environ.get, Settings.names())):
        return ()
    advice = "`simple-2fa init` writes it for production, `simple-2fa run` needs none"
    return (f"there is no .env in {Path.cwd()}: {advice}",)


def open_db(settings: Settings | None = None) -> Database:
    """Open the database that the settings name; they are read where none are given."""
    return open_database(settings or load_settings())


def open_current_db(settings: Settings | None = None) -> Database:
    """Open it, and say what it isn't; end with status 1 where it isn't migrated."""
    db = open_db(settings)
    if lacking := lack(db):
        click.echo("\n".join(unset() or (lacking,)), err=True)
        sys.exit(1)
    tell_whose(db)
    return db


def tell_whose(db: Database) -> None:
    """Say which one it is where it may not be production's."""
    if database.mark(db, MODE) == DEVELOPMENT:
        told = f"note: {named(db.url)} belongs to `run`; `serve` needs a database of its own"
        click.echo(told, err=True)
    else:
        for line in unset():
            click.echo(f"note: {line}", err=True)


def print_rows(name: str, rows: Iterable[tuple[str, datetime, str, str]]) -> bool:
    """Print id, day, state and name a line each, as they are read; tell whether there was one."""
    there_is_one = False
    for ident, made, state, named_so in rows:
        if not there_is_one:
            click.echo(f"{'ID':<22}  {'CREATED':<10}  {'STATE':<19}  {name}")
        click.echo(f"{ident}  {made:%Y-%m-%d}  {state:<19}  {named_so}")
        there_is_one = True
    return there_is_one
