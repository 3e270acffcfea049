"""What production must not start on."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from simple_2fa.clients.flows import Repeatable, sweep
from simple_2fa.core.vault import Vault
from simple_2fa.db import state as database
from simple_2fa.db.engine import Database
from simple_2fa.db.upgrade import upgrade
from simple_2fa.flask.checks import DEVELOPMENT, MODE, keys_are_missing, named, refusals
from world import MASTER_KEY, NOW, World, desk_on

OTHER_KEY = bytes(32)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'db'}")
    yield opened
    opened.close()


@pytest.fixture
def db(empty: Database) -> Database:
    """A migrated one."""
    upgrade(empty)
    return empty


@pytest.fixture
def world(db: Database) -> World:
    return World(desk_on(db))


def test_a_current_database_is_fit(db: Database) -> None:
    assert refusals(db, [MASTER_KEY], NOW) == ()


def test_an_empty_one_is_not(empty: Database) -> None:
    (why,) = refusals(empty, [MASTER_KEY], NOW)
    assert why == f"the database {named(empty.url)} has no tables yet: run `simple-2fa db upgrade`"


@pytest.mark.parametrize(
    ("state", "told"),
    [("behind", "isn't migrated: run `simple-2fa db upgrade`"), ("ahead", "newer")],
)
def test_nor_one_of_another_version(
    db: Database, monkeypatch: pytest.MonkeyPatch, state: str, told: str
) -> None:
    monkeypatch.setattr(database, "state", lambda _: state)
    (why,) = refusals(db, [MASTER_KEY], NOW)
    assert told in why


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("mysql+pymysql://u:geheim@db.test:3307/x?charset=utf8mb4", "mysql://db.test:3307/x"),
        ("postgresql+psycopg://u:geheim@db/x?password=geheim", "postgresql://db/x"),
        ("sqlite:////srv/x.sqlite3", "sqlite:////srv/x.sqlite3"),
    ],
)
def test_it_is_named_without_user_and_password(url: str, name: str) -> None:
    assert named(make_url(url)) == name


def test_nor_development_s(db: Database) -> None:
    database.set_mark(db, MODE, DEVELOPMENT)
    (why,) = refusals(db, [MASTER_KEY], NOW)
    assert why.startswith("the database was made for development")


@pytest.mark.usefixtures("unpaused")
def test_nor_one_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    (why,) = refusals(Database(f"sqlite:///{tmp_path / 'none'}"), [MASTER_KEY], NOW)
    assert why.startswith("the database can't be used (")


class TestKeys:
    def test_an_open_challenge_s_key_must_be_there(self, db: Database, world: World) -> None:
        world.start()
        (why,) = refusals(db, [OTHER_KEY], NOW)
        assert "SECRET_KEY lacks a key" in why
        assert refusals(db, [OTHER_KEY, MASTER_KEY], NOW) == ()

    def test_an_expired_one_s_need_not(self, db: Database, world: World) -> None:
        world.start()
        assert not keys_are_missing(db, [OTHER_KEY], NOW + timedelta(minutes=10))

    def test_a_kept_reply_s_key_must_be_there_for_its_day(self, db: Database) -> None:
        vault = Vault([MASTER_KEY])
        asked = Repeatable("shop", "/generate-2fa", "order", b"{}")
        db.tidy(lambda connection: asked.keep(connection, vault, b"reply", NOW))
        assert keys_are_missing(db, [OTHER_KEY], NOW + timedelta(hours=23))
        sweep(db, NOW + timedelta(hours=24), 10)
        assert not keys_are_missing(db, [OTHER_KEY], NOW + timedelta(hours=24))

    def test_a_credential_s_key_must_be_there_for_ever(self, db: Database, world: World) -> None:
        world.enrol()
        assert keys_are_missing(db, [OTHER_KEY], NOW + timedelta(days=3650))
        assert not keys_are_missing(db, [OTHER_KEY, MASTER_KEY], NOW)

    def test_without_any_key_the_settings_have_said_it(self, db: Database, world: World) -> None:
        world.start()
        assert refusals(db, [], NOW) == ()
