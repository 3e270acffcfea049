"""'That wasn't me' at the old address: a thief with a password and one code moves nobody's mail."""

from dataclasses import replace

import pytest

from adders import add_token, held, said
from authenticators import app_of
from simple_2fa.accounts import links
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account, AddressTakenError
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.tags import Tag
from simple_2fa.signin import by_operator, changes, login, lost, not_me, register
from simple_2fa.signin.taking_back import TakenBack
from traces import happened, known_to, notices
from visits import OTHER_PASSWORD, PASSWORD, Visitor, at, joined, outcome, owner, reset, signed_in
from world import MINUTE, SECOND, together


def moved(ann: Visitor) -> Visitor:
    """Somebody who is signed in as Ann lets her mail go elsewhere; give whoever reads it there."""
    there = Visitor(ann.desk, now=ann.now)
    ann.act(changes.ask_address, there.address)
    assert ann.act(changes.confirm_address, ann.code).cookies
    return there


def robbed(desk: Desk) -> tuple[Visitor, Visitor, Account]:
    """Give Ann, the thief who has moved her mail to his mailbox, and her account."""
    ann = signed_in(desk)
    account = owner(ann)
    thief = replace(signed_in(desk, account), now=ann.now + MINUTE)
    his = moved(thief)
    thief.address, ann.now = his.address, ann.now + 2 * MINUTE
    return ann, thief, account


def link_of(ann: Visitor, letter: str = "address_changed") -> str:
    return notices(ann, letter)[-1]["token"]


def read(desk: Desk, account: Account) -> Account:
    found = desk.db.read(lambda link: accounts.find(link, account.id))
    assert found
    return found


