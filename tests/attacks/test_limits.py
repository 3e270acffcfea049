"""Limits, as they are met by somebody who looks for a way around, and by the owner."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from apps import Site
from guests import OTHER_PASSWORD, PASSWORD, Guest, goes_to, member, rows
from live import site_in
from simple_2fa.core.ids import new_id

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP", "CF-Connecting-IP", "Via")


def asks(guest: Guest) -> TestResponse:
    """Have a letter sent to an address that nobody asked about yet."""
    return guest.send("/forgot", email=f"{new_id()}@example.com")


def guesses(guest: Guest) -> TestResponse:
    """Try a password at such an address."""
    return guest.log_in(f"{new_id()}@example.com", OTHER_PASSWORD)


def tries(guest: Guest, address: str) -> int:
    """Try wrong passwords while there is room."""
    return until_refused(lambda _: guest.log_in(address, OTHER_PASSWORD))


def until_refused(act: Callable[[int], TestResponse], most: int = 100) -> int:
    """Act until the answer is 'too often'; give how many times it wasn't."""
    for number in range(most):
        if act(number).status_code == 429:
            return number
    return most


class TestNetworks:
    @pytest.mark.parametrize(("act", "limit"), [(asks, 40), (guesses, 60)])
    def test_one_has_so_much_whatever_the_address(
        self, guest: Guest, act: Callable[[Guest], TestResponse], limit: int
    ) -> None:
        assert until_refused(lambda _: act(guest)) == limit
        assert act(Guest(guest.site)).status_code != 429

    def test_headers_that_nobody_vouches_for_are_no_other(self, guest: Guest) -> None:
        guest.csrf  # noqa: B018 (fetched without them)

        def act(number: int) -> TestResponse:
            forged = dict.fromkeys(FORWARDED, f"203.0.113.{number}")
            return guest.send("/forgot", forged, email=f"{new_id()}@example.com")

        assert until_refused(act) == 40

    def test_a_proxy_of_ours_is_believed_and_what_it_was_told_is_not(
        self, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        folder = tmp_path_factory.mktemp("proxied")
        site = site_in(folder, development=False, TRUSTED_PROXIES="10.0.0.0/8")
        proxied = Guest(site, "10.1.2.3")

        def act(number: int, last: str = "203.0.113.7") -> TestResponse:
            forged = {"X-Forwarded-For": f"198.51.100.{number}, {last}"}
            return proxied.send("/forgot", forged, email=f"{new_id()}@example.com")

        assert until_refused(act) == 40
        assert act(1, "203.0.113.8").status_code == 303
        site.services.db.close()

    def test_an_ipv6_network_is_one_however_many_addresses_it_has(self, guest: Guest) -> None:
        def act(number: int) -> TestResponse:
            guest.move_to(f"2001:db8:1:2:{number:x}:{number:x}::{number:x}")
            return asks(guest)

        assert until_refused(act) == 40
        guest.move_to("2001:db8:1:3::1")
        assert asks(guest).status_code == 303

    def test_an_ipv4_address_is_one_in_both_its_spellings(self, guest: Guest) -> None:
        own = guest.client.environ_base["REMOTE_ADDR"]

        def act(number: int) -> TestResponse:
            guest.move_to(own if number % 2 else f"::ffff:{own}")
            return asks(guest)

        assert until_refused(act) == 40


class TestAddresses:
    def test_one_has_ten_wrong_passwords_from_a_network_and_sixty_from_all(
        self, site: Site
    ) -> None:
        ann = member(site)
        spelt = [ann.address, ann.address.upper(), ann.address.title()]

        def act(number: int, guest: Guest | None = None) -> TestResponse:
            return (guest or Guest(site)).log_in(spelt[number % 3], OTHER_PASSWORD)

        one = Guest(site)
        assert until_refused(lambda number: act(number, one)) == 10
        assert until_refused(act) == 50
        right, wrong = (Guest(site).log_in(ann.address, each) for each in (PASSWORD, "wrong one"))
        assert (right.status_code, wrong.status_code) == (429, 429)
        assert right.headers["Retry-After"] == wrong.headers["Retry-After"]
        assert "Set-Cookie" not in right.headers

    def test_right_ones_cost_nothing(self, site: Site) -> None:
        ann = member(site)
        for _ in range(12):
            assert goes_to(Guest(site).log_in(ann.address)) == "/verify"

    def test_ten_are_back_after_an_hour(self, site: Site) -> None:
        ann = member(site)
        guest = Guest(site)
        assert tries(guest, ann.address) == 10
        site.clock.move(minutes=6)
        assert goes_to(guest.log_in(ann.address)) == "/verify"

    @pytest.mark.parametrize(("scattered", "most"), [(False, [5, 3, 3]), (True, [23, 12, 12])])
    @pytest.mark.parametrize("path", ["/forgot", "/register"])
    def test_strangers_cause_so_many_letters_of_a_kind_a_day(
        self, site: Site, path: str, *, scattered: bool, most: list[int]
    ) -> None:
        """From one network, or each from another; what was unused comes on top, once."""
        ann, sent = member(site), []
        network = "" if scattered else "198.51.100.7"
        for _ in range(3):
            sent.append(0)
            for _ in range(48):
                guest = Guest(site, network) if network else Guest(site)
                reply = guest.send(path, email=ann.address, password=PASSWORD)
                sent[-1] += reply.status_code == 303
                site.clock.move(minutes=30)
        assert sent == most

    def test_a_resend_is_a_letter_too(self, site: Site) -> None:
        ann, guest = member(site), Guest(site)
        guest.send("/forgot", email=ann.address)
        sent = 1
        for _ in range(6):
            site.clock.move(seconds=31)
            sent += goes_to(guest.send("/verify/resend")) != ""
        assert sent == 3

    def test_no_account_has_a_thousand_codes_guessed_at_by_new_registrations(
        self, site: Site
    ) -> None:
        """The ledger of an address, wherever the guesses come from."""
        address, judged = f"{new_id()}@example.com", 0
        for _ in range(3):
            guest = Guest(site)
            guest.send("/register", email=address, password=PASSWORD)
            if guest.challenge().digits == 6:
                for _ in range(5):
                    wrong_code(guest)
                judged += guest.challenge().tries
        assert judged == 10


class TestOwners:
    """Whatever others do, the owner gets in."""

    @pytest.fixture
    def owner(self, site: Site) -> Guest:
        return Guest(site).sign_in(member(site).address)

    def test_her_known_browser_has_tries_of_its_own(self, site: Site, owner: Guest) -> None:
        wrong = lambda _: Guest(site).log_in(owner.address, OTHER_PASSWORD)  # noqa: E731
        assert until_refused(wrong) == 60
        owner.send("/logout")
        assert owner.sign_in(owner.address).is_in()

    @pytest.mark.parametrize("networks", [1, 3])
    def test_in_a_new_browser_she_gets_in_though_strangers_do_all_they_can(
        self, site: Site, owner: Guest, networks: int
    ) -> None:
        """Wrong passwords, resets and registrations, all day long, from a few networks."""
        strangers = [Guest(site) for _ in range(networks)]
        for _ in range(24):
            for each in strangers:
                tries(each, owner.address)
                for path in ("/forgot", "/register") * 2:
                    each.send(path, email=owner.address, password=PASSWORD)
            site.clock.move(hours=1)
        assert Guest(site).sign_in(owner.address).is_in()
        assert Guest(site).reset(owner.address).is_in()

    def test_neighbours_in_her_network_cost_her_nothing(self, site: Site, owner: Guest) -> None:
        neighbour = Guest(site, str(owner.client.environ_base["REMOTE_ADDR"]))
        assert until_refused(lambda _: guesses(neighbour)) == 60
        owner.send("/logout")
        assert owner.sign_in(owner.address).is_in()

    def test_a_thief_of_the_password_uses_up_his_own_letters(
        self, site: Site, owner: Guest
    ) -> None:
        before = letters(site)
        for _ in range(48):
            assert goes_to(Guest(site).log_in(owner.address)) == "/verify"
            site.clock.move(minutes=30)
        assert 20 <= letters(site) - before <= 40
        assert owner.sign_in(owner.address).is_in()

    def test_a_thief_of_the_password_uses_up_his_own_guesses(
        self, site: Site, owner: Guest
    ) -> None:
        for _ in range(2):
            thief = Guest(site)
            thief.log_in(owner.address)
            for _ in range(5):
                wrong_code(thief)
            site.clock.move(minutes=1)
        paused = Guest(site)
        paused.log_in(owner.address)
        assert paused.challenge().digits == 10
        assert goes_to(paused.enter()) == "/account"  # a long code is never paused
        assert owner.sign_in(owner.address).is_in()
        assert owner.session()

    def test_bombed_by_strangers_she_still_gets_her_code(self, site: Site, owner: Guest) -> None:
        for path in ("/forgot", "/register") * 4:
            Guest(site).send(path, email=owner.address, password=PASSWORD)
        assert Guest(site).sign_in(owner.address).is_in()
        assert owner.reset(owner.address).is_in()

    def test_a_forged_cookie_of_hers_is_no_browser_of_hers(self, site: Site, owner: Guest) -> None:
        """Else every made-up cookie would have tries of its own."""
        names = [name for name in owner.jar() if "browser" in name]

        def act(number: int) -> TestResponse:
            thief = Guest(site)
            for name in [*names, f"__Host-s2fa_browser_{new_id()}"]:
                thief.client.set_cookie(name, f"{number:043}")
            return thief.log_in(owner.address, OTHER_PASSWORD)

        assert until_refused(act) == 60


def wrong_code(guest: Guest) -> TestResponse:
    right = guest.code()
    return guest.enter(str((int(right[0]) + 1) % 10) + right[1:])


def letters(site: Site) -> int:
    return len(rows(site)["two_factor_letters"])
