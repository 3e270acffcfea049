"""Every factor, ours and an operator's, withstands the same abuse.

A factor's own part is a file in holders/: what is enrolled, and how its holder answers rightly.
"""

import ast
import inspect
import json
import re
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simple_2fa
from simple_2fa import factors
from simple_2fa.core.errors import MalformedAnswerError
from simple_2fa.core.factor import MAX_ANSWER, Begun, Context, Factor, Held, Verdict
from simple_2fa.limits.rules import GUESSES
from world import FACTOR_FOLDER, NOW

HOLDERS = Path(__file__).parent / "holders"
OURS = Path(simple_2fa.__file__).parent / "templates"
THEIRS = FACTOR_FOLDER / "templates"
IMPURE = {"sqlalchemy", "flask", "werkzeug", "http", "urllib", "socket", "smtplib", "requests"}
IMPURE |= {"time", "os", "subprocess", "threading", "asyncio", "pathlib"}
PURE = "urllib.parse."
"""The part of an impure package that only spells."""
GARBAGE = {
    "empty": "",
    "space": " ",
    "NUL": "\0",
    "NULs": "\0" * 6,
    "full width": "１２３４５６",
    "Arabic-Indic": "١٢٣٤٥٦",
    "newline": "123456\n",
    "underscore": "12_3456",
    "negative": "-12345",
    "object": "{}",
    "array": "[]",
    "null": "null",
    "array of codes": json.dumps([f"{number:06d}" for number in range(1000)]),
    "deep array": "[" * 8_000 + "]" * 8_000,
    "deep object": '{"a":' * 2_000 + "1" + "}" * 2_000,
    "huge number": "9" * 5_000,
    "not a number": "NaN",
    "lone surrogate": "\ud800",
    "lone surrogates": "\udfff" * 6,
    "escape": r"\u0031\u0032\u0033\u0034\u0035\u0036",
    "percent": "%31%32%33%34%35%36",
    "template": "{{7*7}}",
    "quote": "' OR '1'='1",
    "longest": "1" * MAX_ANSWER,
    "longest letters": "é" * (MAX_ANSWER // 2),
    "a megabyte": "1" * 1_000_000,
    "a megabyte of padding": " -" * 500_000,
}
SHAPES = [
    '["{}"]',
    '{{"code": "{}"}}',
    '"{}"',
    "{}\n",
    "\n{}",
    "{}\0",
    "{},{}",
    "{}{}",
    "+{}",
    "{}é",
]
CONTEXT = Context(NOW, "login", "https://a.example", "a.example", "ann@example.com", 6)
all_factors = factors.load([FACTOR_FOLDER])


def holder_of(factor: Factor) -> ModuleType:
    file = HOLDERS / f"{factor.name}.py"
    assert file.exists(), f"every factor needs a holder: write {file}"
    spec = util.spec_from_file_location(f"holder_{factor.name}", file)
    assert spec
    assert spec.loader
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=list(all_factors.values()), ids=list(all_factors))
def factor(request: pytest.FixtureRequest) -> Factor:
    found: Factor = request.param
    return found


ENROLLED = {name: each for name, each in all_factors.items() if each.can_be_enrolled}


@pytest.fixture(params=list(ENROLLED.values()), ids=list(ENROLLED))
def enrolled(request: pytest.FixtureRequest) -> Factor:
    """A factor that wants an enrolment; each use of it swaps its secret."""
    found: Factor = request.param
    return found


def context_of(factor: Factor, number: int = 1, *, digits: int = 6) -> Context:
    held: tuple[Held, ...] = holder_of(factor).enrolled(number)
    return replace(CONTEXT, digits=digits, held=held)


def right(factor: Factor, context: Context, begun: Begun) -> str:
    return str(holder_of(factor).answer(context, begun))


def is_refused(factor: Factor, context: Context, state: bytes, text: str) -> bool:
    try:
        verdict = factor.finish(context, state, text)
    except MalformedAnswerError:
        return True
    return replace(verdict, hint="") == Verdict(ok=False)


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def source_of(factor: Factor) -> str:
    return Path(inspect.getfile(type(factor))).read_text()


