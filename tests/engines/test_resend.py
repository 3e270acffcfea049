"""The letter again: the same code, the same tries, and a new question where time runs out."""

from datetime import datetime, timedelta

import pytest

from simple_2fa.challenges import flows, store
from simple_2fa.challenges.model import ClosedError, Outcome, Sending, Started
from simple_2fa.core.errors import SlowDownError
from world import MINUTE, NOW, SECOND, TTL, World, refused

MICRO = timedelta(microseconds=1)
LATER = NOW + 30 * SECOND
LAST_MOMENT = NOW + TTL - 3 * MINUTE
"""From here on a letter could come too late."""


def test_the_same_question_again_resends_the_same_code(world: World) -> None:
    first = world.start()
    code = world.code(first)
    world.guess_wrong(first, 2)
    again = world.start(LATER)
    assert again.sending is Sending.RESENT
    assert (again.challenge.id, again.ticket) == (first.challenge.id, first.ticket)
    assert (again.prompt, world.code(again)) == (first.prompt, code)
    assert again.challenge.expires_at == first.challenge.expires_at
    assert again.challenge.resend_after == LATER + 30 * SECOND
    assert world.found(first.challenge.id) == again.challenge
    assert again.challenge.tries_left == 3
    assert len(world.letters(first.challenge.id)) == 2
    assert ("challenge:letter:resend", "done") in world.events()


@pytest.mark.parametrize(
    ("first", "early", "welcome"),
    [
        (NOW, NOW, LATER),
        (NOW, LATER - MICRO, LATER),
        (NOW + MICRO, LATER + SECOND - MICRO, LATER + SECOND),
        (NOW - MICRO, LATER - MICRO, LATER),
    ],
)
def test_it_slows_down_to_the_second(
    world: World, first: datetime, early: datetime, welcome: datetime
) -> None:
    started = world.start(first)
    assert refused(world, early) == welcome
    assert len(world.letters(started.challenge.id)) == 1
    assert world.start(welcome).sending is Sending.RESENT


@pytest.mark.parametrize("fraction", [timedelta(0), MICRO, SECOND / 2, SECOND - MICRO])
def test_under_three_minutes_a_new_one_begins_and_the_old_stays_answerable(
    world: World, fraction: timedelta
) -> None:
    old = world.start()
    late = LAST_MOMENT + fraction
    new = world.start(late)
    if not fraction:
        assert (new.challenge.id, new.sending) == (old.challenge.id, Sending.RESENT)
        return
    assert new.sending is Sending.NEW
    assert new.challenge.id != old.challenge.id
    assert world.found(old.challenge.id).followed_by == new.challenge.id
    assert world.row(old.challenge.id).open_key is None
    assert world.answer(old.challenge.id, world.code(old), late).outcome is Outcome.APPROVED
    assert world.answer(new.challenge.id, world.code(new), late).outcome is Outcome.APPROVED


def test_a_resend_under_three_minutes_says_that_it_renewed(world: World) -> None:
    old = world.start()
    renewed = flows.resend(world.desk, old.challenge, LAST_MOMENT + SECOND)
    assert renewed.sending is Sending.RENEWED
    assert renewed.challenge.id != old.challenge.id
    later = LAST_MOMENT + 31 * SECOND
    again = flows.resend(world.desk, world.found(old.challenge.id), later)
    assert (again.sending, again.challenge.id) == (Sending.RENEWED, renewed.challenge.id)


def test_a_resend_sends_the_same_code(world: World) -> None:
    started = world.start()
    again = flows.resend(world.desk, started.challenge, LATER)
    assert (again.sending, again.challenge.id) == (Sending.RESENT, started.challenge.id)
    with pytest.raises(SlowDownError):
        flows.resend(world.desk, again.challenge, LATER)


def ended(world: World, how: Outcome) -> Started:
    started = world.start()
    if how is Outcome.USED:
        world.answer(started.challenge.id, world.code(started))
    if how is Outcome.CANCELED:
        flows.cancel(world.desk, started.challenge, NOW)
    if how is Outcome.OUT_OF_TRIES:
        world.guess_wrong(started, 5)
    return started


ENDS = [Outcome.USED, Outcome.CANCELED, Outcome.OUT_OF_TRIES, Outcome.EXPIRED]


@pytest.mark.parametrize("how", ENDS)
def test_what_is_closed_is_neither_resent_nor_canceled(world: World, how: Outcome) -> None:
    started = ended(world, how)
    now = NOW + TTL if how is Outcome.EXPIRED else LATER
    before = world.events()
    with pytest.raises(ClosedError) as refusal:
        flows.resend(world.desk, world.found(started.challenge.id), now)
    assert refusal.value.outcome is how
    with pytest.raises(ClosedError, match=how) as refusal:
        flows.cancel(world.desk, started.challenge, now)
    assert refusal.value.outcome is how
    assert world.events() == before


@pytest.mark.parametrize("how", ENDS)
def test_after_the_end_a_new_one_waits_for_the_last_letter_to_be_30_seconds_old(
    world: World, how: Outcome
) -> None:
    old = ended(world, how)
    if how is Outcome.EXPIRED:
        assert world.start(NOW + TTL).sending is Sending.NEW
        return
    assert refused(world) == LATER
    assert refused(world, LATER - timedelta(milliseconds=1)) == LATER
    new = world.start(LATER)
    assert (new.sending, new.challenge.tries) == (Sending.NEW, 0)
    assert new.challenge.id != old.challenge.id
    assert [row.challenge for row in world.mine()] == [old.challenge.id, new.challenge.id]


def test_a_letter_overtaken_meanwhile_is_not_sent_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the open challenge and resending it, another request resent it."""
    first = world.start()
    stale = world.found(first.challenge.id)
    world.start(LATER)
    true_read, reads = store.by_open_key, iter([stale])
    monkeypatch.setattr(store, "by_open_key", lambda *given: next(reads, None) or true_read(*given))
    assert refused(world, LATER) == LATER + 30 * SECOND
    assert len(world.letters(first.challenge.id)) == 2


def test_a_question_without_a_letter_may_be_asked_again_too(world: World) -> None:
    world.enrol()
    started = world.start(factor="counter")
    again = world.start(factor="counter")
    assert (again.sending, again.challenge) == (Sending.OPEN, started.challenge)
    assert world.letters(started.challenge.id) == []
    assert world.events() == [("challenge:challenge:start", "done")]
    assert world.start(LATER, "api:other").sending is Sending.NEW
