"""Small worlds: a desk over a database, with applications and people of their own."""

import hmac
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Executable, Row, Select, Table, func, insert, select

from simple_2fa import factors
from simple_2fa.accounts.hashing import Hashing
from simple_2fa.challenges import answers, flows
from simple_2fa.challenges.answers import Attempt, Cash
from simple_2fa.challenges.desk import Desk, ledger_of
from simple_2fa.challenges.model import Answered, Caller, Challenge, Question, Started
from simple_2fa.core.address import subject_of_address
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.factor import Context, Held, Verdict
from simple_2fa.core.ids import new_id
from simple_2fa.core.vault import Vault
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import NewCredential
from simple_2fa.db import schema
from simple_2fa.db.engine import Connection, Database
from simple_2fa.factors.mail_code import MailCode
from simple_2fa.limits import buckets
from simple_2fa.mail.outbox import Outbox

T = TypeVar("T")

NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
TTL = timedelta(minutes=10)
MASTER_KEY = bytes(range(32))
FACTOR_FOLDER = Path(__file__).parent / "factors_for_tests"
COUNTER_SECRET = b"12345678901234567890" + bytes(8)
"""The secret of RFC 4226's appendix D, its counter at 0."""


def database(url: str, *, threads: int = 16) -> Database:
    """Open a database, its tables made where they are missing."""
    db = Database(url, threads=threads)
    schema.metadata.create_all(db.reader)
    return db


@cache
def _hashing() -> Hashing:
    return Hashing(16)


def desk_on(db: Database) -> Desk:
    vault, origin = Vault([MASTER_KEY]), "https://accounts.example.com"
    known = factors.load([FACTOR_FOLDER])
    return Desk(db, vault, known, Outbox(db, vault), origin, TTL, "Acme", _hashing())


def together(count: int, act: Callable[[int], T]) -> list[T]:
    """Let so many threads, each with its number, act at the same moment."""
    barrier = threading.Barrier(count)

    def run(number: int) -> T:
        barrier.wait(10)
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return [done.result() for done in [pool.submit(run, number) for number in range(count)]]


def wrong(code: str) -> str:
    """Give a code of the same form that isn't this one."""
    return str((int(code[0]) + 1) % 10) + code[1:]


def token_code(key: bytes, count: int = 0) -> str:
    """Give a token's code as RFC 4226, 5.3 says, written again: who checks must not share it."""
    mac = hmac.digest(key, count.to_bytes(8, "big"), "sha1")
    start = mac[19] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number:06d}"[-6:]


