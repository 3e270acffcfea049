"""People's accounts."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import NoReturn

import click

from simple_2fa.accounts import flows
from simple_2fa.accounts.model import Account, AddressTakenError, NoAccountError
from simple_2fa.app.extra import demand
from simple_2fa.cli.loading import load_settings, open_current_db, print_rows, unset
from simple_2fa.core import passwords
from simple_2fa.core.address import canonical
from simple_2fa.core.clock import utc_now
from simple_2fa.core.errors import BadAddressError
from simple_2fa.core.passwords import SHORTEST_WITH_SECOND_FACTOR, Weakness
from simple_2fa.core.vault import Vault
from simple_2fa.db.engine import Database
from simple_2fa.flask.commands import people
from simple_2fa.flask.commands.telling import DASHES, as_json, print_json
from simple_2fa.mail.outbox import Outbox
from simple_2fa.settings import SettingsError
from simple_2fa.signin import by_operator

_REASONS = {
    Weakness.TOO_SHORT: f"Use at least {SHORTEST_WITH_SECOND_FACTOR} characters;"
    " yours has {length}."
    " Three unrelated words work well.",
    Weakness.TOO_LONG: f"Use at most {passwords.LONGEST} characters; yours has {{length}}.",
    Weakness.LEAKED: "This password appears in leaked lists, so attackers try it early."
    " Choose another.",
    Weakness.PERSONAL: "This password is made of your address or this site's name, so attackers"
    " try it early. Choose another.",
    Weakness.GUESSABLE: "This password is easy to guess. Three unrelated words work well.",
}
_named = click.argument("named", metavar="ADDRESS|ID")


@click.group()
def user() -> None:
    """Make, list, disable and rescue people's accounts."""


@user.command()
@click.argument("address")
@click.option("--password-stdin", is_flag=True, help="Read the password from a line of input.")
@as_json
def add(address: str, *, password_stdin: bool, as_json: bool) -> None:
    """Make an account for ADDRESS.

    Asks for its password.
    """
    to = _canonical(address)
    settings = load_settings()
    db = open_current_db(settings)
    if flows.look_up(db, to):
        _refuse_taken(to)
    password = _password({to, settings.site_name}, from_input=password_stdin)
    try:
        made = flows.create(db, to, passwords.hash_password(password), utc_now())
    except AddressTakenError:
        _refuse_taken(to)
    if as_json:
        print_json(people.facts(made))
    else:
        click.echo(f"{made.address} ({made.id}) can sign in with this password now.")


@user.command("list")
@as_json
def list_(*, as_json: bool) -> None:
    """List all accounts, the oldest first."""
    found = flows.everyone(open_current_db())
    if as_json:
        _print_each(map(people.facts, found))
        return
    rows = ((each.id, each.created_at, people.state(each), each.address) for each in found)
    if not print_rows("ADDRESS", rows):
        click.echo("No accounts yet. `simple-2fa user add ADDRESS` makes one.")


@user.command(context_settings=DASHES)
@_named
@as_json
def show(named: str, *, as_json: bool) -> None:
    """Tell what is known of an account."""
    db = open_current_db()
    people.show(db, _found(db, named), utc_now(), as_json=as_json)


@user.command(context_settings=DASHES)
@_named
@as_json
def disable(named: str, *, as_json: bool) -> None:
    """Let nobody into an account.

    Its sessions and known browsers end at once.
    """
    words = "Nobody can sign in any more as {}.", "Nobody could sign in before as {}."
    db = open_current_db()
    people.switch(
        db, _found(db, named), partial(flows.disable, now=utc_now()), words, as_json=as_json
    )


@user.command(context_settings=DASHES)
@_named
@as_json
def enable(named: str, *, as_json: bool) -> None:
    """Let the owner of a disabled account in again."""
    words = "{} can sign in again.", "{} wasn't disabled."
    db = open_current_db()
    people.switch(
        db, _found(db, named), partial(flows.enable, now=utc_now()), words, as_json=as_json
    )


