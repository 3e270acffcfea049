"""A whole year at the door, day by day: the owner comes and goes, and a thief has her password."""

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from apps import Site
from guests import Guest, goes_to, member, told
from live import site_in
from simple_2fa.accounts.model import Account
from simple_2fa.challenges.desk import ledger_of
from simple_2fa.core import passwords
from simple_2fa.limits import buckets
from world import wrong

DAYS = 365
TRIES = 5


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Its hashes cost nothing, and are counted as all others: a year has thousands of them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1))
        site = site_in(tmp_path_factory.mktemp("site"), development=False)
        yield site
        site.services.db.close()


@pytest.fixture
def ann(site: Site) -> Account:
    return member(site, hashed=passwords.hash_password("tall green bicycle"))


def sign_in_six_times(site: Site, owner: Guest, ann: Account) -> None:
    """A day, from eight in the morning, every two hours."""
    for _ in range(6):
        assert goes_to(owner.log_in(ann.address)) == "/verify"
        assert goes_to(owner.enter()) == "/account"
        site.clock.move(hours=2)
    site.clock.move(hours=12)


def test_the_owner_is_never_refused_in_whatever_browser(site: Site, ann: Account) -> None:
    """A quarter of a year: no limit remembers more than 30 days."""
    for day in range(DAYS // 4):
        owner = Guest(site)  # a private window, a new one each day
        if day % 7 == 0:
            owner.log_in(ann.address, "tall grene bicycle")
        sign_in_six_times(site, owner, ann)


def test_a_thief_of_the_password_has_under_a_thousand_guesses_and_the_owner_is_never_refused(
    site: Site, ann: Account
) -> None:
    owner, judged = Guest(site).sign_in(ann.address), 0
    for day in range(DAYS):
        for time in range(6):
            if time == 0 or day < 7:  # later on no more than that comes back
                judged += steal(site, ann)
            assert goes_to(owner.log_in(ann.address)) == "/verify"
            assert goes_to(owner.enter()) == "/account"
            site.clock.move(hours=4)
    assert 950 < judged < 1000


def steal(site: Site, ann: Account) -> int:
    """Guess at short codes as long as any is judged; give how many were."""
    thief = Guest(site)
    assert goes_to(thief.log_in(ann.address)) == "/verify"
    if thief.challenge().digits == 10:
        return 0
    replies = [told(thief.enter(wrong(thief.code()))) for _ in range(TRIES)]
    assert replies.count("wrong") == min(thief.challenge().tries, TRIES - 1)
    return thief.challenge().tries


def test_the_thief_s_pot_is_the_one_that_he_shares_with_all_strangers(
    site: Site, ann: Account
) -> None:
    """He gains nothing by coming from elsewhere, nor by waiting for the owner's success."""
    owner = Guest(site).sign_in(ann.address)
    assert [steal(site, ann) for _ in range(3)] == [5, 5, 0]
    thief = Guest(site)
    thief.log_in(ann.address)
    ledger = ledger_of(thief.challenge().question)
    for _ in range(2):
        level = site.services.db.read(lambda link: buckets.level(link, ledger, site.clock()))
        assert level.left == 0
        assert goes_to(owner.log_in(ann.address)) == "/verify"
        assert goes_to(owner.enter()) == "/account"
