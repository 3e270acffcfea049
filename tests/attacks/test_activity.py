"""Recent activity, which no flood of anything may empty."""

import re

import pytest

from apps import Site
from guests import OTHER_PASSWORD, Guest, goes_to, member
from live import Shown
from world import wrong


@pytest.fixture
def ann(site: Site) -> Guest:
    return Guest(site).sign_in(member(site).address)


def lines(guest: Guest) -> list[str]:
    """Read all of it, page after page."""
    told, path = [], "/account/activity"
    while path:
        page = Shown(guest.get(path))
        assert page.status == 200
        told += [each.text for each in page.all(class_="item")]
        older = re.search(r'href="(/account/activity\?before=\d+)"', page.html)
        path = older[1] if older else ""
    return told


class TestActivity:
    def test_right_passwords_are_told_and_hide_nothing(self, site: Site, ann: Guest) -> None:
        for _ in range(110):
            site.clock.move(seconds=1)
            assert goes_to(Guest(site).log_in(ann.address)) == "/verify"
        told = lines(ann)
        assert "Signed in with a code" in told[-1]
        entered = [each for each in told if each.startswith("The right password was entered")]
        assert (len(entered), len(told)) == (110, 111)

    def test_one_right_password_is_told_until_its_code_follows(
        self, site: Site, ann: Guest
    ) -> None:
        before = lines(ann)
        site.clock.move(seconds=31)
        other = Guest(site)
        other.log_in(ann.address)
        first, *rest = lines(ann)
        assert first.startswith("The right password was entered")
        assert rest == before
        site.clock.move(seconds=1)
        other.enter()
        first, *rest = lines(ann)
        assert first.startswith("Signed in with a code")
        assert rest == before

    def test_what_happened_at_once_is_all_told(self, site: Site, ann: Guest) -> None:
        for _ in range(45):
            Guest(site).log_in(ann.address, OTHER_PASSWORD)
        site.clock.move(minutes=1)
        assert len([each for each in lines(ann) if "A wrong password" in each]) == 45

    def test_a_wrong_code_says_from_where_it_came(self, site: Site, ann: Guest) -> None:
        site.clock.move(seconds=1)
        thief = Guest(site)
        thief.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux) Firefox/140.0"
        thief.log_in(ann.address)
        site.clock.move(seconds=1)
        thief.enter(wrong(thief.code()))
        told = "A wrong code was entered Firefox on Linux · a new network"
        assert lines(ann)[0].startswith(told)

    @pytest.mark.parametrize("before", ["0", "999999999999999", "9" * 99, "-1", "x", "²"])
    def test_any_page_of_it_can_be_asked_for(self, ann: Guest, before: str) -> None:
        assert ann.get(f"/account/activity?before={before}").status_code == 200


class TestComingBack:
    @pytest.mark.parametrize("path", ["/verify/answer", "/verify/resend"])
    def test_a_browser_that_opens_a_form_s_address_again_gets_the_page(
        self, site: Site, path: str
    ) -> None:
        guest = Guest(site)
        guest.log_in(member(site).address)
        assert goes_to(guest.get(path)) == "/verify"
        assert Shown(guest.get("/verify")).h1 == "Check your email"
