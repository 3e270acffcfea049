"""The command `simple-2fa`."""

import sys
from collections.abc import Sequence

import click
from sqlalchemy.exc import DBAPIError

from simple_2fa.accounts.model import NoAccountError
from simple_2fa.cli import audits, clients, databases, doctor, init, keys, running, users
from simple_2fa.core.errors import UnavailableError
from simple_2fa.db.upgrade import NewerDatabaseError
from simple_2fa.flask.checks import reason
from simple_2fa.settings import SettingsError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="simple-2fa")
def commands() -> None:
    """Sign-in with a second step: pages and an API."""


for command in (
    running.run,
    init.init,
    running.serve,
    running.worker,
    doctor.doctor,
    databases.db,
    users.user,
    clients.client,
    keys.keys,
    audits.audit,
):
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a fault of the settings ends with status 2, one line for each."""
    try:
        commands(arguments, prog_name="simple-2fa")
    except SettingsError as why:
        for line in (*why.warnings, *why.faults):
            click.echo(line, err=True)
        sys.exit(2)
    except NoAccountError as why:
        click.echo(f"{why}; see `simple-2fa user list`.", err=True)
        sys.exit(1)
    except NewerDatabaseError as why:
        click.echo(str(why), err=True)
        sys.exit(1)
    except (UnavailableError, DBAPIError) as why:
        told = f"The database can't be used: {reason(why)}. `simple-2fa doctor` tells more."
        click.echo(told, err=True)
        sys.exit(1)
