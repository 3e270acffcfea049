"""Applications that may call the API."""

import sys

import click

from simple_2fa.cli.loading import open_current_db, print_rows
from simple_2fa.clients import flows
from simple_2fa.clients.model import Client
from simple_2fa.core.clock import utc_now
from simple_2fa.flask.commands.telling import DASHES, as_json, print_json

_LONGEST_NAME = 80


@click.group()
def client() -> None:
    """Make, list and revoke the keys of applications."""


@client.command()
@click.argument("name")
@as_json
def create(name: str, *, as_json: bool) -> None:
    """Make a key for the application NAME.

    It is shown once.
    """
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise click.BadParameter("give 1 to 80 printable characters", param_hint="NAME")
    opened = open_current_db()
    made, key = flows.create(opened, name, utc_now())
    if as_json:
        print_json({**_facts(made), "key": key})
        return
    click.echo(f"{made.name} ({made.id}) may call the API with this key. It is shown only now:\n")
    click.echo(key)
    click.echo("\nSend it as the header 'Authorization: Bearer KEY'.")


@client.command("list")
@as_json
def list_(*, as_json: bool) -> None:
    """List all applications."""
    found = flows.everyone(open_current_db())
    if as_json:
        print_json([_facts(each) for each in found])
    elif not print_rows(
        "NAME", ((each.id, each.created_at, _state(each), each.name) for each in found)
    ):
        click.echo("No applications yet. `simple-2fa client create NAME` makes one.")


@client.command(context_settings=DASHES)
@click.argument("client_id", metavar="ID")
@as_json
def revoke(client_id: str, *, as_json: bool) -> None:
    """Refuse the key of the application ID from now on."""
    done = flows.revoke(open_current_db(), client_id, utc_now())
    if as_json:
        print_json({"id": client_id, "revoked": done})
    elif done:
        click.echo(f"{client_id} can't call the API any more.")
    if not done:
        click.echo(
            f"No active application has the id {client_id}; see `simple-2fa client list`.", err=True
        )
        sys.exit(1)


def _state(found: Client) -> str:
    return f"revoked {found.revoked_at:%Y-%m-%d}" if found.revoked_at else "active"


def _facts(found: Client) -> dict[str, object]:
    revoked_at = found.revoked_at and found.revoked_at.isoformat(timespec="milliseconds")
    created_at = found.created_at.isoformat(timespec="milliseconds")
    return {"id": found.id, "name": found.name, "created_at": created_at, "revoked_at": revoked_at}
