"""A day before a recovery opens, its owner is told once more: the worker sees to that."""

from datetime import datetime

from simple_2fa.accounts import recoveries
from simple_2fa.accounts import store as accounts
from simple_2fa.accounts.model import Recovery
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.clock import whole_seconds
from simple_2fa.db.engine import Connection
from simple_2fa.signin import notices


def remind(desk: Desk, now: datetime, most: int) -> int:
    """Tell the owners of accounts that open within a day once more. Gives how many were due."""
    found = desk.db.read(lambda connection: recoveries.due(connection, now, most))
    for each in found:
        _remind(desk, each, now)
    return len(found)


def _remind(desk: Desk, seen: Recovery, now: datetime) -> None:
    account = desk.db.read(lambda connection: accounts.find(connection, seen.account))
    if account is None:
        return
    told = {"until": whole_seconds(seen.opens_at).isoformat()}
    notice = notices.by_itself(
        desk.outbox, account, "recovery_soon", now, at=seen.started_at, **told
    )

    def unit(connection: Connection) -> None:
        if recoveries.reminded(connection, seen, now):
            notices.queue(connection, notice)

    desk.db.tidy(unit)
