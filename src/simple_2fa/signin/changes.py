"""What a signed-in person changes about the account, and what she ends."""

from contextlib import suppress
from dataclasses import replace

from simple_2fa.accounts import store as accounts
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Cashed, Proof, Purpose
from simple_2fa.core.address import mask
from simple_2fa.core.errors import Simple2FAError
from simple_2fa.core.ids import new_secret
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.sessions import browsers, store
from simple_2fa.sessions.model import Session, Stage
from simple_2fa.signin import asking, notices, passwords, people, ways
from simple_2fa.signin.erasing import erase
from simple_2fa.signin.model import TAKEN, Cookies, Entered, OverError, Visit
from simple_2fa.signin.writing import write


class _NothingThereError(Simple2FAError):
    """What was to be ended is gone already: the unit must leave no trace."""


def change_password(visit: Visit, current: str, password: str) -> Entered:
    """Store another password; all sessions but this one end, and all browsers but this one.

    Gives no cookies where the current password isn't right.

    Raises:
        WeakPasswordError: the new one is; it says why.
        PausedError: too many wrong passwords.
        BusyError: too many passwords are being checked just now.
        OverError: the session isn't fresh any more, or something else has changed the account.
    """
    session, account = _fresh(visit), people.owner(visit)
    counted = passwords.tries(visit, account.address, session.browser)
    # First: a weak new one would tell that the current one is right before that is paid for.
    kept = passwords.hashed(visit, password, account.address, session.browser)
    if not passwords.fits(visit, counted, account, current):
        passwords.miss(visit, counted, account)
        return Entered()
    changed = replace(
        account, password=kept, password_at=visit.now, reset_at=None, former_password=None
    )
    notice = notices.sealed(visit, account, "password_changed")
    cookies = Cookies(new_secret())

    def work(connection: Connection) -> None:
        passwords.spend(connection, counted, visit, right=True)
        if not accounts.change_password(connection, account, changed):
            raise OverError
        _go_on(connection, visit, session, cookies)
        notices.queue(connection, notice)

    write(visit, Tag.PASSWORD_CHANGE, account.id, work)
    return Entered(None, cookies)


def ask_address(visit: Visit, address: str) -> None:
    """Mail a code to the address that the account shall have; one sent elsewhere is void.

    Raises:
        OverError: the session isn't fresh any more.
        SlowDownError: this address got many letters lately.
    """
    session, account = _fresh(visit), people.owner(visit)
    question = asking.question(visit, session, Purpose.CHANGE_ADDRESS, account, address)
    note = asking.noting_instead(visit, asking.awaited(visit), "")
    flows.start(visit.desk, question, visit.now, note)


def confirm_address(visit: Visit, text: str) -> Entered:
    """Take that code, and change the address; both are told.

    Where another account has the address by now, the answer's data say TAKEN.

    Raises:
        MalformedAnswerError: it can't be an answer at all.
        OverError: the session is over or has moved on.
    """
    session, seen = asking.demand(visit, Stage.FULL, Purpose.CHANGE_ADDRESS)
    account, cookies = people.owner(visit), Cookies(new_secret())
    old, new = account.address, seen.address
    guarded = ways.has_more_than_mail(visit, account)
    put_back = "" if guarded else "yes"
    tells = {"to": mask(new), "put_back": put_back}
    both = (
        notices.sealed(visit, account, "address_changed", guarded=guarded, **tells),
        notices.sealed(
            visit, account, "address_is_new", goes_to=new, before=mask(old), put_back=put_back
        ),
    )

    def cash(connection: Connection, _: Proof) -> Cashed:
        other = accounts.by_address(connection, seen.address)
        if other and other.id != account.id:
            return Cashed(Tag.CHALLENGE_ANSWER, data={TAKEN: 1})
        if not accounts.change_address(connection, account, seen.address):
            raise OverError
        _go_on(connection, visit, session, cookies)
        for notice in both:
            notices.queue(connection, notice)
        return Cashed(Tag.ADDRESS_CHANGE, account.id, visit.place.facts)

    told = asking.put(visit, seen, text, cash)
    is_done = told.proof is not None and TAKEN not in told.data
    return Entered(told, cookies if is_done else None)


def delete(visit: Visit) -> None:
    """Delete the account with all that belongs to it; its events stay.

    Raises:
        OverError: the session isn't fresh any more, or something else has changed the account.
    """
    _fresh(visit)
    account = people.owner(visit)
    notice = notices.sealed(visit, account, "account_deleted")

    def work(connection: Connection) -> None:
        erase(connection, account, visit.now)
        notices.queue(connection, notice)

    write(visit, Tag.ACCOUNT_DELETE, account.id, work)


def forget(visit: Visit, browser: str) -> None:
    """Forget one known browser, or all of them ('all').

    Raises:
        HeldError: whoever reset the password by mail may not take the owner's way to undo that.
        OverError: the session is over, or isn't fresh any more.
    """
    people.of_two_factors(visit)
    account = _fresh(visit).account or ""

    def work(connection: Connection) -> None:
        if browser == "all":
            gone = bool(browsers.forget_all(connection, account))
        else:
            gone = browsers.forget(connection, account, browser)
        if not gone:
            raise _NothingThereError

    with suppress(_NothingThereError):
        write(visit, Tag.BROWSER_FORGET, account, work)


def end(visit: Visit, which: str) -> None:
    """End one of the account's sessions, or all but this one ('others').

    Raises:
        HeldError: as `forget`.
        OverError: the same.
    """
    people.of_two_factors(visit)
    session = _fresh(visit)
    account = session.account or ""

    def work(connection: Connection) -> None:
        if which == "others":
            gone = bool(store.end_others(connection, account, session.id))
        else:
            gone = store.end_one_of(connection, account, which)
        if not gone:
            raise _NothingThereError

    with suppress(_NothingThereError):
        write(visit, Tag.SESSION_END, account, work)


def speak(visit: Visit, locale: str) -> None:
    """Remember the language of pages and letters; '' for the browser's."""
    account = people.owner(visit)
    visit.db.tidy(lambda connection: accounts.speak(connection, account, locale))


def sign_out(visit: Visit) -> None:
    """End the visitor's session, whatever its stage."""
    if visit.session:
        account = visit.session.account or ""
        write(visit, Tag.SESSION_LOGOUT, account, lambda link: asking.leave(link, visit))


def _go_on(connection: Connection, visit: Visit, session: Session, cookies: Cookies) -> None:
    """Let this session and its browser alone go on under the account's next epoch."""
    account, epoch = session.account or "", session.epoch
    moved = replace(session, epoch=epoch + 1, seen_at=visit.now, challenge=None, goes_to="")
    if not store.move(connection, visit.token, Stage.FULL, moved, cookies.session):
        raise OverError
    if session.browser:
        browsers.carry(connection, account, epoch, session.browser)


def _fresh(visit: Visit) -> Session:
    session = people.all_the_way_in(visit)
    if not ways.is_fresh(visit):
        raise OverError
    return session
