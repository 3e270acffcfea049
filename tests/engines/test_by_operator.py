"""What operators do to accounts, on each database and against each other."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select

from people import HASH, added, change_password, found, somebody
from simple_2fa.accounts import flows, store
from simple_2fa.accounts.model import (
    Account,
    AddressTakenError,
    ChangedError,
    NoAccountError,
)
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.errors import UnavailableError
from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_id, new_secret
from simple_2fa.credentials import store as credentials
from simple_2fa.credentials.model import NewCredential
from simple_2fa.db import schema
from simple_2fa.db.engine import Connection, Database
from simple_2fa.mail.letters import Letters
from simple_2fa.mail.outbox import Leased, Priority
from simple_2fa.sessions import browsers
from simple_2fa.sessions import store as sessions
from simple_2fa.sessions.model import (
    BROWSER_LASTS,
    FULL_LASTS,
    SKIPS_CODE_FOR,
    Browser,
    Place,
    Session,
    Stage,
)
from simple_2fa.signin import by_operator
from world import NOW, together

DAY = timedelta(days=1)


def signed_in(db: Database, account: Account) -> Session:
    """Let somebody be signed in."""
    place = Place("Firefox on Windows", "203.0.113.0/24")
    made = Session(new_id(), Stage.FULL, NOW, NOW, NOW + FULL_LASTS, place, account.id)
    made = replace(made, epoch=account.epoch)
    db.tidy(lambda connection: sessions.add(connection, made, new_secret()))
    return made


def known(db: Database, account: Account, *, skips: bool = False) -> Browser:
    """Let a browser be known."""
    ends, until = NOW + BROWSER_LASTS, NOW + SKIPS_CODE_FOR if skips else None
    made = Browser(new_id(), account.id, account.epoch, "Safari on iPhone", NOW, NOW, ends, until)
    db.tidy(lambda connection: browsers.add(connection, made, new_secret()))
    return made


def enrolled(desk: Desk, account: Account, factor: str) -> str:
    new = NewCredential(account.subject, factor, b"secret")
    sealed = credentials.sealed(desk.vault, new.id, new.subject, new.secret)
    desk.db.tidy(lambda connection: credentials.add(connection, new, sealed, NOW))
    return new.id


def events(db: Database, account: Account) -> list[tuple[str, str, str, Any]]:
    table = schema.events
    query = select(table).where(table.c.about == account.id).order_by(table.c.at)
    rows = db.read(lambda connection: connection.execute(query).all())
    assert all(bytes(row.subject) == account.subject for row in rows)
    return [(row.tag, row.outcome, row.actor, json.loads(row.data)) for row in rows]


def letters(desk: Desk, account: Account) -> list[tuple[Row[Any], Letter]]:
    """Read what was sent to an account's address, opened."""
    table = schema.letters
    query = select(table).where(table.c.template == "second_step_reset").order_by(table.c.id)
    rows = desk.db.read(lambda connection: connection.execute(query).all())
    opened = [(row, desk.outbox.open(_leased(row))) for row in rows]
    return [(row, letter) for row, (to, letter) in opened if to == account.address]


def _leased(row: Row[Any]) -> Leased:
    return Leased(row.id, b"", row.letter, row.template, row.sealed, 1, NOW)


def remove(db: Database, account: Account) -> None:
    assert db.tidy(lambda connection: store.remove(connection, account))


def reset(desk: Desk, account: Account, now: datetime = NOW) -> Mapping[str, str | int]:
    return by_operator.reset_second_step(desk.db, desk.outbox, account.id, now)


class TestCreate:
    def test_it_makes_an_account_and_says_who_did(self, db: Database) -> None:
        address = somebody().address
        made = flows.create(db, address, HASH, NOW)
        assert found(db, made) == made
        assert (made.address, made.password, made.epoch) == (address, HASH, 1)
        assert events(db, made) == [("account:account:create", "done", "operator:cli", {})]

    def test_of_twelve_one_gets_the_address_and_the_rest_leave_no_event(self, db: Database) -> None:
        address = somebody().address

        def create(_: int) -> bool:
            try:
                flows.create(db, address, HASH, NOW)
            except AddressTakenError:
                return False
            return True

        assert together(12, create).count(True) == 1
        account = flows.look_up(db, address.upper())
        assert account is not None
        assert len(events(db, account)) == 1


