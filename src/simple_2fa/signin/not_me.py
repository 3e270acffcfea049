"""'That wasn't me': what somebody does who has a letter about her account, and its link.

Whoever got hold of the link can sign everybody out, and no more: it sets no password, and it takes
away and adds no way to sign in (security decision 19).
"""

from datetime import timedelta

from simple_2fa.accounts import flows, links, recoveries
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account, ChangedError, Link, NoAccountError
from simple_2fa.challenges import store as challenges
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.mail import outbox
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.signin.model import OverError, Visit
from simple_2fa.signin.writing import write


def find(visit: Visit, token: str) -> Link | None:
    """Read what a link is about; None for an old, a used and an unknown one."""
    return visit.db.read(lambda connection: links.find(connection, token, visit.now))


def say(visit: Visit, token: str) -> None:
    """Sign everybody out, forget all browsers, and end whatever waits: codes, and a recovery.

    Codes that wait to be mailed aren't sent.

    Raises:
        OverError: the link is old, used or unknown.
        UnavailableError: the account keeps changing.
    """
    link = find(visit, token)
    if link is None:
        raise OverError
    try:
        flows.changed(visit.db, link.account, lambda seen: _end_all(visit, token, link, seen))
    except NoAccountError:
        raise OverError from None


def _end_all(visit: Visit, token: str, link: Link, seen: Account) -> None:
    def work(connection: Connection) -> None:
        if not links.take(connection, token, visit.now):
            raise OverError
        if not accounts.end_all_before(connection, seen):
            raise ChangedError
        sessions.end_others(connection, seen.id, "")
        _forget_browsers(connection, visit, seen)
        recoveries.forget(connection, seen.id)
        for asked in challenges.remove_of(connection, seen.subject, seen.address):
            outbox.void(connection, asked, visit.now)

    write(visit, Tag.NOT_ME, seen.id, work, letter=link.about)


def _forget_browsers(connection: Connection, visit: Visit, seen: Account) -> None:
    """Forget them; those that may undo a reset stay for that, and skip no code any more.

    Else whoever reads the mailbox, and has reset the password, would take the owner's way back.
    """
    if seen.former_at and seen.is_undoable(visit.now):
        before_it = seen.former_at - timedelta(milliseconds=1)
        browsers.carry_asking(connection, seen.id, seen.epoch, before_it)
    browsers.forget_left_behind(connection, seen.id, seen.epoch)
