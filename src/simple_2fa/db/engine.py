"""Reading, and the one way to write: `transact`."""

import json
import random
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, bindparam, create_engine, event, insert, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import Pool

from simple_2fa.core.clock import from_millis, to_millis
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.tags import Event, Tag
from simple_2fa.db import schema, units
from simple_2fa.db.faults import Fault, kind_of
from simple_2fa.db.together import Together
from simple_2fa.db.units import Unit

__all__ = ["Connection", "Database", "Unit"]

T = TypeVar("T")

_REPEATS = {Fault.ROLLED_BACK: 12, Fault.AMBIGUOUS: 4}
"""How often one unit runs again after each kind of fault before it is given up."""
_PATIENCE = 5
"""Seconds to wait for a connection, a lock or a busy database."""
_ENOUGH = 10
"""Seconds after which a unit that keeps meeting faults is given up, however few they were."""

_WITNESS = insert(schema.events)
_RECALL = select(schema.events).where(schema.events.c.attempt == bindparam("attempt"))


class Database:
    """Two pools over one database: autocommitted reads, and units that commit as a whole."""

    def __init__(
        self,
        url: str | URL,
        *,
        threads: int = 16,
        tls_ca: str | None = None,
        pool: Callable[[], Pool] | None = None,
    ) -> None:
        """Open lazily: nothing is connected before the first use.

        Args:
            url: SQLAlchemy URL.
            threads: how many connections each pool keeps.
            tls_ca: for MySQL/MariaDB: '' to verify by the system's authorities, a file's path to
                verify by that, None for no TLS.
            pool: makes pools that connect as an application's own does; its engine, its events and
                its sessions stay as they are.
        """
        self.url = make_url(url)
        self.tls_ca = tls_ca
        options: dict[str, Any] = {"hide_parameters": True}  # they would stand in logged errors
        if pool is None:
            options |= {**_driver_options(self.url, tls_ca), "pool_timeout": _PATIENCE}
            options |= {"pool_size": threads, "max_overflow": 4, "pool_recycle": 1800}
            options["pool_reset_on_return"] = None  # a ROLLBACK after each COMMIT: `units` does it
        more = [{"pool": pool()} if pool else {} for _ in range(2)]
        reads = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
        self.reader = create_engine(self.url, **options, **reads, **more[0])
        self._writer = create_engine(self.url, **options, **_isolation(self.url), **more[1])
        self._together: Together | None = None
        for each in (self.reader, self._writer):
            _prepare(each, is_shared=pool is not None)
        if self.dialect == "sqlite":
            # One file takes one writer: queueing here is fairer than SQLite's own polling.
            self._together = Together(self._writer)
            event.listen(self._writer, "begin", _begin_immediate)

    @property
    def dialect(self) -> str:
        """'sqlite', 'mysql' (MariaDB too) or 'postgresql'."""
        return self.url.get_backend_name().replace("mariadb", "mysql")

    @property
    def file(self) -> Path:
        """SQLite's file; an application's URL may name it as SQLite does, `file:/srv/app.db`."""
        return Path((self.url.database or "").removeprefix("file:"))

    def read(self, query: Unit[T]) -> T:
        """Run a query without a lock; each statement sees what is committed by then.

        Raises:
            UnavailableError: the database is out of reach.
        """

        def attempt() -> T:
            with self.reader.connect() as connection:
                return query(connection)

        return _repeated(attempt)

    def transact(self, attempt: bytes, unit: Unit[Event]) -> Event:
        """Run a unit and write down its event under the attempt's key, all or nothing.

        The unit may run several times, so it has no effect outside the database. After a COMMIT
        that may or may not have happened it runs again, on a new connection; where it then trips
        over its own traces, the event that stands in the database tells how it ended. (Asking for
        the event first would be too early: the first COMMIT may still be in flight.)

        What the unit raises rolls everything back and comes through.

        Raises:
            UnavailableError: the database is out of reach, or the unit kept losing races.
        """

        def write(connection: Connection) -> Event:
            happened = unit(connection)
            connection.execute(_WITNESS, _event_row(happened))
            return happened

        def recall() -> Event | None:
            return self.read(lambda connection: _recall(connection, attempt))

        return _repeated(lambda: self._commit(write), recall)

    def tidy(self, unit: Unit[T]) -> T:
        """Run a unit that may safely happen twice (a lease, a sweep); it leaves no event.

        Raises:
            UnavailableError: as `transact`.
        """
        return _repeated(lambda: self._commit(unit))

    def close(self) -> None:
        """Close all idle connections."""
        self.reader.dispose()
        self._writer.dispose()

    def _commit(self, unit: Unit[T]) -> T:
        if self._together:
            return self._together.commit(unit)
        return units.commit(self._writer, unit)


