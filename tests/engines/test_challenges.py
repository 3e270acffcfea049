"""Answers: every state, in its order, and what each attempt leaves behind."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Answered, Caller, Cashed, Outcome, Proof
from simple_2fa.core.errors import MalformedAnswerError, SealError
from simple_2fa.core.ids import new_id
from simple_2fa.core.tags import Tag
from simple_2fa.db import schema
from simple_2fa.db.engine import Connection
from world import NOW, SECOND, TTL, World, mark, marked, meanwhile, wrong

MICRO = timedelta(microseconds=1)


def test_the_right_code_is_approved(world: World) -> None:
    started = world.start()
    told = world.answer(started.challenge.id, world.code(started))
    proof = Proof(world.subject, "mail_code", "api:verify", NOW)
    assert told == Answered(Outcome.APPROVED, proof, challenge=started.challenge.id)
    row = world.row(started.challenge.id)
    assert (row.used, row.outcome, row.tries, row.open_key) == (True, "approved", 1, None)


def test_it_refuses_a_used_code(world: World) -> None:
    started = world.start()
    code = world.code(started)
    world.answer(started.challenge.id, code)
    for again in (code, wrong(code)):
        assert world.answer(started.challenge.id, again) == Answered(Outcome.USED)
    assert world.row(started.challenge.id).tries == 1
    assert world.guesses_left() == 10


def test_five_wrong_codes_close_it_for_the_right_one_too(world: World) -> None:
    started = world.start()
    code = world.code(started)
    told = world.guess_wrong(started, 5)
    assert [each.outcome for each in told] == [Outcome.WRONG] * 5
    assert [each.tries_left for each in told] == [4, 3, 2, 1, 0]
    assert not any(each.proof for each in told)
    assert world.answer(started.challenge.id, code) == Answered(Outcome.OUT_OF_TRIES)
    assert world.row(started.challenge.id).tries == 5
    assert world.guesses_left() == 5


def test_the_right_code_on_the_last_try_is_approved_and_then_used(world: World) -> None:
    """Used is judged before the tries."""
    started = world.start()
    code = world.code(started)
    world.guess_wrong(started, 4)
    assert world.answer(started.challenge.id, code).outcome is Outcome.APPROVED
    assert world.row(started.challenge.id).tries == 5
    assert world.answer(started.challenge.id, code).outcome is Outcome.USED


@pytest.mark.parametrize(
    ("moment", "outcome"),
    [
        (TTL - SECOND, Outcome.APPROVED),
        (TTL - MICRO, Outcome.APPROVED),
        (TTL, Outcome.EXPIRED),
        (TTL + MICRO, Outcome.EXPIRED),
        (TTL + SECOND, Outcome.EXPIRED),
    ],
)
def test_it_expires_to_the_second(world: World, moment: timedelta, outcome: Outcome) -> None:
    started = world.start()
    code = world.code(started)
    assert world.answer(started.challenge.id, code, NOW + moment).outcome is outcome


def test_a_challenge_of_a_fraction_expires_on_the_whole_second(world: World) -> None:
    started = world.start(NOW + SECOND - MICRO)
    assert started.challenge.expires_at == NOW + TTL
    assert world.row(started.challenge.id).expiration_time == NOW + TTL


def test_an_expired_challenge_out_of_tries_is_expired(world: World) -> None:
    started = world.start()
    world.guess_wrong(started, 5)
    told = world.answer(started.challenge.id, "123456", NOW + TTL)
    assert told.outcome is Outcome.EXPIRED


def strangers(world: World) -> list[World]:
    callers = [
        Caller("client", new_id()),
        Caller("session", world.caller.id),
        Caller("client", world.caller.id.swapcase()),
    ]
    return [replace(world, caller=caller) for caller in callers]


def test_a_strangers_attempt_finds_nothing_and_costs_nothing(world: World) -> None:
    started = world.start()
    code = world.code(started)
    for stranger in strangers(world):
        for text in (code, wrong(code), "nonsense"):
            assert stranger.answer(started.challenge.id, text) == Answered(Outcome.UNKNOWN)
        assert stranger.events() == []
    assert world.row(started.challenge.id).tries == 0
    assert world.guesses_left() == 10
    assert world.answer(started.challenge.id, code).outcome is Outcome.APPROVED


@pytest.mark.parametrize("purpose", ["api:login", "api:verif", "verify", "api:", "", "API:VERIFY"])
def test_another_purpose_finds_nothing_and_costs_nothing(world: World, purpose: str) -> None:
    started = world.start()
    code = world.code(started)
    told = world.answer(started.challenge.id, code, purpose=purpose)
    assert told == Answered(Outcome.UNKNOWN)
    assert world.row(started.challenge.id).tries == 0
    fitting = world.answer(started.challenge.id, code, purpose="api:verify")
    assert fitting.outcome is Outcome.APPROVED


def test_without_a_purpose_only_api_challenges_are_found(world: World) -> None:
    started = world.start(purpose="login")
    code = world.code(started)
    assert world.answer(started.challenge.id, code).outcome is Outcome.UNKNOWN
    told = world.answer(started.challenge.id, code, purpose="login")
    assert told.outcome is Outcome.APPROVED


def test_an_unknown_id_finds_nothing(world: World) -> None:
    started = world.start()
    for name in (new_id(), "", started.challenge.id[:-1], started.challenge.id + "A"):
        assert world.answer(name, world.code(started)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "１２３４５６",
        "123456\n",
        "12_3456",
        "\0",
        "\ud800",
        "1" * 16_385,
        "1" * 1_000_000,
    ],
    ids=lambda text: ascii(text[:8]) + str(len(text)),
)
def test_a_malformed_answer_spends_no_try(world: World, text: str) -> None:
    started = world.start()
    with pytest.raises(MalformedAnswerError):
        world.answer(started.challenge.id, text)
    assert world.row(started.challenge.id).tries == 0
    assert world.guesses_left() == 10
    assert world.outcomes(started.challenge.id) == []


def test_approval_blanks_the_code_and_voids_the_letter_at_once(world: World) -> None:
    started = world.start()
    code = world.code(started)
    assert [letter.state for letter in world.letters(started.challenge.id)] == ["queued"]
    world.answer(started.challenge.id, code)
    (letter,) = world.letters(started.challenge.id)
    assert (letter.state, letter.sealed) == ("void", "")
    assert world.row(started.challenge.id).code == ""


def test_the_last_try_blanks_the_code_and_voids_the_letter_at_once(world: World) -> None:
    started = world.start()
    world.guess_wrong(started, 5)
    (letter,) = world.letters(started.challenge.id)
    assert (letter.state, letter.sealed) == ("void", "")
    assert world.row(started.challenge.id).code == ""


def test_a_wrong_answer_leaves_code_and_letter(world: World) -> None:
    started = world.start()
    world.guess_wrong(started, 1)
    assert world.letters(started.challenge.id)[0].state == "queued"
    assert world.row(started.challenge.id).code


def raise_epoch(world: World, challenge: str) -> None:
    table = schema.challenges
    world.change(
        update(table).where(table.c.challenge == challenge).values(epoch=table.c.epoch + 1)
    )


@pytest.mark.parametrize("right", [True, False])
def test_a_new_epoch_meanwhile_cancels_and_costs_nothing(world: World, *, right: bool) -> None:
    started = world.start()
    code = world.code(started)
    racing = meanwhile(world, lambda: raise_epoch(world, started.challenge.id))
    told = racing.answer(started.challenge.id, code if right else wrong(code))
    assert told == Answered(Outcome.CANCELED)
    assert world.row(started.challenge.id).tries == 0
    assert world.guesses_left() == 10
    assert world.outcomes(started.challenge.id) == ["canceled"]


@pytest.mark.parametrize("right", [True, False])
def test_what_closes_meanwhile_is_told_instead_of_a_verdict(world: World, *, right: bool) -> None:
    started = world.start()
    code = world.code(started)
    racing = meanwhile(world, lambda: flows.cancel(world.desk, started.challenge, NOW))
    told = racing.answer(started.challenge.id, code if right else wrong(code))
    assert told == Answered(Outcome.CANCELED)
    assert world.guesses_left() == 10


def test_a_question_copied_to_another_row_fails_closed(world: World) -> None:
    mine, other = world.start(), world.start(purpose="api:other", now=NOW + 31 * SECOND)
    table = schema.challenges
    stolen = world.row(mine.challenge.id).code
    code = world.code(mine)
    world.change(update(table).where(table.c.challenge == other.challenge.id).values(code=stolen))
    with pytest.raises(SealError):
        world.answer(other.challenge.id, code)
    row = world.row(other.challenge.id)
    assert (row.tries, row.used) == (0, False)


class CrashError(Exception):
    """The face's own code fails."""


