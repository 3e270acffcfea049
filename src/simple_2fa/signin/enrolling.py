"""What somebody adds to the ways to sign in, takes away, and calls them."""

from dataclasses import replace

from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Cashed, Challenge, Proof, Purpose, Question
from simple_2fa.core.errors import Simple2FAError
from simple_2fa.core.factor import Factor, Prompt
from simple_2fa.core.ids import new_secret
from simple_2fa.core.tags import Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import Credential
from simple_2fa.db.engine import Connection
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.sessions.model import Session, Stage
from simple_2fa.signin import asking, notices, people, ways
from simple_2fa.signin.model import Cookies, Entered, NotFreshError, OverError, Visit
from simple_2fa.signin.writing import write


class FullError(Simple2FAError):
    """There are as many of this factor as there may be."""


class LastFactorError(Simple2FAError):
    """Without it there would be no second step."""


class NoSuchError(Simple2FAError):
    """There is no such factor, or credential, here."""


def begin(visit: Visit, factor: str) -> None:
    """Put the question whose right answer enrols a credential of a factor.

    Raises:
        FullError: there are as many as there may be.
        HeldError: the mailbox that reset the password counts for no second factor yet.
        NoSuchError: nothing of this name can be enrolled.
        NotFreshError: the second step was too long ago.
        OverError: the session is over.
    """
    session, account = fresh(visit), people.owner(visit)
    known = visit.desk.factors.get(factor)
    if known is None or not known.can_be_enrolled:
        raise NoSuchError
    if _is_full(visit, account, known):
        raise FullError
    question = asking.question(visit, session, Purpose.ENROL, account)
    note = asking.noting_instead(visit, asking.awaited(visit), "")
    flows.start(visit.desk, replace(question, factor=factor), visit.now, note)


def confirm(visit: Visit, text: str, name: str = "") -> Entered:
    """Take the answer that proves it; what is enrolled counts from now on.

    Raises:
        BusyError: judging it is dear, and too much of that is being done.
        MalformedAnswerError: it can't be an answer at all.
        OverError: the session is over or has moved on.
    """
    session, seen = asking.demand(visit, Stage.FULL, Purpose.ENROL)
    return _enrol(visit, session, seen, text, name)


def _enrol(visit: Visit, session: Session, seen: Challenge, text: str, name: str) -> Entered:
    account, cookies = people.owner(visit), Cookies(new_secret())
    guarded = ways.has_more_than_mail(visit, account)
    proved = _proved(visit, session, seen)

    def cash(connection: Connection, made: Proof) -> Cashed:
        _change(connection, visit, account, proved, cookies)
        tells = {"kind": made.factor, "called": made.called}
        notice = notices.sealed(visit, account, "way_added", guarded=guarded, **tells)
        notices.queue(connection, notice)
        told = {**visit.place.facts, "factor": seen.factor}
        return Cashed(Tag.CREDENTIAL_ADD, account.id, told)

    told = asking.put(visit, seen, text, cash, name)
    return Entered(told, cookies if told.proof else None)


def _proved(visit: Visit, session: Session, seen: Challenge) -> Session:
    """Give the session of who has confirmed it: a second step, unless a better one was made."""
    factor, before = visit.desk.factor(seen.factor), visit.desk.factors.get(session.proved_by or "")
    is_better = before and (before.is_spare or before.strength > factor.strength)
    if is_better or factor.is_spare or seen.purpose != Purpose.ENROL:
        return session
    return replace(session, proved_by=factor.name, proved_at=visit.now)


def offer(visit: Visit, factor: str) -> Prompt:
    """Put the question that a browser answers by itself, if it likes; the open one again.

    Raises:
        HeldError: as `begin`.
        NoSuchError: no credential of this factor is made in passing.
        NotFreshError: the second step was too long ago.
        OverError: the session is over.
    """
    question = _in_passing(visit, factor)
    seen = asking.open_one(visit, question)
    if seen and seen.can_be_resent(visit.now):
        return visit.desk.posed(seen).prompt
    return flows.start(visit.desk, question, visit.now).prompt


def take(visit: Visit, factor: str, text: str) -> Entered:
    """Take what the browser made; the session goes on under a new token.

    Raises:
        MalformedAnswerError: it can't be an answer at all.
        NoSuchError: as `offer`.
        OverError: the session is over, or no question is open.
    """
    seen = asking.open_one(visit, _in_passing(visit, factor))
    if seen is None:
        raise OverError
    return _enrol(visit, people.all_the_way_in(visit), seen, text, "")


def _in_passing(visit: Visit, factor: str) -> Question:
    session, account = fresh(visit), people.owner(visit)
    known = visit.desk.factors.get(factor)
    if known is None or not known.can_be_first or _is_full(visit, account, known):
        raise NoSuchError
    return replace(asking.question(visit, session, Purpose.UPGRADE, account), factor=factor)


