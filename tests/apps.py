"""Whole applications on a database of their own, with a clock that tests move."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from rig.ports import HOST, free_port
from simple_2fa import app
from simple_2fa.clients import flows as clients
from simple_2fa.db import schema
from simple_2fa.db.engine import Database
from simple_2fa.http.services import EXTENSION, Services
from simple_2fa.mail.inbox import Received
from simple_2fa.settings import Settings
from world import FACTOR_FOLDER, NOW

KEY = "kJ3vQ8xW1mZ5tY7uB0nC2dF4gH6iL9oPqRsTaUeVwXy"
ANN = "ann@example.com"
TESTS_OWN = (FACTOR_FOLDER,)
"""Factors beside ours."""


@dataclass
class Clock:
    """Stands still until moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        """`move(seconds=31)`."""
        self.now += timedelta(**span)


@dataclass
class Site:
    """A running application. Letters go out when `deliver` is called, or a worker runs."""

    app: Flask
    clock: Clock = field(default_factory=Clock)

    @property
    def services(self) -> Services:
        found: Services = self.app.extensions[EXTENSION].services
        return found

    @property
    def origin(self) -> str:
        return self.services.settings.origin or ""

    def client(self) -> FlaskClient:
        """A browser or program that remembers nothing yet; calls the site by its own name."""
        client = self.app.test_client()
        client.environ_base["HTTP_HOST"] = self.origin.partition("://")[2]
        return client

    def new_key(self, name: str = "Shop") -> tuple[str, str]:
        """Register an application; give its id and its key."""
        client, key = clients.create(self.services.db, name, self.clock())
        return client.id, key

    def deliver(self) -> None:
        """Let the worker do what is due."""
        while self.services.worker.run_once(self.clock()):
            pass

    def letters(self, to: str | None = None) -> list[Received]:
        """What the development inbox holds by now, the newest first."""
        self.deliver()
        assert self.services.inbox is not None
        return self.services.inbox.read(to)

    def code(self, to: str = ANN) -> str:
        """The code of the newest letter to an address that holds one."""
        return next(letter.code for letter in self.letters(to) if letter.code)


def made(
    folder: Path,
    url: str = "",
    *,
    development: bool = True,
    clock: Clock | None = None,
    factor_paths: Sequence[Path] = TESTS_OWN,
    **settings: str,
) -> Site:
    """Make an application, its tables too: on SQLite in the folder, where no url is given.

    `settings` are given by name, such as `SITE_NAME="Acme"`.
    """
    given = {
        "PUBLIC_URL": "http://localhost:5000" if development else "https://2fa.example.com",
        "SECRET_KEY": KEY,
        "DATABASE_URL": url or f"sqlite:///{folder / 'site.sqlite3'}",
        "INSTANCE_PATH": str(folder / "instance"),
        **settings,
    }
    if not development:
        given = {"SMTP_SERVER": "127.0.0.1", "MAIL_FROM": "no-reply@example.com", **given}
    moved = clock or Clock()
    flask = app.create(
        Settings.load(given, folder),
        development=development,
        clock=moved,
        factor_paths=factor_paths,
    )
    site = Site(flask, moved)
    file = folder / "site.sqlite3"
    if given["DATABASE_URL"] != f"sqlite:///{file}":
        schema.metadata.create_all(site.services.db.reader)
        # The server's clock goes on while ours stands still.
        site.services.clock_watch.look = lambda now: None  # type: ignore[method-assign]  # noqa: ARG005 (by name)
    elif not file.exists():
        file.write_bytes(_empty_tables())
    return site


@cache
def _empty_tables() -> bytes:
    """Give a SQLite file with all tables: a copy comes faster than making them each time."""
    with TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/empty")
        schema.metadata.create_all(db.reader)
        db.close()
        return Path(folder, "empty").read_bytes()


@contextmanager
def served(
    folder: Path,
    url: str = "",
    *,
    development: bool = True,
    working: bool = True,
    factor_paths: Sequence[Path] = TESTS_OWN,
    **settings: str,
) -> Iterator[Site]:
    """Serve such an application on a free port, for real clients; with a worker unless told not.

    Its `origin` is `http://localhost:PORT`.
    """
    port = free_port()
    named = {"PUBLIC_URL": f"http://localhost:{port}", **settings}
    site = made(
        folder, url, development=development, clock=Clock(), factor_paths=factor_paths, **named
    )
    server = make_server(HOST, port, site.app, threaded=True, request_handler=_Quiet)
    # It looks every 10 ms whether to end: by default tests would wait half a second for that.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    stop = site.services.worker.start() if working else None
    try:
        yield site
    finally:
        if stop:
            stop()
        server.shutdown()
        server.server_close()
        thread.join()
        site.services.db.close()


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing."""