class TestDisable:
    def test_it_ends_what_was_proved_and_enabling_brings_nothing_back(self, db: Database) -> None:
        ann = added(db)
        signed_in(db, ann)
        known(db, ann)
        assert flows.disable(db, ann.id, NOW)
        shut = found(db, ann)
        assert (shut.disabled_at, shut.epoch) == (NOW, ann.epoch + 1)
        assert flows.enable(db, ann.id, NOW + DAY)
        opened = found(db, ann)
        assert (opened.disabled_at, opened.epoch) == (None, ann.epoch + 2)
        left = by_operator.standing(db, opened, NOW)
        assert (left.sessions, left.browsers) == (0, [])
        assert events(db, ann) == [
            ("account:account:disable", "done", "operator:cli", {}),
            ("account:account:enable", "done", "operator:cli", {}),
        ]

    def test_a_second_time_changes_nothing_and_says_so(self, db: Database) -> None:
        ann = added(db)
        assert not flows.enable(db, ann.id, NOW)
        assert found(db, ann) == ann
        assert flows.disable(db, ann.id, NOW)
        assert not flows.disable(db, ann.id, NOW + DAY)
        assert found(db, ann) == replace(ann, disabled_at=NOW, epoch=ann.epoch + 1)
        outcomes = sorted(outcome for _, outcome, _, _ in events(db, ann))
        assert outcomes == ["already", "already", "done"]

    def test_of_six_at_once_one_does_it(self, db: Database) -> None:
        ann = added(db)
        done = together(6, lambda _: flows.disable(db, ann.id, NOW))
        assert done.count(True) == 1
        assert found(db, ann).epoch == ann.epoch + 1

    def test_nobody_s_account_is_told(self, db: Database) -> None:
        with pytest.raises(NoAccountError):
            flows.disable(db, new_id(), NOW)


class TestChanged:
    def test_a_lost_race_is_run_again_with_what_is_there_now(self, db: Database) -> None:
        ann = added(db)
        seen: list[Account] = []

        def change(account: Account) -> str:
            seen.append(account)
            if len(seen) == 1:
                change_password(db, ann)
            if not db.tidy(lambda connection: store.end_all_before(connection, account)):
                raise ChangedError
            return "done"

        assert flows.changed(db, ann.id, change) == "done"
        assert [each.epoch for each in seen] == [1, 2]
        assert found(db, ann).epoch == 3

    def test_one_that_is_always_lost_is_given_up(self, db: Database) -> None:
        ann = added(db)
        tries: list[Account] = []

        def change(account: Account) -> None:
            tries.append(account)
            raise ChangedError

        with pytest.raises(UnavailableError):
            flows.changed(db, ann.id, change)
        assert len(tries) == 5


