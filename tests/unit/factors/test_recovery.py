"""Recovery codes: drawn, kept, spent one by one."""

import json
import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from simple_2fa.core import passwords
from simple_2fa.core.errors import MalformedAnswerError
from simple_2fa.core.factor import Context, Held, Verdict
from simple_2fa.factors.recovery import factor

LOGIN = Context(
    datetime(2026, 11, 22, tzinfo=UTC),
    "login",
    "https://a.example",
    "a.example",
    "ann@example.com",
    6,
)
ENROL = replace(LOGIN, purpose="enrol")
WRONG = Verdict(ok=False)
CODE = re.compile("[0-9](-[0-9A-HJKMNP-TV-Z]{4}){4}")
Codes = list[str]
Calls = list[str]


def drawn() -> tuple[bytes, Codes]:
    """Begin to enrol: the state, and the codes that are shown."""
    begun = factor.begin(ENROL)
    return begun.state, str(begun.prompt["codes"]).split("\n")


def kept() -> tuple[Held, Codes]:
    state, codes = drawn()
    secret = factor.finish(ENROL, state, codes[3]).secret
    assert secret is not None
    return Held("kept", secret, 1), codes


@pytest.fixture(scope="module")
def first() -> tuple[Held, Codes]:
    return kept()


@pytest.fixture(scope="module")
def second() -> tuple[Held, Codes]:
    return kept()


def answered(code: str, *held: Held) -> Verdict:
    context = replace(LOGIN, held=held)
    return factor.finish(context, factor.begin(context).state, code)


def after(held: Held, verdict: Verdict) -> Held:
    assert verdict.ok
    assert verdict.credential == held.id
    assert verdict.secret is not None
    return replace(held, secret=verdict.secret, version=held.version + 1)


def left(*held: Held) -> int:
    told = factor.summary(replace(LOGIN, held=held))
    assert told["of"] == 10
    return int(told["left"])


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Calls:
    """The hashes that were compared, one after the other."""
    calls: Calls = []
    compared = passwords.fits

    def fits(password: str, stored: str) -> bool:
        calls.append(stored)
        return compared(password, stored)

    monkeypatch.setattr(passwords, "fits", fits)
    return calls


