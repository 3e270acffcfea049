"""Give applications their keys, recognise them, and answer a repeated request as before."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from simple_2fa.clients import store
from simple_2fa.clients.model import KEY_PREFIX, Client
from simple_2fa.core.errors import ConflictError
from simple_2fa.core.ids import digest, hash_secret, new_attempt, new_id, new_secret
from simple_2fa.core.tags import Event, Tag
from simple_2fa.core.vault import Vault
from simple_2fa.db.engine import Connection, Database

_USE = "reply"


def create(db: Database, name: str, now: datetime) -> tuple[Client, str]:
    """Make a client. Gives it with its key, which is shown once and stored only as a hash."""
    client = Client(new_id(), name, now)
    key = KEY_PREFIX + new_secret()
    attempt = new_attempt(now)

    def unit(connection: Connection) -> Event:
        store.add(connection, client, hash_secret(key))
        return Event(attempt, now, Tag.CLIENT_CREATE, "done", client.id, data={"name": name})

    db.transact(attempt, unit)
    return client, key


def everyone(db: Database) -> list[Client]:
    """Give all clients, revoked ones too, the oldest first."""
    return db.read(store.everyone)


def revoke(db: Database, client: str, now: datetime) -> bool:
    """Refuse a client's key from now on. Gives False where no accepted one has this id."""
    attempt = new_attempt(now)

    def unit(connection: Connection) -> Event:
        outcome = "done" if store.revoke(connection, client, now) else "unknown"
        return Event(attempt, now, Tag.CLIENT_REVOKE, outcome, client[:22])

    return db.transact(attempt, unit).outcome == "done"


def name_of(db: Database, client: str) -> str:
    """Give the name by which people know a client, or '' for one that isn't there."""
    return db.read(lambda connection: store.name_of(connection, client)) or ""


def recognise(db: Database, key: str) -> Client | None:
    """Give the client whose key this is, or None for a wrong or revoked one."""
    if not key.startswith(KEY_PREFIX):
        return None
    client = db.read(lambda connection: store.by_key(connection, hash_secret(key)))
    return None if client is None or client.revoked_at else client


@dataclass(frozen=True, slots=True)
class Repeatable:
    """One request that its client may repeat: its Idempotency-Key on a route, and its body.

    The key is the client's own choice, so it is kept apart from every other client's.
    """

    client: str
    route: str
    key: str
    body: bytes

    @property
    def row(self) -> bytes:
        """Where its reply is kept."""
        return digest(self.client, self.route, self.key)

    @property
    def body_hash(self) -> bytes:
        """What a repetition must equal."""
        return digest(self.body.hex())

    def keep(self, connection: Connection, vault: Vault, reply: bytes, now: datetime) -> None:
        """Keep the reply, in the unit of what it reports.

        Raises:
            ReplayedError: a parallel repetition was faster; the unit rolls back.
        """
        sealed = vault.seal(_USE, self.row.hex(), reply)
        store.keep_reply(connection, self.row, self.body_hash, sealed, now)

    def earlier_reply(self, db: Database, vault: Vault) -> bytes | None:
        """Give the reply that this request got before.

        Raises:
            ConflictError: the same key came with another body.
        """
        found = db.read(lambda connection: store.reply_to(connection, self.row))
        if found is None:
            return None
        body_hash, sealed = found
        if not hmac.compare_digest(body_hash, self.body_hash):
            raise ConflictError("This Idempotency-Key was used with another body. Use a new key.")
        return vault.open(_USE, self.row.hex(), sealed)


def sweep(db: Database, now: datetime, batch: int) -> int:
    """Forget a batch of replies over a day old. Gives how many."""
    return db.tidy(lambda connection: store.sweep_replies(connection, now, batch))
