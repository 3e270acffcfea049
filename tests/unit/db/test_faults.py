"""What each driver's error means for the unit that met it."""

import sqlite3

import psycopg
import pymysql
import pytest
from psycopg import errors as pg
from sqlalchemy import exc

from simple_2fa.db.faults import Fault, kind_of


class Sqlite(sqlite3.OperationalError):
    """SQLite's error with a code of our choice."""

    def __init__(self, code: int) -> None:
        super().__init__("sqlite says so")
        self.sqlite_errorcode = code


def wrapped(cause: BaseException, kind: type[exc.DBAPIError] = exc.OperationalError) -> Fault:
    return kind_of(kind("UPDATE t", {}, cause))


@pytest.mark.parametrize("code", [1213, 1205, 1020])
def test_mysql_rolled_back(code: int) -> None:
    assert wrapped(pymysql.err.OperationalError(code, "x")) is Fault.ROLLED_BACK


@pytest.mark.parametrize("code", [2006, 2013, 1180, 1047, 2003, 1040, 1290, 1114, 1021])
def test_mysql_ambiguous(code: int) -> None:
    assert wrapped(pymysql.err.OperationalError(code, "x")) is Fault.AMBIGUOUS


@pytest.mark.parametrize("code", [2006, 2013, 1180, 1047])
def test_mysql_ambiguous_whatever_the_class(code: int) -> None:
    cause = pymysql.err.InternalError(code, "x")
    assert wrapped(cause, exc.InternalError) is Fault.AMBIGUOUS


@pytest.mark.parametrize("code", [1146, 1064, 1406, 1366, 1265])
def test_mysql_fault_of_the_program(code: int) -> None:
    cause = pymysql.err.ProgrammingError(code, "x")
    assert wrapped(cause, exc.ProgrammingError) is Fault.OTHER


@pytest.mark.parametrize("cause", [pg.SerializationFailure("x"), pg.DeadlockDetected("x")])
def test_postgres_rolled_back(cause: psycopg.Error) -> None:
    assert wrapped(cause) is Fault.ROLLED_BACK


@pytest.mark.parametrize(
    "cause",
    [
        psycopg.OperationalError("server closed the connection unexpectedly"),
        pg.AdminShutdown("x"),
        pg.CannotConnectNow("x"),
        pg.ConnectionFailure("x"),
        pg.DiskFull("x"),
        pg.TooManyConnections("x"),
        pg.LockNotAvailable("x"),
        pg.QueryCanceled("x"),
    ],
    ids=lambda cause: type(cause).__name__,
)
def test_postgres_ambiguous(cause: psycopg.Error) -> None:
    assert wrapped(cause) is Fault.AMBIGUOUS


def test_a_postgres_standby_is_no_fault_of_the_program() -> None:
    cause = pg.ReadOnlySqlTransaction("cannot execute UPDATE in a read-only transaction")
    assert wrapped(cause, exc.InternalError) is Fault.AMBIGUOUS


@pytest.mark.parametrize("cause", [pg.UndefinedTable("x"), pg.SyntaxError("x")])
def test_postgres_fault_of_the_program(cause: psycopg.Error) -> None:
    assert wrapped(cause, exc.ProgrammingError) is Fault.OTHER


@pytest.mark.parametrize("code", [5, 6, 5 | 1 << 8, 5 | 2 << 8, 6 | 1 << 8])
def test_sqlite_busy(code: int) -> None:
    assert wrapped(Sqlite(code)) is Fault.ROLLED_BACK


@pytest.mark.parametrize("code", [8, 10, 13, 14, 10 | 12 << 8])
def test_sqlite_readonly_broken_or_full(code: int) -> None:
    assert wrapped(Sqlite(code)) is Fault.AMBIGUOUS


@pytest.mark.parametrize("cause", [pymysql.err.IntegrityError(1062, "x"), pg.UniqueViolation("x")])
def test_a_taken_key_is_a_duplicate(cause: Exception) -> None:
    assert wrapped(cause, exc.IntegrityError) is Fault.DUPLICATE


def test_a_lost_connection_is_ambiguous_whatever_the_class() -> None:
    lost = exc.DatabaseError("COMMIT", {}, RuntimeError("gone"), connection_invalidated=True)
    assert kind_of(lost) is Fault.AMBIGUOUS


@pytest.mark.parametrize("cause", [RuntimeError(), RuntimeError("no number"), ValueError(b"1213")])
def test_without_a_code_the_class_decides(cause: Exception) -> None:
    assert wrapped(cause, exc.InterfaceError) is Fault.AMBIGUOUS
    assert wrapped(cause, exc.DataError) is Fault.OTHER


def test_without_a_cause_the_class_decides() -> None:
    assert kind_of(exc.OperationalError("COMMIT", {}, None)) is Fault.AMBIGUOUS  # type: ignore[arg-type]
