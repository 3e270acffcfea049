"""One database of each kind for all tests here; each test brings its own people into it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bad_line import LOSSES, Behind
from rig.mariadb import MariaDB
from rig.postgres import PostgreSQL
from rig.proxy import Proxy
from rig.server import Server
from simple_2fa.challenges.desk import Desk
from simple_2fa.db.engine import Database
from world import World, database, desk_on

SERVERS = ["mariadb", "postgres"]


def server_of(request: pytest.FixtureRequest) -> MariaDB | PostgreSQL:
    found: MariaDB | PostgreSQL = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session", params=["sqlite", *SERVERS])
def db(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """A database that all tests share."""
    folder: Path = tmp_path_factory.mktemp("shared")
    file = f"sqlite:///{folder / 'test.sqlite3'}"
    shared = database(file if request.param == "sqlite" else server_of(request).create_database())
    yield shared
    shared.close()


@pytest.fixture
def desk(db: Database) -> Desk:
    return desk_on(db)


@pytest.fixture
def world(desk: Desk) -> World:
    """An application and a person, new in the shared database."""
    return World(desk)


@pytest.fixture
def alone_desk(database_url: str) -> Iterator[Desk]:
    """A desk over a database where nothing else is."""
    own = database(database_url)
    yield desk_on(own)
    own.close()


@pytest.fixture
def alone(database_url: str) -> Iterator[World]:
    """An application and a person in a database where nothing else is."""
    own = database(database_url)
    yield World(desk_on(own))
    own.close()


@pytest.fixture(scope="session", params=SERVERS)
def booted(request: pytest.FixtureRequest) -> Server:
    """Each server that is reached by TCP."""
    return server_of(request)


@pytest.fixture(scope="session")
def through(booted: Server) -> Iterator[Behind]:
    """A database of each server, by way of a proxy."""
    with Proxy(booted.port) as proxy:
        db = database(proxy.through(booted.create_database()))
        yield Behind(World(desk_on(db)), proxy)
        db.close()


@pytest.fixture(params=LOSSES)
def behind(request: pytest.FixtureRequest, through: Behind) -> Behind:
    """A person of one's own there, for each way to lose a connection; it is tried again at once."""
    request.getfixturevalue("unpaused")
    return Behind(World(through.world.desk), through.proxy, LOSSES[request.param])
