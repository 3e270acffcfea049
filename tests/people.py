"""Accounts to test with."""

from dataclasses import dataclass, field, replace
from typing import Self

from simple_2fa.accounts import store
from simple_2fa.accounts.model import Account
from simple_2fa.challenges.desk import Desk
from simple_2fa.challenges.model import Caller
from simple_2fa.core.ids import new_id
from simple_2fa.db.engine import Database
from world import NOW, World

HASH = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaA"
"""Looks like one; no password fits it."""


def somebody(address: str = "") -> Account:
    """Make an account that isn't stored yet."""
    name = new_id()
    return Account(name, address or f"{name}@example.com", HASH, NOW)


def added(db: Database, account: Account | None = None) -> Account:
    """Store an account, somebody's where none is given."""
    made = account or somebody()
    db.tidy(lambda connection: store.add(connection, made))
    return made


def found(db: Database, account: Account) -> Account:
    """Read an account again."""
    read = db.read(lambda connection: store.find(connection, account.id))
    assert read is not None
    return read


@dataclass(frozen=True)
class Member(World):
    """A session of somebody who has an account: its challenges are the account's."""

    account: Account = field(default_factory=somebody)

    @classmethod
    def of(cls, desk: Desk) -> Self:
        account = added(desk.db)
        return cls(desk, Caller("session", new_id()), account.address, account)

    @property
    def subject(self) -> bytes:
        return self.account.subject


def change_password(db: Database, account: Account) -> None:
    """Raise an account's epoch, as a change of its password does."""
    seen = found(db, account)
    changed = replace(seen, password=HASH, password_at=NOW)
    assert db.tidy(lambda connection: store.change_password(connection, seen, changed))


def disable(db: Database, account: Account) -> None:
    seen = found(db, account)
    assert db.tidy(lambda connection: store.disable(connection, seen, NOW))
