"""People who add a token to their ways to sign in, in the flow that the pages use."""

from simple_2fa.challenges.desk import Desk
from simple_2fa.credentials.model import Credential
from simple_2fa.signin import enrolling
from visits import Visitor, owner, signed_in
from world import token_code


def key_code(ann: Visitor) -> str:
    """Give the code that a new token shows first."""
    return token_code(ann.desk.posed(ann.asked).state)


def adding(desk: Desk) -> Visitor:
    """Give somebody who has just begun to enrol a token."""
    ann = signed_in(desk)
    ann.act(enrolling.begin, "counter")
    return ann


def with_token(desk: Desk, name: str = "") -> Visitor:
    ann = signed_in(desk)
    add_token(ann, name)
    return ann


def add_token(ann: Visitor, name: str = "") -> None:
    """Add one more."""
    ann.act(enrolling.begin, "counter")
    assert ann.act(enrolling.confirm, key_code(ann), name).cookies


def held(ann: Visitor) -> list[Credential]:
    return enrolling.owned(ann.visit(), owner(ann))
