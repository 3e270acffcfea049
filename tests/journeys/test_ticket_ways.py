"""An application's question, answered on its page by whatever way its person has here."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import delete
from werkzeug.test import TestResponse

from apps import Site
from authenticators import App, app_of, codes_of, passkey_of, signed
from callers import CHALLENGES, Shop, refusal
from guests import Guest, goes_to, member
from live import site_in
from people import disable
from probers import KINDS, Prober, Step, look
from rig.authenticator import Authenticator
from second_steps import at_step, told
from simple_2fa.accounts.model import Account
from simple_2fa.challenges import flows
from simple_2fa.challenges.model import Challenge
from simple_2fa.core.factor import Prompt
from simple_2fa.core.ids import new_id
from simple_2fa.db import schema
from world import wrong

WAYS = ("totp", "recovery", "passkey")
WORDS = {
    "totp": "Use your authenticator app",
    "recovery": "Use a recovery code",
    "passkey": "Use your passkey",
    "mail_code": "Email me a code",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = site_in(tmp_path_factory.mktemp("site"), development=False)
    yield site
    site.services.db.close()


@dataclass
class Ann:
    """Somebody with one credential of each kind."""

    account: Account
    app: App
    codes: list[str]
    passkey: Authenticator

    def at_home(self, site: Site) -> Guest:
        """Be signed in."""
        guest = at_step(site, self.account)
        asked = site.services.desk.posed(guest.challenge()).prompt
        assert goes_to(guest.enter(signed(self.passkey, asked))) == "/account"
        return guest

    def in_known_browser(self, site: Site) -> Guest:
        """Be signed out, where she has been signed in."""
        guest = self.at_home(site)
        guest.send("/logout")
        return guest

    def answer(self, factor: str, asked: Prompt, site: Site) -> str:
        if factor == "passkey":
            return signed(self.passkey, asked)
        return self.codes[5] if factor == "recovery" else self.app.code(site.clock())


@pytest.fixture
def ann(site: Site) -> Ann:
    account, desk = member(site), site.services.desk
    one = passkey_of(desk, account, count=0)
    return Ann(account, app_of(desk, account), codes_of(desk, account), one)


@pytest.fixture
def shop(site: Site) -> Shop:
    return Shop.of(site)


@dataclass
class Page:
    """The page of one question of a shop."""

    site: Site
    shop: Shop
    challenge: str
    path: str

    @property
    def ticket(self) -> str:
        return self.path.removeprefix("/verify/")

    @property
    def found(self) -> Challenge:
        found = flows.by_ticket(self.site.services.desk, self.ticket)
        assert found
        return found

    def code(self) -> str:
        """The mailed one."""
        return self.site.services.desk.open(self.found).posed["mail_code"].state.decode()

    def switch(self, guest: Guest, factor: str) -> TestResponse:
        return guest.send("/verify/switch", ticket=self.ticket, factor=factor)

    def enter(self, guest: Guest, text: str, factor: str = "") -> TestResponse:
        return guest.enter(text, ticket=self.ticket, factor=factor)

    def ways(self, guest: Guest) -> set[str]:
        """The other ways that are offered there."""
        shown = guest.open(self.path)
        buttons = {each.text for form in shown.all("form") for each in form.all("button")}
        return {factor for factor, words in WORDS.items() if words in buttons}

    @property
    def status(self) -> str:
        return str(self.shop.show(self.challenge)["status"])


def asked(site: Site, shop: Shop, to: str) -> Page:
    started = shop.start(to)
    return Page(site, shop, started["challenge"], started["page"].removeprefix(site.origin))


@pytest.fixture
def page(site: Site, shop: Shop, ann: Ann) -> Page:
    return asked(site, shop, ann.account.address)


@pytest.fixture(params=["at_home", "in_known_browser"])
def here(site: Site, ann: Ann, request: pytest.FixtureRequest) -> Guest:
    """A browser that is hers: signed in, or known."""
    guest: Guest = getattr(ann, request.param)(site)
    return guest


class TestHers:
    @pytest.mark.parametrize("factor", WAYS)
    def test_each_way_answers(
        self, site: Site, ann: Ann, here: Guest, page: Page, factor: str
    ) -> None:
        assert page.ways(here) == set(WAYS)
        assert goes_to(page.switch(here, factor)) == page.path
        assert page.ways(here) == {*WAYS, "mail_code"} - {factor}
        asked = site.services.desk.posed(page.found).prompt
        sent = page.enter(here, ann.answer(factor, asked, site), factor)
        assert goes_to(sent) == page.path
        assert here.open(page.path).h1 == "Done"
        assert page.status == "approved"

    @pytest.mark.parametrize("factor", WAYS)
    def test_once_it_is_approved_the_mailed_code_is_dead(
        self, site: Site, ann: Ann, here: Guest, page: Page, factor: str
    ) -> None:
        code = page.code()
        page.switch(here, factor)
        asked = site.services.desk.posed(page.found).prompt
        page.enter(here, ann.answer(factor, asked, site), factor)
        assert refusal(page.shop.answer(page.challenge, code)) == (410, "code_used")
        assert refusal(page.shop.verify(code, ann.account.address)) == (400, "wrong_code")
        assert not told(page.enter(Guest(site), code))

    @pytest.mark.parametrize("factor", WAYS)
    def test_the_application_s_own_form_goes_on_with_the_mailed_code(
        self, here: Guest, page: Page, factor: str
    ) -> None:
        code = page.code()
        page.switch(here, factor)
        missed = page.shop.answer(page.challenge, wrong(code))
        assert refusal(missed) == (400, "wrong_code")
        assert (missed.json or {})["tries_left"] == 4
        reply = page.shop.answer(page.challenge, code)
        assert (reply.status_code, (reply.json or {})["status"]) == (200, "approved")
        assert here.open(page.path).h1 == "Done"

    @pytest.mark.parametrize("factor", WAYS)
    def test_and_has_it_sent_again(self, site: Site, here: Guest, page: Page, factor: str) -> None:
        code = page.code()
        page.switch(here, factor)
        site.clock.move(seconds=31)
        reply = page.shop.call(f"{CHALLENGES}/{page.challenge}/resend")
        assert (reply.status_code, (reply.json or {})["message"]) == (
            202,
            "2FA code sent again. It is the same code.",
        )
        assert page.code() == code
        site.clock.move(minutes=8)
        reply = page.shop.call(f"{CHALLENGES}/{page.challenge}/resend")
        assert (reply.json or {})["message"] == "A new 2FA code was sent. Use the newest one."
        newest = (reply.json or {})["challenge"]
        path = str((reply.json or {})["page"]).removeprefix(site.origin)
        new = Page(site, page.shop, newest, path)
        assert page.shop.answer(newest, new.code()).status_code == 200

    def test_who_comes_back_to_the_mailed_code_finds_the_same(
        self, here: Guest, page: Page
    ) -> None:
        code = page.code()
        page.switch(here, "totp")
        assert goes_to(page.switch(here, "mail_code")) == page.path
        assert page.found.factor == "mail_code"
        assert goes_to(page.enter(here, code, "mail_code")) == page.path
        assert page.status == "approved"

    def test_what_took_too_long_is_sent_anew_and_may_be_answered_otherwise(
        self, site: Site, ann: Ann, here: Guest, page: Page
    ) -> None:
        page.switch(here, "totp")
        site.clock.move(minutes=10)
        shown = here.open(page.path)
        assert (shown.h1, page.ways(here)) == ("That code has expired", set())
        again = here.send("/verify/resend", ticket=page.ticket)
        path = goes_to(again).partition("?")[0]
        assert path not in {"", page.path}
        new = Page(site, page.shop, page.shop.show(page.challenge)["followed_by"], path)
        assert new.ways(here) == set(WAYS)
        new.switch(here, "totp")
        assert not told(new.enter(here, ann.app.code(site.clock()), "totp"))
        assert new.status == "approved"

    def test_wrong_ones_are_told_and_counted(self, site: Site, ann: Ann, page: Page) -> None:
        here = ann.at_home(site)
        page.switch(here, "totp")
        assert told(page.enter(here, wrong(ann.app.code(site.clock())), "totp")) == "wrong"
        shown = here.open(f"{page.path}?told=wrong")
        why = "That code isn't right, or was used already: try the next one. 4 tries left."
        assert shown.code_error == why
        assert page.shop.show(page.challenge)["tries_left"] == 4


class TestElsewhere:
    @pytest.mark.parametrize("whose", ["a stranger", "somebody else", "half signed in", "reset"])
    def test_nothing_but_the_mailed_code_answers(
        self, site: Site, ann: Ann, page: Page, whose: str
    ) -> None:
        there = _others(site, ann)[whose]
        assert page.ways(there) == set()
        for factor in WAYS:
            assert goes_to(page.switch(there, factor)) == page.path
        assert page.found.factor == "mail_code"
        assert told(page.enter(there, ann.app.code(site.clock()), "totp")) == "wrong"
        assert told(page.enter(there, ann.codes[0], "recovery")) == "malformed"
        assert page.status == "pending"

    @pytest.mark.parametrize("factor", WAYS)
    def test_nor_where_she_has_chosen_it_at_home(
        self, site: Site, ann: Ann, page: Page, factor: str
    ) -> None:
        """She began on one device, and goes on on another: her mail is there, too."""
        page.switch(ann.at_home(site), factor)
        there = Guest(site)
        shown = there.open(page.path)
        assert (shown.h1, page.ways(there)) == ("Check your email", set())
        prompt = site.services.desk.posed(page.found).prompt
        right = ann.answer(factor, prompt, site)
        assert told(page.enter(there, right, factor)) in {"wrong", "malformed"}
        assert goes_to(page.enter(there, page.code(), "mail_code")) == page.path
        assert page.status == "approved"

    def test_nobody_hears_whether_there_is_an_account(self, site: Site, shop: Shop) -> None:
        seen = [_seen(site, shop, kind) for kind in KINDS]
        assert seen[0] == seen[1] == seen[2]

    def test_nor_whether_she_has_chosen_another_way(self, site: Site, ann: Ann) -> None:
        pages = [asked(site, Shop.of(site), ann.account.address) for _ in range(2)]
        pages[0].switch(ann.at_home(site), "totp")
        told = [_looked_at(Guest(site), page, ann.account.address) for page in pages]
        assert told[0] == told[1]

    def test_a_disabled_account_has_no_way(self, site: Site, ann: Ann, page: Page) -> None:
        here, known = ann.at_home(site), ann.in_known_browser(site)
        page.switch(here, "totp")
        disable(site.services.db, ann.account)
        for each in (here, known):
            assert page.ways(each) == set()
            assert each.open(page.path).h1 == "Check your email"
            sent = page.enter(each, ann.app.code(site.clock()), "totp")
            assert told(sent) == "wrong"
        assert page.status == "pending"
        assert goes_to(page.enter(here, page.code())) == page.path
        assert page.status == "approved"

    def test_nor_has_one_that_is_gone(self, site: Site, ann: Ann, page: Page) -> None:
        here = ann.at_home(site)
        page.switch(here, "passkey")
        gone = delete(schema.accounts).where(schema.accounts.c.account == ann.account.id)
        site.services.db.tidy(lambda link: link.execute(gone))
        assert page.ways(here) == set()
        assert here.open(page.path).h1 == "Check your email"


def _others(site: Site, ann: Ann) -> dict[str, Guest]:
    bob, reset = member(site), Guest(site)
    app_of(site.services.desk, bob)
    reset.send("/forgot", email=ann.account.address)
    reset.enter()
    somebody_else = at_step(site, bob, "mail_code")
    somebody_else.enter(factor="mail_code")
    return {
        "a stranger": Guest(site),
        "somebody else": somebody_else,
        "half signed in": at_step(site, ann.account),
        "reset": reset,
    }


def _seen(site: Site, shop: Shop, kind: str) -> object:
    """Give all that a stranger sees of the page of a question to an address of this kind."""
    address = f"anna.{new_id().lower().replace('-', 'x').replace('_', 'y')}@example.com"
    if kind != "unknown":
        account = member(site, address)
        app_of(site.services.desk, account)
        if kind == "disabled":
            disable(site.services.db, account)
    return _looked_at(Guest(site), asked(site, shop, address), address)


def _looked_at(guest: Guest, page: Page, address: str) -> list[object]:
    about = {"ticket": page.ticket}

    def send(path: str, **typed: str) -> Step:
        return lambda who: who.guest.send(path, **about, **typed)

    steps = [
        look(page.path),
        look(f"{page.path}/delivery"),
        *[send("/verify/switch", factor=each) for each in (*WAYS, "mail_code")],
        *[send("/verify/answer", code="12345", factor=each) for each in ("totp", "mail_code", "")],
        send("/verify/answer", code="{}", factor="passkey"),
        look(f"{page.path}?told=malformed"),
        send("/verify/resend"),
        look(page.path),
    ]
    who = Prober(guest, "", address)
    told = [who.told(each) for each in steps]
    hidden = {page.ticket: "TICKET"}
    return [_without(each, hidden) for each in told]


def _without(told: object, hidden: dict[str, str]) -> str:
    text = repr(told)
    for each, name in hidden.items():
        text = text.replace(each, name)
    return text
