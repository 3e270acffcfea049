"""'That wasn't me': what somebody does who has a letter about her account, and its link.

Whoever got hold of the link can sign everybody out, and take back what that letter tells of
(`taking_back`): it sets no password, and adds nothing (security decision 19).
"""

from datetime import timedelta

from simple_2fa.accounts import flows, links, recoveries
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import (
    Account,
    AddressTakenError,
    ChangedError,
    Link,
    NoAccountError,
)
from simple_2fa.challenges import store as challenges
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.mail import outbox
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.signin import notices, taking_back
from simple_2fa.signin.model import OverError, Visit
from simple_2fa.signin.resets import KNOWN_FOR
from simple_2fa.signin.taking_back import TakenBack
from simple_2fa.signin.writing import write


def find(visit: Visit, token: str) -> Link | None:
    """Read what a link is about; None for an old, a used and an unknown one."""
    return visit.db.read(lambda connection: links.find(connection, token, visit.now))


def takes_back(visit: Visit, link: Link) -> TakenBack:
    """Tell what its button takes back, beside signing everybody out."""
    account = visit.db.read(lambda connection: accounts.find(connection, link.account))
    return taking_back.of(visit, link, account) if account else TakenBack()


def say(visit: Visit, token: str) -> TakenBack:
    """Sign everybody out, let no browser skip the code, and end whatever waits: codes, a recovery.

    Codes that wait to be mailed aren't sent. Gives what was taken back.

    Raises:
        OverError: the link is old, used or unknown.
        UnavailableError: the account keeps changing.
    """
    link = find(visit, token)
    if link is None:
        raise OverError
    try:
        return _said(visit, token, link)
    except NoAccountError:
        raise OverError from None


def _said(visit: Visit, token: str, link: Link) -> TakenBack:
    def end(seen: Account) -> TakenBack:
        taken = taking_back.of(visit, link, seen)
        _end_all(visit, token, link, seen, taken)
        return taken

    try:
        return flows.changed(visit.db, link.account, end)
    except AddressTakenError:  # a moment ago: nothing of the unit stayed, and `of` sees it now
        return flows.changed(visit.db, link.account, end)


def _end_all(visit: Visit, token: str, link: Link, seen: Account, taken: TakenBack) -> None:
    back, told = taking_back.prepared(visit, seen, taken)

    def work(connection: Connection) -> None:
        if not links.take(connection, token, visit.now):
            raise OverError
        if taken:
            taking_back.put_back(connection, link, seen, back)
        elif not accounts.end_all_before(connection, seen):
            raise ChangedError
        sessions.end_others(connection, seen.id, "")
        _forget_browsers(connection, visit, seen)
        recoveries.forget(connection, seen.id)
        for asked in challenges.remove_of(connection, seen.subject, seen.address):
            outbox.void(connection, asked, visit.now)
        for each in told:
            notices.queue(connection, each)

    facts = {"letter": link.about, "taken_back": "yes" if taken else ""}
    write(visit, Tag.NOT_ME, seen.id, work, **facts)


def _forget_browsers(connection: Connection, visit: Visit, seen: Account) -> None:
    """Forget them; those that may undo a reset stay for that, and skip no code any more.

    Else whoever reads the mailbox, and resets the password before this or after it, would take the
    owner's way back.
    """
    until = max(visit.now - KNOWN_FOR, seen.created_at)
    if seen.former_at and seen.is_undoable(visit.now):
        until = seen.former_at - timedelta(milliseconds=1)
    browsers.carry_asking(connection, seen.id, seen.epoch, until)
    browsers.forget_left_behind(connection, seen.id, seen.epoch)
