"""Sessions: opened by a token, taken on step by step, ended by whatever changes the account."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from people import added, change_password, disable
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account
from simple_2fa.core.ids import hash_secret, new_id, new_secret
from simple_2fa.db import schema
from simple_2fa.db.engine import Database
from simple_2fa.sessions import store
from simple_2fa.sessions.model import (
    ANONYMOUS_LASTS,
    FULL_LASTS,
    IDLE_LASTS,
    PASSWORD_LASTS,
    Place,
    Session,
    Stage,
    anonymous,
)
from world import MINUTE, NOW, SECOND, together

HERE = Place("Firefox on Windows", "203.0.113.7")


def fresh(db: Database, at: datetime = NOW) -> tuple[Session, str]:
    """An anonymous session, and its token."""
    session, token = anonymous(at, HERE, "/account")
    db.tidy(lambda connection: store.add(connection, session, token))
    return session, token


def at_password(session: Session, account: Account) -> Session:
    return replace(
        session,
        stage=Stage.PASSWORD,
        account=account.id,
        epoch=account.epoch,
        challenge=new_id(),
        expires_at=NOW + PASSWORD_LASTS,
    )


def at_full(session: Session) -> Session:
    return replace(
        session,
        stage=Stage.FULL,
        challenge=None,
        proved_by="mail_code",
        proved_at=NOW,
        expires_at=NOW + FULL_LASTS,
    )


def move(db: Database, held: str, seen: Stage, moved: Session) -> str | None:
    """Take a session on; give its new token, or None where it was elsewhere by then."""
    token = new_secret()
    done = db.tidy(lambda connection: store.move(connection, held, seen, moved, token))
    return token if done else None


def signed_in(db: Database, account: Account | None = None) -> tuple[Session, str]:
    session, token = fresh(db)
    full = at_full(at_password(session, account or added(db)))
    moved = move(db, token, Stage.ANONYMOUS, full)
    assert moved
    return full, moved


def opened(db: Database, token: str, now: datetime = NOW) -> Session | None:
    return db.read(lambda connection: store.by_token(connection, token, now))


def test_its_token_opens_it_and_only_a_hash_is_stored(db: Database) -> None:
    session, token = fresh(db)
    assert opened(db, token) == session
    table = schema.sessions
    query = table.select().where(table.c.session == session.id)
    (row,) = db.read(lambda connection: connection.execute(query).all())
    assert bytes(row.token) == hash_secret(token)
    assert token not in str(tuple(row))


@pytest.mark.parametrize("other", ["", "x", "é" * 43])
def test_nothing_else_opens_it(db: Database, other: str) -> None:
    session, token = fresh(db)
    for held in (other, session.id, token[:-1], token.swapcase()):
        assert opened(db, held) is None


def test_each_step_takes_a_new_token_and_the_old_one_opens_nothing(db: Database) -> None:
    session, first = fresh(db)
    half = at_password(session, added(db))
    second = move(db, first, Stage.ANONYMOUS, half)
    assert second
    assert opened(db, first) is None
    assert opened(db, second) == half
    third = move(db, second, Stage.PASSWORD, at_full(half))
    assert third
    assert opened(db, second) is None
    assert opened(db, third) == at_full(half)


def test_a_step_is_taken_once(db: Database) -> None:
    session, token = fresh(db)
    half = at_password(session, added(db))
    moved = together(12, lambda _: move(db, token, Stage.ANONYMOUS, half))
    assert len([each for each in moved if each]) == 1


def test_no_step_is_skipped(db: Database) -> None:
    session, token = fresh(db)
    half = at_password(session, added(db))
    assert move(db, token, Stage.PASSWORD, at_full(half)) is None
    assert opened(db, token) == session


@pytest.mark.parametrize("end", [change_password, disable], ids=["password", "disabled"])
@pytest.mark.parametrize("stage", [Stage.PASSWORD, Stage.FULL])
def test_whatever_changes_the_account_ends_it(
    db: Database, stage: Stage, end: Callable[[Database, Account], None]
) -> None:
    account = added(db)
    session, token = fresh(db)
    half = at_password(session, account)
    held = move(db, token, Stage.ANONYMOUS, half if stage is Stage.PASSWORD else at_full(half))
    assert held
    assert opened(db, held)
    end(db, account)
    assert opened(db, held) is None
    assert db.read(lambda connection: store.of_account(connection, account.id, NOW)) == []


def test_so_does_the_account_s_end(db: Database) -> None:
    account = added(db)
    _, token = signed_in(db, account)
    db.tidy(lambda connection: accounts.remove(connection, account))
    assert opened(db, token) is None


@pytest.mark.parametrize(
    ("stage", "lasts"),
    [(Stage.ANONYMOUS, ANONYMOUS_LASTS), (Stage.PASSWORD, PASSWORD_LASTS)],
)
def test_a_step_that_is_not_taken_is_over_in_time(
    db: Database, stage: Stage, lasts: timedelta
) -> None:
    session, token = fresh(db)
    if stage is Stage.PASSWORD:
        token = move(db, token, Stage.ANONYMOUS, at_password(session, added(db))) or ""
    assert opened(db, token, NOW + lasts - SECOND)
    assert opened(db, token, NOW + lasts) is None


def test_in_use_it_lasts_a_day_and_unused_an_hour(db: Database) -> None:
    session, token = signed_in(db)
    assert opened(db, token, NOW + IDLE_LASTS)
    assert opened(db, token, NOW + IDLE_LASTS + SECOND) is None
    late = NOW + FULL_LASTS - MINUTE
    db.tidy(lambda connection: store.touch(connection, session.id, late))
    assert opened(db, token, late)
    assert opened(db, token, NOW + FULL_LASTS) is None


def test_it_notes_what_it_waits_for(db: Database) -> None:
    session, token = fresh(db)
    awaited = new_id()

    def note(held: str, seen: Stage) -> bool:
        return db.tidy(lambda link: store.await_answer(link, held, seen, awaited, "/transfer"))

    assert note(token, Stage.ANONYMOUS)
    assert note(token, Stage.ANONYMOUS)  # nothing new
    assert opened(db, token) == replace(session, challenge=awaited, goes_to="/transfer")
    assert not note(token, Stage.FULL)
    assert not note(new_secret(), Stage.ANONYMOUS)


def test_an_account_s_are_listed_the_last_used_first(db: Database) -> None:
    account = added(db)
    sessions = [signed_in(db, account)[0] for _ in range(3)]
    signed_in(db)
    used = sessions[0]
    db.tidy(lambda connection: store.touch(connection, used.id, NOW + MINUTE))
    listed = db.read(lambda connection: store.of_account(connection, account.id, NOW + MINUTE))
    assert [each.id for each in listed] == [used.id, sessions[2].id, sessions[1].id]


def test_one_is_ended_or_all_others(db: Database) -> None:
    account = added(db)
    (mine, held), (phone, _), (_, other) = (signed_in(db, account) for _ in range(3))
    stranger, _ = signed_in(db)
    assert not db.tidy(lambda link: store.end_one_of(link, account.id, stranger.id))
    assert db.tidy(lambda link: store.end_one_of(link, account.id, phone.id))
    assert db.tidy(lambda link: store.end_others(link, account.id, mine.id)) == 1
    assert opened(db, other) is None
    assert opened(db, held) == mine
    db.tidy(lambda connection: store.end(connection, mine.id))
    assert opened(db, held) is None


def test_those_that_are_over_are_swept_in_batches(db: Database) -> None:
    early = NOW - timedelta(days=400)
    for _ in range(3):
        fresh(db, early)
    _, lasting = fresh(db)
    now = early + ANONYMOUS_LASTS
    assert [db.tidy(lambda link: store.sweep(link, now, 2)) for _ in range(3)] == [2, 1, 0]
    assert opened(db, lasting)