class TestEnrolling:
    def test_ten_codes_are_shown_each_with_a_slot_of_its_own(self) -> None:
        _, codes = drawn()
        assert [code[0] for code in codes] == list("0123456789")
        assert all(CODE.fullmatch(code) for code in codes)
        assert len({code[1:] for code in codes}) == 10

    def test_each_is_80_random_bits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sizes: list[int] = []

        def token_bytes(size: int) -> bytes:
            sizes.append(size)
            return bytes(10) + b"\xff" * 90

        monkeypatch.setattr(secrets, "token_bytes", token_bytes)
        _, codes = drawn()
        assert sizes == [100]
        assert codes[:2] == ["0-0000-0000-0000-0000", "1-ZZZZ-ZZZZ-ZZZZ-ZZZZ"]

    @pytest.mark.parametrize("number", [0, 4, 9])
    def test_any_one_of_them_proves_that_they_are_kept(self, number: int) -> None:
        state, codes = drawn()
        verdict = factor.finish(ENROL, state, f" {codes[number].lower().replace('-', ' ')}")
        assert verdict.ok
        assert verdict.credential is None
        hashes = json.loads(verdict.secret or b"")
        assert list(hashes) == list("0123456789")
        assert all(each.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for each in hashes.values())

    def test_the_secret_holds_no_code(self, first: tuple[Held, Codes]) -> None:
        held, codes = first
        for code in codes:
            assert code.encode() not in held.secret
            assert code.replace("-", "")[1:].encode() not in held.secret

    def test_the_code_that_proved_it_is_not_spent(self, first: tuple[Held, Codes]) -> None:
        held, codes = first
        assert left(held) == 10
        assert answered(codes[3], held).ok

    def test_another_code_enrols_nothing_and_costs_no_hash(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(passwords, "hash_password", lambda _: 1 / 0)
        state, codes = drawn()
        _, others = drawn()
        moved = codes[5][0] + codes[6][1:]
        for code in (others[0], moved, "A" + codes[0][1:]):
            assert factor.finish(ENROL, state, code) == WRONG

    def test_no_code_is_shown_where_one_is_asked_for(self) -> None:
        assert factor.begin(LOGIN).prompt == {}
        assert factor.begin(LOGIN).letter is None


class TestSpending:
    def test_each_of_the_ten_is_right_once(self, first: tuple[Held, Codes]) -> None:
        held, codes = first
        for number, code in enumerate(codes, 1):
            held = after(held, answered(code, held))
            assert left(held) == 10 - number
            assert answered(code, held) == WRONG
        assert held.secret == b"{}"
        assert answered(codes[0], held) == WRONG

    def test_the_others_stay_as_they_are(self, first: tuple[Held, Codes]) -> None:
        held, codes = first
        before, now = json.loads(held.secret), after(held, answered(codes[7], held))
        assert before.pop("7")
        assert json.loads(now.secret) == before

    def test_an_old_set_is_wrong_after_a_new_one(
        self, first: tuple[Held, Codes], second: tuple[Held, Codes]
    ) -> None:
        assert answered(first[1][0], second[0]) == WRONG
        assert answered(second[1][0], second[0]).ok

    def test_a_code_is_right_in_its_own_slot_only(self, first: tuple[Held, Codes]) -> None:
        held, codes = first
        assert answered("1" + codes[0][1:], held) == WRONG

    def test_sloppy_typing_is_taken_once(self, first: tuple[Held, Codes]) -> None:
        held, codes = first
        sloppy = codes[1].replace("0", "o").replace("1", "l").replace("-", "  ").lower() + " -"
        held = after(held, answered(sloppy, held))
        for again in (sloppy, codes[1], codes[1].replace("1", "I").replace("0", "O")):
            assert answered(again, held) == WRONG

    @pytest.mark.parametrize(
        "typed", ["", "0", "000000", "QF9M-2XAT-BCD4-E5RH", "0-UF9M-2XAT-BCD4-E5RH"]
    )
    def test_what_can_t_be_a_code_spends_no_try(
        self, first: tuple[Held, Codes], typed: str
    ) -> None:
        with pytest.raises(MalformedAnswerError) as refusal:
            answered(typed, first[0])
        assert refusal.value.digits is None

    def test_full_width_letters_are_no_code(self, first: tuple[Held, Codes]) -> None:
        held, codes = first
        wide = "".join(chr(ord(each) + 0xFEE0) for each in codes[0] if each != "-")
        with pytest.raises(MalformedAnswerError):
            answered(wide, held)


class TestTheCostOfATry:
    def test_one_hash_is_compared(self, first: tuple[Held, Codes], hashed: Calls) -> None:
        held, codes = first
        answered(codes[4], held)
        answered("4" + codes[5][1:], held)
        assert hashed == [json.loads(held.secret)["4"]] * 2

    def test_a_slot_that_is_spent_or_unknown_has_no_hash(
        self, first: tuple[Held, Codes], hashed: Calls
    ) -> None:
        held, codes = first
        held = after(held, answered(codes[4], held))
        hashed.clear()
        assert answered(codes[4], held) == WRONG
        assert answered("A" + codes[4][1:], held) == WRONG
        assert hashed == ["", ""]

    def test_of_several_each_is_looked_at_once(
        self, first: tuple[Held, Codes], second: tuple[Held, Codes], hashed: Calls
    ) -> None:
        one, two = first[0], replace(second[0], id="two")
        verdict = answered(second[1][0], one, two)
        assert verdict.ok
        assert verdict.credential == "two"
        assert hashed == [json.loads(each.secret)["0"] for each in (one, two)]
        assert left(one, two) == 20

    def test_it_is_never_paused(self) -> None:
        assert {factor.guess_cost(digits, held) for digits in (6, 10) for held in (0, 1, 10)} == {0}


def test_it_says_of_itself_what_the_pages_need() -> None:
    assert factor.can_be_enrolled
    assert factor.is_spare
    assert factor.is_single
    assert factor.is_dear
    assert not factor.can_be_first
    assert not factor.rests_on_mailbox
    assert not factor.resists_phishing
    assert factor.script == "codes"


def test_without_codes_none_are_left() -> None:
    assert factor.summary(LOGIN) == {"left": 0, "of": 10}


def test_without_a_code_left_it_is_used_up() -> None:
    held, codes = kept()
    for number, code in enumerate(codes, 1):
        assert not factor.is_used_up((held,))
        told = factor.finish(replace(LOGIN, held=(held,)), b"", code)
        assert told.secret is not None
        held = replace(held, secret=told.secret, version=number)
    assert factor.is_used_up((held,))
