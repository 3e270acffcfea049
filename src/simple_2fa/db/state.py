"""What `start`, `doctor` and `/readyz` ask of a database. Cheap: no Alembic here."""

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import (
    Connection,
    String,
    bindparam,
    column,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError

from simple_2fa.db.engine import Database
from simple_2fa.db.schema import marks

log = logging.getLogger(__name__)

State = Literal["current", "behind", "ahead", "empty"]

HEAD = "0009_taking_back"
"""The newest migration. Names begin with four digits, so they sort by age."""
VERSION_TABLE = "two_factor_version"

versions = table(VERSION_TABLE, column("version_num", String))
_VERSION = select(versions.c.version_num).order_by(versions.c.version_num.desc()).limit(1)
_STRICT = {"STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"}
_NOT_STRICT = (
    "the database server's sql_mode is not strict, so it would cut off what does not fit: "
    "add STRICT_TRANS_TABLES to sql_mode"
)
SKEW = 2.0
"""Seconds that our clock may be off the database's (security decision 15)."""

_CLOCKS = {"mysql": "SELECT UTC_TIMESTAMP(6)", "postgresql": "SELECT clock_timestamp()"}

_MARK = select(marks.c.value).where(marks.c.name == bindparam("which"))
_CHANGE_MARK = update(marks).where(marks.c.name == bindparam("which"))
_ADD_MARK = insert(marks)


def state(db: Database) -> State:
    """Compare the migrations that the database has seen with those that this program knows.

    'empty' also where the first one began and was interrupted, and where a file isn't there:
    looking doesn't make it.

    Raises:
        UnavailableError: the database is out of reach.
    """
    seen = None if _is_missing(db) else db.read(version)
    if seen is None:
        return "empty"
    if seen == HEAD:
        return "current"
    return "behind" if seen < HEAD else "ahead"


def _is_missing(db: Database) -> bool:
    if db.dialect != "sqlite":
        return False
    try:
        db.file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        pass  # connecting will say it
    return False


def version(connection: Connection) -> str | None:
    """Tell the newest migration that the database has seen."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(_VERSION)


def problems(db: Database) -> list[str]:
    """Tell why this server must not be used, a line each; an empty list is what we want.

    Raises:
        UnavailableError: the database is out of reach.
    """
    if db.dialect != "mysql":
        return []
    mode = db.read(lambda connection: connection.scalar(text("SELECT @@SESSION.sql_mode")))
    if _STRICT.isdisjoint(str(mode).split(",")):
        return [_NOT_STRICT]
    return []


def clock_skew(db: Database, now: datetime) -> float:
    """Tell by how many seconds the database's clock is ahead of ours (negative: behind).

    Time spent on the way there and back does not count, but for half of one round trip.

    Raises:
        UnavailableError: the database is out of reach.
    """
    if db.dialect == "sqlite":
        return 0.0
    began = time.monotonic()

    def compare(connection: Connection) -> float:
        asked = time.monotonic()
        theirs = connection.execute(text(_CLOCKS[db.dialect])).scalar_one()
        on_the_way = (time.monotonic() - asked) / 2
        ours = now + timedelta(seconds=asked - began + on_the_way)
        return float((_aware(theirs) - ours).total_seconds())

    return db.read(compare)


class ClockWatch:
    """Remembers whether this node's clock agrees with the database's; one that doesn't denies."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.is_off = False

    def look(self, now: datetime) -> None:
        """Compare the clocks.

        Raises:
            UnavailableError: the database is out of reach; what was seen last stands.
        """
        skew = clock_skew(self._db, now)
        was_off, self.is_off = self.is_off, abs(skew) > SKEW
        if self.is_off and not was_off:
            log.error(
                "this clock is %.1f s off the database's; nothing is decided until it is set right",
                skew,
            )
        elif was_off and not self.is_off:
            log.info("the clocks agree again")


def _aware(instant: datetime) -> datetime:
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def mark(db: Database, name: str) -> str | None:
    """Read a mark that the database carries ('development').

    Raises:
        UnavailableError: the database is out of reach.
    """
    value: str | None = db.read(lambda connection: connection.scalar(_MARK, {"which": name}))
    return value


def set_mark(db: Database, name: str, value: str) -> None:
    """Mark the database, whether or not it has this mark.

    Raises:
        UnavailableError: the database is out of reach.
    """

    def unit(connection: Connection) -> None:
        if not connection.execute(_CHANGE_MARK, {"which": name, "value": value}).rowcount:
            connection.execute(_ADD_MARK, {"name": name, "value": value})

    try:
        db.tidy(unit)
    except IntegrityError:  # another node was first: now there is a row to change
        db.tidy(unit)
