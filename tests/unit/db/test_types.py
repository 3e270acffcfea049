"""Times as they stand in the seed's columns, and a schema that every database takes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects import registry
from sqlalchemy.schema import CreateTable

from simple_2fa.db.schema import metadata
from simple_2fa.db.types import UtcSeconds

DIALECTS: list[Dialect] = [registry.load(name)() for name in ("sqlite", "mysql", "postgresql")]
kind = UtcSeconds()
BERLIN = timezone(timedelta(hours=1))


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_the_fraction_and_the_zone_stay_outside(dialect: Dialect) -> None:
    instant = datetime(2026, 11, 22, 11, 30, 0, 999_999, tzinfo=BERLIN)
    stored = kind.process_bind_param(instant, dialect)
    assert stored == datetime(2026, 11, 22, 10, 30)  # noqa: DTZ001 (as it is stored)
    assert kind.process_result_value(stored, dialect) == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_no_time_stays_no_time(dialect: Dialect) -> None:
    assert kind.process_bind_param(None, dialect) is None
    assert kind.process_result_value(None, dialect) is None


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_table_can_be_made(dialect: Dialect) -> None:
    for table in metadata.sorted_tables:
        assert table.name.startswith("two_factor_")
        assert str(CreateTable(table).compile(dialect=dialect))


def test_the_seeds_columns_are_there() -> None:
    seed = {"id", "email", "code", "expiration_time", "used", "created_at"}
    assert seed <= set(metadata.tables["two_factor_auth"].columns.keys())
