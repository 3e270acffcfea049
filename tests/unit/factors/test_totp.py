"""Codes of an authenticator app, as a second step."""

import random
import shutil
import subprocess
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.parts import need
from simple_2fa.core.errors import MalformedAnswerError
from simple_2fa.core.factor import Context, Held, Verdict
from simple_2fa.factors.totp import code_of, factor, step_at
from world import MINUTE, NOW, SECOND, token_code

SEED = b"12345678901234567890"
COUNTS = [755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871, 520489]
"""RFC 4226, appendix D."""
TIMES = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
"""RFC 6238, appendix B, of SHA-1; of 8 digits an app shows the last 6."""
STEP = timedelta(seconds=30)
INSTANT = timedelta(microseconds=1)
AT = step_at(NOW)
CONTEXT = Context(NOW, "login", "https://a.example", "a.example", "ann@example.com", 6)
WRONG = Verdict(ok=False)
TWICE = (852312).to_bytes(20, "big"), "970727"
"""A seed that has this code at NOW and in the step before."""
TWICE_APART = (759207).to_bytes(20, "big"), "981169"
"""One that has this code at NOW and five steps before."""
NAMESAKE = (133800).to_bytes(20, "big"), "550454"
"""One that has this code at NOW, as SEED has five steps before."""


def an_app(seed: bytes = SEED, last: int = 0, name: str = "phone") -> Held:
    return Held(name, seed + last.to_bytes(8, "big"), 1)


def judged(code: str, now: datetime = NOW, *apps: Held) -> Verdict:
    return factor.finish(replace(CONTEXT, now=now, held=apps or (an_app(),)), b"", code)


def right(step: int, seed: bytes = SEED, name: str = "phone") -> Verdict:
    return Verdict(ok=True, credential=name, secret=seed + step.to_bytes(8, "big"))


def used(verdict: Verdict, app: Held) -> Held:
    """The app after the swap."""
    assert verdict.ok
    assert verdict.secret
    return replace(app, secret=verdict.secret, version=app.version + 1)


