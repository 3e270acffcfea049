"""Undoing a reset by mail: for whoever has the former password, and a browser of long before.

A mailbox counts once (security decision 7): who reads it and resets the password is outvoted by
who has two other proofs of the account.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account
from simple_2fa.core.clock import to_millis
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.sessions.model import Browser, Stage
from simple_2fa.signin import notices, passwords, people
from simple_2fa.signin.model import OverError, Visit
from simple_2fa.signin.resets import carry_on
from simple_2fa.signin.writing import write


@dataclass(frozen=True, slots=True)
class Undoable:
    """A reset that a visitor may undo, and the known browser that allows it."""

    account: Account
    browser: Browser

    @property
    def reset(self) -> str:
        """Names the reset among all of this account."""
        return str(to_millis(self.account.reset_at)) if self.account.reset_at else ""


def undoable(visit: Visit) -> Sequence[Undoable]:
    """Give the resets that this visitor may undo: whoever is signed in, the own one alone.

    A session that began with the reset, or after it, is offered nothing.
    """
    if not visit.browsers:
        return []
    found = visit.db.read(lambda connection: _here(connection, visit))
    session = visit.session
    if session is None or session.stage is not Stage.FULL:
        return found
    hers = (each for each in found if each.account.id == session.account)
    return [each for each in hers if each.account.was_reset_after(session.created_at)]


def undo(visit: Visit, browser: str, former: str) -> bool:
    """Bring the password of before the reset back, and end what has begun since.

    Args:
        visit: in a known browser of the account.
        browser: public id of that one.
        former: the password of before; a browser alone proves nobody.

    Returns:
        Whether it is back: False where `former` isn't that password.

    Raises:
        PausedError: too many wrong passwords.
        BusyError: too many passwords are being checked just now.
        OverError: there is nothing that this visitor may undo.
    """
    account = _chosen(visit, browser).account
    before = replace(account, password=account.former_password or "", password_at=visit.now)
    restored = replace(before, reset_at=None, former_password=None, former_at=None)
    counted = passwords.tries(visit, account.address, browser)
    if not passwords.fits(visit, counted, restored, former):
        passwords.miss(visit, counted, account)
        return False
    notice = notices.sealed(visit, account, "password_restored")
    before_it = (account.former_at or visit.now) - timedelta(milliseconds=1)

    def work(connection: Connection) -> None:
        passwords.spend(connection, counted, visit, right=True)
        carry_on(connection, visit, account, restored, before_it)
        notices.queue(connection, notice)

    write(visit, Tag.PASSWORD_RESTORE, account.id, work)
    return True


def keep(visit: Visit, browser: str, reset: str) -> None:
    """Let a reset stand, as its owner says who is signed in: nobody undoes it any more.

    Args:
        visit: in a known browser of the account.
        browser: public id of that one.
        reset: names the one that she has seen.

    Raises:
        OverError: nobody is signed in, there is nothing that this visitor may undo, or the
            password was reset again meanwhile.
    """
    people.all_the_way_in(visit)
    found = _chosen(visit, browser)
    if found.reset != reset:
        raise OverError

    def work(connection: Connection) -> None:
        if not accounts.forget_former(connection, found.account):
            raise OverError

    write(visit, Tag.PASSWORD_KEEP, found.account.id, work)


def _chosen(visit: Visit, browser: str) -> Undoable:
    found = next((each for each in undoable(visit) if each.browser.id == browser), None)
    if found is None:
        raise OverError
    return found


def _here(connection: Connection, visit: Visit) -> list[Undoable]:
    known = people.known_browsers(connection, visit)
    pairs = ((accounts.find(connection, each.account), each) for each in known)
    found = (Undoable(owner, each) for owner, each in pairs if owner)
    return [
        each
        for each in found
        if each.account.is_undoable(visit.now)
        and each.account.was_reset_after(each.browser.created_at)
    ]
