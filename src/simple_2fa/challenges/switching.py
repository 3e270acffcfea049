"""Put an open challenge's question by another factor."""

from dataclasses import dataclass, replace
from datetime import datetime

from simple_2fa.challenges import flows, store
from simple_2fa.challenges.desk import Desk, ledger_of
from simple_2fa.challenges.model import (
    RESEND_GAP,
    Challenge,
    ClosedError,
    Outcome,
    Posed,
    Question,
    Sealed,
)
from simple_2fa.core.clock import seconds_up
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.factor import Held
from simple_2fa.core.ids import new_attempt
from simple_2fa.core.tags import Event, Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.mail import outbox


@dataclass(frozen=True, slots=True)
class _Move:
    """The row as it will be, and the letter that goes out, if one does."""

    moved: Challenge
    post: dict[str, object] | None


def switch(
    desk: Desk, seen: Challenge, question: Question, now: datetime, holder: bytes = b""
) -> Challenge:
    """Put it as `question` does, by that one's factor.

    How it was put before is kept: whoever comes back to a mailed code finds the same one.

    Args:
        desk: where it was put.
        seen: open, and not about to expire.
        question: the same one; its factor and what a letter says may differ.
        now: the request's instant.
        holder: whose credentials answer it, where that isn't its subject.

    Raises:
        ClosedError: the challenge takes no answer any more.
        SlowDownError: its letter would come too early, or be one too many.
        UnavailableError: the database is out of reach.
    """
    for _ in range(3):
        stopped = seen.stopped(now)
        if stopped:
            raise ClosedError(stopped)
        move = _prepared(desk, seen, question, now, holder or seen.subject)
        try:
            return _write(desk, seen, question, move, now)
        except store.OvertakenError:
            found = flows.find(desk, seen.id, seen.caller)
            if found is None:
                raise ClosedError(Outcome.UNKNOWN) from None
            if found.factor == question.factor:  # by another request of the same person
                return found
            seen = found
    raise UnavailableError("switches of one challenge overtake each other")


def _prepared(
    desk: Desk, seen: Challenge, question: Question, now: datetime, holder: bytes
) -> _Move:
    sealed, (held, guesses_left) = desk.open(seen), _survey(desk, seen, question, now, holder)
    posed = sealed.posed.get(question.factor)
    factor = desk.factor(question.factor)
    if posed and not flows.is_too_short(factor, posed.digits, len(held), guesses_left):
        return _Move(_moved(desk, seen, question, sealed, posed), None)
    digits = question.digits or flows.digits_for(guesses_left)
    asked = replace(question, subject=holder, digits=digits)
    posed = flows.pose(desk, asked, held, now, seen.expires_at)
    moved = _moved(desk, seen, question, sealed, posed)
    if posed.letter:
        moved = replace(moved, resend_after=seconds_up(now + RESEND_GAP))
    return _Move(moved, flows.post_of(desk, moved, posed.letter, now))


def _survey(
    desk: Desk, seen: Challenge, question: Question, now: datetime, holder: bytes
) -> tuple[tuple[Held, ...], int]:
    def query(connection: Connection) -> tuple[tuple[Held, ...], int]:
        left = buckets.level(connection, ledger_of(seen.question), now).left
        return credentials.held(connection, desk.vault, holder, question.factor), left

    return desk.db.read(query)


def _moved(
    desk: Desk, seen: Challenge, question: Question, sealed: Sealed, posed: Posed
) -> Challenge:
    content = replace(sealed, posed={**sealed.posed, question.factor: posed})
    return replace(seen.by(question.factor, posed), sealed=desk.seal(seen.id, content))


def _write(
    desk: Desk, seen: Challenge, question: Question, move: _Move, now: datetime
) -> Challenge:
    attempt = new_attempt(now)

    def unit(connection: Connection) -> Event:
        if not store.switch(connection, seen, move.moved, now):
            raise store.OvertakenError
        if move.post:
            flows.take_letter(connection, question, now)
            outbox.queue(connection, move.post)
        actor, to = str(seen.caller), {"to": question.factor}
        return Event(attempt, now, Tag.CHALLENGE_SWITCH, "done", seen.id, seen.subject, actor, to)

    desk.db.transact(attempt, unit)
    return move.moved
