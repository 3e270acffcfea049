"""Rows of sessions. A token is looked up by its hash, and changes at every step."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from simple_2fa.core.clock import from_millis, maybe_instant, maybe_millis, to_millis
from simple_2fa.core.errors import Simple2FAError
from simple_2fa.core.ids import hash_secret
from simple_2fa.db import sweeps
from simple_2fa.db.schema import accounts, browsers, sessions
from simple_2fa.sessions.model import Place, Session, Stage

_S = sessions.c
_A = accounts.c
_FOREVER = 2**62
_LIVES = and_(
    _S.sweep_at > bindparam("instant"),
    # Nobody's yet, or of an account that nothing has changed since, and that is let in.
    or_(
        _S.account.is_(null()),
        and_(_A.epoch == _S.epoch, _A.disabled_at.is_(null())),
    ),
)
_WITH_ACCOUNT = select(sessions, _A.host).select_from(
    sessions.outerjoin(accounts, _A.account == _S.account)
)
_INSERT = insert(sessions)
_BY_TOKEN = _WITH_ACCOUNT.where(_S.token == bindparam("hash"), _LIVES)
_OF_ACCOUNT = _WITH_ACCOUNT.where(_S.account == bindparam("whose"), _LIVES).order_by(
    _S.seen_at.desc(), _S.id.desc()
)
_MOVE = (
    update(sessions)
    .where(_S.token == bindparam("held"), _S.stage == bindparam("seen"))
    .values(
        token=bindparam("hash"),
        stage=bindparam("next"),
        account=bindparam("whose"),
        epoch=bindparam("under"),
        challenge=bindparam("awaited"),
        goes_to=bindparam("then"),
        proved_by=bindparam("by"),
        proved_at=bindparam("proved"),
        one_factor_until=bindparam("weak"),
        browser=bindparam("known"),
        password=bindparam("hash_kept"),
        created_at=bindparam("began"),
        seen_at=bindparam("instant"),
        sweep_at=bindparam("ends"),
    )
)
_AWAIT = (
    update(sessions)
    .where(_S.token == bindparam("held"), _S.stage == bindparam("seen"))
    .values(challenge=bindparam("awaited"), goes_to=bindparam("then"))
)
_STAND = (
    update(sessions)
    .where(_S.token == bindparam("held"), _S.account.is_(null()))
    .values(epoch=bindparam("under"))
)
_CARRY = (
    update(sessions)
    .where(
        _S.account == bindparam("whose"),
        _S.epoch == bindparam("under"),
        _S.stage == Stage.FULL.value,
        _S.one_factor_until.is_(null()),
        _S.created_at < bindparam("since"),
        # A browser that has gone on already.
        _S.browser.in_(
            select(browsers.c.browser).where(
                browsers.c.account == bindparam("whose"), browsers.c.epoch > bindparam("under")
            )
        ),
    )
    .values(epoch=_S.epoch + 1)
)
_KEEP = update(sessions).where(_S.session == bindparam("which")).values(kept=bindparam("sealed"))
_AIM = update(sessions).where(_S.token == bindparam("held")).values(goes_to=bindparam("then"))
_WANT = _AIM.where(
    _S.stage == bindparam("seen"), func.coalesce(_S.challenge, "") == bindparam("awaited")
).values(challenge=None)
_TOUCH = (
    update(sessions).where(_S.session == bindparam("which")).values(seen_at=bindparam("instant"))
)
_END = delete(sessions).where(_S.session == bindparam("which"))
_END_ONE_OF = _END.where(_S.account == bindparam("whose"))
_END_OTHERS = delete(sessions).where(
    _S.account == bindparam("whose"), _S.session != bindparam("which")
)


class TakenError(Simple2FAError):
    """There is a session of this id."""


def add(connection: Connection, new: Session, token: str) -> None:
    """Store a session under its token.

    Raises:
        TakenError: there is one of its id.
    """
    row = {
        "session": new.id,
        "token": hash_secret(token),
        "stage": new.stage.value,
        "account": new.account,
        "epoch": new.epoch,
        "challenge": new.challenge,
        "goes_to": new.goes_to,
        "proved_by": new.proved_by,
        "proved_at": maybe_millis(new.proved_at),
        "one_factor_until": maybe_millis(new.one_factor_until),
        "browser": new.browser,
        "password": new.password,
        "agent": new.place.agent,
        "network": new.place.network,
        "created_at": to_millis(new.created_at),
        "seen_at": to_millis(new.seen_at),
        "sweep_at": to_millis(new.expires_at),
    }
    try:
        connection.execute(_INSERT, row)
    except IntegrityError as why:
        raise TakenError from why


def by_token(connection: Connection, token: str, now: datetime) -> Session | None:
    """Read the session that a cookie opens; None once it is over, or its account has moved on."""
    values = {"hash": hash_secret(token), "instant": to_millis(now)}
    row = connection.execute(_BY_TOKEN, values).first()
    found = None if row is None else _session(row)
    return None if found is None or found.is_over(now) else found


def move(connection: Connection, held: str, seen: Stage, moved: Session, token: str) -> bool:
    """Take a session to its next step, under a new token.

    Returns:
        Whether its token and stage were still those that were seen.
    """
    values = {
        "held": hash_secret(held),
        "seen": seen.value,
        "hash": hash_secret(token),
        "next": moved.stage.value,
        "whose": moved.account,
        "under": moved.epoch,
        "awaited": moved.challenge,
        "then": moved.goes_to,
        "by": moved.proved_by,
        "proved": maybe_millis(moved.proved_at),
        "weak": maybe_millis(moved.one_factor_until),
        "known": moved.browser,
        "hash_kept": moved.password,
        "began": to_millis(moved.created_at),
        "instant": to_millis(moved.seen_at),
        "ends": to_millis(moved.expires_at),
    }
    return bool(connection.execute(_MOVE, values).rowcount)


def await_answer(
    connection: Connection, held: str, seen: Stage, challenge: str | None, goes_to: str
) -> bool:
    """Note which challenge a session waits for, and where it goes then.

    Returns:
        Whether its token and stage were still those that were seen.
    """
    values: dict[str, object] = {"held": hash_secret(held), "seen": seen.value}
    values |= {"awaited": challenge, "then": goes_to}
    return bool(connection.execute(_AWAIT, values).rowcount)


def stand_under(connection: Connection, held: str, epoch: int) -> None:
    """Let a session that is nobody's yet remember the epoch under which a code was asked for."""
    connection.execute(_STAND, {"held": hash_secret(held), "under": epoch})


