"""A request that is repeated under its Idempotency-Key happens once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from apps import ANN, Site, made
from callers import CHALLENGES, Shop, refusal
from rig.node import until
from simple_2fa.db.engine import Connection, Database
from world import together

ORDER = {"Idempotency-Key": "order-4711"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return made(tmp_path)


@pytest.fixture
def shop(site: Site) -> Shop:
    return Shop(site)


def waiting(db: Database) -> int:
    """Count the units that wait for SQLite's one writer."""
    assert db._together
    return len(db._together._queue)


def test_a_repetition_gets_the_same_reply_and_sends_no_second_letter(
    site: Site, shop: Shop
) -> None:
    first = shop.call(CHALLENGES, {"to": ANN}, headers=ORDER)
    for pause in (0, 31, 3600):
        site.deliver()
        site.clock.move(seconds=pause)
        again = shop.call(CHALLENGES, {"to": ANN}, headers=ORDER)
        assert (again.status_code, again.data) == (202, first.data)
        assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert len(site.letters()) == 1


def test_another_body_is_a_conflict(site: Site, shop: Shop) -> None:
    shop.call(CHALLENGES, {"to": ANN}, headers=ORDER)
    reply = shop.call(CHALLENGES, {"to": "bob@example.com"}, headers=ORDER)
    assert refusal(reply) == (409, "conflict")
    assert [letter.to for letter in site.letters()] == [ANN]


def test_it_belongs_to_one_client_and_one_route(site: Site, shop: Shop) -> None:
    bodies = [
        shop.call(CHALLENGES, {"to": "a@example.com"}, headers=ORDER),
        Shop.of(site).call(CHALLENGES, {"to": "b@example.com"}, headers=ORDER),
        shop.call("/generate-2fa", {"email": "c@example.com"}, headers=ORDER),
    ]
    assert [each.status_code for each in bodies] == [202, 202, 202]
    assert len(site.letters()) == 3


def test_a_refused_request_may_be_repeated(site: Site, shop: Shop) -> None:
    shop.start()
    early = shop.call(CHALLENGES, {"to": ANN}, headers=ORDER)
    assert refusal(early) == (429, "slow_down")
    site.clock.move(seconds=30)
    assert shop.call(CHALLENGES, {"to": ANN}, headers=ORDER).status_code == 202


def test_parallel_repetitions_get_one_reply_and_one_letter(site: Site, shop: Shop) -> None:
    replies = together(8, lambda _: shop.call(CHALLENGES, {"to": ANN}, headers=ORDER))
    assert [reply.status_code for reply in replies] == [202] * 8
    assert len({reply.data for reply in replies}) == 1
    assert len(site.letters()) == 1


def test_it_works_when_the_worker_writes_for_it(site: Site, shop: Shop) -> None:
    """On SQLite those who wait are written together, by the thread of the first."""
    held, go_on = threading.Event(), threading.Event()
    db = site.services.db

    def hold_up(_: Connection) -> None:
        held.set()
        assert go_on.wait(10)

    with ThreadPoolExecutor(3) as pool:
        pool.submit(db.tidy, hold_up)
        assert held.wait(10)
        leader = pool.submit(db.tidy, lambda _: None)
        until(lambda: waiting(db) == 1)
        reply = pool.submit(shop.call, CHALLENGES, {"to": ANN}, headers=ORDER)
        until(lambda: waiting(db) == 2)
        go_on.set()
    assert leader.result() is None
    assert reply.result().status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_it_has_1_to_255_characters(site: Site, shop: Shop, key: str) -> None:
    reply = shop.call(CHALLENGES, {"to": ANN}, headers={"Idempotency-Key": key})
    assert refusal(reply) == (422, "invalid_request")
    assert "Idempotency-Key" in reply.text
    assert site.letters() == []
