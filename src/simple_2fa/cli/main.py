"""The command `simple-2fa`."""

from collections.abc import Sequence

import click

from simple_2fa.cli import audits, clients, databases, doctor, init, keys, running, users
from simple_2fa.flask.commands import faults


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
    with faults.told(of_accounts="simple-2fa user list", of_databases="simple-2fa doctor"):
        commands(arguments, prog_name="simple-2fa")
