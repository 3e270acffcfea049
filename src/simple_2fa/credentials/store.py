"""Rows of credentials. Secrets are sealed for one credential of one subject."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from simple_2fa.core.clock import from_millis, maybe_instant, to_millis
from simple_2fa.core.factor import Held
from simple_2fa.core.vault import Vault
from simple_2fa.credentials.model import Credential, NewCredential
from simple_2fa.db import seals
from simple_2fa.db.schema import credentials

_USE = "credential"
_COLUMNS = credentials.c
_HELD = (
    select(_COLUMNS.credential, _COLUMNS.secret, _COLUMNS.version)
    .where(_COLUMNS.subject == bindparam("whose"), _COLUMNS.factor == bindparam("kind"))
    .order_by(_COLUMNS.id)
)
_OF_ONE = _COLUMNS.subject == bindparam("whose")
_OWNED = select(credentials).where(_OF_ONE).order_by(_COLUMNS.id)
_COUNT = (
    select(_COLUMNS.factor, func.count())
    .where(_COLUMNS.subject == bindparam("whose"))
    .group_by(_COLUMNS.factor)
    .order_by(_COLUMNS.factor)
)
_ADD = insert(credentials)
_REMOVE_ALL = delete(credentials).where(_COLUMNS.subject == bindparam("whose"))
_THIS_ONE = and_(_COLUMNS.credential == bindparam("which"), _OF_ONE)
_REMOVE = delete(credentials).where(_THIS_ONE)
_RENAME = update(credentials).where(_THIS_ONE).values(name=bindparam("called"))
_REMOVE_SINCE = _REMOVE_ALL.where(_COLUMNS.created_at >= bindparam("instant"))
_REMOVE_KIND = _REMOVE_ALL.where(_COLUMNS.factor == bindparam("kind"))
_SWAP = (
    update(credentials)
    .where(
        _COLUMNS.credential == bindparam("which"),
        _COLUMNS.subject == bindparam("whose"),
        _COLUMNS.version == bindparam("seen"),
    )
    .values(secret=bindparam("next"), version=_COLUMNS.version + 1, used_at=bindparam("at"))
)


def held(connection: Connection, vault: Vault, subject: bytes, factor: str) -> tuple[Held, ...]:
    """Give what a subject holds of one factor, opened, the oldest first.

    Raises:
        SealError: a secret was changed or belongs to another row; then nothing is given.
    """
    rows = connection.execute(_HELD, {"whose": subject, "kind": factor})
    return tuple(
        Held(name, vault.open(_USE, _row(name, subject), secret), version)
        for name, secret, version in rows
    )


def sealed(vault: Vault, credential: str, subject: bytes, secret: bytes) -> str:
    """Seal a secret for its row; done before the unit that stores it."""
    return vault.seal(_USE, _row(credential, subject), secret)


def add(connection: Connection, new: NewCredential, secret: str, now: datetime) -> None:
    """Store a new credential with its sealed secret."""
    row = {
        "credential": new.id,
        "subject": new.subject,
        "factor": new.factor,
        "name": new.name,
        "secret": secret,
        "version": 1,
        "created_at": to_millis(now),
        "used_at": None,
    }
    connection.execute(_ADD, row)


def swap(connection: Connection, seen: Held, subject: bytes, secret: str, now: datetime) -> bool:
    """Put the next sealed secret in the place of the one that was seen.

    Returns:
        Whether it was still there: False after another use, or a removal.
    """
    values = {"which": seen.id, "whose": subject, "seen": seen.version, "next": secret}
    return bool(connection.execute(_SWAP, {**values, "at": to_millis(now)}).rowcount)


def count_by_factor(connection: Connection, subject: bytes) -> dict[str, int]:
    """Tell how many a subject holds of each factor."""
    rows = connection.execute(_COUNT, {"whose": subject})
    return {factor: count for factor, count in rows}  # noqa: C416 (rows are no pairs for mypy)


def owned(connection: Connection, subject: bytes) -> list[Credential]:
    """Give all that a subject has enrolled, the oldest first, without the secrets."""
    rows = connection.execute(_OWNED, {"whose": subject})
    return [
        Credential(
            row.credential,
            row.factor,
            row.name,
            from_millis(row.created_at),
            maybe_instant(row.used_at),
        )
        for row in rows
    ]


def remove(connection: Connection, subject: bytes, credential: str) -> bool:
    """Remove one. Gives whether it was this subject's."""
    values = {"which": credential, "whose": subject}
    return bool(connection.execute(_REMOVE, values).rowcount)


def rename(connection: Connection, subject: bytes, credential: str, name: str) -> bool:
    """Give one another name. Gives whether it was this subject's."""
    values = {"which": credential, "whose": subject, "called": name}
    return bool(connection.execute(_RENAME, values).rowcount)


def remove_all(connection: Connection, subject: bytes) -> int:
    """Remove all that a subject enrolled. Gives how many."""
    return connection.execute(_REMOVE_ALL, {"whose": subject}).rowcount


def remove_since(connection: Connection, subject: bytes, at: datetime) -> int:
    """Remove what a subject has enrolled since then. Gives how many."""
    values = {"whose": subject, "instant": to_millis(at)}
    return connection.execute(_REMOVE_SINCE, values).rowcount


def remove_kind(connection: Connection, subject: bytes, factor: str) -> int:
    """Remove what a subject enrolled of one factor. Gives how many."""
    return connection.execute(_REMOVE_KIND, {"whose": subject, "kind": factor}).rowcount


def sealed_by_others(connection: Connection, keys: Sequence[str]) -> bool:
    """Tell whether a secret was sealed by a key that isn't among these (key ids)."""
    others = select(_COLUMNS.id).where(seals.sealed_by_others(_COLUMNS.secret, keys))
    return connection.execute(others.limit(1)).first() is not None


def _row(credential: str, subject: bytes) -> str:
    return f"{credential}:{subject.hex()}"
