"""A password that was reset by mail: for a day the mailbox alone counts as one factor."""

from dataclasses import replace
from datetime import timedelta

import pytest

from resets import is_one_factor, sign_in_again, thief_of
from simple_2fa.accounts.model import UNDO_FOR
from simple_2fa.challenges.desk import Desk
from simple_2fa.signin import changes, login, step_up
from simple_2fa.signin.model import HeldError, OverError
from traces import known_to, open_to
from visits import (
    OTHER_PASSWORD,
    at,
    at_home,
    joined,
    owner,
    reset,
    signed_in,
)
from world import NOW, SECOND

THIRD_PASSWORD = "amber glacier trumpet"
UNTIL = NOW + UNDO_FOR


def test_its_session_is_one_factor_for_a_day(desk: Desk) -> None:
    thief = thief_of(at(desk, joined(desk)))
    session = thief.session
    assert session
    assert session.one_factor_until == UNTIL
    assert session.is_one_factor(UNTIL - SECOND)
    assert not session.is_one_factor(UNTIL)
    assert (thief.browsers, known_to(thief, owner(thief))) == ({}, [])
    for change in (
        lambda: thief.act(changes.change_password, OTHER_PASSWORD, THIRD_PASSWORD),
        lambda: thief.act(changes.ask_address, f"x{thief.address}"),
        lambda: thief.act(changes.delete),
    ):
        with pytest.raises(OverError):
            change()
    with pytest.raises(HeldError) as held:
        thief.act(step_up.ask, "/account/delete")
    assert held.value.until == UNTIL


def test_it_can_take_nobody_s_way_to_undo_it(desk: Desk) -> None:
    ann = at_home(desk)
    thief, hers = thief_of(ann), ann.session
    assert hers
    for browser in ("all", *ann.browsers):
        with pytest.raises(HeldError) as held:
            thief.act(changes.forget, browser)
        assert held.value.until == UNTIL
    for session in ("others", hers.id):
        with pytest.raises(HeldError):
            thief.act(changes.end, session)
    assert ann.stage == "full"
    assert len(known_to(ann, owner(ann))) == 1


def test_after_that_day_a_second_step_opens_what_was_held(desk: Desk) -> None:
    thief = thief_of(at(desk, joined(desk)))
    late = sign_in_again(thief, now=UNDO_FOR - SECOND)
    late.move(minutes=1)
    late.act(step_up.ask, "")
    assert late.act(step_up.answer, late.code).cookies
    assert late.act(changes.change_password, OTHER_PASSWORD, THIRD_PASSWORD).cookies
    assert (late.stage, known_to(late, owner(late))) == ("full", [])


def test_so_is_whoever_signs_in_with_the_new_password_by_mail(desk: Desk) -> None:
    thief = thief_of(at(desk, joined(desk)))
    again = sign_in_again(thief)
    assert is_one_factor(again)
    assert (again.browsers, known_to(again, owner(again))) == ({}, [])
    late = sign_in_again(thief, now=UNDO_FOR - SECOND)
    assert is_one_factor(late)
    day_after = sign_in_again(thief, now=UNDO_FOR)
    assert not is_one_factor(day_after)
    assert len(day_after.browsers) == 1


def test_a_known_browser_is_exempt(desk: Desk) -> None:
    ann = at_home(desk)
    before = dict(ann.browsers)
    reset(ann)
    assert not is_one_factor(ann)
    assert ann.session
    assert ann.session.is_fresh(NOW)
    assert ann.browsers.keys() == before.keys()
    assert ann.browsers != before
    assert [each.id for each in known_to(ann, owner(ann))] == list(before)


def test_a_forged_or_another_s_browser_is_not(desk: Desk) -> None:
    ann, bob = at_home(desk), at_home(desk)
    forger = replace(ann.elsewhere(), browsers=dict.fromkeys(ann.browsers, "forged"))
    guest = replace(ann.elsewhere(), browsers=dict(bob.browsers))
    for each in (forger, guest):
        reset(each)
        assert is_one_factor(each)


def test_full_sessions_and_known_browsers_go_on(desk: Desk) -> None:
    ann = at_home(desk, remember=True)
    waiting = at(desk, owner(ann))
    waiting.act(login.sign_in, waiting.typed())
    thief = thief_of(ann)
    assert (ann.stage, waiting.stage, thief.stage) == ("full", "", "full")
    assert {each.id for each in open_to(ann, owner(ann))} == {
        each.session.id for each in (ann, thief) if each.session
    }
    ann.act(changes.sign_out)
    ann.act(login.sign_in, ann.typed(OTHER_PASSWORD))
    assert ann.stage == "full"
    assert not is_one_factor(ann)


def test_for_that_day_no_page_offers_to_remember_a_new_browser(desk: Desk) -> None:
    thief = thief_of(at_home(desk))
    new = thief.elsewhere()
    new.act(login.sign_in, new.typed(OTHER_PASSWORD))
    assert not login.can_remember(new.visit(), "mail_code")
    another = at(desk, joined(desk))
    another.act(login.sign_in, another.typed())
    assert login.can_remember(another.visit(), "mail_code")


def test_a_reset_ends_the_sessions_in_browsers_that_are_known_no_more(desk: Desk) -> None:
    """Whoever had a password and one code for a minute is out with it."""
    account = joined(desk)
    ann, then = at_home(desk, account), NOW + timedelta(days=30)
    phisher = signed_in(desk, account, then)
    at_her_laptop = signed_in(desk, account, then)
    at_her_laptop.browsers = dict(ann.browsers)
    ann.now = phisher.now = then + timedelta(minutes=30)
    ann.token = ""
    reset(ann)
    assert (phisher.stage, ann.stage) == ("", "full")
