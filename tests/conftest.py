"""Fixtures that every test may ask for; servers are booted where first asked for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from rig import parts
from rig.browser import chromium, launched
from rig.mariadb import MariaDB
from rig.postgres import PostgreSQL
from rig.smtp import Sink


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
def smtp_sink() -> Iterator[Sink]:
    """A plain mail server; make a `Sink` yourself for TLS or a password."""
    with Sink() as sink:
        yield sink


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    parts.need("Chromium", chromium())
    with launched() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A tab in a browser that remembers nothing."""
    with browser.new_context() as context:
        yield context.new_page()
