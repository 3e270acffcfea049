"""Everything is lost: after a wait the password alone opens the account, if nobody says no."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from people import disable, found
from second_steps import proved_by
from simple_2fa.accounts import recoveries
from simple_2fa.accounts.model import STAYS_OPEN, Account, Person, Recovery
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.ids import new_id
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
    recover,
    reminding,
    step_up,
)
from simple_2fa.signin.arrival import WAIT as BY_WAITING
from simple_2fa.signin.lost import AFTER_RESET, WAIT, WAIT_LONG, TooSoonError, Way
from simple_2fa.signin.model import HeldError, NotFreshError, OverError
from traces import events, happened, known_to, notices, open_to
from visits import (
    OTHER_PASSWORD,
    PASSWORD,
    Visitor,
    at,
    enrolled,
    joined,
    outcome,
    owner,
    reset,
    signed_in,
)
from world import MINUTE, NOW, together, token_code

MILLI = timedelta(milliseconds=1)


def at_the_door(desk: Desk, account: Account | None = None) -> Visitor:
    """Give somebody who has entered the password, and has nothing else."""
    there = at(desk, found(desk.db, account) if account else joined(desk))
    there.act(login.sign_in, there.typed())
    return there


def waiting(desk: Desk, account: Account | None = None) -> Visitor:
    """Give one who has said that all is lost."""
    there = at_the_door(desk, account)
    there.act(lost.start)
    return there


def again(ann: Visitor, **span: float) -> Visitor:
    """Come back later with the password, in another browser."""
    there = ann.elsewhere()
    there.move(**span)
    there.act(login.sign_in, there.typed())
    return there


def with_token(desk: Desk) -> Visitor:
    """Give somebody with a second step of her own, in a browser of hers."""
    account = joined(desk)
    enrolled(desk, account)
    return signed_in(desk, account)


def pending(ann: Visitor) -> Recovery | None:
    return lost.pending(ann.visit(), owner(ann))


def says(ann: Visitor) -> Way | None:
    """Give what the page of the second step says of this way."""
    told = lost.way(ann.visit())
    return told[0] if told else None


def goes_on(ann: Visitor) -> str:
    return outcome(lambda: ann.act(lost.go_on))


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


class TestCanceling:
    def test_anybody_who_is_signed_in_cancels_it_without_a_fresh_step(self, desk: Desk) -> None:
        ann = signed_in(desk)
        waiting(desk, owner(ann))
        ann.now = NOW + 2 * FRESH_FOR
        ann.act(lost.cancel)
        assert pending(ann) is None
        assert happened(ann, owner(ann), Tag.RECOVERY_CANCEL) == ["done"]
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
    "a new way to sign in": lambda ann: ann.act(enrolling.switch_mail_codes, on=True),
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
