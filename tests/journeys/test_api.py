"""What an application and the API say to each other."""

import json
from pathlib import Path
from typing import Any

import pytest

from apps import ANN, Site, made
from callers import CHALLENGES, Shop, refusal, said
from simple_2fa.core.ids import new_id
from simple_2fa.http import pace
from world import wrong


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return made(tmp_path)


@pytest.fixture
def shop(site: Site) -> Shop:
    return Shop(site)


def problem(code: str, status: int, title: str, message: str, **more: object) -> dict[str, Any]:
    """A whole problem but for its request id."""
    return {
        "type": f"http://localhost:5000/docs#{code}",
        "title": title,
        "status": status,
        "detail": message,
        "message": message,
        "code": code,
        **more,
    }


class TestLanguage:
    """Letters come in the reader's language, as the application names it."""

    @pytest.mark.parametrize("path", ["/generate-2fa", CHALLENGES])
    def test_a_letter_in_german(self, site: Site, shop: Shop, path: str) -> None:
        to = "email" if path == "/generate-2fa" else "to"
        assert shop.call(path, {to: ANN, "locale": "de-AT"}).status_code == 202
        assert "Sicherheitscode" in site.letters(ANN)[0].subject

    def test_the_next_one_speaks_it_too(self, site: Site, shop: Shop) -> None:
        challenge = (shop.call(CHALLENGES, {"to": ANN, "locale": "de"}).json or {})["challenge"]
        for minutes in (1, 7):  # the same code again, and a new one
            site.clock.move(minutes=minutes)
            assert shop.call(f"{CHALLENGES}/{challenge}/resend").status_code == 202
        assert ["Sicherheitscode" in each.subject for each in site.letters(ANN)] == [True] * 3

    def test_english_where_we_do_not_speak_it(self, site: Site, shop: Shop) -> None:
        shop.call(CHALLENGES, {"to": ANN, "locale": "tlh"})
        assert "security code" in site.letters(ANN)[0].subject

    @pytest.mark.parametrize("locale", ["", "de_AT", "de-", "x" * 9, 1, None])
    def test_no_language_at_all_is_refused(self, shop: Shop, locale: object) -> None:
        reply = shop.call(CHALLENGES, {"to": ANN, "locale": locale})
        assert refusal(reply) == (422, "invalid_request")


WRONG = problem("wrong_code", 400, "Wrong code", "That code isn't right.")


class TestIssue:
    def test_the_reply_is_that_of_the_contract(self, shop: Shop) -> None:
        reply = shop.call("/generate-2fa", {"email": ANN})
        body = dict(reply.json or {})
        assert reply.status_code == 202
        assert len(body.pop("challenge")) == 22
        assert len(body.pop("page").removeprefix("http://localhost:5000/verify/")) == 43
        assert body == {
            "message": "2FA code sent.",
            "status": "pending",
            "delivery": "queued",
            "channel": "email",
            "to": "a•••@example.com",
            "created_at": "2026-11-22T10:30:00Z",
            "expires_at": "2026-11-22T10:40:00Z",
            "resend_after": "2026-11-22T10:30:30Z",
            "tries_left": 5,
        }

    def test_both_names_start_the_same(self, shop: Shop) -> None:
        short = dict(shop.call("/generate-2fa", {"email": ANN}).json or {})
        long = shop.start("bob@example.com")
        assert short.keys() == long.keys()

    def test_the_letter_goes_to_the_address_as_it_is_stored(self, site: Site, shop: Shop) -> None:
        shop.start("Ann@EXAMPLE.com")
        (letter,) = site.letters()
        assert letter.to == "Ann@example.com"
        assert shop.verify(letter.code, "ann@example.COM").status_code == 200

    def test_the_code_stands_in_the_letter_alone(self, site: Site, shop: Shop) -> None:
        started = shop.start()
        assert site.code() not in json.dumps(started)
        assert site.code() not in json.dumps(shop.show(started["challenge"]))

    def test_asked_again_too_early_it_says_how_long_to_wait(self, site: Site, shop: Shop) -> None:
        shop.start()
        site.clock.move(seconds=9.5)
        reply = shop.call("/generate-2fa", {"email": ANN})
        assert refusal(reply) == (429, "slow_down")
        assert reply.headers["Retry-After"] == "21"

    def test_asked_again_in_time_it_sends_the_same_code(self, site: Site, shop: Shop) -> None:
        first = shop.start()
        site.clock.move(seconds=30)
        again = shop.start()
        assert again["message"] == "2FA code sent again. It is the same code."
        assert {**again, "message": "", "resend_after": ""} == {
            **first,
            "message": "",
            "resend_after": "",
        }
        one, two = site.letters()
        assert one.code == two.code

    def test_with_little_time_left_it_sends_a_new_code(self, site: Site, shop: Shop) -> None:
        first = shop.start()
        site.clock.move(minutes=7, seconds=1)
        again = shop.start()
        assert again["challenge"] != first["challenge"]
        assert shop.show(first["challenge"])["followed_by"] == again["challenge"]
        assert "followed_by" not in shop.show(again["challenge"])

    def test_five_letters_in_an_hour_are_enough(self, site: Site, shop: Shop) -> None:
        for _ in range(5):
            shop.start()
            site.clock.move(seconds=30)
        reply = shop.call("/generate-2fa", {"email": ANN})
        assert refusal(reply) == (429, "slow_down")
        assert 500 < int(reply.headers["Retry-After"]) <= 720

    @pytest.mark.parametrize(
        "address",
        ["", "ann", "ann@", "@example.com", "ann@example", "ann@example.com,bob@example.com",
         "ann@example.com\r\nBcc: x@example.com", "ann@example.com\x00", "ann\u200b@example.com",
         "änn@example.com", "a" * 250 + "@example.com", "a@" + "b" * 300 + ".com",
         "ann@[127.0.0.1]", "Ann <ann@example.com>", " ", "ann @example.com",
         "ann@exam\u2028ple.com"],
    )  # fmt: skip
    def test_an_address_without_a_mailbox_is_named(self, shop: Shop, address: str) -> None:
        for path, field in (("/generate-2fa", "email"), (CHALLENGES, "to")):
            reply = shop.call(path, {field: address})
            assert refusal(reply) == (422, "invalid_request")
            (fault,) = (reply.json or {})["errors"]
            assert fault["pointer"] == f"/{field}"
            assert len(fault["detail"]) < 300
        assert shop.site.letters() == []


