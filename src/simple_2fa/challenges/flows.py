"""Put a question: start a challenge, send its letter again, cancel it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from simple_2fa.challenges import store
from simple_2fa.challenges.desk import Desk, ledger_of, pots_of
from simple_2fa.challenges.model import (
    FLEETING,
    MAIL,
    MAX_TRIES,
    RESEND_GAP,
    UNASKED,
    Caller,
    Challenge,
    ClosedError,
    Noted,
    Outcome,
    Posed,
    Purpose,
    Question,
    Sealed,
    Sending,
    Started,
)
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.clock import seconds_up, whole_seconds
from simple_2fa.core.errors import SlowDownError, UnavailableError
from simple_2fa.core.factor import Begun, Factor, Held, Letter
from simple_2fa.core.ids import id_of, new_attempt, new_secret
from simple_2fa.core.tags import Event, Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.limits.rules import LONG_CODE_BELOW
from simple_2fa.mail import outbox
from simple_2fa.mail.outbox import Post, Priority

DECOY = "no_account"
"""The letter that takes the code's place where there is no account."""

SHORT, LONG = 6, 10
"""Digits of a mailed code."""

Also = Callable[[Connection, Started], Noted | None]
"""More writes that a face wants in the same unit, and whose activity tells of it."""


@dataclass(frozen=True, slots=True)
class _Survey:
    """What `start` looks at before it decides."""

    open: Challenge | None
    guesses_left: int
    held: tuple[Held, ...]


def start(desk: Desk, question: Question, now: datetime, also: Also | None = None) -> Started:
    """Put a question, or send the letter of the open one again.

    Raises:
        SlowDownError: a letter to this address would come too early, or be one too many.
        UnavailableError: the database is out of reach.
    """
    for _ in range(3):
        seen = desk.db.read(lambda connection: _survey(desk, question, now, connection))
        given_up = _is_given_up(desk, question, seen)
        try:
            if seen.open and seen.open.can_be_resent(now) and not given_up:
                return _send_again(desk, question, seen.open, now, also)
            return _begin(desk, question, seen, now, also)
        except store.OvertakenError:
            continue
    raise UnavailableError("challenges of one caller, subject and purpose overtake each other")


def resend(desk: Desk, seen: Challenge, now: datetime) -> Started:
    """Send the same code again; with under 3 minutes left, start a new challenge.

    Raises:
        ClosedError: the challenge takes no answer any more.
        SlowDownError: it is too early, or one letter too many.
    """
    stopped = seen.stopped(now)
    if stopped:
        raise ClosedError(stopped)
    return renew(desk, seen, now)


def renew(desk: Desk, seen: Challenge, now: datetime) -> Started:
    """Send a challenge's letter again; where that takes a new one, the old one names it.

    Raises:
        ClosedError: whoever asked has canceled it.
        SlowDownError: it is too early, or one letter too many.
    """
    if seen.outcome == Outcome.CANCELED:
        raise ClosedError(Outcome.CANCELED)

    def name_it(connection: Connection, started: Started) -> None:
        if started.challenge.id != seen.id:
            store.follow(connection, seen, started.challenge.id)

    mailed = by_mail(desk, seen)
    question = replace(mailed.question, says=_said(desk, mailed))
    started = start(desk, question, now, name_it)
    if started.challenge.id == seen.id:
        return started
    return replace(started, sending=Sending.RENEWED)


def cancel(desk: Desk, seen: Challenge, now: datetime) -> None:
    """Close a challenge without an answer; a letter that waits is not sent.

    Raises:
        ClosedError: it was closed, out of tries or expired before.
    """
    attempt = new_attempt(now)

    def unit(connection: Connection) -> Event:
        if not store.cancel(connection, seen, now):
            raise ClosedError(Outcome.UNKNOWN)
        outbox.void(connection, seen.id, now)
        return _event(attempt, now, Tag.CHALLENGE_CANCEL, seen)

    try:
        desk.db.transact(attempt, unit)
    except ClosedError:
        raise ClosedError(_why_closed(desk, seen, now)) from None


def find(desk: Desk, challenge: str, caller: Caller) -> Challenge | None:
    """Read a challenge of this caller; another's is as absent as none."""
    return desk.db.read(lambda connection: store.find(connection, challenge, caller))


def by_mail(desk: Desk, seen: Challenge) -> Challenge:
    """Give an application's challenge as its letter puts it, whatever was chosen on its page."""
    posed = desk.open(seen).posed if seen.sealed else {}
    return seen.by(MAIL, posed[MAIL]) if MAIL in posed else replace(seen, factor=MAIL)


