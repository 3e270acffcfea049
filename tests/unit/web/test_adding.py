"""Pages about ways to sign in: forms that are too old, too late, too many or too long."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete
from werkzeug.test import TestResponse

from apps import Site
from authenticators import App, app_of, codes_of, passkey_of, signed
from guests import Guest, goes_to, member
from live import Shown, site_in
from second_steps import at_step, inside, offered, owned, prompt
from simple_2fa.accounts.hashing import Hashing
from simple_2fa.accounts.model import Account
from simple_2fa.core.clock import HOUR
from simple_2fa.credentials.model import Credential
from simple_2fa.db import schema
from simple_2fa.limits import rules
from simple_2fa.limits.rules import Rate
from simple_2fa.web import adding

STALE = "This page was open too long. Please try again."
TOO_LONG = "Use 60 characters at most."
ADD = "/account/add/totp"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = site_in(tmp_path)
    yield site
    site.services.db.close()


@pytest.fixture
def account(site: Site) -> Account:
    return member(site)


@pytest.fixture
def ann(site: Site, account: Account) -> Guest:
    return inside(site, account)


@pytest.fixture
def mine(site: Site, account: Account) -> Credential:
    codes_of(site.services.desk, account)
    (found,) = owned(site, account)
    return found


def begun(site: Site, ann: Guest) -> App:
    assert goes_to(ann.send(f"{ADD}/begin")) == ADD
    return App(site.services.desk.posed(ann.challenge()).state)


class TestStaleForms:
    @pytest.mark.parametrize("what", ["begin", "add", "remove", "rename", "mail codes"])
    def test_each_is_shown_again_and_changes_nothing(
        self, site: Site, account: Account, ann: Guest, mine: Credential, what: str
    ) -> None:
        if what == "add":
            begun(site, ann)
        path = {
            "begin": f"{ADD}/begin",
            "add": ADD,
            "remove": f"/account/remove/{mine.id}",
            "rename": f"/account/rename/{mine.id}",
            "mail codes": "/account/mail-codes",
        }[what]
        shown = Shown(ann.send(path, csrf="x", name="Mine", code="123456"))
        assert (shown.status, shown.message) == (403, STALE)
        assert shown.title.startswith("Error: ")
        assert owned(site, account) == [mine]

    @pytest.mark.parametrize("path", ["", "/begin"])
    def test_so_is_the_one_that_asks_for_a_passkey_alone(self, site: Site, path: str) -> None:
        there = Guest(site)
        shown = Shown(there.send(f"/login/with/passkey{path}", csrf="x"))
        assert (shown.status, shown.message) == (403, STALE)
        assert there.send("/login/with/passkey/offer", csrf="x").status_code == 403


class TestNames:
    def test_one_that_is_too_long_is_kept_to_be_shortened(
        self, site: Site, account: Account, ann: Guest, mine: Credential
    ) -> None:
        app, name = begun(site, ann), "My phone " * 8
        for path, typed in (
            (ADD, {"code": app.code(site.clock())}),
            (f"/account/rename/{mine.id}", {}),
        ):
            shown = Shown(ann.send(path, None, name=name, **typed))
            assert shown.status == 422
            assert shown.one(id="name-error").text == TOO_LONG
            assert shown.one("input", id="name")["value"] == name.strip()
        assert owned(site, account) == [mine]

    def test_what_cannot_be_seen_is_left_out(
        self, site: Site, account: Account, ann: Guest, mine: Credential
    ) -> None:
        ann.send(f"/account/rename/{mine.id}", name=" My\u202e\n <b>phone</b>\0  {{7*7}} ")
        assert owned(site, account)[0].name == "My <b>phone</b> {{7*7}}"
        assert "<b>" not in ann.get("/account").text


class TestTooMany:
    def test_of_one_kind_there_are_so_many(self, site: Site, account: Account) -> None:
        desk = site.services.desk
        ones = [passkey_of(desk, account) for _ in range(desk.factors["passkey"].most)]
        ann = at_step(site, account)
        ann.enter(signed(ones[0], prompt(ann)))
        shown = Shown(ann.send("/account/add/passkey/begin"))
        assert (shown.status, shown.message) == (
            409,
            "You have as many of these as you may. Remove one first.",
        )

    def test_a_network_asks_for_so_many_passkeys(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        few = replace(rules.PASSKEY_QUESTIONS, rates=(Rate(2, HOUR),))
        monkeypatch.setattr("simple_2fa.signin.alone.PASSKEY_QUESTIONS", few)
        first = Guest(site)
        network = str(first.client.environ_base["REMOTE_ADDR"])
        for _ in range(3):
            offered(first)  # the same question again
        offered(Guest(site, network))
        third = Guest(site, network)
        shown = Shown(third.send("/login/with/passkey/begin"))
        assert (shown.status, shown.message) == (
            429,
            "That was a little too fast. Please try again.",
        )
        assert third.send("/login/with/passkey/offer").status_code == 429


class TestTooLate:
    def test_what_took_too_long_begins_anew(self, site: Site, account: Account, ann: Guest) -> None:
        app = begun(site, ann)
        site.clock.move(minutes=10)
        sent = ann.send(ADD, code=app.code(site.clock()))
        assert goes_to(sent) == ADD
        shown = ann.open(ADD)
        assert shown.message == "That took too long. Please start again."
        assert owned(site, account) == []

    def test_five_misses_begin_anew(self, site: Site, account: Account, ann: Guest) -> None:
        begun(site, ann)
        for _ in range(5):
            ann.send(ADD, code="000000")
        shown = ann.open(ADD)
        assert (shown.status, shown.message) == (200, "Too many tries. Please start again.")
        assert goes_to(ann.send(f"{ADD}/begin")) == ADD
        assert ann.challenge().tries == 0
        assert owned(site, account) == []

    def test_a_stale_session_is_led_to_confirm_first(self, site: Site, ann: Guest) -> None:
        site.clock.move(minutes=5)
        assert goes_to(ann.send(f"{ADD}/begin")) == ADD
        assert goes_to(ann.get(ADD)).startswith("/confirm?")

    @pytest.mark.parametrize("act", ["remove", "rename"])
    def test_what_another_tab_has_removed_meanwhile_is_not_there(
        self, ann: Guest, mine: Credential, act: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        find, db = adding._found, ann.site.services.db

        def found(name: str) -> Credential:
            seen, table = find(name), schema.credentials
            db.tidy(lambda link: link.execute(delete(table).where(table.c.credential == name)))
            return seen

        monkeypatch.setattr(adding, "_found", found)
        assert ann.send(f"/account/{act}/{mine.id}", name="Mine").status_code == 404


class TestLast:
    def test_the_form_of_another_tab_removes_it_neither(self, site: Site, account: Account) -> None:
        app, ann = app_of(site.services.desk, account), at_step(site, account)
        ann.enter(app.code(site.clock()))
        (mine,) = owned(site, account)
        assert goes_to(ann.send("/account/mail-codes", on="")) == "/account?notice=mail_off"
        shown = Shown(ann.send(f"/account/remove/{mine.id}"))
        assert (shown.status, shown.h1) == (409, "It's your last one")
        assert mine.id in {each.id for each in owned(site, account)}

    def test_mailed_codes_stay_where_they_are_all(self, site: Site, account: Account) -> None:
        ann = inside(site, account)
        shown = Shown(ann.send("/account/mail-codes", on=""))
        assert (shown.status, shown.h1) == (409, "Email codes")
        assert "They're your only second step." in shown.main


class TestBusy:
    """Judging a recovery code costs as much as a password."""

    @pytest.fixture
    def adding_codes(self, ann: Guest) -> Guest:
        ann.send("/account/add/recovery/begin")
        return ann

    def send(self, site: Site, ann: Guest) -> TestResponse:
        code = str(site.services.desk.posed(ann.challenge()).prompt["codes"]).split()[0]
        return ann.send("/account/add/recovery", code=code)

    def test_where_there_is_no_turn_nothing_is_spent(
        self, site: Site, adding_codes: Guest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simple_2fa.accounts.hashing.PATIENCE", 0.01)
        busy, desk = Hashing(1), site.services.desk
        turn: Callable[[], object] = busy.turn
        monkeypatch.setattr(type(desk), "turn", lambda *_: turn())
        with busy.turn():
            shown = Shown(self.send(site, adding_codes))
        assert shown.status == 503
        assert "We can't check codes right now." in shown.message
        monkeypatch.setattr(type(desk), "turn", lambda *_: nullcontext())
        assert goes_to(self.send(site, adding_codes)) == "/account?notice=added"

    def test_a_network_has_so_many_judged(
        self, site: Site, adding_codes: Guest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        once = replace(rules.PASSWORD_WORK, rates=(Rate(1, HOUR),))
        monkeypatch.setattr("simple_2fa.signin.passwords.PASSWORD_WORK", once)
        adding_codes.send("/account/add/recovery", code="0" * 17)
        shown = Shown(self.send(site, adding_codes))
        assert shown.status == 429
        assert int(shown.headers["Retry-After"]) > 0


def test_what_is_no_factor_or_no_passkey_of_hers_is_not_found(
    site: Site, account: Account, ann: Guest
) -> None:
    bob = member(site)
    passkey_of(site.services.desk, bob)
    (his,) = owned(site, bob)
    for path in ("/account/add/mail_code", "/account/add/nothing", f"/account/remove/{his.id}"):
        assert ann.get(path).status_code == 404
        assert ann.send(path).status_code == 404
    assert ann.get(f"/account/rename/{his.id}").status_code == 404
    assert len(owned(site, bob)) == 1
    assert owned(site, account) == []
