"""Removing rows whose time has come, in batches small enough to hold nobody up."""

from datetime import datetime

from sqlalchemy import Connection, Table, delete, select

from simple_2fa.core.clock import to_millis


def sweep(connection: Connection, table: Table, now: datetime, batch: int) -> int:
    """Remove a batch of the rows whose `sweep_at` has passed.

    Returns:
        How many were due; fewer than the batch when no more are.
    """
    (key,) = table.primary_key.columns
    is_due = table.c.sweep_at <= to_millis(now)
    due = connection.execute(select(key).where(is_due).limit(batch)).scalars().all()
    if due:
        # Asked again: meanwhile another unit may have given a row more time.
        connection.execute(delete(table).where(key.in_(due), is_due))
    return len(due)
