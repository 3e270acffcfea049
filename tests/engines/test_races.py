"""Twelve at the same moment, on every database: one passes, five are told, all is counted."""

from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import delete

from rig.mariadb import MariaDB
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import ClosedError, Outcome, Sending, Started
from simple_2fa.core.errors import SlowDownError
from simple_2fa.db import schema
from world import MINUTE, NOW, SECOND, World, database, desk_on, together, wrong

THREADS = 12


def race(world: World, started: Started, texts: list[str]) -> Counter[Outcome]:
    name = started.challenge.id
    told = together(len(texts), lambda number: world.answer(name, texts[number]))
    return Counter(each.outcome for each in told)


def test_of_twelve_right_answers_one_is_approved(world: World) -> None:
    started = world.start()
    told = race(world, started, [world.code(started)] * THREADS)
    assert told == {Outcome.APPROVED: 1, Outcome.USED: 11}
    row = world.row(started.challenge.id)
    assert (row.tries, row.used, row.outcome) == (1, True, "approved")
    assert world.guesses_left() == 10
    assert Counter(world.outcomes(started.challenge.id)) == {"approved": 1, "used": 11}


def test_of_twelve_wrong_answers_five_are_told(world: World) -> None:
    started = world.start()
    told = race(world, started, [wrong(world.code(started))] * THREADS)
    assert told == {Outcome.WRONG: 5, Outcome.OUT_OF_TRIES: 7}
    assert world.row(started.challenge.id).tries == 5
    assert world.guesses_left() == 5
    expected = {"wrong": 5, "max_attempts_reached": 7}
    assert Counter(world.outcomes(started.challenge.id)) == expected


def test_each_of_the_five_hears_another_number_of_tries_left(world: World) -> None:
    started = world.start()
    bad = wrong(world.code(started))
    told = together(THREADS, lambda _: world.answer(started.challenge.id, bad))
    left = sorted(each.tries_left for each in told if each.outcome is Outcome.WRONG)
    assert left == [0, 1, 2, 3, 4]


def test_of_fifty_wrong_answers_five_are_told(mariadb: MariaDB) -> None:
    with closing(database(mariadb.create_database())) as db:
        world = World(desk_on(db))
        started = world.start()
        code = world.code(started)
        told = race(world, started, [wrong(code)] * 50)
        assert told == {Outcome.WRONG: 5, Outcome.OUT_OF_TRIES: 45}
        assert (world.row(started.challenge.id).tries, world.guesses_left()) == (5, 5)
        assert world.answer(started.challenge.id, code).outcome is Outcome.OUT_OF_TRIES


def test_of_eleven_wrong_and_one_right_at_most_one_passes(world: World) -> None:
    started = world.start()
    code = world.code(started)
    told = race(world, started, [code, *[wrong(code)] * 11])
    row = world.row(started.challenge.id)
    assert told[Outcome.APPROVED] == row.used
    assert told[Outcome.WRONG] + told[Outcome.APPROVED] == row.tries <= 5
    assert world.guesses_left() == 10 - told[Outcome.WRONG]
    assert told.total() == THREADS
    allowed = {Outcome.APPROVED, Outcome.WRONG, Outcome.USED, Outcome.OUT_OF_TRIES}
    assert set(told) <= allowed
    if not row.used:
        assert told == {Outcome.WRONG: 5, Outcome.OUT_OF_TRIES: 7}


def test_twelve_starts_open_one_challenge_and_send_one_letter(world: World) -> None:
    def start(_: int) -> Started | datetime:
        try:
            return world.start()
        except SlowDownError as why:
            return why.retry_at

    told = together(THREADS, start)
    (row,) = world.mine()
    (begun,) = (each for each in told if isinstance(each, Started))
    assert (begun.sending, begun.challenge.id) == (Sending.NEW, row.challenge)
    assert told.count(NOW + 30 * SECOND) == THREADS - 1
    assert len(world.letters(row.challenge)) == 1
    assert world.events() == [("challenge:challenge:start", "done")]


def test_twelve_resends_send_one_letter(world: World) -> None:
    started = world.start()

    def resend(_: int) -> Sending | datetime:
        try:
            return flows.resend(world.desk, started.challenge, NOW + 30 * SECOND).sending
        except SlowDownError as why:
            return why.retry_at

    told = Counter(together(THREADS, resend))
    assert told == {Sending.RESENT: 1, NOW + MINUTE: THREADS - 1}
    assert len(world.letters(started.challenge.id)) == 2