def test_what_the_face_writes_commits_with_the_approval(world: World) -> None:
    started = world.start()
    code = world.code(started)
    proofs: list[Proof] = []

    def cash(connection: Connection, proof: Proof) -> Cashed:
        proofs.append(proof)
        mark(connection, started.challenge.id)
        return Cashed(Tag.CLIENT_CREATE, data={"made": "one"})

    world.answer(started.challenge.id, wrong(code), cash=cash)
    assert proofs == []
    told = world.answer(started.challenge.id, code, cash=cash)
    assert proofs == [told.proof]
    assert told.data == {"made": "one"}
    assert marked(world.db, started.challenge.id) == 1


def test_a_failure_after_the_verdict_leaves_no_trace_twenty_times(world: World) -> None:
    started = world.start()
    code = world.code(started)
    before = world.row(started.challenge.id)

    def cash(connection: Connection, _: Proof) -> Cashed:
        mark(connection, started.challenge.id)
        raise CrashError

    for _ in range(20):
        with pytest.raises(CrashError):
            world.answer(started.challenge.id, code, cash=cash)
    assert world.row(started.challenge.id) == before
    assert world.outcomes(started.challenge.id) == []
    assert world.guesses_left() == 10
    assert marked(world.db, started.challenge.id) == 0
    assert world.letters(started.challenge.id)[0].state == "queued"
    assert world.answer(started.challenge.id, code).outcome is Outcome.APPROVED
