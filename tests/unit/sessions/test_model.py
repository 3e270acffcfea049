"""How far a session has come and how long it lasts, told from its row alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from simple_2fa.core.ids import id_of
from simple_2fa.sessions.model import (
    ANONYMOUS_LASTS,
    BROWSER_LASTS,
    FRESH_FOR,
    FULL_LASTS,
    IDLE_LASTS,
    PASSWORD_LASTS,
    Browser,
    Place,
    Session,
    Stage,
    anonymous,
    full,
    waiting,
)
from world import NOW, SECOND

MICRO = timedelta(microseconds=1)
LATER = NOW + timedelta(minutes=3)
HERE = Place("Firefox on Windows", "203.0.113.7")
SESSION, TOKEN = anonymous(NOW, HERE, "/account/activity")
REGISTERING = replace(SESSION, challenge="c", password="hash")
FULL = full(SESSION, "ann", 3, NOW)
KNOWN = Browser("b", "ann", 3, HERE.agent, NOW, NOW, NOW + BROWSER_LASTS)


def test_a_new_one_is_named_after_a_token_that_it_does_not_hold() -> None:
    assert (SESSION.id, SESSION.stage, SESSION.account) == (id_of(TOKEN), Stage.ANONYMOUS, None)
    assert (SESSION.created_at, SESSION.seen_at) == (NOW, NOW)
    assert SESSION.expires_at == NOW + ANONYMOUS_LASTS
    assert TOKEN not in repr(SESSION)
    assert anonymous(NOW, HERE)[0].id != SESSION.id


@pytest.mark.parametrize("stage", [Stage.PASSWORD, Stage.RESET])
def test_half_the_way_keeps_what_it_waits_for_and_no_password(stage: Stage) -> None:
    half = waiting(REGISTERING, stage, "ann", 3, LATER)
    assert (half.stage, half.account, half.epoch) == (stage, "ann", 3)
    assert (half.seen_at, half.expires_at) == (LATER, LATER + PASSWORD_LASTS)
    assert (half.password, half.challenge, half.goes_to) == (None, "c", "/account/activity")
    assert (half.id, half.created_at, half.place) == (SESSION.id, NOW, HERE)


def test_all_the_way_in_it_starts_anew_and_waits_for_nothing() -> None:
    made = full(REGISTERING, "ann", 3, LATER)
    assert (made.stage, made.account, made.epoch) == (Stage.FULL, "ann", 3)
    assert (made.created_at, made.seen_at) == (LATER, LATER)
    assert made.expires_at == LATER + FULL_LASTS
    assert (made.password, made.challenge, made.goes_to) == (None, None, "")
    assert made.id == SESSION.id


def test_what_it_keeps_for_an_account_to_be_is_not_printed() -> None:
    assert "hash" not in repr(REGISTERING)


@pytest.mark.parametrize(
    ("session", "now", "is_over"),
    [
        (SESSION, NOW + ANONYMOUS_LASTS - MICRO, False),
        (SESSION, NOW + ANONYMOUS_LASTS, True),
        (FULL, NOW + IDLE_LASTS, False),
        (FULL, NOW + IDLE_LASTS + MICRO, True),
        (replace(FULL, seen_at=NOW + FULL_LASTS - SECOND), NOW + FULL_LASTS - MICRO, False),
        (replace(FULL, seen_at=NOW + FULL_LASTS - SECOND), NOW + FULL_LASTS, True),
    ],
)
def test_its_time_comes(session: Session, now: object, *, is_over: bool) -> None:
    assert session.is_over(now) == is_over  # type: ignore[arg-type]


def test_only_a_full_one_is_over_for_being_unused() -> None:
    half = replace(SESSION, seen_at=NOW - 2 * IDLE_LASTS)
    assert not half.is_over(NOW)


def test_it_is_fresh_for_five_minutes_after_a_second_step() -> None:
    proved = replace(FULL, proved_by="mail_code", proved_at=NOW)
    assert proved.is_fresh(NOW + FRESH_FOR - MICRO)
    assert not proved.is_fresh(NOW + FRESH_FOR)
    assert not FULL.is_fresh(NOW)


def test_one_factor_is_never_fresh() -> None:
    held = replace(FULL, proved_at=NOW, one_factor_until=NOW + SECOND)
    assert held.is_one_factor(NOW)
    assert not held.is_fresh(NOW)
    assert not held.is_one_factor(NOW + SECOND)
    assert held.is_fresh(NOW + SECOND)
    assert not FULL.is_one_factor(NOW)


def test_a_browser_skips_the_code_until_then_and_never_unasked() -> None:
    assert not KNOWN.skips_code(NOW)
    asked = replace(KNOWN, skips_code_until=LATER)
    assert asked.skips_code(LATER - MICRO)
    assert not asked.skips_code(LATER)


def test_an_event_tells_a_place_by_browser_and_network() -> None:
    assert HERE.facts == {"agent": "Firefox on Windows", "network": "203.0.113.7"}
