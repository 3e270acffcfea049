"""The one way to write: all or nothing, again where that helps, and a witness where in doubt."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import Connection, event, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from rig import parts
from rig.mariadb import MariaDB
from rig.server import Server
from rig.tls import Authority
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.ids import new_attempt, new_id
from simple_2fa.core.tags import Event, Tag
from simple_2fa.db import engine, schema
from simple_2fa.db.engine import Database
from world import NOW, World, database, mark, marked

marks = schema.marks


def happened(attempt: bytes, outcome: str = "done") -> Event:
    at = NOW + timedelta(milliseconds=123)
    data: dict[str, str | int] = {"tries_left": 4, "word": "é"}
    return Event(attempt, at, Tag.CHALLENGE_ANSWER, outcome, "about", bytes(32), "client:x", data)


def recalled(db: Database, attempt: bytes) -> Event | None:
    return db.read(lambda connection: engine._recall(connection, attempt))


def test_the_unit_and_its_event_commit_together(db: Database) -> None:
    attempt, name = new_attempt(NOW), new_id()

    def unit(connection: Connection) -> Event:
        mark(connection, name)
        return happened(attempt)

    assert db.transact(attempt, unit) == happened(attempt)
    assert marked(db, name) == 1
    assert recalled(db, attempt) == happened(attempt)


def test_a_unit_whose_commit_failed_is_not_committed_by_the_next(db: Database) -> None:
    lost, next_one = new_id(), new_id()
    failures = [OSError("the driver broke down")]

    def fail(_: Connection) -> None:
        if failures:
            raise failures.pop()

    event.listen(db._writer, "commit", fail)
    try:
        with pytest.raises(OSError, match="broke down"):
            db.tidy(lambda connection: mark(connection, lost))
        db.tidy(lambda connection: mark(connection, next_one))
    finally:
        event.remove(db._writer, "commit", fail)
    assert (marked(db, lost), marked(db, next_one)) == (0, 1)


class CrashError(Exception):
    """The unit's own code fails."""


def test_what_a_unit_raises_rolls_everything_back_and_comes_through(db: Database) -> None:
    attempt, name = new_attempt(NOW), new_id()

    def unit(connection: Connection) -> Event:
        mark(connection, name)
        raise CrashError

    with pytest.raises(CrashError):
        db.transact(attempt, unit)
    assert marked(db, name) == 0
    assert recalled(db, attempt) is None


def test_an_event_that_is_taken_rolls_the_unit_back(db: Database) -> None:
    """Without doubt about a COMMIT, somebody else's event is nobody's witness."""
    attempt, name = new_attempt(NOW), new_id()
    db.transact(attempt, lambda _: happened(attempt))

    def unit(connection: Connection) -> Event:
        mark(connection, name)
        return happened(attempt, "other")

    with pytest.raises(IntegrityError):
        db.transact(attempt, unit)
    assert marked(db, name) == 0
    assert recalled(db, attempt) == happened(attempt)


def test_tidying_leaves_no_event(alone: World) -> None:
    alone.db.tidy(lambda connection: mark(connection, "a"))
    assert marked(alone.db, "a") == 1
    assert alone.count(schema.events) == 0


def test_each_statement_reads_what_is_committed_by_then(db: Database) -> None:
    name = new_id()

    def query(connection: Connection) -> list[int]:
        statement = select(marks.c.value).where(marks.c.name == name)
        before = len(connection.execute(statement).all())
        db.tidy(lambda other: mark(other, name))
        return [before, len(connection.execute(statement).all())]

    assert db.read(query) == [0, 1]


def test_a_table_that_is_missing_is_a_fault_of_the_program(booted: Server) -> None:
    bare = Database(booted.create_database())
    with pytest.raises(ProgrammingError):
        bare.read(lambda connection: connection.execute(select(marks)))
    bare.close()


def lock(connection: Connection, name: str) -> None:
    connection.execute(update(marks).where(marks.c.name == name).values(value="locked"))


def test_a_deadlock_is_run_again(booted: Server) -> None:
    with closing(database(booted.create_database())) as db:
        for name in "ab":
            db.tidy(partial(mark, name=name))
        barrier, runs = Barrier(2), [0, 0]

        def crossing(number: int) -> Event:
            attempt, order = new_attempt(NOW), "ab" if number else "ba"

            def unit(connection: Connection) -> Event:
                runs[number] += 1
                lock(connection, order[0])
                if runs[number] == 1:
                    barrier.wait(10)
                lock(connection, order[1])
                return happened(attempt)

            return db.transact(attempt, unit)

        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(crossing, range(2)))
        assert [each.outcome for each in told] == ["done", "done"]
        assert min(runs) == 1 < max(runs)
        assert all(recalled(db, each.attempt) == each for each in told)


