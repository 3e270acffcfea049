"""What a subject enrolled: sealed for its row, swapped at each use, enrolled by an answer."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from simple_2fa.challenges.model import Outcome
from simple_2fa.core.clock import to_millis
from simple_2fa.core.errors import SealError
from simple_2fa.core.factor import Context, Held, Verdict
from simple_2fa.core.vault import Vault
from simple_2fa.credentials import store
from simple_2fa.db import schema
from simple_2fa.db.engine import Connection
from simple_2fa.factors.mail_code import MailCode
from world import COUNTER_SECRET, MINUTE, NOW, SECOND, World, together, token_code, wrong

table = schema.credentials
CODES = ["755224", "287082", "359152", "969429"]  # RFC 4226, appendix D


def swap(world: World, seen: Held, secret: bytes = b"next", subject: bytes | None = None) -> bool:
    whose = subject or world.subject
    sealed = store.sealed(world.desk.vault, seen.id, world.subject, secret)

    def unit(connection: Connection) -> bool:
        return store.swap(connection, seen, whose, sealed, NOW)

    return world.db.tidy(unit)


def test_what_is_held_comes_back_opened_the_oldest_first(world: World) -> None:
    names = [world.enrol(secret) for secret in (b"one", b"two")]
    world.enrol(b"elsewhere", "other")
    assert world.held() == (Held(names[0], b"one", 1), Held(names[1], b"two", 1))
    assert [held.secret for held in world.held("other")] == [b"elsewhere"]
    assert World(world.desk).held() == ()


def test_secrets_are_sealed(world: World) -> None:
    name = world.enrol(b"12345678901234567890")
    (row,) = world.rows(select(table).where(table.c.credential == name))
    assert "1234567890" not in str(tuple(row))
    assert (row.version, row.used_at, row.created_at) == (1, None, to_millis(NOW))


def test_a_swap_demands_the_version_that_was_seen(world: World) -> None:
    world.enrol()
    (seen,) = world.held()
    assert swap(world, seen)
    assert world.held() == (Held(seen.id, b"next", 2),)
    assert not swap(world, seen, b"again")
    assert world.held() == (Held(seen.id, b"next", 2),)
    (row,) = world.rows(select(table).where(table.c.credential == seen.id))
    assert row.used_at == to_millis(NOW)


def test_a_swap_never_touches_anothers(world: World) -> None:
    world.enrol()
    (seen,) = world.held()
    assert not swap(world, seen, subject=World(world.desk).subject)
    assert not swap(world, replace(seen, id="x" * 22))
    assert world.held() == (seen,)


def test_a_removed_one_is_not_swapped(world: World) -> None:
    name = world.enrol()
    (seen,) = world.held()
    world.change(delete(table).where(table.c.credential == name))
    assert not swap(world, seen)


def test_of_twelve_swaps_one_wins(world: World) -> None:
    world.enrol()
    (seen,) = world.held()
    done = together(12, lambda number: swap(world, seen, bytes([number])))
    assert done.count(True) == 1
    assert world.held()[0].version == 2
    assert world.held()[0].secret == bytes([done.index(True)])


@pytest.mark.parametrize("how", ["another row", "another subject", "another key"])
def test_a_secret_that_was_moved_fails_closed(world: World, how: str) -> None:
    name, other = world.enrol(b"one"), world.enrol(b"two")
    vault = world.desk.vault
    if how == "another row":
        stolen = select(table.c.secret).where(table.c.credential == name)
        secret = world.rows(stolen)[0][0]
    elif how == "another subject":
        secret = store.sealed(vault, other, World(world.desk).subject, b"two")
    else:
        secret = store.sealed(Vault([b"\xff" * 32]), other, world.subject, b"two")
    world.change(update(table).where(table.c.credential == other).values(secret=secret))
    with pytest.raises(SealError):
        world.held()
    with pytest.raises(SealError):
        world.start(factor="counter")


def test_a_token_answers_once_for_each_of_its_codes(world: World) -> None:
    world.enrol()
    for number, code in enumerate(CODES):
        started = world.start(NOW + number * 30 * SECOND, factor="counter")
        assert started.challenge.digits == 6
        assert world.letters(started.challenge.id) == []
        told = world.answer(started.challenge.id, code, NOW + number * 30 * SECOND)
        assert told.outcome is Outcome.APPROVED
    (held,) = world.held()
    assert held == Held(held.id, COUNTER_SECRET[:20] + (4).to_bytes(8, "big"), 5)


def test_a_tokens_code_never_answers_twice(world: World) -> None:
    world.enrol()
    first = world.start(factor="counter")
    assert world.answer(first.challenge.id, CODES[2]).outcome is Outcome.APPROVED
    second = world.start(NOW + 30 * SECOND, factor="counter")
    told = [world.answer(second.challenge.id, code).outcome for code in CODES[:3]]
    assert told == [Outcome.WRONG] * 3


def test_a_wrong_guess_at_a_token_costs_its_chance(world: World) -> None:
    world.enrol()
    started = world.start(factor="counter")
    world.answer(started.challenge.id, wrong(CODES[0]))
    assert world.guesses_left() == 7
    assert world.held()[0].version == 1


def test_a_right_code_that_lost_its_race_is_wrong_and_charged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another use, under another challenge, comes between the verdict and the swap."""
    world.enrol()
    other = world.neighbour()
    mine, theirs = world.start(factor="counter"), other.start(factor="counter")
    token = world.desk.factors["counter"]
    finish = token.finish

    def interrupted(context: Context, state: bytes, answer: str) -> Verdict:
        monkeypatch.setattr(token, "finish", finish)
        verdict = finish(context, state, answer)
        assert other.answer(theirs.challenge.id, CODES[0]).outcome is Outcome.APPROVED
        return verdict

    monkeypatch.setattr(token, "finish", interrupted)
    told = world.answer(mine.challenge.id, CODES[0])
    assert (told.outcome, told.tries_left) == (Outcome.WRONG, 4)
    assert world.outcomes(mine.challenge.id) == ["wrong"]
    assert (world.guesses_left(), other.guesses_left()) == (7, 10)
    assert world.held()[0].version == 2


