"""Grouped commits: what waits for SQLite's one writer is written together, with one COMMIT.

A COMMIT waits for the disk, so whoever writes meanwhile joins the next group. No unit is answered
before the COMMIT of its group; each has a savepoint, so that one that fails takes back only itself.
"""

import os
import threading
from collections.abc import Sequence
from contextvars import copy_context
from functools import partial
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from sqlalchemy import Connection, Engine

from simple_2fa.core.errors import UnavailableError
from simple_2fa.db import units
from simple_2fa.db.units import Unit

T = TypeVar("T")


class _Place(Generic[T]):
    """A unit in the queue, and what becomes of it."""

    def __init__(self, unit: Unit[T]) -> None:
        self._unit = unit
        self._context = copy_context()  # another thread may run it: let it see its own request
        self._result: T
        self.error: BaseException | None = None
        self.done = False
        self._called = threading.Lock()
        self._called.acquire()

    def wait(self) -> None:
        """Sleep until the unit is done, or it is this place's turn to lead."""
        self._called.acquire()

    def call(self) -> None:
        self._called.release()

    def run(self, connection: Connection) -> None:
        self._result = self._context.run(self._unit, connection)

    def tell(self) -> T:
        if self.error is not None:
            raise self.error
        return self._result


class Together:
    """Runs units one after the other; those that wait at the same time share a transaction.

    It needs no thread of its own: the first in the queue writes for all who stand in it, and then
    calls the first of those who came meanwhile.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._door = threading.Lock()
        self._leader: _Place[Any] | None = None
        self._queue: list[_Place[Any]] = []
        self._writing = threading.RLock()
        _ALL.add(self)

    def commit(self, unit: Unit[T]) -> T:
        """Run a unit and give its result once it is committed.

        Raises:
            UnavailableError: the thread that wrote for this one was interrupted.
        """
        place = _Place(unit)
        try:
            with self._door:
                self._queue.append(place)
                if self._leader is None:
                    self._call_next()
            place.wait()
        except BaseException:
            self._leave(place)
            raise
        if not place.done:
            self._lead()
        return place.tell()

    def _lead(self) -> None:
        with self._door:
            group, self._queue = self._queue, []
        try:
            with self._writing:
                units.commit(self._engine, partial(_write, group))
        except Exception as why:  # noqa: BLE001 (the thread of each raises it)
            _fail(group, why)
        except BaseException:
            _fail(group, UnavailableError("the thread that wrote was interrupted"))
            raise
        finally:
            for place in group:
                place.done = True
            with self._door:
                self._call_next()
            for place in group[1:]:
                place.call()

    def _call_next(self) -> None:
        """Let the first in the queue lead; the door is held."""
        self._leader = self._queue[0] if self._queue else None
        if self._leader:
            self._leader.call()

    def _leave(self, place: _Place[Any]) -> None:
        """Take an interrupted thread out of the queue: as its first, it would hold up all."""
        with self._door:
            if place in self._queue:
                self._queue.remove(place)
                if self._leader is place:
                    self._call_next()


_ALL: WeakSet[Together] = WeakSet()
_held: list[threading.RLock] = []


def _hold() -> None:
    """Let no fork happen in the middle of a group.

    The child would inherit what SQLite's library notes in memory of the open transaction, and take
    the file for locked for good.
    """
    _held.extend(each._writing for each in _ALL)  # noqa: SLF001 (of this module)
    for each in _held:
        each.acquire()


def _let_go() -> None:
    while _held:
        _held.pop().release()


if hasattr(os, "register_at_fork"):  # Windows doesn't fork
    os.register_at_fork(before=_hold, after_in_parent=_let_go, after_in_child=_let_go)


def _write(group: Sequence[_Place[Any]], connection: Connection) -> None:
    if len(group) == 1:
        group[0].run(connection)
        return
    for place in group:
        _run_apart(place, connection)


def _run_apart(place: _Place[Any], connection: Connection) -> None:
    """Run a unit in a savepoint: it fails alone, unless SQLite took back the whole group."""
    sqlite: Any = connection.connection.driver_connection
    sqlite.execute("SAVEPOINT unit")
    try:
        place.run(connection)
    except Exception as why:
        if not sqlite.in_transaction:
            raise
        place.error = why
        sqlite.execute("ROLLBACK TO unit")
    sqlite.execute("RELEASE unit")


def _fail(group: Sequence[_Place[Any]], why: BaseException) -> None:
    for place in group:
        place.error = why
