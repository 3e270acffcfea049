"""Everything is lost but the password: after a wait that alone opens the account (decision 19).

The wait is the owner's time to say no: by the letter's link, in any session, or by a second step.
What raises the account's epoch ends it, too: the row holds the one under which it was started.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from simple_2fa.accounts import links, recoveries
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account, Recovery
from simple_2fa.accounts.recoveries import StartedError
from simple_2fa.core.clock import whole_seconds
from simple_2fa.core.errors import Simple2FAError, SlowDownError
from simple_2fa.core.ids import new_secret
from simple_2fa.core.tags import Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.limits.rules import RECOVERIES
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.sessions.model import Session, Stage
from simple_2fa.signin import enrolling, notices, people, ways
from simple_2fa.signin.arrival import after_a_wait
from simple_2fa.signin.login import complete_login
from simple_2fa.signin.model import Cookies, Entered, OverError, Visit
from simple_2fa.signin.writing import write

WAIT = timedelta(hours=24)
WAIT_LONG = timedelta(hours=72)
"""Where a passkey or an authenticator app is enrolled: more stands against the password."""
REMINDED = timedelta(hours=24)
"""So long before it opens its owner is told once more; a shorter wait begins with a letter."""
AFTER_RESET = timedelta(days=7)
"""A password that was reset by mail is no first factor for a recovery so long: the mailbox may be
the thief's."""


class Way(StrEnum):
    """What somebody may do who has entered the password, and says that all else is lost."""

    OFFERED = "offered"
    TOO_SOON = "too_soon"
    WAITING = "waiting"
    OPEN = "open"


class TooSoonError(Simple2FAError):
    """The password was reset by mail a short while ago.

    Attributes:
        until: when a recovery may be started (aware, UTC).
    """

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until.isoformat()}")
        self.until = until


def way(visit: Visit) -> tuple[Way, datetime | None] | None:
    """Tell what a visitor who waits for the second step may do, and since or from when.

    None where there is no such way: another application's people, whose password we don't know;
    who has switched it off; who came by a mailed code and has entered no password.
    """
    session = visit.session
    if session is None or session.stage is not Stage.PASSWORD or session.password:
        return None
    account = people.owner(visit)
    if account.person or not account.recovery:
        return None
    found = pending(visit, account)
    if found:
        is_open = found.is_open(visit.now)
        return Way.OPEN if is_open else Way.WAITING, found.opens_at
    until = _too_soon_until(visit, account)
    return (Way.TOO_SOON, until) if until else (Way.OFFERED, None)


def pending(visit: Visit, account: Account) -> Recovery | None:
    """Read the recovery that is under way."""
    return visit.db.read(lambda link: recoveries.of_account(link, account.id, visit.now))


def wait_of(visit: Visit, account: Account) -> timedelta:
    """Tell how long a recovery takes to open.

    Raises:
        UnavailableError: as `ways.ways`.
    """
    return WAIT_LONG if ways.has_more_than_mail(visit, account) else WAIT


def start(visit: Visit) -> None:
    """Begin the wait, and tell the account's owner. One that is under way goes on as it is.

    Raises:
        OverError: there is no such way for this visitor.
        SlowDownError: it was started often lately.
        TooSoonError: the password was reset by mail a short while ago.
        UnavailableError: as `ways.ways`.
    """
    account = _demand(visit)
    until = _too_soon_until(visit, account)
    if until:
        raise TooSoonError(until)
    new = _begun(visit, account)
    opens = whole_seconds(new.opens_at).isoformat()
    notice = notices.sealed(visit, account, "recovery_started", until=opens)
    pot = buckets.bucket(RECOVERIES, account.id)

    def work(connection: Connection) -> None:
        recoveries.add(connection, new)
        if recoveries.of_account(connection, account.id, visit.now) is None:
            raise OverError  # the account has changed since it was read
        if not buckets.take(connection, pot, visit.now, charge=1):
            raise SlowDownError(buckets.level(connection, pot, visit.now).retry_at)
        notices.queue(connection, notice)

    try:
        write(visit, Tag.RECOVERY_START, account.id, work)
    except StartedError:  # in another tab, or by somebody else
        return


