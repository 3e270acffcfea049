"""`keys new`."""

import click

from simple_2fa.flask.commands.telling import print_json
from simple_2fa.flask.development import new_key


def new(*, as_json: bool) -> None:
    """Print a new master key."""
    key = new_key()
    if as_json:
        print_json({"key": key})
    else:
        click.echo(key)
