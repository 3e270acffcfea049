"""Passwords at the door: wrong ones are told alike and counted, old hashes made strong."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher

from people import disable
from simple_2fa.accounts.hashing import BusyError
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.errors import SlowDownError
from simple_2fa.core.passwords import needs_rehash
from simple_2fa.core.tags import Tag
from simple_2fa.limits import buckets
from simple_2fa.limits.rules import PASSWORD_WORK, PASSWORDS_BY_BLOCK
from simple_2fa.signin import changes, login, passwords, register
from simple_2fa.signin.model import Entered, PausedError, WeakPasswordError
from traces import happened, left, row_counts, spend, statements
from visits import OTHER_PASSWORD, PASSWORD, Visitor, at, joined, owner, signed_in, slowly
from world import NOW, together

HOUR = timedelta(hours=1)


def test_wrong_unknown_and_disabled_hear_the_same(desk: Desk) -> None:
    known, barred, stranger = at(desk, joined(desk)), at(desk, joined(desk)), Visitor(desk)
    disable(desk.db, owner(barred))
    sent, counts = [], []
    for each, typed in (
        (known, known.typed(OTHER_PASSWORD)),
        (barred, barred.typed()),
        (stranger, stranger.typed()),
    ):
        before = row_counts(desk.db)
        with statements(desk.db) as seen:
            assert each.act(login.sign_in, typed) == Entered()
        sent.append(seen)
        counts.append({name: n - before[name] for name, n in row_counts(desk.db).items()})
    assert sent[0] == sent[1] == sent[2]
    assert counts[0] == counts[1] == counts[2]
    assert happened(known, owner(known), Tag.PASSWORD_CHECK) == ["wrong"]


def test_they_hear_the_same_in_a_browser_that_others_are_known_in(desk: Desk) -> None:
    """Else whoever has an account of their own could tell by the time that it takes."""
    bob = signed_in(desk)
    sent = []
    for address in (joined(desk).address, Visitor(desk).address):
        visitor = replace(Visitor(desk, address), browsers=bob.browsers)
        with statements(desk.db) as seen:
            visitor.act(login.sign_in, visitor.typed(OTHER_PASSWORD))
        sent.append(seen)
    assert sent[0] == sent[1]


def test_an_old_hash_becomes_a_strong_one_and_nothing_ends(desk: Desk) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    ann = at(desk, joined(desk, stored=weak))
    other = signed_in(desk, owner(ann))
    ann.act(login.sign_in, ann.typed(OTHER_PASSWORD))
    assert owner(ann).password == weak
    ann.act(login.sign_in, ann.typed())
    assert needs_rehash(weak)
    assert not needs_rehash(owner(ann).password)
    assert other.stage == "full"
    again = ann.elsewhere()
    assert again.act(login.sign_in, again.typed()).cookies


def test_where_all_turns_are_taken_the_old_hash_stays_and_the_door_opens(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    ann = at(desk, joined(desk, stored=weak))

    def busy(_: str) -> str:
        raise BusyError

    monkeypatch.setattr(desk.hashing, "make", busy)
    assert ann.act(login.sign_in, ann.typed()).cookies
    assert owner(ann).password == weak


def miss(ann: Visitor, times: int = 1) -> None:
    for _ in range(times):
        assert ann.act(login.sign_in, ann.typed(OTHER_PASSWORD)) == Entered()


def paused(ann: Visitor, password: str) -> datetime:
    """Try a password where there is no room for it; give from when on there is."""
    before = row_counts(ann.db)
    with pytest.raises(PausedError) as refusal:
        ann.act(login.sign_in, ann.typed(password))
    assert row_counts(ann.db) == before
    return refusal.value.retry_at


def spend_but(ann: Visitor, room: int) -> None:
    """Leave room for so many wrong passwords at an address from this network, unknown."""
    *_, mine = passwords.tries(ann.visit(), ann.address, None).wrong
    spend(ann, mine, left(ann, mine) - room)


def spend_all_but(ann: Visitor, room: int) -> None:
    """Leave room for so many wrong passwords at an address from all networks together."""
    _, in_all, _ = passwords.tries(ann.visit(), ann.address, None).wrong
    spend(ann, in_all, left(ann, in_all) - room)


@pytest.mark.parametrize("there", [True, False])
def test_a_network_has_ten_wrong_passwords_an_hour_for_an_address(
    desk: Desk, *, there: bool
) -> None:
    ann = at(desk, joined(desk)) if there else Visitor(desk)
    spend_but(ann, 1)
    miss(ann)
    soon = NOW + HOUR / 10
    assert {paused(ann, each) for each in (PASSWORD, OTHER_PASSWORD)} == {soon}
    miss(ann.elsewhere())
    ann.now = soon
    assert bool(ann.act(login.sign_in, ann.typed()).cookies) == there


@pytest.mark.parametrize("there", [True, False])
def test_and_all_together_have_sixty(desk: Desk, *, there: bool) -> None:
    ann = at(desk, joined(desk)) if there else Visitor(desk)
    spend_all_but(ann, 1)
    miss(ann)
    soon = NOW + HOUR / 60
    assert {paused(ann, each) for each in (PASSWORD, OTHER_PASSWORD)} == {soon}
    assert paused(ann.elsewhere(), PASSWORD) == soon
    ann.now = soon
    assert bool(ann.act(login.sign_in, ann.typed()).cookies) == there


def test_room_comes_back_for_one_at_a_time(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    spend_but(ann, 0)
    ann.now = NOW + HOUR / 10
    miss(ann)
    assert paused(ann, PASSWORD) == NOW + 2 * HOUR / 10


def test_a_right_password_costs_nothing(desk: Desk) -> None:
    ann = at(desk, joined(desk))
    spend_but(ann, 1)
    for _ in range(2):
        assert ann.act(login.sign_in, ann.typed()).cookies
    miss(ann)


def test_a_known_browser_has_ten_of_its_own(desk: Desk) -> None:
    ann = signed_in(desk)
    spend_all_but(ann, 0)
    paused(ann.elsewhere(), PASSWORD)
    ann.act(changes.sign_out)
    miss(ann)
    assert ann.act(login.sign_in, ann.typed()).cookies
    forger = replace(ann, browsers=dict.fromkeys(ann.browsers, "forged"))
    paused(forger, PASSWORD)


def test_a_browser_known_to_another_has_none_here(desk: Desk) -> None:
    bob = signed_in(desk)
    ann = at(desk, joined(desk))
    spend_all_but(ann, 0)
    paused(replace(bob, address=ann.address), PASSWORD)


def test_a_network_takes_sixty_an_hour_whatever_the_address(desk: Desk) -> None:
    ann, bob = at(desk, joined(desk)), at(desk, joined(desk))
    bob.place = ann.place
    spend(ann, buckets.bucket(PASSWORDS_BY_BLOCK, ann.place.network), 59)
    miss(ann)
    for password in (PASSWORD, OTHER_PASSWORD):
        assert paused(bob, password) == NOW + HOUR / 60
    assert bob.elsewhere().act(login.sign_in, bob.typed()).cookies


def test_wrong_current_passwords_count_the_same(desk: Desk) -> None:
    ann = signed_in(desk)
    here = next(iter(ann.browsers))
    *_, mine = passwords.tries(ann.visit(), ann.address, here).wrong
    spend(ann, mine, 9)
    assert ann.act(changes.change_password, OTHER_PASSWORD, PASSWORD) == Entered()
    with pytest.raises(PausedError):
        ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD)
    assert happened(ann, owner(ann), Tag.PASSWORD_CHECK) == ["wrong"]


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("scattered", [True, False])
def test_of_twelve_wrong_passwords_at_once_three_find_room(
    desk: Desk, *, there: bool, scattered: bool
) -> None:
    ann = at(desk, joined(desk)) if there else Visitor(desk)
    spend_all_but(ann, 3) if scattered else spend_but(ann, 3)
    guessers = [ann.elsewhere() if scattered else replace(ann) for _ in range(12)]

    def guess(number: int) -> Entered | datetime:
        one = guessers[number]
        try:
            return one.act(login.sign_in, one.typed(OTHER_PASSWORD))
        except PausedError as why:
            return why.retry_at

    told = together(12, guess)
    assert told.count(Entered()) == 3
    assert told.count(NOW + HOUR / (60 if scattered else 10)) == 9


def new_here(desk: Desk) -> Visitor:
    return at(desk, joined(desk))


def remembered(desk: Desk) -> Visitor:
    ann = signed_in(desk, remember=True)
    ann.act(changes.sign_out)
    return ann


Step = Callable[[Visitor], object]
TELLING: dict[str, tuple[Callable[[Desk], Visitor], Step]] = {
    "asks for a code": (new_here, lambda ann: ann.act(login.sign_in, ann.typed())),
    "skips it": (remembered, lambda ann: ann.act(login.sign_in, ann.typed())),
    "changes it": (
        signed_in,
        lambda ann: ann.act(changes.change_password, PASSWORD, OTHER_PASSWORD),
    ),
}


@pytest.mark.parametrize("password", [PASSWORD, OTHER_PASSWORD])
def test_a_weak_new_password_tells_nothing_of_the_current_one(desk: Desk, password: str) -> None:
    ann = signed_in(desk)
    with pytest.raises(WeakPasswordError):
        ann.act(changes.change_password, password, "password1234")
    assert happened(ann, owner(ann), Tag.PASSWORD_CHECK) == []


@pytest.mark.parametrize("name", TELLING)
def test_a_right_password_is_told_only_where_there_is_room_still(desk: Desk, name: str) -> None:
    """Others use up the last of it while this one is checked."""
    come, step = TELLING[name]
    ann = come(desk)
    *_, mine = passwords.tries(ann.visit(), ann.address, next(iter(ann.browsers), None)).wrong
    spend(ann, mine, left(ann, mine) - 1)
    before = row_counts(desk.db, but="two_factor_limits")
    with pytest.raises(PausedError):
        step(slowly(ann, lambda: spend(ann, mine, 1)))
    assert row_counts(desk.db, but="two_factor_limits") == before


DEAR: dict[str, tuple[Callable[[Desk], Visitor], Step]] = {
    "a right one": (new_here, lambda ann: ann.act(login.sign_in, ann.typed())),
    "an unknown address": (Visitor, lambda ann: ann.act(login.sign_in, ann.typed())),
    "in a known browser": (remembered, lambda ann: ann.act(login.sign_in, ann.typed())),
    "a new one": (Visitor, lambda ann: ann.act(register.begin, ann.typed())),
    "a weak new one": (Visitor, lambda ann: ann.act(register.begin, ann.typed("password1"))),
}


@pytest.mark.parametrize("name", DEAR)
def test_whoever_has_had_three_hundred_checked_is_refused_before_another(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    come, step = DEAR[name]
    ann = come(desk)
    work = buckets.bucket(PASSWORD_WORK, next(iter(ann.browsers), ann.place.network))
    spend(ann, work, 299)
    with suppress(WeakPasswordError):
        step(ann)
    monkeypatch.setattr(desk.hashing, "turn", lambda: pytest.fail("it was done"))
    before = row_counts(desk.db)
    with pytest.raises(SlowDownError) as refusal:
        step(ann)
    assert refusal.value.retry_at == NOW + HOUR / 300
    assert row_counts(desk.db) == before
