"""People who add a token to their ways to sign in, and who say that it wasn't they."""

from collections.abc import Callable

from simple_2fa.challenges.desk import Desk
from simple_2fa.core.ids import new_id
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import Credential
from simple_2fa.signin import enrolling, not_me
from simple_2fa.signin.taking_back import TakenBack
from visits import Visitor, owner, signed_in
from world import token_code

CHANGES: dict[str, Callable[[Visitor], object]] = {
    "begin": lambda ann: ann.act(enrolling.begin, "counter"),
    "remove": lambda ann: ann.act(enrolling.remove, new_id()),
    "rename": lambda ann: ann.act(enrolling.rename, new_id(), "Mine"),
    "switch mail codes": lambda ann: ann.act(enrolling.switch_mail_codes, on=True),
}
"""What somebody may do with the ways to sign in."""


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


def credentials_of(ann: Visitor) -> bytes:
    """Give the secret of the one token that somebody has."""
    subject = owner(ann).subject
    (found,) = ann.db.read(lambda link: credentials.held(link, ann.desk.vault, subject, "counter"))
    return found.secret


def said(ann: Visitor, token: str) -> TakenBack:
    """Press the button of a letter, in a browser that nobody knows; the page has said what goes."""
    there = Visitor(ann.desk, now=ann.now)
    link = not_me.find(there.visit(), token)
    assert link
    foretold = not_me.takes_back(there.visit(), link)
    assert there.act(not_me.say, token) == foretold
    return foretold
