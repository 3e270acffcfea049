"""Rows of accounts. Whatever changes one demands the epoch under which it was allowed."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Update, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from simple_2fa.accounts.model import Account, AddressTakenError, Person
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.clock import from_millis, maybe_instant, maybe_millis, to_millis
from simple_2fa.db.schema import accounts

_A = accounts.c
_INSERT = insert(accounts)
_BY_ID = select(accounts).where(_A.account == bindparam("which"))
_BY_SUBJECT = select(accounts).where(_A.subject == bindparam("whose"))
_BY_IDENTITY = select(accounts).where(_A.identity == bindparam("whose"))
_PLACE = select(_A.id).where(_A.account == bindparam("which"))
_PLACE_IN_TIME = select(func.max(_A.id)).where(_A.created_at <= bindparam("at"))
_PAGE = select(accounts).where(_A.id > bindparam("after")).order_by(_A.id).limit(bindparam("most"))
_UNDER = update(accounts).where(_A.account == bindparam("which"), _A.epoch == bindparam("under"))
_NEXT_EPOCH = {"epoch": _A.epoch + 1}
_NEVER = -1
_AS_SEEN = func.coalesce(_A.former_at, _NEVER) == bindparam("former_seen")
"""Letting a reset stand raises no epoch."""
_CHANGE_PASSWORD = _UNDER.where(_AS_SEEN).values(
    password=bindparam("hash"),
    password_at=bindparam("at"),
    reset_at=bindparam("reset"),
    former_password=bindparam("former"),
    former_at=bindparam("former_until"),
    **_NEXT_EPOCH,
)
_DISABLE = _UNDER.values(disabled_at=bindparam("at"), **_NEXT_EPOCH)
_END_ALL = _UNDER.values(_NEXT_EPOCH)
_PUT_BACK = _UNDER.values(
    address=bindparam("to"),
    identity=bindparam("whose"),
    mail_codes=bindparam("on"),
    **_NEXT_EPOCH,
)
_SWITCH_MAIL = _UNDER.values(mail_codes=bindparam("on"), **_NEXT_EPOCH)
_SWITCH_RECOVERY = _UNDER.values(recovery=bindparam("on"), **_NEXT_EPOCH)
_SPEAK = update(accounts).where(_A.account == bindparam("which")).values(locale=bindparam("tongue"))
_REHASH = (
    update(accounts)
    .where(_A.account == bindparam("which"), _A.password == bindparam("seen"))
    .values(password=bindparam("hash"))
)
_FORGET_FORMER = _UNDER.where(_AS_SEEN).values(former_password=None, former_at=None)
_REMOVE = delete(accounts).where(_A.account == bindparam("which"), _A.epoch == bindparam("under"))


def add(connection: Connection, new: Account) -> None:
    """Store a new account.

    Raises:
        AddressTakenError: there is one with this address, or of this person.
    """
    row = {
        "account": new.id,
        "subject": new.subject,
        "address": new.address,
        "identity": new.identity,
        "host": new.person and new.person.host,
        "ref": new.person and new.person.ref,
        "password": new.password,
        "epoch": new.epoch,
        "locale": new.locale,
        "created_at": to_millis(new.created_at),
        "disabled_at": None,
        "password_at": None,
        "reset_at": None,
        "former_password": None,
        "former_at": None,
        "mail_codes": new.mail_codes,
        "recovery": new.recovery,
    }
    try:
        connection.execute(_INSERT, row)
    except IntegrityError as why:
        raise AddressTakenError from why


def find(connection: Connection, account: str) -> Account | None:
    """Read an account by its public id."""
    return _one(connection.execute(_BY_ID, {"which": account}).first())


def by_address(connection: Connection, address: str) -> Account | None:
    """Read the account of an address, however it is spelt."""
    values = {"whose": subject_of_address(address)}
    return _one(connection.execute(_BY_IDENTITY, values).first())


def by_subject(connection: Connection, subject: bytes) -> Account | None:
    """Read the account of what its credentials belong to."""
    return _one(connection.execute(_BY_SUBJECT, {"whose": subject}).first())


def by_person(connection: Connection, person: Person) -> Account | None:
    """Read the account of another application's person."""
    return _one(connection.execute(_BY_IDENTITY, {"whose": person.subject}).first())


def page(connection: Connection, after: Account | None, most: int) -> list[Account]:
    """Read the next accounts, the oldest first, in the order of their making."""
    values = {"after": _place(connection, after) if after else 0, "most": most}
    return [_account(each) for each in connection.execute(_PAGE, values)]