def test_twelve_starts_after_a_spent_ledger_open_one_long_challenge(world: World) -> None:
    old = world.start()
    world.spend(10)

    def start(_: int) -> bool:
        try:
            return bool(world.start(NOW + 30 * SECOND))
        except SlowDownError:
            return False

    assert together(THREADS, start).count(True) == 1
    first, second = world.mine()
    assert (first.challenge, first.followed_by) == (old.challenge.id, second.challenge)
    assert (second.digits, len(world.letters(second.challenge))) == (10, 1)


def test_guesses_over_four_challenges_share_room_for_three(world: World) -> None:
    begun = [world.start(NOW + number * 30 * SECOND, f"api:{number}") for number in range(4)]
    bad = [(started.challenge.id, wrong(world.code(started))) for started in begun]
    now = NOW + 2 * MINUTE
    world.spend(7, now)
    told = together(THREADS, lambda number: world.answer(*bad[number % 4], now))
    outcomes = Counter(each.outcome for each in told)
    assert outcomes == {Outcome.WRONG: 3, Outcome.PAUSED: 9}
    assert sum(world.row(name).tries for name, _ in bad) == 3
    assert world.guesses_left(now) == 0
    paused = {each.retry_at for each in told if each.outcome is Outcome.PAUSED}
    assert paused == {now + 6 * MINUTE}


def cancel(world: World, started: Started) -> bool:
    try:
        flows.cancel(world.desk, started.challenge, NOW)
    except ClosedError:
        return False
    return True


def test_an_answer_against_a_cancel_has_one_end(world: World) -> None:
    started = world.start()
    code = world.code(started)

    def act(number: int) -> bool:
        if number % 2:
            return cancel(world, started)
        return world.answer(started.challenge.id, code).outcome is Outcome.APPROVED

    assert together(THREADS, act).count(True) == 1
    assert world.row(started.challenge.id).outcome in {"approved", "canceled"}


TOKEN_CODE = "755224"  # RFC 4226, appendix D, count 0


def token_world(world: World) -> tuple[str, list[tuple[World, Started]]]:
    """Twelve applications that ask one person at once for its token."""
    token = world.enrol()
    askers = [world.neighbour() for _ in range(THREADS)]
    return token, [(asker, asker.start(factor="counter")) for asker in askers]


def test_one_tokens_code_passes_once_though_twelve_ask(world: World) -> None:
    token, asked = token_world(world)
    told = together(
        THREADS, lambda number: asked[number][0].answer(asked[number][1].challenge.id, TOKEN_CODE)
    )
    outcomes = Counter(each.outcome for each in told)
    assert outcomes == {Outcome.APPROVED: 1, Outcome.WRONG: 11}
    (held,) = world.held()
    assert (held.id, held.version) == (token, 2)
    left = Counter(asker.guesses_left() for asker, _ in asked)
    assert left == {10: 1, 7: 11}
    assert sum(asker.row(started.challenge.id).tries for asker, started in asked) == THREADS


def test_one_tokens_code_passes_once_at_one_challenge(world: World) -> None:
    world.enrol()
    started = world.start(factor="counter")
    told = race(world, started, [TOKEN_CODE] * THREADS)
    assert told == {Outcome.APPROVED: 1, Outcome.USED: 11}
    assert world.held()[0].version == 2
    assert world.guesses_left() == 10


@pytest.mark.parametrize("threads", [THREADS])
def test_a_removed_token_races_with_its_use(world: World, threads: int) -> None:
    token = world.enrol()
    started = world.start(factor="counter")
    table = schema.credentials

    def act(number: int) -> Outcome | None:
        if number == 0:
            world.change(delete(table).where(table.c.credential == token))
            return None
        return replace(world).answer(started.challenge.id, TOKEN_CODE).outcome

    told = Counter(together(threads, act))
    row = world.row(started.challenge.id)
    assert world.held() == ()
    assert told[Outcome.APPROVED] == row.used <= 1
    assert told[Outcome.APPROVED] + told[Outcome.WRONG] == row.tries
    assert set(told) <= {
        None,
        Outcome.APPROVED,
        Outcome.USED,
        Outcome.WRONG,
        Outcome.OUT_OF_TRIES,
        Outcome.PAUSED,
    }
