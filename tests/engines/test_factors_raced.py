"""Twelve threads with one right answer, on every database: one passes, wherever each asks."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from authenticators import App, app_of, codes_of, passkey_of, signed
from simple_2fa.accounts.model import Account
from simple_2fa.challenges import answers, flows, switching
from simple_2fa.challenges.answers import Attempt
from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Caller, Outcome, Question
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.ids import new_id
from simple_2fa.signin import alone, asking, enrolling, login
from simple_2fa.signin.model import Entered
from traces import open_to
from visits import Visitor, at, joined, outcome, owner, signed_in
from world import NOW, together

THREADS = 12
Door = Callable[[str], str]
"""Takes an answer; tells what became of it: 'in' or 'approved' lets somebody through."""


@dataclass(frozen=True)
class Ann:
    """Somebody with one way to sign in, and a right answer of it that works once."""

    desk: Desk
    account: Account
    factor: str
    answer: str

    def at_step(self) -> Visitor:
        """Come as far as the second step, in a browser of its own."""
        ann = at(self.desk, self.account)
        ann.act(login.sign_in, ann.typed())
        if ann.asked.factor != self.factor:
            ann.act(asking.switch, self.factor)
        return ann

    def session(self) -> Door:
        ann, factor = self.at_step(), self.factor
        return lambda text: outcome(lambda: replace(ann).act(login.answer, text, factor=factor))

    def ticket(self) -> Door:
        """Give the page that an application opens for her."""
        address, caller = self.account.address, Caller("client", new_id())
        question = Question(subject_of_address(address), address, "api:verify", caller)
        started = flows.start(self.desk, question, NOW).challenge
        asked, holder = replace(question, factor=self.factor), self.account.subject
        switching.switch(self.desk, started, asked, NOW, holder)

        def take(text: str) -> str:
            given = Attempt(text, caller, factor=self.factor, holder=holder)
            return answers.answer(self.desk, started.id, given, NOW).outcome.value

        return take

    def race(self, doors: list[Door]) -> Counter[str]:
        told = together(THREADS, lambda number: doors[number % len(doors)](self.answer))
        return Counter(told)


@pytest.fixture(params=["totp", "recovery"])
def ann(desk: Desk, request: pytest.FixtureRequest) -> Ann:
    account = joined(desk)
    if request.param == "totp":
        return Ann(desk, account, "totp", app_of(desk, account).code(NOW))
    return Ann(desk, account, "recovery", codes_of(desk, account)[7])


def passed(told: Counter[str]) -> int:
    return told["in"] + told["approved"]


class TestOnceOnly:
    def test_in_one_session(self, ann: Ann) -> None:
        told = ann.race([ann.session()])
        assert passed(told) == 1
        assert set(told) <= {"in", "over", Outcome.USED, Outcome.WRONG}
        assert len(open_to(at(ann.desk, ann.account), ann.account)) == 1

    def test_over_two_sessions(self, ann: Ann) -> None:
        told = ann.race([ann.session(), ann.session()])
        assert passed(told) == 1
        sessions = open_to(at(ann.desk, ann.account), ann.account)
        assert Counter(each.stage for each in sessions) == {"full": 1, "password": 1}

    def test_over_a_session_and_an_application_s_page(self, ann: Ann) -> None:
        assert passed(ann.race([ann.session(), ann.ticket()])) == 1

    def test_over_the_pages_of_two_applications(self, ann: Ann) -> None:
        assert passed(ann.race([ann.ticket(), ann.ticket()])) == 1

    def test_what_was_spent_is_spent_everywhere(self, ann: Ann) -> None:
        assert ann.session()(ann.answer) == "in"
        for door in (ann.session(), ann.ticket()):
            assert door(ann.answer) == Outcome.WRONG


@pytest.mark.parametrize("count", [1, 0])
class TestPasskeys:
    """Those that count their answers, and those that don't, as synced ones."""

    def test_one_answer_at_once_in_one_session(self, desk: Desk, count: int) -> None:
        ann = joined(desk)
        one = passkey_of(desk, ann, count=count)
        there = Ann(desk, ann, "passkey", "").at_step()
        answer = signed(one, desk.posed(there.asked).prompt)
        told = together(
            THREADS, lambda _: outcome(lambda: replace(there).act(login.answer, answer))
        )
        assert Counter(told)["in"] == 1
        assert len(open_to(there, ann)) == 1

    def test_one_answer_at_once_that_stands_alone(self, desk: Desk, count: int) -> None:
        ann = joined(desk)
        one, factor = passkey_of(desk, ann, count=count), desk.factors["passkey"]
        there, visitor = at(desk, ann), new_id()
        answer = signed(one, alone.begin(there.visit(), visitor, factor))

        def enter(_: int) -> Entered:
            return replace(there).act(alone.answer, visitor, factor, answer)

        told = together(THREADS, lambda number: outcome(lambda: enter(number)))
        assert Counter(told)["in"] == 1
        (session,) = open_to(there, ann)
        assert (session.stage, session.proved_by) == ("full", "passkey")


