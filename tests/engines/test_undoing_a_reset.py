"""After a reset the mailbox counts once, and whoever was signed in before can undo it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from people import disable
from resets import is_one_factor, sign_in_again, thief_of
from simple_2fa.accounts.model import UNDO_FOR
from simple_2fa.challenges.desk import Desk
from simple_2fa.core import passwords
from simple_2fa.core.tags import Tag
from simple_2fa.signin import changes, login, recover, writing
from simple_2fa.signin import passwords as door
from simple_2fa.signin import undo as undoing
from simple_2fa.signin.model import OverError, PausedError
from traces import happened, known_to, left, notices, spend
from visits import (
    OTHER_PASSWORD,
    PASSWORD,
    Visitor,
    at,
    at_home,
    enrolled,
    joined,
    owner,
    reset,
    signed_in,
    slowly,
    undo,
)
from world import COUNTER_SECRET, NOW, SECOND, token_code

THIRD_PASSWORD = "amber glacier trumpet"
UNTIL = NOW + UNDO_FOR


def stand(ann: Visitor) -> None:
    """Let the reset stand that this browser would undo."""
    (offer,) = undoing.undoable(ann.visit())
    ann.act(undoing.keep, offer.browser.id, offer.reset)


def test_another_session_undoes_it(desk: Desk) -> None:
    ann = at_home(desk)
    thief = thief_of(ann)
    again = sign_in_again(thief)
    assert undo(ann)
    account = owner(ann)
    assert passwords.fits(PASSWORD, account.password)
    assert (account.reset_at, account.former_password, account.password_at) == (None, None, NOW)
    assert (ann.stage, thief.stage, again.stage) == ("full", "", "")
    assert happened(ann, account, Tag.PASSWORD_RESTORE) == ["done"]
    assert len(notices(ann, "password_restored")) == 1
    assert not is_one_factor(sign_in_again(ann, PASSWORD))
    with pytest.raises(OverError):
        undo(ann)


def test_a_known_browser_undoes_it_with_the_password_of_before(desk: Desk) -> None:
    ann = at_home(desk)
    ann.act(changes.sign_out)
    thief = thief_of(ann)
    assert [each.account for each in undoing.undoable(ann.visit())] == [owner(ann)]
    for guess in ("", OTHER_PASSWORD):
        assert not undo(ann, guess)
    assert happened(ann, owner(ann), Tag.PASSWORD_CHECK) == ["wrong"] * 2
    assert (thief.stage, passwords.fits(OTHER_PASSWORD, owner(ann).password)) == ("full", True)
    assert undo(ann)
    assert passwords.fits(PASSWORD, owner(ann).password)
    assert (ann.stage, thief.stage) == ("", "")
    assert len(known_to(ann, owner(ann))) == 1


def test_guesses_at_it_are_counted_like_those_at_the_door(desk: Desk) -> None:
    ann = at_home(desk)
    ann.act(changes.sign_out)
    thief_of(ann)
    (here,) = ann.browsers
    (mine,) = door.tries(ann.visit(), ann.address, here).wrong
    spend(ann, mine, left(ann, mine) - 1)
    with pytest.raises(PausedError):
        undo(slowly(ann, lambda: spend(ann, mine, 1)))
    for guess in (OTHER_PASSWORD, PASSWORD):
        with pytest.raises(PausedError):
            undo(ann, guess)
    assert passwords.fits(OTHER_PASSWORD, owner(ann).password)


def test_nobody_else_does(desk: Desk) -> None:
    ann = at_home(desk)
    thief = thief_of(ann)
    forger = replace(ann.elsewhere(), browsers=dict.fromkeys(ann.browsers, "forged"))
    waiting = ann.elsewhere()
    waiting.act(login.sign_in, waiting.typed(OTHER_PASSWORD))
    others = (thief, sign_in_again(thief), forger, waiting, at_home(desk), Visitor(desk))
    for each in others:
        assert undoing.undoable(each.visit()) == []
        with pytest.raises(OverError):
            undo(each)
    assert passwords.fits(OTHER_PASSWORD, owner(ann).password)


def test_one_made_in_a_known_browser_is_undone_from_another_one(desk: Desk) -> None:
    """Whoever has stolen it and reads the mail: all that it opened ends, and it undoes nothing."""
    ann = at_home(desk)
    laptop = at_home(desk, owner(ann))
    reset(laptop)
    laptop.move(minutes=1)
    again = replace(laptop)
    again.act(login.sign_in, again.typed(OTHER_PASSWORD))
    again.act(login.answer, again.code)
    laptop.browsers = again.browsers
    assert [each.stage for each in (ann, laptop, again)] == ["full", "", "full"]
    assert undoing.undoable(again.visit()) == []
    assert undo(ann)
    assert [each.stage for each in (ann, laptop, again)] == ["full", "", ""]


def test_a_second_reset_saves_no_session_of_the_first(desk: Desk) -> None:
    ann = at_home(desk)
    laptop = at_home(desk, owner(ann))
    reset(laptop)
    assert laptop.stage == "full"
    elsewhere = ann.elsewhere()
    elsewhere.move(minutes=1)
    reset(elsewhere, THIRD_PASSWORD)
    assert [each.stage for each in (ann, laptop, elsewhere)] == ["full", "", "full"]


@pytest.mark.parametrize(("days", "may"), [(7, True), (6, False)])
def test_only_a_browser_known_for_a_week_undoes_it(desk: Desk, days: int, *, may: bool) -> None:
    """Whoever got hold of a password and one code has made one a moment ago."""
    account = joined(desk)
    phisher = signed_in(desk, account, NOW + timedelta(days=1))
    phisher.act(changes.change_password, PASSWORD, THIRD_PASSWORD)
    ann = at(desk, account)
    ann.now = phisher.now = phisher.now + timedelta(days=days, seconds=1)
    reset(ann)
    phisher.move(hours=23)
    assert bool(undoing.undoable(phisher.visit())) == may
    if not may:
        with pytest.raises(OverError):
            undo(phisher, THIRD_PASSWORD)


def test_a_second_reset_makes_no_browser_old_enough(desk: Desk) -> None:
    account = joined(desk)
    phisher = signed_in(desk, account, NOW + timedelta(days=1))
    ann = at(desk, account)
    for later in (timedelta(days=7, hours=12), timedelta(days=8, hours=6)):
        ann.now = NOW + later
        reset(ann.elsewhere(), THIRD_PASSWORD)
        phisher.now = ann.now
        assert undoing.undoable(phisher.visit()) == []
    phisher.act(login.sign_in, phisher.typed(THIRD_PASSWORD))
    assert phisher.stage != "full"  # it is known no more


def test_no_browser_stays_known_that_became_so_after_what_is_undone(desk: Desk) -> None:
    ann = at_home(desk)
    enrolled(desk, owner(ann))
    other = thief_of(ann)
    code = token_code(COUNTER_SECRET[:20])
    assert other.act(login.answer, code, remember=True).cookies
    assert len(known_to(ann, owner(ann))) == 2
    assert undo(ann)
    assert [each.id for each in known_to(ann, owner(ann))] == list(ann.browsers)


def test_of_two_people_in_one_browser_each_undoes_the_own(desk: Desk) -> None:
    ann, bob = at_home(desk), at_home(desk)
    ann.browsers |= bob.browsers
    for each in (ann, bob):
        thief_of(each)
    ann.act(changes.sign_out)
    assert {each.account.id for each in undoing.undoable(ann.visit())} == {
        owner(ann).id,
        owner(bob).id,
    }
    (his,) = bob.browsers
    assert ann.act(undoing.undo, his, PASSWORD)
    assert passwords.fits(PASSWORD, owner(bob).password)
    assert passwords.fits(OTHER_PASSWORD, owner(ann).password)


def test_whoever_is_signed_in_lets_it_stand_and_nobody_undoes_it_then(desk: Desk) -> None:
    ann = at_home(desk)
    thief = thief_of(ann)
    (hers,) = ann.browsers
    for each in (thief, kept(ann, timedelta()), at_home(desk)):
        with pytest.raises(OverError):
            each.act(undoing.keep, hers, "")
    stand(ann)
    assert (owner(ann).former_password, ann.stage, thief.stage) == (None, "full", "full")
    assert is_one_factor(thief)
    assert undoing.undoable(ann.visit()) == []
    assert happened(ann, owner(ann), Tag.PASSWORD_KEEP) == ["done"]


def test_nothing_is_undone_for_a_disabled_account(desk: Desk) -> None:
    ann = at_home(desk)
    thief_of(ann)
    disable(desk.db, owner(ann))
    for each in (ann, kept(ann, timedelta())):
        with pytest.raises(OverError):
            undo(each)


def test_of_two_resets_the_first_password_comes_back(desk: Desk) -> None:
    ann = at_home(desk)
    first = thief_of(ann)
    second = thief_of(ann, THIRD_PASSWORD)
    assert (ann.stage, first.stage, second.stage) == ("full", "", "full")
    undo(ann)
    assert passwords.fits(PASSWORD, owner(ann).password)


def kept(ann: Visitor, now: timedelta) -> Visitor:
    """Give the same known browser, with nobody signed in, at another time."""
    return replace(ann, token="", now=NOW + now)


def test_it_can_be_undone_for_a_day_to_the_second(desk: Desk) -> None:
    ann = at_home(desk)
    thief_of(ann)
    late = kept(ann, UNDO_FOR)
    assert undoing.undoable(late.visit()) == []
    with pytest.raises(OverError):
        undo(late)
    assert undo(kept(ann, UNDO_FOR - SECOND))
    assert passwords.fits(PASSWORD, owner(ann).password)


def test_after_that_day_a_reset_keeps_the_password_of_then(desk: Desk) -> None:
    ann = at_home(desk)
    thief_of(ann)
    thief = kept(ann.elsewhere(), UNDO_FOR)
    reset(thief, THIRD_PASSWORD)
    assert undo(kept(ann, UNDO_FOR), OTHER_PASSWORD)
    assert passwords.fits(OTHER_PASSWORD, owner(ann).password)


def test_a_changed_password_is_not_undone(desk: Desk) -> None:
    ann = at_home(desk)
    reset(ann)
    assert ann.act(changes.change_password, OTHER_PASSWORD, THIRD_PASSWORD).cookies
    with pytest.raises(OverError):
        undo(ann)
    assert passwords.fits(THIRD_PASSWORD, owner(ann).password)
    assert (owner(ann).reset_at, owner(ann).former_password) == (None, None)


def test_one_that_proved_an_enrolled_token_is_undone_too(desk: Desk) -> None:
    ann = at_home(desk)
    enrolled(desk, owner(ann))
    other = thief_of(ann)
    assert (other.stage, undoing.undoable(ann.visit())) == ("password", [])
    assert other.act(login.answer, token_code(COUNTER_SECRET[:20])).cookies
    assert undo(ann)
    assert (ann.stage, other.stage) == ("full", "")


def test_only_the_reset_that_was_seen_is_let_stand(desk: Desk) -> None:
    ann = at_home(desk)
    thief_of(ann)
    (seen,) = undoing.undoable(ann.visit())
    ann.move(minutes=1)
    thief_of(ann, THIRD_PASSWORD)
    with pytest.raises(OverError):
        ann.act(undoing.keep, seen.browser.id, seen.reset)
    assert owner(ann).former_password
    assert happened(ann, owner(ann), Tag.PASSWORD_KEEP) == []


def test_an_undo_that_is_checked_while_the_reset_is_let_stand_comes_too_late(desk: Desk) -> None:
    ann = at_home(desk)
    laptop = replace(at_home(desk, owner(ann)), token="")
    thief_of(ann)
    with pytest.raises(OverError):
        undo(slowly(laptop, lambda: stand(ann)))
    assert passwords.fits(OTHER_PASSWORD, owner(ann).password)


def test_a_second_reset_that_is_hashed_meanwhile_does_too(desk: Desk) -> None:
    ann = at_home(desk)
    thief_of(ann)
    thief = ann.elsewhere()
    thief.act(recover.begin, thief.address)
    thief.act(recover.prove, thief.code)
    with pytest.raises(OverError):
        slowly(thief, lambda: stand(ann)).act(recover.set_password, THIRD_PASSWORD)
    assert passwords.fits(OTHER_PASSWORD, owner(ann).password)
    thief.act(recover.set_password, THIRD_PASSWORD)
    assert passwords.fits(OTHER_PASSWORD, owner(ann).former_password or "")


def test_a_reset_that_comes_first_is_not_written_down_as_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, written = at_home(desk), writing.write
    thief_of(ann)

    def late(*given: Any, **named: Any) -> None:  # noqa: ANN401 (as they come)
        monkeypatch.undo()
        ann.move(seconds=1)
        thief_of(ann, THIRD_PASSWORD)
        written(*given, **named)

    monkeypatch.setattr(undoing, "write", late)
    with pytest.raises(OverError):
        stand(ann)
    assert owner(ann).former_password
    assert happened(ann, owner(ann), Tag.PASSWORD_KEEP) == []


def test_a_browser_made_known_between_two_resets_goes_with_both(desk: Desk) -> None:
    ann = at_home(desk)
    enrolled(desk, owner(ann))
    thief = ann.elsewhere()
    for count, password in enumerate((OTHER_PASSWORD, THIRD_PASSWORD)):
        thief.act(recover.begin, thief.address)
        thief.act(recover.prove, thief.code)
        thief.act(recover.set_password, password)
        code = token_code(COUNTER_SECRET[:20], count)
        assert thief.act(login.answer, code, remember=True).cookies
        thief.move(minutes=1)
    assert len(known_to(ann, owner(ann))) == 2
    ann.move(minutes=2)
    assert undo(ann)
    assert [each.id for each in known_to(ann, owner(ann))] == list(ann.browsers)