def test_it_is_pure(factor: Factor) -> None:
    names = set(imported(source_of(factor)))
    assert names
    for name in names:
        package, _, rest = name.partition(".")
        assert package not in IMPURE or name.startswith(PURE)
        assert package != "simple_2fa" or rest.startswith("core")


def called(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def test_it_has_no_clock_and_no_input_of_its_own(factor: Factor) -> None:
    names = set(called(source_of(factor)))
    assert not names & {"now", "utcnow", "today", "utc_now", "open", "input", "eval", "exec"}


def test_it_states_itself(factor: Factor) -> None:
    assert re.fullmatch("[a-z][a-z0-9_]{0,31}", factor.name)
    assert factor.strength > 0
    assert factor.amr
    assert all(re.fullmatch("[a-z]{2,8}", method) for method in factor.amr)
    assert factor.script is None or re.fullmatch("[a-z_]+", factor.script)


SETS = {
    "words.html": ("kind", "kinds", "way", "signed_in", "confirmed"),
    "prompt.html": ("heading", "sentence", "fields"),
    "enrol.html": ("heading", "intro", "sentence", "fields"),
}
"""What each template of a factor's folder gives to the pages that import it."""


def test_it_has_a_template_folder(factor: Factor) -> None:
    folders = [root / "factors" / factor.name for root in (OURS, THEIRS)]
    (folder,) = (each for each in folders if each.is_dir())
    assert (folder / "enrol.html").exists() == factor.can_be_enrolled
    assert (folder / "first.html").exists() == factor.can_be_first
    for name, values in SETS.items():
        if not (folder / name).exists():
            continue
        told = (folder / name).read_text()
        assert len(told.splitlines()) <= 80
        assert all(f"set {value}" in told for value in values), name


def test_its_words_say_what_lists_of_it_need(enrolled: Factor) -> None:
    folders = [root / "factors" / enrolled.name for root in (OURS, THEIRS)]
    (told,) = (each.joinpath("words.html").read_text() for each in folders if each.is_dir())
    needed = {"none_yet", "add"} | ({"again"} if enrolled.is_single else set())
    offered = {"offer"} if enrolled.can_be_first or enrolled.is_spare else set()
    assert all(f"set {value}" in told for value in needed | offered)


def test_a_spare_is_weaker_than_all_others_and_one_that_comes_first_resists_phishing() -> None:
    spare = [each.strength for each in all_factors.values() if each.is_spare]
    others = [each.strength for each in all_factors.values() if not each.is_spare]
    assert max(spare) < min(others)
    assert all(each.resists_phishing for each in all_factors.values() if each.can_be_first)


@pytest.mark.parametrize("digits", [6, 10])
@pytest.mark.parametrize("held", [0, 1, 2, 10])
def test_a_guess_has_a_price(factor: Factor, digits: int, held: int) -> None:
    cost = factor.guess_cost(digits, held)
    assert isinstance(cost, int)
    assert 0 <= cost < 1_000_000
    assert cost <= factor.guess_cost(digits, held + 1)


def test_however_many_are_held_the_ledger_has_room_for_a_guess(enrolled: Factor) -> None:
    assert enrolled.guess_cost(6, enrolled.most) <= min(rate.size for rate in GUESSES.rates)


def test_the_right_answer_is_right(factor: Factor) -> None:
    context = context_of(factor)
    begun = factor.begin(context)
    verdict = factor.finish(context, begun.state, right(factor, context, begun))
    assert verdict.ok
    assert verdict.credential in {None, *(held.id for held in context.held)}


@pytest.mark.parametrize("text", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_refused_and_nothing_else_happens(factor: Factor, text: str) -> None:
    context = context_of(factor)
    assert is_refused(factor, context, factor.begin(context).state, text)
    empty = replace(context, held=())
    assert is_refused(factor, empty, factor.begin(empty).state, text)


@given(text=st.text(st.characters(), max_size=40))
@settings(max_examples=50, deadline=None)
def test_any_text_is_refused(text: str) -> None:
    for factor in all_factors.values():
        context = context_of(factor)
        begun = factor.begin(context)
        if text != right(factor, context, begun):
            assert is_refused(factor, context, begun.state, text) or text.strip(" -").isdecimal()


@pytest.mark.parametrize("shape", SHAPES)
def test_the_right_answer_in_a_wrong_shape_is_refused(factor: Factor, shape: str) -> None:
    context = context_of(factor)
    begun = factor.begin(context)
    answer = right(factor, context, begun)
    text = shape.format(*[answer] * 2)
    assert is_refused(factor, context, begun.state, text)


def test_an_answer_to_another_question_is_refused(factor: Factor) -> None:
    mine, other = context_of(factor, 1), context_of(factor, 2)
    for _ in range(20):
        asked, elsewhere = factor.begin(mine), factor.begin(other)
        answer = right(factor, other, elsewhere)
        if answer != right(factor, mine, asked):
            assert is_refused(factor, mine, asked.state, answer)


def test_a_replay_after_the_swap_is_refused(enrolled: Factor) -> None:
    context = context_of(enrolled)
    begun = enrolled.begin(context)
    answer = right(enrolled, context, begun)
    verdict = enrolled.finish(context, begun.state, answer)
    (held,) = context.held
    assert verdict.credential == held.id
    swapped = replace(held, secret=verdict.secret or held.secret, version=2)
    moved = replace(context, now=NOW + timedelta(seconds=1), held=(swapped,))
    assert is_refused(enrolled, moved, begun.state, answer)
    assert is_refused(enrolled, moved, enrolled.begin(moved).state, answer)


def test_without_what_was_enrolled_nothing_is_right(enrolled: Factor) -> None:
    context = context_of(enrolled)
    begun = enrolled.begin(context)
    answer = right(enrolled, context, begun)
    assert is_refused(enrolled, replace(context, held=()), begun.state, answer)


def test_what_is_held_can_be_used_again_but_for_codes_on_paper(enrolled: Factor) -> None:
    context = context_of(enrolled)
    assert not enrolled.is_used_up(context.held)
    begun = enrolled.begin(context)
    verdict = enrolled.finish(context, begun.state, right(enrolled, context, begun))
    swapped = replace(context.held[0], secret=verdict.secret or context.held[0].secret)
    assert not enrolled.is_used_up((swapped,)) or enrolled.is_spare


def test_an_enrolment_gives_a_secret_only_when_it_is_right(enrolled: Factor) -> None:
    context = replace(context_of(enrolled), purpose="enrol", held=())
    begun, other = enrolled.begin(context), enrolled.begin(context)
    answer = right(enrolled, context, begun)
    verdict = enrolled.finish(context, begun.state, answer)
    assert verdict.ok
    assert verdict.secret
    assert verdict.credential is None
    assert is_refused(enrolled, context, other.state, answer)


@pytest.mark.parametrize("digits", [6, 10])
def test_no_two_questions_are_alike(factor: Factor, digits: int) -> None:
    context = context_of(factor, digits=digits)
    states = [factor.begin(context).state for _ in range(20)]
    assert len(set(states)) > 18


def spellings(secret: bytes) -> set[str]:
    ways = (b32encode, b64encode, urlsafe_b64encode)
    spelled = {way(secret).decode().rstrip("=") for way in ways}
    return spelled | {secret.hex(), secret.decode("latin-1")}


def test_the_page_shows_neither_state_nor_secret(factor: Factor) -> None:
    context = context_of(factor)
    for _ in range(20):
        begun = factor.begin(context)
        shown = json.dumps(dict(begun.prompt))
        for secret in (begun.state, *(held.secret for held in context.held)):
            assert not any(spelled in shown for spelled in spellings(secret))


def test_a_question_can_be_stored(factor: Factor) -> None:
    begun = factor.begin(context_of(factor))
    assert isinstance(begun.state, bytes)
    assert len(begun.state) < 10_000
    assert all(isinstance(value, str | int) for value in begun.prompt.values())
    told = begun.letter.data if begun.letter else {}
    assert all(isinstance(value, str) for value in told.values())


def test_a_verdict_depends_on_nothing_but_its_arguments(factor: Factor) -> None:
    context = context_of(factor)
    begun = factor.begin(context)
    answer = right(factor, context, begun)
    assert len({factor.finish(context, begun.state, answer) for _ in range(5)}) == 1
