"""`audit routes`: what each route demands."""

import sys

import click

from simple_2fa.flask.auditing import Audit
from simple_2fa.flask.commands.telling import print_json


def tell_routes(audit: Audit, *, as_json: bool) -> None:
    """Print an audit; end with status 1 where something fails."""
    if as_json:
        print_json(audit.facts())
    else:
        click.echo(f"{audit.table()}\n")
        for line in (*audit.notes, *(each.fault for each in audit.failures)):
            click.echo(line, err=True)
        if not audit.failures:
            click.echo(_all_well(audit))
    if audit.failures:
        sys.exit(1)


def _all_well(audit: Audit) -> str:
    allowed = sum(row.is_open for row in audit.rows)
    told = "Whatever changes something demands something"
    return f"{told}, but for {allowed} with a reason." if allowed else f"{told}."
