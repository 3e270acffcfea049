"""The connection is lost around COMMIT: the effect happens exactly once, and is told truly."""

import pytest

from bad_line import Behind
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Cashed, ClosedError, Outcome, Proof, Sending, Started
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.tags import Tag
from simple_2fa.db.engine import Connection
from world import NOW, SECOND, World, mark, marked, together, wrong

LATER = NOW + 30 * SECOND
TOKEN_CODE = "755224"  # RFC 4226, appendix D, count 0


def test_a_right_answer_is_approved_once(behind: Behind) -> None:
    world = behind.world
    started = world.start()
    name, code = started.challenge.id, world.code(started)

    def cash(connection: Connection, _: Proof) -> Cashed:
        mark(connection, name)
        return Cashed(Tag.CHALLENGE_ANSWER, data={"made": "one"})

    def work() -> None:
        told = world.answer(name, code, cash=cash)
        assert told.outcome is Outcome.APPROVED
        assert told.proof is not None
        assert told.data == {"made": "one"}

    behind.act(work)
    row = world.row(name)
    assert (row.tries, row.used, row.outcome) == (1, True, "approved")
    assert marked(world.db, name) == 1
    assert world.outcomes(name) == ["approved"]
    assert world.letters(name)[0].state == "void"
    assert world.guesses_left() == 10
    assert world.answer(name, code).outcome is Outcome.USED


def test_a_wrong_answer_is_counted_and_charged_once(behind: Behind) -> None:
    world = behind.world
    started = world.start()
    name, bad = started.challenge.id, wrong(world.code(started))

    def work() -> None:
        told = world.answer(name, bad)
        assert (told.outcome, told.tries_left) == (Outcome.WRONG, 4)

    behind.act(work)
    assert world.row(name).tries == 1
    assert world.guesses_left() == 9
    assert world.outcomes(name) == ["wrong"]


def test_the_last_wrong_answer_is_told_as_wrong(behind: Behind) -> None:
    """When it runs again the tries are spent and the ledger too: by itself."""
    world = behind.world
    started = world.start()
    name, bad = started.challenge.id, wrong(world.code(started))
    world.guess_wrong(started, 4)
    world.spend(5)

    def work() -> None:
        told = world.answer(name, bad)
        assert (told.outcome, told.tries_left) == (Outcome.WRONG, 0)

    behind.act(work)
    assert (world.row(name).tries, world.guesses_left()) == (5, 0)
    assert world.outcomes(name) == ["wrong"] * 5


def test_a_token_moves_on_once(behind: Behind) -> None:
    world = behind.world
    world.enrol()
    started = world.start(factor="counter")

    def work() -> None:
        told = world.answer(started.challenge.id, TOKEN_CODE)
        assert told.outcome is Outcome.APPROVED

    behind.act(work)
    assert world.held()[0].version == 2
    assert world.outcomes(started.challenge.id) == ["approved"]
    assert world.guesses_left() == 10


def test_a_start_opens_one_challenge_and_sends_one_letter(behind: Behind) -> None:
    world, begun = behind.world, list[Started]()
    behind.act(lambda: begun.append(world.start()))
    (row,) = world.mine()
    assert [(each.challenge.id, each.sending) for each in begun] == [(row.challenge, Sending.NEW)]
    assert len(world.letters(row.challenge)) == 1
    assert world.events() == [("challenge:challenge:start", "done")]
    told = world.answer(row.challenge, world.code(begun[0]))
    assert told.outcome is Outcome.APPROVED


def test_a_start_without_a_letter_opens_one_challenge(behind: Behind) -> None:
    world = behind.world
    behind.act(lambda: world.start(factor="counter"))
    assert len(world.mine()) == 1
    assert world.events() == [("challenge:challenge:start", "done")]


def test_a_resend_sends_one_letter(behind: Behind) -> None:
    world = behind.world
    started = world.start()

    def work() -> None:
        assert flows.resend(world.desk, started.challenge, LATER).sending is Sending.RESENT

    behind.act(work)
    assert len(world.letters(started.challenge.id)) == 2
    assert world.row(started.challenge.id).resend_after == LATER + 30 * SECOND
    assert world.events().count(("challenge:letter:resend", "done")) == 1


def test_a_cancel_is_done_once_and_not_refused(behind: Behind) -> None:
    world = behind.world
    started = world.start()
    behind.act(lambda: flows.cancel(world.desk, started.challenge, NOW))
    assert world.row(started.challenge.id).outcome == "canceled"
    assert world.events().count(("challenge:challenge:cancel", "done")) == 1
    with pytest.raises(ClosedError):
        flows.cancel(world.desk, started.challenge, NOW)


def test_a_refusal_is_written_down_once(behind: Behind) -> None:
    world = behind.world
    started = world.start()
    code = world.code(started)
    world.answer(started.challenge.id, code)

    def work() -> None:
        assert world.answer(started.challenge.id, code).outcome is Outcome.USED

    behind.act(work)
    assert world.outcomes(started.challenge.id) == ["approved", "used"]


@pytest.mark.usefixtures("unpaused")
def test_where_every_commit_is_lost_nobody_is_told_a_verdict(through: Behind) -> None:
    world = World(through.world.desk)
    started = world.start()
    code = world.code(started)
    through.proxy.drop_before_commit(5)
    with pytest.raises(UnavailableError):
        world.answer(started.challenge.id, code)
    through.proxy.wait_settled()
    assert world.row(started.challenge.id).tries == 0
    assert world.outcomes(started.challenge.id) == []
    assert world.answer(started.challenge.id, code).outcome is Outcome.APPROVED


def test_twelve_right_answers_over_a_bad_line_pass_once(through: Behind) -> None:
    world = World(through.world.desk)
    started = world.start()
    code = world.code(started)
    through.proxy.drop_after_commit(3)
    told = together(12, lambda _: world.answer(started.challenge.id, code).outcome)
    through.proxy.wait_settled()
    assert not through.proxy._planned
    assert sorted(told) == [Outcome.APPROVED, *[Outcome.USED] * 11]
    assert world.outcomes(started.challenge.id) == ["approved", *["used"] * 11]
    assert world.row(started.challenge.id).tries == 1


@pytest.mark.usefixtures("unpaused")
def test_a_database_that_is_gone_is_unavailable_and_comes_back_by_itself(through: Behind) -> None:
    world = World(through.world.desk)
    started = world.start()
    code = world.code(started)
    through.proxy.refuse()
    try:
        for _ in range(2):
            with pytest.raises(UnavailableError):
                world.answer(started.challenge.id, code)
            with pytest.raises(UnavailableError):
                world.start(LATER)
    finally:
        through.proxy.allow()
    assert world.row(started.challenge.id).tries == 0
    assert world.answer(started.challenge.id, code).outcome is Outcome.APPROVED


def test_connections_that_died_in_the_pool_are_replaced(through: Behind) -> None:
    world = World(through.world.desk)
    started = world.start()
    code = world.code(started)
    through.proxy.refuse()
    through.proxy.allow()
    assert world.answer(started.challenge.id, code).outcome is Outcome.APPROVED
    assert world.outcomes(started.challenge.id) == ["approved"]
