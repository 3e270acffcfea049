"""Checking a password within its limits, and taking a new one."""

from collections.abc import Sequence

from simple_2fa.accounts.model import Account
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.passwords import SHORTEST_WITH_SECOND_FACTOR, hash_password, weakness
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.limits.buckets import Bucket
from simple_2fa.limits.rules import PASSWORDS, PASSWORDS_BY_BLOCK, PASSWORDS_IN_ALL
from simple_2fa.signin.model import PausedError, Visit, WeakPasswordError
from simple_2fa.signin.writing import write

Tries = Sequence[Bucket]


def hashed(visit: Visit, password: str, address: str) -> str:
    """Take a new password, and give what is stored of it.

    Raises:
        WeakPasswordError: it says why.
        BusyError: too many passwords are being checked just now.
    """
    hers = (address, visit.lobby.site)
    with visit.lobby.hashing.turn():
        why = weakness(password, SHORTEST_WITH_SECOND_FACTOR, hers)
        if why:
            raise WeakPasswordError(why, len(password))
        return hash_password(password)


def tries(visit: Visit, address: str, browser: str | None) -> Tries:
    """Name what counts wrong passwords: of the network, of the address, and of both together.

    A known browser has a count of its own, to which nobody else adds.
    """
    subject = subject_of_address(address).hex()
    if browser:
        return (buckets.bucket(PASSWORDS, subject, browser),)
    network = visit.place.network
    return (
        buckets.bucket(PASSWORDS_BY_BLOCK, network),
        buckets.bucket(PASSWORDS_IN_ALL, subject),
        buckets.bucket(PASSWORDS, subject, network),
    )


def fits(visit: Visit, counted: Tries, account: Account | None, password: str) -> bool:
    """Tell whether this is the account's password; as slow where there is none.

    The verdict may be told only once `spend` has found room for it.

    Raises:
        PausedError: there is no room for another guess.
        BusyError: too many passwords are being checked just now.
    """
    visit.db.read(lambda connection: _demand_room(connection, counted, visit))
    return visit.lobby.hashing.fits(password, account.password if account else None)


def spend(connection: Connection, counted: Tries, visit: Visit, *, right: bool) -> None:
    """Charge a wrong password, or ask that a right one has room, in the unit that tells it.

    Raises:
        PausedError: there is none; nothing of the unit may stay.
    """
    for each in counted:
        if not buckets.take(connection, each, visit.now, charge=0 if right else 1):
            raise PausedError(buckets.level(connection, each, visit.now).retry_at)


def miss(visit: Visit, counted: Tries, account: Account | None) -> None:
    """Write a wrong password down; the same statements with and without an account.

    Raises:
        PausedError: others were faster; nothing may be told.
    """
    whose = account.id if account else ""

    def work(connection: Connection) -> None:
        spend(connection, counted, visit, right=False)

    write(visit, Tag.PASSWORD_CHECK, whose, work, outcome="wrong")


def _demand_room(connection: Connection, counted: Tries, visit: Visit) -> None:
    for each in counted:
        level = buckets.level(connection, each, visit.now)
        if not level.left:
            raise PausedError(level.retry_at)
