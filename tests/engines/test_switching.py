"""One question, put by one factor and then by another: other ways to answer it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from simple_2fa.accounts.hashing import BusyError, Hashing
from simple_2fa.challenges import answers, store, switching
from simple_2fa.challenges.answers import Attempt
from simple_2fa.challenges.model import Answered, Challenge, ClosedError, Outcome, Started
from simple_2fa.core.errors import SlowDownError, UnavailableError
from simple_2fa.core.factor import Context, Verdict
from simple_2fa.core.ids import digest
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import NewCredential
from simple_2fa.db import schema
from world import COUNTER_SECRET, MINUTE, NOW, SECOND, TTL, World, together, token_code, wrong

CODE = token_code(COUNTER_SECRET[:20])
LATER = NOW + 30 * SECOND


def switched(
    world: World, started: Started, to: str, now: datetime = NOW, holder: bytes = b""
) -> Challenge:
    seen = world.found(started.challenge.id)
    return switching.switch(world.desk, seen, world.question(factor=to), now, holder)


def answered(world: World, started: Started, text: str, **more: str | bytes) -> Answered:
    attempt = Attempt(text, world.caller, **more)  # type: ignore[arg-type]
    return answers.answer(world.desk, started.challenge.id, attempt, LATER)


def test_another_factor_answers_the_same_challenge(world: World) -> None:
    world.enrol()
    started = world.start()
    moved = switched(world, started, "counter")
    assert (moved.id, moved.factor, moved.tries) == (started.challenge.id, "counter", 0)
    assert world.found(moved.id) == moved
    assert world.answer(moved.id, CODE, LATER).outcome is Outcome.APPROVED
    assert world.events() == [
        ("challenge:answer:check", "approved"),
        ("challenge:challenge:start", "done"),
        ("challenge:factor:switch", "done"),
    ]


def test_who_comes_back_finds_the_same_code_and_no_letter_goes_out(world: World) -> None:
    world.enrol()
    started = world.start()
    code = world.code(started)
    switched(world, started, "counter")
    back = switched(world, started, "mail_code")
    assert (back.factor, world.code(started), back.digits) == ("mail_code", code, 6)
    assert len(world.letters(started.challenge.id)) == 1
    assert world.answer(started.challenge.id, code, LATER).outcome is Outcome.APPROVED


def test_tries_are_shared_by_all_ways(world: World) -> None:
    world.enrol()
    started = world.start()
    world.guess_wrong(started, 2)
    switched(world, started, "counter")
    told = world.answer(started.challenge.id, wrong(CODE), LATER)
    assert (told.outcome, told.tries_left) == (Outcome.WRONG, 2)
    switched(world, started, "mail_code")
    world.guess_wrong(started, 2)
    with pytest.raises(ClosedError):
        switched(world, started, "counter")


def test_the_mailed_code_is_sent_when_it_is_chosen(world: World) -> None:
    world.enrol()
    started = world.start(factor="counter")
    assert world.letters(started.challenge.id) == []
    moved = switched(world, started, "mail_code", LATER)
    assert moved.resend_after == LATER + 30 * SECOND
    assert len(world.letters(moved.id)) == 1
    assert world.answer(moved.id, world.code(started), LATER).outcome is Outcome.APPROVED
    assert world.letters(moved.id)[0].state == "void"


def test_but_not_where_that_is_one_letter_too_many(world: World) -> None:
    world.enrol()
    world.start()
    other = world.start(purpose="api:other", factor="counter")
    seen, asked = world.found(other.challenge.id), world.question("api:other")
    with pytest.raises(SlowDownError) as refused:
        switching.switch(world.desk, seen, asked, NOW)
    assert refused.value.retry_at == LATER
    assert world.found(seen.id) == seen
    assert switching.switch(world.desk, seen, asked, LATER).factor == "mail_code"


def test_with_a_spent_ledger_it_is_a_long_one(world: World) -> None:
    world.enrol()
    started = world.start()
    world.spend(10)
    switched(world, started, "counter")
    assert world.answer(started.challenge.id, CODE, NOW).outcome is Outcome.PAUSED
    moved = switched(world, started, "mail_code", LATER)
    assert (moved.digits, len(world.code(started))) == (10, 10)
    assert len(world.letters(moved.id)) == 2
    assert world.answer(moved.id, world.code(started), LATER).outcome is Outcome.APPROVED


def test_each_way_that_was_shown_is_judged_by_itself(world: World) -> None:
    """Two tabs, or an application's own form beside our page."""
    world.enrol()
    started = world.start()
    code = world.code(started)
    switched(world, started, "counter")
    told = answered(world, started, wrong(code), factor="mail_code")
    assert (told.outcome, told.tries_left) == (Outcome.WRONG, 4)
    assert world.held()[0].version == 1
    told = answered(world, started, code, factor="mail_code")
    assert told.proof
    assert (told.outcome, told.proof.factor) == (Outcome.APPROVED, "mail_code")