class TestStandards:
    @pytest.mark.parametrize("count", range(10))
    def test_it_makes_the_codes_of_rfc_4226(self, count: int) -> None:
        assert code_of(SEED, count) == str(COUNTS[count])

    @pytest.mark.parametrize("seconds", TIMES)
    def test_it_takes_the_codes_of_rfc_6238(self, seconds: int) -> None:
        now = datetime.fromtimestamp(seconds, UTC)
        assert judged(TIMES[seconds][-6:], now) == right(seconds // 30)

    def test_it_makes_the_codes_of_oathtool(self) -> None:
        need("oathtool", shutil.which("oathtool"))
        drawn = random.Random(6238)  # noqa: S311 (the same each time)
        for _ in range(20):
            seed, at = drawn.randbytes(20), datetime.fromtimestamp(drawn.randrange(2**33), UTC)
            first = step_at(at)
            assert [code_of(seed, first + ahead) for ahead in range(25)] == shown(seed, at, 25)


def shown(seed: bytes, now: datetime, count: int) -> Sequence[str]:
    """Give what Debian's `oathtool` shows from a time on."""
    command = ["oathtool", "--totp", "-b", "-w", str(count - 1), "-N", f"{now:%F %T} UTC", "-"]
    key = b32encode(seed).decode()
    done = subprocess.run(command, input=key, check=True, capture_output=True, text=True)
    return done.stdout.split()


class TestWindow:
    @pytest.mark.parametrize(
        ("later", "ok"),
        [
            (timedelta(), True),
            (STEP - INSTANT, True),
            (STEP, True),
            (2 * STEP - SECOND, True),
            (2 * STEP - INSTANT, True),
            (2 * STEP, False),
            (-INSTANT, False),
            (-SECOND, False),
        ],
    )
    def test_a_code_is_right_in_its_step_and_the_next(self, later: timedelta, *, ok: bool) -> None:
        verdict = judged(token_code(SEED, AT), NOW + later)
        assert verdict.ok == ok
        assert verdict.secret == (right(AT).secret if ok else None)

    @given(
        step=st.integers(100, 8_000_000_000),
        within=st.timedeltas(timedelta(), STEP - INSTANT),
        seed=st.binary(min_size=20, max_size=20),
        ago=st.integers(-3, 3),
    )
    def test_at_any_time_with_any_seed(
        self, step: int, within: timedelta, seed: bytes, ago: int
    ) -> None:
        now = datetime(1970, 1, 1, tzinfo=UTC) + step * STEP + within
        codes = [token_code(seed, step - each) for each in range(-3, 21)]
        verdict = judged(codes[ago + 3], now, an_app(seed))
        if len(set(codes)) == len(codes):
            assert verdict.ok == (ago in {0, 1})
            assert bool(verdict.hint) == (ago in {2, 3})

    def test_a_clock_that_begins_in_1970_is_no_fault(self) -> None:
        assert judged("000000", datetime(1970, 1, 1, tzinfo=UTC)) == WRONG

    def test_a_code_that_two_steps_share_is_spent_for_both(self) -> None:
        seed, code = TWICE
        app = an_app(seed)
        verdict = judged(code, NOW, app)
        assert verdict == right(AT, seed)
        assert judged(code, NOW + STEP, used(verdict, app)) == WRONG

    def test_a_code_is_right_though_it_was_another_step_s_too(self) -> None:
        seed, code = TWICE_APART
        assert judged(code, NOW, an_app(seed)) == right(AT, seed)


class TestReplay:
    @pytest.mark.parametrize("later", [0, 1, 29, 30, 59, 60, 61, 600, 629, 630])
    def test_a_used_code_is_wrong_and_gives_no_hint(self, later: int) -> None:
        code, app = token_code(SEED, AT), an_app()
        assert judged(code, NOW + later * SECOND, used(judged(code), app)) == WRONG

    def test_after_a_newer_code_an_older_one_is_wrong(self) -> None:
        app = used(judged(token_code(SEED, AT)), an_app())
        assert judged(token_code(SEED, AT - 1), NOW, app) == WRONG

    def test_after_an_older_code_the_newer_one_is_right(self) -> None:
        verdict = judged(token_code(SEED, AT - 1))
        assert verdict == right(AT - 1)
        assert judged(token_code(SEED, AT), NOW, used(verdict, an_app())) == right(AT)

    def test_the_next_step_s_code_is_right(self) -> None:
        app = used(judged(token_code(SEED, AT)), an_app())
        assert judged(token_code(SEED, AT + 1), NOW + STEP, app) == right(AT + 1)

    def test_a_clock_set_back_opens_nothing(self) -> None:
        app = used(judged(token_code(SEED, AT)), an_app())
        for ago in range(30):
            assert not judged(token_code(SEED, AT - ago), NOW - ago * STEP, app).ok

    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 3)), max_size=12))
    def test_whatever_is_tried_used_steps_only_rise(self, tries: list[tuple[int, int]]) -> None:
        now, app, steps = NOW, an_app(), [0]
        for wait, ago in tries:
            now += wait * STEP
            verdict = judged(token_code(SEED, step_at(now) - ago), now, app)
            if verdict.ok:
                app = used(verdict, app)
                steps.append(int.from_bytes(app.secret[20:], "big"))
        assert steps == sorted(set(steps))