def change_password(connection: Connection, seen: Account, changed: Account) -> bool:
    """Store another password, and what an undo needs. Gives False where it has changed since."""
    values = {
        "hash": changed.password,
        "at": maybe_millis(changed.password_at),
        "reset": maybe_millis(changed.reset_at),
        "former": changed.former_password,
        "former_until": maybe_millis(changed.former_at),
    }
    return _changed(connection, _CHANGE_PASSWORD, seen, {**values, **_former(seen)})


def change_address(connection: Connection, seen: Account, address: str) -> bool:
    """Store another address. Gives False where the account has changed since.

    Raises:
        AddressTakenError: another account has it.
    """
    return put_back(connection, seen, replace(seen, address=address))


def put_back(connection: Connection, seen: Account, changed: Account) -> bool:
    """Store address and mail codes as they were. Gives False where the account has changed since.

    Raises:
        AddressTakenError: another account has the address.
    """
    values = {"to": changed.address, "whose": changed.identity, "on": changed.mail_codes}
    try:
        return _changed(connection, _PUT_BACK, seen, values)
    except IntegrityError as why:
        raise AddressTakenError from why


def disable(connection: Connection, seen: Account, at: datetime | None) -> bool:
    """Let nobody in from now on, or (None) again. Gives False where it has changed since."""
    return _changed(connection, _DISABLE, seen, {"at": maybe_millis(at)})


def switch_mail_codes(connection: Connection, seen: Account, *, on: bool) -> bool:
    """Let mailed codes be a second step, or not. Gives False where it has changed since."""
    return _changed(connection, _SWITCH_MAIL, seen, {"on": on})


def switch_recovery(connection: Connection, seen: Account, *, on: bool) -> bool:
    """Let a wait open the account, or not. Gives False where it has changed since."""
    return _changed(connection, _SWITCH_RECOVERY, seen, {"on": on})


def end_all_before(connection: Connection, seen: Account) -> bool:
    """End all that was proved so far. Gives False where the account has changed since."""
    return _changed(connection, _END_ALL, seen, {})


def rehash(connection: Connection, seen: Account, password: str) -> bool:
    """Store the same password's stronger hash; nothing ends by it."""
    values = {"which": seen.id, "seen": seen.password, "hash": password}
    return bool(connection.execute(_REHASH, values).rowcount)


def forget_former(connection: Connection, seen: Account) -> bool:
    """Drop the password of before a reset; nothing ends by it.

    Gives False where the account has changed since.
    """
    return _changed(connection, _FORGET_FORMER, seen, _former(seen))


def speak(connection: Connection, seen: Account, locale: str) -> None:
    """Remember the language of somebody's pages and letters."""
    connection.execute(_SPEAK, {"which": seen.id, "tongue": locale})


def remove(connection: Connection, seen: Account) -> bool:
    """Delete an account. Gives False where it has changed since."""
    return bool(connection.execute(_REMOVE, _under(seen)).rowcount)


def _place(connection: Connection, account: Account) -> int:
    """Tell where an account stands in that order; where it is gone, where it stood."""
    place: int | None = connection.scalar(_PLACE, {"which": account.id})
    if place is None:
        place = connection.scalar(_PLACE_IN_TIME, {"at": to_millis(account.created_at)})
    return place or 0


def _changed(
    connection: Connection,
    change: Update,
    seen: Account,
    values: Mapping[str, object],
) -> bool:
    return bool(connection.execute(change, {**_under(seen), **values}).rowcount)


def _former(seen: Account) -> dict[str, object]:
    return {"former_seen": to_millis(seen.former_at) if seen.former_at else _NEVER}


def _under(seen: Account) -> dict[str, object]:
    return {"which": seen.id, "under": seen.epoch}


def _one(row: Row[Any] | None) -> Account | None:
    return None if row is None else _account(row)


def _account(row: Row[Any]) -> Account:
    return Account(
        id=row.account,
        address=row.address,
        password=row.password,
        created_at=from_millis(row.created_at),
        epoch=row.epoch,
        locale=row.locale,
        disabled_at=maybe_instant(row.disabled_at),
        password_at=maybe_instant(row.password_at),
        reset_at=maybe_instant(row.reset_at),
        former_password=row.former_password,
        former_at=maybe_instant(row.former_at),
        person=Person(row.host, row.ref) if row.host else None,
        mail_codes=row.mail_codes,
        recovery=row.recovery,
    )
