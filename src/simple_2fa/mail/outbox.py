"""The queue of letters: rows that are leased, sent once each, and blanked."""

import json
import random
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, bindparam, case, delete, insert, select, update

from simple_2fa.core.clock import DAY, SECOND, from_millis, to_millis
from simple_2fa.core.factor import Letter
from simple_2fa.core.vault import Vault
from simple_2fa.db.engine import Database
from simple_2fa.db.schema import letters
from simple_2fa.mail.model import Delivery, Leased, Post, Priority, Progress

__all__ = [
    "BACK_OFF",
    "KEPT",
    "LEASE",
    "Delivery",
    "Leased",
    "Outbox",
    "Post",
    "Priority",
    "Progress",
    "progress",
    "queue",
    "void",
]

LEASE = 120 * SECOND
"""A letter whose worker died is sent again after this; longer than `smtp.LONGEST`."""
KEPT = 30 * DAY
"""How long a finished letter's row, blanked, still tells its delivery."""
BACK_OFF = (1, 2, 4, 8, 15, 30, 60)
"""Seconds before the next try after each failure that may pass; the last one repeats."""

_USE = "letter"
_REPLY_LENGTH = 255

_WAITING = (Delivery.QUEUED.value, Delivery.DEFERRED.value)
_UNFINISHED = (*_WAITING, Delivery.SENDING.value)

_ABOUT = letters.c.about == bindparam("which")
_QUEUE = insert(letters)
_IS_WAITING = letters.c.state.in_(_WAITING)
_VOID = (
    update(letters)
    .where(_ABOUT, letters.c.state.in_(_UNFINISHED))
    .ordered_values(
        (letters.c.not_after, 0),
        (letters.c.sealed, case((_IS_WAITING, ""), else_=letters.c.sealed)),
        (letters.c.due_at, case((_IS_WAITING, bindparam("gone")), else_=letters.c.due_at)),
        (letters.c.changed_at, case((_IS_WAITING, bindparam("at")), else_=letters.c.changed_at)),
        # Last: MySQL judges each assignment by those before it.
        (letters.c.state, case((_IS_WAITING, Delivery.VOID.value), else_=letters.c.state)),
    )
)
_PROGRESS = (
    select(letters.c.state, letters.c.changed_at, letters.c.due_at, letters.c.reply)
    .where(_ABOUT)
    .order_by(letters.c.id.desc())
    .limit(1)
)
_IS_DUE = (letters.c.due_at <= bindparam("at"), letters.c.state.in_(_UNFINISHED))
_DUE = (
    select(letters.c.id)
    .where(*_IS_DUE)
    .order_by(letters.c.priority, letters.c.due_at)
    .limit(bindparam("most"))
)
_LEASE = (
    update(letters)
    .where(letters.c.id == bindparam("row"), *_IS_DUE)
    .values(
        state=Delivery.SENDING.value,
        lease=bindparam("token"),
        due_at=bindparam("until"),
        changed_at=bindparam("at"),
        tries=letters.c.tries + 1,
    )
)
_LEASED = select(letters).where(
    letters.c.id == bindparam("row"), letters.c.lease == bindparam("token")
)
_SWEPT = (
    select(letters.c.id)
    .where(letters.c.due_at <= bindparam("at"), letters.c.state.not_in(_UNFINISHED))
    .limit(bindparam("most"))
)


def queue(connection: Connection, sealed: dict[str, object]) -> None:
    """Put a letter that `Outbox.seal` made into the queue, in the caller's unit."""
    connection.execute(_QUEUE, sealed)


def void(connection: Connection, about: str, now: datetime) -> None:
    """Take back what isn't on its way yet, in the caller's unit.

    A letter that is being sent just now gets no further try, should this one fail.
    """
    at = to_millis(now)
    connection.execute(_VOID, {"which": about, "gone": at + KEPT, "at": at})


def progress(connection: Connection, about: str) -> Progress | None:
    """Tell how far the newest letter about something has come, or None where there is none."""
    row = connection.execute(_PROGRESS, {"which": about}).first()
    if row is None:
        return None
    state = Delivery(row.state)
    retry_at = from_millis(row.due_at) if state is Delivery.DEFERRED else None
    return Progress(state, from_millis(row.changed_at), retry_at, row.reply)


