"""Answers of passkeys: of another session, browser or person, and those that stand alone."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from apps import Site
from authenticators import codes_of, passkey_of, signed
from guests import Guest, goes_to, member
from people import disable
from rig.authenticator import USUAL, Authenticator, Flag
from second_steps import (
    at_step,
    enter_alone,
    offered,
    owned,
    prompt,
    told,
)
from simple_2fa.accounts.model import Account
from simple_2fa.core.errors import SlowDownError
from simple_2fa.credentials import store as credentials
from simple_2fa.db import schema
from simple_2fa.sessions import browsers
from simple_2fa.sessions.model import Browser


@pytest.fixture
def ann(site: Site) -> Account:
    return member(site)


class TestPasskeys:
    @pytest.fixture
    def one(self, site: Site, ann: Account) -> Authenticator:
        return passkey_of(site.services.desk, ann)

    def test_an_answer_is_for_the_session_that_was_asked(
        self, site: Site, ann: Account, one: Authenticator
    ) -> None:
        here, there = at_step(site, ann), at_step(site, ann)
        mine, other = signed(one, prompt(here)), signed(one, prompt(there))
        assert told(here.enter(other)) == told(there.enter(mine)) == "wrong"
        assert goes_to(here.enter(mine)) == "/account"

    def test_nothing_is_right_twice(self, site: Site, ann: Account, one: Authenticator) -> None:
        here = at_step(site, ann)
        before, answer = here.twin(), signed(one, prompt(here))
        assert goes_to(here.enter(answer)) == "/account"
        assert goes_to(here.enter(answer)) == "/verify"
        assert goes_to(before.enter(answer)) == "/verify"
        assert not before.is_in()
        assert told(at_step(site, ann).enter(answer)) == "wrong"

    def test_nobody_answers_for_another(self, site: Site, ann: Account, one: Authenticator) -> None:
        bob = member(site)
        his = passkey_of(site.services.desk, bob)
        there = at_step(site, ann)
        assert told(there.enter(signed(his, prompt(there)))) == "wrong"
        his.handle = ann.subject
        assert told(there.enter(signed(his, prompt(there)))) == "wrong"
        his.id = one.id
        assert told(there.enter(signed(his, prompt(there)))) == "wrong"

    def test_verified_or_not_it_is_a_second_step(
        self, site: Site, ann: Account, one: Authenticator
    ) -> None:
        one.flags = Flag.PRESENT
        there = at_step(site, ann)
        assert goes_to(there.enter(signed(one, prompt(there)))) == "/account"

    def test_one_that_was_removed_is_none(
        self, site: Site, ann: Account, one: Authenticator
    ) -> None:
        codes_of(site.services.desk, ann)
        there = at_step(site, ann)
        (mine,) = (each for each in owned(site, ann) if each.factor == "passkey")
        there.enter(signed(one, prompt(there)))
        away = at_step(site, ann)
        answer = signed(one, prompt(away))
        sent = there.send(f"/account/remove/{mine.id}")
        assert goes_to(sent) == "/account?notice=removed"
        assert goes_to(away.enter(answer)) == "/verify"
        assert not away.is_in()
        assert at_step(site, ann).challenge().factor == "mail_code"


class TestAlone:
    @pytest.fixture
    def one(self, site: Site, ann: Account) -> Authenticator:
        return passkey_of(site.services.desk, ann, count=0)

    def test_it_is_two_factors_at_once(self, site: Site, one: Authenticator) -> None:
        there = Guest(site)
        assert goes_to(enter_alone(there, signed(one, offered(there)))) == "/account"
        assert there.get("/account/password").status_code == 200
        session = there.session()
        assert session
        assert (session.proved_by, session.one_factor_until) == ("passkey", None)

    def test_a_new_browser_is_told_of_and_a_known_one_isn_t(
        self, site: Site, ann: Account, one: Authenticator
    ) -> None:
        there = Guest(site)
        for _ in range(2):
            enter_alone(there, signed(one, offered(there)))
            there.send("/logout")
        table = schema.letters
        told = select(func.count()).where(table.c.template == "new_browser")
        before = site.services.db.read(lambda link: link.execute(told).scalar_one())
        enter_alone(there, signed(one, offered(there)))
        assert site.services.db.read(lambda link: link.execute(told).scalar_one()) == before
        there = Guest(site)
        enter_alone(there, signed(one, offered(there)))
        assert site.services.db.read(lambda link: link.execute(told).scalar_one()) == before + 1
        assert len(_browsers(site, ann)) == 2

    def test_too_much_at_once_is_told_with_when_to_come_again(
        self, site: Site, one: Authenticator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise SlowDownError(site.clock() + timedelta(seconds=7))

        there = Guest(site)
        answer = signed(one, offered(there))
        monkeypatch.setattr("simple_2fa.signin.alone.answer", refuse)
        sent = enter_alone(there, answer)
        assert (sent.status_code, sent.headers["Retry-After"]) == (429, "7")

    def test_whoever_is_not_verified_stays_outside(self, site: Site, one: Authenticator) -> None:
        one.flags, there = Flag.PRESENT, Guest(site)
        assert told(enter_alone(there, signed(one, offered(there)))) == "wrong"
        assert not there.is_in()
        one.flags = USUAL
        assert goes_to(enter_alone(there, signed(one, offered(there)))) == "/account"

    @pytest.mark.parametrize("handle", ["bob's", "nobody's", "none", "too short"])
    def test_it_opens_nobody_else_s_account(
        self, site: Site, one: Authenticator, handle: str
    ) -> None:
        bob, there = member(site), Guest(site)
        passkey_of(site.services.desk, bob)
        handles = {"bob's": bob.subject, "nobody's": bytes(32), "none": b"", "too short": bytes(31)}
        one.handle = handles[handle]
        assert told(enter_alone(there, signed(one, offered(there)))) == "wrong"
        assert not there.is_in()

    def test_bob_s_says_that_it_is_ann_s(
        self, site: Site, ann: Account, one: Authenticator
    ) -> None:
        bob, there = member(site), Guest(site)
        his = passkey_of(site.services.desk, bob)
        for id_ in (his.id, one.id):
            his.handle, his.id = ann.subject, id_
            assert told(enter_alone(there, signed(his, offered(there)))) == "wrong"
        assert not there.is_in()

    def test_nothing_is_right_twice(self, site: Site, one: Authenticator) -> None:
        there = Guest(site)
        answer, before = signed(one, offered(there)), there.twin()
        assert goes_to(enter_alone(there, answer)) == "/account"
        for again in (before, there.twin()):
            assert goes_to(enter_alone(again, answer)).startswith("/login/with/passkey")
        assert not before.is_in()
        for later in (before, Guest(site)):
            offered(later)
            assert told(enter_alone(later, answer)) == "wrong"
            assert not later.is_in()

    def test_a_question_is_for_the_browser_that_was_asked(
        self, site: Site, one: Authenticator
    ) -> None:
        """Who makes the owner's browser answer his own question is let in nowhere by it."""
        thief, there = Guest(site), Guest(site)
        answer = signed(one, offered(thief))
        offered(there)
        assert told(enter_alone(there, answer)) == "wrong"
        assert not there.is_in()

    def test_nobody_answers_without_a_question(self, site: Site, one: Authenticator) -> None:
        there = Guest(site)
        answer = signed(one, offered(there))
        site.clock.move(minutes=10)
        assert goes_to(enter_alone(there, answer)) == "/login/with/passkey"
        assert not there.is_in()

    def test_a_disabled_account_is_nobody_s(
        self, site: Site, ann: Account, one: Authenticator
    ) -> None:
        there = Guest(site)
        answer = signed(one, offered(there))
        disable(site.services.db, ann)
        sent = enter_alone(there, answer)
        assert told(sent) == "wrong"
        assert not there.is_in()
        assert "data-unknown-passkey" not in there.get(goes_to(sent)).text  # it may come back

    def test_the_browser_is_told_of_one_that_is_gone(
        self, site: Site, ann: Account, one: Authenticator
    ) -> None:
        (mine,) = owned(site, ann)
        site.services.db.tidy(lambda link: credentials.remove(link, ann.subject, mine.id))
        there = Guest(site)
        sent = enter_alone(there, signed(one, offered(there)))
        assert told(sent) == "wrong"
        shown = there.open(goes_to(sent))
        (span,) = (each for each in shown.all("span") if "data-unknown-passkey" in each)
        assert json.loads(span["data-unknown-passkey"])["rpId"] == "2fa.example.com"
        assert shown.code_error.startswith("That passkey no longer works here.")

    def test_a_link_makes_no_browser_forget_one(self, site: Site, one: Authenticator) -> None:
        there = Guest(site)
        one.flags = Flag.PRESENT
        enter_alone(there, signed(one, offered(there)))
        shown = there.open("/login/with/passkey?told=wrong&hint=AAAA&by=AAAA")
        assert shown.code_error.startswith("That passkey wasn't right here.")
        assert "data-unknown-passkey" not in shown.html

    @pytest.mark.parametrize("factor", ["totp", "recovery", "mail_code", "counter", "nothing"])
    def test_nothing_else_stands_alone(self, site: Site, factor: str) -> None:
        there = Guest(site)
        assert there.get(f"/login/with/{factor}").status_code == 404
        for path in ("", "/begin", "/offer"):
            assert there.send(f"/login/with/{factor}{path}", code="123456").status_code == 404


def _browsers(site: Site, account: Account) -> list[Browser]:
    db = site.services.db
    return db.read(lambda link: browsers.of_account(link, account.id, site.clock()))
