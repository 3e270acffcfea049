"""Rows of challenges: statements built once, each named after what it decides."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    false,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import IntegrityError

from simple_2fa.challenges.model import (
    NO_ACCOUNT,
    RESEND_GAP,
    RESEND_NEEDS,
    Caller,
    Challenge,
    Outcome,
)
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.clock import DAY, HOUR, seconds_up, to_millis
from simple_2fa.core.ids import digest, id_of
from simple_2fa.db import seals
from simple_2fa.db.schema import accounts, challenges

KEPT = 30 * DAY
"""How long a closed or expired row, its code blanked, still tells how it ended."""

_C = challenges.c
_CLOSED = {"code": "", "open_key": None, "used": True}
_MINE = and_(
    _C.challenge == bindparam("which"),
    _C.caller == bindparam("asker"),
    _C.purpose == bindparam("aim"),
)
_OPEN = and_(_C.used == false(), _C.tries < _C.max_tries, _C.expiration_time > bindparam("instant"))

_INSERT = insert(challenges)
_READ = select(challenges, accounts.c.epoch.label("account_epoch")).select_from(
    challenges.outerjoin(accounts, accounts.c.subject == _C.subject)
)
_NAMED = _READ.where(_C.challenge == bindparam("which"))
_FIND = _NAMED.where(_C.caller == bindparam("asker"))
_BY_OPEN_KEY = _READ.where(_C.open_key == bindparam("key"))
_NEWEST_OPEN = (
    _READ.where(_C.subject == bindparam("whom"), _C.caller == bindparam("asker"), _OPEN)
    .order_by(_C.id.desc())
    .limit(1)
)
_RELEASE = (
    update(challenges)
    .where(
        _C.challenge == bindparam("which"),
        or_(
            _C.used == true(),
            _C.tries >= _C.max_tries,
            _C.expiration_time < bindparam("needed"),
            bindparam("given_up", type_=Boolean) == true(),
        ),
    )
    .values(open_key=None, followed_by=bindparam("successor"))
)
_FOLLOW = (
    update(challenges)
    .where(_C.challenge == bindparam("which"))
    .values(followed_by=bindparam("successor"))
)
_CLAIM = update(challenges).where(_MINE, _OPEN, _C.epoch == bindparam("under"))
_CLAIM_WRONG = _CLAIM.values(tries=_C.tries + 1)
_CLAIM_RIGHT = _CLAIM.values(
    tries=_C.tries + 1,
    outcome=Outcome.APPROVED.value,
    sweep_at=bindparam("gone"),
    **_CLOSED,
)
_TRIES = select(_C.tries).where(_C.challenge == bindparam("which"))
_FORGET = (
    update(challenges)
    .where(_C.challenge == bindparam("which"), _C.tries >= _C.max_tries)
    .values(code="", sweep_at=bindparam("gone"))
)
_CANCEL = (
    update(challenges)
    .where(_MINE, _OPEN)
    .values(outcome=Outcome.CANCELED.value, sweep_at=bindparam("gone"), **_CLOSED)
)
_OF_ONE = and_(
    _C.caller.startswith("session:"),
    or_(
        _C.subject == bindparam("whom"),
        and_(_C.subject == bindparam("mailbox"), _C.outcome == Outcome.APPROVED.value),
    ),
)
_ASKED_OF = select(_C.challenge).where(_OF_ONE)
_REMOVE_OF = delete(challenges).where(_OF_ONE)
_SWITCH = (
    update(challenges)
    .where(_MINE, _OPEN, _C.code == bindparam("sealed_before"))
    .values(
        factor=bindparam("next_factor"),
        digits=bindparam("length"),
        code=bindparam("sealed_now"),
        resend_after=bindparam("next"),
    )
)
_RESEND = (
    update(challenges)
    .where(
        _MINE,
        _OPEN,
        _C.expiration_time >= bindparam("needed"),
        _C.resend_after <= bindparam("instant"),
    )
    .values(resend_after=bindparam("next"))
)


class OvertakenError(Exception):
    """Another request of this caller, about the same subject and purpose, came first."""


def insert_new(connection: Connection, new: Challenge) -> None:
    """Store an open challenge.

    Raises:
        OvertakenError: one with the same caller, subject and purpose came first.
    """
    row = {
        "challenge": new.id,
        "email": new.address,
        "code": new.sealed,
        "expiration_time": new.expires_at,
        "used": new.used,
        "created_at": new.created_at,
        "outcome": None,
        "subject": new.subject,
        "caller": str(new.caller),
        "purpose": new.purpose,
        "factor": new.factor,
        "digits": new.digits,
        "tries": new.tries,
        "max_tries": new.max_tries,
        "epoch": new.epoch,
        "resend_after": new.resend_after,
        "open_key": open_key(new.caller, new.subject, new.purpose),
        "followed_by": None,
        "sweep_at": to_millis(new.expires_at),
    }
    try:
        connection.execute(_INSERT, row)
    except IntegrityError as why:
        raise OvertakenError from why


def open_key(caller: Caller, subject: bytes, purpose: str) -> bytes:
    """Give the digest by which `start` finds the one open challenge."""
    return digest(str(caller), subject.hex(), purpose)


def find(connection: Connection, challenge: str, caller: Caller) -> Challenge | None:
    """Read a challenge of this caller; another's is as absent as none."""
    return _one(connection, _FIND, {"which": challenge, "asker": str(caller)})


