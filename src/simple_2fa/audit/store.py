"""Reading events; `db.transact` writes them."""

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, tuple_

from simple_2fa.core.clock import from_millis, to_millis
from simple_2fa.core.tags import Event, Tag
from simple_2fa.db.schema import events

Kinds = Collection[tuple[Tag, str]]
"""Tag and outcome of each event that is wanted."""
_E = events.c
_OF_ACCOUNT = (
    select(events)
    .where(
        _E.account == bindparam("whose"),
        _E.at < bindparam("before"),
        tuple_(_E.tag, _E.outcome).in_(bindparam("kinds", expanding=True)),
    )
    .order_by(_E.at.desc(), _E.attempt.desc())
    .limit(bindparam("most"))
)


def of_account(
    connection: Connection, account: str, kinds: Kinds, before: datetime, most: int
) -> list[Event]:
    """Read what of these kinds happened to an account before an instant, the newest first."""
    pairs = [(tag.value, outcome) for tag, outcome in kinds]
    values = {"whose": account, "before": to_millis(before), "most": most, "kinds": pairs}
    return [
        Event(
            row.attempt,
            from_millis(row.at),
            Tag(row.tag),
            row.outcome,
            row.about,
            row.subject,
            row.actor,
            json.loads(row.data),
            row.account,
        )
        for row in connection.execute(_OF_ACCOUNT, values)
    ]
