"""Putting the question that a session waits for, and who is asked."""

from collections.abc import Sequence
from dataclasses import replace

from simple_2fa.accounts.model import Account, AddressTakenError
from simple_2fa.challenges import answers, flows, switching
from simple_2fa.challenges import store as challenges
from simple_2fa.challenges.answers import Attempt, Cash
from simple_2fa.challenges.flows import Also
from simple_2fa.challenges.model import (
    MAIL,
    NO_ACCOUNT,
    Answered,
    Challenge,
    Purpose,
    Question,
    Sending,
    Started,
)
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.errors import SlowDownError
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.limits.rules import STRANGERS_BY_BLOCK
from simple_2fa.mail import outbox
from simple_2fa.sessions import store
from simple_2fa.sessions.model import Session, Stage
from simple_2fa.signin import passwords, people, ways
from simple_2fa.signin.model import Cookies, NotFreshError, OverError, Visit, caller_of

_LONG = 10
"""Digits of a code that is asked for before a password was proved (security decision 10)."""
_SECOND_STEPS = frozenset({Purpose.LOGIN, Purpose.STEP_UP})


def question(
    visit: Visit,
    session: Session,
    purpose: Purpose,
    account: Account | None,
    address: str = "",
) -> Question:
    """Give what a session is asked.

    Args:
        visit: during which.
        session: who may answer.
        purpose: what the proof is wanted for.
        account: whose proof it will be; None for an address alone.
        address: where mail goes; the account's own by default.
    """
    to = address or (account.address if account else "")
    spoken = {"locale": account.locale} if account and account.locale else {}
    # Whoever resets a password is asked as an address alone: else what becomes of the account
    # meanwhile would show on the page of somebody who has proved nothing.
    hers = account if purpose is not Purpose.RESET else None
    is_second = hers and purpose in _SECOND_STEPS
    return Question(
        subject=hers.subject if hers else subject_of_address(to),
        address=to,
        purpose=purpose,
        caller=caller_of(session),
        factor=ways.ways(visit, hers, purpose)[0] if hers and is_second else MAIL,
        epoch=hers.epoch if hers else NO_ACCOUNT,
        digits=_LONG if purpose in {Purpose.RESET, Purpose.UNLOCK} else None,
        is_decoy=purpose is Purpose.RESET and account is None,
        says={**visit.says, **spoken},
        network=visit.place.network,
    )


def ask_stranger(
    visit: Visit, new: tuple[Session, str], purpose: Purpose, who: Account | str
) -> Cookies:
    """Ask somebody of whom nothing is known yet, in a session of its own (and its token).

    Raises:
        SlowDownError: this address, or this network, caused many letters lately.
    """
    session, token = new
    account, address = (None, who) if isinstance(who, str) else (who, "")

    def also(connection: Connection, started: Started) -> None:
        if not session.browser:
            count_stranger(connection, visit)
        leave(connection, visit)
        store.add(connection, replace(session, challenge=started.challenge.id), token)

    asked = question(visit, session, purpose, account, address)
    flows.start(visit.desk, asked, visit.now, also)
    return Cookies(token)


def demand_room(visit: Visit) -> None:
    """Refuse a network that has used up what strangers may ask for, before anything dear is done.

    Raises:
        SlowDownError: it has.
    """
    block = buckets.bucket(STRANGERS_BY_BLOCK, visit.place.network)
    level = visit.db.read(lambda connection: buckets.level(connection, block, visit.now))
    if not level.left:
        raise SlowDownError(level.retry_at)


def count_stranger(connection: Connection, visit: Visit) -> None:
    """Charge the network for what anybody may ask for, within the caller's unit."""
    block = buckets.bucket(STRANGERS_BY_BLOCK, visit.place.network)
    if not buckets.take(connection, block, visit.now, charge=1):
        raise SlowDownError(buckets.level(connection, block, visit.now).retry_at)


def leave(connection: Connection, visit: Visit) -> None:
    """End the session that the visitor came with."""
    if visit.session:
        store.end(connection, visit.session.id)


def noting(visit: Visit, goes_to: str) -> Also:
    """Give the write that lets the visitor's session wait for what was started."""
    return lambda connection, started: wait_for(connection, visit, started.challenge.id, goes_to)


def noting_instead(visit: Visit, seen: Challenge | None, goes_to: str) -> Also:
    """Give the write that does so in the place of what the session waited for: that is void."""

    def also(connection: Connection, started: Started) -> None:
        new = started.challenge
        if seen and seen.id != new.id and challenges.cancel(connection, seen, visit.now):
            outbox.void(connection, seen.id, visit.now)
        wait_for(connection, visit, new.id, goes_to)

    return also


def wait_for(connection: Connection, visit: Visit, challenge: str, goes_to: str) -> None:
    """Let the visitor's session wait for a challenge.

    Raises:
        OverError: it is over, or has moved on.
    """
    stage = visit.session.stage if visit.session else Stage.ANONYMOUS
    if not store.await_answer(connection, visit.token, stage, challenge, goes_to):
        raise OverError


def open_one(visit: Visit, asked: Question) -> Challenge | None:
    """Read the challenge that takes answers to a question, whichever request has put it."""
    key = challenges.open_key(asked.caller, asked.subject, asked.purpose)
    found = visit.db.read(lambda connection: challenges.by_open_key(connection, key))
    return None if found is None or found.stopped(visit.now) else found