def by_ticket(connection: Connection, ticket: str) -> Challenge | None:
    """Read the challenge whose page this ticket opens."""
    return _one(connection, _NAMED, {"which": id_of(ticket)})


def by_open_key(connection: Connection, key: bytes) -> Challenge | None:
    """Read the challenge that `start` finds."""
    return _one(connection, _BY_OPEN_KEY, {"key": key})


def newest_open(
    connection: Connection, subject: bytes, caller: Caller, now: datetime, purpose: str | None
) -> Challenge | None:
    """Read this caller's newest open challenge to a subject, of one purpose or of any."""
    query = _NEWEST_OPEN if purpose is None else _NEWEST_OPEN.where(_C.purpose == purpose)
    return _one(connection, query, {"whom": subject, "asker": str(caller), "instant": now})


def release(
    connection: Connection, seen: Challenge, successor: str, now: datetime, *, given_up: bool
) -> None:
    """Free the open key of a row that is closed, out of tries, nearly expired, or given up."""
    values = {"which": seen.id, "successor": successor, "given_up": given_up}
    connection.execute(_RELEASE, {**values, "needed": _needed(now)})


def follow(connection: Connection, seen: Challenge, successor: str) -> None:
    """Name the challenge that took this one's place."""
    connection.execute(_FOLLOW, {"which": seen.id, "successor": successor})


def claim(connection: Connection, seen: Challenge, now: datetime, *, right: bool) -> bool:
    """Count one try, and close the challenge where the answer is right: the one statement.

    Returns:
        Whether the row was still open; without that nothing may be told.
    """
    values: dict[str, Any] = {**_mine(seen), "instant": now, "under": seen.account_epoch}
    if right:
        values["gone"] = to_millis(now) + KEPT
    return bool(connection.execute(_CLAIM_RIGHT if right else _CLAIM_WRONG, values).rowcount)


def tries(connection: Connection, challenge: str) -> int:
    """Read the count back, within the unit that claimed."""
    return connection.execute(_TRIES, {"which": challenge}).scalar() or 0


def forget(connection: Connection, challenge: str, now: datetime) -> None:
    """Blank the code of a challenge that is out of tries, within the unit that spent the last."""
    connection.execute(_FORGET, {"which": challenge, "gone": to_millis(now) + KEPT})


def cancel(connection: Connection, seen: Challenge, now: datetime) -> bool:
    """Close an open challenge without an answer. Gives whether it was open."""
    values = {**_mine(seen), "instant": now, "gone": to_millis(now) + KEPT}
    return bool(connection.execute(_CANCEL, values).rowcount)


