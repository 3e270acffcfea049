"""Take an answer: compute the verdict, claim the try, and only then tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from simple_2fa.challenges import flows, store
from simple_2fa.challenges.desk import Desk, ledger_of
from simple_2fa.challenges.model import (
    API,
    Answered,
    Caller,
    Cashed,
    Challenge,
    Outcome,
    Proof,
)
from simple_2fa.core.errors import MalformedAnswerError, Simple2FAError
from simple_2fa.core.factor import MAX_ANSWER, Held, Verdict
from simple_2fa.core.ids import new_attempt
from simple_2fa.core.tags import Event, Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import NewCredential
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.mail import outbox

Cash = Callable[[Connection, Proof], Cashed]
"""Turns the proof into something, in the claim's unit."""


_UNCASHED = Cashed(Tag.CHALLENGE_ANSWER)


class _NoClaimError(Simple2FAError):
    """The unit must leave no trace: the row was closed meanwhile."""


class _SpentError(Simple2FAError):
    """The unit must leave no trace: the ledger has no room for a guess of this cost."""

    def __init__(self, cost: int) -> None:
        super().__init__(f"no room for {cost}")
        self.cost = cost


@dataclass(frozen=True, slots=True)
class _Judged:
    """A verdict with all that its unit writes, computed before the unit begins.

    Attributes:
        holder: whose credentials answer.
        cost: what a guess costs the ledger, in millionths.
        held: the credential that answered, to be swapped.
        secret: the next sealed secret of that credential, or of a new one.
        new: what enrolment proved.
        replaces: the new one takes the former's place.
    """

    verdict: Verdict
    holder: bytes
    cost: int
    held: Held | None = None
    secret: str = ""
    new: NewCredential | None = None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer by one caller.

    Attributes:
        purpose: what the proof is wanted for; None, for API callers, takes any of theirs.
        account: public id of the account in whose activity a miss is listed, or ''.
        facts: what that line tells of where it came from.
        factor: by which of those that put the question it is judged; '' for the last one.
        holder: whose credentials answer, where that isn't the challenge's subject.
        name: how a credential is called that is being enrolled.
    """

    text: str
    caller: Caller
    purpose: str | None = None
    account: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    factor: str = ""
    holder: bytes = b""
    name: str = ""


def answer(
    desk: Desk, challenge: str, attempt: Attempt, now: datetime, cash: Cash | None = None
) -> Answered:
    """Judge an answer and tell the outcome, once the try is claimed and committed.

    `cash` turns the proof into something, in the same unit.

    Raises:
        BusyError: judging it is dear, and too much of that is being done.
        MalformedAnswerError: it can't be an answer at all; no try is spent.
        SealError: the stored question can't be opened.
        UnavailableError: the database is out of reach; the try may or may not be spent.
    """
    seen = flows.find(desk, challenge, attempt.caller)
    if seen is None or not _fits(seen, attempt.purpose):
        return Answered(Outcome.UNKNOWN)
    return _decide(desk, seen, attempt, now, cash)


def answer_by_address(desk: Desk, subject: bytes, attempt: Attempt, now: datetime) -> Answered:
    """Judge an answer to this caller's newest open challenge of a subject.

    Where none is open that is written down too. How long it took differs by what was found: a face
    that keeps that a secret levels it (`http.pace`).
    """
    caller, purpose = attempt.caller, attempt.purpose
    seen = desk.db.read(
        lambda connection: store.newest_open(connection, subject, caller, now, purpose)
    )
    if seen is None:
        return _unknown(desk, subject, caller, now)
    try:
        return _decide(desk, seen, attempt, now, None)
    except MalformedAnswerError:
        return _unknown(desk, subject, caller, now)  # no code of this length is open


def _fits(seen: Challenge, purpose: str | None) -> bool:
    return seen.purpose.startswith(API) if purpose is None else seen.purpose == purpose


def _decide(
    desk: Desk, seen: Challenge, given: Attempt, now: datetime, cash: Cash | None
) -> Answered:
    stopped = seen.stopped(now)
    if stopped:
        return _refused(desk, seen, stopped, now)
    posed = desk.open(seen).posed
    factor = given.factor if given.factor in posed else seen.factor
    seen = seen.by(factor, posed[factor])
    judged = _judge(desk, seen, posed[factor].state, given, now)
    called = judged.new.name if judged.new else ""
    proof = Proof(judged.holder, factor, seen.purpose, now, called)
    key = new_attempt(now)

    def unit(connection: Connection) -> Event:
        if not _claim(connection, seen, judged, now):
            left = _count(connection, seen, now)
            return _event(key, now, seen, Outcome.WRONG, _missed(given, judged.verdict, left))
        cashed = cash(connection, proof) if cash else _UNCASHED
        return _event(key, now, seen, Outcome.APPROVED, cashed)

    try:
        told = desk.db.transact(key, unit)
    except _SpentError as why:
        return _paused(desk, seen, why.cost, now)
    except _NoClaimError:
        row = flows.find(desk, seen.id, seen.caller)
        # Open and yet not claimed: its account's epoch has moved on.
        return _refused(desk, seen, (row and row.stopped(now)) or Outcome.CANCELED, now)
    if told.outcome == Outcome.APPROVED:
        return Answered(Outcome.APPROVED, proof, challenge=seen.id, data=told.data)
    left, hint = int(told.data["tries_left"]), str(told.data.get("hint", ""))
    return Answered(Outcome.WRONG, tries_left=left, hint=hint)


def _missed(given: Attempt, verdict: Verdict, left: int) -> Cashed:
    data: dict[str, str | int] = {**given.facts, "tries_left": left}
    if verdict.hint:
        data["hint"] = verdict.hint
    return Cashed(Tag.CHALLENGE_ANSWER, given.account, data)


def _judge(desk: Desk, seen: Challenge, state: bytes, given: Attempt, now: datetime) -> _Judged:
    """Compute the verdict, and seal what it leads to, outside any write unit."""
    if not _is_answer(given.text):
        raise MalformedAnswerError
    factor, holder = desk.factor(seen.factor), given.holder or seen.subject
    held: tuple[Held, ...] = ()
    if factor.can_be_enrolled:
        held = desk.db.read(lambda link: credentials.held(link, desk.vault, holder, seen.factor))
    context = desk.context(replace(seen.question, subject=holder), seen.digits, now, held)
    with desk.turn(factor):
        verdict = factor.finish(context, state, given.text)
    judged = _Judged(verdict, holder, factor.guess_cost(seen.digits, len(held)))
    used = next((each for each in held if each.id == verdict.credential), None)
    if not verdict.ok or (used is None and not context.enrols):
        return judged
    if used:
        secret = used.secret if verdict.secret is None else verdict.secret
        return replace(
            judged, held=used, secret=credentials.sealed(desk.vault, used.id, holder, secret)
        )
    new = NewCredential(holder, seen.factor, verdict.secret or b"", given.name or verdict.name)
    sealed = credentials.sealed(desk.vault, new.id, holder, new.secret)
    return replace(judged, secret=sealed, new=new, replaces=factor.is_single)


def _is_answer(text: str) -> bool:
    """Whether a factor may see it: not too long, and no lone surrogates, which JSON lets in."""
    try:
        return len(text.encode()) <= MAX_ANSWER
    except UnicodeEncodeError:
        return False


def _claim(connection: Connection, seen: Challenge, judged: _Judged, now: datetime) -> bool:
    """Spend the try, and close the challenge where the answer is right. Gives whether it is."""
    right = _weigh(connection, seen, judged, now)
    if not store.claim(connection, seen, now, right=right):
        raise _NoClaimError
    if right:
        outbox.void(connection, seen.id, now)
    if right and judged.new:
        if judged.replaces:
            credentials.remove_kind(connection, judged.holder, seen.factor)
        credentials.add(connection, judged.new, judged.secret, now)
    return right


def _count(connection: Connection, seen: Challenge, now: datetime) -> int:
    """Give the tries that a wrong answer has left; the last one makes the code useless."""
    left = seen.max_tries - store.tries(connection, seen.id)
    if not left:
        store.forget(connection, seen.id, now)
        outbox.void(connection, seen.id, now)
    return left


def _weigh(connection: Connection, seen: Challenge, judged: _Judged, now: datetime) -> bool:
    """Ask the ledger and swap the credential; a lost swap makes the answer wrong.

    A wrong answer is charged. A right one only asks that there is room.
    """
    right = judged.verdict.ok
    _charge(connection, seen, judged.cost, now, right=right)
    if right and judged.held:
        right = credentials.swap(connection, judged.held, judged.holder, judged.secret, now)
        if not right:
            _charge(connection, seen, judged.cost, now, right=False)
    return right


def _charge(
    connection: Connection, seen: Challenge, cost: int, now: datetime, *, right: bool
) -> None:
    if not cost:
        return
    charge = 0 if right else cost
    ledger = ledger_of(seen.question)
    if not buckets.take(connection, ledger, now, need=cost, charge=charge):
        raise _SpentError(cost)


def _refused(desk: Desk, seen: Challenge, outcome: Outcome, now: datetime) -> Answered:
    """Tell why nothing was judged, and write that down in a unit of its own."""
    attempt = new_attempt(now)
    desk.db.transact(attempt, lambda _: _event(attempt, now, seen, outcome))
    return Answered(outcome)


def _paused(desk: Desk, seen: Challenge, cost: int, now: datetime) -> Answered:
    """Tell from when on the ledger has room; right and wrong answers hear the same."""
    ledger = ledger_of(seen.question)
    level = desk.db.read(lambda connection: buckets.level(connection, ledger, now, cost))
    return replace(_refused(desk, seen, Outcome.PAUSED, now), retry_at=level.retry_at)


def _unknown(desk: Desk, subject: bytes, caller: Caller, now: datetime) -> Answered:
    attempt, tag = new_attempt(now), Tag.CHALLENGE_ANSWER
    event = Event(attempt, now, tag, Outcome.UNKNOWN, "", subject, str(caller))
    desk.db.transact(attempt, lambda _: event)
    return Answered(Outcome.UNKNOWN)


def _event(
    key: bytes, now: datetime, seen: Challenge, outcome: Outcome, told: Cashed = _UNCASHED
) -> Event:
    actor = str(seen.caller)
    return Event(key, now, told.tag, outcome, seen.id, seen.subject, actor, told.data, told.account)