@dataclass(frozen=True)
class World:
    """One application and one person whom nobody else in the database knows."""

    desk: Desk
    caller: Caller = field(default_factory=lambda: Caller("client", new_id()))
    address: str = field(default_factory=lambda: f"ann.{secrets.token_hex(8)}@example.com")

    @property
    def db(self) -> Database:
        return self.desk.db

    @property
    def subject(self) -> bytes:
        return subject_of_address(self.address)

    def neighbour(self) -> "World":
        """Another application that asks the same person."""
        return replace(self, caller=Caller("client", new_id()))

    def question(
        self, purpose: str = "api:verify", *, factor: str = "mail_code", epoch: int = 0
    ) -> Question:
        return Question(self.subject, self.address, purpose, self.caller, factor, epoch)

    def start(
        self,
        now: datetime = NOW,
        purpose: str = "api:verify",
        *,
        factor: str = "mail_code",
        epoch: int = 0,
    ) -> Started:
        question = self.question(purpose, factor=factor, epoch=epoch)
        return flows.start(self.desk, question, now)

    def answer(
        self,
        challenge: str,
        text: str,
        now: datetime = NOW,
        *,
        purpose: str | None = None,
        cash: Cash | None = None,
    ) -> Answered:
        attempt = Attempt(text, self.caller, purpose)
        return answers.answer(self.desk, challenge, attempt, now, cash)

    def answer_by_address(
        self, text: str, now: datetime = NOW, purpose: str | None = None
    ) -> Answered:
        attempt = Attempt(text, self.caller, purpose)
        return answers.answer_by_address(self.desk, self.subject, attempt, now)

    def guess_wrong(self, started: Started, times: int, now: datetime = NOW) -> list[Answered]:
        bad = wrong(self.code(started))
        return [self.answer(started.challenge.id, bad, now) for _ in range(times)]

    def spend(self, guesses: int, now: datetime = NOW) -> None:
        """Charge this application's ledger of this person."""
        ledger = ledger_of(self.question())

        def unit(connection: Connection) -> bool:
            return buckets.take(connection, ledger, now, charge=guesses)

        assert self.db.tidy(unit)

    def code(self, started: Started) -> str:
        """Open the seal, as nobody outside can."""
        return self.desk.posed(self.found(started.challenge.id)).state.decode()

    def found(self, challenge: str) -> Challenge:
        row = flows.find(self.desk, challenge, self.caller)
        assert row is not None
        return row

    def row(self, challenge: str) -> Row[Any]:
        table = schema.challenges
        (row,) = self.rows(select(table).where(table.c.challenge == challenge))
        return row

    def rows(self, query: Select[Any]) -> list[Row[Any]]:
        return self.db.read(lambda connection: list(connection.execute(query)))

    def count(self, table: Table) -> int:
        query = select(func.count()).select_from(table)
        return self.db.read(lambda connection: connection.execute(query).scalar_one())

    def mine(self) -> list[Row[Any]]:
        """All challenges that this application put to this person, the oldest first."""
        table = schema.challenges
        whose = (table.c.caller == str(self.caller), table.c.subject == self.subject)
        return self.rows(select(table).where(*whose).order_by(table.c.id))

    def events(self, about: str | None = None) -> list[tuple[str, str]]:
        """Give (tag, outcome) of what this application did, the newest last as far as is known."""
        table = schema.events
        query = select(table.c.tag, table.c.outcome).where(table.c.actor == str(self.caller))
        if about is not None:
            query = query.where(table.c.about == about)
        return sorted((row.tag, row.outcome) for row in self.rows(query.order_by(table.c.at)))

    def outcomes(self, challenge: str) -> list[str]:
        """How the answers to a challenge ended, sorted."""
        told = self.events(challenge)
        return [outcome for tag, outcome in told if tag == "challenge:answer:check"]

    def letters(self, challenge: str) -> list[Row[Any]]:
        table = schema.letters
        return self.rows(select(table).where(table.c.about == challenge).order_by(table.c.id))

    def guesses_left(self, now: datetime = NOW) -> int:
        ledger = ledger_of(self.question())
        return self.db.read(lambda connection: buckets.level(connection, ledger, now)).left

    def enrol(self, secret: bytes = COUNTER_SECRET, factor: str = "counter") -> str:
        """Give the person a credential; return its id."""
        new = NewCredential(self.subject, factor, secret)
        sealed = credentials.sealed(self.desk.vault, new.id, new.subject, new.secret)
        self.db.tidy(lambda connection: credentials.add(connection, new, sealed, NOW))
        return new.id

    def held(self, factor: str = "counter") -> tuple[Held, ...]:
        vault = self.desk.vault
        return self.db.read(
            lambda connection: credentials.held(connection, vault, self.subject, factor)
        )

    def change(self, statement: Executable) -> None:
        """Write behind the product's back."""
        self.db.tidy(lambda connection: connection.execute(statement))


class Interrupted(MailCode):
    """A mailed code during whose verdict something else happens."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act = act

    def finish(self, context: Context, state: bytes, answer: str) -> Verdict:
        self.act()
        return super().finish(context, state, answer)


def meanwhile(world: World, act: Callable[[], object]) -> World:
    """Give the same world, where this happens between reading a challenge and claiming it."""
    known = {**world.desk.factors, "mail_code": Interrupted(act)}
    return replace(world, desk=replace(world.desk, factors=known))


def mark(connection: Connection, name: str, value: str = "") -> None:
    """Leave a trace that a test can look for."""
    connection.execute(insert(schema.marks), {"name": name, "value": value})


def marked(db: Database, name: str) -> int:
    """Count the traces of this name (its first 26 characters)."""
    table = schema.marks
    query = select(func.count()).where(table.c.name.startswith(name))
    return db.read(lambda connection: connection.execute(query).scalar_one())


def refused(world: World, now: datetime = NOW, purpose: str = "api:verify") -> datetime:
    """Ask too early; give the time from which on the same is welcome."""
    with pytest.raises(SlowDownError) as refusal:
        world.start(now, purpose)
    return refusal.value.retry_at
