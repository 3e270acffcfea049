"""A second step in the middle of a session: fresh for five minutes, and never by one factor."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from authenticators import app_of, codes_of, passkey_of
from people import change_password, disable
from simple_2fa.challenges.desk import Desk, ledger_of, pots_of
from simple_2fa.challenges.model import Outcome, Purpose, Sending
from simple_2fa.core.errors import MalformedAnswerError, SlowDownError
from simple_2fa.core.tags import Tag
from simple_2fa.sessions.model import FRESH_FOR
from simple_2fa.signin import asking, changes, login, register, step_up, ways
from simple_2fa.signin.model import HeldError, OverError
from traces import happened, letters, spend
from visits import (
    OTHER_PASSWORD,
    PASSWORD,
    Visitor,
    at,
    enrolled,
    joined,
    owner,
    reset,
    signed_in,
    told,
)
from world import COUNTER_SECRET, NOW, SECOND, TTL, token_code, wrong

LATER = NOW + timedelta(minutes=10)


def stale(desk: Desk) -> Visitor:
    """Give somebody who signed in ten minutes ago."""
    ann = signed_in(desk)
    ann.now = LATER
    return ann


def asked(desk: Desk, goes_to: str = "/account/password") -> Visitor:
    ann = stale(desk)
    ann.act(step_up.ask, goes_to)
    return ann


def fresh(ann: Visitor) -> bool:
    session = ann.session
    return session is not None and session.is_fresh(ann.now)


def test_signing_in_is_fresh_for_five_minutes_to_the_second(desk: Desk) -> None:
    ann = signed_in(desk)
    ann.now = NOW + FRESH_FOR - SECOND
    assert fresh(ann)
    ann.now = NOW + FRESH_FOR
    assert not fresh(ann)


def test_a_step_makes_it_fresh_again_under_a_new_token(desk: Desk) -> None:
    ann = asked(desk)
    before, session = ann.token, ann.session
    assert (ann.asked.purpose, ann.asked.digits, len(letters(ann))) == ("step_up", 6, 1)
    entered = ann.act(step_up.answer, ann.code)
    assert (told(entered), entered.goes_to) == (Outcome.APPROVED, "/account/password")
    now = ann.session
    assert session
    assert now
    assert (now.id, now.proved_at, now.challenge, now.goes_to) == (session.id, LATER, None, "")
    assert (now.created_at, now.expires_at) == (session.created_at, session.expires_at)
    assert replace(ann, token=before).session is None
    assert happened(ann, owner(ann), Tag.SESSION_STEP_UP) == ["approved"]


def test_it_refreshes_its_own_session_alone(desk: Desk) -> None:
    ann = asked(desk)
    other = signed_in(desk, owner(ann))
    other.now = LATER
    ann.act(step_up.answer, ann.code)
    assert fresh(ann)
    assert not fresh(other)


@pytest.mark.parametrize(
    "change",
    [
        lambda ann: ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD),
        lambda ann: ann.act(changes.ask_address, f"x{ann.address}"),
        lambda ann: ann.act(changes.delete),
    ],
    ids=["password", "address", "delete"],
)
def test_sensitive_changes_need_it(desk: Desk, change: Callable[[Visitor], object]) -> None:
    ann = stale(desk)
    before = owner(ann)
    with pytest.raises(OverError):
        change(ann)
    assert owner(ann) == before
    ann.act(step_up.ask, "")
    ann.act(step_up.answer, ann.code)
    change(ann)


def test_wrong_codes_refresh_nothing(desk: Desk) -> None:
    ann = asked(desk)
    right, bad = ann.code, wrong(ann.code)
    with pytest.raises(MalformedAnswerError):
        ann.act(step_up.answer, "12345")
    outcomes = [told(ann.act(step_up.answer, bad)) for _ in range(5)]
    assert outcomes == [Outcome.WRONG] * 5
    assert told(ann.act(step_up.answer, right)) is Outcome.OUT_OF_TRIES
    assert not fresh(ann)
    assert ann.stage == "full"
    assert happened(ann, owner(ann), Tag.CHALLENGE_ANSWER) == ["wrong"] * 5
    ann.move(seconds=30)
    assert ann.act(asking.again).sending is Sending.NEW
    assert told(ann.act(step_up.answer, ann.code)) is Outcome.APPROVED


def test_an_expired_code_refreshes_nothing(desk: Desk) -> None:
    ann = asked(desk)
    code = ann.code
    ann.now = LATER + TTL
    assert told(ann.act(step_up.answer, code)) is Outcome.EXPIRED


def test_its_ledger_is_that_of_signing_in(desk: Desk) -> None:
    ann = asked(desk)
    spend(ann, ledger_of(ann.asked.question), 10)
    assert told(ann.act(step_up.answer, ann.code)) is Outcome.PAUSED
    ann.act(changes.sign_out)
    ann.move(seconds=30)
    ann.act(login.sign_in, ann.typed())
    assert ann.asked.digits == 10


def test_another_person_s_code_and_another_purpose_s_serve_nothing(desk: Desk) -> None:
    ann, bob = asked(desk), asked(desk)
    if ann.code != bob.code:
        assert told(ann.act(step_up.answer, bob.code)) is Outcome.WRONG
    waiting = at(desk, owner(ann))
    waiting.act(login.sign_in, waiting.typed())
    with pytest.raises(OverError):
        waiting.act(step_up.answer, waiting.code)
    for answer in (login.answer, register.confirm, changes.confirm_address):
        with pytest.raises(OverError):
            ann.act(answer, ann.code)


def test_only_a_full_session_is_asked(desk: Desk) -> None:
    waiting = at(desk, joined(desk))
    waiting.act(login.sign_in, waiting.typed())
    for each in (Visitor(desk), waiting):
        with pytest.raises(OverError):
            each.act(step_up.ask, "")
        with pytest.raises(OverError):
            each.act(step_up.answer, "123456")


@pytest.mark.parametrize("change", [change_password, disable], ids=["password", "disabled"])
def test_a_change_of_the_account_ends_it(desk: Desk, change: Callable[..., None]) -> None:
    ann = asked(desk)
    visit, code = ann.visit(), ann.code
    change(desk.db, owner(ann))
    assert ann.stage == ""
    told = step_up.answer(visit, code)
    assert told.answered
    assert (told.cookies, told.answered.outcome) == (None, Outcome.CANCELED)
    with pytest.raises(OverError):
        step_up.ask(visit, "")


def test_asked_twice_at_once_the_open_code_serves_the_later_wish(desk: Desk) -> None:
    ann = asked(desk)
    code, seen = ann.code, ann.asked.id
    ann.act(step_up.ask, "/account/delete")
    assert (ann.asked.id, len(letters(ann))) == (seen, 1)
    assert ann.act(step_up.answer, code).goes_to == "/account/delete"


def test_of_two_who_ask_at_once_both_wait_for_one_code(desk: Desk) -> None:
    ann = stale(desk)
    other = ann.visit()  # read before the first one's unit
    ann.act(step_up.ask, "/account/password")
    step_up.ask(other, "/account/delete")
    assert len(letters(ann)) == 1
    assert ann.act(step_up.answer, ann.code).goes_to == "/account/delete"


def test_without_room_for_a_letter_it_says_when(desk: Desk) -> None:
    ann = asked(desk)
    *_, pot = pots_of(ann.asked.question)
    ann.act(step_up.answer, ann.code)
    spend(ann, pot, 4)
    ann.now = LATER + timedelta(minutes=6)
    with pytest.raises(SlowDownError) as refusal:
        ann.act(step_up.ask, "")
    assert refusal.value.retry_at == LATER + timedelta(minutes=12)
    session = ann.session
    assert session
    assert session.challenge is None


def test_one_factor_is_held_for_a_day(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    reset(ann)
    assert not fresh(ann)
    with pytest.raises(HeldError) as held:
        ann.act(step_up.ask, "")
    assert held.value.until == NOW + timedelta(hours=24)
    with pytest.raises(OverError):
        ann.act(changes.delete)


def test_of_two_that_are_enrolled_it_is_the_stronger_alone(desk: Desk) -> None:
    """Else whoever has got hold of an app's codes would take the passkey away."""
    ann = stale(desk)
    app_of(desk, owner(ann))
    passkey_of(desk, owner(ann))
    ann.act(step_up.ask, "/account")
    assert (ann.asked.factor, asking.others(ann.visit(), ann.asked, Purpose.STEP_UP)) == (
        "passkey",
        [],
    )
    by_app = signed_in(desk, owner(ann), LATER, by="totp")
    assert fresh(by_app)
    assert not ways.is_fresh(by_app.visit())