def test_a_lock_that_takes_too_long_is_run_again(
    booted: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PATIENCE", 1)
    with closing(database(booted.create_database())) as db:
        db.tidy(lambda connection: mark(connection, "a"))
        blocker = db._writer.connect()
        lock(blocker, "a")
        attempt, runs = new_attempt(NOW), [0]

        def unit(connection: Connection) -> Event:
            runs[0] += 1
            if runs[0] == 2:
                blocker.close()
            lock(connection, "a")
            return happened(attempt)

        assert db.transact(attempt, unit).outcome == "done"
        assert runs == [2]


def stuck(db: Database, raised: Callable[[], DBAPIError]) -> int:
    """Run a unit that always fails so; count its runs until it is given up."""
    runs = 0

    def unit(_: Connection) -> Event:
        nonlocal runs
        runs += 1
        raise raised()

    with pytest.raises(UnavailableError):
        db.transact(new_attempt(NOW), unit)
    return runs


class RolledBackError(Exception):
    """PostgreSQL's serialization failure, as any driver could name it."""

    sqlstate = "40001"


def lost() -> DBAPIError:
    return DBAPIError("UPDATE", {}, Exception(), connection_invalidated=True)


def rolled_back() -> DBAPIError:
    return DBAPIError("UPDATE", {}, RolledBackError())


@pytest.mark.usefixtures("unpaused")
def test_losing_again_and_again_is_given_up(db: Database) -> None:
    assert stuck(db, rolled_back) == 13
    assert stuck(db, lost) == 5


@pytest.mark.usefixtures("unpaused")
def test_faults_of_both_kinds_are_counted_apart(db: Database) -> None:
    faults = iter([rolled_back, lost] * 4 + [rolled_back] * 9)

    def fault() -> DBAPIError:
        return next(faults)()

    assert stuck(db, fault) == 17


def test_after_long_enough_it_is_given_up(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_ENOUGH", -1)
    assert stuck(db, rolled_back) == 1


def test_who_gets_no_connection_is_told_so(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PATIENCE", 1)
    with closing(database(database_url, threads=1)) as db:
        taken = [db.reader.connect() for _ in range(5)]
        with pytest.raises(UnavailableError, match="no connection"):
            db.read(lambda connection: connection.execute(select(marks)))
        for connection in taken:
            connection.close()


SETTINGS: dict[str, list[tuple[str, str | int]]] = {
    "sqlite": [("PRAGMA journal_mode", "wal"), ("PRAGMA synchronous", 2)],
    "mysql": [("SELECT @@tx_isolation", "READ-COMMITTED"), ("SELECT @@time_zone", "+00:00")],
    "postgresql": [("SHOW transaction_isolation", "read committed"), ("SHOW timezone", "UTC")],
}


def test_units_run_as_the_design_says(db: Database) -> None:
    def query(statement: str) -> str | int | None:
        return db.tidy(lambda connection: connection.execute(text(statement)).scalar())

    for statement, told in SETTINGS[db.dialect]:
        assert query(statement) == told


READ_ONLY = {
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "postgresql": "SET default_transaction_read_only = on",
}


@pytest.mark.usefixtures("unpaused")
def test_a_read_only_server_is_unavailable(booted: Server) -> None:
    """As a primary is that became a standby."""
    with closing(database(booted.create_database())) as db:
        with db._writer.connect() as connection:
            connection.execute(text(READ_ONLY[db.dialect]))
            connection.commit()
        with pytest.raises(UnavailableError):
            db.tidy(lambda connection: mark(connection, "a"))
        assert marked(db, "a") == 0


@pytest.mark.usefixtures("unpaused")
def test_mariadb_is_reached_by_tls_only_where_its_name_is_certified(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    parts.need("MariaDB", MariaDB.is_installed())
    with MariaDB(tls=True) as server:
        url = server.create_database()
        trusting = Database(url, tls_ca=str(server.ca_file))
        query = text("SHOW STATUS LIKE 'Ssl_cipher'")
        cipher = trusting.read(lambda connection: connection.execute(query).one())
        assert cipher[1]
        stranger = Authority(tmp_path_factory.mktemp("stranger")).ca_file
        for doubting in (Database(url, tls_ca=str(stranger)), Database(url, tls_ca="")):
            with pytest.raises(UnavailableError):
                doubting.read(lambda connection: connection.execute(query).one())
            doubting.close()
        trusting.close()


def test_no_fault_s_text_holds_what_was_to_be_stored(db: Database) -> None:
    name = new_id()
    db.tidy(lambda connection: mark(connection, name, "geheim"))
    with pytest.raises(IntegrityError) as caught:
        db.tidy(lambda connection: mark(connection, name, "geheim"))
    assert "geheim" not in str(caught.value)
