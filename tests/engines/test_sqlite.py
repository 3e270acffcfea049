"""SQLite's own troubles: busy, full, read-only, gone."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.ids import new_attempt
from simple_2fa.core.tags import Event, Tag
from simple_2fa.db import engine
from simple_2fa.db.engine import Database
from world import NOW, World, database, desk_on, mark, marked, together

HOLD = """\
import sqlite3, sys
link = sqlite3.connect(sys.argv[1], isolation_level=None)
link.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
link.execute("ROLLBACK")
link.close()
print("free", flush=True)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "test.sqlite3"


@pytest.fixture
def hasty(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database that doesn't wait for a lock by itself."""
    monkeypatch.setattr(engine, "_PATIENCE", 0)
    db = database(f"sqlite:///{file}")
    yield db
    db.close()


def write(db: Database, name: str = "a") -> Event:
    attempt = new_attempt(NOW)

    def unit(connection: Connection) -> Event:
        mark(connection, name)
        return Event(attempt, NOW, Tag.CHALLENGE_START, "done")

    return db.transact(attempt, unit)


def test_a_connection_that_holds_the_file_is_waited_for(
    hasty: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    pauses: list[int] = []

    def let_go_the_second_time(_: object, times: int) -> None:
        pauses.append(times)
        if times == 2:
            holder.execute("ROLLBACK")

    monkeypatch.setattr(engine, "_pause", let_go_the_second_time)
    assert write(hasty).outcome == "done"
    assert pauses == [1, 2]
    assert marked(hasty, "a") == 1
    holder.close()


def test_a_process_that_holds_the_file_is_waited_for(
    hasty: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", HOLD, str(file)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        monkeypatch.setattr(engine, "_pause", lambda *_: None)
        with pytest.raises(UnavailableError):
            write(hasty)
        holder.stdin.write("go\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "free\n"
    assert write(hasty).outcome == "done"
    assert marked(hasty, "a") == 1


def test_reading_goes_on_while_another_writes(hasty: Database, file: Path) -> None:
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert marked(hasty, "a") == 0
    holder.close()


@pytest.mark.usefixtures("unpaused")
def test_a_full_database_is_unavailable_until_there_is_room(file: Path) -> None:
    db = database(f"sqlite:///{file}")
    world = World(desk_on(db))
    started = world.start()
    code = world.code(started)
    sizes = [1, 1_000_000]

    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {sizes[0]}")

    event.listen(db._writer, "begin", limit)
    with pytest.raises(UnavailableError):
        db.tidy(lambda connection: mark(connection, "a", "x" * 100_000))
    sizes.pop(0)
    assert marked(db, "a") == 0
    assert world.answer(started.challenge.id, code).outcome == "approved"
    db.close()


@pytest.mark.usefixtures("unpaused")
def test_a_read_only_database_is_unavailable_for_writing(file: Path) -> None:
    writable = database(f"sqlite:///{file}")
    world = World(desk_on(writable))
    started = world.start()
    code = world.code(started)
    db = Database(f"sqlite:///file:{file}?mode=ro&uri=true")
    sealed_off = World(desk_on(db), world.caller, world.address)
    with pytest.raises(UnavailableError):
        sealed_off.answer(started.challenge.id, code)
    assert sealed_off.row(started.challenge.id).tries == 0
    assert world.answer(started.challenge.id, code).outcome == "approved"
    db.close()
    writable.close()


@pytest.mark.usefixtures("unpaused")
def test_a_folder_that_is_missing_is_unavailable(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'none' / 'test.sqlite3'}")
    with pytest.raises(UnavailableError):
        marked(db, "a")
    with pytest.raises(UnavailableError):
        write(db)
    db.close()


def test_two_pools_over_one_file_take_turns(file: Path) -> None:
    """As two processes would."""
    pools = [database(f"sqlite:///{file}") for _ in range(2)]
    together(12, lambda number: write(pools[number % 2], f"a{number}"))
    assert marked(pools[0], "a") == 12
    for db in pools:
        db.close()