def test_it_takes_the_strongest_kind_enrolled(desk: Desk) -> None:
    ann = stale(desk)
    enrolled(desk, owner(ann))
    ann.act(step_up.ask, "/account")
    assert (ann.asked.factor, letters(ann)) == ("counter", [])
    assert told(ann.act(step_up.answer, token_code(COUNTER_SECRET[:20]))) is Outcome.APPROVED
    assert ann.session
    assert ann.session.proved_by == "counter"


def test_the_last_recovery_code_counts_and_from_then_on_none_is_offered(desk: Desk) -> None:
    ann = stale(desk)
    enrolled(desk, owner(ann))
    (code,) = codes_of(desk, owner(ann), left=1)
    ann.act(step_up.ask, "/account/password")
    assert asking.others(ann.visit(), ann.asked, Purpose.STEP_UP) == ["recovery"]
    ann.act(asking.switch, "recovery")
    assert told(ann.act(step_up.answer, code)) is Outcome.APPROVED
    assert ways.is_fresh(ann.visit())
    assert asking.others(ann.visit(), None, Purpose.STEP_UP) == ["counter"]
    there = at(desk, owner(ann))
    there.act(login.sign_in, there.typed())
    assert asking.others(there.visit(), there.asked, Purpose.LOGIN) == ["mail_code"]
