"""Putting a question: one open at a time, how long its code is, and its cancel."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from simple_2fa.challenges import flows, store
from simple_2fa.challenges.model import ClosedError, Outcome, Sending, Started
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.ids import id_of, is_id
from simple_2fa.db import schema
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.limits.rules import CLIENT_LETTERS
from world import MINUTE, NOW, SECOND, TTL, World, mark, marked, refused

LATER = NOW + 30 * SECOND


def test_a_new_challenge_is_one_row_one_letter_one_event(world: World) -> None:
    started = world.start()
    assert started.sending is Sending.NEW
    assert is_id(started.challenge.id)
    (row,) = world.mine()
    assert (row.challenge, row.email, row.epoch) == (started.challenge.id, world.address, 0)
    assert (row.tries, row.max_tries, row.digits, row.used) == (0, 5, 6, False)
    assert (row.created_at, row.expiration_time) == (NOW, NOW + TTL)
    assert row.resend_after == LATER
    assert world.found(started.challenge.id) == started.challenge
    assert len(world.letters(started.challenge.id)) == 1
    assert world.events() == [("challenge:challenge:start", "done")]


def test_the_letter_says_what_it_is_about(world: World) -> None:
    started = world.start()
    letter = world.desk.posed(started.challenge).letter
    assert letter is not None
    assert letter.data == {
        "code": world.code(started),
        "purpose": "api:verify",
        "asked_at": NOW.isoformat(),
        "until": (NOW + TTL).isoformat(),
    }
    (queued,) = world.letters(started.challenge.id)
    assert queued.not_after == 1000 * int((NOW + TTL).timestamp())


def test_the_ticket_opens_its_challenge_alone(world: World) -> None:
    started = world.start()
    assert flows.by_ticket(world.desk, started.ticket) == started.challenge
    assert flows.by_ticket(world.desk, started.ticket[:-1]) is None
    assert flows.by_ticket(world.desk, "") is None
    assert flows.by_ticket(world.desk, started.challenge.id) is None


def test_its_name_comes_from_the_ticket_which_is_stored_nowhere_else(world: World) -> None:
    started = world.start()
    assert started.challenge.id == id_of(started.ticket)
    assert started.ticket not in str(tuple(world.mine()[0]))


def test_five_letters_an_hour_then_one_every_twelve_minutes(world: World) -> None:
    for number in range(5):
        world.start(NOW + number * 30 * SECOND)
    fifth = NOW + 4 * 30 * SECOND
    assert refused(world, fifth + 30 * SECOND) == NOW + 12 * MINUTE
    assert world.neighbour().start(fifth + 30 * SECOND).sending is Sending.NEW
    assert world.start(NOW + 12 * MINUTE).sending is Sending.NEW


def test_after_a_busy_day_a_letter_every_72_minutes(world: World) -> None:
    pot = buckets.bucket(CLIENT_LETTERS, world.caller.id, world.subject.hex())

    def drain(connection: Connection) -> datetime:
        now = NOW
        while buckets.take(connection, pot, now, charge=1):
            now += 12 * MINUTE
        return now

    drained = world.db.tidy(drain)
    welcome = refused(world, drained)
    assert welcome == NOW + 4 * 72 * MINUTE
    assert world.start(welcome).sending is Sending.NEW
    assert refused(world, welcome + MINUTE) == welcome + 72 * MINUTE


def test_other_purposes_have_challenges_of_their_own_but_share_the_pot(world: World) -> None:
    one = world.start()
    assert refused(world, NOW, purpose="api:other") == LATER
    two = world.start(LATER, "api:other")
    assert two.challenge.id != one.challenge.id
    assert world.answer(one.challenge.id, world.code(one), LATER).outcome is Outcome.APPROVED
    assert world.answer(two.challenge.id, world.code(two), LATER).outcome is Outcome.APPROVED


def test_another_application_may_ask_the_same_person_at_once(world: World) -> None:
    one, two = world.start(), world.neighbour().start()
    assert one.challenge.id != two.challenge.id


@pytest.mark.parametrize(("spent", "digits"), [(0, 6), (5, 6), (6, 10), (10, 10)])
def test_a_low_ledger_makes_long_codes(world: World, spent: int, digits: int) -> None:
    world.spend(spent)
    started = world.start()
    assert started.challenge.digits == digits == started.prompt["digits"]
    assert len(world.code(started)) == digits
    assert world.found(started.challenge.id).digits == digits


def test_a_short_code_that_cant_be_paid_any_more_is_followed_by_a_long_one(world: World) -> None:
    old = world.start()
    world.spend(10)
    new = world.start(LATER)
    assert (new.sending, new.challenge.digits) == (Sending.NEW, 10)
    assert world.found(old.challenge.id).followed_by == new.challenge.id
    told = world.answer(old.challenge.id, world.code(old), LATER)
    assert told.outcome is Outcome.PAUSED
    told = world.answer(new.challenge.id, world.code(new), LATER)
    assert told.outcome is Outcome.APPROVED
    hours = NOW + timedelta(minutes=6)
    assert world.answer(old.challenge.id, world.code(old), hours).outcome is Outcome.APPROVED


def test_a_short_code_that_one_guess_can_pay_is_sent_again(world: World) -> None:
    started = world.start()
    world.spend(9)
    again = world.start(LATER)
    assert (again.sending, again.challenge.id) == (Sending.RESENT, started.challenge.id)


def test_a_canceled_challenge_is_blank_and_its_letter_void(world: World) -> None:
    started = world.start()
    code = world.code(started)
    flows.cancel(world.desk, started.challenge, NOW)
    row = world.row(started.challenge.id)
    assert (row.used, row.outcome, row.code, row.open_key) == (True, "canceled", "", None)
    assert world.letters(started.challenge.id)[0].state == "void"
    assert world.answer(started.challenge.id, code).outcome is Outcome.CANCELED
    assert ("challenge:challenge:cancel", "done") in world.events()


def test_what_never_was_cant_be_canceled(world: World) -> None:
    started = world.start()
    table = schema.challenges
    world.change(table.delete().where(table.c.challenge == started.challenge.id))
    with pytest.raises(ClosedError) as refusal:
        flows.cancel(world.desk, started.challenge, NOW)
    assert refusal.value.outcome is Outcome.UNKNOWN


def test_delivery_tells_of_the_newest_letter(world: World) -> None:
    started = world.start()
    progress = flows.delivery(world.desk, started.challenge)
    assert progress is not None
    assert progress.state == "queued"


class CrashError(Exception):
    """The face's own code fails."""


@pytest.mark.parametrize("again", [False, True], ids=["start", "resend"])
def test_what_the_face_writes_commits_with_the_question(world: World, *, again: bool) -> None:
    now = LATER if again else NOW
    if again:
        world.start()
    before = (world.mine(), world.events())

    def crash(connection: Connection, _: Started) -> None:
        mark(connection, world.caller.id)
        raise CrashError

    def keep(connection: Connection, started: Started) -> None:
        mark(connection, world.caller.id, started.challenge.id)

    with pytest.raises(CrashError):
        flows.start(world.desk, world.question(), now, crash)
    assert (world.mine(), world.events()) == before
    assert marked(world.db, world.caller.id) == 0
    started = flows.start(world.desk, world.question(), now, keep)
    marks = schema.marks
    (kept,) = world.rows(select(marks.c.value).where(marks.c.name == world.caller.id))
    assert kept.value == started.challenge.id


def test_who_is_overtaken_again_and_again_gives_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.start()
    monkeypatch.setattr(store, "by_open_key", lambda *_: None)
    with pytest.raises(UnavailableError, match="overtake"):
        world.start(LATER)
    assert len(world.mine()) == 1
