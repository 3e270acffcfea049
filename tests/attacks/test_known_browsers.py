"""Cookies of known browsers in the wrong hands, and in the right ones."""

from dataclasses import replace
from datetime import timedelta

import pytest

from apps import Site
from guests import OTHER_PASSWORD, PASSWORD, Guest, goes_to, member, new_network
from live import Shown
from simple_2fa.accounts.model import Account
from simple_2fa.core.ids import new_id
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import NewCredential
from simple_2fa.http.services import EXTENSION
from world import COUNTER_SECRET, wrong

PREFIX = "__Host-s2fa_browser_"


@pytest.fixture
def ann(site: Site) -> Account:
    return member(site)


@pytest.fixture
def hers(guest: Guest, ann: Account) -> Guest:
    """Her browser, which skips the code; nobody is signed in in it just now."""
    guest.sign_in(ann.address, remember="yes").send("/logout")
    return guest


def known(guest: Guest) -> dict[str, str]:
    return {name: value for name, value in guest.jar().items() if name.startswith(PREFIX)}


def skips(guest: Guest, address: str, password: str = PASSWORD) -> bool:
    return goes_to(guest.log_in(address, password)) == "/account"


class TestWrongHands:
    def test_without_the_password_it_opens_nothing(self, hers: Guest, ann: Account) -> None:
        thief = hers.twin()
        for path in ("/account", "/confirm", "/reset", "/account/password"):
            assert goes_to(thief.get(path)).startswith("/login")
        assert thief.log_in(ann.address, OTHER_PASSWORD).status_code == 400
        assert not thief.is_in()
        assert goes_to(thief.send("/undo")) == "/login"

    def test_another_s_skips_nothing(self, site: Site, hers: Guest) -> None:
        bob = member(site)
        assert not skips(hers, bob.address)
        assert not hers.is_in()

    def test_another_s_cookie_under_her_name_skips_nothing(
        self, site: Site, hers: Guest, ann: Account
    ) -> None:
        eve = Guest(site).sign_in(member(site).address, remember="yes")
        ((name, _),), ((_, value),) = known(hers).items(), known(eve).items()
        assert not skips(Guest(site).hold({name: value}), ann.address)

    @pytest.mark.parametrize("change", ["cut", "longer", "other", "hash", "empty", "odd"])
    def test_a_forged_one_skips_nothing(
        self, site: Site, hers: Guest, ann: Account, change: str
    ) -> None:
        ((name, value),) = known(hers).items()
        forged = {
            "cut": value[:-1],
            "longer": f"{value}A",
            "other": ("B" if value[0] == "A" else "A") + value[1:],
            "hash": name.removeprefix(PREFIX),
            "empty": "",
            "odd": "é\u2028",
        }[change]
        assert not skips(Guest(site).hold({name: forged}), ann.address)
        assert skips(hers, ann.address)

    def test_a_copy_is_dead_once_the_owner_came(self, hers: Guest, ann: Account) -> None:
        copy = hers.twin()
        assert skips(hers, ann.address)
        assert not skips(copy, ann.address)

    def test_a_used_copy_is_noticed_by_the_owner(self, hers: Guest, ann: Account) -> None:
        copy = hers.twin()
        assert skips(copy, ann.address)
        assert not skips(hers, ann.address)

    def test_one_of_many_does_not_hide_behind_junk(self, hers: Guest, ann: Account) -> None:
        """Whoever sets cookies for us can have a code asked for, and no more than that."""
        junk = {f"{PREFIX}{new_id()}": "x" * 43 for _ in range(60)}
        hers.hold({**junk, **known(hers)})
        assert goes_to(hers.log_in(ann.address)) == "/verify"
        assert goes_to(hers.enter(remember="yes")) == "/account"
        assert not junk.keys() & known(hers).keys()
        assert skips(hers, ann.address)


