"""Grouped commits on a SQLite file: who waits together is written together."""

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import event

from simple_2fa.core.errors import UnavailableError
from simple_2fa.db.engine import Connection, Database
from simple_2fa.db.together import Together, _Place
from world import database, mark, marked

T = TypeVar("T")
PATIENCE = 10


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = database(f"sqlite:///{tmp_path / 'test.sqlite3'}")
    yield made
    made.close()


class Group:
    """Units that wait while the first, whose thread writes, is held up."""

    def __init__(self, db: Database) -> None:
        self.commits = 0
        self._together = Together(db._writer)
        self._pool = ThreadPoolExecutor(8)
        self._began = threading.Event()
        self._go_on = threading.Event()
        event.listen(db._writer, "commit", self._count)
        self.first = self._pool.submit(self._together.commit, self._hold_up)
        assert self._began.wait(PATIENCE)

    def add(self, unit: Callable[[Connection], object]) -> "Future[object]":
        waiting = len(self._together._queue)
        future = self._pool.submit(self._together.commit, unit)
        self.until(lambda: len(self._together._queue) > waiting)
        return future

    def commit_here(self, unit: Callable[[Connection], T]) -> T:
        return self._together.commit(unit)

    def until(self, true: Callable[[], bool]) -> None:
        tick = threading.Event()
        for _ in range(PATIENCE * 1000):
            if true():
                return
            tick.wait(0.001)
        raise AssertionError("it never came")

    def waiting(self) -> int:
        return len(self._together._queue)

    def waiting_first(self) -> object:
        return self._together._queue[0]

    def go_on(self) -> None:
        self._go_on.set()
        self._pool.shutdown()

    def _hold_up(self, _: Connection) -> str:
        self._began.set()
        assert self._go_on.wait(PATIENCE)
        return "first"

    def _count(self, _: Connection) -> None:
        self.commits += 1


def marking(name: str) -> Callable[[Connection], object]:
    def unit(connection: Connection) -> str:
        mark(connection, name)
        return name

    return unit


def failing(error: BaseException, name: str) -> Callable[[Connection], object]:
    def unit(connection: Connection) -> None:
        mark(connection, name)
        raise error

    return unit


def test_those_who_wait_share_one_commit(db: Database) -> None:
    group = Group(db)
    futures = [group.add(marking(f"a{number}")) for number in range(5)]
    group.go_on()
    assert [future.result() for future in futures] == [f"a{number}" for number in range(5)]
    assert group.first.result() == "first"
    assert group.commits == 2
    assert marked(db, "a") == 5


def test_one_that_fails_takes_back_only_itself(db: Database) -> None:
    group = Group(db)
    before = group.add(marking("a1"))
    fails = group.add(failing(ValueError("no"), "b"))
    after = group.add(marking("a2"))
    group.go_on()
    assert (before.result(), after.result()) == ("a1", "a2")
    with pytest.raises(ValueError, match="no"):
        fails.result()
    assert (marked(db, "a"), marked(db, "b")) == (2, 0)


def test_no_one_is_answered_when_the_commit_fails(db: Database) -> None:
    group = Group(db)
    futures = [group.add(marking(f"a{number}")) for number in range(3)]

    def fail(_: Connection) -> None:
        if group.commits == 2:
            raise OSError("disk")

    event.listen(db._writer, "commit", fail)
    group.go_on()
    for future in futures:
        with pytest.raises(OSError, match="disk"):
            future.result()
    assert marked(db, "a") == 0


def test_a_group_that_sqlite_took_back_fails_as_a_whole(db: Database) -> None:
    def give_up(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK")
        raise OSError("disk")

    group = Group(db)
    futures = [group.add(unit) for unit in (marking("a1"), give_up, marking("a2"))]
    group.go_on()
    for future in futures:
        with pytest.raises(OSError, match="disk"):
            future.result()
    assert marked(db, "a") == 0


def test_a_unit_sees_the_context_of_the_thread_that_asked(db: Database) -> None:
    """Whose thread runs it is chance: a request's unit may be run by the worker."""
    request = ContextVar("request", default="none")

    def unit(_: Connection) -> str:
        return request.get()

    def ask(name: str) -> str:
        request.set(name)
        return group.commit_here(unit)

    group = Group(db)
    futures = [group.add(unit)]
    with ThreadPoolExecutor(1) as one:
        asked = one.submit(ask, "hers")
        group.until(lambda: group.waiting() == 2)
        group.go_on()
        assert (futures[0].result(), asked.result()) == ("none", "hers")


def test_an_interrupted_writer_leaves_nobody_waiting(db: Database) -> None:
    group = Group(db)
    interrupted = group.add(failing(KeyboardInterrupt(), "b"))
    beside = group.add(marking("a1"))
    group.go_on()
    with pytest.raises(KeyboardInterrupt):
        interrupted.result()
    with pytest.raises(UnavailableError):
        beside.result()
    assert group.commit_here(marking("c")) == "c"
    assert (marked(db, "a"), marked(db, "b"), marked(db, "c")) == (0, 0, 1)


@contextmanager
def interrupting(when: Callable[[], bool], group: Group) -> Iterator[None]:
    """Interrupt this very thread, as Ctrl-C would, once something is true."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    def send() -> None:
        group.until(when)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, interrupt)
    sender = threading.Thread(target=send)
    sender.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            yield
    finally:
        sender.join()
        signal.signal(signal.SIGUSR1, before)


def test_an_interrupted_waiter_leaves_the_queue(db: Database) -> None:
    """The first in the queue would lead the others: without it they would wait for ever."""
    group = Group(db)
    with interrupting(lambda: group.waiting() == 1, group):
        group.commit_here(marking("b"))
    after = group.add(marking("a1"))
    group.go_on()
    assert after.result() == "a1"
    assert (marked(db, "a"), marked(db, "b")) == (1, 0)


def test_an_interrupted_waiter_whose_turn_it_was_passes_it_on(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = _Place.wait

    def interrupted(place: _Place[object]) -> None:
        wait(place)
        if place is doomed[0]:
            raise KeyboardInterrupt

    group = Group(db)
    doomed: list[object] = [None]
    monkeypatch.setattr(_Place, "wait", interrupted)
    leads = group.add(marking("b"))
    doomed[0] = group.waiting_first()
    after = group.add(marking("a1"))
    group.go_on()
    with pytest.raises(KeyboardInterrupt):
        leads.result()
    assert after.result() == "a1"
    assert (marked(db, "a"), marked(db, "b")) == (1, 0)
