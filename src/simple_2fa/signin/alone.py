"""Signing in by one answer that says whose it is and stands for two factors: a passkey."""

from dataclasses import replace

from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account
from simple_2fa.challenges import answers, flows
from simple_2fa.challenges.answers import Attempt
from simple_2fa.challenges.model import (
    Answered,
    Caller,
    Cashed,
    Challenge,
    Proof,
    Purpose,
    Question,
    Started,
)
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.factor import Factor, Prompt
from simple_2fa.core.ids import digest
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.limits.rules import PASSKEY_QUESTIONS
from simple_2fa.signin import asking, notices, people
from simple_2fa.signin.arrival import arrival
from simple_2fa.signin.login import complete_login
from simple_2fa.signin.model import Entered, OverError, Visit

_KIND = "visitor"


def begin(visit: Visit, visitor: str, factor: Factor) -> Prompt:
    """Put the question to a browser of which nothing is known; the open one is put again.

    Args:
        visit: from which.
        visitor: names the browser.
        factor: one that can be first.

    Raises:
        SlowDownError: this network has had many put.
    """
    seen = awaited(visit, visitor, factor)
    if seen and seen.can_be_resent(visit.now):
        return visit.desk.posed(seen).prompt

    def also(connection: Connection, _: Started) -> None:
        block = buckets.bucket(PASSKEY_QUESTIONS, visit.place.network)
        if not buckets.take(connection, block, visit.now, charge=1):
            raise SlowDownError(buckets.level(connection, block, visit.now).retry_at)

    return flows.start(visit.desk, _question(visitor, factor), visit.now, also).prompt


def awaited(visit: Visit, visitor: str, factor: Factor) -> Challenge | None:
    """Read the question that is open for a browser."""
    return asking.open_one(visit, _question(visitor, factor)) if visitor else None


def answer(visit: Visit, visitor: str, factor: Factor, text: str) -> Entered:
    """Take the answer, and sign in whom it names.

    Raises:
        MalformedAnswerError: it can't be an answer at all.
        OverError: no question is open for this browser.
    """
    seen, subject = awaited(visit, visitor, factor), factor.subject_of(text)
    if seen is None:
        raise OverError
    account = _named(visit, subject) if subject else None
    if account is None or account.disabled_at or account.person:
        return Entered(_refused(visit, seen, text, may_hint=account is None))
    attempt = Attempt(
        text, seen.caller, seen.purpose, account.id, visit.place.facts, holder=account.subject
    )
    known = people.recognised(visit, account)
    made = arrival(replace(visit, session=None), account, known, factor)
    notice = notices.sealed(visit, account, "new_browser") if made.is_new_browser else None

    def cash(connection: Connection, _: Proof) -> Cashed:
        asking.leave(connection, visit)
        complete_login(connection, made)
        if notice:
            notices.queue(connection, notice)
        return Cashed(Tag.SESSION_LOGIN, account.id, made.facts)

    told = answers.answer(visit.desk, seen.id, attempt, visit.now, cash)
    return Entered(told, made.cookies if told.proof else None)


def _refused(visit: Visit, seen: Challenge, text: str, *, may_hint: bool) -> Answered:
    """Judge an answer for which nothing is held: it is wrong.

    A hint lets the browser drop what answered; whose account is disabled may need it again.
    """
    attempt = Attempt(text, seen.caller, seen.purpose)
    told = answers.answer(visit.desk, seen.id, attempt, visit.now)
    return told if may_hint else replace(told, hint="")


def _named(visit: Visit, subject: bytes) -> Account | None:
    return visit.db.read(lambda connection: accounts.by_subject(connection, subject))


def _question(visitor: str, factor: Factor) -> Question:
    caller = Caller(_KIND, visitor)
    return Question(digest(_KIND, visitor), "", Purpose.ALONE, caller, factor.name)
