"""Who it is: the account of a session or an address, and the browser that knows its owner."""

from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account
from simple_2fa.db.engine import Connection
from simple_2fa.sessions import browsers
from simple_2fa.sessions.model import Browser, Session, Stage
from simple_2fa.signin.model import HeldError, OverError, Visit


def all_the_way_in(visit: Visit) -> Session:
    """Give the visitor's session, a full one.

    Raises:
        OverError: it is over, or at an earlier stage.
    """
    if visit.session is None or visit.session.stage is not Stage.FULL:
        raise OverError
    return visit.session


def of_two_factors(visit: Visit) -> Session:
    """Give the visitor's session, a full one that counts as two factors.

    Raises:
        HeldError: the password was reset by mail, and the mailbox counts once.
        OverError: it is over, or at an earlier stage.
    """
    session = all_the_way_in(visit)
    if session.one_factor_until and session.is_one_factor(visit.now):
        raise HeldError(session.one_factor_until)
    return session


def owner(visit: Visit) -> Account:
    """Read the account of the visitor's session.

    Raises:
        OverError: it is gone, or has changed since.
    """
    session = visit.session
    name = (session and session.account) or ""
    account = visit.db.read(lambda connection: accounts.find(connection, name))
    if account is None or session is None or account.epoch != session.epoch:
        raise OverError
    return account


def by_address(visit: Visit, address: str) -> Account | None:
    """Read the account of an address, where it may be signed in to."""
    account = visit.db.read(lambda connection: accounts.by_address(connection, address))
    return None if account is None or account.disabled_at else account


def known_browsers(connection: Connection, visit: Visit) -> list[Browser]:
    """Read the known browsers that this one is: one for each person who uses it."""
    pairs = visit.browsers.items()
    found = (browsers.recognise(connection, name, held, visit.now) for name, held in pairs)
    return [each for each in found if each]


def recognised(visit: Visit, account: Account | None) -> Browser | None:
    """Tell in which known browser of an account the visitor is, if in any."""
    if not visit.browsers:
        return None
    # Without an account too, or the time that it takes would tell whether there is one.
    found = visit.db.read(lambda connection: known_browsers(connection, visit))
    return next((each for each in found if account and each.account == account.id), None)
