"""What anybody may cause: so many letters to an address, so much from one network."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from simple_2fa.challenges.desk import Desk
from simple_2fa.core.errors import SlowDownError
from simple_2fa.limits import buckets
from simple_2fa.limits.rules import PASSWORD_WORK, STRANGERS_BY_BLOCK
from simple_2fa.signin import asking, changes, login, passwords, recover, register
from traces import left, letters, row_counts, spend
from visits import OTHER_PASSWORD, PASSWORD, Visitor, at, joined, signed_in
from world import NOW, SECOND


def mover(who: Visitor) -> Visitor:
    return replace(signed_in(who.desk, now=who.now), place=who.place)


Ask = Callable[[Visitor, str], object]
ASKS: dict[str, Ask] = {
    "register": lambda who, to: who.act(register.begin, Visitor(who.desk, to).typed()),
    "forgot": lambda who, to: who.act(recover.begin, to),
    "move": lambda who, to: mover(who).act(changes.ask_address, to),
}
DAY = timedelta(days=1)


@pytest.mark.parametrize("name", ASKS)
def test_an_address_gets_three_letters_of_a_kind_a_day_from_one_network(
    desk: Desk, name: str
) -> None:
    ask, to, place = ASKS[name], at(desk, joined(desk)).address, Visitor(desk).place
    for _ in range(3):
        ask(Visitor(desk, place=place), to)
    before = row_counts(desk.db)
    late = Visitor(desk, place=place)
    with pytest.raises(SlowDownError) as refusal:
        ask(late, to)
    assert refusal.value.retry_at == NOW + DAY / 3
    if name != "move":  # for which somebody signs in first
        assert row_counts(desk.db) == before
    for other in ASKS.keys() - {name}:
        ASKS[other](Visitor(desk, place=place), to)
    ask(Visitor(desk, place=place), f"x{to}")
    ask(Visitor(desk), to)
    ask(Visitor(desk, place=place, now=NOW + DAY / 3), to)


@pytest.mark.parametrize("name", ASKS)
def test_and_twelve_from_all_together(desk: Desk, name: str) -> None:
    ask, to = ASKS[name], at(desk, joined(desk)).address
    for _ in range(12):
        ask(Visitor(desk), to)
    with pytest.raises(SlowDownError) as refusal:
        ask(Visitor(desk), to)
    assert refusal.value.retry_at == NOW + DAY / 12
    ask(Visitor(desk, now=NOW + DAY / 12), to)


@pytest.mark.parametrize("networks", [1, 12])
def test_so_do_addresses_without_an_account_and_both_alike(desk: Desk, networks: int) -> None:
    stranger, ann = Visitor(desk), at(desk, joined(desk))
    told = []
    for each in (stranger, ann):
        asking_here = [Visitor(desk) for _ in range(networks)] * (3 // networks or 1)
        for who in asking_here:
            replace(who).act(recover.begin, each.address)
        with pytest.raises(SlowDownError) as refusal:
            replace(asking_here[0]).act(recover.begin, each.address)
        told.append(str(refusal.value))
    assert told[0] == told[1]


def test_a_browser_that_is_known_there_has_its_own_three(desk: Desk) -> None:
    ann = signed_in(desk)
    for _ in range(12):
        Visitor(desk).act(recover.begin, ann.address)
    for number in range(3):
        ann.now = NOW + number * 30 * SECOND
        ann.act(recover.begin, ann.address)
    with pytest.raises(SlowDownError):
        ann.act(recover.begin, ann.address)


def test_strangers_use_up_no_letter_of_signing_in(desk: Desk) -> None:
    account = joined(desk)
    for _ in range(12):
        Visitor(desk).act(recover.begin, account.address)
    ann = at(desk, account)
    ann.act(login.sign_in, ann.typed())
    assert len(letters(ann)) == 1


def test_one_session_waits_half_a_minute_and_another_does_not(desk: Desk) -> None:
    ann = Visitor(desk)
    ann.act(register.begin, ann.typed())
    Visitor(desk).act(register.begin, ann.typed())
    with pytest.raises(SlowDownError) as early:
        ann.act(register.change_address, ann.address)
    assert early.value.retry_at == NOW + 30 * SECOND
    ann.act(register.change_address, f"x{ann.address}")
    with pytest.raises(SlowDownError) as early:
        ann.act(register.change_address, ann.address)
    assert early.value.retry_at == NOW + 30 * SECOND


def test_a_code_sent_again_counts_as_a_letter(desk: Desk) -> None:
    ann = Visitor(desk)
    ann.act(register.begin, ann.typed())
    for _ in range(2):
        ann.move(seconds=30)
        ann.act(asking.again)
    ann.move(seconds=30)
    with pytest.raises(SlowDownError):
        ann.act(asking.again)
    assert len(letters(ann)) == 3
    assert ann.act(register.confirm, ann.code).cookies


STRANGE: dict[str, Callable[[Visitor], object]] = {
    "register": lambda who: who.act(register.begin, who.typed()),
    "forgot": lambda who: who.act(recover.begin, who.address),
    "mistyped": lambda who: who.act(register.change_address, Visitor(who.desk).address),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_network_asks_forty_times_an_hour(desk: Desk, name: str) -> None:
    ann = Visitor(desk)
    if name == "mistyped":
        ann.act(register.begin, ann.typed())
    block = buckets.bucket(STRANGERS_BY_BLOCK, ann.place.network)
    spend(ann, block, left(ann, block) - 1)
    STRANGE[name](ann)
    before = row_counts(desk.db)
    with pytest.raises(SlowDownError) as refusal:
        STRANGE[name](ann)
    assert refusal.value.retry_at == NOW + timedelta(hours=1) / 40
    assert row_counts(desk.db) == before


def test_a_network_that_is_refused_costs_no_hash(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Visitor(desk)
    spend(ann, buckets.bucket(STRANGERS_BY_BLOCK, ann.place.network), 40)
    monkeypatch.setattr(passwords, "hashed", lambda *_: pytest.fail("it was hashed"))
    with pytest.raises(SlowDownError):
        ann.act(register.begin, ann.typed())


def test_no_neighbour_keeps_an_owner_in_her_browser_from_a_new_password(desk: Desk) -> None:
    ann = signed_in(desk)
    for limit, most in ((STRANGERS_BY_BLOCK, 40), (PASSWORD_WORK, 300)):
        spend(ann, buckets.bucket(limit, ann.place.network), most)
    ann.act(recover.begin, ann.address)
    ann.act(recover.prove, ann.code)
    assert ann.act(recover.set_password, OTHER_PASSWORD).cookies
    assert ann.act(changes.change_password, OTHER_PASSWORD, PASSWORD).cookies
