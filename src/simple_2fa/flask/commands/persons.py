"""`flask simple-2fa person ...`: people by the ids that their application gave them."""

from functools import partial

import click
from flask.cli import AppGroup

from simple_2fa.accounts import flows, store
from simple_2fa.accounts.model import Account, NoAccountError, Person
from simple_2fa.db.engine import Database
from simple_2fa.flask.commands import people
from simple_2fa.flask.commands.opening import opened_current
from simple_2fa.flask.commands.telling import DASHES, as_json
from simple_2fa.flask.hosting import this_host

group = AppGroup("person", help="Look at people's second step, disable it and rescue them.")
_ref = click.argument("ref")


@group.command(context_settings=DASHES)
@_ref
@as_json
def show(ref: str, *, as_json: bool) -> None:
    """Tell what is known of the person whom you know as REF."""
    with opened_current() as parts:
        people.show(parts.db, _found(parts.db, ref), parts.clock(), as_json=as_json)


@group.command("reset-2fa", context_settings=DASHES)
@_ref
@click.option("--yes", is_flag=True, help="Don't ask.")
@as_json
def reset_2fa(ref: str, *, yes: bool, as_json: bool) -> None:
    """Rescue somebody who lost everything.

    Removes what REF enrolled and the known browsers, and ends what was proved. A letter tells the
    owner. From then on a code by email is enough as second step.
    """
    with opened_current() as parts:
        seen = _found(parts.db, ref)
        if not yes:
            way = f"a code sent to {seen.address} is enough as second step of {ref}"
            people.make_sure(f"After this {way}.")
        people.reset(parts.db, parts.desk.outbox, seen, parts.clock(), as_json=as_json)


@group.command(context_settings=DASHES)
@_ref
@as_json
def disable(ref: str, *, as_json: bool) -> None:
    """Refuse REF whatever demands the second step.

    What was proved ends at once. Who signs in is your application's business.
    """
    words = "{} is refused whatever demands it.", "{} was refused before."
    with opened_current() as parts:
        seen = _found(parts.db, ref)
        people.switch(
            parts.db, seen, partial(flows.disable, now=parts.clock()), words, as_json=as_json
        )


@group.command(context_settings=DASHES)
@_ref
@as_json
def enable(ref: str, *, as_json: bool) -> None:
    """Let REF make the second step again."""
    words = "{} can make the second step again.", "{} wasn't disabled."
    with opened_current() as parts:
        seen = _found(parts.db, ref)
        people.switch(
            parts.db, seen, partial(flows.enable, now=parts.clock()), words, as_json=as_json
        )


def _found(db: Database, ref: str) -> Account:
    person = Person(this_host().name, ref)
    found = db.read(lambda connection: store.by_person(connection, person))
    if found is None:
        raise NoAccountError(
            f"Nobody with the id {ref!r} is known here: people are, from the first time that"
            " they are asked for the second step"
        )
    return found
