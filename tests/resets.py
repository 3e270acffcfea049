"""Somebody who reads the mailbox resets the password, and signs in by it."""

from datetime import timedelta

from simple_2fa.signin import login
from visits import OTHER_PASSWORD, Visitor, reset
from world import NOW


def thief_of(ann: Visitor, password: str = OTHER_PASSWORD) -> Visitor:
    """Let somebody who reads the mailbox reset the password, in a browser of their own."""
    thief = ann.elsewhere()
    reset(thief, password)
    return thief


def is_one_factor(ann: Visitor) -> bool:
    assert ann.session
    return ann.session.is_one_factor(ann.now)


def sign_in_again(
    ann: Visitor, password: str = OTHER_PASSWORD, now: timedelta | None = None
) -> Visitor:
    """Sign in by password and mail code in a browser that is new."""
    new = ann.elsewhere()
    new.now = NOW + (now or timedelta())
    new.act(login.sign_in, new.typed(password))
    assert new.act(login.answer, new.code, remember=True).cookies
    return new
