"""Nobody learns who has an account: known, unknown and disabled addresses always look the same."""

from collections.abc import Callable, Iterator

import pytest

from apps import Site
from guests import OTHER_PASSWORD, PASSWORD, Guest, goes_to, member
from live import site_in
from people import change_password, disable
from probers import (
    SPELLINGS,
    STORIES,
    THE_CODE,
    Prober,
    Step,
    mail_goes_out,
    probers,
    statements,
    submit,
)
from rig.smtp import Sink
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account
from simple_2fa.core.ids import new_id
from simple_2fa.db.engine import Database
from world import MINUTE, wrong


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sink: Sink) -> Iterator[Site]:
    mail = {"SMTP_SERVER": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_TLS": "none"}
    site = site_in(tmp_path_factory.mktemp("site"), development=False, **mail)
    yield site
    site.deliver()
    site.clock.move(seconds=30)
    site.deliver()  # nothing; an idle worker hangs up
    site.services.db.close()


def equal(found: list[Prober], story: list[Step]) -> None:
    clock = found[0].guest.site.clock
    clock.now = clock.now.replace(second=0) + MINUTE  # so that all letters go out in one
    for number, step in enumerate(story):
        told = {who.kind: who.told(step) for who in found}
        assert told["known"] == told["unknown"], number
        assert told["known"] == told["disabled"], number


def account_of(who: Prober) -> Account:
    db = who.guest.site.services.db
    found = db.read(lambda connection: accounts.by_address(connection, who.typed))
    assert found
    return found


def remove(db: Database, account: Account) -> None:
    db.tidy(lambda connection: accounts.remove(connection, account))


def letter_to(sink: Sink, address: str) -> str:
    return sink.wait_for(lambda letter: letter.recipients == (address,))[-1].text


class TestAnswers:
    @pytest.mark.parametrize("spelling", SPELLINGS)
    @pytest.mark.parametrize("story", STORIES)
    def test_they_are_alike_from_the_first_page_to_the_last_limit(
        self, site: Site, story: str, spelling: str
    ) -> None:
        equal(probers(site, spelling), STORIES[story])

    @pytest.mark.parametrize("story", STORIES)
    def test_they_are_alike_in_german(self, site: Site, story: str) -> None:
        found = probers(site)
        for who in found:
            who.guest.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
        equal(found, STORIES[story])

    @pytest.mark.parametrize("story", ["/register", "/forgot"])
    def test_they_are_alike_where_the_mail_server_refuses(
        self, site: Site, sink: Sink, story: str
    ) -> None:
        found = probers(site)
        for who in found:
            small, typed = who.typed.lower(), who.typed.replace("EXAMPLE.COM", "example.com")
            for to in {small, typed}:
                sink.reply("RCPT", f"550 5.1.1 <{small}>: nobody here", times=9, to=to)
        equal(found, [submit(story, password=PASSWORD), mail_goes_out, *THE_CODE[3:5]])

    def test_they_are_alike_for_a_member_who_wants_another_address(self, site: Site) -> None:
        found = probers(site)
        for who in found:
            who.guest.sign_in(member(site).address)
        equal(found, [submit("/account/address"), *THE_CODE[:-3]])

    @pytest.mark.parametrize("change", [change_password, disable, remove])
    def test_they_stay_alike_whatever_becomes_of_the_account(
        self, site: Site, change: Callable[[Database, Account], object]
    ) -> None:
        """Somebody keeps a page open and waits."""

        def its_owner_acts(who: Prober) -> None:
            if who.kind == "known":
                change(site.services.db, account_of(who))

        equal(probers(site), [submit("/forgot"), its_owner_acts, *THE_CODE, submit("/forgot")])

    def test_what_the_letters_tell_is_told_in_letters_alone(self, site: Site, sink: Sink) -> None:
        found = probers(site, "as_it_is")
        for who in found:
            who.guest.send("/forgot", email=who.typed)
        site.deliver()
        told = [who.guest.code() in letter_to(sink, who.typed) for who in found]
        assert told == [True, False, False]


class TestProofOfTheMailbox:
    """Only whoever reads the letter is told."""

    def test_a_second_registration_is_told_after_the_code(self, site: Site) -> None:
        ann = member(site)
        guest = Guest(site)
        guest.send("/register", email=ann.address, password=OTHER_PASSWORD)
        code = guest.code()
        missed = guest.get(goes_to(guest.enter(wrong(code))))
        assert "4 tries left" in missed.text
        assert "already have an account" not in missed.text
        told = guest.enter(code)
        assert (told.status_code, goes_to(told)) == (200, "")
        assert "You already have an account" in told.text
        assert not guest.is_in()
        assert goes_to(Guest(site).log_in(ann.address, OTHER_PASSWORD)) == ""

    def test_a_decoy_s_code_opens_nothing_though_somebody_hit_it(self, site: Site) -> None:
        guest = Guest(site)
        guest.send("/forgot", email=f"{new_id()}@example.com")
        assert goes_to(guest.enter()) == "/verify"
        assert "That code was canceled" in guest.get("/verify").text
        assert goes_to(guest.get("/reset")).startswith("/login")
        assert goes_to(guest.send("/reset", password=PASSWORD)).startswith("/login")


class TestWork:
    """The same statements in the same order, so that no time can tell either."""

    @pytest.mark.parametrize("with_cookies", [False, True])
    @pytest.mark.parametrize("story", STORIES)
    def test_the_database_is_asked_the_same(
        self, site: Site, story: str, *, with_cookies: bool
    ) -> None:
        found = probers(site)
        for who in found if with_cookies else ():
            for _ in range(20):
                name = f"__Host-s2fa_browser_{new_id()}"
                who.guest.client.set_cookie(name, "x" * 43)
        for number, step in enumerate(STORIES[story]):
            known, unknown, disabled = (statements(who, step) for who in found)
            assert known == unknown, number
            assert known == disabled, number
