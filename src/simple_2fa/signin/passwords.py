"""Checking a password within its limits, and taking a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

from simple_2fa.accounts.model import Account
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.passwords import SHORTEST_WITH_SECOND_FACTOR, hash_password, weakness
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.limits.buckets import Bucket
from simple_2fa.limits.rules import PASSWORD_WORK, PASSWORDS, PASSWORDS_BY_BLOCK, PASSWORDS_IN_ALL
from simple_2fa.signin.model import PausedError, Visit, WeakPasswordError
from simple_2fa.signin.writing import write


@dataclass(frozen=True, slots=True)
class Tries:
    """What counts the passwords that somebody tries.

    Attributes:
        wrong: those that were wrong.
        work: all, as each is dear.
    """

    wrong: Sequence[Bucket]
    work: Bucket


def hashed(visit: Visit, password: str, address: str, browser: str | None = None) -> str:
    """Take a new password, and give what is stored of it; a known browser has its own count.

    Raises:
        SlowDownError: this network has had many passwords judged lately.
        WeakPasswordError: it says why.
        BusyError: too many passwords are being checked just now.
    """
    pay(visit, browser)
    hers = (address, visit.desk.site)
    with visit.desk.hashing.turn():
        why = weakness(password, SHORTEST_WITH_SECOND_FACTOR, hers)
        if why:
            raise WeakPasswordError(why, len(password))
        return hash_password(password)


def tries(visit: Visit, address: str, browser: str | None) -> Tries:
    """Name what counts wrong passwords: of the network, of the address, and of both together.

    A known browser has a count of its own, to which nobody else adds.
    """
    subject, network = subject_of_address(address).hex(), visit.place.network
    if browser:
        own = buckets.bucket(PASSWORDS, subject, browser)
        return Tries((own,), buckets.bucket(PASSWORD_WORK, browser))
    wrong = (
        buckets.bucket(PASSWORDS_BY_BLOCK, network),
        buckets.bucket(PASSWORDS_IN_ALL, subject),
        buckets.bucket(PASSWORDS, subject, network),
    )
    return Tries(wrong, buckets.bucket(PASSWORD_WORK, network))


def fits(visit: Visit, counted: Tries, account: Account | None, password: str) -> bool:
    """Tell whether this is the account's password; as slow where there is none.

    The verdict may be told only once `spend` has found room for it.

    Raises:
        PausedError: there is no room for another guess.
        SlowDownError: this network has had many passwords checked lately.
        BusyError: too many passwords are being checked just now.
    """
    visit.db.read(lambda connection: _demand_room(connection, counted, visit))
    _pay(visit, counted.work)
    return visit.desk.hashing.fits(password, account.password if account else None)


def spend(connection: Connection, counted: Tries, visit: Visit, *, right: bool) -> None:
    """Charge a wrong password, or ask that a right one has room, in the unit that tells it.

    Raises:
        PausedError: there is none; nothing of the unit may stay.
    """
    for each in counted.wrong:
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


def pay(visit: Visit, browser: str | None) -> None:
    """Charge a known browser, or the network, for what is as dear as a password.

    Raises:
        SlowDownError: it has had much of that done lately.
    """
    _pay(visit, buckets.bucket(PASSWORD_WORK, browser or visit.place.network))


def _pay(visit: Visit, work: Bucket) -> None:
    """Charge for what is dear before it is done, in a unit of its own: no refusal takes it back."""
    if not visit.db.tidy(lambda link: buckets.take(link, work, visit.now, charge=1)):
        level = visit.db.read(lambda link: buckets.level(link, work, visit.now))
        raise SlowDownError(level.retry_at)


def _demand_room(connection: Connection, counted: Tries, visit: Visit) -> None:
    for each in counted.wrong:
        level = buckets.level(connection, each, visit.now)
        if not level.left:
            raise PausedError(level.retry_at)
