"""The connection is lost around COMMIT: one account, one session, and the cookies that open it."""

from bad_line import Behind
from simple_2fa.core import passwords
from simple_2fa.core.tags import Tag
from simple_2fa.signin import changes, login, lost, not_me, recover, register
from traces import happened, known_to, letters, notices, open_to
from visits import (
    OTHER_PASSWORD,
    PASSWORD,
    Visitor,
    at,
    at_home,
    joined,
    owner,
    signed_in,
    undo,
)


def is_in_once(ann: Visitor) -> bool:
    """Tell whether the cookies open the account's one session, in its one known browser."""
    session, account = ann.session, owner(ann)
    assert session
    assert [each.id for each in open_to(ann, account)] == [session.id]
    assert [each.id for each in known_to(ann, account)] == list(ann.browsers) == [session.browser]
    return ann.stage == "full"


def test_a_registration_is_confirmed_once(behind: Behind) -> None:
    ann = Visitor(behind.world.desk)
    behind.act(lambda: ann.act(register.begin, ann.typed()))
    assert len(letters(ann)) == 1
    code = ann.code
    behind.act(lambda: ann.act(register.confirm, code))
    assert is_in_once(ann)
    assert happened(ann, owner(ann), Tag.ACCOUNT_CREATE) == ["approved"]


def test_a_sign_in_is_done_once(behind: Behind) -> None:
    desk = behind.world.desk
    ann = at(desk, joined(desk))
    behind.act(lambda: ann.act(login.sign_in, ann.typed()))
    assert (ann.stage, len(letters(ann))) == ("password", 1)
    code = ann.code
    behind.act(lambda: ann.act(login.answer, code, remember=True))
    assert is_in_once(ann)
    behind.act(lambda: ann.act(login.sign_in, ann.typed()))
    assert is_in_once(ann)
    assert happened(ann, owner(ann), Tag.SESSION_LOGIN) == ["approved", "approved"]


def test_a_wrong_password_is_charged_once(behind: Behind) -> None:
    desk = behind.world.desk
    ann = at(desk, joined(desk))
    behind.act(lambda: ann.act(login.sign_in, ann.typed(OTHER_PASSWORD)))
    assert happened(ann, owner(ann), Tag.PASSWORD_CHECK) == ["wrong"]


def test_a_reset_is_done_once_and_undone_once(behind: Behind) -> None:
    desk = behind.world.desk
    owner_s = at_home(desk)
    ann = owner_s.elsewhere()
    behind.act(lambda: ann.act(recover.begin, ann.address))
    code = ann.code
    behind.act(lambda: ann.act(recover.prove, code))
    behind.act(lambda: ann.act(recover.set_password, OTHER_PASSWORD))
    assert (ann.stage, owner_s.stage, owner(ann).epoch) == ("full", "full", 2)
    assert len(notices(ann, "password_reset")) == 1
    behind.act(lambda: undo(owner_s))
    assert (ann.stage, owner_s.stage, owner(ann).epoch) == ("", "full", 3)
    assert passwords.fits(PASSWORD, owner(ann).password)


def test_changes_are_made_once(behind: Behind) -> None:
    ann = signed_in(behind.world.desk)
    account = owner(ann)
    behind.act(lambda: ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD))
    assert is_in_once(ann)
    to = f"x{ann.address}"
    behind.act(lambda: ann.act(changes.ask_address, to))
    code = ann.code
    behind.act(lambda: ann.act(changes.confirm_address, code))
    ann.address = to
    assert is_in_once(ann)
    assert owner(ann).epoch == 3
    behind.act(lambda: ann.act(changes.delete))
    assert (ann.stage, ann.account) == ("", None)
    assert happened(ann, account, Tag.ACCOUNT_DELETE) == ["done"]


def test_a_recovery_is_started_once_and_used_once(behind: Behind) -> None:
    desk = behind.world.desk
    ann = at(desk, joined(desk))
    ann.act(login.sign_in, ann.typed())
    behind.act(lambda: ann.act(lost.start))
    assert len(notices(ann, "recovery_started")) == 1
    there = ann.elsewhere()
    there.move(hours=25)
    there.act(login.sign_in, there.typed())
    behind.act(lambda: there.act(lost.go_on))
    assert (there.stage, len(open_to(there, owner(there)))) == ("full", 1)
    assert (owner(there).epoch, len(notices(ann, "recovery_used"))) == (2, 1)
    assert happened(there, owner(there), Tag.RECOVERY_USE) == ["done"]


def test_that_was_not_me_is_said_once(behind: Behind) -> None:
    ann = signed_in(behind.world.desk)
    ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD)
    token = notices(ann, "password_changed")[0]["token"]
    behind.act(lambda: ann.act(not_me.say, token))
    assert (ann.stage, owner(ann).epoch) == ("", 3)
    assert happened(ann, owner(ann), Tag.NOT_ME) == ["done"]
