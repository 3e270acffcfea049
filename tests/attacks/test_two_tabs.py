"""Two tabs of one browser, one of which is always behind."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from guests import OTHER_PASSWORD, PASSWORD, Guest, as_stored, member
from live import Shown
from simple_2fa.accounts.hashing import Hashing


class TestTwoTabs:
    def test_signed_in_in_both_the_one_code_is_good_in_either(self, guest: Guest) -> None:
        address = member(guest.site).address
        guest.log_in(address, next="/account/activity")
        older = Shown(guest.get("/verify"))
        guest.log_in(address)
        assert len({guest.code() for _ in range(2)}) == 1
        sent = guest.submit(older.form("/verify/answer"), code=guest.code())
        assert sent.h1 == "Your account"

    def test_the_one_that_was_answered_already_leads_on(self, guest: Guest) -> None:
        guest.log_in(member(guest.site).address)
        older, code = Shown(guest.get("/verify")), guest.code()
        guest.enter()
        again = guest.submit(older.form("/verify/answer"), code=code)
        assert (again.path, again.h1) == ("/account", "Your account")

    def test_the_code_of_a_reset_that_was_answered_already_leads_on_too(self, guest: Guest) -> None:
        guest.send("/forgot", email=member(guest.site).address)
        older, code = Shown(guest.get("/verify")), guest.code()
        guest.enter()
        again = guest.submit(older.form("/verify/answer"), code=code)
        assert (again.path, again.h1) == ("/reset", "Choose a new password")

    def test_a_new_code_for_a_change_takes_a_second_step_again(self, guest: Guest) -> None:
        guest.sign_in(member(guest.site).address)
        guest.send("/account/address", email="new@example.com")
        older = Shown(guest.get("/verify"))
        guest.site.clock.move(minutes=11)
        again = guest.submit(older.form("/verify/resend"))
        assert (again.path, again.h1) == ("/confirm", "Confirm it's you")

    def test_signed_out_in_one_the_other_changes_nothing(self, guest: Guest) -> None:
        ann = member(guest.site)
        guest.sign_in(ann.address)
        other = Shown(guest.get("/account/password"))
        guest.send("/logout")
        led = guest.submit(
            other.form("/account/password"), current_password=PASSWORD, password=OTHER_PASSWORD
        )
        assert (led.path, led.h1) == ("/login", "Sign in")
        assert as_stored(guest.site, ann) == ann

    def test_of_two_people_in_two_tabs_the_last_one_is_in(self, guest: Guest) -> None:
        ann, bob = member(guest.site), member(guest.site)
        guest.log_in(ann.address)
        hers, code = Shown(guest.get("/verify")), guest.code()
        guest.log_in(bob.address)
        guest.submit(hers.form("/verify/answer"), code=code)
        assert not guest.is_in()
        guest.enter()
        session = guest.session()
        assert session
        assert session.account == bob.id

    def test_that_was_me_is_about_the_reset_that_was_shown(self, guest: Guest) -> None:
        account = member(guest.site)
        guest.sign_in(account.address)
        guest.site.clock.move(minutes=1)
        Guest(guest.site).reset(account.address)
        shown = Shown(guest.get("/undo"))
        guest.site.clock.move(minutes=1)
        Guest(guest.site).reset(account.address, "amber glacier trumpet")
        again = guest.submit(shown.form("/undo/keep"))
        assert (again.path, again.h1) == ("/undo", "Undo the reset")
        assert "The password was reset again meanwhile" in again.message
        assert "It had been reset before that, at " in again.main
        assert "Not you?" in guest.get("/account").text
        guest.submit(again.form("/undo/keep"))
        assert "Not you?" not in guest.get("/account").text

    def test_an_undo_that_is_overtaken_is_shown_again(
        self, guest: Guest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account, fits = member(guest.site), Hashing.fits
        guest.sign_in(account.address)
        guest.site.clock.move(minutes=1)
        Guest(guest.site).reset(account.address)
        thief = Guest(guest.site)
        guest.site.clock.move(minutes=1)
        thief.send("/forgot", email=account.address)
        thief.enter()

        def overtaken(hashing: Hashing, password: str, stored: str | None) -> bool:
            monkeypatch.undo()
            verdict = fits(hashing, password, stored)
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(thief.send, "/reset", password="amber glacier trumpet").result()
            return verdict

        shown = Shown(guest.get("/undo"))
        monkeypatch.setattr(Hashing, "fits", overtaken)
        again = guest.submit(shown.form("/undo"), password=PASSWORD)
        assert (again.path, again.h1) == ("/undo", "Undo the reset")
        assert "so we did nothing" in again.message
        done = guest.submit(again.form("/undo"), password=PASSWORD)
        assert "Your old password is back." in done.message
