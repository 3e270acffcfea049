"""A change of the account ends the codes that were sent before it."""

from collections.abc import Callable

import pytest

from people import Member, change_password, disable, found
from simple_2fa.accounts.model import FIRST_EPOCH, Account
from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Answered, Outcome, Sending, Started
from simple_2fa.db.engine import Database
from world import MINUTE, NOW, wrong

PURPOSE = "login"
CHANGES = pytest.mark.parametrize(
    "change", [change_password, disable], ids=["password", "disabled"]
)
Change = Callable[[Database, Account], None]


@pytest.fixture
def ann(desk: Desk) -> Member:
    return Member.of(desk)


def started(ann: Member) -> Started:
    return ann.start(purpose=PURPOSE, epoch=found(ann.db, ann.account).epoch)


def answer(ann: Member, challenge: Started, text: str) -> Answered:
    return ann.answer(challenge.challenge.id, text, NOW + MINUTE, purpose=PURPOSE)


def test_under_the_account_s_epoch_a_code_is_approved(ann: Member) -> None:
    asked = started(ann)
    assert ann.row(asked.challenge.id).epoch == FIRST_EPOCH
    told = answer(ann, asked, ann.code(asked))
    assert told.outcome is Outcome.APPROVED
    assert told.proof
    assert told.proof.subject == ann.account.subject


@CHANGES
@pytest.mark.parametrize("right", [True, False])
def test_after_a_change_no_code_from_before_is_judged(
    ann: Member, change: Change, *, right: bool
) -> None:
    asked = started(ann)
    code = ann.code(asked)
    change(ann.db, ann.account)
    told = answer(ann, asked, code if right else wrong(code))
    assert told == Answered(Outcome.CANCELED)
    assert ann.row(asked.challenge.id).tries == 0
    assert ann.guesses_left() == 10


@CHANGES
def test_another_s_change_ends_nothing(ann: Member, desk: Desk, change: Change) -> None:
    asked = started(ann)
    change(desk.db, Member.of(desk).account)
    assert answer(ann, asked, ann.code(asked)).outcome is Outcome.APPROVED


@pytest.mark.parametrize("epoch", [0, FIRST_EPOCH + 1])
def test_an_epoch_that_the_account_never_had_opens_nothing(ann: Member, epoch: int) -> None:
    asked = ann.start(purpose=PURPOSE, epoch=epoch)
    assert answer(ann, asked, ann.code(asked)) == Answered(Outcome.CANCELED)


@CHANGES
def test_whoever_asks_after_a_change_gets_a_new_code(ann: Member, change: Change) -> None:
    old = started(ann)
    change(ann.db, ann.account)
    epoch = found(ann.db, ann.account).epoch
    new = ann.start(NOW + MINUTE, PURPOSE, epoch=epoch)
    assert new.sending is Sending.NEW
    assert answer(ann, new, ann.code(new)).outcome is Outcome.APPROVED
    assert answer(ann, old, ann.code(old)).outcome is Outcome.CANCELED
