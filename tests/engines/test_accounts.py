"""Accounts: one for an address, changed only under the epoch that was seen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from people import HASH, added, found, somebody
from simple_2fa.accounts import store
from simple_2fa.accounts.model import Account, AddressTakenError
from simple_2fa.core.ids import digest, new_id
from simple_2fa.db.engine import Connection, Database
from world import NOW, together

Change = Callable[[Connection, Account], bool]
CHANGES: dict[str, Change] = {
    "password": lambda connection, seen: store.change_password(
        connection, seen, replace(seen, password="other")
    ),
    "address": lambda connection, seen: store.change_address(connection, seen, f"x{seen.address}"),
    "disable": lambda connection, seen: store.disable(connection, seen, NOW),
    "remove": store.remove,
}


def by_address(db: Database, address: str) -> Account | None:
    return db.read(lambda connection: store.by_address(connection, address))


def change(db: Database, name: str, seen: Account) -> bool:
    return db.tidy(lambda connection: CHANGES[name](connection, seen))


def test_it_comes_back_as_it_went(db: Database) -> None:
    made = added(db)
    assert found(db, made) == made
    assert (made.epoch, made.locale, made.disabled_at) == (1, "", None)
    assert made.subject == digest("account", made.id)


def test_its_hash_stays_out_of_what_is_printed(db: Database) -> None:
    assert HASH not in repr(found(db, added(db)))


def test_it_is_found_by_its_address_however_that_is_spelt(db: Database) -> None:
    made = added(db)
    for spelling in (made.address, made.address.upper()):
        assert by_address(db, spelling) == made
    for other in (f"x{made.address}", f"{made.address} ", ""):
        assert by_address(db, other) is None


def test_what_is_not_there_is_none(db: Database) -> None:
    assert db.read(lambda connection: store.find(connection, new_id())) is None


def test_of_twelve_who_register_one_address_one_gets_it(db: Database) -> None:
    address = f"{new_id()}@example.com"
    spellings = [address, address.upper()] * 6

    def register(number: int) -> bool:
        try:
            added(db, somebody(spellings[number]))
        except AddressTakenError:
            return False
        return True

    assert together(12, register).count(True) == 1


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_demands_the_epoch_that_was_seen(db: Database, name: str) -> None:
    made = added(db)
    stale = replace(made, epoch=made.epoch - 1)
    assert not change(db, name, stale)
    assert found(db, made) == made
    assert change(db, name, made)
    left = db.read(lambda connection: store.find(connection, made.id))
    assert (left and left.epoch) == (None if name == "remove" else made.epoch + 1)
    assert not change(db, name, made)


@pytest.mark.parametrize("name", CHANGES)
def test_of_twelve_changes_at_once_one_is_made(db: Database, name: str) -> None:
    made = added(db)
    done = together(12, lambda _: change(db, name, made))
    assert done.count(True) == 1


def test_each_change_changes_what_it_says(db: Database) -> None:
    made = added(db)
    for name in ("password", "address", "disable"):
        assert change(db, name, found(db, made))
    changed = found(db, made)
    assert changed == replace(
        made, password="other", address=f"x{made.address}", disabled_at=NOW, epoch=4
    )
    assert db.tidy(lambda connection: store.disable(connection, changed, None))
    freed = found(db, made)
    assert (freed.disabled_at, freed.epoch) == (None, 5)


def test_an_address_that_another_has_is_refused(db: Database) -> None:
    ann, bob = added(db), added(db)
    with pytest.raises(AddressTakenError):
        db.tidy(lambda connection: store.change_address(connection, ann, bob.address.upper()))
    assert found(db, ann) == ann


def test_a_stronger_hash_ends_nothing_and_never_undoes_a_change(db: Database) -> None:
    made = added(db)
    assert db.tidy(lambda connection: store.rehash(connection, made, "stronger"))
    assert found(db, made) == replace(made, password="stronger")
    assert not db.tidy(lambda connection: store.rehash(connection, made, "late"))


def test_a_language_ends_nothing(db: Database) -> None:
    made = added(db)
    db.tidy(lambda connection: store.speak(connection, made, "de"))
    assert found(db, made) == replace(made, locale="de")


def test_they_are_listed_a_page_at_a_time(db: Database) -> None:
    made = [
        added(db, replace(somebody(), created_at=NOW + timedelta(days=days))) for days in range(3)
    ]
    first = db.read(lambda connection: store.page(connection, made[0], 1))
    rest = db.read(lambda connection: store.page(connection, made[1], 10))
    assert (first, rest) == ([made[1]], [made[2]])
    assert made[0] in db.read(lambda connection: store.page(connection, None, 1000))
