"""What migrations are made of. A step looks first: it may be walking in its own traces."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

from alembic.operations import Operations
from sqlalchemy import Column, Inspector, inspect


class Steps:
    """Changes tables, and tells what people should know of it."""

    def __init__(self, op: Operations, tell: Callable[[str], None]) -> None:
        """Work on the connection of these operations."""
        self.op = op
        self.tell = tell

    def create(self, name: str, *columns: Column[Any], indexed: Sequence[str] = ()) -> None:
        """Create a table, with an index on each of the named columns."""
        self.op.create_table(
            name,
            *columns,
            if_not_exists=True,
            mysql_engine="InnoDB",
            mysql_charset="utf8mb4",
            mysql_collate="utf8mb4_bin",
            sqlite_with_rowid=columns[0].name == "id",
        )
        for column in indexed:
            self.index(name, column)

    def add(self, name: str, *columns: Column[Any]) -> None:
        """Add columns to a table."""
        there = {column["name"] for column in self._look().get_columns(name)}
        for column in columns:
            if column.name not in there:
                self.op.add_column(name, column)

    def index(self, name: str, *columns: str) -> None:
        """Make an index, named after the first of its columns."""
        index = f"ix_{name}_{columns[0]}"
        if index not in {each["name"] for each in self._look().get_indexes(name)}:
            self.op.create_index(index, name, list(columns))

    def set_aside(self, name: str, unless: str) -> None:
        """Rename a table, rows and all, unless it is missing or has the column of ours."""
        look = self._look()
        # In this order: where another node renames it after the look at its columns, the name is
        # taken too, and the RENAME fails.
        kept = next(free for free in _names(f"{name}_before") if not look.has_table(free))
        if not look.has_table(name) or unless in {c["name"] for c in look.get_columns(name)}:
            return
        # PostgreSQL leaves the table its indexes' names, and itself finds others for the new one's.
        self.op.rename_table(name, kept)
        self.tell(f"the table {name} of before is now {kept}, with all its rows")

    def _look(self) -> Inspector:
        return inspect(self.op.get_bind())


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}_{number}" for number in count(2))
