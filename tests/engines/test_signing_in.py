"""Signing in: the password, the second step, and whoever may not come in."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from people import change_password, disable
from simple_2fa.challenges.desk import Desk, ledger_of, pots_of
from simple_2fa.challenges.model import Outcome, Sending
from simple_2fa.core.errors import MalformedAnswerError, SlowDownError, UnavailableError
from simple_2fa.core.tags import Tag
from simple_2fa.limits import buckets
from simple_2fa.limits.rules import SIGN_IN_LETTERS
from simple_2fa.signin import asking, login, register
from simple_2fa.signin.model import OverError
from traces import events, happened, known_to, letters, open_to, row_counts, spend, voided
from visits import Visitor, at, enrolled, joined, owner, signed_in, told
from world import COUNTER_SECRET, NOW, TTL, token_code, wrong


def at_code(desk: Desk) -> Visitor:
    """Give somebody whose password was right a moment ago."""
    ann = at(desk, joined(desk))
    assert ann.act(login.sign_in, ann.typed()).cookies
    return ann


def test_a_right_password_waits_for_a_code_and_that_lets_in(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    first = ann.act(login.sign_in, ann.typed())
    assert (first.asks, first.answered) == (True, None)
    half, asked = ann.token, ann.asked
    assert (ann.stage, asked.purpose, asked.digits, ann.browsers) == ("password", "login", 6, {})
    assert len(letters(ann)) == 1
    second = ann.act(login.answer, ann.code)
    assert (told(second), second.goes_to, ann.stage) == (Outcome.APPROVED, "", "full")
    session = ann.session
    assert session
    assert (session.proved_by, session.proved_at, session.one_factor_until) == (
        "mail_code",
        NOW,
        None,
    )
    assert [each.id for each in known_to(ann, owner(ann))] == [session.browser]
    assert sorted(events(ann, owner(ann))) == [
        ("challenge:challenge:start", "done"),
        ("session:session:login", "approved"),
    ]
    assert voided(ann, asked.id)
    assert replace(ann, token=half).session is None


def test_it_goes_on_to_where_its_person_wanted_to(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    ann.act(login.sign_in, ann.typed(), "/account/activity")
    assert ann.act(login.answer, ann.code).goes_to == "/account/activity"


def test_an_address_is_taken_however_it_is_spelt(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    ann.address = ann.address.upper()
    assert ann.act(login.sign_in, ann.typed()).cookies


def test_each_outcome_of_a_code_is_told(desk: Desk) -> None:
    ann, late = at_code(desk), at_code(desk)
    right, bad = ann.code, wrong(ann.code)
    with pytest.raises(MalformedAnswerError):
        ann.act(login.answer, "12345")
    assert [told(ann.act(login.answer, bad)) for _ in range(6)] == [
        *[Outcome.WRONG] * 5,
        Outcome.OUT_OF_TRIES,
    ]
    assert told(ann.act(login.answer, right)) is Outcome.OUT_OF_TRIES
    assert happened(ann, owner(ann), Tag.CHALLENGE_ANSWER) == ["wrong"] * 5
    code = late.code
    late.now = NOW + TTL
    assert told(late.act(login.answer, code)) is Outcome.EXPIRED
    for each in (ann, late):
        each.move(seconds=30)
        assert each.act(asking.again).sending is Sending.NEW
        assert told(each.act(login.answer, each.code)) is Outcome.APPROVED


def test_a_spent_ledger_pauses_short_codes_and_the_next_is_long(desk: Desk) -> None:
    ann = at_code(desk)
    right = ann.code
    spend(ann, ledger_of(ann.asked.question), 10)
    for code in (right, wrong(right)):
        paused = ann.act(login.answer, code).answered
        assert paused
        assert (paused.outcome, paused.tries_left) == (Outcome.PAUSED, 0)
    ann.move(seconds=30)
    assert ann.act(asking.again).sending is Sending.NEW
    assert ann.asked.digits == 10
    assert told(ann.act(login.answer, ann.code)) is Outcome.APPROVED


def test_no_stage_but_its_own_answers(desk: Desk) -> None:
    registering = Visitor(desk)
    registering.act(register.begin, registering.typed())
    for each in (Visitor(desk), registering, signed_in(desk)):
        with pytest.raises(OverError):
            each.act(login.answer, "123456")
    for each in (Visitor(desk), signed_in(desk)):
        with pytest.raises(OverError):
            each.act(asking.again)
    ann = at_code(desk)
    with pytest.raises(OverError):
        ann.act(register.confirm, ann.code)


def test_a_code_serves_its_own_session_alone(desk: Desk) -> None:
    ann = at_code(desk)
    other = ann.elsewhere()
    other.act(login.sign_in, other.typed())
    assert other.asked.id != ann.asked.id
    if other.code != ann.code:
        assert told(other.act(login.answer, ann.code)) is Outcome.WRONG


def test_signing_in_where_a_code_is_awaited_keeps_that_code(desk: Desk) -> None:
    ann = at_code(desk)
    session, code, asked = ann.session, ann.code, ann.asked.id
    ann.move(seconds=5)
    ann.act(login.sign_in, ann.typed(), "/account/activity")
    assert (ann.code, ann.asked.id, len(letters(ann))) == (code, asked, 1)
    ann.move(seconds=25)
    ann.act(login.sign_in, ann.typed())
    assert (ann.code, ann.asked.id, len(letters(ann))) == (code, asked, 2)
    assert session
    assert ann.session
    assert ann.session.id == session.id
    assert told(ann.act(login.answer, code)) is Outcome.APPROVED


@pytest.mark.parametrize("come", [at_code, signed_in])
def test_another_person_s_session_is_ended(desk: Desk, come: Callable[[Desk], Visitor]) -> None:
    ann = come(desk)
    before = replace(ann)
    bob = joined(desk)
    ann.address = bob.address
    ann.act(login.sign_in, ann.typed())
    assert before.session is None
    assert ann.session
    assert (ann.stage, ann.session.account) == ("password", bob.id)
    assert told(ann.act(login.answer, ann.code)) is Outcome.APPROVED


def test_where_no_letter_is_to_be_had_the_password_still_counts(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    pot = buckets.bucket(SIGN_IN_LETTERS, owner(ann).subject.hex(), "")
    spend(ann, pot, 5)
    assert ann.act(login.sign_in, ann.typed(), "/account/activity").cookies
    session = ann.session
    assert session
    assert (ann.stage, session.challenge) == ("password", None)
    assert asking.purpose_of(ann.visit(), None) == "login"
    with pytest.raises(SlowDownError):
        ann.act(asking.again)
    ann.move(minutes=12)
    assert ann.act(asking.again).sending is Sending.NEW
    assert ann.act(login.answer, ann.code).goes_to == "/account/activity"


def test_a_known_browser_has_letters_of_its_own(desk: Desk) -> None:
    ann = signed_in(desk)
    stranger = ann.elsewhere()
    stranger.act(login.sign_in, stranger.typed())
    *_, pot = pots_of(stranger.asked.question)
    spend(stranger, pot, 4)
    ann.act(login.sign_in, ann.typed())
    assert len(letters(ann)) == 1


def test_an_enrolled_token_is_asked_for_and_no_letter_sent(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    enrolled(desk, owner(ann))
    ann.act(login.sign_in, ann.typed())
    assert (ann.asked.factor, letters(ann)) == ("counter", [])
    assert told(ann.act(login.answer, token_code(COUNTER_SECRET[:20]))) is Outcome.APPROVED
    assert ann.session
    assert ann.session.proved_by == "counter"
    again = ann.elsewhere()
    again.act(login.sign_in, again.typed())
    assert told(again.act(login.answer, token_code(COUNTER_SECRET[:20]))) is Outcome.WRONG


@pytest.mark.parametrize("change", [change_password, disable], ids=["password", "disabled"])
def test_a_change_of_the_account_ends_what_waits(desk: Desk, change: Callable[..., None]) -> None:
    ann = at_code(desk)
    visit, code = ann.visit(), ann.code
    change(desk.db, owner(ann))
    assert ann.stage == ""
    with pytest.raises(OverError):
        login.answer(visit, code)
    assert open_to(ann, owner(ann)) == []
    assert known_to(ann, owner(ann)) == []


def test_a_factor_that_this_node_does_not_know_gives_way_to_no_weaker_one(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    enrolled(desk, owner(ann))
    known = {name: each for name, each in desk.factors.items() if name != "counter"}
    older = replace(ann, desk=replace(desk, factors=known))
    before = row_counts(desk.db, but="two_factor_limits")
    with pytest.raises(UnavailableError, match="counter"):
        older.act(login.sign_in, older.typed())
    assert (older.stage, row_counts(desk.db, but="two_factor_limits")) == ("", before)
