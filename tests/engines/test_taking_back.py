"""'That wasn't me', in the letter about a way to sign in: it takes that way back, and all since.

Else a thief who got hold of the password and of one code adds a passkey, is asked for it before
each change from then on, and its owner, who has none, can change nothing any more.
"""

from collections.abc import Callable
from dataclasses import replace

import pytest

from adders import add_token, held, key_code, said
from authenticators import app_of, codes_of
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.tags import Tag
from simple_2fa.credentials.model import Credential
from simple_2fa.signin import changes, enrolling, login, lost, not_me, ways
from simple_2fa.signin.model import NotFreshError
from traces import events, notices
from visits import OTHER_PASSWORD, PASSWORD, Visitor, outcome, owner, signed_in
from world import MINUTE, together


def link_of(ann: Visitor, number: int = -1) -> str:
    """Give what the link of a letter about a new way to sign in holds; of the newest by default."""
    return notices(ann, "way_added")[number]["token"]


def say(ann: Visitor, token: str) -> list[Credential]:
    """Press it; give the ways to sign in that went."""
    return list(said(ann, token).added)


def robbed(desk: Desk) -> tuple[Visitor, Visitor]:
    """Give somebody who has mail alone, and who has phished the password and one code of hers."""
    ann = signed_in(desk)
    thief = replace(signed_in(desk, owner(ann)), now=ann.now + MINUTE)
    add_token(thief, "Mine")
    return replace(ann, now=ann.now + 2 * MINUTE), thief


class TestWhereMailWasAll:
    def test_before_it_its_owner_is_never_fresh(self, desk: Desk) -> None:
        ann, _ = robbed(desk)
        (mine,) = held(ann)
        with pytest.raises(NotFreshError):
            ann.act(enrolling.remove, mine.id)

    def test_it_is_gone_and_its_owner_changes_what_she_likes(self, desk: Desk) -> None:
        ann, thief = robbed(desk)
        assert [each.name for each in say(ann, link_of(ann))] == ["Mine"]
        assert (held(ann), thief.stage) == ([], "")
        ann.act(login.sign_in, ann.typed())
        assert ann.act(login.answer, ann.code).cookies
        ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD)

    def test_what_was_added_since_goes_with_it(self, desk: Desk) -> None:
        ann, thief = robbed(desk)
        add_token(thief, "Mine, too")
        ann.act(not_me.say, link_of(ann, 0))
        assert held(ann) == []

    def test_also_where_the_thief_has_removed_the_first_meanwhile(self, desk: Desk) -> None:
        ann, thief = robbed(desk)
        add_token(thief, "Mine, too")
        thief.act(enrolling.remove, next(each.id for each in held(ann) if each.name == "Mine"))
        assert [each.name for each in say(ann, link_of(ann, 0))] == ["Mine, too"]

    def test_mail_codes_that_were_switched_off_are_on_again(self, desk: Desk) -> None:
        ann, thief = robbed(desk)
        thief.act(enrolling.switch_mail_codes, on=False)
        say(ann, link_of(ann))
        assert owner(ann).mail_codes
        ann.act(login.sign_in, ann.typed())
        assert ann.act(login.answer, ann.code).cookies

    def test_of_two_letters_the_second_leaves_what_the_first_tells_of(self, desk: Desk) -> None:
        ann, thief = robbed(desk)
        thief.move(minutes=1)
        add_token(thief, "Mine, too")
        assert [each.name for each in say(ann, link_of(ann))] == ["Mine, too"]
        assert [each.name for each in say(ann, link_of(ann, 0))] == ["Mine"]
        assert held(ann) == []

    def test_it_is_told_and_written_down(self, desk: Desk) -> None:
        ann, _ = robbed(desk)
        say(ann, link_of(ann))
        (letter,) = notices(ann, "way_removed")
        assert (letter["kind"], letter["called"]) == ("counter", "Mine")
        assert (Tag.NOT_ME, "done") in events(ann, owner(ann))


