"""'That wasn't me': the link of a letter signs everybody out, once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from people import disable
from simple_2fa.accounts.model import LINK_LASTS, Account
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.tags import Tag
from simple_2fa.db import schema
from simple_2fa.flask.jobs import housekeeping
from simple_2fa.signin import changes, enrolling, login, lost, not_me, recover
from simple_2fa.signin.model import OverError
from traces import happened, known_to, notices, open_to, row_counts, voided
from visits import (
    OTHER_PASSWORD,
    PASSWORD,
    Visitor,
    at,
    enrolled,
    outcome,
    owner,
    reset,
    signed_in,
    undo,
)
from world import MINUTE, NOW, together

MILLI = timedelta(milliseconds=1)


def token_of(ann: Visitor, letter: str) -> str:
    """Give what the link of the newest letter of a kind holds."""
    return notices(ann, letter)[-1]["token"]


def told(desk: Desk) -> tuple[Visitor, str]:
    """Give somebody who is signed in, and a letter's link: mail codes were switched on."""
    ann = signed_in(desk, remember=True)
    ann.act(enrolling.switch_mail_codes, on=True)
    return ann, token_of(ann, "mail_codes_on")


class TestWhatItDoes:
    def test_everybody_is_out_and_browsers_of_this_week_are_forgotten(self, desk: Desk) -> None:
        ann, token = told(desk)
        elsewhere, account = signed_in(desk, owner(ann), NOW + MINUTE), owner(ann)
        ann.move(minutes=2)
        ann.elsewhere().act(not_me.say, token)
        assert (ann.stage, elsewhere.stage) == ("", "")
        (known,) = known_to(ann, account)
        assert ([known.id], open_to(ann, account)) == ([*ann.browsers], [])
        assert not known.skips_code(ann.now)
        assert happened(ann, account, Tag.NOT_ME) == ["done"]

    def test_password_address_and_ways_to_sign_in_stay_as_they_are(self, desk: Desk) -> None:
        ann, token = told(desk)
        enrolled(desk, owner(ann))
        before = owner(ann)
        at(desk, before).act(not_me.say, token)
        assert owner(ann) == replace(before, epoch=before.epoch + 1)
        assert len(enrolling.owned(ann.visit(), owner(ann))) == 1
        there = at(desk, owner(ann))
        there.act(login.sign_in, there.typed(PASSWORD))
        assert there.asked.factor == "counter"

    def test_a_code_that_was_asked_for_is_over_and_what_waits_is_not_mailed(
        self, desk: Desk
    ) -> None:
        ann, token = told(desk)
        thief = at(desk, owner(ann))
        thief.act(login.sign_in, thief.typed())
        code, asked = thief.code, thief.asked.id
        at(desk, owner(ann)).act(not_me.say, token)
        assert voided(ann, asked)
        with pytest.raises(OverError):
            thief.act(login.answer, code)

    def test_a_reset_that_waits_for_its_code_is_over(self, desk: Desk) -> None:
        """Its letter goes out: whoever asked for it may not see whether there is an account."""
        ann, token = told(desk)
        thief = at(desk, owner(ann))
        thief.act(recover.begin, thief.address)
        code, asked = thief.code, thief.asked.id
        at(desk, owner(ann)).act(not_me.say, token)
        assert not voided(ann, asked)
        assert outcome(lambda: thief.act(recover.prove, code)) == "canceled"

    def test_a_recovery_that_waits_is_over(self, desk: Desk) -> None:
        ann, thief = signed_in(desk), Visitor(desk)
        thief = at(desk, owner(ann))
        thief.act(login.sign_in, thief.typed())
        thief.act(lost.start)
        at(desk, owner(ann)).act(not_me.say, token_of(ann, "recovery_started"))
        thief = at(desk, owner(ann))
        thief.move(days=4)
        thief.act(login.sign_in, thief.typed())
        assert lost.pending(thief.visit(), owner(ann)) is None

    def test_the_owner_signs_in_again_with_the_password(self, desk: Desk) -> None:
        ann, token = told(desk)
        ann.act(not_me.say, token)
        ann.act(login.sign_in, ann.typed())
        assert ann.act(login.answer, ann.code).cookies


