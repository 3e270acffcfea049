"""Ways to sign in are added, renamed and taken away; nothing races with that."""

from dataclasses import replace
from functools import partial

import pytest

from adders import CHANGES, adding, held, key_code, with_token
from authenticators import created
from rig.authenticator import Authenticator
from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Outcome, Purpose
from simple_2fa.core.ids import new_id
from simple_2fa.core.tags import Tag
from simple_2fa.sessions.model import FRESH_FOR
from simple_2fa.signin import asking, enrolling, login, people, ways
from simple_2fa.signin.enrolling import FullError, LastFactorError, NoSuchError
from simple_2fa.signin.model import HeldError, NotFreshError, OverError
from traces import happened, known_to, notices, open_to, row_counts
from visits import PASSWORD, at, enrolled, joined, owner, reset, signed_in, told
from world import MINUTE, NOW, TTL, together, wrong


class TestAdding:
    def test_it_counts_only_once_it_is_confirmed(self, desk: Desk) -> None:
        ann = adding(desk)
        assert held(ann) == []
        assert told(ann.act(enrolling.confirm, wrong(key_code(ann)))) is Outcome.WRONG
        assert (held(ann), ways.ways(ann.visit(), owner(ann), "login")) == ([], ["mail_code"])
        assert told(ann.act(enrolling.confirm, key_code(ann), "My key")) is Outcome.APPROVED
        (one,) = held(ann)
        assert (one.factor, one.name, one.created_at, one.used_at) == (
            "counter",
            "My key",
            NOW,
            None,
        )
        assert happened(ann, owner(ann), Tag.CREDENTIAL_ADD) == ["approved"]

    def test_its_owner_is_told(self, desk: Desk) -> None:
        ann = with_token(desk, "My key")
        (letter,) = notices(ann, "way_added")
        assert (letter["kind"], letter["called"]) == ("counter", "My key")

    def test_a_passkey_is_told_by_its_provider_s_name(self, desk: Desk) -> None:
        ann = signed_in(desk)
        ann.act(enrolling.begin, "passkey")
        asked = desk.posed(ann.asked).prompt
        ann.act(enrolling.confirm, created(Authenticator(origin=desk.origin), asked))
        (letter,) = notices(ann, "way_added")
        assert (letter["called"], held(ann)[0].name) == ("Google Password Manager",) * 2

    def test_this_session_goes_on_under_a_new_token_and_all_others_go_on(self, desk: Desk) -> None:
        ann = adding(desk)
        elsewhere = signed_in(desk, owner(ann))
        before, old = ann.token, replace(ann)
        ann.act(enrolling.confirm, key_code(ann))
        assert ann.token != before
        assert (ann.stage, elsewhere.stage, old.stage) == ("full", "full", "")
        assert len(known_to(ann, owner(ann))) == 2
        assert people.recognised(elsewhere.visit(), owner(ann))

    def test_whoever_waits_for_a_weaker_step_waits_no_more(self, desk: Desk) -> None:
        """The thief who has the password, and a mailed code, a moment before."""
        ann = adding(desk)
        thief = at(desk, owner(ann))
        thief.act(login.sign_in, thief.typed(PASSWORD))
        code = thief.code
        ann.act(enrolling.confirm, key_code(ann))
        with pytest.raises(OverError):
            thief.act(login.answer, code)

    def test_it_is_asked_for_from_now_on_and_a_code_by_mail_is_another_way(
        self, desk: Desk
    ) -> None:
        ann = with_token(desk)
        there = at(desk, owner(ann))
        there.act(login.sign_in, there.typed())
        assert there.asked.factor == "counter"
        assert asking.others(there.visit(), there.asked, Purpose.LOGIN) == ["mail_code"]
        there.act(asking.switch, "mail_code")
        assert told(there.act(login.answer, there.code, factor="mail_code")) is Outcome.APPROVED
        assert there.session
        assert there.session.proved_by == "mail_code"

    def test_the_confirming_code_proves_nothing_more(self, desk: Desk) -> None:
        ann = adding(desk)
        code = key_code(ann)
        ann.act(enrolling.confirm, code)
        there = at(desk, owner(ann))
        there.act(login.sign_in, there.typed())
        assert told(there.act(login.answer, code)) is Outcome.WRONG

    def test_it_may_take_as_long_as_its_question_is_open(self, desk: Desk) -> None:
        ann = adding(desk)
        ann.now = NOW + FRESH_FOR + MINUTE
        assert told(ann.act(enrolling.confirm, key_code(ann))) is Outcome.APPROVED
        late = adding(desk)
        code = key_code(late)
        late.now = NOW + TTL
        assert told(late.act(enrolling.confirm, code)) is Outcome.EXPIRED

    def test_confirmed_twelve_times_at_once_it_is_one(self, desk: Desk) -> None:
        ann = adding(desk)
        code = key_code(ann)

        def confirm(_: int) -> bool:
            try:
                return replace(ann).act(enrolling.confirm, code).cookies is not None
            except OverError:
                return False

        assert sum(together(12, confirm)) == 1
        assert len(held(ann)) == 1

    def test_of_one_kind_there_are_so_many_at_most(self, desk: Desk) -> None:
        ann = with_token(desk)
        for _ in range(desk.factors["counter"].most - 1):
            enrolled(desk, owner(ann))
        with pytest.raises(FullError):
            ann.act(enrolling.begin, "counter")

    @pytest.mark.parametrize("name", ["mail_code", "no such thing", ""])
    def test_what_cannot_be_enrolled_is_not_begun(self, desk: Desk, name: str) -> None:
        ann = signed_in(desk)
        with pytest.raises(NoSuchError):
            ann.act(enrolling.begin, name)

    def test_another_session_s_question_enrols_nothing(self, desk: Desk) -> None:
        ann = adding(desk)
        code, elsewhere = key_code(ann), signed_in(desk, owner(ann))
        with pytest.raises(OverError):
            elsewhere.act(enrolling.confirm, code)


