"""The nouns of the mail queue."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_id


class Priority(IntEnum):
    """What goes first when there is a queue."""

    CODE = 1
    NOTICE = 2
    UNSOLICITED = 3


class Delivery(StrEnum):
    """How far a letter has come. VOID: its question closed before it was sent."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Post:
    """A letter to queue.

    Attributes:
        about: public id by which its delivery is read and it is voided.
        not_after: when it is of no more use.
        id: public id; stands in the Message-ID.
    """

    letter: Letter
    to: str
    about: str
    not_after: datetime
    priority: Priority = Priority.CODE
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class Leased:
    """A letter, still sealed, that this worker alone may send until its lease ends.

    Attributes:
        id: public id, as in `Post`.
        tries: how often it has been leased, this time included.
    """

    row: int
    lease: bytes
    id: str
    template: str
    sealed: str = field(repr=False)
    tries: int
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the newest letter about something has come.

    Attributes:
        at: when it came there.
        retry_at: when it is tried again, where it is deferred.
        reply: the mail server's last words.
    """

    state: Delivery
    at: datetime
    retry_at: datetime | None
    reply: str