def by_ticket(desk: Desk, ticket: str) -> Challenge | None:
    """Read the challenge whose page this ticket opens."""
    return desk.db.read(lambda connection: store.by_ticket(connection, ticket))


def delivery(desk: Desk, challenge: Challenge) -> outbox.Progress | None:
    """Tell how far the challenge's newest letter has come; None where its factor sends none."""
    return desk.db.read(lambda connection: outbox.progress(connection, challenge.id))


def sweep(desk: Desk, now: datetime, batch: int) -> int:
    """Blank what has expired and remove what is old, one batch. Gives how many rows it touched."""
    rows = desk.db.read(lambda connection: store.due(connection, now, batch))
    kept = [row.id for row in rows if row.code and row.purpose not in FLEETING]
    gone = [row.id for row in rows if not row.code or row.purpose in FLEETING]
    if kept:
        desk.db.tidy(lambda connection: store.blank(connection, kept, now))
    if gone:
        desk.db.tidy(lambda connection: store.remove(connection, gone, now))
    return len(rows)


def _survey(desk: Desk, question: Question, now: datetime, connection: Connection) -> _Survey:
    key = store.open_key(question.caller, question.subject, question.purpose)
    found = store.by_open_key(connection, key)
    ledger = buckets.level(connection, ledger_of(question), now)
    held: tuple[Held, ...] = ()
    if desk.factor(question.factor).can_be_enrolled:
        held = credentials.held(connection, desk.vault, question.subject, question.factor)
    return _Survey(found, ledger.left, held)


def _is_given_up(desk: Desk, question: Question, seen: _Survey) -> bool:
    """Whether account or address have moved on, or a longer code is needed, or another thing."""
    found = seen.open
    if found is None:
        return False
    moved = subject_of_address(found.address) != subject_of_address(question.address)
    other = found.purpose == Purpose.ENROL and found.factor != question.factor
    factor = desk.factor(found.factor)
    short = is_too_short(factor, found.digits, len(seen.held), seen.guesses_left)
    return moved or other or found.epoch != found.account_epoch or short


def is_too_short(factor: Factor, digits: int, held: int, guesses_left: int) -> bool:
    """Whether the ledger has no room for an answer, and a longer code would need less."""
    cost = factor.guess_cost(digits, held)
    return cost > guesses_left and factor.guess_cost(LONG, held) < cost


def _begin(
    desk: Desk, question: Question, seen: _Survey, now: datetime, also: Also | None
) -> Started:
    started, posed = _draw(desk, question, seen, now)
    new = started.challenge
    post = post_of(desk, new, posed.letter, now)
    given_up = _is_given_up(desk, question, seen)
    attempt = new_attempt(now)

    def unit(connection: Connection) -> Event:
        if post:
            take_letter(connection, question, now)
        if seen.open:
            store.release(connection, seen.open, new.id, now, given_up=given_up)
        store.insert_new(connection, new)
        if post:
            outbox.queue(connection, post)
        noted = also(connection, started) if also else None
        return _event(attempt, now, Tag.CHALLENGE_START, new, noted)

    if question.purpose in FLEETING:
        desk.db.tidy(unit)
    else:
        desk.db.transact(attempt, unit)
    return started


def digits_for(guesses_left: int) -> int:
    """Tell how long the next code is: a long one costs the ledger nothing."""
    return LONG if guesses_left < LONG_CODE_BELOW else SHORT


def pose(
    desk: Desk,
    question: Question,
    held: tuple[Held, ...],
    now: datetime,
    expires_at: datetime,
) -> Posed:
    """Let a question's factor put it, with the letter that goes out."""
    digits = question.digits or SHORT
    begun = desk.factor(question.factor).begin(desk.context(question, digits, now, held))
    return Posed(begun.state, begun.prompt, _letter(begun, question, now, expires_at), digits)