class TestRemoving:
    def test_it_is_asked_for_no_more_and_its_owner_is_told(self, desk: Desk) -> None:
        ann = with_token(desk, "My key")
        elsewhere = signed_in(desk, owner(ann))
        ann.act(enrolling.remove, held(ann)[0].id)
        assert (held(ann), ann.stage, elsewhere.stage) == ([], "full", "full")
        (letter,) = notices(ann, "way_removed")
        assert (letter["kind"], letter["called"]) == ("counter", "My key")
        assert happened(ann, owner(ann), Tag.CREDENTIAL_REMOVE) == ["done"]

    def test_a_question_that_waits_for_it_is_over(self, desk: Desk) -> None:
        ann = with_token(desk)
        there = at(desk, owner(ann))
        there.act(login.sign_in, there.typed())
        ann.act(enrolling.remove, held(ann)[0].id)
        with pytest.raises(OverError):
            there.act(login.answer, "123456")

    @pytest.mark.parametrize("whose", ["nobody's", "somebody else's"])
    def test_what_is_not_hers_stays(self, desk: Desk, whose: str) -> None:
        ann, bob = with_token(desk), with_token(desk)
        with pytest.raises(NoSuchError):
            ann.act(enrolling.remove, held(bob)[0].id if whose != "nobody's" else new_id())
        assert (len(held(ann)), len(held(bob))) == (1, 1)

    def test_the_last_one_stays_where_mail_codes_are_off(self, desk: Desk) -> None:
        ann = with_token(desk)
        ann.act(enrolling.switch_mail_codes, on=False)
        with pytest.raises(LastFactorError):
            ann.act(enrolling.remove, held(ann)[0].id)
        enrolled(desk, owner(ann))
        ann.act(enrolling.remove, held(ann)[0].id)
        with pytest.raises(LastFactorError):
            ann.act(enrolling.remove, held(ann)[0].id)
        ann.act(enrolling.switch_mail_codes, on=True)
        ann.act(enrolling.remove, held(ann)[0].id)
        assert held(ann) == []

    def test_two_that_are_removed_at_once_leave_one(self, desk: Desk) -> None:
        ann = with_token(desk)
        enrolled(desk, owner(ann))
        ann.act(enrolling.switch_mail_codes, on=False)
        tabs = [ann, signed_in(desk, owner(ann))]
        names = [each.id for each in held(ann)]

        def remove(number: int) -> bool:
            try:
                tabs[number].act(enrolling.remove, names[number])
            except (OverError, LastFactorError):
                return False
            return True

        assert sum(together(2, remove)) == 1
        assert len(held(ann)) == 1


