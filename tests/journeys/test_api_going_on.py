"""Challenges over the API, once they are there: sent again, canceled, looked at."""

from pathlib import Path

import pytest

from apps import ANN, Site, made
from callers import CHALLENGES, Shop, refusal
from world import wrong


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return made(tmp_path)


@pytest.fixture
def shop(site: Site) -> Shop:
    return Shop(site)


class TestResend:
    def test_it_sends_the_same_code_and_keeps_the_count(self, site: Site, shop: Shop) -> None:
        challenge = shop.start()["challenge"]
        shop.answer(challenge, wrong(site.code()))
        site.clock.move(seconds=30)
        reply = shop.call(f"{CHALLENGES}/{challenge}/resend")
        body = dict(reply.json or {})
        assert reply.status_code == 202
        assert (body["challenge"], body["tries_left"]) == (challenge, 4)
        assert body["resend_after"] == "2026-11-22T10:31:00Z"
        assert len({letter.code for letter in site.letters()}) == 1

    def test_too_early_says_how_long_to_wait(self, site: Site, shop: Shop) -> None:
        challenge = shop.start()["challenge"]
        site.clock.move(seconds=1)
        reply = shop.call(f"{CHALLENGES}/{challenge}/resend")
        assert refusal(reply) == (429, "slow_down")
        assert reply.headers["Retry-After"] == "29"

    def test_late_it_starts_anew_and_says_so(self, site: Site, shop: Shop) -> None:
        challenge = shop.start()["challenge"]
        site.clock.move(minutes=8)
        body = dict(shop.call(f"{CHALLENGES}/{challenge}/resend").json or {})
        assert body["challenge"] != challenge
        assert body["message"] == "A new 2FA code was sent. Use the newest one."

    @pytest.mark.parametrize(
        ("end", "expected"),
        [
            ("answer", (410, "code_used")),
            ("cancel", (410, "canceled")),
            ("wait", (410, "code_expired")),
            ("guess", (429, "too_many_tries")),
        ],
    )
    def test_what_is_closed_is_neither_sent_nor_canceled(
        self, site: Site, shop: Shop, end: str, expected: tuple[int, str]
    ) -> None:
        challenge = shop.start()["challenge"]
        code = site.code()
        if end == "answer":
            shop.answer(challenge, code)
        elif end == "cancel":
            shop.call(f"{CHALLENGES}/{challenge}/cancel")
        elif end == "wait":
            site.clock.move(minutes=10)
        else:
            for _ in range(5):
                shop.answer(challenge, wrong(code))
        site.clock.move(seconds=30)
        for verb in ("resend", "cancel"):
            assert refusal(shop.call(f"{CHALLENGES}/{challenge}/{verb}")) == expected
        assert len(site.letters()) == 1


class TestCancel:
    def test_it_closes_the_challenge_and_takes_its_letter_back(
        self, site: Site, shop: Shop
    ) -> None:
        challenge = shop.start()["challenge"]
        reply = shop.call(f"{CHALLENGES}/{challenge}/cancel")
        body = dict(reply.json or {})
        assert (reply.status_code, body["status"]) == (200, "canceled")
        assert body["message"] == "The challenge was canceled."
        assert site.letters() == []
        assert shop.show(challenge)["delivery"] == "failed"

    def test_a_new_one_may_start_once_the_last_letter_is_old(self, site: Site, shop: Shop) -> None:
        first = shop.start()["challenge"]
        shop.call(f"{CHALLENGES}/{first}/cancel")
        assert refusal(shop.call(CHALLENGES, {"to": ANN})) == (429, "slow_down")
        site.clock.move(seconds=30)
        assert shop.start()["challenge"] != first


class TestShow:
    def test_it_follows_the_letter(self, site: Site, shop: Shop) -> None:
        challenge = shop.start()["challenge"]
        assert shop.show(challenge)["delivery"] == "queued"
        site.deliver()
        shown = shop.show(challenge)
        assert shown["delivery"] == "sent"
        assert shown["to"] == "a•••@example.com"
        assert "page" not in shown


class TestPurposes:
    def test_a_code_for_one_is_no_code_for_another(self, site: Site, shop: Shop) -> None:
        challenge = shop.start(purpose="login")["challenge"]
        code = site.code()
        asked = {"challenge": challenge, "code": code}
        for purpose in ("verify", "login2", "api"):
            reply = shop.call("/verify", {**asked, "purpose": purpose})
            assert refusal(reply) == (404, "not_found")
        assert shop.show(challenge)["tries_left"] == 5
        assert shop.call("/verify", {**asked, "purpose": "login"}).status_code == 200

    def test_each_has_a_challenge_of_its_own(self, site: Site, shop: Shop) -> None:
        one = shop.start(purpose="one")["challenge"]
        site.clock.move(seconds=30)
        assert shop.start(purpose="two")["challenge"] != one

    @pytest.mark.parametrize("name", ["", "A", "a b", "api:x", "x" * 33, "é", "a\n", "a\x00", "٣"])
    def test_odd_names_are_refused(self, shop: Shop, name: str) -> None:
        for path, body in (
            ("/generate-2fa", {"email": ANN}),
            (CHALLENGES, {"to": ANN}),
            ("/verify", {"email": ANN, "code": "000000"}),
        ):
            reply = shop.call(path, {**body, "purpose": name})
            assert refusal(reply) == (422, "invalid_request")
            assert [each["pointer"] for each in (reply.json or {})["errors"]] == ["/purpose"]
