"""'That wasn't me': what somebody does who has a letter about her account, and its link.

Whoever got hold of the link can sign everybody out, and take back a way to sign in that the letter
tells of: it sets no password, and adds nothing (security decision 19). To take back never leaves an
account to the mailbox where more has guarded it, for whoever holds the link may have no more.
"""

from collections.abc import Sequence
from datetime import timedelta

from simple_2fa.accounts import flows, links, recoveries
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account, ChangedError, Link, NoAccountError
from simple_2fa.challenges import store as challenges
from simple_2fa.core.tags import Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import Credential
from simple_2fa.db.engine import Connection
from simple_2fa.mail import outbox
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.signin import enrolling, notices
from simple_2fa.signin.model import OverError, Visit
from simple_2fa.signin.writing import write

_ADDED = "way_added"
"""The letter about a way to sign in."""


def find(visit: Visit, token: str) -> Link | None:
    """Read what a link is about; None for an old, a used and an unknown one."""
    return visit.db.read(lambda connection: links.find(connection, token, visit.now))


def takes_back(visit: Visit, link: Link) -> Sequence[Credential]:
    """Tell which ways to sign in its button removes: the one that was added, and all since.

    None where that would leave the mailbox alone, and more was asked for before.
    """
    account = visit.db.read(lambda connection: accounts.find(connection, link.account))
    return _added(visit, link, account) if account else ()


def _added(visit: Visit, link: Link, account: Account) -> Sequence[Credential]:
    if link.about != _ADDED:
        return ()
    added = [each for each in enrolling.owned(visit, account) if each.created_at >= link.at]
    return added if not link.guarded or _left(visit, account, added) else ()


def _left(visit: Visit, account: Account, added: Sequence[Credential]) -> bool:
    """Whether a second step beside the mailbox is left without these."""
    return any(each not in added for each in enrolling.strong(visit, account))


def say(visit: Visit, token: str) -> Sequence[Credential]:
    """Sign everybody out, forget all browsers, and end whatever waits: codes, and a recovery.

    Codes that wait to be mailed aren't sent. Ways to sign in are removed as `takes_back` tells:
    gives those that were.

    Raises:
        OverError: the link is old, used or unknown.
        UnavailableError: the account keeps changing.
    """
    link = find(visit, token)
    if link is None:
        raise OverError
    try:
        return flows.changed(
            visit.db, link.account, lambda seen: _end_all(visit, token, link, seen)
        )
    except NoAccountError:
        raise OverError from None


def _end_all(visit: Visit, token: str, link: Link, seen: Account) -> Sequence[Credential]:
    added = _added(visit, link, seen)
    opens_mail = bool(added) and not _left(visit, seen, added)
    told = [
        notices.sealed(visit, seen, "way_removed", kind=each.factor, called=each.name)
        for each in added
    ]

    def work(connection: Connection) -> None:
        if not links.take(connection, token, visit.now):
            raise OverError
        if not _end_before(connection, seen, opens_mail=opens_mail):
            raise ChangedError
        sessions.end_others(connection, seen.id, "")
        _forget_browsers(connection, visit, seen)
        recoveries.forget(connection, seen.id)
        for asked in challenges.remove_of(connection, seen.subject, seen.address):
            outbox.void(connection, asked, visit.now)
        if added:
            credentials.remove_since(connection, seen.subject, link.at)
        for each in told:
            notices.queue(connection, each)

    write(visit, Tag.NOT_ME, seen.id, work, letter=link.about, removed=str(len(added)))
    return added


def _end_before(connection: Connection, seen: Account, *, opens_mail: bool) -> bool:
    """End all that was proved so far; where nothing else is left, let mail codes in again."""
    if opens_mail:
        return accounts.switch_mail_codes(connection, seen, on=True)
    return accounts.end_all_before(connection, seen)


def _forget_browsers(connection: Connection, visit: Visit, seen: Account) -> None:
    """Forget them; those that may undo a reset stay for that, and skip no code any more.

    Else whoever reads the mailbox, and has reset the password, would take the owner's way back.
    """
    if seen.former_at and seen.is_undoable(visit.now):
        before_it = seen.former_at - timedelta(milliseconds=1)
        browsers.carry_asking(connection, seen.id, seen.epoch, before_it)
    browsers.forget_left_behind(connection, seen.id, seen.epoch)
