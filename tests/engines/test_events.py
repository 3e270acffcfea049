"""What is written down: one event for each attempt, and no secret anywhere in the clear."""

import json

from sqlalchemy import func, select

from simple_2fa.audit import store
from simple_2fa.core.ids import new_attempt, new_id
from simple_2fa.core.tags import Event, Tag
from simple_2fa.db import schema
from simple_2fa.db.engine import Database
from world import NOW, SECOND, World, wrong


def test_each_attempt_leaves_exactly_one_event(world: World) -> None:
    started = world.start()
    code = world.code(started)
    world.guess_wrong(started, 2)
    world.answer(started.challenge.id, code)
    world.answer(started.challenge.id, code)
    assert world.events(started.challenge.id) == [
        ("challenge:answer:check", "approved"),
        ("challenge:answer:check", "used"),
        ("challenge:answer:check", "wrong"),
        ("challenge:answer:check", "wrong"),
        ("challenge:challenge:start", "done"),
    ]


def test_no_event_holds_a_code_a_ticket_or_an_address(world: World) -> None:
    started = world.start()
    code = world.code(started)
    bad = wrong(code)
    world.answer(started.challenge.id, bad)
    world.answer(started.challenge.id, code)
    table = schema.events
    rows = world.rows(select(table).where(table.c.actor == str(world.caller)))
    assert len(rows) == 3
    for row in rows:
        assert set(json.loads(row.data)) <= {"tries_left"}
        told = (row.tag, row.outcome, row.data)
        assert not any(secret in str(told) for secret in (code, bad, started.ticket, world.address))
        assert (row.about, row.subject, row.at) == (
            started.challenge.id,
            world.subject,
            1000 * int(NOW.timestamp()),
        )


def test_no_code_stands_in_the_table_in_the_clear(world: World) -> None:
    started = world.start()
    code = world.code(started)
    row = world.row(started.challenge.id)
    assert not any(code in str(value) for value in (row.code, row.email))
    assert started.ticket not in str(tuple(row))
    assert world.rows(select(func.count()).where(schema.challenges.c.code == code))[0][0] == 0


def test_an_account_s_are_read_by_kind_the_newest_first(db: Database) -> None:
    wanted = [(Tag.SESSION_LOGIN, "approved"), (Tag.PASSWORD_CHECK, "wrong")]
    all_of_them = [*wanted, (Tag.PASSWORD_CHECK, "right"), (Tag.SESSION_LOGIN, "wrong")]
    ann, bob = new_id(), new_id()
    for number, (tag, outcome) in enumerate(all_of_them):
        for whose in (ann, bob):
            at = NOW + number * SECOND
            event = Event(new_attempt(at), at, tag, outcome, data={"n": number}, account=whose)
            db.transact(event.attempt, lambda _, event=event: event)  # type: ignore[misc]
    found = db.read(lambda link: store.of_account(link, ann, wanted, NOW + 9 * SECOND, 9))
    assert [(each.tag, each.outcome, each.account) for each in found] == [
        (tag, outcome, ann) for tag, outcome in wanted[::-1]
    ]
    older = db.read(lambda link: store.of_account(link, ann, wanted, NOW + SECOND, 9))
    assert [each.data for each in older] == [{"n": 0}]