def mark_resent(connection: Connection, seen: Challenge, now: datetime) -> bool:
    """Set the next resend's time. Gives False where it is too early, or too late."""
    times = {"instant": now, "needed": _needed(now), "next": seconds_up(now + RESEND_GAP)}
    return bool(connection.execute(_RESEND, {**_mine(seen), **times}).rowcount)


def switch(connection: Connection, seen: Challenge, moved: Challenge, now: datetime) -> bool:
    """Let an open challenge be put by another factor. Gives whether it was still as seen."""
    values = {
        "sealed_before": seen.sealed,
        "sealed_now": moved.sealed,
        "next_factor": moved.factor,
        "length": moved.digits,
        "next": moved.resend_after,
    }
    return bool(connection.execute(_SWITCH, {**_mine(seen), "instant": now, **values}).rowcount)


def sealed_by_others(connection: Connection, keys: Sequence[str], now: datetime) -> bool:
    """Tell whether an open challenge was sealed by a key that isn't among these (key ids)."""
    at = to_millis(now)
    live = and_(_C.sweep_at > at, _C.sweep_at <= at + HOUR, seals.sealed_by_others(_C.code, keys))
    return connection.execute(select(_C.id).where(live).limit(1)).first() is not None


def due(connection: Connection, now: datetime, batch: int) -> list[Row[Any]]:
    """Give a batch of rows (id, code, purpose) that housekeeping has to look at."""
    query = select(_C.id, _C.code, _C.purpose).where(_C.sweep_at <= to_millis(now)).limit(batch)
    return list(connection.execute(query.order_by(_C.sweep_at)))


def blank(connection: Connection, rows: list[int], now: datetime) -> None:
    """Forget the codes of expired rows, and keep the rows for a while."""
    values = {"code": "", "open_key": None, "sweep_at": to_millis(now) + KEPT}
    connection.execute(update(challenges).where(_C.id.in_(rows)).values(values))


def remove_of(connection: Connection, subject: bytes, address: str) -> list[str]:
    """Remove what our pages asked a subject, and what proved its address. Gives their ids.

    Other questions about the address stay: strangers may have put them, and see no change.
    """
    values = {"whom": subject, "mailbox": subject_of_address(address)}
    found = connection.execute(_ASKED_OF, values).scalars().all()
    connection.execute(_REMOVE_OF, values)
    return list(found)


def remove(connection: Connection, rows: list[int], now: datetime) -> None:
    """Remove rows whose time has come."""
    old = and_(_C.id.in_(rows), _C.sweep_at <= to_millis(now))
    connection.execute(delete(challenges).where(old))


def _needed(now: datetime) -> datetime:
    """The earliest expiry that leaves a letter time to arrive: a whole second, as all expiries."""
    return seconds_up(now + RESEND_NEEDS)


def _mine(seen: Challenge) -> dict[str, Any]:
    return {"which": seen.id, "asker": str(seen.caller), "aim": seen.purpose}


def _one(connection: Connection, query: Any, values: dict[str, Any]) -> Challenge | None:  # noqa: ANN401 (any select of whole rows)
    row = connection.execute(query, values).first()
    return None if row is None else _challenge(row)


def _challenge(row: Row[Any]) -> Challenge:
    return Challenge(
        id=row.challenge,
        subject=bytes(row.subject),
        address=row.email,
        purpose=row.purpose,
        caller=Caller.read(row.caller),
        factor=row.factor,
        epoch=row.epoch,
        account_epoch=row.account_epoch or NO_ACCOUNT,
        digits=row.digits,
        tries=row.tries,
        max_tries=row.max_tries,
        created_at=row.created_at,
        expires_at=row.expiration_time,
        resend_after=row.resend_after,
        used=row.used,
        outcome=row.outcome,
        followed_by=row.followed_by,
        sealed=row.code,
    )
