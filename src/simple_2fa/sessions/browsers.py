"""Rows of known browsers: found by a selector, recognised by a verifier, ended by a new epoch."""

import hmac
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, null, select, update

from simple_2fa.core.clock import from_millis, maybe_instant, maybe_millis, to_millis
from simple_2fa.core.ids import hash_secret
from simple_2fa.db import sweeps
from simple_2fa.db.schema import accounts, browsers
from simple_2fa.sessions.model import BROWSER_LASTS, MOST_BROWSERS, Browser

_B = browsers.c
_A = accounts.c
_KNOWN = (
    select(browsers)
    .select_from(browsers.join(accounts, and_(_A.account == _B.account, _A.epoch == _B.epoch)))
    .where(_B.sweep_at > bindparam("instant"), _A.disabled_at.is_(null()))
)
_ONE = _KNOWN.where(_B.browser == bindparam("which"))
_ALL = _KNOWN.where(_B.account == bindparam("whose")).order_by(_B.used_at.desc(), _B.id.desc())
_OLDEST = (
    select(_B.id)
    .where(_B.account == bindparam("whose"))
    .order_by(_B.used_at.desc(), _B.id.desc())
    .offset(MOST_BROWSERS)
)
_STILL_KNOWN = _KNOWN.with_only_columns(_B.browser).where(
    _B.browser.in_(bindparam("names", expanding=True))
)
_ENDED = delete(browsers).where(_B.account == bindparam("whose"), _B.epoch < bindparam("under"))
_INSERT = insert(browsers)
_USE = (
    update(browsers)
    .where(_B.browser == bindparam("which"), _B.verifier == bindparam("held"))
    .values(
        verifier=bindparam("next"),
        used_at=bindparam("instant"),
        sweep_at=bindparam("ends"),
        skips_code_until=bindparam("skips"),
    )
)
_CARRY = (
    update(browsers)
    .where(_B.account == bindparam("whose"), _B.epoch == bindparam("under"))
    .values(epoch=_B.epoch + 1)
)
_CARRY_ONE = _CARRY.where(_B.browser == bindparam("which"))
_CARRY_OLD = _CARRY.where(_B.created_at <= bindparam("until"))
_CARRY_ASKING = _CARRY_OLD.values(skips_code_until=None)
_FORGET = delete(browsers).where(_B.browser == bindparam("which"), _B.account == bindparam("whose"))
_FORGET_ALL = delete(browsers).where(_B.account == bindparam("whose"))


def add(connection: Connection, new: Browser, verifier: str) -> None:
    """Store a browser; of more than the most, those unused for longest go.

    Those that a change of the account has ended go first, as they would count among the most.
    """
    row = {
        "browser": new.id,
        "verifier": hash_secret(verifier),
        "account": new.account,
        "epoch": new.epoch,
        "agent": new.agent,
        "skips_code_until": maybe_millis(new.skips_code_until),
        "created_at": to_millis(new.created_at),
        "used_at": to_millis(new.used_at),
        "sweep_at": to_millis(new.expires_at),
    }
    connection.execute(_ENDED, {"whose": new.account, "under": new.epoch})
    connection.execute(_INSERT, row)
    too_many = connection.execute(_OLDEST, {"whose": new.account}).scalars().all()
    if too_many:
        connection.execute(delete(browsers).where(_B.id.in_(too_many)))


def recognise(connection: Connection, browser: str, verifier: str, now: datetime) -> Browser | None:
    """Read a browser by its cookie; None for a forged or an old one."""
    row = connection.execute(_ONE, {"which": browser, "instant": to_millis(now)}).first()
    if row is None or not hmac.compare_digest(bytes(row.verifier), hash_secret(verifier)):
        return None
    return _browser(row)


def still_known(connection: Connection, names: Collection[str], now: datetime) -> set[str]:
    """Tell which of these browsers are known still, whatever their cookies hold."""
    values = {"names": list(names), "instant": to_millis(now)}
    return set(connection.execute(_STILL_KNOWN, values).scalars())


def use(connection: Connection, seen: Browser, held: str, verifier: str, now: datetime) -> bool:
    """Put a new verifier in the place of the one that was held, and keep it for longer.

    Returns:
        Whether that one was still good: False after a parallel use.
    """
    values = {
        "which": seen.id,
        "held": hash_secret(held),
        "next": hash_secret(verifier),
        "instant": to_millis(now),
        "ends": to_millis(now + BROWSER_LASTS),
        "skips": maybe_millis(seen.skips_code_until),
    }
    return bool(connection.execute(_USE, values).rowcount)


def carry(connection: Connection, account: str, epoch: int, browser: str) -> None:
    """Take one of an account's browsers along from one epoch to the next."""
    connection.execute(_CARRY_ONE, {"whose": account, "under": epoch, "which": browser})


def carry_old(connection: Connection, account: str, epoch: int, until: datetime) -> None:
    """Take along those that were known at an instant."""
    values = {"whose": account, "under": epoch, "until": to_millis(until)}
    connection.execute(_CARRY_OLD, values)


def carry_asking(connection: Connection, account: str, epoch: int, until: datetime) -> None:
    """Take those along too, but let none of them skip the code any more."""
    values = {"whose": account, "under": epoch, "until": to_millis(until)}
    connection.execute(_CARRY_ASKING, values)


def forget_left_behind(connection: Connection, account: str, epoch: int) -> None:
    """Forget those that weren't taken along to the epoch after this one."""
    connection.execute(_ENDED, {"whose": account, "under": epoch + 1})


def of_account(connection: Connection, account: str, now: datetime) -> list[Browser]:
    """Read the known browsers of an account, the last used first."""
    rows = connection.execute(_ALL, {"whose": account, "instant": to_millis(now)})
    return [_browser(each) for each in rows]


def forget(connection: Connection, account: str, browser: str) -> bool:
    """Forget one browser of an account. Gives whether it was one of its."""
    return bool(connection.execute(_FORGET, {"which": browser, "whose": account}).rowcount)


def forget_all(connection: Connection, account: str) -> int:
    """Forget all browsers of an account. Gives how many."""
    return connection.execute(_FORGET_ALL, {"whose": account}).rowcount


def sweep(connection: Connection, now: datetime, batch: int) -> int:
    """Remove a batch of browsers that were unused for too long. Gives how many were due."""
    return sweeps.sweep(connection, browsers, now, batch)


def _browser(row: Row[Any]) -> Browser:
    return Browser(
        id=row.browser,
        account=row.account,
        epoch=row.epoch,
        agent=row.agent,
        created_at=from_millis(row.created_at),
        used_at=from_millis(row.used_at),
        expires_at=from_millis(row.sweep_at),
        skips_code_until=maybe_instant(row.skips_code_until),
    )
