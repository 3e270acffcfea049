"""What must be true of database, keys and mail server before a server may start."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from simple_2fa.challenges import store as challenges
from simple_2fa.clients import store as clients
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.vault import key_id
from simple_2fa.credentials import store as credentials
from simple_2fa.db import state as database
from simple_2fa.db.engine import Database

MODE, DEVELOPMENT = "mode", "development"
"""The mark of a database that `simple-2fa run` has used, and its value."""

FOR_DEVELOPMENT = (
    "the database was made for development: give production its own"
    " (DATABASE_URL, DB_HOST or, with SQLite, another INSTANCE_PATH)"
)
_STATES = {
    "current": "",
    "empty": "the database {} has no tables yet: run `{} db upgrade`",
    "behind": "the database {} isn't migrated: run `{} db upgrade`",
    "ahead": "the database {} was migrated by a newer version: install that one",
}


def refusals(db: Database, keys: Sequence[bytes], now: datetime) -> tuple[str, ...]:
    """Give why production must not start on this database with these keys, one line each."""
    try:
        return tuple(_refusals(db, keys, now))
    except (UnavailableError, DBAPIError) as why:
        return (
            f"the database can't be used ({reason(why)}): check DATABASE_URL or the DB_ settings",
        )


def lack(db: Database, command: str = "simple-2fa") -> str:
    """Tell what a database lacks to be current, and what to do by which command; '' where it is.

    Raises:
        UnavailableError: the database is out of reach.
    """
    return _STATES[database.state(db)].format(named(db.url), command)


def named(url: URL) -> str:
    """Write which database it is; user, password and parameters are nobody's business."""
    bare = URL.create(url.get_backend_name(), host=url.host, port=url.port, database=url.database)
    return bare.render_as_string()


def reason(why: Exception) -> str:
    """Give the first line of what the database itself said."""
    fault = why.__cause__ if isinstance(why, UnavailableError) else why
    said = fault.orig if isinstance(fault, DBAPIError) else why
    return str(said.args[-1] if said and said.args else said).partition("\n")[0]


def _refusals(db: Database, keys: Sequence[bytes], now: datetime) -> Iterator[str]:
    yield from database.problems(db)
    if lacking := lack(db):
        yield lacking
        return
    if database.mark(db, MODE) == DEVELOPMENT:
        yield FOR_DEVELOPMENT
    if keys and keys_are_missing(db, keys, now):
        yield "SECRET_KEY lacks a key that rows are sealed with: append the old key again"


def keys_are_missing(db: Database, keys: Sequence[bytes], now: datetime) -> bool:
    """Tell whether rows that are still of use were sealed by another key."""
    ids = [key_id(key) for key in keys]
    return db.read(
        lambda connection: (
            credentials.sealed_by_others(connection, ids)
            or challenges.sealed_by_others(connection, ids, now)
            or clients.sealed_by_others(connection, ids)
        )
    )
