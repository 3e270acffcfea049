"""The worker's first job: taking letters out of the queue and handing them over."""

import logging
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from simple_2fa.core.errors import SealError, UnavailableError
from simple_2fa.mail.letters import LetterError, Letters
from simple_2fa.mail.outbox import Leased, Outbox
from simple_2fa.mail.transport import DeferredError, OutOfReachError, RefusedError, Transport
from simple_2fa.mail.worker import Rest

logger = logging.getLogger(__name__)

ROUND = timedelta(seconds=5)
"""After so long a round ends, for the worker's other jobs and for more urgent letters."""
IDLE = timedelta(seconds=20)
"""An unused connection is closed after this."""

Mark = Callable[[], object]


class _Stopwatch:
    """Tells how late it is by now, to the second, in a round that began at a given time."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._began = time.monotonic()

    def elapsed(self) -> timedelta:
        return timedelta(seconds=int(time.monotonic() - self._began))

    def now(self) -> datetime:
        return self._now + self.elapsed()


class SendLetters:
    """Sends what is due: `run` is the job.

    A letter is leased right before it is sent and marked right after, so a worker that is killed
    costs at most one double for each connection.
    """

    def __init__(self, outbox: Outbox, letters: Letters, ways: Sequence[Transport]) -> None:
        """Send by one or more ways at once; each is a connection."""
        self._outbox = outbox
        self._couriers = [_Courier(outbox, letters, way) for way in ways]
        self._used = False
        self._idle = Rest()

    def run(self, now: datetime, limit: int) -> int:
        """Send at most `limit` letters. Gives how many were handled, well or not.

        Raises:
            UnavailableError: the database is out of reach.
        """
        for courier in self._couriers:
            courier.settle()
        ready = [courier for courier in self._couriers if not courier.rests(now)]
        rows = deque(self._outbox.due(now, limit) if ready else ())
        if not rows:
            self._rest(now)
            return 0
        self._used = True
        self._idle.take(now, IDLE)
        return _share_out(rows, ready[: len(rows)], _Stopwatch(now))

    def _rest(self, now: datetime) -> None:
        if self._used and not self._idle.lasts(now):
            self._used = False
            for courier in self._couriers:
                courier.hang_up()


class _Courier:
    """One connection and its fortunes."""

    def __init__(self, outbox: Outbox, letters: Letters, way: Transport) -> None:
        self._outbox = outbox
        self._letters = letters
        self._way = way
        self._rest = Rest()
        self._trouble = ""
        self._unmarked: list[Mark] = []

    def settle(self) -> None:
        """Mark what couldn't be marked while the database was away, or it would go out twice."""
        while self._unmarked:
            self._unmarked[0]()
            self._unmarked.pop(0)

    def rests(self, now: datetime) -> bool:
        """Whether its mail server was out of reach a moment ago."""
        return self._rest.lasts(now)

    def hang_up(self) -> None:
        self._way.close()

    def carry(self, rows: deque[int], watch: _Stopwatch) -> int:
        """Send letters until there are none, the round is over or the mail server out of reach."""
        done = 0
        try:
            for row in _taken(rows):
                self._way.ready()
                done += self._deliver(row, watch)
                if watch.elapsed() >= ROUND:
                    break
        except OutOfReachError as why:
            self._rest.take_after_fault(watch.now())
            self._tell(str(why))
        return done

    def _deliver(self, row: int, watch: _Stopwatch) -> bool:
        """Send one letter, if it is ours to send. Tells whether it was."""
        leased = self._outbox.lease(row, watch.now())
        if leased is None:
            return False
        try:
            mark = self._send(leased, watch)
        except OutOfReachError:
            # Why is between us and the operator: the page shows the reply.
            self._mark(partial(self._outbox.deferred, leased, watch.now(), ""))
            raise
        self._mark(mark)
        self._rest.take(watch.now(), timedelta())
        self._tell("")
        return True

    def _send(self, leased: Leased, watch: _Stopwatch) -> Mark:
        """Try to hand a letter over. Gives what to write down."""
        if leased.not_after <= watch.now():
            return partial(self._outbox.failed, leased, watch.now(), "too late")
        try:
            to, letter = self._outbox.open(leased)
            reply = self._way.send(self._letters.render(letter, to, leased.id, watch.now()))
        except (SealError, LetterError) as why:
            logger.error("letter %s (%s) can't be made: %s", leased.id, leased.template, why)  # noqa: TRY400 (a trace would show data)
            return partial(self._outbox.failed, leased, watch.now(), "can't be made")
        except RefusedError as why:
            logger.warning("letter %s is refused: %s", leased.id, _codes(str(why)))
            return partial(self._outbox.failed, leased, watch.now(), str(why))
        except DeferredError as why:
            return partial(self._outbox.deferred, leased, watch.now(), str(why))
        return partial(self._outbox.sent, leased, watch.now(), reply)

    def _mark(self, mark: Mark) -> None:
        try:
            mark()
        except UnavailableError:
            self._unmarked.append(mark)
            raise

    def _tell(self, trouble: str) -> None:
        """Log what changes, once."""
        if trouble and trouble != self._trouble:
            logger.error("no letter can be sent: %s", trouble)
        elif self._trouble and not trouble:
            logger.info("letters can be sent again")
        self._trouble = trouble


def _share_out(rows: deque[int], couriers: Sequence[_Courier], watch: _Stopwatch) -> int:
    first, *others = couriers
    if not others:
        return first.carry(rows, watch)
    with ThreadPoolExecutor(len(others)) as threads:
        helping = [threads.submit(courier.carry, rows, watch) for courier in others]
        return first.carry(rows, watch) + sum(helper.result() for helper in helping)


def _taken(rows: deque[int]) -> Iterator[int]:
    """Take from a heap that other threads take from too."""
    with suppress(IndexError):
        while True:
            yield rows.popleft()


def _codes(reply: str) -> str:
    """Give the codes of a reply, for the log: its words often hold the recipient's address."""
    found = re.match(r"[0-9]{3}( [0-9](\.[0-9]{1,3}){2})?", reply)
    return found.group() if found else "no code"
