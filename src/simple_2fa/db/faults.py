"""What a database error means for the unit that met it."""

from enum import Enum, auto

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

_MYSQL_ROLLED_BACK = {1213, 1205, 1020}
_MYSQL_AMBIGUOUS = {2006, 2013, 1180, 1047}
_POSTGRES_ROLLED_BACK = {"40001", "40P01"}
_POSTGRES_READ_ONLY = "25006"
_SQLITE_BUSY = {5, 6}


class Fault(Enum):
    """The four kinds."""

    ROLLED_BACK = auto()
    """Nothing was written; the unit may run again."""
    AMBIGUOUS = auto()
    """The connection was lost: COMMIT may or may not have happened."""
    DUPLICATE = auto()
    """A unique key is taken."""
    OTHER = auto()
    """A fault of the program (a missing table, a value too long)."""


def kind_of(error: DBAPIError) -> Fault:
    """Sort an error by its driver's own code."""
    if isinstance(error, IntegrityError):
        return Fault.DUPLICATE
    cause = error.orig
    if _rolled_back(cause):
        return Fault.ROLLED_BACK
    if error.connection_invalidated or _ambiguous(error):
        return Fault.AMBIGUOUS
    return Fault.OTHER


def _rolled_back(cause: BaseException | None) -> bool:
    return (
        _mysql_code(cause) in _MYSQL_ROLLED_BACK
        or getattr(cause, "sqlstate", None) in _POSTGRES_ROLLED_BACK
        or getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SQLITE_BUSY
    )


def _ambiguous(error: DBAPIError) -> bool:
    """A lost connection, a full disk, a read-only or starting server: ask again, then give up."""
    return (
        isinstance(error, OperationalError | InterfaceError)
        or _mysql_code(error.orig) in _MYSQL_AMBIGUOUS
        or getattr(error.orig, "sqlstate", None) == _POSTGRES_READ_ONLY
    )


def _mysql_code(cause: BaseException | None) -> int:
    code = cause.args[0] if cause is not None and cause.args else 0
    return code if isinstance(code, int) else 0
