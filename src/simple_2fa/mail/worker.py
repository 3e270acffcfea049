"""The loop that runs jobs: sending letters, housekeeping, whatever `app.py` hands it."""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from simple_2fa.core.clock import utc_now
from simple_2fa.core.errors import UnavailableError

logger = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds between two looks at the jobs, where nobody wakes the worker."""
BATCH = 50
"""How much a job may do before the others have their turn."""
_PAUSES_AFTER_FAULTS = (1, 2, 4, 8, 15, 30)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again.

    Attributes:
        every: how long it rests once it finds nothing more to do; zero: until the next look.
        run: does at most so much of it, and tells how much it did.
    """

    name: str
    every: timedelta
    run: Callable[[datetime, int], int]


class Rest:
    """A span in which something isn't done; it grows with each fault."""

    def __init__(self) -> None:
        self._until: datetime | None = None
        self._span = timedelta()
        self._faults = 0

    def lasts(self, now: datetime) -> bool:
        """Tell whether it still lasts. A clock that was set back doesn't lengthen it."""
        return self._until is not None and timedelta() < self._until - now <= self._span

    def take(self, now: datetime, span: timedelta) -> None:
        """Rest for a span, all being well."""
        self._faults = 0
        self._until, self._span = now + span, span

    def take_after_fault(self, now: datetime) -> timedelta:
        """Rest after a fault: 1, 2, 4, 8, 15, then 30 seconds. Gives how long."""
        pauses = _PAUSES_AFTER_FAULTS
        span = timedelta(seconds=pauses[min(self._faults, len(pauses) - 1)])
        self._until, self._span = now + span, span
        self._faults += 1
        return span


class Worker:
    """Runs each job when it is due, one after the other, in one thread.

    Any number of workers may run, in any number of processes: the jobs see to that.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        clock: Callable[[], datetime] = utc_now,
        *,
        pause: float = PAUSE,
        batch: int = BATCH,
    ) -> None:
        """Take jobs.

        Args:
            jobs: run in this order.
            clock: what `run_forever` reads.
            pause: seconds between two looks at the jobs.
            batch: how much a job may do in one turn.
        """
        self._turns = [(job, Rest()) for job in jobs]
        self._clock = clock
        self._pause = pause
        self._batch = batch
        self._nudge = threading.Event()
        self._door = threading.Lock()
        self._keeps_running = False

    def run_once(self, now: datetime) -> bool:
        """Give each due job one turn. Tells whether any has more to do."""
        due = [(job, rest) for job, rest in self._turns if not rest.lasts(now)]
        have_more = [self._run(job, rest, now) for job, rest in due]
        return any(have_more)

    def run_forever(self, stop: threading.Event) -> None:
        """Run until told to stop, which is heard after the turn that is under way."""
        while not stop.is_set():
            self._nudge.clear()
            if not self.run_once(self._clock()):
                self._nudge.wait(self._pause)

    def start(self) -> Callable[[], None]:
        """Run in a thread of its own, which ends with the process.

        Returns:
            What stops it, and waits for the turn that is under way.
        """
        stop = threading.Event()
        thread = threading.Thread(target=self.run_forever, args=[stop], name="worker", daemon=True)
        thread.start()

        def end() -> None:
            stop.set()
            self.wake()
            thread.join()

        return end

    def keep_running(self) -> None:
        """Run in a thread of its own, unless it does already; callers needn't know."""
        if self._keeps_running:
            return
        with self._door:
            if not self._keeps_running:
                self.start()
                self._keeps_running = True

    def wake(self) -> None:
        """Look at the jobs now: something was just queued here."""
        self._nudge.set()

    def _run(self, job: Job, rest: Rest, now: datetime) -> bool:
        """Give a job its turn. A fault, whatever it is, is the job's own."""
        try:
            done = job.run(now, self._batch)
        except UnavailableError as why:
            span = rest.take_after_fault(now)
            logger.warning("job %s: %s; again in %d s", job.name, why, span.seconds)
            return False
        except Exception:
            span = rest.take_after_fault(now)
            logger.exception("job %s failed; again in %d s", job.name, span.seconds)
            return False
        has_more = done >= self._batch
        rest.take(now, timedelta() if has_more else job.every)
        return has_more
