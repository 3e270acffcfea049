"""What a request may use, put together by `flask` and found again by the faces."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Protocol, cast

from flask import Response, current_app
from jinja2 import Environment

from simple_2fa.challenges.desk import Desk
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.vault import Vault
from simple_2fa.db.engine import Database
from simple_2fa.db.state import ClockWatch
from simple_2fa.http.own import g
from simple_2fa.mail.inbox import Inbox
from simple_2fa.mail.worker import Worker
from simple_2fa.settings import Settings

EXTENSION = "simple_2fa"


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of one running server.

    Attributes:
        clock: gives now, aware and in UTC.
        clock_watch: whether that agrees with the database's.
        inbox: where letters go in development without a mail server, else None.
        development: loopback only, API open without a key.
    """

    settings: Settings
    db: Database
    vault: Vault
    desk: Desk
    worker: Worker
    clock: Callable[[], datetime]
    clock_watch: ClockWatch
    inbox: Inbox | None = None
    development: bool = False


class Keeper(Protocol):
    """Finds the token of this request's session, and lets the browser keep another.

    Attributes:
        mark: in the names of cookies, tells applications apart that share a host.
    """

    mark: str

    def token(self) -> str:
        """Give what it holds; '' where there is none."""

    def keep(self, response: Response, token: str) -> None:
        """Let the browser keep a token."""

    def drop(self, response: Response) -> None:
        """Let it forget the token."""


@dataclass(frozen=True)
class Mount:
    """How our faces stand in a Flask application.

    Attributes:
        make: puts the parts together that they work with; called once.
        parts: the same, whatever the state of the database; see `put_together`.
        templates: what pages are made of.
        prefix: what comes before each path of ours, such as '/2fa', or ''.
        home: the path in the application of whoever wanted no other page.
        keeper: where a browser keeps its session's token.
        is_hosted: the application is somebody else's: it signs people in, and only the second step
            is ours.
        layout: the template of that application's around our pages, or '' for ours.
        shows_inbox: letters that were not sent are shown, in development.
        locale: chooses the language, where the application does; its `str` names it.
        apart: puts other parts together, whose data lie in a folder and which go by a clock.
        sends: a thread of each process that has requests sends letters.
        enter: leads whom another application has signed in to the second step, and back here; None
            for whoever has made it.
    """

    make: Callable[[], Services]
    parts: Callable[[], Services]
    templates: Environment
    prefix: str
    home: str
    keeper: Keeper
    is_hosted: bool = False
    layout: str = ""
    shows_inbox: bool = False
    locale: Callable[[], object] | None = None
    apart: Callable[[Path, Callable[[], datetime]], Services] | None = None
    sends: bool = False
    enter: Callable[[], Response | None] | None = None
    _makers: list[Callable[[], Services]] = field(default_factory=list, init=False)
    # By process: a fork has no thread of its parent's, and must not touch its connections.
    _made: dict[int, Services] = field(default_factory=dict, init=False)
    _making: dict[int, Lock] = field(default_factory=dict, init=False)

    @property
    def services(self) -> Services:
        """The parts that they work with."""
        here = os.getpid()
        if here not in self._made:
            with self._making.setdefault(here, Lock()):
                if here not in self._made:
                    make = self._makers[-1] if self._makers else self.make
                    self._made[here] = make()
        return self._made[here]

    @property
    def is_ready(self) -> bool:
        """Whether there are parts to work with; ours are there from the start."""
        return os.getpid() in self._made or not self.is_hosted

    @property
    def is_apart(self) -> bool:
        """Whether other parts do the work for a while."""
        return bool(self._makers)

    def attend(self) -> None:
        """Let letters go out from this process, now that it has requests."""
        if self.sends and not (self.is_apart or current_app.testing):
            self.services.worker.keep_running()

    def put_together(self) -> Services:
        """Put parts together for a command, whatever the state of the database; it closes that."""
        return (self._makers[-1] if self._makers else self.parts)()

    @contextmanager
    def instead(self, make: Callable[[], Services]) -> Iterator[None]:
        """Work with other parts for a while, as tests do; those of before come back untouched.

        Args:
            make: puts them together, for the faces and for each command anew: on the same data.
        """
        before = self._made.copy()
        self._makers.append(make)
        self._made.clear()
        try:
            yield
        finally:
            for services in self._made.values():
                services.db.close()
            self._makers.pop()
            self._made.clear()
            self._made.update(before)


def mount() -> Mount:
    """Give how our faces stand in the application that handles this request.

    Raises:
        RuntimeError: they don't.
    """
    found = current_app.extensions.get(EXTENSION)
    if found is None:
        raise RuntimeError(
            f"the application {current_app.name!r} has no Simple 2FA: call Simple2FA(app), or"
            " two_factor.init_app(app)"
        )
    return cast("Mount", found)


def services() -> Services:
    """Give the parts that work for this request."""
    return mount().services


def now() -> datetime:
    """Give this request's one instant: the same for the read and for the unit that follows.

    Raises:
        UnavailableError: our clock is off, so nothing that rests on time may be decided.
    """
    if services().clock_watch.is_off:
        raise UnavailableError("this clock and the database's differ")
    if "now" not in g:
        g.now = services().clock()
    return cast("datetime", g.now)


def seconds_until(instant: datetime) -> int:
    """Give whole seconds from now until an instant, rounded up; 0 where it has passed."""
    return max(-((now() - instant) // timedelta(seconds=1)), 0)
