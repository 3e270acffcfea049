"""Column types that mean the same on SQLite, MySQL/MariaDB and PostgreSQL."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Dialect, Integer, LargeBinary, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import DateTime, TypeDecorator, TypeEngine

from simple_2fa.core.clock import whole_seconds


class UtcSeconds(TypeDecorator[datetime]):
    """Whole seconds in naive UTC in the table, aware UTC in Python."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Cut the fraction and the zone off."""
        return None if value is None else whole_seconds(value.astimezone(UTC)).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (the same)
        """Put the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


def serial() -> TypeEngine[int]:
    """A row number; SQLite counts up only what is called INTEGER."""
    return BigInteger().with_variant(Integer, "sqlite")


def ascii_text(length: int) -> TypeEngine[str]:
    """Names and ids of ours, compared exactly but for a space at the end, which none has."""
    return String(length).with_variant(
        mysql.VARCHAR(length, charset="ascii", collation="ascii_bin"), "mysql", "mariadb"
    )


def sealed_text() -> TypeEngine[str]:
    """What the vault sealed."""
    return Text().with_variant(
        mysql.TEXT(charset="ascii", collation="ascii_bin"), "mysql", "mariadb"
    )


def octets(length: int) -> TypeEngine[bytes]:
    """A digest or a random key of exactly so many bytes."""
    return LargeBinary(length).with_variant(mysql.BINARY(length), "mysql", "mariadb")
