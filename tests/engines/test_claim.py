"""The statements that decide demand by themselves what the flows have looked at before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from simple_2fa.challenges import store
from simple_2fa.challenges.model import Caller, Challenge
from simple_2fa.core.ids import new_id
from simple_2fa.db.engine import Connection
from world import MINUTE, NOW, SECOND, TTL, World

Decide = Callable[[Connection, Challenge, datetime], bool]
DECISIONS: dict[str, Decide] = {
    "right": lambda link, seen, now: store.claim(link, seen, now, right=True),
    "wrong": lambda link, seen, now: store.claim(link, seen, now, right=False),
    "cancel": store.cancel,
    "resend": store.mark_resent,
}
LATER = NOW + 30 * SECOND


@pytest.fixture(params=list(DECISIONS.values()), ids=list(DECISIONS))
def decide(request: pytest.FixtureRequest) -> Decide:
    decision: Decide = request.param
    return decision


def decided(world: World, decide: Decide, seen: Challenge, now: datetime = LATER) -> bool:
    return world.db.tidy(lambda link: decide(link, seen, now))


def test_a_row_is_decided_for_its_owner_alone(world: World, decide: Decide) -> None:
    seen = world.start().challenge
    others = [
        replace(seen, caller=Caller("client", new_id())),
        replace(seen, caller=Caller("session", seen.caller.id)),
        replace(seen, purpose="api:other"),
        replace(seen, id=new_id()),
    ]
    before = world.row(seen.id)
    assert not any(decided(world, decide, other) for other in others)
    assert world.row(seen.id) == before
    assert decided(world, decide, seen)


@pytest.mark.parametrize("right", [True, False])
def test_a_claim_demands_the_epoch_that_was_seen(world: World, *, right: bool) -> None:
    seen = world.start(epoch=7).challenge
    decide = DECISIONS["right" if right else "wrong"]
    assert not decided(world, decide, replace(seen, account_epoch=6))
    assert not decided(world, decide, replace(seen, account_epoch=8))
    assert decided(world, decide, seen)


def test_nothing_is_decided_at_its_expiry(world: World, decide: Decide) -> None:
    seen = world.start().challenge
    assert not decided(world, decide, seen, NOW + TTL)


def test_nothing_is_decided_twice_once_closed(world: World, decide: Decide) -> None:
    seen = world.start().challenge
    assert decided(world, DECISIONS["right"], seen)
    assert not decided(world, decide, seen)


def test_nothing_is_decided_out_of_tries(world: World, decide: Decide) -> None:
    started = world.start()
    world.guess_wrong(started, 5)
    assert not decided(world, decide, started.challenge)


@pytest.mark.parametrize(
    ("now", "fits"),
    [
        (LATER - timedelta(microseconds=1), False),
        (LATER, True),
        (NOW + TTL - 3 * MINUTE, True),
        (NOW + TTL - 3 * MINUTE + timedelta(microseconds=1), False),
    ],
)
def test_a_resend_is_neither_early_nor_late(world: World, now: datetime, *, fits: bool) -> None:
    seen = world.start().challenge
    assert decided(world, DECISIONS["resend"], seen, now) == fits


@pytest.mark.parametrize(
    ("now", "given_up", "freed"),
    [
        (NOW, False, False),
        (NOW, True, True),
        (NOW + TTL - 3 * MINUTE, False, False),
        (NOW + TTL - 3 * MINUTE + timedelta(microseconds=1), False, True),
    ],
)
def test_an_open_row_is_released_for_a_reason_alone(
    world: World, now: datetime, *, given_up: bool, freed: bool
) -> None:
    seen = world.start().challenge
    successor = new_id()
    world.db.tidy(lambda link: store.release(link, seen, successor, now, given_up=given_up))
    row = world.row(seen.id)
    assert (row.open_key is None) == freed
    assert row.followed_by == (successor if freed else None)