class TestWhereMoreWas:
    """Whoever holds the link may have the mailbox alone: it must open no more than it did."""

    def test_what_was_there_before_stays(self, desk: Desk) -> None:
        ann = signed_in(desk, by="totp")
        app_of(desk, owner(ann), "My phone")
        ann.move(minutes=1)
        add_token(ann, "Mine")
        assert [each.name for each in say(ann, link_of(ann))] == ["Mine"]
        assert [each.name for each in held(ann)] == ["My phone"]

    def test_mail_codes_stay_off(self, desk: Desk) -> None:
        ann = signed_in(desk, by="totp")
        app_of(desk, owner(ann), "My phone")
        ann.act(enrolling.switch_mail_codes, on=False)
        ann.move(minutes=1)
        add_token(ann)
        say(ann, link_of(ann))
        assert not owner(ann).mail_codes
        assert ways.ways(ann.visit(), owner(ann), "login") == ["totp"]

    def test_where_it_is_gone_nothing_is_taken_back(self, desk: Desk) -> None:
        """Its owner has another phone: the mailbox alone doesn't open the account now, either."""
        ann = signed_in(desk, by="totp")
        app = app_of(desk, owner(ann), "My phone")
        ann.move(minutes=1)
        add_token(ann, "New phone")
        ann.act(enrolling.remove, app.id)
        assert say(ann, link_of(ann)) == []
        assert [each.name for each in held(ann)] == ["New phone"]

    def test_recovery_codes_are_no_such_guard_and_stay(self, desk: Desk) -> None:
        ann = signed_in(desk)
        codes_of(desk, owner(ann))
        ann.move(minutes=1)
        add_token(ann)
        assert [each.factor for each in say(ann, link_of(ann))] == ["counter"]
        assert [each.factor for each in held(ann)] == ["recovery"]


CAUSES: dict[str, Callable[[Visitor], object]] = {
    "mail_codes_off": lambda ann: ann.act(enrolling.switch_mail_codes, on=False),
    "recovery_off": lambda ann: ann.act(lost.switch, on=False),
    "way_removed": lambda ann: ann.act(enrolling.remove, held(ann)[-1].id),
}


@pytest.mark.parametrize("letter", CAUSES)
def test_other_letters_take_nothing_back(desk: Desk, letter: str) -> None:
    """Also beside an older app, where something is added after them."""
    ann = signed_in(desk, by="totp")
    app_of(desk, owner(ann))
    ann.move(minutes=1)
    add_token(ann)
    add_token(ann)
    CAUSES[letter](ann)
    ann.move(minutes=1)
    add_token(ann)
    before = held(ann)
    assert say(ann, notices(ann, letter)[-1]["token"]) == []
    assert held(ann) == before


def test_everybody_is_out_also_where_a_factor_is_not_known_on_this_node(desk: Desk) -> None:
    ann, thief = robbed(desk)
    app_of(desk, owner(ann))
    thief.act(enrolling.switch_mail_codes, on=False)
    without = {name: each for name, each in desk.factors.items() if name != "totp"}
    there = Visitor(replace(desk, factors=without), now=ann.now)
    there.act(not_me.say, link_of(ann))
    assert (thief.stage, [each.factor for each in held(ann)]) == ("", ["totp"])
    assert not owner(ann).mail_codes


def test_pressed_and_added_at_once_nothing_is_left(desk: Desk) -> None:
    """The thief's next one is added before, and goes; or after, and finds the session gone."""
    ann, thief = robbed(desk)
    token = link_of(ann)
    thief.act(enrolling.begin, "counter")
    code = key_code(thief)

    def act(number: int) -> str:
        if number:
            return outcome(lambda: ann.act(not_me.say, token))
        return outcome(lambda: thief.act(enrolling.confirm, code))

    assert together(2, act)[1] == "in"
    assert held(ann) == []
