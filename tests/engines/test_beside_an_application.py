"""Our tables in an application's own database, through its own engine, beside its own sessions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy_lite import SQLAlchemy as Lite
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, select, text
from sqlalchemy.pool import StaticPool

from host_app import ANN, Customer, HostApp, host_app, leads
from simple_2fa.core.clock import utc_now
from simple_2fa.db import schema, state
from simple_2fa.flask import not_ours
from world import together

metadata = MetaData()
users = Table(
    "user", metadata, Column("id", Integer, primary_key=True), Column("email", String(99))
)


class Shop:
    """An application with users in a database, by one of the ways that Flask's people know."""

    def __init__(self, way: str, url: str, folder: Path) -> None:
        self.way, self.url = way, url
        self.db: Any = {"flask-sqlalchemy": SQLAlchemy, "lite": Lite}.get(way, lambda: None)()
        if way == "engine":
            self.db = create_engine(url)
        self.made: HostApp = host_app(folder, self._prepare, database=self.db)
        self.made.clock.now = utc_now()  # the servers' own, which is watched
        self.made.two_factor.person_loader(self._person)
        with self.made.flask.app_context():
            metadata.create_all(self.engine)
            with self.engine.begin() as connection:
                connection.execute(users.insert(), [{"id": 1, "email": ANN}])

    @property
    def engine(self) -> Engine:
        found: Engine = self.db if isinstance(self.db, Engine) else self.db.engine
        return found

    def _prepare(self, app: Flask) -> None:
        app.config |= {"SQLALCHEMY_DATABASE_URI": self.url}
        app.config["SQLALCHEMY_ENGINES"] = {"default": self.url}
        if self.way != "engine":
            self.db.init_app(app)

    def _person(self) -> tuple[int, str] | None:
        """Read who it is by the application's own session, which stays open."""
        query = select(users.c.id, users.c.email)
        if self.way == "engine":
            with self.engine.connect() as connection:
                row = connection.execute(query).first()
        else:
            row = self.db.session.execute(query).first()
        return (row.id, row.email) if row else None


@pytest.fixture(params=["flask-sqlalchemy", "lite", "engine"])
def shop(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Shop]:
    made = Shop(request.param, database_url, tmp_path)
    yield made
    made.made.db.close()
    with made.made.flask.app_context():
        made.engine.dispose()


def test_somebody_makes_the_second_step(shop: Shop) -> None:
    ann = Customer(shop.made)
    assert leads(ann.get("/orders")) == "/verify"
    assert leads(ann.answer()) == "/orders"
    with shop.made.flask.app_context(), shop.engine.connect() as connection:
        rows = connection.execute(select(schema.accounts.c.address, schema.accounts.c.ref)).all()
    assert rows == [(ANN, "1")]


def test_the_application_s_engine_stays_as_it_was(shop: Shop) -> None:
    with shop.made.flask.app_context():
        before = _settings(shop.engine)
        Customer(shop.made).get("/orders")
        assert _settings(shop.engine) == before
        assert shop.made.db.reader is not shop.engine
        assert shop.made.db.reader.pool is not shop.engine.pool


def test_twelve_at_once_wait_for_each_other(shop: Shop) -> None:
    shop.made.db.close()
    people = [Customer(shop.made) for _ in range(12)]
    told = together(12, lambda number: people[number].get("/orders").status_code)
    assert told == [303] * 12


def test_each_alembic_keeps_to_its_own(shop: Shop) -> None:
    Customer(shop.made).get("/orders")
    assert state.state(shop.made.db) == "current"
    with shop.made.flask.app_context(), shop.engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('theirs')"))
        own = MigrationContext.configure(connection, opts={"include_name": not_ours})
        assert own.get_current_revision() == "theirs"
        assert compare_metadata(own, metadata) == []
        naive = MigrationContext.configure(connection)
        dropped = {each[1].name for each in compare_metadata(naive, metadata) if "table" in each[0]}
        assert "two_factor_auth" in dropped or not dropped.isdisjoint(schema.metadata.tables)


def test_in_memory_ours_is_a_file_that_goes_with_it(tmp_path: Path) -> None:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    made = host_app(tmp_path, database=engine)
    Customer(made).confirm()
    file = Path(made.db.url.database or "")
    assert file.exists()
    made.db.close()
    engine.dispose()


def test_what_is_no_engine_is_refused(tmp_path: Path) -> None:
    made = host_app(tmp_path, database="sqlite://")
    with pytest.raises(TypeError, match="takes an SQLAlchemy engine, or what has one"):
        made.services  # noqa: B018 (made at the first use)


def _settings(engine: Engine) -> object:
    """Tell what of an engine and of its connections we could have changed."""
    with engine.connect() as connection:
        level = connection.get_isolation_level()
        journal = None
        if engine.dialect.name == "sqlite":
            journal = connection.execute(text("PRAGMA journal_mode")).scalar()
    return level, journal, engine.pool.size() if hasattr(engine.pool, "size") else None
