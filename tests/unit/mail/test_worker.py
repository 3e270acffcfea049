import logging
import threading
from datetime import datetime, timedelta

import pytest

from rig.post import NOW
from simple_2fa.core.errors import UnavailableError
from simple_2fa.mail.worker import Job, Rest, Worker

SECOND = timedelta(seconds=1)
LONG = 3600.0


class Work:
    """A job's work: so much is left to do; each fault is met once."""

    def __init__(self, left: int = 0, *faults: Exception) -> None:
        self.left = left
        self.faults = list(faults)
        self.turns: list[datetime] = []

    def run(self, now: datetime, limit: int) -> int:
        self.turns.append(now)
        if self.faults:
            raise self.faults.pop(0)
        done = min(limit, self.left)
        self.left -= done
        return done


def worker(*works: Work, every: timedelta = timedelta(), batch: int = 10) -> Worker:
    jobs = [Job(f"job {n}", every, work.run) for n, work in enumerate(works)]
    return Worker(jobs, lambda: NOW, pause=LONG, batch=batch)


class TestTurns:
    def test_a_job_rests_once_it_finds_no_more(self) -> None:
        work = Work(25)
        hers = worker(work, every=60 * SECOND)
        assert [hers.run_once(NOW) for _ in range(4)] == [True, True, False, False]
        assert len(work.turns) == 3
        hers.run_once(NOW + 60 * SECOND)
        assert len(work.turns) == 4

    def test_a_backlog_starves_nobody(self) -> None:
        busy, other = Work(1000), Work(0)
        hers = worker(busy, other)
        for _ in range(3):
            assert hers.run_once(NOW)
        assert len(busy.turns) == len(other.turns) == 3

    def test_a_clock_set_back_stops_no_job(self) -> None:
        work = Work()
        hers = worker(work, every=60 * SECOND)
        hers.run_once(NOW)
        hers.run_once(NOW - timedelta(hours=1))
        assert len(work.turns) == 2


class TestFaults:
    def test_a_fault_stops_neither_the_others_nor_the_job(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        bad, good = Work(1, ValueError("oh"), ValueError("oh")), Work(1)
        hers = worker(bad, good)
        assert not hers.run_once(NOW)
        assert good.left == 0
        hers.run_once(NOW + SECOND / 2)
        assert len(bad.turns) == 1
        hers.run_once(NOW + SECOND)
        hers.run_once(NOW + 2 * SECOND)
        assert len(bad.turns) == 2
        hers.run_once(NOW + 3 * SECOND)
        assert bad.left == 0
        assert "job 0 failed; again in 1 s" in caplog.text
        assert "job 0 failed; again in 2 s" in caplog.text

    def test_a_database_that_is_gone_takes_one_line(self, caplog: pytest.LogCaptureFixture) -> None:
        worker(Work(0, UnavailableError("the database is gone"))).run_once(NOW)
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert record.getMessage() == "job job 0: the database is gone; again in 1 s"
        assert record.exc_info is None

    def test_rests_grow_to_half_a_minute_and_begin_anew(self) -> None:
        rest = Rest()
        assert not rest.lasts(NOW)
        spans = [rest.take_after_fault(NOW).seconds for _ in range(7)]
        assert spans == [1, 2, 4, 8, 15, 30, 30]
        rest.take(NOW, SECOND)
        assert rest.lasts(NOW)
        assert not rest.lasts(NOW + SECOND)
        assert rest.take_after_fault(NOW).seconds == 1


class TestLoop:
    def test_it_works_off_a_backlog_and_is_woken(self) -> None:
        turn = _Turns()
        hers = Worker([Job("job", timedelta(), turn.run)], lambda: NOW, pause=LONG, batch=1)
        end = hers.start()
        turn.wait_for(3)
        hers.wake()
        turn.wait_for(4)
        end()
        assert turn.count == 4

    def test_it_looks_again_by_itself(self) -> None:
        turn = _Turns()
        hers = Worker([Job("job", timedelta(), turn.run)], lambda: NOW, pause=0.001)
        end = hers.start()
        turn.wait_for(10)
        end()

    def test_it_stops_at_once_where_it_is_told_before(self) -> None:
        work = Work()
        stop = threading.Event()
        stop.set()
        worker(work).run_forever(stop)
        assert work.turns == []


class _Turns:
    """Counts turns; the first two find something to do."""

    def __init__(self) -> None:
        self.count = 0
        self._changed = threading.Condition()

    def run(self, _now: datetime, _limit: int) -> int:
        with self._changed:
            self.count += 1
            self._changed.notify_all()
        return 1 if self.count < 3 else 0

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.count >= count, 10)
