"""Sending the code again from its page, and where its letter is."""

from datetime import timedelta

import pytest

from apps import ANN, Site
from live import Person, Shown, asked, parsed
from simple_2fa.challenges import flows
from simple_2fa.mail.outbox import Leased, Outbox


@pytest.fixture
def ann(site: Site) -> Person:
    return Person(site)


@pytest.fixture
def shown(site: Site, ann: Person) -> Shown:
    return ann.open(asked(site))


class TestResend:
    def test_after_30_seconds_it_is_the_same_code_again(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        code = site.code()
        site.clock.move(seconds=60)
        again = ann.press_resend(shown)
        assert (again.status, again.path) == (200, shown.path)
        assert again.message == "Sent again at 10:31 UTC. It's the same code."
        assert again.in_order("Acme", "Sent again at 10:31", "Check your email")
        assert again.title == "Check your email · Acme"
        assert [letter.code for letter in site.letters(ANN)] == [code, code]

    def test_it_keeps_the_tries_and_the_expiry(self, site: Site, ann: Person, shown: Shown) -> None:
        ann.type(shown, "000000" if site.code() != "000000" else "111111")
        site.clock.move(seconds=60)
        again = ann.press_resend(shown)
        assert "Works until 10:40 UTC" in again.main
        assert "3 tries left" in ann.type(again, "000000").code_error

    @pytest.mark.parametrize(
        ("passed", "told"), [(0, "30 seconds"), (18, "12 seconds"), (29, "1 second")]
    )
    def test_too_early_it_tells_the_exact_seconds(
        self, site: Site, ann: Person, shown: Shown, passed: int, told: str
    ) -> None:
        site.clock.move(seconds=passed)
        early = ann.press_resend(shown)
        assert (early.status, early.message) == (429, f"You can send it again in {told}.")
        assert early.title == "Error: Check your email · Acme"
        assert ann.type(early, site.code()).h1 == "Done"
        assert len(site.letters(ANN)) == 1

    def test_with_under_3_minutes_left_it_is_a_new_code(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        old = site.code()
        site.clock.move(minutes=8)
        fresh = ann.press_resend(shown)
        assert fresh.message == "Sent a new code at 10:38 UTC. Use the newest one."
        assert fresh.path != shown.path
        assert "Works until 10:48 UTC" in fresh.main
        new = site.code()
        assert ann.type(fresh, new).h1 == "Done"
        assert old == new or ann.type(shown, old).h1 == "Done"

    def test_a_refresh_of_the_notice_sends_nothing(
        self, site: Site, ann: Person, shown: Shown
    ) -> None:
        site.clock.move(seconds=60)
        again = ann.press_resend(shown)
        ann.open(f"{again.path}?notice=resent")
        assert len(site.letters(ANN)) == 2

    def test_a_made_up_notice_says_nothing(self, ann: Person, shown: Shown) -> None:
        for made_up in ("renewedly", "<script>", "'"):
            assert ann.open(f"{shown.path}?notice={made_up}").message == ""

    def test_five_letters_in_an_hour_are_enough(self, site: Site, ann: Person) -> None:
        shown = ann.open(asked(site))
        for _ in range(4):
            site.clock.move(seconds=31)
            shown = ann.press_resend(shown)
            assert shown.status == 200
        site.clock.move(seconds=31)
        early = ann.press_resend(shown)
        assert early.status == 429
        again = "That address got many codes lately. You can get another one from 10:42 UTC on."
        assert early.message == again
        assert len(site.letters(ANN)) == 5


class TestDelivery:
    @pytest.fixture
    def path(self, site: Site) -> str:
        return asked(site)

    def leased(self, site: Site) -> tuple[Outbox, Leased]:
        """Take her letter out of the queue, as a worker does."""
        outbox = site.services.desk.outbox
        (row,) = outbox.due(site.clock(), 10)
        leased = outbox.lease(row, site.clock())
        assert leased is not None
        return outbox, leased

    def told(self, ann: Person, path: str) -> tuple[str, str]:
        """Give state and line, as the script gets them; the page must say the same."""
        reply = ann.get(f"{path}/delivery").get_json()
        box = ann.open(path).one(data_delivery=f"{path}/delivery")
        assert (reply["state"], parsed(reply["line"]).text) == (box["data-state"], box.text)
        return box["data-state"], box.text

    def test_queued_and_leased_letters_are_being_sent(
        self, site: Site, ann: Person, path: str
    ) -> None:
        assert self.told(ann, path) == ("queued", "Sending…")
        self.leased(site)
        assert self.told(ann, path) == ("sending", "Sending…")
        assert ann.open(path).one("a", href=path).text == "Check again"

    def test_sent(self, site: Site, ann: Person, path: str) -> None:
        site.clock.move(minutes=1)
        site.deliver()
        state, line = self.told(ann, path)
        assert (state, line) == (
            "sent",
            "Sent at 10:31 UTC. It can take a minute; check spam too.",
        )
        assert ann.open(path).all("a", href=path) == []

    def test_deferred(self, site: Site, ann: Person, path: str) -> None:
        outbox, leased = self.leased(site)
        reply = "451 4.7.1 <greylisted> for ann@example.com"
        again = outbox.deferred(leased, site.clock() + timedelta(minutes=2), reply)
        state, line = self.told(ann, path)
        assert state == "deferred"
        waits = f"Delayed: example.com asked us to wait. Trying again at {again:%H:%M} UTC."
        assert line.startswith(waits)
        details = ann.open(path).one("details")
        said = reply.replace("ann@", "a•••@")
        assert details.one("pre").text == said
        assert said not in line.partition("What example.com said")[0]

    def test_refused(self, site: Site, ann: Person, path: str) -> None:
        outbox, leased = self.leased(site)
        outbox.failed(leased, site.clock(), "550 5.1.1 no such user")
        state, line = self.told(ann, path)
        assert state == "failed"
        assert line.startswith("example.com refused this email. Go back and check the address.")

    def test_refused_it_names_the_application_to_go_back_to(self, site: Site, ann: Person) -> None:
        _, key = site.new_key("The Shop")
        path = asked(site, key=key)
        outbox, leased = self.leased(site)
        outbox.failed(leased, site.clock(), "550 5.1.1 no such user")
        assert "Go back to The Shop and check the address." in ann.open(path).main

    def test_a_letter_taken_back_is_not_said_to_be_refused(
        self, site: Site, ann: Person, path: str
    ) -> None:
        challenge = flows.by_ticket(site.services.desk, path.rpartition("/")[2])
        assert challenge is not None
        flows.cancel(site.services.desk, challenge, site.clock())
        reply = ann.get(f"{path}/delivery")
        assert reply.status_code == 404
        assert "refused" not in reply.get_data(as_text=True)

    def test_a_stranger_s_ticket_tells_nothing(self, ann: Person) -> None:
        reply = ann.get(f"/verify/{'x' * 43}/delivery")
        assert (reply.status_code, reply.get_json()["line"]) == (404, "")