class Outbox:
    """What the worker does with the queue. Each step commits by itself.

    All but `seal` and `open` raise UnavailableError where the database is out of reach.
    """

    def __init__(self, db: Database, vault: Vault) -> None:
        self._db = db
        self._vault = vault

    def seal(self, post: Post, now: datetime) -> dict[str, object]:
        """Make the row of a letter; done before the unit that queues it."""
        at = to_millis(now)
        content = json.dumps({"to": post.to, "data": dict(post.letter.data)}).encode()
        return {
            "letter": post.id,
            "about": post.about,
            "template": post.letter.name,
            "sealed": self._vault.seal(_USE, post.id, content),
            "priority": post.priority.value,
            "state": Delivery.QUEUED.value,
            "tries": 0,
            "due_at": at,
            "not_after": to_millis(post.not_after),
            "lease": None,
            "created_at": at,
            "changed_at": at,
            "reply": "",
        }

    def open(self, leased: Leased) -> tuple[str, Letter]:
        """Give a letter's recipient and its content.

        Raises:
            SealError: its key is missing, or somebody changed it.
        """
        content = json.loads(self._vault.open(_USE, leased.id, leased.sealed))
        return content["to"], Letter(leased.template, content["data"])

    def due(self, now: datetime, most: int) -> Sequence[int]:
        """Give the rows to send next, the most urgent first."""
        values = {"at": to_millis(now), "most": most}
        return self._db.read(lambda connection: connection.execute(_DUE, values).scalars().all())

    def lease(self, row: int, now: datetime) -> Leased | None:
        """Claim one letter, or give None where another worker has it or it is void by now.

        Where COMMIT is in doubt the claim runs again, and finds its own token in the row.
        """
        at = to_millis(now)
        values = {"row": row, "at": at, "until": at + LEASE, "token": secrets.token_bytes(16)}

        def claim(connection: Connection) -> Row[tuple[object, ...]] | None:
            connection.execute(_LEASE, values)
            return connection.execute(_LEASED, values).first()

        found = self._db.tidy(claim)
        return None if found is None else _leased(found)

    def sent(self, leased: Leased, now: datetime, reply: str) -> None:
        """Note that the mail server took it."""
        self._finish(leased, Delivery.SENT, now, reply)

    def failed(self, leased: Leased, now: datetime, reply: str) -> None:
        """Note that it will never arrive."""
        self._finish(leased, Delivery.FAILED, now, reply)

    def deferred(self, leased: Leased, now: datetime, reply: str) -> datetime:
        """Note a failure that may pass.

        Returns:
            When it is tried again: the back-off of its tries, with up to a quarter of jitter.
        """
        pause = BACK_OFF[min(leased.tries, len(BACK_OFF)) - 1]
        again = now + timedelta(seconds=pause * random.uniform(1, 1.25))  # noqa: S311 (spreads load)
        self._move(leased, Delivery.DEFERRED, now, {"due_at": to_millis(again), "reply": reply})
        return again

    def sweep(self, now: datetime, batch: int) -> int:
        """Remove a batch of rows that were finished long ago. Gives how many."""
        values = {"at": to_millis(now), "most": batch}
        rows = self._db.read(lambda connection: connection.execute(_SWEPT, values).scalars().all())
        if rows:
            gone = delete(letters).where(letters.c.id.in_(rows))
            self._db.tidy(lambda connection: connection.execute(gone))
        return len(rows)

    def _finish(self, leased: Leased, state: Delivery, now: datetime, reply: str) -> None:
        gone = to_millis(now) + KEPT
        self._move(leased, state, now, {"sealed": "", "due_at": gone, "reply": reply})

    def _move(
        self, leased: Leased, state: Delivery, now: datetime, more: dict[str, object]
    ) -> None:
        """Move a letter on, unless its lease has ended and it is another's by now."""
        reply = str(more["reply"])[:_REPLY_LENGTH]
        values = {**more, "reply": reply, "state": state.value, "changed_at": to_millis(now)}
        move = update(letters).where(
            letters.c.id == leased.row,
            letters.c.lease == leased.lease,
            letters.c.state == Delivery.SENDING.value,
        )
        self._db.tidy(lambda connection: connection.execute(move.values(values)))


def _leased(row: Row[tuple[object, ...]]) -> Leased:
    told = row._mapping  # noqa: SLF001 (SQLAlchemy's public name for it)
    return Leased(
        row=told["id"],
        lease=told["lease"],
        id=told["letter"],
        template=told["template"],
        sealed=told["sealed"],
        tries=told["tries"],
        not_after=from_millis(told["not_after"]),
    )