class TestChangedMeanwhile:
    def test_what_is_removed_while_it_is_used_is_gone(self, ann: Ann) -> None:
        """Whoever got in by it a moment before stays in, or is out again at once."""
        home = signed_in(ann.desk, ann.account, by=ann.factor)
        there = ann.at_step()
        (mine,) = enrolling.owned(home.visit(), owner(home))

        def act(number: int) -> str:
            if number:
                return outcome(lambda: there.act(login.answer, ann.answer, factor=ann.factor))
            home.act(enrolling.remove, mine.id)
            return "removed"

        _, told = together(2, act)
        assert enrolling.owned(home.visit(), owner(home)) == []
        assert told in {"in", "over", Outcome.CANCELED, Outcome.WRONG}
        assert there.stage in ({"full", ""} if told == "in" else {""})
        assert home.stage == "full"

    def test_an_old_recovery_code_gets_nobody_in_once_there_are_new_ones(self, desk: Desk) -> None:
        account = joined(desk)
        old = codes_of(desk, account)
        ann, home = Ann(desk, account, "recovery", old[0]), signed_in(desk, account)
        there = ann.at_step()
        home.act(enrolling.begin, "recovery")
        new = str(desk.posed(home.asked).prompt["codes"]).split()

        def act(number: int) -> str:
            if number:
                return outcome(lambda: there.act(login.answer, old[0], factor="recovery"))
            return outcome(lambda: home.act(enrolling.confirm, new[0]))

        replaced, _ = together(2, act)
        assert replaced == "in"
        assert len(enrolling.owned(home.visit(), owner(home))) == 1
        later = ann.session()
        assert {later(each) for each in old[:4]} == {Outcome.WRONG}
        assert ann.session()(new[0]) == "in"


def test_two_apps_at_once_are_two_answers(desk: Desk) -> None:
    """What one app has spent says nothing of another."""
    account = joined(desk)
    apps: list[App] = [app_of(desk, account), app_of(desk, account)]
    doors = [Ann(desk, account, "totp", each.code(NOW)) for each in apps]
    told = together(2, lambda number: doors[number].session()(doors[number].answer))
    assert told == ["in", "in"]


def test_of_two_steps_at_once_each_passes_once_and_the_older_never_last(desk: Desk) -> None:
    """Where both were judged by what was spent before, one is told to try again."""
    account = joined(desk)
    app = app_of(desk, account)
    older, newer = (Ann(desk, account, "totp", app.code(NOW, each)) for each in (-1, 0))
    doors = [older.session(), newer.session()]
    told = together(2, lambda number: doors[number](app.code(NOW, number - 1)))
    assert "in" in told
    assert newer.session()(newer.answer) == (Outcome.WRONG if told[1] == "in" else "in")
    assert older.session()(older.answer) == Outcome.WRONG