class TestWhereMailWasAll:
    def test_it_is_back_and_she_changes_her_password(self, desk: Desk) -> None:
        ann, thief, account = robbed(desk)
        assert said(ann, link_of(ann)).address == ann.address
        assert (owner(ann).id, thief.stage) == (account.id, "")
        ann.act(login.sign_in, ann.typed())
        assert ann.act(login.answer, ann.code).cookies
        ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD)
        assert notices(ann, "password_changed")

    def test_what_was_added_after_it_goes_too(self, desk: Desk) -> None:
        ann, thief, _ = robbed(desk)
        add_token(thief, "Mine")
        assert [each.name for each in said(ann, link_of(ann)).added] == ["Mine"]
        assert held(ann) == []

    def test_a_letter_about_a_way_that_was_added_before_it_puts_it_back_too(
        self, desk: Desk
    ) -> None:
        ann = signed_in(desk)
        thief = replace(signed_in(desk, owner(ann)), now=ann.now + MINUTE)
        add_token(thief, "Mine")
        moved(thief)
        ann.move(minutes=2)
        assert said(ann, link_of(ann, "way_added")).address == ann.address
        assert held(ann) == []

    def test_no_letter_that_the_thief_has_says_anything_any_more(self, desk: Desk) -> None:
        ann, thief, _ = robbed(desk)
        add_token(thief)
        his = [link_of(thief, "address_is_new"), link_of(thief, "way_added")]
        said(ann, link_of(ann))
        assert [not_me.find(ann.visit(), each) for each in his] == [None, None]
        (told,) = notices(thief, "address_taken_back")
        assert "token" not in told
        (back,) = notices(ann, "address_is_new")
        assert back["before"].startswith("a•••@")

    def test_a_code_that_the_thief_waits_for_signs_nobody_in(self, desk: Desk) -> None:
        ann, thief, _ = robbed(desk)
        there = Visitor(desk, thief.address, thief.now)
        there.act(login.sign_in, there.typed())
        code = there.code
        said(ann, link_of(ann))
        assert outcome(lambda: there.act(login.answer, code)) == "over"

    def test_nor_does_a_reset_that_he_has_begun(self, desk: Desk) -> None:
        ann, thief, account = robbed(desk)
        reset(Visitor(desk, thief.address, thief.now), OTHER_PASSWORD)
        said(ann, link_of(ann))
        assert read(desk, account).address == ann.address

    def test_where_somebody_has_opened_an_account_there_it_stays(self, desk: Desk) -> None:
        ann, thief, account = robbed(desk)
        add_token(thief, "Mine")
        new = Visitor(desk, ann.address, ann.now)
        new.act(register.begin, new.typed("seven lanterns drifting"))
        assert new.act(register.confirm, new.code).cookies
        told = said(ann, link_of(ann))
        assert (told.address, told.address_stays, len(told.added)) == ("", "taken", 1)
        assert read(desk, account).address == thief.address

    def test_a_clock_that_is_ahead_keeps_nothing_in(self, desk: Desk) -> None:
        """The address was changed on a node whose clock is two seconds ahead of another one's."""
        ann, thief, _ = robbed(desk)
        thief.now -= 2 * SECOND
        add_token(thief, "Mine")
        his = link_of(thief, "way_added")
        assert [each.name for each in said(ann, link_of(ann)).added] == ["Mine"]
        assert (held(ann), not_me.find(ann.visit(), his)) == ([], None)

    def test_a_wait_that_the_thief_begins_ends_no_letter_of_hers(self, desk: Desk) -> None:
        ann, thief, _ = robbed(desk)
        there = Visitor(desk, thief.address, thief.now)
        there.act(login.sign_in, there.typed())
        there.act(lost.start)
        there.move(hours=24)
        there.act(login.sign_in, there.typed())
        assert there.act(lost.go_on).cookies
        ann.now = there.now
        assert said(ann, link_of(ann)).address == ann.address
        assert there.stage == ""

    def test_where_the_account_keeps_changing_nothing_is_told(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann, thief, account = robbed(desk)
        monkeypatch.setattr(accounts, "put_back", lambda *_: False)
        with pytest.raises(UnavailableError):
            Visitor(desk, now=ann.now).act(not_me.say, link_of(ann))
        assert (read(desk, account).address, thief.stage) == (thief.address, "full")

    def test_pressed_twelve_times_at_once_it_is_put_back_once(self, desk: Desk) -> None:
        ann, thief, _ = robbed(desk)
        token = link_of(ann)
        told = together(12, lambda _: outcome(lambda: Visitor(desk).act(not_me.say, token)))
        assert sorted(told) == ["in"] + ["over"] * 11
        assert len(notices(thief, "address_taken_back")) == 1


class TestWhereItStays:
    def test_who_has_an_app_moves_it_back_herself(self, desk: Desk) -> None:
        ann = signed_in(desk, by="totp")
        app_of(desk, owner(ann))
        ann.move(minutes=1)
        there = moved(ann)
        (letter,) = notices(ann, "address_changed")
        assert letter["put_back"] == ""
        told = said(ann, letter["token"])
        assert told == TakenBack(address_stays="guarded")
        assert owner(there).address == there.address

    @pytest.mark.parametrize("how", ["operator", "wait"])
    def test_a_link_of_before_all_was_removed_takes_nothing_back(
        self, desk: Desk, how: str
    ) -> None:
        """It may lie in a thief's mailbox, or in one that its owner has left."""
        ann = signed_in(desk)
        add_token(ann)
        token = link_of(ann, "way_added")
        if how == "operator":
            by_operator.reset_second_step(ann.db, desk.outbox, owner(ann).id, ann.now)
        else:
            there = at(desk, owner(ann))
            there.act(login.sign_in, there.typed())
            there.act(lost.start)
            there.move(hours=72)
            there.act(login.sign_in, there.typed())
            there.act(lost.go_on)
        assert desk.db.read(lambda link: links.find(link, token, ann.now)) is None


def test_of_another_account_nothing_moves(desk: Desk) -> None:
    ann, _, _ = robbed(desk)
    bob = joined(desk)
    said(ann, link_of(ann))
    assert read(desk, bob) == bob


class TestByAnOperator:
    def test_it_is_put_back_and_whoever_was_in_is_out(self, desk: Desk) -> None:
        ann, thief, account = robbed(desk)
        his = link_of(thief, "address_is_new")
        by_operator.change_address(ann.db, desk.outbox, account.id, ann.address, ann.now)
        assert (owner(ann).id, thief.stage, known_to(ann, account)) == (account.id, "", [])
        assert not_me.find(ann.visit(), his) is None
        assert happened(ann, account, Tag.ADDRESS_CHANGE) == ["approved", "done"]
        assert notices(ann, "address_is_new")
        (told,) = notices(thief, "address_moved")
        assert "token" not in told

    def test_one_that_somebody_has_is_refused_and_nothing_ends(self, desk: Desk) -> None:
        ann, bob = signed_in(desk), joined(desk)
        before = owner(ann)
        with pytest.raises(AddressTakenError):
            by_operator.change_address(ann.db, desk.outbox, before.id, bob.address, ann.now)
        assert (owner(ann), ann.stage) == (before, "full")