def cancel(visit: Visit) -> None:
    """End the wait, as somebody who is signed in says. It takes no fresh step: it changes nothing.

    Raises:
        HeldError: the mailbox that reset the password counts for no second factor yet.
        OverError: the session is over.
    """
    people.of_two_factors(visit)
    account = people.owner(visit)
    seen = pending(visit, account)
    if seen is None:
        return
    notice = notices.sealed(visit, account, "recovery_cancelled")

    def work(connection: Connection) -> None:
        if not recoveries.cancel(connection, seen):
            raise OverError
        notices.queue(connection, notice)

    write(visit, Tag.RECOVERY_CANCEL, account.id, work)


def go_on(visit: Visit) -> Entered:
    """Sign in without a second step, now that the wait is over; nothing of what was lost stays.

    Raises:
        OverError: it isn't, or not any more; or the session has moved on.
    """
    account = _demand(visit)
    seen = pending(visit, account)
    if seen is None or not seen.is_open(visit.now):
        raise OverError
    changed = replace(account, epoch=account.epoch + 1, mail_codes=True)
    made = after_a_wait(visit, changed)
    notice = notices.sealed(visit, account, "recovery_used")

    def work(connection: Connection) -> None:
        if not recoveries.use(connection, seen, visit.now):
            raise OverError
        _leave_nothing(connection, account, _session(visit))
        complete_login(connection, made)
        notices.queue(connection, notice)

    write(visit, Tag.RECOVERY_USE, account.id, work)
    return Entered(None, made.cookies)


def switch(visit: Visit, *, on: bool) -> Cookies:
    """Let a wait open the account, or not; one that is under way is over.

    Raises:
        HeldError: as `cancel`.
        NotFreshError: the second step was too long ago.
        OverError: the session is over, or something else has changed the account meanwhile.
    """
    session, account = enrolling.fresh(visit), people.owner(visit)
    notice = notices.sealed(visit, account, "recovery_on" if on else "recovery_off")
    cookies = Cookies(new_secret())

    def work(connection: Connection) -> None:
        if not accounts.switch_recovery(connection, account, on=on):
            raise OverError
        enrolling.carry(connection, visit, account, session, cookies)
        notices.queue(connection, notice)

    write(visit, Tag.RECOVERY_SWITCH, account.id, work, to="on" if on else "off")
    return cookies


def _begun(visit: Visit, account: Account) -> Recovery:
    wait = wait_of(visit, account)
    opens = visit.now + wait
    return Recovery(
        account.id,
        account.epoch,
        visit.now,
        opens,
        visit.place.agent,
        visit.place.network,
        opens - REMINDED if wait > REMINDED else None,
    )


def _leave_nothing(connection: Connection, account: Account, session: Session) -> None:
    """Remove all ways to sign in, all browsers and all other sessions: they lie with what is lost.

    Raises:
        OverError: something else has changed the account meanwhile.
    """
    if not accounts.switch_mail_codes(connection, account, on=True):
        raise OverError
    credentials.remove_all(connection, account.subject)
    browsers.forget_all(connection, account.id)
    links.forget_of(connection, account.id, account.address)
    sessions.end_others(connection, account.id, session.id)


def _demand(visit: Visit) -> Account:
    """Give the account of somebody who has entered its password, and may say that all is lost."""
    if way(visit) is None:
        raise OverError
    return people.owner(visit)


def _session(visit: Visit) -> Session:
    if visit.session is None:
        raise OverError
    return visit.session


def _too_soon_until(visit: Visit, account: Account) -> datetime | None:
    until = account.reset_at + AFTER_RESET if account.reset_at else None
    return until if until and visit.now < until else None
