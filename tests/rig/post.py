"""A mail queue over a fresh database, and letters to put into it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_id
from simple_2fa.core.vault import Vault
from simple_2fa.db import schema
from simple_2fa.db.engine import Database
from simple_2fa.mail import outbox
from simple_2fa.mail.letters import Letters
from simple_2fa.mail.outbox import Outbox, Post, Priority, Progress
from simple_2fa.mail.sending import SendLetters
from simple_2fa.mail.transport import Transport

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
KEY = bytes(range(32))
LETTERS = Letters("Acme", "mail@acme.test", says={"where": "accounts.acme.test"})


def code_letter(code: str = "482913", **more: str) -> Letter:
    """Give a letter of the kind that is sent most, asked for at NOW."""
    times = {"asked_at": NOW.isoformat(), "until": (NOW + timedelta(minutes=10)).isoformat()}
    return Letter("code", {"code": code, "purpose": "login", **times, **more})


class PostOffice:
    """Makes the tables where they are missing."""

    def __init__(self, url: str) -> None:
        self.db = Database(url)
        schema.metadata.create_all(self.db.reader)
        self.outbox = Outbox(self.db, Vault([KEY]))

    def queue(
        self,
        to: str = "ann@example.com",
        letter: Letter | None = None,
        *,
        about: str = "",
        lasts: timedelta = timedelta(minutes=10),
        priority: Priority = Priority.CODE,
    ) -> Post:
        """Queue a letter at NOW."""
        post = Post(letter or code_letter(), to, about or new_id(), NOW + lasts, priority)
        sealed = self.outbox.seal(post, NOW)
        self.db.tidy(lambda connection: outbox.queue(connection, sealed))
        return post

    def void(self, post: Post, now: datetime = NOW) -> None:
        self.db.tidy(lambda connection: outbox.void(connection, post.about, now))

    def progress(self, post: Post) -> Progress:
        found = self.db.read(lambda connection: outbox.progress(connection, post.about))
        assert found is not None
        return found

    def rows(self) -> Sequence[Any]:
        """Give the table as it stands, oldest first."""
        query = schema.letters.select().order_by(schema.letters.c.id)
        return self.db.read(lambda connection: connection.execute(query).all())

    def sender(self, *ways: Transport) -> SendLetters:
        return SendLetters(self.outbox, LETTERS, ways)
