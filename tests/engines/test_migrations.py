"""A database is brought up to date whatever it holds, whoever else does so, wherever it ended."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from alembic import op
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, Integer, event, inspect, text
from sqlalchemy.exc import IntegrityError

from rig.mariadb import MariaDB
from simple_2fa.core.errors import UnavailableError
from simple_2fa.db import upgrade as module
from simple_2fa.db.engine import Database
from simple_2fa.db.schema import metadata
from simple_2fa.db.state import HEAD, state, version
from simple_2fa.db.upgrade import NewerDatabaseError, upgrade

DONE = f"migrated to {HEAD}"
KEPT = "the table two_factor_auth of before is now two_factor_auth_before, with all its rows"
OURS = {*metadata.tables, "two_factor_version"}
KEYS = {
    "mysql": "INT AUTO_INCREMENT PRIMARY KEY",
    "postgresql": "SERIAL PRIMARY KEY",
    "sqlite": "INTEGER PRIMARY KEY AUTOINCREMENT",
}
SEED = """CREATE TABLE two_factor_auth (id {key}, email VARCHAR(255) NOT NULL,
  code VARCHAR(6) NOT NULL, expiration_time {time} NOT NULL, used BOOLEAN DEFAULT FALSE,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)"""
ROWS = """INSERT INTO two_factor_auth (email, code, expiration_time, used) VALUES
  ('ann@example.com', '012345', '2026-11-22 10:40:00', FALSE),
  ('bob@example.com', '123456', '2026-11-22 10:41:00', TRUE),
  ('bob@example.com', '123456', '2026-11-22 10:41:00', NULL)"""


class Killed(Exception):  # noqa: N818 (not an error: the end of a process)
    """Nothing handles it, nothing retries it."""


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def run(db: Database, *statements: str) -> None:
    def unit(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    db.tidy(unit)


def rows(db: Database, query: str) -> list[tuple[Any, ...]]:
    return db.read(lambda link: [tuple(row) for row in link.execute(text(query))])


def tables(db: Database) -> set[str]:
    return set(db.read(lambda link: inspect(link).get_table_names())) - {"sqlite_sequence"}


def indexes(db: Database) -> set[str | None]:
    found = db.read(lambda link: inspect(link).get_multi_indexes())
    return {index["name"] for several in found.values() for index in several}


def say_version(db: Database, name: str) -> None:
    words = text("UPDATE two_factor_version SET version_num = :name")
    db.tidy(lambda link: link.execute(words, {"name": name}))


def plant_seed(db: Database) -> None:
    time = "TIMESTAMP" if db.dialect == "postgresql" else "DATETIME"
    run(db, SEED.format(key=KEYS[db.dialect], time=time), ROWS)


def kill_at(db: Database, number: int) -> Callable[[], None]:
    """Die right after so many statements that change something; return how to call it off."""
    numbers = count(1)

    def strike(_link: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().startswith(("CREATE", "ALTER", "RENAME", "INSERT")) and (
            next(numbers) == number
        ):
            raise Killed

    event.listen(db._writer, "after_cursor_execute", strike)
    return lambda: event.remove(db._writer, "after_cursor_execute", strike)


def finish_although_killed(db: Database) -> int:
    """Die one statement later each time, in each migration; return how often that was."""
    number, seen = 1, db.read(version)
    for deaths in count():
        call_off = kill_at(db, number)
        try:
            upgrade(db)
        except Killed:
            before, seen = seen, db.read(version)
            number = number + 1 if seen == before else 1  # MySQL commits each step
        else:
            return deaths
        finally:
            call_off()
    raise AssertionError


def race(databases: list[Database]) -> list[list[str]]:
    barrier = Barrier(len(databases))

    def compete(db: Database) -> list[str]:
        barrier.wait()
        return upgrade(db)

    with ThreadPoolExecutor(len(databases)) as pool:
        return list(pool.map(compete, databases))


def test_empty_database_becomes_current(db: Database) -> None:
    assert state(db) == "empty"
    assert upgrade(db) == [DONE]
    assert state(db) == "current"
    assert tables(db) == OURS


def test_second_time_does_nothing(db: Database) -> None:
    upgrade(db)
    run(db, "INSERT INTO two_factor_marks VALUES ('development', 'yes')")
    assert upgrade(db) == []
    assert rows(db, "SELECT * FROM two_factor_marks") == [("development", "yes")]


def test_seeds_table_is_kept_with_its_rows(db: Database) -> None:
    plant_seed(db)
    before = rows(db, "SELECT * FROM two_factor_auth ORDER BY id")
    assert upgrade(db) == [KEPT, DONE]
    assert rows(db, "SELECT * FROM two_factor_auth_before ORDER BY id") == before
    assert [row[4] for row in before] == [0, 1, None]
    assert rows(db, "SELECT * FROM two_factor_auth") == []


def test_seeds_table_still_counts_up_after_it_was_renamed(db: Database) -> None:
    plant_seed(db)
    upgrade(db)
    run(db, ROWS.replace("two_factor_auth", "two_factor_auth_before"))
    assert rows(db, "SELECT COUNT(*), MAX(id) FROM two_factor_auth_before") == [(6, 6)]


def test_name_that_is_taken_is_left_alone(db: Database) -> None:
    run(db, "CREATE TABLE two_factor_auth_before (theirs INTEGER)")
    plant_seed(db)
    told, _ = upgrade(db)
    assert "is now two_factor_auth_before_2, " in told
    assert rows(db, "SELECT COUNT(*) FROM two_factor_auth_before_2") == [(3,)]
    assert rows(db, "SELECT * FROM two_factor_auth_before") == []


def test_killed_after_each_statement_it_goes_on(db: Database) -> None:
    plant_seed(db)
    assert finish_although_killed(db) > len(OURS)
    assert state(db) == "current"
    assert tables(db) == OURS | {"two_factor_auth_before"}
    assert rows(db, "SELECT COUNT(*) FROM two_factor_auth_before") == [(3,)]
    assert indexes(db) >= {
        index.name for table in metadata.sorted_tables for index in table.indexes
    }


def test_several_nodes_at_once_do_it_once(database_url: str) -> None:
    nodes = [Database(database_url) for _ in range(4)]
    plant_seed(nodes[0])
    assert sorted(race(nodes)) == [[], [], [], [KEPT, DONE]]
    assert state(nodes[0]) == "current"
    for node in nodes:
        node.close()


@pytest.mark.parametrize("_time", range(3))
def test_nodes_that_do_not_see_each_others_lock_end_well(
    mariadb: MariaDB, monkeypatch: pytest.MonkeyPatch, _time: int
) -> None:
    """On Galera GET_LOCK succeeds on every node."""
    monkeypatch.setattr(module, "_alone", lambda _connection: nullcontext())
    url = mariadb.create_database()
    nodes = [Database(url) for _ in range(3)]
    plant_seed(nodes[0])
    race(nodes)
    assert state(nodes[0]) == "current"
    assert tables(nodes[0]) == OURS | {"two_factor_auth_before"}
    assert rows(nodes[0], "SELECT COUNT(*) FROM two_factor_auth_before") == [(3,)]
    for node in nodes:
        node.close()


def test_version_that_another_node_wrote_meanwhile_is_no_fault(db: Database) -> None:
    def other_node(_link: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO two_factor_version"):
            event.remove(db._writer, "before_cursor_execute", other_node)
            raise IntegrityError(statement, None, Exception("1062"))

    event.listen(db._writer, "before_cursor_execute", other_node)
    assert upgrade(db) == [DONE]
    assert state(db) == "current"


def test_version_that_a_late_node_wrote_beside_the_newest_goes(db: Database) -> None:
    upgrade(db)
    run(db, "INSERT INTO two_factor_version VALUES ('0001_foundation')")
    assert state(db) == "current"
    run(db, "UPDATE two_factor_version SET version_num = '0002_people' WHERE version_num > '0002'")
    assert upgrade(db) == [DONE]
    assert rows(db, "SELECT version_num FROM two_factor_version") == [(HEAD,)]


def test_node_that_waits_for_another_too_long_says_so(
    mariadb: MariaDB, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0)
    db = Database(mariadb.create_database())
    with db.reader.connect() as other, module._alone(other):
        with pytest.raises(UnavailableError, match="another node"):
            upgrade(db)
        assert state(db) == "empty"
    assert upgrade(db) == [DONE]
    db.close()


def test_server_that_refuses_is_quoted(db: Database) -> None:
    run(db, "CREATE VIEW two_factor_auth AS SELECT 1 AS challenge")
    with pytest.raises(UnavailableError, match=r"two_factor_auth|views"):
        upgrade(db)
    assert state(db) == "empty"
    run(db, "DROP VIEW two_factor_auth")
    assert upgrade(db) == [DONE]


def test_hosts_tables_and_version_stay_as_they_are(db: Database) -> None:
    run(
        db,
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
        "INSERT INTO alembic_version VALUES ('a1b2c3')",
        "CREATE TABLE users (id INTEGER, name VARCHAR(20))",
        "INSERT INTO users VALUES (1, 'ann')",
    )
    upgrade(db)
    assert rows(db, "SELECT * FROM alembic_version") == [("a1b2c3",)]
    assert rows(db, "SELECT * FROM users") == [(1, "ann")]
    assert tables(db) == OURS | {"alembic_version", "users"}


def test_hosts_own_migration_may_call_ours(db: Database) -> None:
    with db.reader.connect() as link, Operations.context(MigrationContext.configure(link)):
        assert upgrade(db) == [DONE]
        op.create_table("hosts", Column("id", Integer))
    assert tables(db) == OURS | {"hosts"}


@pytest.mark.parametrize(
    ("version", "answer"), [("0000_old", "behind"), (HEAD, "current"), ("9999_new", "ahead")]
)
def test_state_compares_versions(db: Database, version: str, answer: str) -> None:
    upgrade(db)
    say_version(db, version)
    assert state(db) == answer


def test_newer_database_is_refused(db: Database) -> None:
    upgrade(db)
    say_version(db, "9999_new")
    with pytest.raises(NewerDatabaseError, match="9999_new"):
        upgrade(db)
