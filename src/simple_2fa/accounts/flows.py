"""What an operator does to accounts. Each change is a unit with an event."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TypeVar

from simple_2fa.accounts import store
from simple_2fa.accounts.model import Account, ChangedError, NoAccountError
from simple_2fa.core.address import canonical
from simple_2fa.core.errors import BadAddressError, UnavailableError
from simple_2fa.core.ids import is_id, new_attempt, new_id
from simple_2fa.core.tags import Event, Tag
from simple_2fa.db.engine import Connection, Database

T = TypeVar("T")

OPERATOR = "operator:cli"
"""The actor of what is done by a command."""
_READINGS = 5
"""How often an account is read for one change, where others keep changing it."""
_PAGE = 500


def create(db: Database, address: str, password: str, now: datetime) -> Account:
    """Make an account of a canonical address and a password's hash.

    Raises:
        AddressTakenError: there is one with this address.
    """
    account = Account(new_id(), address, password, now)
    attempt = new_attempt(now)

    def unit(connection: Connection) -> Event:
        store.add(connection, account)
        return event(attempt, now, Tag.ACCOUNT_CREATE, "done", account)

    db.transact(attempt, unit)
    return account


def everyone(db: Database) -> Iterator[Account]:
    """Give all accounts, the oldest first, reading a page at a time."""
    last: Account | None = None
    while page := db.read(lambda connection: store.page(connection, last, _PAGE)):  # noqa: B023
        yield from page
        last = page[-1]


def look_up(db: Database, named: str) -> Account | None:
    """Find an account by its id, or by its address however that is spelt."""
    if is_id(named):
        return db.read(lambda connection: store.find(connection, named))
    try:
        address = canonical(named)
    except BadAddressError:
        return None
    return db.read(lambda connection: store.by_address(connection, address))


def disable(db: Database, account: str, now: datetime) -> bool:
    """Let nobody in from now on. Gives False where nobody was let in before.

    Raises:
        NoAccountError: no account has this id.
    """
    return changed(db, account, partial(_let_in, db, now, Tag.ACCOUNT_DISABLE))


def enable(db: Database, account: str, now: datetime) -> bool:
    """Let its owner in again. Gives False where they were let in before.

    Raises:
        NoAccountError: no account has this id.
    """
    return changed(db, account, partial(_let_in, db, now, Tag.ACCOUNT_ENABLE))


def changed(db: Database, account: str, change: Callable[[Account], T]) -> T:
    """Change an account under the epoch that it has, whoever else is changing it.

    `change` raises ChangedError where the epoch isn't the one that was seen any more.

    Raises:
        NoAccountError: no account has this id.
        UnavailableError: others were faster each time.
    """
    for _ in range(_READINGS):
        seen = db.read(lambda connection: store.find(connection, account))
        if seen is None:
            raise NoAccountError(f"No account has the id {account}")
        with suppress(ChangedError):
            return change(seen)
    raise UnavailableError("the account keeps changing")


def event(attempt: bytes, now: datetime, tag: Tag, outcome: str, about: Account) -> Event:
    """Note what an operator did to an account."""
    return Event(attempt, now, tag, outcome, about.id, about.subject, OPERATOR, account=about.id)


def _let_in(db: Database, now: datetime, tag: Tag, seen: Account) -> bool:
    attempt = new_attempt(now)
    disabled_at = now if tag is Tag.ACCOUNT_DISABLE else None
    is_so = (seen.disabled_at is None) == (disabled_at is None)

    def unit(connection: Connection) -> Event:
        if is_so:
            return event(attempt, now, tag, "already", seen)
        if not store.disable(connection, seen, disabled_at):
            raise ChangedError
        return event(attempt, now, tag, "done", seen)

    return db.transact(attempt, unit).outcome == "done"