@user.command("reset-2fa", context_settings=DASHES)
@_named
@click.option("--yes", is_flag=True, help="Don't ask.")
@as_json
def reset_2fa(named: str, *, yes: bool, as_json: bool) -> None:
    """Rescue somebody who lost everything.

    Removes what the account enrolled and its known browsers, and ends its sessions. A letter tells
    the owner. From then on the password and a code by email are enough.
    """
    db, outbox = _with_outbox("letter to the owner")
    seen = _found(db, named)
    if not yes:
        ways = "the password and a code by email"
        people.make_sure(f"After this {ways} open the account {seen.address}.")
    people.reset(db, outbox, seen, utc_now(), as_json=as_json)


@user.command("change-address", context_settings=DASHES)
@_named
@click.argument("new", metavar="NEW")
@click.option("--yes", is_flag=True, help="Don't ask.")
@as_json
def change_address(named: str, new: str, *, yes: bool, as_json: bool) -> None:
    """Let codes and letters of an account go to the address NEW.

    For somebody who can't read the mail of the former one, or whose address somebody else has
    changed. Ends its sessions and known browsers; letters tell both addresses.
    """
    to = _canonical(new, "NEW")
    db, outbox = _with_outbox("letters to both addresses")
    seen = _found(db, named)
    if seen.person:
        _refuse(f"{seen.person.host} tells the address of its people: change it there.")
    if replace(seen, address=to).identity == seen.identity:
        _refuse(f"{to} is its address already.")
    if not yes:
        people.make_sure(f"After this codes for {seen.address} go to {to}.")
    try:
        by_operator.change_address(db, outbox, seen.id, to, utc_now())
    except AddressTakenError:
        _refuse_taken(to)
    people.tell_moved(seen, to, as_json=as_json)


def _with_outbox(what: str) -> tuple[Database, Outbox]:
    """Open the database, and what seals letters.

    Raises:
        SettingsError: there is no key for that.
    """
    settings = load_settings()
    keys = settings.master_keys()
    if not keys:
        raise SettingsError((f"SECRET_KEY is missing: it seals the {what}", *unset()))
    db = open_current_db(settings)
    return db, Outbox(db, Vault(keys))


def _canonical(address: str, hint: str = "ADDRESS") -> str:
    try:
        return canonical(address)
    except BadAddressError as why:
        raise click.BadParameter(str(why), param_hint=hint) from None


def _refuse_taken(address: str) -> NoReturn:
    _refuse(f"{address} has an account already: `simple-2fa user show {address}` tells about it.")


def _refuse(told: str) -> NoReturn:
    click.echo(told, err=True)
    sys.exit(1)


def _password(personal: set[str], *, from_input: bool) -> str:
    """Ask for a new password until it will do; a line of input must do at once."""
    demand("zxcvbn")

    def strong(typed: str) -> str:
        weak = passwords.weakness(typed, SHORTEST_WITH_SECOND_FACTOR, personal)
        if weak:
            raise click.UsageError(_REASONS[weak].format(length=len(typed)))
        return typed

    if from_input:
        return strong(sys.stdin.readline().rstrip("\r\n"))
    if not can_ask():
        raise click.UsageError("nobody can type a password here: give it with --password-stdin")
    typed: str = click.prompt(
        "Password",
        hide_input=True,
        confirmation_prompt="The same again",
        value_proc=strong,
        err=True,
    )
    return typed


def can_ask() -> bool:
    """Tell whether somebody sits there who could type."""
    return sys.stdin.isatty()


def _found(db: Database, named: str) -> Account:
    found = flows.look_up(db, named)
    if found is None:
        raise NoAccountError(f"No account has the address or id {named}")
    return found


def _print_each(rows: Iterator[object]) -> None:
    """Print a list for programs, an element a line, as it is read."""
    before = "["
    for row in rows:
        click.echo(f"{before}\n  {json.dumps(row)}", nl=False)
        before = ","
    click.echo("\n]" if before == "," else "[]")
