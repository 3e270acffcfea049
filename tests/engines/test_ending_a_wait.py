"""A wait after everything was lost: the owner ends it, is reminded of it, switches it off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from adders import add_token
from people import disable
from second_steps import proved_by
from simple_2fa.accounts import recoveries
from simple_2fa.accounts.model import STAYS_OPEN, Recovery
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.tags import Tag
from simple_2fa.db import schema
from simple_2fa.flask.jobs import housekeeping
from simple_2fa.sessions.model import FRESH_FOR
from simple_2fa.signin import (
    by_operator,
    changes,
    enrolling,
    login,
    lost,
    reminding,
    step_up,
)
from simple_2fa.signin.lost import AFTER_RESET, WAIT, WAIT_LONG, Way
from simple_2fa.signin.model import HeldError, NotFreshError, OverError
from traces import happened, notices, open_to
from visits import (
    OTHER_PASSWORD,
    PASSWORD,
    Visitor,
    at,
    joined,
    outcome,
    owner,
    reset,
    signed_in,
)
from waits import MILLI, again, at_the_door, goes_on, pending, says, waiting, with_token
from world import MINUTE, NOW, together


class TestCanceling:
    def test_anybody_who_is_signed_in_cancels_it_without_a_fresh_step(self, desk: Desk) -> None:
        ann = signed_in(desk)
        waiting(desk, owner(ann))
        ann.now = NOW + 2 * FRESH_FOR
        ann.act(lost.cancel)
        assert pending(ann) is None
        assert happened(ann, owner(ann), Tag.RECOVERY_CANCEL) == ["done"]
        assert len(notices(ann, "recovery_cancelled")) == 1
        assert goes_on(again(ann, hours=25)) == "over"

    def test_where_nothing_waits_there_is_nothing_to_cancel(self, desk: Desk) -> None:
        ann = signed_in(desk)
        ann.act(lost.cancel)
        assert happened(ann, owner(ann), Tag.RECOVERY_CANCEL) == []

    def test_whoever_has_the_password_alone_cancels_nothing(self, desk: Desk) -> None:
        ann = waiting(desk)
        with pytest.raises(OverError):
            ann.act(lost.cancel)
        assert pending(ann)

    def test_nor_does_a_mailbox_that_reset_the_password(self, desk: Desk) -> None:
        thief = at(desk, joined(desk))
        reset(thief)
        later = NOW + AFTER_RESET
        assert thief.session
        held = replace(thief.session, one_factor_until=later + MINUTE)
        with pytest.raises(HeldError):
            lost.cancel(replace(thief.visit(), session=held))

    def test_of_twelve_that_cancel_at_once_it_is_told_once(self, desk: Desk) -> None:
        ann = signed_in(desk)
        waiting(desk, owner(ann))
        together(12, lambda _: outcome(lambda: replace(ann).act(lost.cancel)))
        assert happened(ann, owner(ann), Tag.RECOVERY_CANCEL) == ["done"]

    @pytest.mark.parametrize("_", range(5))
    def test_canceled_and_used_at_once_one_of_both_counts(self, desk: Desk, _: int) -> None:
        ann = signed_in(desk, now=NOW + timedelta(hours=24))
        thief = again(waiting(desk, owner(ann)), hours=24)
        acts = [lambda: thief.act(lost.go_on), lambda: ann.act(lost.cancel)]
        got_in = together(2, lambda number: outcome(acts[number]))[0] == "in"
        said_no = happened(ann, owner(ann), Tag.RECOVERY_CANCEL) == ["done"]
        assert got_in != said_no
        assert (ann.stage, thief.stage) == (("", "full") if got_in else ("full", "password"))


def by_a_right_code(ann: Visitor) -> None:
    there = again(ann)
    assert there.act(login.answer, there.code).cookies


def by_stepping_up(ann: Visitor) -> None:
    ann.now += FRESH_FOR
    ann.act(step_up.ask, "/account")
    assert ann.act(step_up.answer, ann.code).cookies


def by_an_operator(ann: Visitor) -> None:
    by_operator.reset_second_step(ann.db, ann.desk.outbox, owner(ann).id, ann.now)


ENDS: dict[str, Callable[[Visitor], object]] = {
    "a right second step": by_a_right_code,
    "a step before a change": by_stepping_up,
    "an operator's reset": by_an_operator,
    "a changed password": lambda ann: ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD),
    "a reset by mail": lambda ann: reset(at(ann.desk, owner(ann))),
    "a new way to sign in": add_token,
    "mail codes that are switched": lambda ann: ann.act(enrolling.switch_mail_codes, on=True),
    "switching it off": lambda ann: ann.act(lost.switch, on=False),
    "closing the account": lambda ann: disable(ann.db, owner(ann)),
}


class TestWhatEndsIt:
    @pytest.mark.parametrize("name", ENDS)
    def test_whatever_the_owner_does_ends_it(self, desk: Desk, name: str) -> None:
        ann = signed_in(desk)
        waiting(desk, owner(ann))
        ENDS[name](ann)
        assert pending(ann) is None

    def test_a_wrong_code_and_a_browser_that_asks_for_none_end_nothing(self, desk: Desk) -> None:
        ann = signed_in(desk, remember=True)
        thief = waiting(desk, owner(ann))
        thief.act(login.answer, "000000" if thief.code != "000000" else "000001")
        there = replace(ann, token="")
        there.act(login.sign_in, there.typed())
        assert there.stage == "full"
        assert pending(ann)

    def test_a_change_while_it_is_started_leaves_nothing(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann = at_the_door(desk)
        add = recoveries.add

        def late(link: object, new: Recovery) -> None:
            add(link, replace(new, epoch=new.epoch - 1))  # type: ignore[arg-type]

        monkeypatch.setattr(recoveries, "add", late)
        with pytest.raises(OverError):
            ann.act(lost.start)
        assert notices(ann, "recovery_started") == []

    def test_one_that_a_change_ended_makes_room_for_another(self, desk: Desk) -> None:
        ann = waiting(desk)
        by_operator.reset_second_step(desk.db, desk.outbox, owner(ann).id, NOW)
        waiting(desk, owner(ann))
        assert pending(ann)

    def test_an_operator_s_reset_at_the_moment_of_use_lets_nobody_in(self, desk: Desk) -> None:
        ann = waiting(desk)
        there = again(ann, hours=25)
        together(2, lambda number: by_an_operator(there) if number else goes_on(there))
        assert (there.stage, open_to(there, owner(there))) == ("", [])


class TestSwitch:
    def test_off_there_is_no_such_way_and_its_owner_is_told(self, desk: Desk) -> None:
        ann = signed_in(desk)
        elsewhere = signed_in(desk, owner(ann))
        ann.act(lost.switch, on=False)
        assert (ann.stage, elsewhere.stage) == ("full", "full")
        assert says(at_the_door(desk, owner(ann))) is None
        with pytest.raises(OverError):
            waiting(desk, owner(ann))
        assert len(notices(ann, "recovery_off")) == 1
        assert happened(ann, owner(ann), Tag.RECOVERY_SWITCH) == ["done"]

    def test_on_there_is_one_again(self, desk: Desk) -> None:
        ann = signed_in(desk)
        ann.act(lost.switch, on=False)
        ann.act(lost.switch, on=True)
        assert says(at_the_door(desk, owner(ann))) is Way.OFFERED
        assert len(notices(ann, "recovery_on")) == 1

    def test_it_takes_a_fresh_second_step_of_two_factors(self, desk: Desk) -> None:
        ann, thief = signed_in(desk), at(desk, joined(desk))
        ann.now = NOW + FRESH_FOR
        with pytest.raises(NotFreshError):
            ann.act(lost.switch, on=False)
        reset(thief)
        with pytest.raises(HeldError):
            thief.act(lost.switch, on=False)


class TestReminder:
    def test_a_day_before_it_opens_its_owner_is_told_once_more(self, desk: Desk) -> None:
        ann = waiting(desk, owner(with_token(desk)))
        remind = next(job for job in housekeeping(desk) if job.name == "reminders").run
        remind(NOW + timedelta(hours=48) - MILLI, 1000)
        assert notices(ann, "recovery_soon") == []
        together(6, lambda _: remind(NOW + timedelta(hours=48), 1000))
        (letter,) = notices(ann, "recovery_soon")
        assert (letter["at"], letter["until"]) == (
            NOW.isoformat(),
            (NOW + WAIT_LONG).isoformat(),
        )
        ann.move(hours=48)
        assert len(letter["token"]) == 43
        assert pending(ann)

    def test_a_wait_of_a_day_begins_with_its_only_letter(self, desk: Desk) -> None:
        ann = waiting(desk)
        reminding.remind(desk, NOW + WAIT, 1000)
        assert notices(ann, "recovery_soon") == []

    def test_of_one_that_is_over_nobody_is_reminded(self, desk: Desk) -> None:
        ann = with_token(desk)
        thief = waiting(desk, owner(ann))
        by_operator.reset_second_step(desk.db, desk.outbox, owner(ann).id, NOW)
        reminding.remind(desk, NOW + timedelta(hours=50), 1000)
        assert notices(thief, "recovery_soon") == []

    def test_what_nobody_used_is_swept(self, desk: Desk) -> None:
        ann = waiting(desk)
        sweep = next(job for job in housekeeping(desk) if job.name == "recoveries").run
        rows = schema.recoveries.select().where(schema.recoveries.c.account == owner(ann).id)
        for until, left in ((WAIT + STAYS_OPEN - MILLI, 1), (WAIT + STAYS_OPEN, 0)):
            sweep(NOW + until, 1000)
            assert len(desk.db.read(lambda link: link.execute(rows).all())) == left


class TestAThiefOfThePassword:
    """Without the mailbox, the devices and a browser of the owner."""

    def test_gets_in_no_earlier_however_often_it_is_started(self, desk: Desk) -> None:
        ann = with_token(desk)
        thief = waiting(desk, owner(ann))
        for hours in (1, 30, 71):
            there = again(thief, hours=hours)
            there.act(lost.start)
            assert (says(there), goes_on(there)) == (Way.WAITING, "over")

    def test_does_not_lengthen_the_owner_s_wait(self, desk: Desk) -> None:
        ann = waiting(desk)
        again(ann, hours=23).act(lost.start)
        assert goes_on(again(ann, hours=24)) == "in"

    def test_shortens_none_by_a_way_that_is_removed_meanwhile(self, desk: Desk) -> None:
        ann = with_token(desk)
        thief = waiting(desk, owner(ann))
        proved_by(desk.db, "counter")
        held = enrolling.owned(ann.visit(), owner(ann))
        ann.act(enrolling.remove, held[0].id)
        there = again(thief, hours=73)
        assert (says(there), goes_on(there)) == (Way.OFFERED, "over")

    def test_never_gets_in_untold(self, desk: Desk) -> None:
        ann = with_token(desk)
        waiting(desk, owner(ann))
        reminding.remind(desk, NOW + timedelta(hours=49), 1000)
        assert goes_on(again(ann, hours=72)) == "in"
        for letter in ("recovery_started", "recovery_soon", "recovery_used"):
            assert len(notices(ann, letter)) == 1

    def test_keeps_nobody_from_another_way(self, desk: Desk) -> None:
        ann = waiting(desk)
        there = again(ann, hours=1)
        assert there.act(login.answer, there.code).cookies
        assert pending(there) is None
