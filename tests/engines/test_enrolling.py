"""Ways to sign in are added, renamed and taken away; nothing races with that."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from adders import adding, held, key_code, with_token
from authenticators import app_of
from second_steps import proved_by
from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Outcome, Purpose
from simple_2fa.core.ids import new_id
from simple_2fa.core.tags import Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.sessions.model import FRESH_FOR
from simple_2fa.signin import asking, enrolling, login, people, step_up, ways
from simple_2fa.signin.enrolling import FullError, LastFactorError, NoSuchError
from simple_2fa.signin.model import HeldError, NotFreshError, OverError
from traces import happened, known_to, notices, open_to, row_counts
from visits import PASSWORD, Visitor, at, enrolled, joined, owner, reset, signed_in, told
from world import MINUTE, NOW, TTL, together, token_code, wrong

CHANGES: dict[str, Callable[[Visitor], object]] = {
    "begin": lambda ann: ann.act(enrolling.begin, "counter"),
    "remove": lambda ann: ann.act(enrolling.remove, new_id()),
    "rename": lambda ann: ann.act(enrolling.rename, new_id(), "Mine"),
    "switch mail codes": lambda ann: ann.act(enrolling.switch_mail_codes, on=True),
}


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


def credentials_of(ann: Visitor) -> bytes:
    """Give the secret of the one token that somebody has."""
    subject = owner(ann).subject
    (found,) = ann.db.read(lambda link: credentials.held(link, ann.desk.vault, subject, "counter"))
    return found.secret


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


def test_a_step_that_was_skipped_is_not_fresh(desk: Desk) -> None:
    ann = signed_in(desk, remember=True)
    ann.now = NOW + timedelta(hours=1)
    there = replace(ann, token="")
    there.act(login.sign_in, there.typed())
    with pytest.raises(NotFreshError):
        there.act(enrolling.begin, "counter")
