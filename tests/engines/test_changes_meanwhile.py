"""A change of the account while somebody is coming in: whichever is first, it ends what is old."""

from collections.abc import Callable

import pytest

from simple_2fa.challenges import flows
from simple_2fa.challenges.desk import Desk
from simple_2fa.core import passwords
from simple_2fa.signin import changes, login, recover, register, step_up
from simple_2fa.signin.model import Entered, OverError, Visit
from traces import known_to, open_to
from visits import (
    OTHER_PASSWORD,
    PASSWORD,
    Visitor,
    asking_for_a_way_in,
    at,
    at_home,
    joined,
    meanwhile,
    outcome,
    owner,
    reset,
    signed_in,
    slowly,
    undo,
)
from world import together

THIRD_PASSWORD = "amber glacier trumpet"


def at_code(ann: Visitor) -> Visitor:
    ann.act(login.sign_in, ann.typed())
    return ann


def change_password(ann: Visitor) -> None:
    assert ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD).cookies


def only_hers(ann: Visitor) -> bool:
    """Tell whether nothing but this browser and its session opens the account."""
    session, account = ann.session, owner(ann)
    assert session
    sessions = [each.id for each in open_to(ann, account)]
    return (sessions, [each.id for each in known_to(ann, account)]) == (
        [session.id],
        list(ann.browsers),
    )


def test_a_password_changed_while_the_old_one_is_checked_keeps_that_out(desk: Desk) -> None:
    ann = signed_in(desk)
    thief = slowly(ann.elsewhere(), lambda: change_password(ann))
    thief.act(login.sign_in, thief.typed())
    assert thief.stage == ""
    assert only_hers(ann)


def test_so_does_one_changed_while_the_code_is_checked(desk: Desk) -> None:
    ann = signed_in(desk)
    thief = at_code(ann.elsewhere())
    late = meanwhile(thief, lambda: change_password(ann))
    late.act(login.answer, thief.code, remember=True)
    assert (late.stage, thief.stage) == ("", "")
    assert only_hers(ann)
    thief.act(login.sign_in, thief.typed(OTHER_PASSWORD))
    assert thief.stage == "password"


@pytest.mark.parametrize("step", ["password", "code"])
def test_whoever_comes_in_just_before_it_is_put_out(desk: Desk, step: str) -> None:
    ann = signed_in(desk)
    thief = ann.elsewhere()

    def enter() -> None:
        at_code(thief)
        if step == "code":
            assert thief.act(login.answer, thief.code).cookies
            assert thief.stage == "full"

    late = slowly(ann, enter)
    change_password(late)
    assert thief.stage == ""
    assert only_hers(late)


def test_a_change_and_a_sign_in_at_once_leave_one_session(desk: Desk) -> None:
    for _ in range(3):
        ann = signed_in(desk)
        thief = at_code(ann.elsewhere())
        code = thief.code
        acts: tuple[Callable[[], Entered], ...] = (
            lambda ann=ann: ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD),  # type: ignore[misc]
            lambda thief=thief, code=code: thief.act(login.answer, code),  # type: ignore[misc]
        )
        told = together(2, lambda number, acts=acts: outcome(acts[number]))  # type: ignore[misc]
        assert told[0] == "in"
        assert told[1] in {"in", "over", "canceled"}
        assert thief.stage == ""
        assert only_hers(ann)


def test_an_undo_while_the_thief_s_password_is_changed_comes_first(desk: Desk) -> None:
    ann = at_home(desk)
    phone = at_home(desk, owner(ann))
    reset(ann)
    late = slowly(ann, lambda: undo(phone))
    with pytest.raises(OverError):
        late.act(changes.change_password, OTHER_PASSWORD, THIRD_PASSWORD)
    assert passwords.fits(PASSWORD, owner(ann).password)


def registering(desk: Desk) -> Visitor:
    ann = Visitor(desk)
    ann.act(register.begin, ann.typed())
    return ann


def stepping_up(desk: Desk) -> Visitor:
    ann = signed_in(desk)
    ann.act(step_up.ask, "")
    return ann


def moving(desk: Desk) -> Visitor:
    ann = signed_in(desk)
    ann.act(changes.ask_address, f"x{ann.address}")
    return ann


ANSWERS: dict[str, tuple[Callable[[Desk], Visitor], Callable[[Visit, str], Entered]]] = {
    "register": (registering, register.confirm),
    "sign in": (lambda desk: at_code(at(desk, joined(desk))), login.answer),
    "reset": (asking_for_a_way_in, recover.prove),
    "step up": (stepping_up, step_up.answer),
    "move": (moving, changes.confirm_address),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_session_ended_while_its_code_is_checked_leads_nowhere(desk: Desk, name: str) -> None:
    come, answer = ANSWERS[name]
    ann = come(desk)
    asked, code, before = ann.asked, ann.code, ann.account
    with pytest.raises(OverError):
        meanwhile(ann, lambda: ann.act(changes.sign_out)).act(answer, code)
    assert (ann.account, ann.stage) == (before, "")
    assert flows.find(desk, asked.id, asked.caller) == asked


def test_an_address_is_not_changed_under_another_password(desk: Desk) -> None:
    ann = moving(desk)
    phone, code = signed_in(desk, owner(ann)), ann.code
    with pytest.raises(OverError):
        meanwhile(ann, lambda: change_password(phone)).act(changes.confirm_address, code)
    assert owner(ann).epoch == 2
    assert only_hers(phone)
