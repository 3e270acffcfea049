"""Everything is lost: after a wait the password alone opens the account, if nobody says no."""

from dataclasses import replace
from datetime import timedelta

import pytest

from people import disable
from second_steps import proved_by
from simple_2fa.accounts.model import STAYS_OPEN, Person
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.ids import new_id
from simple_2fa.core.tags import Tag
from simple_2fa.db import schema
from simple_2fa.sessions.model import FRESH_FOR
from simple_2fa.signin import (
    changes,
    enrolling,
    login,
    lost,
    recover,
    step_up,
)
from simple_2fa.signin.arrival import WAIT as BY_WAITING
from simple_2fa.signin.lost import AFTER_RESET, WAIT, WAIT_LONG, TooSoonError, Way
from simple_2fa.signin.model import NotFreshError, OverError
from traces import events, happened, known_to, notices, open_to
from visits import (
    OTHER_PASSWORD,
    Visitor,
    at,
    joined,
    outcome,
    owner,
    reset,
    signed_in,
)
from waits import MILLI, again, at_the_door, goes_on, pending, says, waiting, with_token
from world import NOW, together, token_code


class TestStarting:
    def test_by_mail_alone_it_takes_a_day_beside_a_token_three(self, desk: Desk) -> None:
        plain, strong = waiting(desk), waiting(desk, owner(with_token(desk)))
        assert (timedelta(hours=24), timedelta(hours=72)) == (WAIT, WAIT_LONG)
        assert lost.way(plain.visit()) == (Way.WAITING, NOW + WAIT)
        assert lost.way(strong.visit()) == (Way.WAITING, NOW + WAIT_LONG)

    def test_its_owner_is_told_by_letter_and_activity_in_the_same_unit(self, desk: Desk) -> None:
        ann = waiting(desk)
        (letter,) = notices(ann, "recovery_started")
        assert letter["until"] == (NOW + WAIT).isoformat()
        assert "Firefox on Windows" in letter["asked_from"]
        assert happened(ann, owner(ann), Tag.RECOVERY_START) == ["done"]

    def test_started_twice_it_goes_on_as_it_is(self, desk: Desk) -> None:
        ann = waiting(desk)
        there = again(ann, hours=2)
        there.act(lost.start)
        assert lost.way(there.visit()) == (Way.WAITING, NOW + WAIT)
        assert len(notices(ann, "recovery_started")) == 1

    def test_started_twelve_times_at_once_it_is_one_and_told_once(self, desk: Desk) -> None:
        ann = at_the_door(desk)
        together(12, lambda _: replace(ann).act(lost.start))
        assert len(notices(ann, "recovery_started")) == 1
        assert happened(ann, owner(ann), Tag.RECOVERY_START) == ["done"]

    def test_it_is_started_three_times_then_once_in_ten_days(self, desk: Desk) -> None:
        ann = signed_in(desk)
        for _ in range(3):
            waiting(desk, owner(ann))
            ann.act(lost.cancel)
        with pytest.raises(SlowDownError) as why:
            waiting(desk, owner(ann))
        assert why.value.retry_at == NOW + timedelta(days=10)
        assert pending(ann) is None
        again(ann, days=10).act(lost.start)
        assert pending(ann)

    def test_not_while_the_password_was_reset_by_mail_a_week_ago(self, desk: Desk) -> None:
        thief = at(desk, joined(desk))
        reset(thief)
        for span, works in ((AFTER_RESET - MILLI, False), (AFTER_RESET, True)):
            there = replace(thief.elsewhere(), now=NOW + span)
            there.act(login.sign_in, there.typed(OTHER_PASSWORD))
            assert (says(there) is Way.OFFERED) == works
            if not works:
                assert lost.way(there.visit()) == (Way.TOO_SOON, NOW + AFTER_RESET)
                with pytest.raises(TooSoonError) as why:
                    there.act(lost.start)
                assert why.value.until == NOW + AFTER_RESET

    def test_whoever_only_read_the_mailbox_has_entered_no_password(self, desk: Desk) -> None:
        """A reset whose code was right waits for the token at the same stage."""
        ann = with_token(desk)
        thief = at(desk, owner(ann))
        thief.act(recover.begin, thief.address)
        thief.act(recover.prove, thief.code)
        assert thief.act(recover.set_password, OTHER_PASSWORD).asks
        assert (thief.stage, says(thief)) == ("password", None)
        with pytest.raises(OverError):
            thief.act(lost.start)

    def test_nor_does_that_one_use_one_that_is_open(self, desk: Desk) -> None:
        ann = with_token(desk)
        waiting(desk, owner(ann))
        thief = at(desk, owner(ann))
        thief.move(days=4)
        thief.act(recover.begin, thief.address)
        thief.act(recover.prove, thief.code)
        thief.act(recover.set_password, OTHER_PASSWORD)
        assert (says(thief), goes_on(thief)) == (None, "over")

    def test_people_of_another_application_have_no_password_of_ours(self, desk: Desk) -> None:
        ann = at_the_door(desk)
        hosted = replace(owner(ann), person=Person("shop", new_id()))
        values = {"host": "shop", "ref": hosted.person.ref if hosted.person else ""}
        change = schema.accounts.update().where(schema.accounts.c.account == hosted.id)
        ann.db.tidy(lambda link: link.execute(change.values(values)))
        assert says(ann) is None

    @pytest.mark.parametrize("stage", ["", "anonymous", "full"])
    def test_it_takes_somebody_who_waits_for_the_second_step(self, desk: Desk, stage: str) -> None:
        ann = signed_in(desk) if stage == "full" else at(desk, joined(desk))
        if stage == "anonymous":
            ann.act(recover.begin, ann.address)
        assert (ann.stage, says(ann)) == (stage, None)
        for act in (lost.start, lost.go_on):
            with pytest.raises(OverError):
                ann.act(act)