def awaited(visit: Visit) -> Challenge | None:
    """Read the challenge that the visitor's session waits for."""
    session = visit.session
    if session is None or session.challenge is None:
        return None
    return flows.find(visit.desk, session.challenge, caller_of(session))


def purpose_of(visit: Visit, seen: Challenge | None) -> Purpose | None:
    """Tell what the session's next answer is for; None where it waits for none."""
    if seen:
        return Purpose(seen.purpose)
    # A first factor was right, or a sensitive change is wanted, and no letter was sent yet.
    session = visit.session
    if session and session.stage is Stage.PASSWORD:
        return Purpose.LOGIN
    wants_more = session and session.stage is Stage.FULL and session.is_hosted and session.goes_to
    return Purpose.STEP_UP if wants_more else None


def demand(
    visit: Visit, stage: Stage, purpose: Purpose, factor: str = ""
) -> tuple[Session, Challenge]:
    """Give the session and the challenge that it waits for, as the factor puts it that answers.

    Raises:
        OverError: it is at another stage, or waits for something else.
    """
    session, seen = visit.session, awaited(visit)
    if session is None or session.stage is not stage or seen is None or seen.purpose != purpose:
        raise OverError
    if factor and seen.sealed:
        posed = visit.desk.open(seen).posed
        seen = seen.by(factor, posed[factor]) if factor in posed else seen
    return session, seen


def others(visit: Visit, seen: Challenge | None, purpose: Purpose) -> Sequence[str]:
    """Name the other factors by which the visitor may answer.

    The mailbox has spoken where it resets the password: it is no second factor of that.
    """
    if purpose not in _SECOND_STEPS:
        return ()
    resets = bool(visit.session and visit.session.password)
    return [
        each
        for each in ways.usable(visit, people.owner(visit), purpose)
        if not (seen and each == seen.factor)
        and not (resets and visit.desk.factor(each).rests_on_mailbox)
    ]


def switch(visit: Visit, factor: str) -> None:
    """Let the question that a session waits for be put by another factor.

    Raises:
        OverError: the session waits for nothing that this factor may answer.
        SlowDownError: its letter would come too early, or be one too many.
    """
    session, seen = visit.session, awaited(visit)
    purpose = purpose_of(visit, seen)
    if session is None or purpose is None or factor not in others(visit, seen, purpose):
        raise OverError
    asked = replace(question(visit, session, purpose, people.owner(visit)), factor=factor)
    if seen and seen.can_be_resent(visit.now):
        switching.switch(visit.desk, seen, asked, visit.now)
    else:
        flows.start(visit.desk, asked, visit.now, noting(visit, session.goes_to))


def again(visit: Visit) -> Started:
    """Send the code again; where the open one is of no more use, send a new one.

    Raises:
        OverError: the session waits for nothing.
        NotFreshError: a new code for a sensitive change takes another second step first.
        SlowDownError: it is too early, or one letter too many.
    """
    session, seen = visit.session, awaited(visit)
    purpose = purpose_of(visit, seen)
    if session is None or purpose is None:
        raise OverError
    if seen and purpose is Purpose.CHANGE_ADDRESS and not _is_allowed_still(visit, seen):
        raise NotFreshError
    account = None if purpose is Purpose.PROVE_ADDRESS else _whose(visit, seen, purpose)
    kept = seen.address if seen and (account is None or purpose is Purpose.CHANGE_ADDRESS) else ""
    asked = question(visit, session, purpose, account, kept)
    if seen and purpose in _SECOND_STEPS:
        asked = replace(asked, factor=seen.factor)
    note = noting(visit, session.goes_to)

    def also(connection: Connection, started: Started) -> None:
        note(connection, started)
        if purpose is Purpose.RESET and started.sending is Sending.NEW:
            store.stand_under(connection, visit.token, account.epoch if account else NO_ACCOUNT)

    return flows.start(visit.desk, asked, visit.now, also)


def put(visit: Visit, seen: Challenge, text: str, cash: Cash, name: str = "") -> Answered:
    """Judge what a session answers to a challenge of its own.

    Args:
        visit: whose session it is.
        seen: the challenge, as the factor puts it by which the answer is judged.
        text: the answer.
        cash: what a right one is turned into.
        name: how a credential is called that is being enrolled.

    Raises:
        BusyError: judging it is dear, and too much of that is being done.
        MalformedAnswerError: it can't be an answer at all.
        OverError: there is no session any more.
        SlowDownError: much that is dear was done for this network, or browser, lately.
    """
    session = visit.session
    if session is None:
        raise OverError
    if visit.desk.factor(seen.factor).is_dear:
        passwords.pay(visit, session.browser)
    attempt = Attempt(
        text,
        caller_of(session),
        seen.purpose,
        session.account or "",
        visit.place.facts,
        seen.factor,
        name=name,
    )
    try:
        return answers.answer(visit.desk, seen.id, attempt, visit.now, cash)
    except AddressTakenError:  # a moment ago: nothing of the unit stayed, and `cash` sees it now
        return answers.answer(visit.desk, seen.id, attempt, visit.now, cash)


def _is_allowed_still(visit: Visit, seen: Challenge) -> bool:
    return ways.is_fresh(visit) or seen.can_be_resent(visit.now)


def _whose(visit: Visit, seen: Challenge | None, purpose: Purpose) -> Account | None:
    if purpose is Purpose.RESET and seen:
        return people.by_address(visit, seen.address)
    return people.owner(visit)
