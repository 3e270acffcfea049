"""What every command begins with: settings, their warnings, the database."""

import json
from pathlib import Path

import click

from simple_2fa.app import open_database
from simple_2fa.app.development import KEY_FILE
from simple_2fa.db.engine import Database
from simple_2fa.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def load_settings() -> Settings:
    """Read the settings; warnings go to standard error."""
    settings = Settings.load()
    for warning in settings.warnings:
        click.echo(f"warning: {warning}", err=True)
    return settings


def open_db() -> Database:
    """Open the database that the settings name."""
    return open_database(load_settings())


def development_key(settings: Settings) -> Path:
    """Give the file of development's key, which exists after the first `run`."""
    return settings.instance_path / KEY_FILE


def print_json(value: object) -> None:
    """Print a value for programs."""
    click.echo(json.dumps(value, indent=2))
