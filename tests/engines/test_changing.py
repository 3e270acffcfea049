"""What a signed-in person changes: the password, the address, and who is told."""

from dataclasses import replace

import pytest

from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Outcome, Sending
from simple_2fa.core import passwords
from simple_2fa.core.tags import Tag
from simple_2fa.signin import asking, changes, login
from simple_2fa.signin.model import TAKEN, Entered, NotFreshError, OverError, WeakPasswordError
from traces import happened, known_to, letters, notices, open_to, row_counts, voided
from visits import (
    OTHER_PASSWORD,
    PASSWORD,
    Visitor,
    at,
    joined,
    meanwhile,
    owner,
    reset,
    signed_in,
)
from world import NOW, wrong


def told(entered: Entered) -> Outcome:
    assert entered.answered
    return entered.answered.outcome


def test_a_new_password_ends_all_but_this_session_and_browser(desk: Desk) -> None:
    ann = signed_in(desk, remember=True)
    phone = signed_in(desk, owner(ann), remember=True)
    waiting = at(desk, owner(ann))
    waiting.act(login.sign_in, waiting.typed())
    before, session = replace(ann), ann.session
    assert ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD).cookies
    account = owner(ann)
    assert passwords.fits(OTHER_PASSWORD, account.password)
    assert (account.password_at, account.epoch) == (NOW, 2)
    assert [each.stage for each in (before, phone, waiting)] == ["", "", ""]
    assert session
    assert [each.id for each in open_to(ann, account)] == [session.id]
    assert [each.id for each in known_to(ann, account)] == list(ann.browsers)
    assert happened(ann, account, Tag.PASSWORD_CHANGE) == ["done"]
    (notice,) = notices(ann, "password_changed")
    assert notice["asked_from"].startswith("Firefox on Windows")
    ann.act(changes.sign_out)
    ann.act(login.sign_in, ann.typed(OTHER_PASSWORD))
    assert ann.stage == "full"  # its browser still skips the code
    phone.act(login.sign_in, phone.typed(OTHER_PASSWORD))
    assert phone.stage == "password"


def test_it_needs_the_current_one(desk: Desk) -> None:
    ann = signed_in(desk)
    assert ann.act(changes.change_password, OTHER_PASSWORD, "amber glacier trumpet") == Entered()
    assert owner(ann).epoch == 1
    assert happened(ann, owner(ann), Tag.PASSWORD_CHECK) == ["wrong"]


def test_a_weak_new_one_changes_nothing(desk: Desk) -> None:
    ann = signed_in(desk)
    before = row_counts(desk.db, but="two_factor_limits")
    for weak in ("short", "password1234", ann.address):
        with pytest.raises(WeakPasswordError):
            ann.act(changes.change_password, PASSWORD, weak)
    assert row_counts(desk.db, but="two_factor_limits") == before
    assert owner(ann).epoch == 1


def test_from_another_tab_that_is_behind_nothing_is_changed(desk: Desk) -> None:
    ann = signed_in(desk)
    behind = ann.visit()
    assert ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD).cookies
    for change in (
        lambda: changes.change_password(behind, OTHER_PASSWORD, PASSWORD),
        lambda: changes.ask_address(behind, "x@example.com"),
        lambda: changes.delete(behind),
        lambda: changes.speak(behind, "de"),
    ):
        with pytest.raises(OverError):
            change()
    assert owner(ann).epoch == 2


def moving(desk: Desk, to: str = "") -> tuple[Visitor, str]:
    """Give somebody who waits for the code at a new address, and that address."""
    ann, new = signed_in(desk), to or Visitor(desk).address
    ann.act(changes.ask_address, new)
    return ann, new


def test_a_new_address_is_proved_and_the_old_one_told(desk: Desk) -> None:
    ann, new = moving(desk)
    phone = signed_in(desk, owner(ann))
    account, asked = owner(ann), ann.asked
    assert (asked.address, asked.subject, len(letters(ann))) == (new, account.subject, 1)
    entered = ann.act(changes.confirm_address, ann.code)
    assert (told(entered), entered.goes_to) == (Outcome.APPROVED, "")
    assert ann.account is None
    (notice,) = notices(ann, "address_changed")
    assert notice["to"] == "a•••@example.com"
    ann.address = new
    assert owner(ann) == replace(account, address=new, epoch=2)
    assert (ann.stage, phone.stage) == ("full", "")
    assert [each.id for each in known_to(ann, owner(ann))] == list(ann.browsers)
    assert happened(ann, owner(ann), Tag.ADDRESS_CHANGE) == ["approved"]
    assert voided(ann, asked.id)
    again = ann.elsewhere()
    assert again.act(login.sign_in, again.typed()).cookies