def _draw(desk: Desk, question: Question, seen: _Survey, now: datetime) -> tuple[Started, Posed]:
    """Make a new challenge with all its secrets; nothing is written yet."""
    digits = question.digits or digits_for(seen.guesses_left)
    expires_at = whole_seconds(now + desk.ttl)
    posed = pose(desk, replace(question, digits=digits), seen.held, now, expires_at)
    sealed = Sealed({question.factor: posed}, new_secret())
    name = id_of(sealed.ticket)
    new = Challenge(
        id=name,
        subject=question.subject,
        address=question.address,
        purpose=question.purpose,
        caller=question.caller,
        factor=question.factor,
        epoch=question.epoch,
        account_epoch=question.epoch,
        digits=digits,
        tries=0,
        max_tries=MAX_TRIES,
        created_at=whole_seconds(now),
        expires_at=expires_at,
        resend_after=seconds_up(now + RESEND_GAP),
        used=False,
        outcome=None,
        followed_by=None,
        sealed=desk.seal(name, sealed),
    )
    return Started(new, posed.prompt, sealed.ticket, Sending.NEW), posed


def _send_again(
    desk: Desk, question: Question, seen: Challenge, now: datetime, also: Also | None
) -> Started:
    """Queue the open challenge's letter once more: the same code, the same tries."""
    sealed = desk.open(seen)
    posed = sealed.posed.get(question.factor) or sealed.posed[seen.factor]
    post = post_of(desk, seen, posed.letter, now)
    if post is None:
        return _go_on(desk, Started(seen, posed.prompt, sealed.ticket, Sending.OPEN), now, also)
    if now < seen.resend_after:
        raise SlowDownError(seen.resend_after)
    resent = replace(seen, resend_after=seconds_up(now + RESEND_GAP))
    started = Started(resent, posed.prompt, sealed.ticket, Sending.RESENT)
    attempt = new_attempt(now)

    def unit(connection: Connection) -> Event:
        if not store.mark_resent(connection, seen, now):
            raise store.OvertakenError
        take_letter(connection, question, now)
        outbox.queue(connection, post)
        noted = also(connection, started) if also else None
        return _event(attempt, now, Tag.CHALLENGE_RESEND, seen, noted)

    desk.db.transact(attempt, unit)
    return started


def _go_on(desk: Desk, started: Started, now: datetime, also: Also | None) -> Started:
    """Leave an open question as it is, which needs no letter; write what the face wants."""
    if also:
        attempt = new_attempt(now)

        def unit(connection: Connection) -> Event:
            noted = also(connection, started)
            return _event(attempt, now, Tag.CHALLENGE_RESEND, started.challenge, noted)

        desk.db.transact(attempt, unit)
    return started


def take_letter(connection: Connection, question: Question, now: datetime) -> None:
    """Take a letter from each pot that it comes from, within the caller's unit.

    Raises:
        SlowDownError: one of them is empty; nothing of the unit may stay.
    """
    for pot in pots_of(question):
        if not buckets.take(connection, pot, now, charge=1):
            raise SlowDownError(buckets.level(connection, pot, now).retry_at)


def post_of(
    desk: Desk, challenge: Challenge, letter: Letter | None, now: datetime
) -> dict[str, object] | None:
    """Make the row of a challenge's letter, where it has one."""
    if letter is None:
        return None
    priority = Priority.UNSOLICITED if challenge.purpose in UNASKED else Priority.CODE
    post = Post(letter, challenge.address, challenge.id, challenge.expires_at, priority)
    return desk.outbox.seal(post, now)


def _letter(begun: Begun, question: Question, now: datetime, expires_at: datetime) -> Letter | None:
    """Add what every letter about a challenge says; a decoy's says that there is no account."""
    if begun.letter is None:
        return None
    told = {"purpose": question.purpose, "asked_at": whole_seconds(now).isoformat()}
    told |= {"until": expires_at.isoformat(), **question.says}
    if question.is_decoy:
        return Letter(DECOY, told)
    return Letter(begun.letter.name, {**begun.letter.data, **told})


def _said(desk: Desk, seen: Challenge) -> Mapping[str, str]:
    """Give the language of a challenge's letter, as far as that is still known."""
    letter = desk.posed(seen).letter if seen.sealed else None
    locale = letter.data.get("locale") if letter else None
    return {"locale": locale} if locale else {}


def _why_closed(desk: Desk, seen: Challenge, now: datetime) -> Outcome:
    row = find(desk, seen.id, seen.caller)
    return (row and row.stopped(now)) or Outcome.UNKNOWN


def _event(
    attempt: bytes, now: datetime, tag: Tag, challenge: Challenge, noted: Noted | None = None
) -> Event:
    actor = str(challenge.caller)
    event = Event(attempt, now, tag, "done", challenge.id, challenge.subject, actor)
    return replace(event, data=noted.data, account=noted.account) if noted else event
