"""Housekeeping of challenges: codes blanked at expiry, rows gone after 30 days, in batches."""

from datetime import timedelta

from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Outcome
from simple_2fa.db import schema
from world import NOW, SECOND, TTL, World, together

DAYS_30 = timedelta(days=30)
EXPIRY = NOW + TTL


def people(alone: World, count: int) -> list[World]:
    return [World(alone.desk) for _ in range(count)]


def test_nothing_is_touched_before_its_time(alone: World) -> None:
    started = alone.start()
    assert flows.sweep(alone.desk, EXPIRY - SECOND, 10) == 0
    assert alone.row(started.challenge.id).code


def test_an_expired_code_is_blanked_and_its_row_kept(alone: World) -> None:
    started = alone.start()
    code = alone.code(started)
    assert flows.sweep(alone.desk, EXPIRY, 10) == 1
    row = alone.row(started.challenge.id)
    assert (row.code, row.open_key, row.used) == ("", None, False)
    assert alone.answer(started.challenge.id, code, EXPIRY).outcome is Outcome.EXPIRED
    assert flows.sweep(alone.desk, EXPIRY, 10) == 0


def test_a_blank_row_is_removed_after_30_days(alone: World) -> None:
    started = alone.start()
    flows.sweep(alone.desk, EXPIRY, 10)
    assert flows.sweep(alone.desk, EXPIRY + DAYS_30 - SECOND, 10) == 0
    assert flows.sweep(alone.desk, EXPIRY + DAYS_30, 10) == 1
    assert alone.mine() == []
    told = alone.answer(started.challenge.id, "123456", EXPIRY + DAYS_30)
    assert told.outcome is Outcome.UNKNOWN


def test_closed_rows_tell_how_they_ended_for_30_days(alone: World) -> None:
    approved, canceled = people(alone, 2)
    one, two = approved.start(), canceled.start()
    code = approved.code(one)
    approved.answer(one.challenge.id, code)
    flows.cancel(canceled.desk, two.challenge, NOW)
    assert flows.sweep(alone.desk, NOW + DAYS_30 - SECOND, 10) == 0
    assert approved.answer(one.challenge.id, code, EXPIRY).outcome is Outcome.USED
    assert canceled.answer(two.challenge.id, code, EXPIRY).outcome is Outcome.CANCELED
    assert flows.sweep(alone.desk, NOW + DAYS_30, 10) == 2
    assert alone.count(schema.challenges) == 0


def test_batches_are_small_and_come_to_an_end(alone: World) -> None:
    for world in people(alone, 7):
        world.start()
    assert [flows.sweep(alone.desk, EXPIRY, 3) for _ in range(4)] == [3, 3, 1, 0]
    later = EXPIRY + DAYS_30
    assert [flows.sweep(alone.desk, later, 3) for _ in range(4)] == [3, 3, 1, 0]
    assert alone.count(schema.challenges) == 0


def test_one_batch_blanks_some_and_removes_others(alone: World) -> None:
    old, young = people(alone, 2)
    old.start()
    flows.sweep(alone.desk, EXPIRY, 10)
    later = EXPIRY + DAYS_30
    started = young.start(later - TTL)
    assert flows.sweep(alone.desk, later, 10) == 2
    assert old.mine() == []
    assert young.row(started.challenge.id).code == ""


def test_sweepers_on_many_nodes_do_not_disturb_each_other(alone: World) -> None:
    for world in people(alone, 6):
        world.start()
    together(4, lambda _: flows.sweep(alone.desk, EXPIRY, 10))
    assert alone.count(schema.challenges) == 6
    together(4, lambda _: flows.sweep(alone.desk, EXPIRY + DAYS_30, 10))
    assert alone.count(schema.challenges) == 0


def test_a_new_question_may_follow_before_or_after_the_sweep(alone: World) -> None:
    before, after = people(alone, 2)
    old = [world.start().challenge.id for world in (before, after)]
    assert before.start(EXPIRY).challenge.id != old[0]
    flows.sweep(alone.desk, EXPIRY, 10)
    assert after.start(EXPIRY).challenge.id != old[1]
    assert before.found(old[0]).followed_by
    assert after.found(old[1]).followed_by is None
