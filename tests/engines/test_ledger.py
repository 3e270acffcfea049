"""The ledger of guesses: what is charged, to whom, and what a spent one answers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from simple_2fa.challenges.desk import ledger_of
from simple_2fa.challenges.model import Answered, Caller, Outcome, Started
from simple_2fa.core.clock import to_millis
from simple_2fa.core.ids import new_id
from simple_2fa.db import schema
from simple_2fa.db.engine import Connection
from simple_2fa.limits import buckets
from simple_2fa.limits.buckets import Bucket
from simple_2fa.limits.rules import GUESSES
from world import MINUTE, NOW, SECOND, World, together, wrong

MILLI = timedelta(milliseconds=1)


def fresh() -> Bucket:
    return buckets.bucket(GUESSES, new_id())


def take(world: World, of: Bucket, *, need: int = 1, charge: int = 1) -> bool:
    def unit(connection: Connection) -> bool:
        return buckets.take(connection, of, NOW, need=need, charge=charge)

    return world.db.tidy(unit)


def left(world: World, of: Bucket) -> int:
    return world.db.read(lambda connection: buckets.level(connection, of, NOW)).left


def test_only_wrong_answers_are_charged(world: World) -> None:
    started = world.start()
    world.guess_wrong(started, 3)
    assert world.guesses_left() == 7
    world.answer(started.challenge.id, world.code(started))
    assert world.guesses_left() == 7


def spent(world: World, guesses: int = 10) -> Started:
    """Open a 6-digit challenge, then spend the ledger elsewhere."""
    started = world.start()
    world.spend(guesses)
    return started


def test_a_spent_ledger_answers_right_and_wrong_alike(world: World) -> None:
    started = spent(world)
    code = world.code(started)
    before = world.row(started.challenge.id)
    told = [world.answer(started.challenge.id, text) for text in (code, wrong(code), code)]
    assert told == [Answered(Outcome.PAUSED, retry_at=NOW + 6 * MINUTE)] * 3
    assert world.row(started.challenge.id) == before
    assert world.guesses_left() == 0
    assert world.outcomes(started.challenge.id) == ["paused"] * 3
    assert world.letters(started.challenge.id)[0].state == "queued"


def test_it_is_over_when_it_says(world: World) -> None:
    started = spent(world)
    code = world.code(started)
    welcome = NOW + 6 * MINUTE
    assert world.answer(started.challenge.id, code, welcome - MILLI).outcome is Outcome.PAUSED
    assert world.answer(started.challenge.id, code, welcome).outcome is Outcome.APPROVED


def test_a_right_answer_needs_room_but_leaves_it(world: World) -> None:
    started = spent(world, 9)
    code = world.code(started)
    assert world.answer(started.challenge.id, code).outcome is Outcome.APPROVED
    assert world.guesses_left() == 1


def test_a_closed_challenge_says_so_even_when_the_ledger_is_spent(world: World) -> None:
    started = world.start()
    code = world.code(started)
    world.answer(started.challenge.id, code)
    world.spend(10)
    assert world.answer(started.challenge.id, code).outcome is Outcome.USED


def test_a_long_code_is_never_paused_and_costs_nothing(world: World) -> None:
    world.spend(10)
    started = world.start()
    told = world.guess_wrong(started, 4)
    assert {each.outcome for each in told} == {Outcome.WRONG}
    assert world.guesses_left() == 0
    code = world.code(started)
    assert world.answer(started.challenge.id, code).outcome is Outcome.APPROVED


def test_nobody_spends_anothers_ledger(world: World) -> None:
    world.spend(10)
    assert world.neighbour().guesses_left() == 10
    assert replace(world, address=f"x{world.address}").guesses_left() == 10
    assert replace(world, address=world.address.upper()).guesses_left() == 0


def test_all_our_pages_share_one(world: World) -> None:
    one = replace(world, caller=Caller("session", new_id()))
    two = replace(world, caller=Caller("session", new_id()))
    one.spend(10)
    assert (two.guesses_left(), world.guesses_left()) == (0, 10)


def test_many_short_codes_stop_at_the_ledger(world: World) -> None:
    """Each challenge for a purpose of its own, all begun before the first guess."""
    begun = [world.start(NOW + number * 30 * SECOND, f"api:{number}") for number in range(4)]
    later = NOW + 2 * MINUTE
    outcomes = [told.outcome for started in begun for told in world.guess_wrong(started, 5, later)]
    assert outcomes == [Outcome.WRONG] * 10 + [Outcome.PAUSED] * 10
    assert world.start(later, "api:next").challenge.digits == 10


def test_what_was_guessed_counts_on_every_database(world: World) -> None:
    of = fresh()
    assert [take(world, of, need=3, charge=3) for _ in range(4)] == [True, True, True, False]
    assert take(world, of, charge=1)
    assert not take(world, of, charge=0)
    assert left(world, of) == 0


def test_a_decision_that_charges_nothing_is_written_too(world: World) -> None:
    """So that parallel decisions about one key queue up."""
    of = fresh()
    assert take(world, of, charge=0)
    table = schema.limits
    rows = world.rows(select(table).where(table.c.key == of.key))
    assert [tuple(row)[1:] for row in rows] == [(to_millis(NOW),) * 3]


@pytest.mark.parametrize("need", [1, 3])
def test_parallel_first_decisions_never_overspend(world: World, need: int) -> None:
    of = fresh()
    done = together(12, lambda _: take(world, of, need=need, charge=need))
    assert done.count(True) == 10 // need
    assert left(world, of) == 10 % need


def test_parallel_decisions_about_an_old_row_never_overspend(world: World) -> None:
    of = fresh()
    take(world, of, need=7, charge=7)
    done = together(12, lambda _: take(world, of))
    assert done.count(True) == 3


def test_a_first_decision_whose_row_is_made_meanwhile_counts_both(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another first decision comes between MySQL's look and its insert; others do both at once."""
    of, make = fresh(), buckets._make

    def make_twice(connection: Connection, values: dict[str, int | bytes]) -> bool:
        return make(connection, values) and make(connection, values)

    monkeypatch.setattr(buckets, "_make", make_twice)
    assert take(world, of)
    assert left(world, of) == (8 if world.db.dialect == "mysql" else 9)


