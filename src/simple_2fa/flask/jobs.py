"""Housekeeping: what the worker does beside sending letters."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from simple_2fa.accounts import links, recoveries
from simple_2fa.challenges import flows as challenges
from simple_2fa.challenges.desk import Desk
from simple_2fa.clients import flows as clients
from simple_2fa.db.engine import Connection, Database
from simple_2fa.db.state import ClockWatch
from simple_2fa.limits import buckets
from simple_2fa.mail.worker import Job
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.signin import reminding

_OFTEN = timedelta(seconds=10)
_NOW_AND_THEN = timedelta(minutes=1)


def by_a_true_clock(watch: ClockWatch, jobs: Iterable[Job]) -> list[Job]:
    """Watch the clock too, and pause the jobs while it is off: they go by leases and expiries."""
    return [
        Job("clock", _OFTEN, partial(_look, watch)),
        *(replace(job, run=partial(_unless_off, watch, job.run)) for job in jobs),
    ]


def housekeeping(desk: Desk) -> list[Job]:
    """Give the jobs that keep the tables small, in small batches."""
    return [
        Job("challenges", _OFTEN, lambda now, most: challenges.sweep(desk, now, most)),
        Job("old letters", _NOW_AND_THEN, desk.outbox.sweep),
        Job("sessions", _OFTEN, lambda now, most: _swept(desk.db, sessions.sweep, now, most)),
        Job(
            "browsers", _NOW_AND_THEN, lambda now, most: _swept(desk.db, browsers.sweep, now, most)
        ),
        Job("links", _NOW_AND_THEN, lambda now, most: _swept(desk.db, links.sweep, now, most)),
        Job("reminders", _NOW_AND_THEN, lambda now, most: reminding.remind(desk, now, most)),
        Job(
            "recoveries",
            _NOW_AND_THEN,
            lambda now, most: _swept(desk.db, recoveries.sweep, now, most),
        ),
        Job("replies", _NOW_AND_THEN, lambda now, most: clients.sweep(desk.db, now, most)),
        Job("limits", _NOW_AND_THEN, _LimitsWalk(desk.db).run),
    ]


def _swept(
    db: Database, sweep: Callable[[Connection, datetime, int], int], now: datetime, most: int
) -> int:
    return db.tidy(lambda connection: sweep(connection, now, most))


def _look(watch: ClockWatch, now: datetime, _most: int) -> int:
    watch.look(now)
    return 0


def _unless_off(
    watch: ClockWatch, run: Callable[[datetime, int], int], now: datetime, most: int
) -> int:
    return 0 if watch.is_off else run(now, most)


class _LimitsWalk:
    """Walks the table of limits by its key, a batch a time, over and over."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._after = b""

    def run(self, now: datetime, most: int) -> int:
        after = self._after
        self._after = self._db.tidy(lambda connection: buckets.sweep(connection, after, now, most))
        return most if self._after else 0
