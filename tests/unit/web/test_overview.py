"""What recent activity says of networks: the first one has none to be compared with."""

import secrets
from datetime import timedelta

from simple_2fa.core.tags import Event, Tag
from simple_2fa.web import overview
from world import NOW

HOME, CAFE = "203.0.113.0", "198.51.100.0"


def networks(*happened: tuple[Tag, str, str]) -> list[object]:
    """Let things happen, each a tag, an outcome and a network ('' by support); tell of each."""
    found = [
        Event(
            secrets.token_bytes(16),
            NOW + timedelta(minutes=minute),
            tag,
            outcome,
            data={"agent": "Firefox on Windows", "network": network} if network else {},
        )
        for minute, (tag, outcome, network) in enumerate(happened)
    ]
    return [each["network"] for each in overview._lines(found[::-1])[::-1]]


def created(network: str) -> tuple[Tag, str, str]:
    return Tag.ACCOUNT_CREATE, "approved", network


def came_in(network: str) -> tuple[Tag, str, str]:
    return Tag.SESSION_LOGIN, "approved", network


def guessed(network: str) -> tuple[Tag, str, str]:
    return Tag.PASSWORD_CHECK, "wrong", network


def test_a_new_account_s_network_is_neither_known_nor_new() -> None:
    assert networks(created(HOME), came_in(HOME), came_in(CAFE)) == ["", "known", "new"]


def test_nor_is_that_of_the_first_sign_in_to_an_account_that_support_made() -> None:
    assert networks((Tag.ACCOUNT_CREATE, "done", ""), came_in(HOME)) == ["", ""]


def test_a_guess_is_from_a_new_network_before_anybody_came_in_and_makes_none_known() -> None:
    assert networks(guessed(CAFE), came_in(HOME), came_in(CAFE)) == ["new", "", "new"]


def test_many_guesses_hide_no_new_network() -> None:
    assert networks(*[guessed(CAFE)] * 99, came_in(CAFE)) == ["new"] * 100