def test_an_enrolment_stores_what_was_proved(world: World) -> None:
    started = world.start(purpose="enrol", factor="counter")
    key = world.desk.posed(started.challenge).state
    code = token_code(key)
    assert world.held() == ()
    told = world.answer(started.challenge.id, wrong(code), purpose="enrol")
    assert (told.outcome, world.held()) == (Outcome.WRONG, ())
    told = world.answer(started.challenge.id, code, purpose="enrol")
    assert told.outcome is Outcome.APPROVED
    (held,) = world.held()
    assert (held.secret, held.version) == (key + (1).to_bytes(8, "big"), 1)


def test_an_enrolment_confirmed_twelve_times_at_once_stores_one(world: World) -> None:
    started = world.start(purpose="enrol", factor="counter")
    code = token_code(world.desk.posed(started.challenge).state)

    def confirm(_: int) -> Outcome:
        return world.answer(started.challenge.id, code, purpose="enrol").outcome

    assert sorted(together(12, confirm)) == [Outcome.APPROVED, *[Outcome.USED] * 11]
    assert len(world.held()) == 1


def test_an_enrolment_that_is_never_confirmed_changes_nothing(world: World) -> None:
    started = world.start(purpose="enrol", factor="counter")
    code = token_code(world.desk.posed(started.challenge).state)
    login = world.start(NOW + 30 * SECOND, factor="counter")
    told = world.answer(login.challenge.id, code, NOW + 30 * SECOND)
    assert told.outcome is Outcome.WRONG
    assert world.held() == ()


class Generous(MailCode):
    """Gives a secret where none was asked for."""

    def finish(self, context: Context, state: bytes, answer: str) -> Verdict:
        return replace(super().finish(context, state, answer), secret=b"a present")


def test_only_an_enrolment_stores_a_new_secret(world: World) -> None:
    desk = replace(world.desk, factors={"mail_code": Generous()})
    generous = replace(world, desk=desk)
    started = generous.start(purpose="login")
    told = generous.answer(started.challenge.id, generous.code(started), purpose="login")
    assert told.outcome is Outcome.APPROVED
    assert world.held("mail_code") == ()


@pytest.mark.parametrize("right", [True, False])
def test_a_costly_guess_needs_all_its_room(world: World, *, right: bool) -> None:
    world.enrol()
    started = world.start(factor="counter")
    world.spend(8)
    code = CODES[0] if right else wrong(CODES[0])
    told = world.answer(started.challenge.id, code)
    assert (told.outcome, told.retry_at) == (Outcome.PAUSED, NOW + 6 * MINUTE)
    assert world.held()[0].version == 1
    assert world.guesses_left() == 2
