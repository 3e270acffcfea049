"""The page of a code that takes no answer any more, or not now."""

import secrets

import pytest

from apps import ANN, Site
from callers import Shop
from live import Person, Shown, asked
from simple_2fa.challenges import flows
from simple_2fa.challenges.desk import ledger_of
from simple_2fa.challenges.model import Challenge
from simple_2fa.limits import buckets
from world import wrong


@pytest.fixture
def ann(site: Site) -> Person:
    return Person(site)


def challenge_of(site: Site, path: str) -> Challenge:
    found = flows.by_ticket(site.services.desk, path.rpartition("/")[2])
    assert found is not None
    return found


def spend_guesses(site: Site, path: str, guesses: int = 10) -> None:
    """Let others have guessed at her codes, on this application."""
    ledger = ledger_of(challenge_of(site, path).question)
    now = site.clock()
    assert site.services.db.tidy(
        lambda connection: buckets.take(connection, ledger, now, charge=guesses)
    )


def buttons(shown: Shown) -> list[str]:
    return [each.text for each in shown.all("button")]


class TestExpired:
    @pytest.fixture
    def path(self, site: Site) -> str:
        return asked(site)

    def test_a_second_before_its_end_a_code_is_taken(
        self, site: Site, ann: Person, path: str
    ) -> None:
        shown, code = ann.open(path), site.code()
        site.clock.move(minutes=10, seconds=-1)
        assert ann.type(shown, code).h1 == "Done"

    def test_at_its_end_it_has_expired(self, site: Site, ann: Person, path: str) -> None:
        shown, code = ann.open(path), site.code()
        site.clock.move(minutes=10)
        over = ann.type(shown, code)
        assert (over.status, over.h1) == (200, "That code has expired")
        assert over.title == "Error: That code has expired · Acme"
        assert over.in_order("We can send a new one to a•••@example.com", "Email me a new code")
        assert buttons(over) == ["Email me a new code"]

    def test_opened_after_its_end_it_says_the_same(
        self, site: Site, ann: Person, path: str
    ) -> None:
        site.clock.move(minutes=10)
        over = ann.open(path)
        assert (over.status, over.h1) == (200, "That code has expired")
        assert over.title == "Error: That code has expired · Acme"

    def test_for_an_hour_a_new_code_is_one_button_away(
        self, site: Site, ann: Person, path: str
    ) -> None:
        site.clock.move(hours=1, minutes=10)
        fresh = ann.press_resend(ann.open(path))
        assert fresh.message == "Sent a new code at 11:40 UTC. Use the newest one."
        assert ann.type(fresh, site.code()).h1 == "Done"

    @pytest.mark.parametrize("pause", [{"minutes": 8}, {"minutes": 10}, {"minutes": 20}])
    def test_the_application_that_asks_for_the_old_one_is_told_of_the_new(
        self, site: Site, ann: Person, path: str, pause: dict[str, float]
    ) -> None:
        """Also once housekeeping has been there."""
        old = challenge_of(site, path)
        shown = ann.open(path)
        site.deliver()
        site.clock.move(**pause)
        site.deliver()
        fresh = ann.press_resend(shown)
        followed_by = Shop(site).show(old.id)["followed_by"]
        assert followed_by == challenge_of(site, fresh.path).id
        ann.type(fresh, site.code())
        assert Shop(site).show(followed_by)["status"] == "approved"

    def test_then_its_page_is_gone(self, site: Site, ann: Person, path: str) -> None:
        shown = ann.open(path)
        site.clock.move(hours=1, minutes=10, seconds=1)
        for gone in (ann.open(path), ann.type(shown, "123456"), ann.press_resend(shown)):
            assert (gone.status, gone.h1) == (404, "There's nothing to confirm here")
        assert ann.open(f"{path}/delivery").status == 404