class TestBesideAReset:
    """Whoever reads the mailbox has the link, too: it must not take the owner's way back."""

    @pytest.fixture
    def ann(self, desk: Desk) -> Visitor:
        ann = replace(signed_in(desk, now=NOW - timedelta(days=8), remember=True), now=NOW)
        thief = at(desk, owner(ann))
        reset(thief)
        thief.move(minutes=1)
        thief.act(not_me.say, token_of(ann, "password_reset"))
        ann.move(minutes=2)
        return ann

    def test_also_where_it_comes_only_after_that(self, desk: Desk) -> None:
        ann = replace(signed_in(desk, now=NOW - timedelta(days=8), remember=True), now=NOW)
        signed_in(desk, owner(ann)).act(enrolling.switch_mail_codes, on=True)
        thief = at(desk, owner(ann))
        thief.act(not_me.say, token_of(ann, "mail_codes_on"))
        reset(thief)
        ann.move(minutes=2)
        assert undo(ann, PASSWORD)
        assert thief.stage == ""

    def test_the_owner_can_undo_it_still(self, ann: Visitor) -> None:
        assert undo(ann, PASSWORD)
        assert happened(ann, owner(ann), Tag.PASSWORD_RESTORE) == ["done"]

    def test_her_browser_asks_for_a_code_again(self, ann: Visitor) -> None:
        (known,) = known_to(ann, owner(ann))
        assert not known.skips_code(ann.now)

    def test_those_that_came_after_it_are_forgotten(self, desk: Desk) -> None:
        ann = replace(signed_in(desk, now=NOW - timedelta(days=8)), now=NOW)
        reset(at(desk, owner(ann)))
        later = signed_in(desk, owner(ann), NOW + MINUTE)
        ann.move(minutes=2)
        ann.act(not_me.say, token_of(ann, "password_reset"))
        assert {each.id for each in known_to(ann, owner(ann))} == set(ann.browsers)
        assert set(later.browsers).isdisjoint(ann.browsers)


class TestTheLink:
    def test_it_works_once(self, desk: Desk) -> None:
        ann, token = told(desk)
        ann.act(not_me.say, token)
        assert not_me.find(ann.visit(), token) is None
        with pytest.raises(OverError):
            ann.act(not_me.say, token)
        assert happened(ann, owner(ann), Tag.NOT_ME) == ["done"]

    def test_pressed_twelve_times_at_once_it_works_once(self, desk: Desk) -> None:
        ann, token = told(desk)
        before = owner(ann).epoch

        def say(_: int) -> str:
            return outcome(lambda: at(desk, owner(ann)).act(not_me.say, token))

        assert sorted(together(12, say)) == ["in"] + ["over"] * 11
        assert owner(ann).epoch == before + 1

    def test_to_look_at_it_changes_nothing(self, desk: Desk) -> None:
        ann, token = told(desk)
        before, rows = owner(ann), row_counts(ann.db)
        link = not_me.find(at(desk, before).visit(), token)
        assert link
        assert (link.about, link.at, link.agent) == ("mail_codes_on", NOW, "Firefox on Windows")
        assert (owner(ann), row_counts(ann.db), ann.stage) == (before, rows, "full")

    def test_it_lives_seven_days(self, desk: Desk) -> None:
        ann, token = told(desk)
        late, early = replace(ann, now=NOW + LINK_LASTS), replace(ann, now=NOW + LINK_LASTS - MILLI)
        assert outcome(lambda: late.act(not_me.say, token)) == "over"
        assert outcome(lambda: early.act(not_me.say, token)) == "in"

    @pytest.mark.parametrize("token", ["", "x", "é", "t" * 43, "\0"])
    def test_an_unknown_one_leads_nowhere(self, desk: Desk, token: str) -> None:
        ann = signed_in(desk)
        with pytest.raises(OverError):
            ann.act(not_me.say, token)
        assert ann.stage == "full"

    def test_it_is_stored_as_a_hash_alone(self, desk: Desk) -> None:
        ann, token = told(desk)
        rows = ann.db.read(lambda link: link.execute(schema.links.select()).all())
        assert token not in repr([tuple(row) for row in rows])

    def test_it_is_of_one_account_alone(self, desk: Desk) -> None:
        ann, token = told(desk)
        bob = signed_in(desk)
        bob.act(not_me.say, token)
        assert (ann.stage, bob.stage) == ("", "full")

    def test_it_outlives_what_a_thief_changes_meanwhile(self, desk: Desk) -> None:
        ann, token = told(desk)
        thief = signed_in(desk, owner(ann))
        thief.act(changes.change_password, PASSWORD, OTHER_PASSWORD)
        assert thief.stage == "full"
        at(desk, owner(ann)).act(not_me.say, token)
        assert thief.stage == ""

    def test_it_goes_with_its_account_and_the_last_letter_has_none(self, desk: Desk) -> None:
        ann, token = told(desk)
        account = owner(ann)
        ann.act(changes.delete)
        assert "token" not in notices(ann, "account_deleted")[0]
        with pytest.raises(OverError):
            at(desk, account).act(not_me.say, token)

    def test_it_works_where_nobody_is_let_in(self, desk: Desk) -> None:
        ann, token = told(desk)
        disable(ann.db, owner(ann))
        at(desk, owner(ann)).act(not_me.say, token)
        assert happened(ann, owner(ann), Tag.NOT_ME) == ["done"]

    def test_old_ones_are_swept(self, desk: Desk) -> None:
        ann, token = told(desk)
        sweep = next(job for job in housekeeping(desk) if job.name == "links").run
        rows = schema.links.select().where(schema.links.c.account == owner(ann).id)
        for until, left in ((NOW + LINK_LASTS - MILLI, 1), (NOW + LINK_LASTS, 0)):
            sweep(until, 1000)
            assert len(ann.db.read(lambda link: link.execute(rows).all())) == left
        assert not_me.find(ann.visit(), token) is None


