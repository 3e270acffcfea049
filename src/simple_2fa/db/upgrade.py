"""Bringing a database up to date with the packaged migrations.

Alembic costs a third of a second to import, so it is imported only where something is missing.
No alembic.ini, no env.py and none of Alembic's global `op` and `context`: a host application's own
Alembic, with its own version table, goes on undisturbed, even around us.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, delete, text
from sqlalchemy.exc import SQLAlchemyError

from simple_2fa.core.errors import Simple2FAError, UnavailableError
from simple_2fa.db.engine import Database
from simple_2fa.db.state import HEAD, VERSION_TABLE, state, version, versions

MIGRATIONS = Path(__file__).with_name("migrations")

_LOCK = 0x2FA
"""Names our lock among a PostgreSQL database's advisory locks."""
_PATIENCE = 25
"""Seconds to wait for another node's upgrade: within the connection's own 30."""
_TRIES = 20
"""On Galera the lock stops one node only; others trip over each step that it did meanwhile."""


class NewerDatabaseError(Simple2FAError):
    """The database was upgraded by a newer program than this. The text says so, for people."""


class _OvertakenError(SQLAlchemyError):
    """Another node moved the version on meanwhile."""


def upgrade(db: Database) -> list[str]:
    """Run the migrations that are missing; tell what was done, a line each.

    Any number of nodes may do so at once, and one that was killed on the way may begin again.

    Raises:
        NewerDatabaseError: a newer program has been here.
        UnavailableError: the database is out of reach, kept busy by others, or refuses; the text
            says why, for operators.
    """
    if db.dialect == "sqlite":
        with suppress(OSError):  # connecting will say it
            db.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        return [] if state(db) == "current" else _persist(db)
    except (UnavailableError, SQLAlchemyError) as why:
        raise UnavailableError(_reason(why)) from why


def _persist(db: Database) -> list[str]:
    for _ in range(_TRIES - 1):
        with suppress(SQLAlchemyError):
            return db.tidy(_upgrade)
    return db.tidy(_upgrade)


def _reason(why: Exception) -> str:
    """Give the first line of what the server itself said."""
    fault = why.__cause__ or why
    return str(getattr(fault, "orig", fault)).partition("\n")[0]


def _upgrade(connection: Connection) -> list[str]:
    with _alone(connection):
        seen = version(connection)
        if seen is not None and seen > HEAD:
            raise NewerDatabaseError(
                f"the database is at {seen}, this program knows {HEAD}: install a newer one"
            )
        if seen is not None:
            # A node that began late without seeing our lock has written an older one beside it.
            connection.execute(delete(versions).where(versions.c.version_num < seen))
        return _run(connection)


def _run(connection: Connection) -> list[str]:
    from alembic.operations import Operations  # noqa: PLC0415 (slow, and rarely needed)
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    from simple_2fa.db.migrations.steps import Steps  # noqa: PLC0415 (it imports Alembic)

    told: list[str] = []
    done: list[str] = []
    script = ScriptDirectory(MIGRATIONS)
    context = MigrationContext.configure(
        connection,
        opts={
            "version_table": VERSION_TABLE,
            "fn": lambda seen, _context: script._upgrade_revs("head", seen),  # noqa: SLF001 (there is no other way without env.py)
            "on_version_apply": [lambda step, **_: done.append(step.up_revision_id)],
        },
    )
    try:
        context.run_migrations(steps=Steps(Operations(context), told.append))
    except CommandError as why:
        raise _OvertakenError(str(why)) from why
    return [*told, *(f"migrated to {newest}" for newest in done[-1:])]


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Let one node in at a time. On SQLite the transaction itself, being immediate, does."""
    if connection.dialect.name == "postgresql":
        _lock_postgres(connection)
        yield
    elif connection.dialect.name in {"mysql", "mariadb"}:
        with _locked_mysql(connection):
            yield
    else:
        yield


def _lock_postgres(connection: Connection) -> None:
    """Hold the lock until the transaction ends."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    connection.execute(text("SET LOCAL lock_timeout TO DEFAULT"))


@contextmanager
def _locked_mysql(connection: Connection) -> Iterator[None]:
    """Hold a lock of this database; DDL gives up on a table in use before the connection does."""
    name = "CONCAT('simple_2fa ', MD5(DATABASE()))"
    if connection.scalar(text(f"SELECT GET_LOCK({name}, {_PATIENCE})")) != 1:
        raise UnavailableError("another node has been upgrading the database for too long")
    try:
        connection.execute(text("SET SESSION lock_wait_timeout = 10"))
        yield
    finally:
        if not connection.invalidated:
            connection.execute(text(f"DO RELEASE_LOCK({name})"))
            connection.execute(text("SET SESSION lock_wait_timeout = DEFAULT"))