class TestMailCodes:
    def test_they_are_off_only_beside_something_stronger(self, desk: Desk) -> None:
        ann = signed_in(desk)
        with pytest.raises(LastFactorError):
            ann.act(enrolling.switch_mail_codes, on=False)

    def test_off_they_are_no_way_to_sign_in(self, desk: Desk) -> None:
        ann = with_token(desk)
        ann.act(enrolling.switch_mail_codes, on=False)
        assert len(notices(ann, "mail_codes_off")) == 1
        there = at(desk, owner(ann))
        there.act(login.sign_in, there.typed())
        assert asking.others(there.visit(), there.asked, Purpose.LOGIN) == []
        with pytest.raises(OverError):
            there.act(asking.switch, "mail_code")

    def test_a_code_that_was_mailed_before_is_over(self, desk: Desk) -> None:
        ann = with_token(desk)
        there = at(desk, owner(ann))
        there.act(login.sign_in, there.typed())
        there.act(asking.switch, "mail_code")
        code = there.code
        ann.act(enrolling.switch_mail_codes, on=False)
        with pytest.raises(OverError):
            there.act(login.answer, code)

    def test_on_they_are_one_again(self, desk: Desk) -> None:
        ann = with_token(desk)
        ann.act(enrolling.switch_mail_codes, on=False)
        ann.act(enrolling.switch_mail_codes, on=True)
        assert list(ways.ways(ann.visit(), owner(ann), "login")) == ["counter", "mail_code"]
        assert happened(ann, owner(ann), Tag.MAIL_CODES_SWITCH) == ["done", "done"]


@pytest.mark.parametrize("name", CHANGES)
class TestDoors:
    def test_it_needs_a_fresh_second_step(self, desk: Desk, name: str) -> None:
        ann = signed_in(desk)
        ann.now = NOW + FRESH_FOR
        with pytest.raises(NotFreshError):
            CHANGES[name](ann)

    def test_a_mailbox_that_reset_the_password_changes_nothing(self, desk: Desk, name: str) -> None:
        thief = at(desk, joined(desk))
        reset(thief)
        with pytest.raises(HeldError):
            CHANGES[name](thief)

    def test_nor_does_whoever_is_not_in(self, desk: Desk, name: str) -> None:
        ann = at(desk, joined(desk))
        for _ in range(2):
            with pytest.raises(OverError):
                CHANGES[name](ann)
            ann.act(login.sign_in, ann.typed())


@pytest.mark.parametrize(
    "write",
    [
        "credentials.store.remove",
        "sessions.store.move",
        "accounts.store.end_all_before",
        "accounts.store.switch_mail_codes",
    ],
)
def test_what_changes_between_read_and_write_leaves_all_as_it_is(
    desk: Desk, write: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = with_token(desk)
    (mine,), before, account = held(ann), row_counts(ann.db), owner(ann)
    monkeypatch.setattr(f"simple_2fa.{write}", lambda *_, **__: False)
    acts = {"switch_mail_codes": partial(enrolling.switch_mail_codes, on=False)}
    remove = partial(enrolling.remove, credential=mine.id)
    with pytest.raises(OverError):
        ann.act(acts.get(write.rpartition(".")[2], remove))
    assert (row_counts(ann.db), owner(ann), held(ann)) == (before, account, [mine])
    assert ann.stage == "full"


def test_a_name_is_changed(desk: Desk) -> None:
    ann = with_token(desk)
    ann.act(enrolling.rename, held(ann)[0].id, "Ann's key")
    assert held(ann)[0].name == "Ann's key"
    bob = with_token(desk)
    with pytest.raises(NoSuchError):
        bob.act(enrolling.rename, held(ann)[0].id, "Mine")
    assert open_to(ann, owner(ann))
