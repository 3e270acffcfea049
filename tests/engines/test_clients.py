"""Applications: their keys, and a request that they repeat."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from simple_2fa.challenges import flows as challenges
from simple_2fa.challenges.model import Started
from simple_2fa.clients import flows
from simple_2fa.clients.flows import Repeatable
from simple_2fa.clients.model import Client, ReplayedError
from simple_2fa.core.errors import ConflictError, SealError
from simple_2fa.core.ids import hash_secret, is_id, new_attempt, new_id
from simple_2fa.core.tags import Event, Tag
from simple_2fa.core.vault import Vault
from simple_2fa.db import schema
from simple_2fa.db.engine import Connection, Database
from world import NOW, SECOND, World, mark, marked, together

REPLY = b'{"challenge": "x"}'


def test_a_key_is_shown_once_and_stored_as_a_hash(db: Database) -> None:
    client, key = flows.create(db, "Shop", NOW)
    assert is_id(client.id)
    assert key.startswith("s2fa_")
    assert len(key) == 48
    table = schema.clients
    query = select(table).where(table.c.client == client.id)
    row = db.read(lambda connection: connection.execute(query).one())
    assert row.key_hash == hash_secret(key)
    assert key[5:] not in str(tuple(row))


def test_a_key_is_recognised_until_it_is_revoked(db: Database) -> None:
    client, key = flows.create(db, "Shop", NOW)
    other, other_key = flows.create(db, "Shop", NOW)
    assert flows.recognise(db, key) == client
    assert flows.revoke(db, client.id, NOW)
    assert flows.recognise(db, key) is None
    assert not flows.revoke(db, client.id, NOW)
    assert flows.recognise(db, other_key) == other


@pytest.mark.parametrize(
    "key", ["", "s2fa_", "s2fa_" + "a" * 43, "Bearer x", "\0", "s2fa_é", "x" * 10_000]
)
def test_no_other_key_is_recognised(db: Database, key: str) -> None:
    flows.create(db, "Shop", NOW)
    assert flows.recognise(db, key) is None


def test_a_key_needs_each_of_its_characters(db: Database) -> None:
    _, key = flows.create(db, "Shop", NOW)
    for other in (key[:-1], key + "A", key.swapcase(), key + " ", key[5:]):
        assert flows.recognise(db, other) is None


@pytest.mark.parametrize("client", ["", "development", "x" * 22, "x" * 200])
def test_nobody_unknown_is_revoked(db: Database, client: str) -> None:
    assert not flows.revoke(db, client, NOW)


def test_all_clients_are_listed_the_oldest_first(alone: World) -> None:
    later = NOW + SECOND
    second, _ = flows.create(alone.db, "Second", later)
    first, _ = flows.create(alone.db, "First", NOW)
    flows.revoke(alone.db, first.id, later)
    assert flows.everyone(alone.db) == [Client(first.id, "First", NOW, later), second]


def test_a_client_is_known_by_its_name(db: Database) -> None:
    client, _ = flows.create(db, "Shop «é»", NOW)
    assert flows.name_of(db, client.id) == "Shop «é»"
    assert flows.name_of(db, new_id()) == ""


def test_what_happens_to_clients_is_written_down_without_the_key(alone: World) -> None:
    client, key = flows.create(alone.db, "Shop", NOW)
    flows.revoke(alone.db, client.id, NOW)
    flows.revoke(alone.db, client.id, NOW)
    rows = alone.rows(select(schema.events).where(schema.events.c.about == client.id))
    assert sorted((row.tag, row.outcome) for row in rows) == [
        ("client:key:create", "done"),
        ("client:key:revoke", "done"),
        ("client:key:revoke", "unknown"),
    ]
    assert not any(key[5:] in str(tuple(row)) for row in rows)


def request(client: str = "", **changes: bytes | str) -> Repeatable:
    given = {"route": "/generate-2fa", "key": "first", "body": b"{}", **changes}
    return Repeatable(client or new_id(), **given)  # type: ignore[arg-type]


def keep(world: World, asked: Repeatable, reply: bytes = REPLY) -> None:
    world.db.tidy(lambda connection: asked.keep(connection, world.desk.vault, reply, NOW))


def earlier(world: World, asked: Repeatable) -> bytes | None:
    return asked.earlier_reply(world.db, world.desk.vault)


def test_a_repeated_request_gets_its_reply_again(world: World) -> None:
    asked = request()
    assert earlier(world, asked) is None
    keep(world, asked)
    assert earlier(world, asked) == REPLY
    table = schema.replies
    (row,) = world.rows(select(table).where(table.c.key == asked.row))
    assert "challenge" not in row.sealed


def test_the_same_key_with_another_body_conflicts(world: World) -> None:
    asked = request()
    keep(world, asked)
    for body in (b"", b"{ }", b"{}\n"):
        with pytest.raises(ConflictError, match="another body"):
            earlier(world, Repeatable(asked.client, asked.route, asked.key, body))


def test_keys_of_other_clients_and_routes_are_others(world: World) -> None:
    asked = request()
    keep(world, asked)
    assert earlier(world, request()) is None
    assert earlier(world, request(asked.client, route="/verify")) is None
    assert earlier(world, request(asked.client, key="second")) is None


def test_a_reply_that_was_moved_or_lost_its_key_fails_closed(world: World) -> None:
    asked, other = request(), request()
    keep(world, asked)
    keep(world, other)
    table = schema.replies
    (row,) = world.rows(select(table).where(table.c.key == asked.row))
    world.change(table.update().where(table.c.key == other.row).values(sealed=row.sealed))
    with pytest.raises(SealError):
        earlier(world, other)
    with pytest.raises(SealError):
        asked.earlier_reply(world.db, Vault([b"\xff" * 32]))


def test_of_twelve_parallel_repetitions_one_takes_effect(world: World) -> None:
    asked, name = request(), new_id()

    def act(number: int) -> bytes | None:
        attempt, reply = new_attempt(NOW), bytes([number])

        def unit(connection: Connection) -> Event:
            mark(connection, f"{name}{number}", "")
            asked.keep(connection, world.desk.vault, reply, NOW)
            return Event(attempt, NOW, Tag.CHALLENGE_START, "done", actor=str(world.caller))

        try:
            world.db.transact(attempt, unit)
        except ReplayedError:
            return earlier(world, asked)
        return reply

    told = set(together(12, act))
    assert len(told) == 1
    assert marked(world.db, name) == 1
    assert len(world.events()) == 1


def test_a_repeated_start_puts_one_question(world: World) -> None:
    asked = request(world.caller.id)

    def start(_: int) -> bytes | None:
        def also(connection: Connection, started: Started) -> None:
            asked.keep(connection, world.desk.vault, started.challenge.id.encode(), NOW)

        known = earlier(world, asked)
        if known:
            return known
        try:
            started = challenges.start(world.desk, world.question(), NOW, also)
        except Exception:  # noqa: BLE001 (too early, or a repetition was faster)
            return earlier(world, asked)
        return started.challenge.id.encode()

    told = set(together(12, start))
    (row,) = world.mine()
    assert told == {row.challenge.encode()}
    assert len(world.letters(row.challenge)) == 1


def test_replies_are_forgotten_after_a_day_in_batches(alone: World) -> None:
    for number in range(5):
        keep(alone, request(key=str(number)))
    young = request()
    alone.db.tidy(lambda connection: young.keep(connection, alone.desk.vault, REPLY, NOW + SECOND))
    day = NOW + timedelta(days=1)
    assert flows.sweep(alone.db, day - SECOND, 10) == 0
    assert [flows.sweep(alone.db, day, 3) for _ in range(3)] == [3, 2, 0]
    assert earlier(alone, young) == REPLY
    assert alone.count(schema.replies) == 1
