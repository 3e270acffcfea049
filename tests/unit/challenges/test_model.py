"""How a challenge stands, told from its row alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from simple_2fa.challenges.model import Caller, Challenge, ClosedError, Outcome, Question
from world import NOW, SECOND

MICRO = timedelta(microseconds=1)
OPEN = Challenge(
    id="c" * 22,
    subject=bytes(32),
    address="ann@example.com",
    purpose="login",
    caller=Caller("session", "s"),
    factor="mail_code",
    epoch=3,
    account_epoch=3,
    digits=6,
    tries=0,
    max_tries=5,
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=10),
    resend_after=NOW + 30 * SECOND,
    used=False,
    outcome=None,
    followed_by=None,
    sealed="x",
)
EXPIRED = replace(OPEN, expires_at=NOW)
SPENT = replace(OPEN, tries=5)
APPROVED = replace(OPEN, used=True, outcome="approved", tries=5)
CANCELED = replace(OPEN, used=True, outcome="canceled")
CLOSED = replace(OPEN, used=True)


@pytest.mark.parametrize(
    ("challenge", "stopped", "status"),
    [
        (OPEN, None, "pending"),
        (replace(OPEN, tries=4), None, "pending"),
        (EXPIRED, Outcome.EXPIRED, "expired"),
        (SPENT, Outcome.OUT_OF_TRIES, "max_attempts_reached"),
        (APPROVED, Outcome.USED, "approved"),
        (CANCELED, Outcome.CANCELED, "canceled"),
        (CLOSED, Outcome.USED, "expired"),
        (replace(EXPIRED, tries=5), Outcome.EXPIRED, "expired"),
        (replace(APPROVED, expires_at=NOW), Outcome.USED, "approved"),
        (replace(CANCELED, expires_at=NOW), Outcome.CANCELED, "canceled"),
    ],
)
def test_used_comes_first_then_the_time_then_the_tries(
    challenge: Challenge, stopped: Outcome | None, status: str
) -> None:
    assert challenge.stopped(NOW) is stopped
    assert challenge.status(NOW) == status


@pytest.mark.parametrize(("left", "fits"), [(180 * SECOND, True), (180 * SECOND - MICRO, False)])
def test_a_letter_needs_three_minutes(left: timedelta, *, fits: bool) -> None:
    assert replace(OPEN, expires_at=NOW + left).can_be_resent(NOW) == fits


@pytest.mark.parametrize("challenge", [EXPIRED, SPENT, APPROVED, CANCELED, CLOSED])
def test_what_is_stopped_is_not_resent(challenge: Challenge) -> None:
    assert not challenge.can_be_resent(NOW)


@pytest.mark.parametrize(("tries", "left"), [(0, 5), (4, 1), (5, 0), (6, 0)])
def test_tries_left_never_go_below_none(tries: int, left: int) -> None:
    assert replace(OPEN, tries=tries).tries_left == left


def test_it_remembers_its_question() -> None:
    caller = Caller("session", "s")
    question = Question(bytes(32), "ann@example.com", "login", caller, "mail_code", 3)
    assert OPEN.question == question


def test_clients_have_ledgers_and_our_pages_share_one() -> None:
    assert Caller("client", "a").ledger == "a"
    assert Caller("session", "a").ledger == Caller("session", "b").ledger == "pages"
    assert str(Caller("client", "a")) == "client:a"


def test_no_client_shares_the_ledger_of_our_pages() -> None:
    """Ids of clients have 22 characters, or are 'development'."""
    assert len(Caller("session", "a").ledger) != 22


def test_what_another_node_has_blanked_is_expired() -> None:
    assert replace(OPEN, sealed="").stopped(NOW) is Outcome.EXPIRED
    spent = replace(OPEN, sealed="", tries=OPEN.max_tries)
    assert spent.stopped(NOW) is Outcome.OUT_OF_TRIES


def test_a_closed_error_says_why() -> None:
    error = ClosedError(Outcome.CANCELED)
    assert error.outcome is Outcome.CANCELED
    assert "canceled" in str(error)


def test_outcomes_fit_their_column() -> None:
    assert all(len(outcome) <= 32 for outcome in Outcome)
    assert len(Outcome.APPROVED) <= 16
    assert len(Outcome.CANCELED) <= 16
