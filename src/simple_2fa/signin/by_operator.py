"""What an operator sees of an account, and how one gives its owner a fresh start."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from simple_2fa.accounts import flows, links, recoveries
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account, ChangedError, Recovery
from simple_2fa.core.address import mask
from simple_2fa.core.ids import new_attempt
from simple_2fa.core.tags import Event, Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.db.engine import Connection, Database
from simple_2fa.mail.outbox import Outbox
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.sessions.model import Browser
from simple_2fa.signin import notices


@dataclass(frozen=True, slots=True)
class Standing:
    """An account, and what stands behind it.

    Attributes:
        sessions: how many are signed in, or on their way.
        credentials: how many are enrolled of each factor.
        recovery: the way in after a wait that is under way.
    """

    account: Account
    sessions: int
    browsers: list[Browser]
    credentials: Mapping[str, int]
    recovery: Recovery | None


def standing(db: Database, account: Account, now: datetime) -> Standing:
    """Read what stands behind an account."""

    def query(connection: Connection) -> Standing:
        return Standing(
            account,
            len(sessions.of_account(connection, account.id, now)),
            browsers.of_account(connection, account.id, now),
            credentials.count_by_factor(connection, account.subject),
            recoveries.of_account(connection, account.id, now),
        )

    return db.read(query)


def reset_second_step(
    db: Database, outbox: Outbox, account: str, now: datetime
) -> Mapping[str, str | int]:
    """Remove all that its owner enrolled, forget all browsers, end all sessions, and tell them.

    Mailed codes are a second step again.

    Returns:
        How many `credentials`, `browsers` and `sessions` went.

    Raises:
        NoAccountError: no account has this id.
    """
    return flows.changed(db, account, partial(_reset, db, outbox, now))


def change_address(db: Database, outbox: Outbox, account: str, address: str, now: datetime) -> None:
    """Let an account's mail go elsewhere; all sessions and known browsers end, both are told.

    Raises:
        AddressTakenError: another account has the address.
        NoAccountError: no account has this id.
    """
    return flows.changed(db, account, partial(_move, db, outbox, address, now))


def _move(db: Database, outbox: Outbox, address: str, now: datetime, seen: Account) -> None:
    attempt, moved = new_attempt(now), replace(seen, address=address)
    told = (
        notices.by_itself(outbox, seen, "address_moved", now, at=now, to=mask(address)),
        notices.by_itself(outbox, moved, "address_is_new", now, at=now, before=mask(seen.address)),
    )

    def unit(connection: Connection) -> Event:
        if not accounts.change_address(connection, seen, address):
            raise ChangedError
        _end_all(connection, seen)
        for notice in told:
            notices.queue(connection, notice)
        return flows.event(attempt, now, Tag.ADDRESS_CHANGE, "done", seen)

    db.transact(attempt, unit)


def _end_all(connection: Connection, seen: Account) -> dict[str, str | int]:
    """End what lies with whoever had the account, also what letters of theirs can say."""
    recoveries.forget(connection, seen.id)
    links.forget_all(connection, seen.id)
    return {
        "browsers": browsers.forget_all(connection, seen.id),
        "sessions": sessions.end_others(connection, seen.id, ""),
    }


def _reset(db: Database, outbox: Outbox, now: datetime, seen: Account) -> Mapping[str, str | int]:
    attempt = new_attempt(now)
    # Whatever is enrolled meanwhile raises the epoch.
    held = db.read(lambda connection: credentials.count_by_factor(connection, seen.subject))
    told = {"gone": " ".join(held)}
    notice = notices.by_itself(outbox, seen, "second_step_reset", now, at=now, **told)

    def unit(connection: Connection) -> Event:
        if not accounts.switch_mail_codes(connection, seen, on=True):
            raise ChangedError
        removed = credentials.remove_all(connection, seen.subject)
        gone = {"credentials": removed, **_end_all(connection, seen)}
        notices.queue(connection, notice)
        done = flows.event(attempt, now, Tag.ACCOUNT_RESET, "done", seen)
        return replace(done, data=gone)

    return db.transact(attempt, unit).data