class TestByAddress:
    def test_the_right_code_is_approved_once(self, site: Site, shop: Shop) -> None:
        started = shop.start()
        reply = shop.verify(site.code())
        assert (reply.status_code, reply.json) == (
            200,
            {
                "message": "2FA verification successful!",
                "status": "approved",
                "challenge": started["challenge"],
                "purpose": "verify",
            },
        )
        assert said(shop.verify(site.code())) == WRONG

    @pytest.mark.parametrize("spelling", ["{} {}", "{}-{}", " {}{} ", "{} - {}"])
    def test_spaces_and_hyphens_don_t_count(self, site: Site, shop: Shop, spelling: str) -> None:
        shop.start()
        code = site.code()
        assert shop.verify(spelling.format(code[:3], code[3:])).status_code == 200

    def test_every_failure_is_the_same(self, site: Site, shop: Shop) -> None:
        """None open, wrong, expired, used, canceled, tries spent, another purpose, another's."""
        replies = [shop.verify("000000")]
        shop.start()
        code = site.code()
        replies += [shop.verify(wrong(code)), shop.verify(code, purpose="other")]
        replies += [Shop.of(site).verify(code), shop.verify(code, "bob@example.com")]
        replies += [shop.verify(wrong(code)) for _ in range(4)]
        replies += [shop.verify(code), shop.verify("0" * 10)]
        for end in ("used", "canceled", "expired"):
            to = f"{end}@example.com"
            started = shop.start(to)
            code = site.code(to)
            if end == "used":
                assert shop.verify(code, to).status_code == 200
            elif end == "canceled":
                shop.call(f"{CHALLENGES}/{started['challenge']}/cancel")
            else:
                site.clock.move(minutes=10)
            replies.append(shop.verify(code, to))
        assert [said(reply) for reply in replies] == [WRONG] * len(replies)
        heads = [{name for name, _ in reply.headers} for reply in replies]
        assert all(head == heads[0] for head in heads)
        assert len({len(reply.data) for reply in replies}) == 1

    def test_a_spent_ledger_looks_like_a_wrong_code(self, site: Site, shop: Shop) -> None:
        first = shop.start(purpose="one")["challenge"]
        code = site.code()
        for purpose in ("two", "three"):
            site.clock.move(seconds=30)
            shop.start(purpose=purpose)
            for _ in range(5):
                shop.verify(wrong(site.code()), purpose=purpose)
        assert refusal(shop.answer(first, code)) == (429, "paused")
        assert said(shop.verify(code, purpose="one")) == WRONG
        assert shop.show(first)["tries_left"] == 5

    def test_every_failure_takes_as_long(
        self, site: Site, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits: list[float] = []
        monkeypatch.setattr("simple_2fa.http.pace.sleep", waits.append)
        shop.verify("000000")
        shop.start()
        code = site.code()
        for text in ("0" * 10, *[wrong(code)] * 6, code):
            shop.verify(text)
        assert len(waits) == 9
        assert all(0 <= wait < pace.FAILURE for wait in waits)
        site.clock.move(seconds=30)
        shop.start()
        assert shop.verify(site.code()).status_code == 200
        assert len(waits) == 9

    def test_the_newest_challenge_counts(self, site: Site, shop: Shop) -> None:
        shop.start(purpose="one")
        old = site.code()
        site.clock.move(seconds=30)
        shop.start(purpose="two")
        assert shop.verify(site.code()).status_code == 200
        assert shop.verify(old).status_code == 200  # the one that is left


class TestByChallenge:
    @pytest.fixture
    def challenge(self, shop: Shop) -> str:
        return str(shop.start()["challenge"])

    def test_both_names_answer_the_same(self, site: Site, shop: Shop, challenge: str) -> None:
        code = site.code()
        short = shop.call("/verify", {"challenge": challenge, "code": wrong(code)})
        long = shop.answer(challenge, wrong(code))
        assert said(short) == {**WRONG, "tries_left": 4}
        assert said(long) == {**WRONG, "tries_left": 3}
        assert shop.answer(challenge, code).json == {
            "message": "2FA verification successful!",
            "status": "approved",
            "challenge": challenge,
            "purpose": "verify",
        }
        assert shop.show(challenge)["status"] == "approved"

    def test_the_fifth_wrong_one_says_so_and_then_none_is_judged(
        self, site: Site, shop: Shop, challenge: str
    ) -> None:
        code = site.code()
        left = [said(shop.answer(challenge, wrong(code)))["tries_left"] for _ in range(5)]
        assert left == [4, 3, 2, 1, 0]
        stopped = shop.answer(challenge, code)
        text = "Too many wrong codes. Start a new challenge."
        assert said(stopped) == problem("too_many_tries", 429, "Too many tries", text)
        assert "Retry-After" not in stopped.headers
        assert shop.show(challenge)["status"] == "max_attempts_reached"

    def test_a_used_one(self, site: Site, shop: Shop, challenge: str) -> None:
        assert shop.answer(challenge, site.code()).status_code == 200
        for code in (site.code(), "000000"):
            used = shop.answer(challenge, code)
            text = "That code was already used."
            assert said(used) == problem("code_used", 410, "Code used", text)

    def test_an_expired_one_to_the_second(self, site: Site, shop: Shop, challenge: str) -> None:
        site.clock.move(minutes=9, seconds=59)
        assert said(shop.answer(challenge, wrong(site.code()))) == {**WRONG, "tries_left": 4}
        site.clock.move(seconds=1)
        text = "That code has expired."
        assert said(shop.answer(challenge, site.code())) == problem(
            "code_expired", 410, "Code expired", text
        )
        assert shop.show(challenge)["status"] == "expired"

    def test_a_canceled_one(self, site: Site, shop: Shop, challenge: str) -> None:
        code = site.code()
        shop.call(f"{CHALLENGES}/{challenge}/cancel")
        text = "That code was canceled."
        assert said(shop.answer(challenge, code)) == problem(
            "canceled", 410, "Challenge canceled", text
        )

    def test_one_that_isn_t_there(self, shop: Shop) -> None:
        absent = problem("not_found", 404, "Not found", "There is no such thing here.")
        for name in (new_id(), "x", "x" * 23, "é" * 22, "%00" * 22):
            assert said(shop.answer(name, "000000")) == absent
            assert said(shop.get(f"{CHALLENGES}/{name}")) == absent


class TestPaused:
    def test_while_the_ledger_is_spent_right_and_wrong_get_one_answer(
        self, site: Site, shop: Shop
    ) -> None:
        first = shop.start(purpose="one")["challenge"]
        code = site.code()
        site.clock.move(seconds=30)
        second = shop.start(purpose="two")["challenge"]
        site.clock.move(seconds=30)
        third = shop.start(purpose="three")["challenge"]
        for each in (second, third):
            for _ in range(5):
                shop.answer(each, wrong(site.code()))
        right, bad = shop.answer(first, code), shop.answer(first, wrong(code))
        assert refusal(right) == (429, "paused")
        assert said(right) == said(bad)
        assert right.headers["Retry-After"] == bad.headers["Retry-After"]
        assert 0 < int(right.headers["Retry-After"]) <= 360
        assert shop.show(first)["tries_left"] == 5
        site.clock.move(seconds=int(right.headers["Retry-After"]))
        assert shop.answer(first, code).status_code == 200
