"""By which ways somebody may answer, and which of them is fresh before a sensitive change."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adders import CHANGES, credentials_of, held, key_code, with_token
from authenticators import app_of
from second_steps import proved_by
from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Outcome, Purpose
from simple_2fa.sessions.model import FRESH_FOR
from simple_2fa.signin import asking, enrolling, login, step_up, ways
from simple_2fa.signin.enrolling import LastFactorError
from simple_2fa.signin.model import NotFreshError, OverError
from visits import Visitor, at, owner, signed_in, told
from world import NOW, token_code


class TestWays:
    def test_before_a_sensitive_change_mail_is_no_way_beside_a_token(self, desk: Desk) -> None:
        ann = with_token(desk)
        ann.now = NOW + 2 * FRESH_FOR
        ann.act(step_up.ask, "/account")
        assert (ann.asked.factor, list(asking.others(ann.visit(), ann.asked, Purpose.STEP_UP))) == (
            "counter",
            [],
        )
        with pytest.raises(OverError):
            ann.act(asking.switch, "mail_code")

    def test_a_spare_is_never_first_and_no_second_step_by_itself(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(type(desk.factors["counter"]), "is_spare", True)
        ann = with_token(desk)
        for purpose in ("login", Purpose.STEP_UP):
            assert list(ways.ways(ann.visit(), owner(ann), purpose)) == ["mail_code", "counter"]
        with pytest.raises(LastFactorError):
            ann.act(enrolling.switch_mail_codes, on=False)

    def test_a_way_that_is_over_is_put_anew_by_another(self, desk: Desk) -> None:
        ann = with_token(desk)
        there = at(desk, owner(ann))
        there.act(login.sign_in, there.typed())
        first = there.asked
        there.move(minutes=8)
        there.act(asking.switch, "mail_code")
        assert (there.asked.id != first.id, there.asked.factor) == (True, "mail_code")
        assert told(there.act(login.answer, there.code)) is Outcome.APPROVED

    def test_again_is_by_the_way_that_was_chosen(self, desk: Desk) -> None:
        ann = with_token(desk)
        there = at(desk, owner(ann))
        there.act(login.sign_in, there.typed())
        there.act(asking.switch, "mail_code")
        code = there.code
        there.move(seconds=30)
        there.act(asking.again)
        assert (there.asked.factor, there.code) == ("mail_code", code)

    @pytest.mark.parametrize("purpose", sorted(set(Purpose) - {Purpose.LOGIN, Purpose.STEP_UP}))
    def test_there_are_none_for_an_address_alone(self, desk: Desk, purpose: Purpose) -> None:
        ann = with_token(desk)
        assert asking.others(ann.visit(), None, purpose) == ()


class TestFresh:
    """Whoever has the mailbox and the password takes nothing stronger away."""

    def by_mail(self, ann: Visitor) -> Visitor:
        there = at(ann.desk, owner(ann))
        there.act(login.sign_in, there.typed())
        there.act(asking.switch, "mail_code")
        assert told(there.act(login.answer, there.code, factor="mail_code")) is Outcome.APPROVED
        return there

    @pytest.mark.parametrize("name", CHANGES)
    def test_a_sign_in_by_mail_beside_a_token_is_not(self, desk: Desk, name: str) -> None:
        there = self.by_mail(with_token(desk))
        with pytest.raises(NotFreshError):
            CHANGES[name](there)

    def test_a_second_step_by_the_token_is(self, desk: Desk) -> None:
        ann = with_token(desk)
        there = self.by_mail(ann)
        there.act(step_up.ask, "/account")
        code = token_code(credentials_of(ann)[:20], 1)
        assert told(there.act(step_up.answer, code)) is Outcome.APPROVED
        there.act(enrolling.remove, held(ann)[0].id)
        assert held(ann) == []

    def test_so_is_having_just_added_it(self, desk: Desk) -> None:
        ann = with_token(desk)
        ann.act(enrolling.rename, held(ann)[0].id, "Mine")
        assert ann.session
        assert ann.session.proved_by == "counter"

    def test_to_add_a_weaker_one_takes_nothing_from_a_better_step(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann = with_token(desk)
        app_of(desk, owner(ann))
        monkeypatch.setattr(type(desk.factors["counter"]), "strength", 12)
        proved_by(desk.db, "totp")
        ann.act(enrolling.begin, "counter")
        assert ann.act(enrolling.confirm, key_code(ann)).cookies
        assert ann.session
        assert ann.session.proved_by == "totp"

    def test_without_it_mail_is_again(self, desk: Desk) -> None:
        ann = with_token(desk)
        ann.act(enrolling.remove, held(ann)[0].id)
        there = at(desk, owner(ann))
        there.act(login.sign_in, there.typed())
        there.act(login.answer, there.code)
        there.act(enrolling.begin, "counter")


def test_a_step_that_was_skipped_is_not_fresh(desk: Desk) -> None:
    ann = signed_in(desk, remember=True)
    ann.now = NOW + timedelta(hours=1)
    there = replace(ann, token="")
    there.act(login.sign_in, there.typed())
    with pytest.raises(NotFreshError):
        there.act(enrolling.begin, "counter")
