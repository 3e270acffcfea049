"""What a completed sign-in will write, computed before its unit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from people import somebody
from simple_2fa.accounts.model import UNDO_FOR
from simple_2fa.core.ids import is_id
from simple_2fa.db.engine import Database
from simple_2fa.sessions.model import BROWSER_LASTS, SKIPS_CODE_FOR, Browser
from simple_2fa.signin.arrival import arrival
from simple_2fa.signin.model import Cookies, Typed, Visit, caller_of
from unit.sessions.test_model import FULL, HERE, KNOWN, LATER
from world import NOW, desk_on

DESK = desk_on(Database("sqlite:///never-opened.sqlite3"))
VISIT = Visit(DESK, NOW, HERE, browsers={KNOWN.id: "verifier"})
MAIL, TOKEN = DESK.factors["mail_code"], DESK.factors["counter"]
ANN = somebody("ann@example.com")
RESET = replace(ANN, reset_at=NOW - UNDO_FOR + timedelta(microseconds=1), former_password="old")
UNTIL = NOW + timedelta(microseconds=1)
HERS = replace(KNOWN, account=ANN.id)


def test_a_second_step_makes_the_browser_known_and_skips_nothing() -> None:
    made = arrival(VISIT, ANN, None, MAIL)
    assert made.cookies.browser
    name, verifier = made.cookies.browser
    assert is_id(name)
    assert name != KNOWN.id
    assert len({made.cookies.session, verifier, ""}) == 3
    assert (made.one_factor_until, made.skips_until) == (None, None)
    assert made.facts == {**HERE.facts, "how": "mail_code"}


def test_it_skips_the_code_where_its_person_chose_so() -> None:
    assert arrival(VISIT, ANN, None, MAIL, remember=True).skips_until == NOW + SKIPS_CODE_FOR


def test_a_known_browser_stays_itself_under_another_verifier() -> None:
    known = replace(HERS, skips_code_until=LATER)
    for second in (None, MAIL):
        made = arrival(VISIT, ANN, known, second)
        assert made.cookies.browser
        name, verifier = made.cookies.browser
        assert (name, made.skips_until) == (KNOWN.id, LATER)
        assert verifier != VISIT.browsers[KNOWN.id]
    assert made.facts["how"] == "mail_code"
    assert arrival(VISIT, ANN, known, None).facts["how"] == "browser"


@pytest.mark.parametrize("remember", [True, False])
def test_after_a_reset_a_mailbox_is_one_factor_and_makes_nothing_known(*, remember: bool) -> None:
    made = arrival(VISIT, RESET, None, MAIL, remember=remember)
    assert (made.one_factor_until, made.cookies.browser) == (UNTIL, None)


@pytest.mark.parametrize(
    ("reset_ago", "known", "second"),
    [
        (UNDO_FOR, None, MAIL),
        (timedelta(), None, TOKEN),
        (timedelta(), HERS, MAIL),
        (timedelta(), HERS, None),
    ],
    ids=["a day later", "another factor", "known browser", "known browser that skips"],
)
def test_all_else_is_two_factors(
    reset_ago: timedelta, known: Browser | None, second: object
) -> None:
    account = replace(ANN, reset_at=NOW - reset_ago, former_password="old")
    made = arrival(VISIT, account, known, second)  # type: ignore[arg-type]
    assert made.one_factor_until is None
    assert made.cookies.browser


def test_no_two_arrivals_share_a_secret() -> None:
    made = [arrival(VISIT, ANN, None, MAIL).cookies for _ in range(2)]
    assert made[0] != made[1]


def test_secrets_stay_out_of_what_is_printed() -> None:
    cookies = Cookies("token-of-hers", ("name", "verifier-of-hers"))
    visit = replace(VISIT, token="token-of-hers", browsers={"name": "verifier-of-hers"})
    for each in (cookies, visit, Typed("ann@example.com", "token-of-hers")):
        assert "of-hers" not in repr(each)


def test_a_session_asks_in_its_own_name_and_that_of_its_browser() -> None:
    assert str(caller_of(FULL)) == f"session:{FULL.id}"
    assert str(caller_of(replace(FULL, browser="b"))) == f"session:{FULL.id}:b"
    assert len(str(caller_of(replace(FULL, browser=FULL.id)))) <= 64


def test_a_browser_is_known_for_half_a_year() -> None:
    assert timedelta(days=180) == BROWSER_LASTS
    assert timedelta(days=30) == SKIPS_CODE_FOR
