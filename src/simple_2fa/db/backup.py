"""A copy of the database in one file, made while servers go on, and how it is put back."""

import os
import shlex
import shutil
import sqlite3
import ssl
import subprocess
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy.engine import URL

from simple_2fa.core.errors import Simple2FAError
from simple_2fa.db.engine import Database

Told = Callable[[int, int], object]
"""Hears how many pages are copied, of how many."""

_PAGES = 1_000
"""Pages of SQLite (4 kB each) that are copied between two words about it."""
_PACKAGES = {"mysqldump": "mariadb-client", "pg_dump": "postgresql-client"}
"""Debian's; of two names of one program the last that is tried is told."""
_DUMP = ("--single-transaction", "--no-tablespaces", "--hex-blob")
_OF_MYSQL = ("--set-gtid-purged=OFF", "--column-statistics=0")


class BackupError(Simple2FAError):
    """No copy could be made. The text says why and what to do."""


def copy(db: Database, folder: Path, told: Told) -> tuple[str, ...]:
    """Copy the database into a folder.

    Args:
        db: may be in use.
        folder: where the file is made.
        told: hears of the progress, where there is some to tell.

    Returns:
        The shell's commands that put the copy back while no server runs; run in its folder.

    Raises:
        BackupError: a program is missing, or it failed.
    """
    if db.dialect == "sqlite":
        return _copy_sqlite(Path(db.url.database or "").absolute(), folder, told)
    if db.dialect == "mysql":
        return _copy_mysql(db, folder)
    return _copy_postgres(db, folder)


def _copy_sqlite(source: Path, folder: Path, told: Told) -> tuple[str, ...]:
    copied = folder / "database.sqlite3"
    with closing(sqlite3.connect(source)) as ours, closing(sqlite3.connect(copied)) as theirs:
        try:
            whole = _copy_pages(ours, theirs, told)
        except sqlite3.Error as why:
            raise BackupError(f"{source} can't be copied: {why}") from None
    if not whole:
        raise BackupError(f"the copy is broken, and so may be {source}")
    # What a write-ahead log holds belongs to the old file, and would spoil another. `-p` keeps the
    # owner: no server could open root's own file.
    moved = '[ ! -e "$file$part" ] || mv "$file$part" "$aside$part"'
    return (
        f"file={_shell(source)}",
        'aside="$file.before-$(date +%Y%m%d-%H%M%S)"',
        f'for part in "" -wal -shm; do {moved}; done',
        f'cp -p {copied.name} "$file"',
    )


def _copy_pages(ours: sqlite3.Connection, theirs: sqlite3.Connection, told: Told) -> bool:
    def progress(_: int, left: int, pages: int) -> None:
        told(pages - left, pages)

    # A reader's view stays as it is: else each write of a server would begin the copy anew.
    ours.execute("BEGIN")
    ours.execute("SELECT 1 FROM sqlite_master").fetchone()
    ours.backup(theirs, pages=_PAGES, progress=progress)
    return bool(theirs.execute("PRAGMA quick_check").fetchall() == [("ok",)])


def _copy_mysql(db: Database, folder: Path) -> tuple[str, ...]:
    mariadb = shutil.which("mariadb-dump") is not None
    reach = [*_place(db.url), *_tls(db.tls_ca, mariadb=mariadb), "--default-character-set=utf8mb4"]
    program = ["mariadb-dump"] if mariadb else ["mysqldump", *_OF_MYSQL]
    name, file = db.url.database or "", "database.sql"
    with NamedTemporaryFile("w", dir=folder, suffix=".cnf") as options:
        options.write(f"[client]\npassword={_quoted(db.url.password or '')}\n")
        options.flush()
        first, *more = program
        own = f"--defaults-file={options.name}"  # the program wants it in front
        result = f"--result-file={folder / file}"
        _run([first, own, *more, *_DUMP, *reach, result, name], {})
    client = "mariadb" if mariadb else "mysql"
    return (f"{_shell(client, *reach, '--password', name)} < {file}",)


def _place(url: URL) -> list[str]:
    """Lead to the server as our driver does: to 'localhost' by TCP too."""
    socket = url.normalized_query.get("unix_socket")
    user = f"--user={url.username or ''}"
    if socket:
        return [f"--socket={socket[0]}", user]
    place = (f"--host={url.host or 'localhost'}", f"--port={url.port or 3306}")
    return ["--protocol=tcp", *place, user]


def _tls(ca: str | None, *, mariadb: bool) -> list[str]:
    """Ask for what `Database` asks for, in the words of either client."""
    if ca is None:
        return ["--skip-ssl" if mariadb else "--ssl-mode=DISABLED"]
    found = ssl.get_default_verify_paths()
    file = ca or found.cafile
    trusted = f"--ssl-ca={file}" if file else f"--ssl-capath={found.capath}"
    return [trusted, "--ssl-verify-server-cert" if mariadb else "--ssl-mode=VERIFY_IDENTITY"]


def _copy_postgres(db: Database, folder: Path) -> tuple[str, ...]:
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415 (an extra)

    _, given = db.reader.dialect.create_connect_args(db.url)
    reach = {name: str(value) for name, value in given.items() if isinstance(value, str | int)}
    secret = {"PGPASSWORD": reach.pop("password", "")}  # '' stands for none
    place = f"--dbname={make_conninfo('', **reach)}"
    file = "database.dump"
    whole = ("--format=custom", "--no-owner", "--no-privileges", "--no-password")
    _run(["pg_dump", *whole, f"--file={folder / file}", place], secret)
    anew = ("--clean", "--if-exists", "--no-owner", "--single-transaction")
    return (_shell("pg_restore", *anew, place, file),)


def _run(command: Sequence[str], secret: dict[str, str]) -> None:
    program = command[0]
    try:
        done = subprocess.run(  # noqa: S603 (no shell)
            command,
            env={**os.environ, **secret},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        package = _PACKAGES[program]
        raise BackupError(f"{program} is missing: install the package {package}") from None
    if done.returncode:
        raise BackupError(f"{program} failed: {' '.join(done.stderr.split())}")


def _quoted(text: str) -> str:
    """Write a value as option files have it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shell(*words: object) -> str:
    return shlex.join(map(str, words))
