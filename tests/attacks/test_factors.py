"""Answers that were right before, elsewhere or for something else; and what guesses cost."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from werkzeug.test import TestResponse

from apps import Site
from authenticators import app_of, codes_of, created, passkey_of, signed
from guests import Guest, goes_to, member
from rig.authenticator import Authenticator
from second_steps import (
    at_step,
    at_ticket,
    enter_alone,
    guesses_left,
    inside,
    offered,
    owned,
    prompt,
    told,
)
from simple_2fa.accounts.model import Account
from simple_2fa.core.factor import Prompt
from world import wrong


@pytest.fixture
def ann(site: Site) -> Account:
    return member(site)


class TestRecoveryCodes:
    @pytest.fixture
    def codes(self, site: Site, ann: Account) -> list[str]:
        return codes_of(site.services.desk, ann)

    def test_each_is_right_once_wherever_it_is_tried(
        self, site: Site, ann: Account, codes: list[str]
    ) -> None:
        there = at_step(site, ann, "recovery")
        assert goes_to(there.enter(codes[3], factor="recovery")) == "/account"
        later = at_step(site, ann, "recovery")
        for spelled in (codes[3], codes[3].lower(), "-".join(codes[3])):
            assert told(later.enter(spelled, factor="recovery")) == "wrong"
        ticket, _ = at_ticket(site, there, ann, "recovery")
        assert told(there.enter(codes[3], ticket=ticket, factor="recovery")) == "wrong"
        assert not told(there.enter(codes[4], ticket=ticket, factor="recovery"))
        assert told(later.enter(codes[4], factor="recovery")) == "wrong"

    def test_sloppy_typing_is_right_once(self, site: Site, ann: Account, codes: list[str]) -> None:
        sloppy = f" {codes[0].lower().replace('0', 'o').replace('1', 'l')} ".replace("", " ")
        there = at_step(site, ann, "recovery")
        assert goes_to(there.enter(sloppy, factor="recovery")) == "/account"
        again = at_step(site, ann, "recovery")
        assert told(again.enter(sloppy, factor="recovery")) == "wrong"

    def test_a_code_in_another_slot_is_none(
        self, site: Site, ann: Account, codes: list[str]
    ) -> None:
        there = at_step(site, ann, "recovery")
        assert told(there.enter(codes[1][0] + codes[0][1:], factor="recovery")) == "wrong"

    def test_the_old_ones_are_none_once_there_are_new_ones(
        self, site: Site, ann: Account, codes: list[str]
    ) -> None:
        home = inside(site, ann)
        home.send("/account/add/recovery/begin")
        new = str(prompt(home)["codes"]).split()
        there = at_step(site, ann, "recovery")
        assert told(there.enter(new[0], factor="recovery")) == "wrong"  # not theirs yet
        assert goes_to(home.send("/account/add/recovery", code=new[0])) == "/account?notice=added"
        later = at_step(site, ann, "recovery")
        for each in codes[:3]:
            assert told(later.enter(each, factor="recovery")) == "wrong"
        assert goes_to(later.enter(new[0], factor="recovery")) == "/account"
        assert len(owned(site, ann)) == 1

    def test_without_the_password_no_page_takes_one(
        self, site: Site, ann: Account, codes: list[str]
    ) -> None:
        thief = Guest(site)
        for path in ("", "/begin", "/offer"):
            assert thief.send(f"/login/with/recovery{path}", code=codes[0]).status_code == 404
        assert goes_to(thief.enter(codes[0], factor="recovery")) == "/verify"
        for form in ("/forgot", "/register"):
            thief = Guest(site)
            thief.send(form, email=ann.address, password="seven slow tractors")
            assert goes_to(thief.send("/verify/switch", factor="recovery")) == "/verify"
            assert "recovery" not in thief.get("/verify").text
            assert told(thief.enter(codes[0], factor="recovery")) == "malformed"
            assert not thief.is_in()
        assert goes_to(at_step(site, ann, "recovery").enter(codes[0], factor="recovery"))


MAKE_ONE = {"enrol", "upgrade"}


@dataclass
class Door:
    """Where a passkey is asked for."""

    asked: Prompt
    send: Callable[[str], TestResponse]


def _doors(site: Site, ann: Account, one: Authenticator) -> dict[str, Door]:
    """Have one person asked for each purpose at once, each in a browser of its own."""
    login = at_step(site, ann)
    first = at_step(site, ann)
    first.enter(signed(one, prompt(first)), remember="yes")
    first.send("/logout")
    first.log_in(ann.address)
    first.send("/confirm", next="/account/password")
    adding, shop, passing = (at_step(site, ann) for _ in range(3))
    alone = Guest(site)
    for each in (adding, shop, passing):
        each.enter(signed(one, prompt(each)))
    adding.send("/account/add/passkey/begin")
    ticket, question = at_ticket(site, shop, ann, "passkey")
    app = {"ticket": ticket, "factor": "passkey"}
    upgraded = passing.send("/account/upgrade/passkey/offer").get_json()
    return {
        "upgrade": Door(upgraded, lambda text: passing.send("/account/upgrade/passkey", code=text)),
        "login": Door(prompt(login), login.enter),
        "step_up": Door(prompt(first), first.enter),
        "alone": Door(offered(alone), lambda text: enter_alone(alone, text)),
        "application": Door(
            site.services.desk.posed(question).prompt, lambda text: shop.enter(text, **app)
        ),
        "enrol": Door(prompt(adding), lambda text: adding.send("/account/add/passkey", code=text)),
    }


def is_refused(reply: TestResponse) -> bool:
    return told(reply) in {"wrong", "malformed"} or reply.status_code == 422


def test_an_answer_is_for_the_question_that_was_put(site: Site, ann: Account) -> None:
    one = passkey_of(site.services.desk, ann, count=0)
    doors = _doors(site, ann, one)
    new = {name: Authenticator(id=name.encode(), origin=site.origin) for name in MAKE_ONE}
    answers = {
        name: created(new[name], door.asked) if name in new else signed(one, door.asked)
        for name, door in doors.items()
    }
    for name, door in doors.items():
        for other in answers.keys() - {name}:
            assert is_refused(door.send(answers[other])), (other, name)
    assert len(owned(site, ann)) == 1
    for name in ("login", "step_up", "alone", "application", "enrol"):
        sent = doors[name].send(answers[name])
        assert (sent.status_code, told(sent)) == (303, ""), name
    assert len(owned(site, ann)) == 2


class TestLedger:
    def test_a_guess_at_each_app_is_two_chances(self, site: Site, ann: Account) -> None:
        apps = [app_of(site.services.desk, ann) for _ in range(2)]
        there = at_step(site, ann)
        shown = {each.code(site.clock(), step) for each in apps for step in range(-30, 3)}
        guess = next(code for code in map("{:06d}".format, range(1000)) if code not in shown)
        assert told(there.enter(guess)) == "wrong"
        assert guesses_left(site, there) == 10 - 4

    def test_who_is_guessed_at_gets_in_by_all_that_nobody_guesses(
        self, site: Site, ann: Account
    ) -> None:
        desk = site.services.desk
        app, codes, one = app_of(desk, ann), codes_of(desk, ann), passkey_of(desk, ann)
        thief = at_step(site, ann, "totp")
        for _ in range(5):
            thief.enter(wrong(app.code(site.clock())), factor="totp")
        assert guesses_left(site, thief) == 0
        there = at_step(site, ann, "totp")
        for code in (app.code(site.clock()), wrong(app.code(site.clock()))):
            paused = there.enter(code, factor="totp")
            assert (paused.status_code, there.challenge().tries) == (429, 0)
            assert "Email me a long code" in paused.text
        by_code, by_passkey = at_step(site, ann, "recovery"), at_step(site, ann)
        assert goes_to(by_code.enter(codes[0], factor="recovery")) == "/account"
        assert goes_to(by_passkey.enter(signed(one, prompt(by_passkey)))) == "/account"
        assert goes_to(there.send("/verify/switch", factor="mail_code")) == "/verify"
        assert (there.challenge().digits, len(there.code())) == (10, 10)
        assert goes_to(there.enter(factor="mail_code")) == "/account"

    @pytest.mark.parametrize("factor", ["passkey", "recovery"])
    def test_what_nobody_guesses_costs_nothing(self, site: Site, ann: Account, factor: str) -> None:
        desk = site.services.desk
        codes, one = codes_of(desk, ann), passkey_of(desk, ann)
        stranger = Authenticator(origin=site.origin)
        for _ in range(3):
            there = at_step(site, ann, factor)
            bad = signed(stranger, prompt(there)) if factor == "passkey" else "1" + codes[0][1:]
            for _ in range(5):
                there.enter(bad, factor=factor)
            assert there.challenge().tries_left == 0
        last = at_step(site, ann, factor)
        assert guesses_left(site, last) == 10
        right = signed(one, prompt(last)) if factor == "passkey" else codes[0]
        assert goes_to(last.enter(right, factor=factor)) == "/account"
