"""Somebody who has lost everything but the password, and waits."""

from datetime import timedelta

from people import found
from simple_2fa.accounts.model import Account, Recovery
from simple_2fa.challenges.desk import Desk
from simple_2fa.signin import (
    login,
    lost,
)
from simple_2fa.signin.lost import Way
from visits import (
    Visitor,
    at,
    enrolled,
    joined,
    outcome,
    owner,
    signed_in,
)

MILLI = timedelta(milliseconds=1)


def at_the_door(desk: Desk, account: Account | None = None) -> Visitor:
    """Give somebody who has entered the password, and has nothing else."""
    there = at(desk, found(desk.db, account) if account else joined(desk))
    there.act(login.sign_in, there.typed())
    return there


def waiting(desk: Desk, account: Account | None = None) -> Visitor:
    """Give one who has said that all is lost."""
    there = at_the_door(desk, account)
    there.act(lost.start)
    return there


def again(ann: Visitor, **span: float) -> Visitor:
    """Come back later with the password, in another browser."""
    there = ann.elsewhere()
    there.move(**span)
    there.act(login.sign_in, there.typed())
    return there


def with_token(desk: Desk) -> Visitor:
    """Give somebody with a second step of her own, in a browser of hers."""
    account = joined(desk)
    enrolled(desk, account)
    return signed_in(desk, account)


def pending(ann: Visitor) -> Recovery | None:
    return lost.pending(ann.visit(), owner(ann))


def says(ann: Visitor) -> Way | None:
    """Give what the page of the second step says of this way."""
    told = lost.way(ann.visit())
    return told[0] if told else None


def goes_on(ann: Visitor) -> str:
    return outcome(lambda: ann.act(lost.go_on))
