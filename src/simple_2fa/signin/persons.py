"""People whom another application signs in: only the second step is ours."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account, AddressTakenError, Person
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.address import canonical, mask, subject_of_address
from simple_2fa.core.errors import BadAddressError, Simple2FAError, UnavailableError
from simple_2fa.core.ids import new_attempt, new_id
from simple_2fa.core.tags import Event, Tag
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.limits.rules import MOVES
from simple_2fa.sessions.model import Session, Stage
from simple_2fa.signin import notices
from simple_2fa.signin.erasing import erase
from simple_2fa.signin.model import OverError, Visit
from simple_2fa.signin.writing import write

_TIMES = 5
"""How often somebody is tried to be forgotten whose account changes at the same moment."""


class NoAddressError(Simple2FAError):
    """No mail can go to the address that a person's application gives."""


class DisabledError(Simple2FAError):
    """An operator lets nobody use this account."""


def account_of(visit: Visit, person: Person, address: str) -> Account:
    """Give the account of a person, made when first seen; her address is what her host says.

    Another address ends what was proved by the former one, and that is told there.

    Raises:
        DisabledError: an operator has disabled it.
        NoAddressError: no mail can go to that address.
    """
    try:
        address = canonical(address)
    except BadAddressError as why:
        raise NoAddressError(str(why)) from None
    account = _read(visit, person) or _join(visit, person, address)
    if account.disabled_at:
        raise DisabledError
    return account if _is_same(account.address, address) else _moved(visit, account, address)


def are(account: Account, person: Person, address: str) -> bool:
    """Whether an account is a person's, at the address that her host gives now."""
    try:
        return account.person == person and _is_same(account.address, canonical(address))
    except BadAddressError:
        return False


def is_in(visit: Visit, account: Account) -> Session | None:
    """Give the visitor's session, where a person has made the second step in it."""
    session = visit.session
    if session is None or session.stage is not Stage.FULL:
        return None
    is_hers = (session.account, session.epoch) == (account.id, account.epoch)
    return session if is_hers else None


def waits(visit: Visit, account: Account) -> bool:
    """Whether the visitor's session waits for this account's second step already."""
    session = visit.session
    if session is None or session.stage is not Stage.PASSWORD:
        return False
    return (session.account, session.epoch) == (account.id, account.epoch)


def _read(visit: Visit, person: Person) -> Account | None:
    return visit.db.read(lambda connection: accounts.by_person(connection, person))


def _join(visit: Visit, person: Person, address: str) -> Account:
    new = Account(new_id(), address, "", visit.now, person=person)
    try:
        write(visit, Tag.ACCOUNT_CREATE, new.id, lambda link: accounts.add(link, new))
    except AddressTakenError:  # by another request of hers, a moment ago
        found = _read(visit, person)
        if found is None:
            raise OverError from None
        return found
    return new


def _is_same(one: str, other: str) -> bool:
    return subject_of_address(one) == subject_of_address(other)


def _moved(visit: Visit, account: Account, address: str) -> Account:
    notice = notices.sealed(visit, account, "address_changed", to=mask(address))
    # By address, too: an application may have given it to many.
    names = (account.id, subject_of_address(account.address).hex())
    pots = [buckets.bucket(MOVES, each) for each in names]

    def work(connection: Connection) -> None:
        if not accounts.change_address(connection, account, address):
            raise OverError
        if all(buckets.take(connection, pot, visit.now, charge=1) for pot in pots):
            notices.queue(connection, notice)

    write(visit, Tag.ADDRESS_CHANGE, account.id, work)
    return replace(account, address=address, epoch=account.epoch + 1)


def forget(desk: Desk, person: Person, now: datetime) -> bool:
    """Remove all that is known of a person, as her host has. Gives whether there was anything.

    Raises:
        UnavailableError: the database is out of reach, or her account keeps changing.
    """
    for _ in range(_TIMES):
        account = desk.db.read(lambda connection: accounts.by_person(connection, person))
        if account is None:
            return False
        with suppress(OverError):  # something else has changed it meanwhile, or removed it
            _erase(desk, account, now)
            return True
    raise UnavailableError("the account of a person who is forgotten keeps changing")


def _erase(desk: Desk, account: Account, now: datetime) -> None:
    key = new_attempt(now)

    def unit(connection: Connection) -> Event:
        erase(connection, account, now)
        return Event(key, now, Tag.ACCOUNT_DELETE, "done", account=account.id)

    desk.db.transact(key, unit)
