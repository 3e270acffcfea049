"""Master keys."""

import click

from simple_2fa.cli.loading import load_settings, unset
from simple_2fa.core.vault import key_id
from simple_2fa.flask.commands import keys as making
from simple_2fa.flask.commands.telling import as_json, print_json


@click.group()
def keys() -> None:
    """Make and list the keys that seal what is stored."""


@keys.command()
@as_json
def new(*, as_json: bool) -> None:
    """Print a new key for SECRET_KEY."""
    making.new(as_json=as_json)


@keys.command("list")
@as_json
def list_(*, as_json: bool) -> None:
    """List the keys in use by their ids; the first one writes."""
    ids = [key_id(key) for key in load_settings().master_keys()]
    rows = [{"id": each, "writes": each == ids[0]} for each in ids]
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("No key is set. Put one into SECRET_KEY; `simple-2fa keys new` prints one.")
        for line in unset():
            click.echo(line, err=True)
    else:
        for row in rows:
            click.echo(f"{row['id']}  {'writes and reads' if row['writes'] else 'reads'}")