class TestSeveralApps:
    old = an_app(bytes(20), name="old phone")
    new = an_app(bytes([7]) * 20, name="new phone")

    @pytest.mark.parametrize("app", [old, new], ids=lambda app: app.id)
    def test_each_answers_for_itself(self, app: Held) -> None:
        seed = app.secret[:20]
        verdict = judged(token_code(seed, AT), NOW, self.old, self.new)
        assert verdict == right(AT, seed, app.id)

    def test_each_guards_its_own_step(self) -> None:
        codes = [token_code(app.secret[:20], AT) for app in (self.old, self.new)]
        spent = used(judged(codes[1], NOW, self.old, self.new), self.new)
        assert judged(codes[1], NOW, self.old, spent) == WRONG
        assert judged(codes[0], NOW, self.old, spent).credential == "old phone"

    def test_a_right_one_goes_before_another_s_hint(self) -> None:
        seed, code = NAMESAKE
        slow, other = an_app(), an_app(seed, name="other")
        assert judged(code, NOW, slow).hint
        for apps in ([slow, other], [other, slow]):
            assert judged(code, NOW, *apps) == right(AT, seed, "other")

    def test_each_makes_guessing_easier(self) -> None:
        assert [factor.guess_cost(6, held) for held in (0, 1, 2, 10)] == [2, 2, 4, 20]
        assert factor.guess_cost(10, 1) == 2  # a challenge of ten digits makes an app's no longer

    def test_without_one_nothing_is_right(self) -> None:
        assert factor.finish(CONTEXT, SEED, token_code(SEED, AT)) == WRONG


class TestHint:
    """Its verdict is a wrong one, so it spends a try and is charged."""

    @pytest.mark.parametrize(
        ("later", "told"),
        [
            (2 * STEP - INSTANT, False),
            (2 * STEP, True),
            (10 * MINUTE, True),
            (21 * STEP - INSTANT, True),
            (21 * STEP, False),
        ],
    )
    def test_the_time_of_a_past_code_is_told(self, later: timedelta, *, told: bool) -> None:
        verdict = judged(token_code(SEED, AT), NOW + later)
        if told:
            assert verdict == Verdict(ok=False, hint="2026-11-22T10:30:00+00:00")
            assert datetime.fromisoformat(verdict.hint) == NOW
        assert bool(verdict.hint) == told

    @pytest.mark.parametrize("ahead", range(1, 25))
    def test_a_code_to_come_is_wrong_without_a_word(self, ahead: int) -> None:
        assert judged(token_code(SEED, AT + ahead)) == WRONG

    def test_of_what_is_older_than_a_used_code_nothing_is_told(self) -> None:
        app = an_app(last=AT - 4)
        assert [bool(judged(token_code(SEED, AT - ago), NOW, app).hint) for ago in (3, 4, 5)] == [
            True,
            False,
            False,
        ]

    def test_of_an_app_that_was_not_asked_for_nothing_is_told(self) -> None:
        assert judged(token_code(bytes(20), AT - 5)) == WRONG


class TestTyping:
    @pytest.mark.parametrize("shape", ["{} {}", " {}{} ", "{}-{}", "- {} - {}", "{}{}" + " " * 99])
    def test_spaces_and_hyphens_are_nothing(self, shape: str) -> None:
        code = token_code(SEED, AT)
        assert judged(shape.format(code[:3], code[3:])).ok

    @pytest.mark.parametrize("digits", ["０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"])
    def test_other_digits_are_none(self, digits: str) -> None:
        typed = token_code(SEED, AT).translate(str.maketrans("0123456789", digits))
        with pytest.raises(MalformedAnswerError) as refusal:
            judged(typed)
        assert refusal.value.digits == 6

    def test_leading_zeros_count(self) -> None:
        step = next(step for step in range(AT, AT + 200) if token_code(SEED, step)[0] == "0")
        now, code = NOW + (step - AT) * STEP, token_code(SEED, step)
        assert judged(code, now).ok
        with pytest.raises(MalformedAnswerError):
            judged(code[1:], now)

    def test_an_app_has_six_digits_whatever_the_challenge_has(self) -> None:
        context = replace(CONTEXT, digits=10, held=(an_app(),))
        assert factor.begin(context).prompt == {"digits": 6}
        assert factor.finish(context, b"", token_code(SEED, AT)).ok


def test_it_claims_no_more_than_an_app() -> None:
    assert not factor.rests_on_mailbox
    assert not factor.resists_phishing
    assert not factor.can_be_first
    assert not factor.is_single
    assert factor.can_be_enrolled
