"""Who has lost everything but the password, a thief who says so, and 'that wasn't me'."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from acts_adding import App, begun_app, with_app, with_both
from acts_lost import link_of
from acts_outside import elsewhere
from apps import ANN, Site
from guests import PASSWORD as GUEST_PASSWORD
from guests import Guest, goes_to, member
from host_app import Customer, host_app, leads
from live import Person
from tabs import Tab
from traces import row_counts
from visitors import ANOTHER, PASSWORD, Reader, Visitor

STARTED = "Somebody asked to get into your Acme account without a second step"


def lose_everything(ann: Visitor) -> None:
    ann.lose_cookies()
    ann.sign_in()


class TestLost:
    def test_after_three_days_she_gets_in_and_adds_a_new_app(self, ann: Tab) -> None:
        with_both(ann)
        lose_everything(ann)
        ann.unfold("Other ways to sign in")
        ann.follow("I've lost all of these")
        ann.is_at("/lost", "Lost everything?")
        ann.sees("After 72 hours your password alone signs you in.")
        ann.press("Begin the wait")
        ann.is_at("/lost", "Your account opens after a wait")
        ann.follow("Back to the other ways")
        ann.sees("You can still use another way.")
        assert ann.has_mail(STARTED)
        ann.site.clock.move(hours=48)
        ann.site.deliver()
        assert ann.has_mail("Soon your password alone opens your Acme account")
        ann.site.clock.move(hours=24)
        ann.sign_in()
        ann.press("Go on without a second step")
        ann.is_told("what you lost is removed")
        ann.sees("No authenticator app yet.", "No known browsers yet.")
        assert ann.has_mail("Somebody signed in to Acme without a second step")
        ann.open("/account/add/totp")
        ann.press("Add an authenticator app")

    def test_who_is_signed_in_sees_it_and_cancels_it(self, ann: Tab) -> None:
        with_app(ann)
        thief = elsewhere(ann)
        thief.sign_in()
        thief.open("/lost")
        thief.press("Begin the wait")
        ann.open("/account")
        ann.sees("Somebody with your password says that everything is lost.", "Safari on iPhone")
        ann.press("Cancel")
        ann.is_told("Cancelled. If that wasn't you, change your password")
        ann.sees("Getting in without a second step was cancelled")
        ann.site.clock.move(hours=73)
        thief.sign_in()
        assert "Go on without a second step" not in thief.shown.main

    def test_it_can_be_switched_off_and_on(self, ann: Tab) -> None:
        with_app(ann)
        ann.open("/account/recovery")
        ann.press("Switch it off")
        ann.is_told("Getting in after a wait is switched off.")
        assert ann.has_mail("Getting in to Acme after a wait was switched off")
        thief = elsewhere(ann)
        thief.sign_in()
        thief.open("/lost")
        assert thief.heading == "Open your authenticator app"
        ann.follow("Switch the wait on")
        ann.press("Switch it on")
        ann.is_told("Getting in after a wait is switched on.")


class TestNotMe:
    def test_a_letter_leads_to_a_button_that_signs_everybody_out(self, ann: Tab) -> None:
        ann.settle()
        ann.come_in()
        ann.site.deliver()
        thief = ann.elsewhere()
        thief.come_in()
        path = link_of(ann.site, "A new browser signed in to Acme")
        ann.open(path)
        ann.sees("A new browser signed in to Acme", "Safari on iPhone")
        ann.press("That wasn't me")
        ann.is_at(path, "Everybody is signed out")
        thief.open("/account")
        thief.is_at("/login?notice=ended&next=%2Faccount", "Sign in")
        ann.follow("Sign in and change it")
        ann.site.clock.move(seconds=31)
        ann.come_in_here()
        ann.is_at("/account/password", "Change your password")
        ann.open("/account")
        ann.sees("You said: that wasn't me")
        ann.open(path)
        ann.is_at(path, "This link no longer works")

    def test_what_a_thief_has_added_is_gone_and_the_owner_changes_her_password(
        self, ann: Tab
    ) -> None:
        """Whoever has a password, and a code that its owner was talked into giving away."""
        ann.settle()
        thief = elsewhere(ann)
        thief.come_in()
        thief.open("/account/add/totp")
        thief.press("Add an authenticator app")
        thief.fill("Name (optional)", "Mine")
        thief.type(App(thief).code())
        path = link_of(ann.site, "A way to sign in to Acme was added")
        ann.open(path)
        ann.sees("What was added then and since is removed: Authenticator app · Mine")
        ann.press("That wasn't me")
        ann.sees("What was added is removed: Authenticator app · Mine")
        ann.follow("Sign in and change it")
        ann.site.clock.move(seconds=31)
        ann.come_in_here()
        ann.fill("Current password", PASSWORD)
        ann.fill("New password", ANOTHER)
        ann.press("Change password")
        ann.is_told("Your password is changed")
        ann.sees("No authenticator app yet.")

    def test_the_letter_about_a_recovery_cancels_it(self, site: Site) -> None:
        ann = Reader(site)
        with_app(ann)
        thief = elsewhere(ann)
        thief.sign_in()
        thief.open("/lost")
        thief.press("Begin the wait")
        ann.open(link_of(site, STARTED))
        ann.press("That wasn't me")
        site.clock.move(hours=73)
        thief.sign_in()
        assert "Go on without a second step" not in thief.shown.main

    def test_scanners_may_look_at_it_as_often_as_they_like(self, site: Site) -> None:
        ann = Reader(site)
        ann.settle()
        ann.come_in()
        path = link_of(site, "A new browser signed in to Acme")
        before = row_counts(site.services.db)
        scanner = Guest(site)
        for method in ("GET", "HEAD", "GET", "OPTIONS"):
            assert scanner.client.open(path, method=method).status_code == 200
        assert scanner.client.post(path).status_code == 403
        assert row_counts(site.services.db) == before
        ann.open("/account")
        assert ann.heading == "Your account"

    def test_another_site_presses_no_button(self, site: Site) -> None:
        ann = Reader(site)
        ann.settle()
        ann.come_in()
        path = link_of(site, "A new browser signed in to Acme")
        forger = Guest(site)
        sent = forger.send(path, {"Origin": "https://evil.example"})
        assert sent.status_code == 403
        ann.open("/account")
        assert ann.heading == "Your account"

    def test_old_used_and_unknown_links_lead_to_one_page(self, site: Site) -> None:
        ann = Reader(site)
        ann.settle()
        ann.come_in()
        used = link_of(site, "A new browser signed in to Acme")
        ann.open(used)
        ann.press("That wasn't me")
        site.clock.move(minutes=1)
        ann.come_in()
        old = link_of(site, "A new browser signed in to Acme")
        site.clock.move(days=7)
        shown = map(Person(site).open, (used, old, "/not-me/x"))
        told = [(each.status, each.main) for each in shown]
        assert told[0][0] == 404
        assert told == [told[0]] * 3

    def test_who_is_signed_in_to_another_account_stays_so(self, site: Site) -> None:
        ann, bob = Reader(site), Guest(site)
        ann.settle()
        ann.come_in()
        bob.sign_in(member(site).address)
        path = link_of(site, "A new browser signed in to Acme")
        assert bob.send(path).status_code == 200
        assert bob.is_in()


class TestAtTheDoor:
    """By HTTP, with forms that are sent though no page shows them."""

    @pytest.fixture
    def thief(self, site: Site) -> Guest:
        """Somebody who has entered the password."""
        guest = Guest(site)
        guest.log_in(member(site).address)
        return guest

    @pytest.mark.parametrize("path", ["/lost", "/lost/go-on"])
    def test_no_form_without_its_token_does_anything(self, thief: Guest, path: str) -> None:
        before = row_counts(thief.site.services.db)
        sent = thief.client.post(path, headers={"Origin": thief.site.origin})
        assert sent.status_code == 403
        assert row_counts(thief.site.services.db) == before

    def test_before_the_wait_is_over_nobody_goes_on(self, thief: Guest) -> None:
        for _ in range(2):
            assert goes_to(thief.send("/lost/go-on")) == "/verify"
            assert goes_to(thief.send("/lost")) == "/lost"
        assert not thief.is_in()

    def test_the_password_alone_cancels_nothing_and_switches_nothing(self, thief: Guest) -> None:
        thief.send("/lost")
        for path in ("/account/recovery/cancel", "/account/recovery"):
            assert goes_to(thief.send(path)).startswith("/login")
        assert "opens" in thief.get("/verify").text

    def test_a_mailbox_that_reset_the_password_starts_nothing_for_a_week(self, site: Site) -> None:
        account, thief = member(site), Guest(site)
        thief.reset(account.address, GUEST_PASSWORD + "s")
        thief.send("/logout")
        thief.log_in(account.address, GUEST_PASSWORD + "s")
        sent = thief.send("/lost")
        assert goes_to(sent) == "/lost"
        assert "you can begin" in thief.get("/lost").text

    def test_nobody_learns_from_it_whether_there_is_an_account(self, site: Site) -> None:
        for guest in (Guest(site), Guest(site)):
            assert goes_to(guest.get("/lost")) == "/login"
            assert goes_to(guest.send("/lost")) == "/login"


class TestInAHostApplication:
    def test_its_letter_leads_to_the_page_under_its_prefix(self, tmp_path: Path) -> None:
        config: Mapping[str, object] = {"SIMPLE_2FA_PUBLIC_URL": "http://localhost:5000"}
        shop = host_app(tmp_path, config=dict(config), url_prefix="/2fa")
        ann, phone = Customer(shop), Customer(shop)
        for each in (ann, phone):
            each.log_in()
            each.get("/orders")
            each.answer(prefix="/2fa")
            shop.clock.move(minutes=1)
        assert phone.get("/orders").text == "orders of 1"
        letter = next(each for each in shop.letters() if "new browser" in each.subject)
        path = letter.text.partition("http://localhost:5000")[2].split()[0]
        assert path.startswith("/2fa/verify/not-me/")
        page = ann.open(path)
        assert "Every browser asks for a code again" in page.main
        done = ann.submit(page.form(path))
        assert "If somebody else knows your password" in done.text
        assert leads(phone.get("/orders")) == "/2fa/verify"


def test_a_new_address_and_the_old_one_are_told(site: Site) -> None:
    ann = Reader(site)
    ann.settle()
    ann.come_in()
    ann.open("/account/address")
    ann.fill("New email address", "bea@example.com")
    ann.press("Continue")
    ann.type(site.code("bea@example.com"))
    assert ann.has_mail("Your Acme email address was changed")
    assert ann.has_mail("Your Acme email address is new", "bea@example.com")


def test_a_step_begun_before_and_a_password_changed_since_open_nothing(site: Site) -> None:
    ann = Reader(site)
    begun_app(ann)
    thief = elsewhere(ann)
    thief.sign_in()
    thief.open("/lost")
    thief.press("Begin the wait")
    ann.open("/account/password")
    ann.fill("Current password", "tangerine bicycle moon")
    ann.fill("New password", ANOTHER)
    ann.press("Change password")
    site.clock.move(hours=25)
    thief.open("/lost")
    assert thief.heading == "Sign in"
    assert ANN not in thief.shown.main
