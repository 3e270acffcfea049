"""`db upgrade` and `db check`."""

from collections.abc import Sequence

import click

from simple_2fa.db import state as database
from simple_2fa.db import upgrade as migrations
from simple_2fa.db.engine import Database
from simple_2fa.flask.checks import DEVELOPMENT, MODE, lack, named
from simple_2fa.flask.commands.faults import end
from simple_2fa.flask.commands.telling import print_json


def upgrade(db: Database, *, as_json: bool) -> None:
    """Make the tables, or bring them up to date; say what was done."""
    told = migrations.upgrade(db)
    if as_json:
        print_json(told)
    else:
        click.echo("\n".join((*told, f"The database {named(db.url)} is current.")))


def check(
    db: Database,
    command: str,
    advice: Sequence[str] = (),
    *,
    as_json: bool,
    misplaced: str = "",
) -> None:
    """Say whether a database is fit for use; end with status 1 where it isn't.

    Args:
        db: the database.
        command: which one has `db upgrade`.
        advice: more lines for where it lacks something.
        as_json: for programs.
        misplaced: what is wrong with one of development's, where that isn't wanted.
    """
    state, problems = database.state(db), database.problems(db)
    lacking = (lack(db, command), *advice) if state != "current" else ()
    if misplaced and not lacking and database.mark(db, MODE) == DEVELOPMENT:
        problems.append(misplaced)
    if as_json:
        print_json({"state": state, "problems": problems})
    elif not lacking:
        click.echo(f"The database {named(db.url)} is current.")
    if lacking or problems:
        end(*(() if as_json else (*lacking, *problems)))