def carry(connection: Connection, account: str, epoch: int, since: datetime | None) -> None:
    """Take an account's full sessions of two factors along from one epoch to the next.

    Those that began at an instant, or later, stay behind, and those in a browser that has.
    """
    before = to_millis(since) if since else _FOREVER
    connection.execute(_CARRY, {"whose": account, "under": epoch, "since": before})


def keep(connection: Connection, session: str, sealed: str | None) -> None:
    """Keep what was sent before a second step, sealed; None for nothing any more."""
    connection.execute(_KEEP, {"which": session, "sealed": sealed})


def aim(connection: Connection, held: str, goes_to: str) -> None:
    """Note where a session goes once what it waits for is answered."""
    connection.execute(_AIM, {"held": hash_secret(held), "then": goes_to})


def want(connection: Connection, held: str, seen: Session, goes_to: str) -> None:
    """Let a session want a step before it goes on; where it waits for another by now, it does."""
    values = {"held": hash_secret(held), "seen": seen.stage.value}
    connection.execute(_WANT, {**values, "awaited": seen.challenge or "", "then": goes_to})


def touch(connection: Connection, session: str, now: datetime) -> None:
    """Note that a session was used."""
    connection.execute(_TOUCH, {"which": session, "instant": to_millis(now)})


def of_account(connection: Connection, account: str, now: datetime) -> list[Session]:
    """Read the sessions of an account that still open something, the last used first."""
    rows = connection.execute(_OF_ACCOUNT, {"whose": account, "instant": to_millis(now)})
    return [each for each in map(_session, rows) if not each.is_over(now)]


def end(connection: Connection, session: str) -> None:
    """End a session."""
    connection.execute(_END, {"which": session})


def end_one_of(connection: Connection, account: str, session: str) -> bool:
    """End one session of an account. Gives whether it was one of its."""
    values = {"which": session, "whose": account}
    return bool(connection.execute(_END_ONE_OF, values).rowcount)


def end_others(connection: Connection, account: str, session: str) -> int:
    """End all sessions of an account but one. Gives how many."""
    return connection.execute(_END_OTHERS, {"whose": account, "which": session}).rowcount


def sweep(connection: Connection, now: datetime, batch: int) -> int:
    """Remove a batch of sessions that are over. Gives how many were due."""
    return sweeps.sweep(connection, sessions, now, batch)


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.session,
        stage=Stage(row.stage),
        created_at=from_millis(row.created_at),
        seen_at=from_millis(row.seen_at),
        expires_at=from_millis(row.sweep_at),
        place=Place(row.agent, row.network),
        account=row.account,
        epoch=row.epoch,
        challenge=row.challenge,
        goes_to=row.goes_to,
        proved_by=row.proved_by,
        proved_at=maybe_instant(row.proved_at),
        one_factor_until=maybe_instant(row.one_factor_until),
        browser=row.browser,
        password=row.password,
        is_hosted=row.host is not None,
        kept=row.kept,
    )