class TestUnknown:
    def test_a_ticket_that_was_never_given_is_told_so(self, ann: Person) -> None:
        shown = ann.open(f"/verify/{secrets.token_urlsafe(32)}")
        assert (shown.status, shown.h1) == (404, "There's nothing to confirm here")
        assert "Go back to where you came from and start again there." in shown.main

    @pytest.mark.parametrize("ticket", ["x", "%00", "%ff%fe", "' OR 1=1 --", "é" * 43, "9" * 5000])
    def test_so_is_anything_else(self, site: Site, ann: Person, ticket: str) -> None:
        asked(site)
        assert ann.open(f"/verify/{ticket}").status == 404
        shown = ann.open("/verify")
        held = shown.form("/verify/answer").one("input", name="csrf")["value"]
        for action in ("answer", "resend"):
            sent = {"csrf": held, "ticket": ticket, "code": "123456"}
            assert ann.post(f"/verify/{action}", sent).status_code == 404


class TestCanceled:
    def test_the_application_took_it_back(self, site: Site, ann: Person) -> None:
        path = asked(site)
        shown, code = ann.open(path), site.code()
        flows.cancel(site.services.desk, challenge_of(site, path), site.clock())
        assert (ann.open(path).status, ann.open(path).h1) == (200, "That code was canceled")
        over = ann.type(shown, code)
        assert (over.status, over.h1) == (200, "That code was canceled")
        assert over.title == "Error: That code was canceled · Acme"
        assert "Go back to where you came from and start again there." in over.main
        assert buttons(over) == []

    def test_nobody_starts_it_again_from_an_old_page(self, site: Site, ann: Person) -> None:
        path = asked(site)
        shown = ann.open(path)
        flows.cancel(site.services.desk, challenge_of(site, path), site.clock())
        site.clock.move(seconds=30)
        over = ann.press_resend(shown)
        assert (over.status, over.h1) == (410, "That code was canceled")
        assert site.letters() == []


class TestPaused:
    @pytest.fixture
    def shown(self, site: Site, ann: Person) -> Shown:
        path = asked(site)
        shown = ann.open(path)
        site.deliver()
        spend_guesses(site, path)
        return shown

    def test_right_and_wrong_codes_hear_the_same(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        for code in (site.code(), wrong(site.code())):
            paused = ann.type(shown, code)
            assert (paused.status, paused.h1) == (429, "Codes are paused")
            assert paused.title == "Error: Codes are paused · Acme"
            assert "codes are paused until 10:36 UTC, even correct ones" in paused.main
            assert buttons(paused) == ["Email me a long code"]

    def test_a_long_code_works_at_once(self, site: Site, ann: Person, shown: Shown) -> None:
        site.clock.move(seconds=30)
        fresh = ann.press_resend(ann.type(shown, site.code()))
        assert "We're sending a 10-digit security code" in fresh.main
        assert "10 digits. Works until 10:40 UTC." in fresh.main
        code = site.code()
        assert len(code) == 10
        assert ann.type(fresh, "123456").code_error == "The code has 10 digits."
        assert ann.type(fresh, f"{code[:5]} {code[5:]}").h1 == "Done"

    def test_pressed_too_early_it_says_when(self, ann: Person, site: Site, shown: Shown) -> None:
        early = ann.press_resend(ann.type(shown, site.code()))
        assert early.status == 429
        assert "in 30 seconds" in early.message

    def test_when_the_pause_is_over_the_code_works_again(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        site.clock.move(minutes=6)
        assert ann.type(shown, site.code()).h1 == "Done"

    def test_with_few_guesses_left_the_next_code_is_long(self, site: Site, ann: Person) -> None:
        first = asked(site)
        spend_guesses(site, first, 8)
        site.clock.move(minutes=10)
        assert "10 digits." in ann.open(asked(site)).main

    def test_another_application_s_page_goes_on(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        _, key = site.new_key()
        assert ann.type(shown, site.code()).h1 == "Codes are paused"
        site.clock.move(seconds=1)
        path = asked(site, key=key)
        assert "6-digit" in ann.open(path).main
        assert ann.type(ann.open(path), site.code(ANN)).h1 == "Done"


def test_too_early_after_five_misses_the_page_still_says_why(site: Site, ann: Person) -> None:
    shown = ann.open(asked(site))
    bad = wrong(site.code())
    for _ in range(5):
        shown = ann.type(shown, bad)
    early = ann.press_resend(shown)
    assert (early.status, early.h1) == (429, "Too many wrong codes")
    assert "You can get a new code in 30 seconds." in early.message
