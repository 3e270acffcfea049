"""`db backup` on each database: what is restored is what was there, and its seals still open."""

import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pymysql
import pytest
from sqlalchemy import func, select

from people import added
from rig import parts
from rig.command import Told, call, fresh_home, write_env
from rig.mariadb import MariaDB
from rig.server import PASSWORD
from rig.tls import Authority
from simple_2fa.cli import backups
from simple_2fa.core.vault import key_id
from simple_2fa.db import backup, schema
from simple_2fa.db.backup import BackupError
from simple_2fa.db.engine import Database
from simple_2fa.settings import Settings
from simple_2fa.settings.production import production_faults
from world import MASTER_KEY, NOW, World, desk_on

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
"""MASTER_KEY, as settings write it."""
PROGRAMS = {
    "sqlite": (),
    "mysql": ("mariadb-dump", "mariadb"),
    "postgresql": ("pg_dump", "pg_restore"),
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "home"
    folder.mkdir()
    with fresh_home(folder, monkeypatch):
        yield folder


@pytest.fixture
def world(home: Path, database_url: str, need: Callable[[str, object], None]) -> Iterator[World]:
    """A production with something in it."""
    db = Database(database_url)
    for program in PROGRAMS[db.dialect]:
        need(program, shutil.which(program))
    write_env(home, DATABASE_URL=database_url, SECRET_KEY=KEY)
    assert call("db", "upgrade").status == 0
    yield World(desk_on(db))
    db.close()


@pytest.fixture(scope="module")
def guarded() -> Iterator[MariaDB]:
    parts.need("MariaDB", MariaDB.is_installed())
    parts.need("mariadb-dump", shutil.which("mariadb-dump"))
    with MariaDB(tls=True) as server:
        yield server


def made(*more: str) -> dict[str, object]:
    told = call("db", "backup", "kept", "--json", *more)
    assert told.status == 0, told.err
    found: dict[str, object] = json.loads(told.out)
    return found


def restore(home: Path, commands: object) -> None:
    """Run the commands that were told; passwords that they would ask for come by environment."""
    assert isinstance(commands, list)
    lines = [line.replace(" --password ", " ") for line in commands]
    assert lines[-2:] == ["cd -", "simple-2fa db upgrade"]
    secrets = {"MYSQL_PWD": PASSWORD, "PGPASSWORD": PASSWORD}
    script = "\n".join(["set -eu", *lines[:-1]])
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=home,
        env={**os.environ, **secrets},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert call("db", "upgrade").status == 0


def wipe(db: Database) -> None:
    """Lose all tables, with the connections to them."""
    names = ", ".join([*schema.metadata.tables, "two_factor_version"])
    if db.dialect == "sqlite":
        db.close()
        file = Path(db.url.database or "")
        for each in file.parent.glob(f"{file.name}*"):
            each.unlink()
        return
    drop = f"DROP TABLE {names}"
    db.tidy(lambda connection: connection.exec_driver_sql(drop).rowcount)


def test_what_is_restored_is_what_was_there(home: Path, world: World) -> None:
    started = world.start()
    code = world.code(started)
    names = list(schema.metadata.tables.values())
    counts = [world.count(table) for table in names]
    told = made()
    later = added(world.db)
    wipe(world.db)
    assert call("db", "check").status == 1
    restore(home, told["restore"])
    assert call("db", "check").status == 0
    again = World(
        desk_on(Database(world.db.url.render_as_string(hide_password=False))), world.caller
    )
    assert [again.count(table) for table in names] == counts
    assert again.code(started) == code
    query = select(func.count()).where(schema.accounts.c.account == later.id)
    assert again.db.read(lambda connection: connection.scalar(query)) == 0
    again.db.close()


def test_it_is_private_and_says_where_it_is_and_how_big(home: Path, world: World) -> None:
    told = call("db", "backup", "kept")
    assert told.status == 0
    (folder,) = (home / "kept").iterdir()
    assert re.fullmatch(r"simple-2fa-[0-9]{8}-[0-9]{6}Z", folder.name)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    kind = {"sqlite": "sqlite3", "mysql": "sql", "postgresql": "dump"}[world.db.dialect]
    assert sorted(each.name for each in folder.iterdir()) == [f"database.{kind}", "secret_key"]
    size = sum(each.stat().st_size for each in folder.iterdir())
    assert told.out.startswith(f"The backup is in {folder} ({size / 1e6:.1f} MB).\n")
    assert f":{PASSWORD}" not in told.out + told.err


def test_the_keys_serve_as_a_file_of_keys(home: Path, world: World) -> None:
    other = call("keys", "new").out.strip()
    url = world.db.url.render_as_string(hide_password=False)
    write_env(home, SECRET_KEY=f"{KEY},{other}", DATABASE_URL=url)
    folder = Path(str(made()["folder"]))
    before = Settings.load().master_keys()
    write_env(home, SECRET_KEY="", SECRET_KEY_FILE=str(folder / "secret_key"), DATABASE_URL=url)
    after = Settings.load()
    assert after.master_keys() == before
    assert len(before) == 2
    assert not [fault for fault in production_faults(after) if "KEY" in fault]
    assert key_id(MASTER_KEY) == key_id(before[0])


def test_the_keys_may_stay_elsewhere(home: Path, world: World) -> None:
    told = made("--without-keys")
    assert told["keys"] is False
    files = list(Path(str(told["folder"])).iterdir())
    assert len(files) == 1
    assert told["bytes"] == files[0].stat().st_size
    url = world.db.url.render_as_string(hide_password=False)
    write_env(home, SECRET_KEY="", DATABASE_URL=url)
    shutil.rmtree(home / "kept")
    assert "keep them too" in call("db", "backup", "kept", "--without-keys").out
    refused = call("db", "backup", "kept2")
    assert (refused.status, refused.out) == (2, "")
    assert refused.err.startswith("SECRET_KEY is missing")
    assert not (home / "kept2").exists()


class TestOnSQLite:
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path / 'with space' / 'it.sqlite3'}"

    @pytest.fixture
    def world(self, home: Path, tmp_path: Path, database_url: str) -> Iterator[World]:
        (tmp_path / "with space").mkdir()
        db = Database(database_url)
        write_env(home, DATABASE_URL=database_url, SECRET_KEY=KEY)
        assert call("db", "upgrade").status == 0
        yield World(desk_on(db))
        db.close()

    def test_writers_neither_stop_nor_begin_it_anew(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(backup, "_PAGES", 1)
        before = world.count(schema.accounts)
        steps: list[int] = []

        def told(done: int, _: int) -> None:
            steps.append(done)
            added(world.db)

        backup.copy(world.db, tmp_path, told)
        assert steps == sorted(set(steps))
        copied = sqlite3.connect(tmp_path / "database.sqlite3")
        ((count,),) = copied.execute("SELECT count(*) FROM two_factor_accounts").fetchall()
        copied.close()
        assert count == before
        assert world.count(schema.accounts) == before + len(steps)
        assert not (tmp_path / "database.sqlite3-wal").exists()

    def test_a_copy_that_broke_off_never_looks_whole(
        self, home: Path, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_: Database, folder: Path, __: object) -> tuple[str, ...]:
            (folder / "database.sqlite3").write_bytes(b"half")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(backups, "copy", broken)
        told = call("db", "backup", "kept")
        assert (told.status, told.out) == (1, "")
        assert "No backup was made: [Errno 28] No space left on device" in told.err
        assert not (home / "kept").exists()
        assert world.count(schema.challenges) == 0

    @pytest.mark.usefixtures("world")
    def test_what_failed_leaves_no_folder_and_what_was_there_stays(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> tuple[str, ...]:
            raise BackupError("no")

        monkeypatch.setattr(backups, "copy", broken)
        (home / "ours").mkdir()
        before = sorted(home.iterdir())
        for folder in ("kept", "ours", "ours/deep/kept"):
            assert call("db", "backup", folder).err.endswith("No backup was made: no\n")
            assert sorted(home.iterdir()) == before
        assert list((home / "ours").iterdir()) == []

    def test_to_restore_moves_what_is_there_aside_as_a_whole(
        self, home: Path, world: World
    ) -> None:
        told = made()
        later = added(world.db)  # in the write-ahead log: a connection is open
        file = Path(world.db.url.database or "")
        Path(str(told["folder"]), "database.sqlite3").chmod(0o640)
        restore(home, told["restore"])
        assert stat.filemode(file.stat().st_mode) == "-rw-r-----"
        (aside,) = file.parent.glob("*.before-????????-??????")
        old = Database(f"sqlite:///{aside}")
        query = select(func.count()).where(schema.accounts.c.account == later.id)
        assert old.read(lambda connection: connection.scalar(query)) == 1
        old.close()

    @pytest.mark.usefixtures("world")
    def test_nothing_is_ever_overwritten(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(backups, "utc_now", lambda: NOW)
        first = made()
        file = Path(str(first["folder"])) / "secret_key"
        file.write_text("mine")
        told = call("db", "backup", "kept")
        assert told.status == 1
        assert "No backup was made" in told.err
        assert file.read_text() == "mine"
        assert len(list((home / "kept").iterdir())) == 1

    @pytest.mark.usefixtures("world")
    def test_a_file_in_the_way_is_told(self, home: Path) -> None:
        (home / "kept").write_text("")
        assert call("db", "backup", "kept").status == 2
        assert call("db", "backup", "kept/inside").status == 1

    def test_a_broken_database_is_told(self, world: World, tmp_path: Path) -> None:
        for _ in range(200):
            added(world.db)
        with closing(sqlite3.connect(world.db.url.database or "")) as link:
            link.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        file = Path(world.db.url.database or "")
        spoilt = bytearray(file.read_bytes())
        spoilt[4096 * 4 :] = b"\xff" * (len(spoilt) - 4096 * 4)
        file.write_bytes(spoilt)
        with pytest.raises(BackupError, match=r"the copy is broken|can't be copied"):
            backup.copy(world.db, tmp_path, lambda *_: None)

    def test_an_empty_database_is_not_worth_one(self, home: Path) -> None:
        write_env(home)
        told = call("db", "backup", "kept")
        assert told.status == 1
        assert "has no tables yet: run `simple-2fa db upgrade`" in told.err
        assert [each.name for each in home.iterdir()] == [".env"]


class TestOnMariaDB:
    def backed_up(self, home: Path, server: MariaDB, **more: str) -> Told:
        name = urlsplit(server.create_database()).path.strip("/")
        place = {"DB_HOST": "127.0.0.1", "DB_PORT": str(server.port), "DB_NAME": name}
        write_env(home, **place, **more)
        assert call("db", "upgrade").status == 0
        return call("db", "backup", "kept")

    @pytest.mark.parametrize("password", ["a b#c", "d'e\"f", "g\\h\\n", "$HOME", ";[x]=%", " j "])
    def test_any_password_gets_there_and_by_no_argument_list(
        self, home: Path, guarded: MariaDB, password: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        user = f"u{abs(hash(password))}"
        link = pymysql.connect(unix_socket=str(guarded.folder / "socket"), user="root")
        with link, link.cursor() as cursor:
            cursor.execute("CREATE USER %s@'%%' IDENTIFIED BY %s", (user, password))
            cursor.execute("GRANT ALL ON *.* TO %s@'%%'", (user,))
        commands: list[tuple[list[str], dict[str, Any]]] = []
        run = subprocess.run

        def noted(command: list[str], **more: Any) -> object:  # noqa: ANN401 (run's own)
            commands.append((command, more))
            return run(command, **more)

        monkeypatch.setattr(subprocess, "run", noted)
        monkeypatch.setenv("DB_PASSWORD", password)
        tls = {"DB_TLS": "verify", "DB_TLS_CA": str(guarded.ca_file)}
        told = self.backed_up(home, guarded, DB_USER=user, **tls)
        assert told.status == 0, told.err
        (((command, more)),) = commands
        assert not any(password in word for word in command)
        assert "--ssl-verify-server-cert" in command
        assert password not in {**more["env"], "DB_PASSWORD": "", "HOME": ""}.values()

    def test_another_authority_s_server_is_not_trusted(
        self, guarded: MariaDB, tmp_path: Path
    ) -> None:
        other = Authority(tmp_path).ca_file
        db = Database(guarded.create_database(), tls_ca=str(other))
        with pytest.raises(BackupError, match=r"(?i)certificate|TLS|SSL"):
            backup.copy(db, tmp_path, lambda *_: None)


@pytest.mark.parametrize(
    ("url", "program", "package"),
    [
        ("mysql+pymysql://u:geheim@127.0.0.1:1/x", "mysqldump", "mariadb-client"),
        ("postgresql+psycopg://u:geheim@127.0.0.1:1/x", "pg_dump", "postgresql-client"),
    ],
)
class TestPrograms:
    def test_a_missing_one_is_told_with_its_package(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        url: str,
        program: str,
        package: str,
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(BackupError, match=f"{program} is missing: install the .* {package}"):
            backup.copy(Database(url), tmp_path, lambda *_: None)
        assert list(tmp_path.glob("*.cnf")) == []

    def test_its_own_words_are_told_where_it_fails(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        url: str,
        program: str,
        package: str,
    ) -> None:
        fake = tmp_path / program
        fake.write_text('#!/bin/sh\necho "no such\nserver" >&2\necho "$@" > seen\nexit 3\n')
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
        monkeypatch.setattr(shutil, "which", lambda _: None)
        with pytest.raises(BackupError, match=f"{program} failed: no such server"):
            backup.copy(Database(url), tmp_path, lambda *_: None)
        assert package
        assert "geheim" not in Path("seen").read_text()
