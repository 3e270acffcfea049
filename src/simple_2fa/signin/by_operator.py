"""What an operator sees of an account, and how one gives its owner a fresh start."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from simple_2fa.accounts import flows
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Account, ChangedError
from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_attempt
from simple_2fa.core.tags import Event, Tag
from simple_2fa.credentials import store as credentials
from simple_2fa.db.engine import Connection, Database
from simple_2fa.mail.model import Post, Priority
from simple_2fa.mail.outbox import Outbox, queue
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.sessions.model import Browser

_TELL_WITHIN = timedelta(days=3)
"""A letter about the reset that could not be sent so long is given up."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An account, and what stands behind it.

    Attributes:
        sessions: how many are signed in, or on their way.
        credentials: how many are enrolled of each factor.
    """

    account: Account
    sessions: int
    browsers: list[Browser]
    credentials: Mapping[str, int]


def standing(db: Database, account: Account, now: datetime) -> Standing:
    """Read what stands behind an account."""

    def query(connection: Connection) -> Standing:
        return Standing(
            account,
            len(sessions.of_account(connection, account.id, now)),
            browsers.of_account(connection, account.id, now),
            credentials.count_by_factor(connection, account.subject),
        )

    return db.read(query)


def reset_second_step(
    db: Database, outbox: Outbox, account: str, now: datetime
) -> Mapping[str, str | int]:
    """Remove all that its owner enrolled, forget all browsers, end all sessions, and tell them.

    Returns:
        How many `credentials`, `browsers` and `sessions` went.

    Raises:
        NoAccountError: no account has this id.
    """
    return flows.changed(db, account, partial(_reset, db, outbox, now))


def _reset(db: Database, outbox: Outbox, now: datetime, seen: Account) -> Mapping[str, str | int]:
    attempt = new_attempt(now)
    letter = outbox.seal(_told(seen, now), now)

    def unit(connection: Connection) -> Event:
        if not accounts.end_all_before(connection, seen):
            raise ChangedError
        gone = {
            "credentials": credentials.remove_all(connection, seen.subject),
            "browsers": browsers.forget_all(connection, seen.id),
            "sessions": sessions.end_others(connection, seen.id, ""),
        }
        queue(connection, letter)
        done = flows.event(attempt, now, Tag.ACCOUNT_RESET, "done", seen)
        return replace(done, data=gone)

    return db.transact(attempt, unit).data


def _told(owner: Account, now: datetime) -> Post:
    data = {"at": now.isoformat(), "locale": owner.locale or "en"}
    letter = Letter("second_step_reset", data)
    return Post(letter, owner.address, owner.id, now + _TELL_WITHIN, Priority.NOTICE)