def _repeated(attempt: Callable[[], T], recall: Callable[[], T | None] | None = None) -> T:
    """Try again while the fault says that this may help; after doubt, ask the witness."""
    faults: dict[Fault, int] = dict.fromkeys(_REPEATS, 0)
    began = time.monotonic()
    while True:
        try:
            return attempt()
        except PoolTimeoutError as why:
            raise UnavailableError("no connection became free") from why
        except Exception as why:
            kind = kind_of(why) if isinstance(why, DBAPIError) else Fault.OTHER
            if kind not in _REPEATS:
                known = recall() if recall and faults[Fault.AMBIGUOUS] else None
                if known is not None:
                    return known
                raise
            faults[kind] += 1
            if faults[kind] > _REPEATS[kind] or time.monotonic() - began > _ENOUGH:
                raise UnavailableError("the database is out of reach or too busy") from why
            _pause(kind, faults[kind])


def _pause(kind: Fault, times: int) -> None:
    """Wait a little, longer each time, never two racers alike."""
    longest = 0.002 * 2**times if kind is Fault.ROLLED_BACK else 0.02 * 4**times
    time.sleep(random.uniform(0, min(longest, 1)))  # noqa: S311 (spreads racers, guards nothing)


def _event_row(happened: Event) -> dict[str, object]:
    return {
        "attempt": happened.attempt,
        "at": to_millis(happened.at),
        "tag": happened.tag.value,
        "outcome": happened.outcome,
        "about": happened.about,
        "subject": happened.subject,
        "actor": happened.actor,
        "data": json.dumps(dict(happened.data)),
        "account": happened.account or None,
    }


def _recall(connection: Connection, attempt: bytes) -> Event | None:
    row = connection.execute(_RECALL, {"attempt": attempt}).mappings().first()
    if row is None:
        return None
    told = {**row, "at": from_millis(row["at"]), "tag": Tag(row["tag"])}
    told |= {"data": json.loads(row["data"]), "account": row["account"] or ""}
    return Event(**told)


def _isolation(url: URL) -> dict[str, str]:
    """READ COMMITTED: MariaDB 11 else answers 1020 to a conditional UPDATE after a read."""
    return {} if url.get_backend_name() == "sqlite" else {"isolation_level": "READ COMMITTED"}


def _driver_options(url: URL, tls_ca: str | None) -> dict[str, Any]:
    backend = url.get_backend_name()
    if backend == "sqlite":
        return {"connect_args": {"timeout": _PATIENCE}}
    if backend == "postgresql":
        settings = f"-c timezone=UTC -c lock_timeout={_PATIENCE}s -c statement_timeout=30s"
        return {"connect_args": {"connect_timeout": _PATIENCE, "options": settings}}
    arguments: dict[str, Any] = {
        "connect_timeout": _PATIENCE,
        "read_timeout": 30,
        "write_timeout": 30,
        "init_command": f"SET time_zone = '+00:00', innodb_lock_wait_timeout = {_PATIENCE}",
    }
    if tls_ca is None:
        # By default PyMySQL tries TLS, and makes a context for each connection: 80 ms.
        arguments["ssl_disabled"] = True
    else:
        arguments["ssl"] = ssl.create_default_context(cafile=tls_ca or None)
    return {"connect_args": arguments}


def _prepare(engine: Engine, *, is_shared: bool) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        if not is_shared:  # the journal is the whole file's, and so the application's choice
            event.listen(engine, "connect", _write_ahead)
    elif engine.dialect.name in {"mysql", "mariadb"}:
        event.listen(engine, "connect", _prepare_mysql)


@contextmanager
def _cursor(dbapi_connection: Any) -> Iterator[Any]:  # noqa: ANN401 (the driver's own)
    cursor = dbapi_connection.cursor()
    try:
        yield cursor
    finally:
        cursor.close()


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 (the same)
    dbapi_connection.isolation_level = None
    with _cursor(dbapi_connection) as cursor:
        # FULL: after a power cut NORMAL could make a spent code valid again.
        cursor.execute("PRAGMA synchronous = FULL")


def _write_ahead(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 (the same)
    with _cursor(dbapi_connection) as cursor:
        cursor.execute("PRAGMA journal_mode = WAL")


def _prepare_mysql(dbapi_connection: Any, _record: object) -> None:  # noqa: ANN401 (the same)
    """On a Galera node, let each read and write wait for what other nodes have committed."""
    with _cursor(dbapi_connection) as cursor:
        cursor.execute("SHOW VARIABLES LIKE 'wsrep_on'")
        if (cursor.fetchone() or ("", "OFF"))[1] == "ON":
            cursor.execute("SET SESSION wsrep_sync_wait = 3")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