def _is_full(visit: Visit, account: Account, factor: Factor) -> bool:
    held = [each for each in owned(visit, account) if each.factor == factor.name]
    return len(held) >= factor.most and not factor.is_single


def remove(visit: Visit, credential: str) -> Cookies:
    """Remove one; what was signed in by it stays signed in.

    Raises:
        HeldError: as `begin`.
        LastFactorError: no second step would be left.
        NoSuchError: it is gone already.
        NotFreshError: the second step was too long ago.
        OverError: the session is over, or something else has changed the account meanwhile.
    """
    session, account = fresh(visit), people.owner(visit)
    found = find(visit, account, credential)
    if is_last(visit, account, found):
        raise LastFactorError
    notice = notices.sealed(visit, account, "way_removed", kind=found.factor, called=found.name)
    cookies = Cookies(new_secret())

    def work(connection: Connection) -> None:
        _change(connection, visit, account, session, cookies)
        if not credentials.remove(connection, account.subject, credential):
            raise OverError
        notices.queue(connection, notice)

    write(visit, Tag.CREDENTIAL_REMOVE, account.id, work, factor=found.factor)
    return cookies


def rename(visit: Visit, credential: str, name: str) -> None:
    """Give one another name.

    Raises:
        NoSuchError: it is gone.
        NotFreshError: the second step was too long ago.
        OverError: the session is over.
    """
    fresh(visit)
    account = people.owner(visit)
    found = find(visit, account, credential)

    def work(connection: Connection) -> None:
        credentials.rename(connection, account.subject, credential, name)

    write(visit, Tag.CREDENTIAL_RENAME, account.id, work, factor=found.factor)


def switch_mail_codes(visit: Visit, *, on: bool) -> Cookies:
    """Let mailed codes be a second step, or not.

    Raises:
        HeldError: as `begin`.
        LastFactorError: no second step would be left.
        NotFreshError: the second step was too long ago.
        OverError: the session is over, or something else has changed the account meanwhile.
    """
    session, account = fresh(visit), people.owner(visit)
    if not on and not strong(visit, account):
        raise LastFactorError
    notice = notices.sealed(visit, account, "mail_codes_on" if on else "mail_codes_off")
    cookies = Cookies(new_secret())

    def work(connection: Connection) -> None:
        if not accounts.switch_mail_codes(connection, account, on=on):
            raise OverError
        carry(connection, visit, account, session, cookies)
        notices.queue(connection, notice)

    write(visit, Tag.MAIL_CODES_SWITCH, account.id, work, to="on" if on else "off")
    return cookies


def owned(visit: Visit, account: Account) -> list[Credential]:
    """Give all that somebody has enrolled, the oldest first."""
    return visit.db.read(lambda link: credentials.owned(link, account.subject))


def find(visit: Visit, account: Account, credential: str) -> Credential:
    """Give one of these.

    Raises:
        NoSuchError: it isn't among them.
    """
    found = next((each for each in owned(visit, account) if each.id == credential), None)
    if found is None:
        raise NoSuchError
    return found


def strong(visit: Visit, account: Account) -> list[Credential]:
    """Give those that are a second step by themselves."""
    found = owned(visit, account)
    return [each for each in found if not visit.desk.factor(each.factor).is_spare]


def is_last(visit: Visit, account: Account, credential: Credential) -> bool:
    """Whether no second step would be left without it."""
    left = [each.id for each in strong(visit, account)]
    return not account.mail_codes and left == [credential.id]


def _change(
    connection: Connection, visit: Visit, account: Account, session: Session, cookies: Cookies
) -> None:
    """End what was asked under the former state, and carry along who is signed in.

    Raises:
        OverError: something else has changed the account meanwhile.
    """
    if not accounts.end_all_before(connection, account):
        raise OverError
    carry(connection, visit, account, session, cookies)


def carry(
    connection: Connection, visit: Visit, account: Account, session: Session, cookies: Cookies
) -> None:
    """Carry along, to the account's next epoch, who is signed in, and all known browsers.

    Raises:
        OverError: this session has moved on.
    """
    browsers.carry_old(connection, account.id, account.epoch, visit.now)
    sessions.carry(connection, account.id, account.epoch, None)
    moved = replace(session, epoch=account.epoch + 1, challenge=None, goes_to="")
    if not sessions.move(connection, visit.token, Stage.FULL, moved, cookies.session):
        raise OverError


def fresh(visit: Visit) -> Session:
    """Give the visitor's session, in which a second step was made a moment ago.

    Raises:
        HeldError: the mailbox that reset the password counts for no second factor yet.
        NotFreshError: the second step was too long ago.
        OverError: the session is over.
    """
    session = people.of_two_factors(visit)
    if not ways.is_fresh(visit):
        raise NotFreshError
    return session