@pytest.mark.parametrize("name", ["counter", "recovery", "", "no such thing"])
def test_a_way_that_was_never_chosen_answers_nothing(world: World, name: str) -> None:
    world.enrol()
    started = world.start()
    told = answered(world, started, CODE, factor=name)
    assert (told.outcome, world.held()[0].version) == (Outcome.WRONG, 1)


def test_somebody_s_credentials_answer_a_question_to_her_address(world: World) -> None:
    account = digest("account", world.address)
    new = NewCredential(account, "counter", COUNTER_SECRET)
    sealed = credentials.sealed(world.desk.vault, new.id, account, new.secret)
    world.db.tidy(lambda link: credentials.add(link, new, sealed, NOW))
    started = world.start()
    switched(world, started, "counter", holder=account)
    assert answered(world, started, CODE).outcome is Outcome.WRONG
    told = answered(world, started, CODE, holder=account)
    assert told.proof
    assert (told.outcome, told.proof.subject) == (Outcome.APPROVED, account)


@pytest.mark.parametrize("after", [TTL, TTL + MINUTE])
def test_what_is_over_is_not_switched(world: World, after: timedelta) -> None:
    started = world.start()
    with pytest.raises(ClosedError) as refused:
        switched(world, started, "counter", NOW + after)
    assert refused.value.outcome is Outcome.EXPIRED


def test_nor_what_was_answered_meanwhile(world: World) -> None:
    started = world.start()
    stale = world.found(started.challenge.id)
    world.answer(stale.id, world.code(started))
    with pytest.raises(ClosedError) as refused:
        switching.switch(world.desk, stale, world.question(factor="counter"), NOW)
    assert refused.value.outcome is Outcome.USED


def test_nor_what_others_switch_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.enrol()
    started = world.start()
    monkeypatch.setattr(store, "switch", lambda *_: False)
    with pytest.raises(UnavailableError):
        switched(world, started, "counter")
    assert world.found(started.challenge.id) == started.challenge


def test_nor_what_is_gone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    started = world.start()
    stale = world.found(started.challenge.id)
    monkeypatch.setattr(store, "switch", lambda *_: False)
    world.change(
        update(schema.challenges)
        .where(schema.challenges.c.challenge == stale.id)
        .values(caller="client:gone")
    )
    with pytest.raises(ClosedError) as refused:
        switching.switch(world.desk, stale, world.question(factor="counter"), NOW)
    assert refused.value.outcome is Outcome.UNKNOWN


def test_twelve_at_once_draw_one_code_and_send_one_letter(world: World) -> None:
    world.enrol()
    started = world.start(factor="counter")
    together(12, lambda _: switched(world, started, "mail_code", LATER))
    assert len(world.letters(started.challenge.id)) == 1
    assert world.answer(started.challenge.id, world.code(started), LATER).proof


def test_an_answer_races_with_a_switch_and_both_are_good(world: World) -> None:
    world.enrol()
    started = world.start()
    code = world.code(started)

    def act(number: int) -> Outcome | None:
        if number % 2:
            return answered(world, started, code, factor="mail_code").outcome
        try:
            switched(world, started, "counter", LATER)
        except ClosedError:
            return None
        return None

    told = [each for each in together(12, act) if each]
    assert sorted(told) == [Outcome.APPROVED, *[Outcome.USED] * 5]


def test_a_single_factor_s_new_credential_takes_the_former_s_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(world.desk.factors["counter"]), "is_single", True)
    former = world.enrol()
    started = world.start(purpose="enrol", factor="counter")
    code = token_code(world.desk.posed(started.challenge).state)
    assert world.answer(started.challenge.id, wrong(code), purpose="enrol").proof is None
    assert [each.id for each in world.held()] == [former]
    assert world.answer(started.challenge.id, code, purpose="enrol").proof
    (held,) = world.held()
    assert held.id != former


def test_enrolling_by_another_factor_begins_anew(world: World) -> None:
    first = world.start(purpose="enrol", factor="counter")
    second = world.start(LATER, purpose="enrol")
    assert second.challenge.id != first.challenge.id
    assert world.start(LATER, purpose="enrol", factor="counter").challenge.factor == "counter"


def test_what_a_wrong_answer_hints_at_is_told_and_costs_a_try(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def finish(_context: Context, _state: bytes, _answer: str) -> Verdict:
        return Verdict(ok=False, hint="it is late")

    started = world.start()
    monkeypatch.setattr(world.desk.factors["mail_code"], "finish", finish)
    told = world.answer(started.challenge.id, "123456")
    assert (told.outcome, told.tries_left, told.hint) == (Outcome.WRONG, 4, "it is late")


def test_a_dear_answer_waits_for_its_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(world.desk.factors["mail_code"]), "is_dear", True)
    monkeypatch.setattr("simple_2fa.accounts.hashing.PATIENCE", 0.01)
    crowded = replace(world, desk=replace(world.desk, hashing=Hashing(1)))
    started = crowded.start()
    with crowded.desk.hashing.turn(), pytest.raises(BusyError):
        crowded.answer(started.challenge.id, crowded.code(started))
    assert world.found(started.challenge.id).tries == 0
    assert crowded.answer(started.challenge.id, crowded.code(started)).proof