class TestReset:
    def test_all_that_was_enrolled_goes_at_once_and_a_letter_tells_it(self, desk: Desk) -> None:
        db, ann, bob = desk.db, added(desk.db), added(desk.db)
        for account in (ann, bob):
            signed_in(db, account)
            known(db, account, skips=True)
            for factor in ("totp", "passkey", "passkey"):
                enrolled(desk, account, factor)
        db.tidy(lambda link: store.switch_mail_codes(link, ann, on=False))
        ann = found(db, ann)
        bobs = by_operator.standing(db, bob, NOW)
        gone = {"credentials": 3, "browsers": 1, "sessions": 1}
        assert reset(desk, ann) == gone
        assert found(db, ann) == replace(ann, epoch=ann.epoch + 1, mail_codes=True)
        left = by_operator.standing(db, found(db, ann), NOW)
        assert (left.sessions, left.browsers, left.credentials) == (0, [], {})
        assert by_operator.standing(db, bob, NOW) == bobs
        told = ("account:credentials:reset", "done", "operator:cli", gone)
        assert events(db, ann) == [told]
        assert letters(desk, bob) == []

    def test_the_letter_is_the_owner_s_and_says_what_was_removed(self, desk: Desk) -> None:
        ann = added(desk.db, replace(somebody(), locale="de"))
        for factor in ("totp", "passkey", "passkey"):
            enrolled(desk, ann, factor)
        reset(desk, ann)
        ((row, letter),) = letters(desk, ann)
        assert row.priority == Priority.NOTICE
        assert row.not_after - row.created_at == 3 * DAY // timedelta(milliseconds=1)
        told = {name: text for name, text in letter.data.items() if name != "token"}
        assert told == {"at": NOW.isoformat(), "locale": "de", "gone": "passkey totp"}
        made = Letters("Acme", "mail@acme.test").render(letter, ann.address, row.letter, NOW)
        assert "Anmeldeschritt" in made.subject
        assert "Passkey, Authenticator-App" in made.text

    def test_it_may_have_nothing_to_remove(self, desk: Desk) -> None:
        ann = added(desk.db)
        assert reset(desk, ann) == {"credentials": 0, "browsers": 0, "sessions": 0}
        ((_, letter),) = letters(desk, ann)
        assert (letter.data["locale"], letter.data["gone"]) == ("en", "")

    def test_where_the_epoch_moves_meanwhile_nothing_of_the_first_try_stays(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        db, ann = desk.db, added(desk.db)
        enrolled(desk, ann, "totp")
        switch, tries = store.switch_mail_codes, []

        def outrun(connection: Connection, seen: Account, *, on: bool) -> bool:
            tries.append(seen.epoch)
            stale = len(tries) == 1
            return switch(connection, replace(seen, epoch=0) if stale else seen, on=on)

        monkeypatch.setattr(store, "switch_mail_codes", outrun)
        assert reset(desk, ann)["credentials"] == 1
        assert len(tries) == 2
        assert len(letters(desk, ann)) == len(events(db, ann)) == 1

    def test_of_six_at_once_each_is_a_whole(self, desk: Desk) -> None:
        db, ann = desk.db, added(desk.db)
        enrolled(desk, ann, "totp")

        def act(_: int) -> int:
            try:
                return int(reset(desk, ann)["credentials"])
            except UnavailableError:
                return 0

        assert sum(together(6, act)) == 1
        done = len(events(db, ann))
        assert found(db, ann).epoch == ann.epoch + done
        assert len(letters(desk, ann)) == done


class TestReading:
    def test_an_account_is_found_by_address_and_by_id(self, db: Database) -> None:
        ann = added(db)
        assert flows.look_up(db, ann.id) == flows.look_up(db, ann.address.upper()) == ann
        munich = added(db, somebody(f"{new_id()}@xn--mnchen-3ya.example"))
        local, _, _ = munich.address.partition("@")
        assert flows.look_up(db, f"{local}@münchen.example") == munich
        for unknown in ("", new_id(), "nobody@example.com", "é", "\udc80@example.com", "a\x00"):
            assert flows.look_up(db, unknown) is None

    def test_what_stands_behind_it_is_counted(self, desk: Desk) -> None:
        db, ann = desk.db, added(desk.db)
        signed_in(db, ann)
        signed_in(db, ann)
        trusted, plain = known(db, ann, skips=True), known(db, ann)
        for factor in ("totp", "passkey", "passkey"):
            enrolled(desk, ann, factor)
        told = by_operator.standing(db, ann, NOW)
        assert (told.sessions, told.credentials) == (2, {"passkey": 2, "totp": 1})
        assert {each.id for each in told.browsers} == {trusted.id, plain.id}

    def test_a_list_goes_on_where_an_account_vanishes_under_it(
        self, db: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(flows, "_PAGE", 2)
        made = [
            added(db, replace(somebody(), created_at=NOW + timedelta(seconds=number)))
            for number in range(5)
        ]
        listed = []
        for account in flows.everyone(db):
            listed.append(account)
            if account == made[1] or account == made[2]:  # each of them ends a page, or may
                remove(db, account)
        assert [each for each in listed if each in made] == made