class TestItsEnd:
    def test_its_cookie_goes_when_somebody_signs_in_there(
        self, site: Site, hers: Guest, ann: Account
    ) -> None:
        bob = member(site)
        (gone,) = known(hers)
        hers.sign_in(bob.address)
        assert gone in known(hers)
        Guest(site).sign_in(ann.address).send("/account/browsers/forget", browser="all")
        hers.sign_in(bob.address)
        assert gone not in known(hers)
        assert len(known(hers)) == 1

    def test_thirty_days_to_the_second(self, site: Site, hers: Guest, ann: Account) -> None:
        ends = site.clock() + timedelta(days=30)
        site.clock.now = ends - timedelta(seconds=1)
        assert skips(hers, ann.address)
        hers.send("/logout")
        site.clock.now = ends
        assert not skips(hers, ann.address)

    def test_skipping_makes_it_no_longer(self, site: Site, hers: Guest, ann: Account) -> None:
        for _ in range(2):
            site.clock.move(days=14)
            assert skips(hers, ann.address)
        site.clock.move(days=3)
        assert not skips(hers, ann.address)

    @pytest.mark.parametrize("which", ["changed", "reset"])
    def test_after_another_password_it_is_known_where_that_was_done(
        self, site: Site, hers: Guest, ann: Account, which: str
    ) -> None:
        other = Guest(site).sign_in(ann.address, remember="yes")
        if which == "changed":
            typed = {"current_password": PASSWORD, "password": OTHER_PASSWORD}
            other.send("/account/password", **typed)
        else:
            other.send("/logout")
            other.reset(ann.address)
        other.send("/logout")
        assert skips(other, ann.address, OTHER_PASSWORD)
        # A reset ends nothing, so that the owner can undo what a thief of the mailbox did.
        assert skips(hers, ann.address, OTHER_PASSWORD) is (which == "reset")

    @pytest.mark.parametrize("all_of_them", [False, True])
    def test_forgotten_it_asks_again(
        self, site: Site, hers: Guest, ann: Account, *, all_of_them: bool
    ) -> None:
        (name,) = known(hers)
        other = Guest(site).sign_in(ann.address)
        which = "all" if all_of_them else name.removeprefix(PREFIX)
        assert name.removeprefix(PREFIX) in Shown(other.get("/account")).html
        assert goes_to(other.send("/account/browsers/forget", browser=which))
        assert not skips(hers, ann.address)

    def test_nobody_forgets_another_s(self, site: Site, hers: Guest, ann: Account) -> None:
        eve = Guest(site).sign_in(member(site).address)
        for which in ("all", next(iter(known(hers))).removeprefix(PREFIX)):
            eve.send("/account/browsers/forget", browser=which)
        assert skips(hers, ann.address)

    def test_of_eleven_the_one_unused_for_longest_is_forgotten(
        self, site: Site, ann: Account
    ) -> None:
        browsers = []
        for _ in range(11):
            site.clock.move(hours=2)
            browsers.append(Guest(site).sign_in(ann.address, remember="yes"))
        for each in browsers:
            each.send("/logout")
        assert [skips(each, ann.address) for each in browsers] == [False] + [True] * 10


class TestRightHands:
    def test_it_is_hers_on_any_network(self, hers: Guest, ann: Account) -> None:
        hers.move_to(new_network())
        assert skips(hers, ann.address)

    def test_several_people_share_one(self, site: Site, hers: Guest, ann: Account) -> None:
        bob = member(site)
        hers.sign_in(bob.address, remember="yes").send("/logout")
        for who in (ann, bob, ann):
            assert skips(hers, who.address)
            session = hers.session()
            assert session
            assert session.account == who.id

    def test_it_is_known_by_a_second_step_alone(self, site: Site, ann: Account) -> None:
        thief = Guest(site)
        thief.log_in(ann.address)
        thief.send("/verify/answer", code="000000", remember="yes")
        assert not known(thief)
        assert not known(Guest(site).reset(ann.address))

    def test_without_the_tick_it_is_known_and_asked(self, site: Site, ann: Account) -> None:
        plain = Guest(site).sign_in(ann.address)
        assert known(plain)
        plain.send("/logout")
        assert not skips(plain, ann.address)

    def test_it_is_never_enough_for_a_change(self, hers: Guest, ann: Account) -> None:
        assert skips(hers, ann.address)
        for path in ("/account/password", "/account/address", "/account/delete"):
            assert goes_to(hers.get(path)).startswith("/confirm")
            sent = hers.send(path, current_password=PASSWORD, password=OTHER_PASSWORD)
            assert goes_to(sent).startswith("/confirm")


class TestTheBox:
    """'Don't ask again on this browser' is ticked by nobody but her."""

    @pytest.mark.parametrize("query", ["remember=yes", "remember=yes&told=empty", "remember=%ff"])
    def test_no_link_ticks_it(self, guest: Guest, ann: Account, query: str) -> None:
        guest.log_in(ann.address)
        assert "checked" not in Shown(guest.get(f"/verify?{query}")).one("input", name="remember")

    def test_after_a_wrong_code_it_is_as_she_left_it(self, guest: Guest, ann: Account) -> None:
        guest.log_in(ann.address)
        for ticked in ("yes", ""):
            to = goes_to(guest.enter(wrong(guest.code()), remember=ticked))
            box = Shown(guest.get(to)).one("input", name="remember")
            assert ("checked" in box) is bool(ticked)

    def test_a_redirect_repeats_nothing_that_was_sent(self, guest: Guest, ann: Account) -> None:
        guest.log_in(ann.address)
        reply = guest.enter(wrong(guest.code()), remember="y" * 60_000)
        assert goes_to(reply) == "/verify?told=wrong"


def test_a_node_that_lacks_the_factor_says_so(guest: Guest, ann: Account) -> None:
    """As while others have been upgraded: no weaker step is offered, and nothing breaks."""
    desk = guest.site.services.desk
    new = NewCredential(ann.subject, "counter", COUNTER_SECRET)
    sealed = credentials.sealed(desk.vault, new.id, new.subject, new.secret)
    desk.db.tidy(lambda link: credentials.add(link, new, sealed, guest.site.clock()))
    guest.log_in(ann.address)
    older = replace(desk, factors={"mail_code": desk.factors["mail_code"]})
    extension = guest.site.app.extensions[EXTENSION]
    services = replace(guest.site.services, desk=older)
    guest.site.app.extensions[EXTENSION] = replace(extension, make=lambda: services)
    for reply in (
        guest.get("/verify"),
        guest.send("/verify/answer", code="123456"),
        guest.send("/verify/resend"),
        guest.log_in(ann.address),
    ):
        assert reply.status_code == 503
