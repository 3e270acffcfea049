"""The migrations, run one after the other, make exactly the tables that the program works with."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from simple_2fa.db.engine import Database
from simple_2fa.db.schema import metadata
from simple_2fa.db.state import HEAD
from simple_2fa.db.upgrade import MIGRATIONS, upgrade

ROOT = Path(__file__).parents[2]
POSTGRES = """
SELECT table_name, ordinal_position::text, column_name, data_type || coalesce(
    character_maximum_length::text, ''), is_nullable, column_default
  FROM information_schema.columns WHERE table_name LIKE 'two_factor_%'
UNION SELECT conrelid::regclass::text, 'constraint', conname, pg_get_constraintdef(oid), '', ''
  FROM pg_constraint WHERE conrelid::regclass::text LIKE 'two_factor_%'
UNION SELECT tablename, 'index', indexname, indexdef, '', ''
  FROM pg_indexes WHERE tablename LIKE 'two_factor_%' ORDER BY 1, 2, 3
"""
SQLITE = "SELECT name, sql FROM sqlite_master WHERE sql <> '' ORDER BY 1"


def differences(connection: Connection) -> object:
    options = {
        "include_name": lambda name, kind, _: kind != "table" or name in metadata.tables,
    }
    return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def portrait(connection: Connection) -> list[tuple[object, ...]]:
    """Describe the tables in the database's own words."""
    if connection.dialect.name != "mysql":
        words = SQLITE if connection.dialect.name == "sqlite" else POSTGRES
        # A column that was added later stands on the line of the one before it.
        rows = [
            tuple(" ".join(each.split()) if each else each for each in row)
            for row in connection.execute(text(words))
        ]
        return [row for row in rows if row[0] != "two_factor_version"]
    shown = [
        connection.execute(text(f"SHOW CREATE TABLE {name}")).one()[1]
        for name in sorted(metadata.tables)
    ]
    # create_all adds a table's indexes in any order.
    return [tuple(sorted(line.rstrip(",") for line in sql.splitlines())) for sql in shown]


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    upgrade(opened)
    yield opened
    opened.close()


def test_migrated_database_has_the_tables_of_the_metadata(db: Database) -> None:
    assert db.read(differences) == []
    db.tidy(lambda link: link.execute(text("ALTER TABLE two_factor_marks ADD more INTEGER")))
    assert db.read(differences) != []


def test_create_all_makes_the_same_down_to_names_and_collations(db: Database) -> None:
    migrated = db.read(portrait)
    db.tidy(metadata.drop_all)
    db.tidy(metadata.create_all)
    assert migrated == db.read(portrait)
    assert len(migrated) >= len(metadata.tables)


def test_program_knows_the_newest_migration() -> None:
    assert ScriptDirectory(MIGRATIONS).get_current_head() == HEAD


def test_names_of_migrations_sort_by_age_and_fit_the_version_table() -> None:
    history = [script.revision for script in ScriptDirectory(MIGRATIONS).walk_revisions()][::-1]
    files = sorted(path.stem for path in MIGRATIONS.glob("versions/*.py"))
    assert history == files
    assert all(re.fullmatch(r"[0-9]{4}_[a-z_]{1,27}", name) for name in history)


def test_wheel_holds_the_migrations() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (package,) = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert MIGRATIONS.is_relative_to(ROOT / package)
