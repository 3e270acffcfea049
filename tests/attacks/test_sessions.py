"""Sessions that somebody else made, stole, kept or forgot to end."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from apps import Site
from guests import OTHER_PASSWORD, PASSWORD, Guest, as_stored, goes_to, member, told
from live import Shown
from people import disable, found
from simple_2fa.core.ids import new_id
from simple_2fa.sessions.model import Stage
from world import together

SESSION = "__Host-s2fa_session"


def new_password(guest: Guest) -> None:
    sent = guest.send("/account/password", current_password=PASSWORD, password=OTHER_PASSWORD)
    assert goes_to(sent) == "/account?notice=password_changed"


def new_address(guest: Guest) -> None:
    guest.send("/account/address", email=f"{new_id()}@example.com")
    assert goes_to(guest.enter()) == "/account?notice=address_changed"


def another_step(guest: Guest) -> None:
    guest.site.clock.move(minutes=6)
    guest.send("/confirm", next="/account/password")
    assert goes_to(guest.enter()) == "/account/password"


class TestFixation:
    def test_a_session_from_before_is_not_the_one_after(self, site: Site) -> None:
        eve = Guest(site)
        eve.send("/register", email=f"{new_id()}@example.com", password=PASSWORD)
        ann = eve.twin().sign_in(member(site).address)
        assert ann.is_in()
        assert not eve.is_in()
        assert eve.session() is None

    def test_nor_is_one_that_waits_for_the_thief_s_own_code(self, site: Site) -> None:
        eve = Guest(site)
        eve.log_in(member(site).address)
        eve.twin().sign_in(member(site).address)
        assert eve.session() is None

    @pytest.mark.parametrize(
        "made_up", ["x" * 43, "x", "", "' OR 1=1 --", "é\u2028", "x" * 3900, "%00", "\x7f"]
    )
    def test_one_that_was_never_given_opens_nothing(self, guest: Guest, made_up: str) -> None:
        guest.client.set_cookie(SESSION, made_up)
        assert goes_to(guest.get("/account")).startswith("/login")
        assert goes_to(guest.log_in(member(guest.site).address)) == "/verify"
        assert guest.jar()[SESSION] != made_up

    def test_a_token_is_neither_its_public_id_nor_its_hash(self, site: Site) -> None:
        ann = Guest(site).sign_in(member(site).address)
        session = ann.session()
        assert session
        assert not Guest(site).hold({SESSION: session.id}).is_in()


class TestOldTokens:
    @pytest.mark.parametrize("step", [new_password, new_address, another_step])
    def test_a_step_leaves_none_behind(self, guest: Guest, step: Callable[[Guest], None]) -> None:
        guest.sign_in(member(guest.site).address)
        thief = guest.twin()
        assert thief.is_in()
        step(guest)
        assert guest.is_in()
        assert thief.session() is None

    def test_signing_in_leaves_none_behind(self, guest: Guest) -> None:
        jars = [guest.jar()]
        address = member(guest.site).address
        for _ in range(2):
            guest.log_in(address)
            jars.append(guest.jar())
        guest.enter()
        assert guest.is_in()
        assert [Guest(guest.site).hold(each).session() for each in jars] == [None] * 3

    def test_registering_leaves_none_behind(self, guest: Guest) -> None:
        guest.send("/register", email=f"{new_id()}@example.com", password=PASSWORD)
        thief = guest.twin()
        guest.enter()
        assert (guest.is_in(), thief.session()) == (True, None)

    def test_a_reset_leaves_none_behind(self, guest: Guest) -> None:
        guest.send("/forgot", email=member(guest.site).address)
        before = guest.twin()
        guest.enter()
        between = guest.twin()
        guest.send("/reset", password=OTHER_PASSWORD)
        assert (before.session(), between.session()) == (None, None)
        assert goes_to(between.send("/reset", password=PASSWORD)).startswith("/login")

    def test_signing_out_is_the_end_of_it(self, guest: Guest) -> None:
        guest.sign_in(member(guest.site).address)
        kept = guest.twin()
        assert goes_to(guest.send("/logout")) == "/login?notice=signed_out"
        assert SESSION not in guest.jar()
        assert (guest.is_in(), kept.is_in()) == (False, False)
        assert kept.session() is None

    def test_who_was_never_in_is_not_told_that_she_was_signed_out(self, guest: Guest) -> None:
        guest.log_in(member(guest.site).address)
        assert goes_to(guest.get("/account")) == "/login?next=%2Faccount"

    def test_what_was_seen_is_fetched_again_by_the_back_button(self, guest: Guest) -> None:
        guest.sign_in(member(guest.site).address)
        assert guest.get("/account").headers["Cache-Control"] == "no-store"
        guest.send("/logout")
        assert "@example.com" not in guest.get("/account").text


class TestTime:
    @pytest.mark.parametrize(
        ("lasts", "used_every"), [(timedelta(hours=24), 50), (timedelta(hours=1), None)]
    )
    def test_a_session_ends(self, guest: Guest, lasts: timedelta, used_every: int | None) -> None:
        guest.sign_in(member(guest.site).address)
        ends: datetime = guest.site.clock() + lasts
        while used_every and guest.site.clock() + timedelta(minutes=used_every) < ends:
            guest.site.clock.move(minutes=used_every)
            assert guest.is_in()
        guest.site.clock.now = ends - timedelta(seconds=1)
        assert guest.twin().is_in()
        guest.site.clock.now = ends + timedelta(hours=0 if used_every else 1)
        assert goes_to(guest.get("/account")) == "/login?notice=ended&next=%2Faccount"

    @pytest.mark.parametrize(("minutes", "goes"), [(14, "/account"), (15, "/verify")])
    def test_half_the_way_lasts_a_quarter_of_an_hour(
        self, guest: Guest, minutes: int, goes: str
    ) -> None:
        guest.log_in(member(guest.site).address)
        guest.site.clock.move(minutes=9)
        guest.send("/verify/resend")
        code = guest.code()
        guest.site.clock.move(minutes=minutes - 9)
        assert goes_to(guest.enter(code)) == goes


class TestOthers:
    def test_a_changed_password_ends_them(self, site: Site) -> None:
        ann = member(site)
        here, there, half = (Guest(site) for _ in range(3))
        here.sign_in(ann.address)
        there.sign_in(ann.address)
        half.log_in(ann.address)
        code = half.code()
        new_password(here)
        assert (here.is_in(), there.is_in()) == (True, False)
        half.enter(code)
        assert not half.is_in()
        assert goes_to(Guest(site).log_in(ann.address)) == ""

    def test_nobody_ends_another_s(self, site: Site) -> None:
        ann, eve = (Guest(site).sign_in(member(site).address) for _ in range(2))
        session = ann.session()
        assert session
        assert session.browser
        eve.send("/account/sessions/end", session=session.id)
        eve.send("/account/sessions/end", session="others")
        eve.send("/account/browsers/forget", browser=session.browser)
        eve.send("/account/browsers/forget", browser="all")
        assert ann.is_in()
        assert session.browser in str(Shown(ann.get("/account")).html)

    def test_another_s_proof_is_of_no_use_here(self, site: Site) -> None:
        ann, eve = (Guest(site).sign_in(member(site).address) for _ in range(2))
        site.clock.move(minutes=6)
        for guest in (ann, eve):
            guest.send("/confirm", next="/account/password")
        assert ann.code() != eve.code()
        assert told(eve.enter(ann.code())) == "wrong"
        assert goes_to(eve.get("/account/password")).startswith("/confirm")

    def test_of_twelve_that_answer_at_once_one_is_in(self, site: Site) -> None:
        ann = Guest(site)
        ann.log_in(member(site).address)
        code, twins = ann.code(), [ann.twin() for _ in range(12)]
        assert all(each.csrf for each in twins)
        told = together(12, lambda number: goes_to(twins[number].enter(code)))
        assert told.count("/account") == 1
        assert sum(each.is_in() for each in twins) == 1


class TestEndedAccounts:
    @pytest.mark.parametrize("way", ["deleted", "disabled"])
    def test_no_cookie_opens_it(self, site: Site, way: str) -> None:
        ann = member(site)
        here, there, half, reset = (Guest(site) for _ in range(4))
        here.sign_in(ann.address, remember="yes")
        there.sign_in(ann.address)
        half.log_in(ann.address)
        reset.send("/forgot", email=ann.address)
        reset.enter()
        kept, code = here.twin(), half.code()
        if way == "deleted":
            assert goes_to(here.send("/account/delete")) == "/login?notice=deleted"
            assert as_stored(site, ann) is None
        else:
            disable(site.services.db, found(site.services.db, ann))
        for each in (here, kept, there, half):
            assert not each.is_in()
            assert each.session() is None
        assert goes_to(half.enter(code)) in {"", "/verify"}
        assert goes_to(reset.send("/reset", password=OTHER_PASSWORD)).startswith("/login")
        assert kept.log_in(ann.address).status_code == 400

    def test_a_disabled_owner_with_a_right_code_is_not_in(self, site: Site) -> None:
        ann, half = member(site), Guest(site)
        half.send("/forgot", email=ann.address)
        code = half.code()
        disable(site.services.db, ann)
        half.enter(code)
        session = half.session()
        assert session is None or session.stage is Stage.ANONYMOUS