def test_a_wrong_code_changes_nothing(desk: Desk) -> None:
    ann, _ = moving(desk)
    assert told(ann.act(changes.confirm_address, wrong(ann.code))) is Outcome.WRONG
    assert (owner(ann).epoch, ann.stage) == (1, "full")


def test_a_mistyped_new_address_is_typed_again_at_once(desk: Desk) -> None:
    ann, mistyped = moving(desk)
    first, code = ann.asked, ann.code
    right = f"x{mistyped}"
    ann.act(changes.ask_address, right)
    assert (ann.asked.address, len(letters(ann))) == (right, 1)
    assert voided(ann, first.id)
    if ann.code != code:
        assert told(ann.act(changes.confirm_address, code)) is Outcome.WRONG
    assert ann.act(changes.confirm_address, ann.code).cookies
    assert Visitor(desk, right).account
    assert Visitor(desk, mistyped).account is None


def test_sent_again_it_goes_to_the_new_address(desk: Desk) -> None:
    ann, new = moving(desk)
    code = ann.code
    ann.move(seconds=30)
    ann.act(asking.again)
    assert (ann.asked.address, ann.code, len(letters(ann))) == (new, code, 2)
    for _ in range(5):
        ann.act(changes.confirm_address, wrong(code))
    ann.move(seconds=30)
    assert ann.act(asking.again).sending is Sending.NEW
    assert ann.asked.address == new
    assert ann.act(changes.confirm_address, ann.code).cookies


def test_that_another_has_the_address_is_told_to_the_right_code_alone(desk: Desk) -> None:
    bob = joined(desk)
    ann, _ = moving(desk, bob.address)
    missed = ann.act(changes.confirm_address, wrong(ann.code))
    assert (told(missed), missed.cookies) == (Outcome.WRONG, None)
    entered = ann.act(changes.confirm_address, ann.code)
    assert entered.answered
    assert (entered.cookies, entered.answered.data) == (None, {TAKEN: 1})
    assert (owner(ann).epoch, ann.stage) == (1, "full")
    assert notices(ann, "address_changed") == []


def test_whoever_comes_first_gets_the_address(desk: Desk) -> None:
    """Between the one's reads and its write the other moves there, or registers."""
    ann, new = moving(desk)
    bob, _ = moving(desk, new)
    code = ann.code
    late = meanwhile(ann, lambda: bob.act(changes.confirm_address, bob.code))
    entered = late.act(changes.confirm_address, code)
    assert entered.answered
    assert (entered.cookies, entered.answered.data) == (None, {TAKEN: 1})
    assert owner(Visitor(desk, new)).epoch == 2


def test_the_spelling_of_one_s_own_address_can_be_changed(desk: Desk) -> None:
    ann = signed_in(desk)
    ann.act(changes.ask_address, ann.address.title())
    assert ann.act(changes.confirm_address, ann.code).cookies
    assert owner(ann).address == ann.address.title()


def test_one_factor_changes_neither(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    reset(ann)
    for change in (
        lambda: ann.act(changes.change_password, OTHER_PASSWORD, PASSWORD),
        lambda: ann.act(changes.ask_address, f"x{ann.address}"),
    ):
        with pytest.raises(OverError):
            change()


def test_a_new_code_needs_a_second_step_of_a_moment_ago(desk: Desk) -> None:
    """The one that is open is sent again; a dead one would be made new for as long as one likes."""
    ann = signed_in(desk)
    ann.act(changes.ask_address, f"x{ann.address}")
    ann.move(minutes=6)
    assert ann.act(asking.again).sending is Sending.RESENT
    ann.move(minutes=3)
    with pytest.raises(NotFreshError):
        ann.act(asking.again)
    ann.move(minutes=2)
    with pytest.raises(NotFreshError):
        ann.act(asking.again)
    assert len(letters(ann)) == 2