def test_a_password_that_changes_at_the_same_moment_keeps_nobody_in(desk: Desk) -> None:
    ann, token = told(desk)

    def act(number: int) -> str:
        if number:
            return outcome(lambda: at(desk, owner(ann)).act(not_me.say, token))
        change = replace(ann)
        return outcome(lambda: change.act(changes.change_password, PASSWORD, OTHER_PASSWORD))

    assert together(2, act)[1] == "in"
    # Changed just before, it ended with the rest; just after, it found its session gone.
    assert (open_to(ann, owner(ann)), ann.stage) == ([], "")


CAUSES: dict[str, Callable[[Visitor], object]] = {
    "password_changed": lambda ann: ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD),
    "mail_codes_on": lambda ann: ann.act(enrolling.switch_mail_codes, on=True),
    "recovery_off": lambda ann: ann.act(lost.switch, on=False),
    "recovery_on": lambda ann: ann.act(lost.switch, on=True),
    "password_reset": lambda ann: reset(at(ann.desk, owner(ann))),
}


@pytest.mark.parametrize("letter", CAUSES)
def test_each_letter_has_a_link_of_its_own(desk: Desk, letter: str) -> None:
    ann = signed_in(desk)
    CAUSES[letter](ann)
    token = token_of(ann, letter)
    found = not_me.find(ann.visit(), token)
    assert found
    assert (found.account, found.about) == (owner(ann).id, letter)


def test_a_changed_address_is_told_at_both(desk: Desk) -> None:
    ann, new = signed_in(desk), Visitor(desk)
    account = owner(ann)
    ann.act(changes.ask_address, new.address)
    assert ann.act(changes.confirm_address, ann.code).cookies
    (old_letter,), (new_letter,) = notices(ann, "address_changed"), notices(new, "address_is_new")
    assert (old_letter["to"], new_letter["before"]) == ("a•••@example.com", "a•••@example.com")
    for letter in (old_letter, new_letter):
        found = not_me.find(ann.visit(), letter["token"])
        assert found
        assert found.account == account.id


def test_an_account_that_keeps_changing_is_told_to_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, token = told(desk)

    def stale(_link: object, _seen: Account) -> bool:
        return False

    monkeypatch.setattr("simple_2fa.accounts.store.end_all_before", stale)
    with pytest.raises(UnavailableError):
        ann.act(not_me.say, token)
    assert not_me.find(ann.visit(), token)
