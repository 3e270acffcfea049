"""Fixtures that every test may ask for; servers are booted where first asked for."""

import logging
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from rig import parts
from rig.browser import Browsers, chromium, launched
from rig.mariadb import MariaDB
from rig.postgres import PostgreSQL
from rig.smtp import Sink

tempfile.tempdir = parts.memory()


@pytest.fixture(autouse=True)
def _log_as_it_was() -> Iterator[None]:
    """Put back whatever `app.logs.configure` changes."""
    ours = logging.getLogger("simple_2fa")
    level = ours.level
    with pytest.MonkeyPatch.context() as kept:
        kept.setattr(ours, "handlers", ours.handlers[:])
        kept.setattr(ours, "propagate", ours.propagate)
        for switch in ("logThreads", "logProcesses", "logMultiprocessing", "_srcfile"):
            kept.setattr(logging, switch, getattr(logging, switch))
        yield
    ours.setLevel(level)


@pytest.fixture(scope="session")
def need() -> Callable[[str, object], None]:
    """`need("nginx", shutil.which("nginx"))`: skip where it is missing, fail in CI."""
    return parts.need


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    parts.need("MariaDB", MariaDB.is_installed())
    with MariaDB() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgreSQL]:
    parts.need("PostgreSQL", PostgreSQL.is_installed())
    with PostgreSQL() as server:
        yield server


@pytest.fixture(params=["sqlite", "mariadb", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh empty database on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite3'}"
    server: MariaDB | PostgreSQL = request.getfixturevalue(request.param)
    return server.create_database()


@pytest.fixture
def unpaused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may be tried again on the database is tried again at once."""
    monkeypatch.setattr("simple_2fa.db.engine._pause", lambda *_: None)


@pytest.fixture
def smtp_sink() -> Iterator[Sink]:
    """A plain mail server; make a `Sink` yourself for TLS or a password."""
    with Sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def browsers() -> Iterator[Browsers]:
    parts.need("Chromium", chromium())
    with launched() as browsers:
        yield browsers


@pytest.fixture
def browser(browsers: Browsers) -> Iterator[Browser]:
    """Chromium; what a test opened in it is closed behind it."""
    living = browsers.living()
    yield living
    for context in living.contexts:
        context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab in a browser that remembers nothing."""
    with browser.new_context() as context:
        yield context.new_page()
