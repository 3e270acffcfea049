"""What visitors leave in the database: letters, events, rows, and the statements behind them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Row, event, func, select

from simple_2fa.accounts.model import Account
from simple_2fa.core.tags import Tag
from simple_2fa.db import schema
from simple_2fa.db.engine import Database
from simple_2fa.limits import buckets
from simple_2fa.limits.buckets import Bucket
from simple_2fa.mail.model import Delivery
from simple_2fa.sessions import browsers, store
from simple_2fa.sessions.model import Browser, Session
from visits import Visitor


def letters(ann: Visitor, about: str = "") -> list[Row[Any]]:
    """Read the letters about a challenge, the one that is waited for by default."""
    table = schema.letters
    query = select(table).where(table.c.about == (about or ann.asked.id)).order_by(table.c.id)
    return ann.db.read(lambda connection: list(connection.execute(query)))


def voided(ann: Visitor, about: str) -> bool:
    """Tell whether no letter about a challenge will be sent any more."""
    return {row.state for row in letters(ann, about)} == {Delivery.VOID.value}


def notices(ann: Visitor, template: str) -> list[dict[str, str]]:
    """Give what the letters of this kind to the visitor's address tell."""
    vault, table = ann.desk.vault, schema.letters
    query = select(table).where(table.c.template == template).order_by(table.c.id)
    rows = ann.db.read(lambda connection: list(connection.execute(query)))
    opened = (_opened(vault.open("letter", row.letter, row.sealed)) for row in rows if row.sealed)
    return [data for to, data in opened if to == ann.address]


def events(ann: Visitor, account: Account) -> list[tuple[str, str]]:
    """Give (tag, outcome) of all that stands in an account's activity, sorted."""
    table = schema.events
    query = select(table.c.tag, table.c.outcome).where(table.c.account == account.id)
    return sorted(
        (row.tag, row.outcome) for row in ann.db.read(lambda link: link.execute(query).all())
    )


def happened(ann: Visitor, account: Account, tag: Tag) -> list[str]:
    """Give the outcomes of one kind of event in an account's activity."""
    return [outcome for told, outcome in events(ann, account) if told == tag]


def known_to(ann: Visitor, account: Account) -> list[Browser]:
    """Read the browsers that an account knows."""
    return ann.db.read(lambda connection: browsers.of_account(connection, account.id, ann.now))


def open_to(ann: Visitor, account: Account) -> list[Session]:
    """Read the sessions of an account that open something."""
    return ann.db.read(lambda connection: store.of_account(connection, account.id, ann.now))


def spend(ann: Visitor, of: Bucket, charge: int) -> None:
    """Take tokens out of a bucket behind the product's back."""
    assert ann.db.tidy(lambda connection: buckets.take(connection, of, ann.now, charge=charge))


def left(ann: Visitor, of: Bucket) -> int:
    return ann.db.read(lambda connection: buckets.level(connection, of, ann.now)).left


def row_counts(db: Database, but: str = "") -> dict[str, int]:
    """Count the rows of each table: what has left no trace has left these as they were."""

    tables = [each for each in schema.metadata.tables.values() if each.name != but]
    counts = {each.name: select(func.count()).select_from(each) for each in tables}
    return db.read(
        lambda connection: {
            name: connection.execute(query).scalar_one() for name, query in counts.items()
        }
    )


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """Note all that is sent to the database meanwhile, without its values."""
    sent: list[str] = []

    def note(_c: object, _d: object, text: str, *_: object) -> None:
        sent.append(text)

    engines = (db.reader, db._writer)
    for each in engines:
        event.listen(each, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for each in engines:
            event.remove(each, "before_cursor_execute", note)


def _opened(packed: bytes) -> tuple[str, dict[str, str]]:
    content = json.loads(packed)
    return content["to"], content["data"]
