"""Paused codes, and no code by mail to sign in with: the mailbox opens a ledger of its own."""

import pytest

from second_steps import proved_by
from simple_2fa.challenges.desk import Desk, ledger_of, pots_of
from simple_2fa.challenges.model import Outcome, Purpose
from simple_2fa.core.errors import SlowDownError
from simple_2fa.limits.buckets import Bucket
from simple_2fa.limits.rules import SIGN_IN_LETTERS
from simple_2fa.sessions.model import Session
from simple_2fa.signin import asking, enrolling, login, unlock
from simple_2fa.signin.model import OverError
from traces import known_to, spend
from visits import Visitor, at, enrolled, joined, owner, signed_in, told
from world import COUNTER_SECRET, NOW, SECOND, token_code, wrong

CODE = token_code(COUNTER_SECRET[:20])


def locked(desk: Desk) -> Visitor:
    """Give somebody in a new browser whose guesses others have used up, and mail is no way in."""
    ann = signed_in(desk)
    enrolled(desk, owner(ann))
    proved_by(desk.db, "counter")
    ann.act(enrolling.switch_mail_codes, on=False)
    there = at(desk, owner(ann))
    there.act(login.sign_in, there.typed())
    spend(there, ledger_of(there.asked.question), 10)
    assert told(there.act(login.answer, CODE)) is Outcome.PAUSED
    return there


def unlocking(desk: Desk) -> Visitor:
    there = locked(desk)
    there.act(unlock.ask)
    return there


def test_a_long_code_by_mail_lets_the_owner_answer(desk: Desk) -> None:
    ann = unlocking(desk)
    assert (ann.asked.purpose, ann.asked.factor, ann.asked.digits) == ("unlock", "mail_code", 10)
    assert told(ann.act(unlock.answer, ann.code)) is Outcome.APPROVED
    assert (ann.stage, ann.asked.purpose, ann.asked.factor) == ("password", "login", "counter")
    assert told(ann.act(login.answer, CODE)) is Outcome.APPROVED
    assert (ann.stage, ann.session and ann.session.proved_by) == ("full", "counter")


def test_it_signs_nobody_in_by_itself(desk: Desk) -> None:
    ann = unlocking(desk)
    code = ann.code
    with pytest.raises(OverError):
        ann.act(login.answer, code)
    ann.act(unlock.answer, code)
    assert told(ann.act(login.answer, wrong(CODE))) is Outcome.WRONG
    assert ann.stage == "password"


def test_whoever_lacks_the_mailbox_stays_paused(desk: Desk) -> None:
    ann, thief = unlocking(desk), Visitor(desk)
    thief.address = ann.address
    ann.act(unlock.answer, ann.code)
    thief.act(login.sign_in, thief.typed())
    assert told(thief.act(login.answer, wrong(CODE))) is Outcome.PAUSED
    assert told(ann.act(login.answer, CODE)) is Outcome.APPROVED


def test_its_ledger_is_one_and_runs_out_too(desk: Desk) -> None:
    ann = unlocking(desk)
    ann.act(unlock.answer, ann.code)
    spend(ann, ledger_of(ann.asked.question), 10)
    assert told(ann.act(login.answer, CODE)) is Outcome.PAUSED
    with pytest.raises(OverError):
        ann.act(unlock.ask)


def test_a_wrong_long_code_opens_nothing(desk: Desk) -> None:
    ann = unlocking(desk)
    assert told(ann.act(unlock.answer, wrong(ann.code))) is Outcome.WRONG
    assert ann.asked.purpose == Purpose.UNLOCK


@pytest.mark.parametrize("on", [True, False])
def test_it_is_for_those_alone_who_let_no_mail_sign_in(desk: Desk, *, on: bool) -> None:
    ann = signed_in(desk)
    enrolled(desk, owner(ann))
    proved_by(desk.db, "counter")
    ann.act(enrolling.switch_mail_codes, on=on)
    there = at(desk, owner(ann))
    there.act(login.sign_in, there.typed())
    assert not unlock.is_due(there.visit(), there.asked)
    spend(there, ledger_of(there.asked.question), 10)
    assert unlock.is_due(there.visit(), there.asked) != on


def test_a_known_browser_whose_own_ledger_is_spent_goes_on_so_too(desk: Desk) -> None:
    ann = signed_in(desk)
    enrolled(desk, owner(ann))
    proved_by(desk.db, "counter")
    ann.act(enrolling.switch_mail_codes, on=False)
    ann.act(login.sign_in, ann.typed())
    spend(ann, ledger_of(ann.asked.question), 10)
    assert told(ann.act(login.answer, CODE)) is Outcome.PAUSED
    ann.act(unlock.ask)
    ann.act(unlock.answer, ann.code)
    assert told(ann.act(login.answer, CODE)) is Outcome.APPROVED
    (known,) = known_to(ann, owner(ann))
    assert session_of(ann).browser == known.id


def test_nobody_else_is_mailed_one(desk: Desk) -> None:
    strangers = (Visitor(desk), at(desk, joined(desk)), signed_in(desk))
    for each in strangers:
        with pytest.raises(OverError):
            each.act(unlock.ask)


def test_its_letters_come_from_the_account_s_pot(desk: Desk) -> None:
    ann = locked(desk)
    pots = {pot.limit: pot for pot in asking_pots(ann)}
    spend(ann, pots[SIGN_IN_LETTERS], 5)
    with pytest.raises(SlowDownError) as refused:
        ann.act(unlock.ask)
    assert refused.value.retry_at > NOW + SECOND


def asking_pots(ann: Visitor) -> tuple[Bucket, ...]:
    question = asking.question(ann.visit(), session_of(ann), Purpose.UNLOCK, owner(ann))
    return pots_of(question)


def session_of(ann: Visitor) -> Session:
    assert ann.session
    return ann.session
