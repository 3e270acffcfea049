"""Known browsers that skip the code: each for its own person, thirty days, and once at a time."""

from dataclasses import replace

import pytest

from people import disable
from simple_2fa.accounts import store as accounts
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.ids import new_secret
from simple_2fa.core.tags import Tag
from simple_2fa.sessions.model import SKIPS_CODE_FOR
from simple_2fa.signin import changes, login, step_up
from simple_2fa.signin.model import Entered, OverError
from traces import happened, known_to, open_to
from visits import OTHER_PASSWORD, PASSWORD, Visitor, at, joined, meanwhile, owner, signed_in
from world import NOW, SECOND, together


def remembered(desk: Desk) -> Visitor:
    """Give somebody who asked not to be asked again, and has signed out."""
    ann = at(desk, joined(desk))
    ann.act(login.sign_in, ann.typed())
    assert ann.act(login.answer, ann.code, remember=True).cookies
    ann.act(changes.sign_out)
    return ann


def come_back(ann: Visitor) -> str:
    """Sign in by password; give how far that led."""
    assert ann.act(login.sign_in, ann.typed()).cookies
    return ann.stage


def test_it_is_chosen_and_no_default(desk: Desk) -> None:
    ann = signed_in(desk)
    ann.act(changes.sign_out)
    assert come_back(ann) == "password"
    assert ann.act(login.answer, ann.code).cookies
    assert come_back(ann) == "password"


def test_for_thirty_days_to_the_second_no_code_is_asked(desk: Desk) -> None:
    ann, bob = remembered(desk), remembered(desk)
    ann.now = NOW + SKIPS_CODE_FOR - SECOND
    told = ann.act(login.sign_in, ann.typed(), "/account/activity")
    assert (ann.stage, told.goes_to, told.answered) == ("full", "/account/activity", None)
    bob.now = NOW + SKIPS_CODE_FOR
    assert come_back(bob) == "password"


def test_its_use_makes_it_no_longer(desk: Desk) -> None:
    ann = remembered(desk)
    for _ in range(3):
        ann.move(days=9)
        assert come_back(ann) == "full"
    ann.now = NOW + SKIPS_CODE_FOR
    assert come_back(ann) == "password"


def test_a_skipped_step_is_not_fresh_and_told_as_such(desk: Desk) -> None:
    ann = remembered(desk)
    come_back(ann)
    session = ann.session
    assert session
    assert (session.proved_by, session.proved_at, session.is_fresh(NOW)) == (None, None, False)
    assert session.browser == next(iter(ann.browsers))
    with pytest.raises(OverError):
        ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD)
    assert happened(ann, owner(ann), Tag.SESSION_LOGIN) == ["approved", "approved"]


def test_without_the_password_it_opens_nothing(desk: Desk) -> None:
    ann = remembered(desk)
    held = dict(ann.browsers)
    assert ann.act(login.sign_in, ann.typed(OTHER_PASSWORD)) == Entered()
    assert (ann.browsers, ann.stage) == (held, "")


def test_each_use_changes_the_cookie_and_the_old_one_skips_nothing(desk: Desk) -> None:
    ann = remembered(desk)
    thief = replace(ann, browsers=dict(ann.browsers))
    assert come_back(ann) == "full"
    assert ann.browsers.keys() == thief.browsers.keys()
    assert ann.browsers != thief.browsers
    assert come_back(thief) == "password"
    assert thief.session
    assert thief.session.browser is None


def test_a_forged_cookie_skips_nothing(desk: Desk) -> None:
    ann = remembered(desk)
    ann.browsers = dict.fromkeys(ann.browsers, new_secret())
    assert come_back(ann) == "password"


def test_another_account_s_browser_skips_nothing(desk: Desk) -> None:
    bob = remembered(desk)
    ann = replace(bob, address=joined(desk).address)
    assert come_back(ann) == "password"


def test_several_people_share_a_browser(desk: Desk) -> None:
    ann = remembered(desk)
    bob = replace(ann, address=joined(desk).address)
    assert come_back(bob) == "password"
    assert bob.act(login.answer, bob.code, remember=True).cookies
    assert len(bob.browsers) == 2
    for address in (ann.address, bob.address, ann.address):
        bob.address = address
        assert come_back(bob) == "full"
    for each in (ann, bob):
        assert len(known_to(each, owner(each))) == 1


def test_whoever_skips_leaves_the_session_that_was_open(desk: Desk) -> None:
    ann = remembered(desk)
    come_back(ann)
    before = replace(ann)
    assert come_back(ann) == "full"
    assert before.session is None
    assert len(open_to(ann, owner(ann))) == 1


def test_a_change_of_the_password_ends_it(desk: Desk) -> None:
    ann = remembered(desk)
    seen = owner(ann)
    assert desk.db.tidy(lambda link: accounts.change_password(link, seen, seen))
    assert come_back(ann) == "password"


def test_nobody_skips_into_a_disabled_account(desk: Desk) -> None:
    ann = remembered(desk)
    disable(desk.db, owner(ann))
    assert ann.act(login.sign_in, ann.typed()) == Entered()
    seen = owner(ann)
    assert desk.db.tidy(lambda link: accounts.disable(link, seen, None))
    assert come_back(ann) == "password"


def test_a_browser_that_is_forgotten_is_asked_again(desk: Desk) -> None:
    ann = remembered(desk)
    here = next(iter(ann.browsers))
    ann.move(minutes=1)
    come_back(ann)
    with pytest.raises(OverError):
        ann.act(changes.forget, here)
    ann.act(step_up.ask, "/account")
    assert ann.act(step_up.answer, ann.code).cookies
    ann.act(changes.forget, here)
    assert come_back(ann) == "password"


def test_of_twelve_who_use_one_cookie_at_once_one_gets_in(desk: Desk) -> None:
    ann = remembered(desk)
    visits = [replace(ann, browsers=dict(ann.browsers)) for _ in range(12)]

    def enter(number: int) -> str:
        one = visits[number]
        try:
            one.act(login.sign_in, one.typed())
        except OverError:
            return "over"
        return one.stage

    told = together(12, enter)
    assert told.count("full") == 1
    assert set(told) <= {"full", "over", "password"}
    opened = [each for each in open_to(ann, owner(ann)) if each.stage == "full"]
    assert len(opened) == 1
    assert len(known_to(ann, owner(ann))) == 1
    (winner,) = (each for each in visits if each.stage == "full")
    assert come_back(winner) == "full"


def test_a_cookie_used_elsewhere_meanwhile_leaves_the_code_open(desk: Desk) -> None:
    ann = signed_in(desk)
    ann.act(changes.sign_out)
    assert come_back(ann) == "password"
    other = replace(ann, token="", browsers=dict(ann.browsers))
    assert come_back(other) == "password"
    code, theirs = ann.code, other.code
    late = meanwhile(ann, lambda: other.act(login.answer, theirs))
    with pytest.raises(OverError):
        late.act(login.answer, code)
    assert (other.stage, ann.stage, ann.asked.tries) == ("full", "password", 0)
    assert ann.act(login.answer, code).cookies
    assert len(known_to(ann, owner(ann))) == 2
