"""One transaction: all of a unit, or nothing."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine

T = TypeVar("T")
Unit = Callable[[Connection], T]


def commit(engine: Engine, unit: Unit[T]) -> T:
    """Run a unit and commit it; what it raises rolls it back and comes through.

    A connection whose COMMIT failed is thrown away: SQLAlchemy takes that transaction for ended,
    but the database may not, and the next unit would then commit this one.
    """
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            result = unit(connection)
        except BaseException:
            transaction.rollback()
            raise
        try:
            transaction.commit()
        except BaseException:
            connection.invalidate()
            raise
        return result