def test_the_sweep_removes_full_rows_in_batches_and_keeps_the_rest(alone: World) -> None:
    full = [fresh() for _ in range(5)]
    for of in full:
        take(alone, of)
    busy = fresh()
    take(alone, busy, need=10, charge=10)
    later = NOW + timedelta(hours=9, minutes=36)  # a token of the slowest bucket is back

    def swept(after: bytes) -> bytes:
        return alone.db.tidy(lambda connection: buckets.sweep(connection, after, later, 4))

    before = alone.db.tidy(lambda connection: buckets.sweep(connection, b"", NOW, 10))
    assert (before, alone.count(schema.limits)) == (b"", 6)
    place = swept(b"")
    assert len(place) == 32
    assert swept(place) == b""
    assert alone.rows(select(schema.limits.c.key))[0][0] == busy.key
    assert alone.count(schema.limits) == 1


def test_a_sweep_of_nothing_is_at_its_end(alone: World) -> None:
    alone.change(delete(schema.limits))
    assert alone.db.tidy(lambda connection: buckets.sweep(connection, b"", NOW, 10)) == b""
    assert alone.rows(select(func.count()).select_from(schema.limits))[0][0] == 0


def test_the_ledger_has_one_row_for_a_client_and_a_person(world: World) -> None:
    started = world.start()
    world.guess_wrong(started, 1)
    key = ledger_of(started.challenge.question).key
    table = schema.limits
    assert len(world.rows(select(table).where(table.c.key == key))) == 1
