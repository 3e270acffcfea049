"""Questions that pages put by themselves: nothing of them is kept that nobody answered."""

import secrets

import pytest

from simple_2fa.challenges import flows
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.ids import new_id
from simple_2fa.limits.buckets import bucket
from simple_2fa.limits.rules import PASSKEY_QUESTIONS
from simple_2fa.signin import alone
from traces import row_counts, spend
from visits import Visitor
from world import MINUTE, NOW, TTL


def asked(ann: Visitor, visitor: str) -> str:
    factor = ann.desk.factors["passkey"]
    return str(alone.begin(ann.visit(), visitor, factor)["options"])


def test_a_browser_is_asked_one_question_for_as_long_as_it_can_be_answered(desk: Desk) -> None:
    ann, visitor = Visitor(desk), new_id()
    first = asked(ann, visitor)
    ann.now = NOW + TTL - 4 * MINUTE
    assert asked(ann, visitor) == first
    ann.now = NOW + TTL - 2 * MINUTE
    assert asked(ann, visitor) != first
    assert asked(ann, new_id()) != asked(ann, new_id())


def test_it_leaves_no_event_and_goes_when_it_is_over(alone_desk: Desk) -> None:
    before = row_counts(alone_desk.db, but="two_factor_limits")
    ann = Visitor(alone_desk)
    asked(ann, new_id())
    after = row_counts(alone_desk.db, but="two_factor_limits")
    assert {name: after[name] - each for name, each in before.items() if after[name] != each} == {
        "two_factor_auth": 1
    }
    assert flows.sweep(alone_desk, NOW + TTL + MINUTE, 100) == 1
    assert row_counts(alone_desk.db, but="two_factor_limits") == before


def test_one_network_has_six_hundred_put_in_an_hour(desk: Desk) -> None:
    ann = Visitor(desk)
    spend(ann, bucket(PASSKEY_QUESTIONS, ann.place.network), 600)
    with pytest.raises(SlowDownError):
        asked(ann, new_id())
    assert asked(Visitor(desk), secrets.token_urlsafe(16))
