"""What a server or `doctor` asks a database before using it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from rig.mariadb import MariaDB
from simple_2fa.core.clock import utc_now
from simple_2fa.db.engine import Database
from simple_2fa.db.schema import metadata
from simple_2fa.db.state import ClockWatch, clock_skew, mark, problems, set_mark


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    opened.tidy(metadata.create_all)
    yield opened
    opened.close()


def set_mode(mode: str, dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401
    with dbapi_connection.cursor() as cursor:
        cursor.execute(f"SET SESSION sql_mode = '{mode}'")


def test_usual_server_has_no_problems(db: Database) -> None:
    assert problems(db) == []


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        ("", 1),
        ("ANSI,NO_ENGINE_SUBSTITUTION", 1),
        ("STRICT_TRANS_TABLES", 0),
        ("STRICT_ALL_TABLES", 0),
        ("TRADITIONAL", 0),
    ],
)
def test_server_that_is_not_strict_is_told(mariadb: MariaDB, mode: str, told: int) -> None:
    db = Database(mariadb.create_database())
    event.listen(db.reader, "connect", partial(set_mode, mode))
    assert len(problems(db)) == told
    assert all("STRICT_TRANS_TABLES" in line for line in problems(db))
    db.close()


def test_clocks_of_one_machine_agree(db: Database) -> None:
    assert abs(clock_skew(db, utc_now())) < 1


def test_clock_that_is_ahead_counts_up(db: Database) -> None:
    skew = clock_skew(db, utc_now() - timedelta(hours=1))
    assert skew == (0 if db.dialect == "sqlite" else pytest.approx(3600, abs=1))


def test_mark_is_set_changed_and_told_from_others(db: Database) -> None:
    assert mark(db, "development") is None
    set_mark(db, "development", "yes")
    set_mark(db, "Development", "other")
    set_mark(db, "development", "no")
    assert mark(db, "development") == "no"
    assert mark(db, "Development") == "other"


def test_mark_is_set_by_several_at_once(db: Database) -> None:
    barrier = Barrier(8)

    def compete(number: int) -> None:
        barrier.wait()
        set_mark(db, "development", str(number))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(compete, range(8)))
    assert mark(db, "development") in set("01234567")


def test_mark_that_another_node_set_meanwhile_is_no_fault(db: Database) -> None:
    def other_node(_link: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO two_factor_marks"):
            event.remove(db._writer, "before_cursor_execute", other_node)
            raise IntegrityError(statement, None, Exception("1062"))

    event.listen(db._writer, "before_cursor_execute", other_node)
    set_mark(db, "development", "yes")
    assert mark(db, "development") == "yes"


@pytest.mark.parametrize("off", [timedelta(seconds=3), timedelta(seconds=-3)])
def test_a_clock_that_is_off_is_noticed_and_forgiven(db: Database, off: timedelta) -> None:
    watch = ClockWatch(db)
    watch.look(utc_now() + off)
    assert watch.is_off == (db.dialect != "sqlite")
    watch.look(utc_now())
    assert not watch.is_off
