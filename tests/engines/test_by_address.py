"""Answers that name an address instead of a challenge."""

from dataclasses import replace

import pytest

from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Answered, Caller, Outcome
from world import MINUTE, NOW, SECOND, TTL, World, wrong


def test_the_newest_open_challenge_is_meant(world: World) -> None:
    old, new = world.start(), world.start(NOW + 30 * SECOND, "api:other")
    now = NOW + MINUTE
    told = world.answer_by_address(world.code(old), now)
    assert (told.outcome, told.tries_left) == (Outcome.WRONG, 4)
    told = world.answer_by_address(world.code(new), now)
    assert (told.outcome, told.challenge) == (Outcome.APPROVED, new.challenge.id)
    told = world.answer_by_address(world.code(old), now)
    assert (told.outcome, told.challenge) == (Outcome.APPROVED, old.challenge.id)


def test_a_purpose_narrows_it_down(world: World) -> None:
    old = world.start()
    code = world.code(old)
    world.start(NOW + 30 * SECOND, "api:other")
    told = world.answer_by_address(code, NOW + MINUTE, "api:verify")
    assert told.outcome is Outcome.APPROVED
    assert world.answer_by_address(code, NOW + MINUTE, "api:none").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("how", ["none", "approved", "canceled", "expired", "out of tries"])
@pytest.mark.parametrize("right", [True, False])
def test_where_none_is_open_nothing_is_known(world: World, how: str, *, right: bool) -> None:
    started = world.start()
    code = world.code(started)
    now = NOW + TTL if how == "expired" else NOW
    if how == "none":
        world = world.neighbour()
    elif how == "approved":
        world.answer_by_address(code)
    elif how == "canceled":
        flows.cancel(world.desk, started.challenge, NOW)
    elif how == "out of tries":
        world.guess_wrong(started, 5)
    told = world.answer_by_address(code if right else wrong(code), now)
    assert told == Answered(Outcome.UNKNOWN)
    assert world.events("") == [("challenge:answer:check", "unknown")]


def test_nothing_known_is_written_down_but_charged_to_nobody(world: World) -> None:
    before = world.guesses_left()
    for _ in range(20):
        assert world.answer_by_address("123456").outcome is Outcome.UNKNOWN
    assert world.guesses_left() == before
    assert world.mine() == []


@pytest.mark.parametrize("text", ["", "1234567890", "nonsense", "１２３４５６", "\0", "1" * 20_000])
def test_a_malformed_answer_is_as_good_as_none_and_spends_no_try(world: World, text: str) -> None:
    started = world.start()
    assert world.answer_by_address(text) == Answered(Outcome.UNKNOWN)
    assert world.row(started.challenge.id).tries == 0
    assert world.guesses_left() == 10


def test_others_are_not_answered_for(world: World) -> None:
    started = world.start()
    code = world.code(started)
    strangers = [
        world.neighbour(),
        replace(world, caller=Caller("session", world.caller.id)),
        replace(world, address=f"x{world.address}"),
    ]
    for stranger in strangers:
        assert stranger.answer_by_address(code).outcome is Outcome.UNKNOWN
    assert world.row(started.challenge.id).tries == 0


def test_spelling_of_the_address_does_not_matter(world: World) -> None:
    started = world.start()
    loud = replace(world, address=world.address.upper())
    assert loud.answer_by_address(world.code(started)).outcome is Outcome.APPROVED


def test_a_spent_ledger_pauses_it(world: World) -> None:
    started = world.start()
    code = world.code(started)
    world.spend(10)
    told = [world.answer_by_address(text) for text in (code, wrong(code))]
    assert told == [Answered(Outcome.PAUSED, retry_at=NOW + 6 * MINUTE)] * 2
