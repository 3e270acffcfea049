"""How commands take what they are given, and tell what they did."""

import json

import click

DASHES = {"ignore_unknown_options": True, "help_option_names": ["--help"]}
"""For commands that take an id, which may begin with '-': what is no option is the id."""

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(value: object) -> None:
    """Print a value for programs."""
    click.echo(json.dumps(value, indent=2))
