"""Which rows need a key that is missing, asked before a server starts."""

from datetime import timedelta

from simple_2fa.challenges import store as challenges
from simple_2fa.core.vault import key_id
from simple_2fa.credentials import store as credentials
from world import MASTER_KEY, NOW, SECOND, TTL, World

OURS, OTHER = key_id(MASTER_KEY), key_id(b"\xff" * 32)


def test_a_credential_needs_its_key(alone: World) -> None:
    def missing(*keys: str) -> bool:
        return alone.db.read(lambda link: credentials.sealed_by_others(link, keys))

    assert not missing()
    alone.enrol()
    assert missing()
    assert missing(OTHER)
    assert not missing(OTHER, OURS)


def test_a_challenge_needs_its_key_while_it_is_open(alone: World) -> None:
    def missing(key: str, after: timedelta) -> bool:
        now = NOW + after
        return alone.db.read(lambda link: challenges.sealed_by_others(link, [key], now))

    started = alone.start()
    assert missing(OTHER, timedelta(0))
    assert missing(OTHER, TTL - SECOND)
    assert not missing(OTHER, TTL)
    assert not missing(OURS, timedelta(0))
    alone.answer(started.challenge.id, alone.code(started))
    assert not missing(OTHER, timedelta(0))