class TestUsing:
    def test_it_opens_to_the_millisecond_and_for_a_week(self, desk: Desk) -> None:
        ann = waiting(desk)
        for span, told in (
            (WAIT - MILLI, Way.WAITING),
            (WAIT, Way.OPEN),
            (WAIT + STAYS_OPEN - MILLI, Way.OPEN),
            (WAIT + STAYS_OPEN, Way.OFFERED),
        ):
            there = again(ann, seconds=span.total_seconds())
            assert says(there) is told
            if told is not Way.OPEN:
                assert goes_on(there) == "over"

    def test_a_clock_that_is_set_back_opens_nothing(self, desk: Desk) -> None:
        ann = waiting(desk)
        there = again(ann, hours=25)
        there.now = NOW + timedelta(hours=1)
        assert goes_on(there) == "over"

    def test_nothing_of_what_was_lost_stays(self, desk: Desk) -> None:
        ann = with_token(desk)
        proved_by(desk.db, "counter")
        ann.act(enrolling.switch_mail_codes, on=False)
        waiting(desk, owner(ann))
        old, account = ann.token, owner(ann)
        there = again(ann, hours=72)
        assert goes_on(there) == "in"
        after = owner(ann)
        assert (after.epoch, after.mail_codes) == (account.epoch + 1, True)
        assert enrolling.owned(there.visit(), after) == []
        assert (known_to(there, after), there.browsers) == ([], {})
        (session,) = open_to(there, after)
        assert (session.stage.value, there.stage) == ("full", "full")
        assert replace(ann, token=old).stage == ""
        assert len(notices(ann, "recovery_used")) == 1
        assert happened(ann, after, Tag.RECOVERY_USE) == ["done"]
        assert pending(there) is None

    def test_then_a_new_way_is_enrolled_at_once(self, desk: Desk) -> None:
        there = again(waiting(desk), hours=24)
        there.act(lost.go_on)
        assert there.session
        assert (there.session.proved_by, there.session.is_fresh(there.now)) == (BY_WAITING, True)
        there.act(enrolling.begin, "counter")
        code = token_code(there.desk.posed(there.asked).state)
        assert there.act(enrolling.confirm, code).cookies
        there.move(minutes=6)
        there.act(step_up.ask, "/account")
        assert there.asked.factor == "counter"

    def test_or_the_address_is_changed_whose_mail_is_lost(self, desk: Desk) -> None:
        there, new = again(waiting(desk), hours=24), Visitor(desk).address
        there.act(lost.go_on)
        there.act(changes.ask_address, new)
        assert there.act(changes.confirm_address, there.code).cookies

    def test_after_five_minutes_it_is_fresh_no_more(self, desk: Desk) -> None:
        there = again(waiting(desk), hours=24)
        there.act(lost.go_on)
        there.now += FRESH_FOR
        with pytest.raises(NotFreshError):
            there.act(enrolling.begin, "counter")

    def test_used_by_five_browsers_at_once_it_lets_one_in(self, desk: Desk) -> None:
        ann = waiting(desk)
        tabs = [again(ann, hours=25) for _ in range(5)]
        assert sorted(together(5, lambda n: goes_on(tabs[n]))) == ["in", *["over"] * 4]
        assert len(open_to(tabs[0], owner(ann))) == 1
        assert len(notices(ann, "recovery_used")) == 1

    def test_sent_twelve_times_by_one_browser_it_is_one_session(self, desk: Desk) -> None:
        there = again(waiting(desk), hours=25)
        done = together(12, lambda _: outcome(lambda: replace(there).act(lost.go_on)))
        assert sorted(done) == ["in", *["over"] * 11]
        assert len(open_to(there, owner(there))) == 1

    def test_it_works_once(self, desk: Desk) -> None:
        ann = waiting(desk)
        assert goes_on(again(ann, hours=25)) == "in"
        assert says(again(ann, hours=26)) is Way.OFFERED

    def test_somebody_who_is_let_in_no_more_is_not(self, desk: Desk) -> None:
        there = again(waiting(desk), hours=25)
        disable(desk.db, owner(there))
        assert goes_on(there) == "over"

    def test_half_of_it_never_stays(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """The process dies at any of its statements: the unit is whole or not there."""
        ann = with_token(desk)
        waiting(desk, owner(ann))
        there = again(ann, hours=73)
        before, events_before = owner(ann), events(ann, owner(ann))
        for step in (
            "simple_2fa.credentials.store.remove_all",
            "simple_2fa.sessions.browsers.forget_all",
            "simple_2fa.sessions.store.move",
            "simple_2fa.signin.notices.queue",
        ):
            with monkeypatch.context() as broken:
                broken.setattr(step, killed)
                with pytest.raises(KeyboardInterrupt):
                    there.act(lost.go_on)
            assert (owner(ann), events(ann, before)) == (before, events_before)
            assert len(enrolling.owned(there.visit(), before)) == 1
        assert goes_on(there) == "in"


def killed(*_: object) -> None:
    raise KeyboardInterrupt
