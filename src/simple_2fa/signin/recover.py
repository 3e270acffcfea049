"""Getting back in: a new password by a mailed code."""

from contextlib import suppress
from dataclasses import replace

from simple_2fa.accounts.model import Account, ChangedError
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import (
    NO_ACCOUNT,
    Answered,
    Cashed,
    ClosedError,
    Outcome,
    Proof,
    Purpose,
)
from simple_2fa.core.errors import SlowDownError, UnavailableError
from simple_2fa.core.ids import new_secret
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.sessions import store
from simple_2fa.sessions.model import Session, Stage, anonymous, waiting
from simple_2fa.signin import asking, passwords, people, resets, ways
from simple_2fa.signin.arrival import arrival
from simple_2fa.signin.login import complete_login
from simple_2fa.signin.model import Cookies, Entered, OverError, Visit
from simple_2fa.signin.writing import write


def begin(visit: Visit, address: str, goes_to: str = "") -> Cookies:
    """Mail a code that allows a new password; without an account the letter says that.

    Raises:
        SlowDownError: this address, or this network, caused many letters lately.
    """
    account = people.by_address(visit, address)
    known = people.recognised(visit, account)
    session, token = anonymous(visit.now, visit.place, goes_to)
    began = replace(session, epoch=account.epoch if account else NO_ACCOUNT)
    new = replace(began, browser=known.id if known else None), token
    return asking.ask_stranger(visit, new, Purpose.RESET, account or address)


def prove(visit: Visit, text: str) -> Entered:
    """Take the code; the session may then set a new password.

    Where something has changed the account since it was asked for, the code is canceled: the
    mailbox is proved, so that may be told now.

    Raises:
        MalformedAnswerError: it can't be an answer at all.
        OverError: the session is over or has moved on.
    """
    session, seen = asking.demand(visit, Stage.ANONYMOUS, Purpose.RESET)
    account, cookies = people.by_address(visit, seen.address), Cookies(new_secret())

    def cash(connection: Connection, proof: Proof) -> Cashed:
        it_is_it = account and account.created_at <= session.created_at
        if account is None or not it_is_it or account.epoch != session.epoch:
            raise ChangedError  # or a decoy's code, which is in no letter, and somebody hit it
        proved = replace(session, proved_by=proof.factor, proved_at=visit.now, challenge=None)
        moved = waiting(proved, Stage.RESET, account.id, account.epoch, visit.now)
        if not store.move(connection, visit.token, Stage.ANONYMOUS, moved, cookies.session):
            raise OverError
        return Cashed(Tag.CHALLENGE_ANSWER, account.id, visit.place.facts)

    try:
        told = asking.put(visit, seen, text, cash)
    except ChangedError:
        with suppress(ClosedError):
            flows.cancel(visit.desk, seen, visit.now)
        return Entered(Answered(Outcome.CANCELED))
    return Entered(told, cookies if told.proof else None)


def set_password(visit: Visit, password: str) -> Entered:
    """Store the new password and sign in; where more than mail is enrolled, ask for that first.

    Other sessions and known browsers stay, so that the owner can undo what a thief of the mailbox
    did (security decision 7).

    Raises:
        SlowDownError: this network has had many passwords judged lately.
        WeakPasswordError: it says why.
        BusyError: too many passwords are being hashed just now.
        OverError: the session is over or has moved on.
    """
    session = visit.session
    if session is None or session.stage is not Stage.RESET or session.proved_by is None:
        raise OverError
    account = people.owner(visit)
    known = people.recognised(visit, account)
    kept = passwords.hashed(visit, password, account.address, known.id if known else None)
    if ways.has_more_than_mail(visit, account):
        return _ask_more(visit, account, session, kept)
    reset = resets.prepared(visit, account, kept, known)
    made = arrival(visit, reset.changed, known, visit.desk.factor(session.proved_by))

    def work(connection: Connection) -> None:
        resets.store(connection, visit, reset)
        complete_login(connection, made)

    write(visit, Tag.PASSWORD_RESET, account.id, work)
    return Entered(None, made.cookies, session.goes_to)


def _ask_more(visit: Visit, account: Account, session: Session, kept: str) -> Entered:
    """Keep the new password in the session until more than the mailbox has spoken for it.

    Where that can't be asked for just now, the page offers it again.
    """
    cookies = Cookies(new_secret())
    moved = waiting(session, Stage.PASSWORD, account.id, account.epoch, visit.now)
    moved = replace(moved, password=kept)

    def work(connection: Connection) -> None:
        if not store.move(connection, visit.token, Stage.RESET, moved, cookies.session):
            raise OverError

    write(visit, Tag.PASSWORD_RESET, account.id, work, outcome="asked")
    there = replace(visit, session=moved, token=cookies.session)
    with suppress(SlowDownError, UnavailableError):
        asked = asking.question(there, moved, Purpose.LOGIN, account)
        flows.start(visit.desk, asked, visit.now, asking.noting(there, session.goes_to))
    return Entered(None, cookies, asks=True)
