"""A new password is judged and hashed in one turn, as both are dear."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from simple_2fa.accounts import hashing
from simple_2fa.accounts.hashing import BusyError, Hashing
from simple_2fa.challenges.desk import Desk
from simple_2fa.core.passwords import Weakness
from simple_2fa.signin import passwords
from simple_2fa.signin.model import Visit, WeakPasswordError
from visits import PASSWORD, Visitor


class Watched(Hashing):
    """Counts the turns that are taken."""

    taken = 0
    inside = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        with super().turn():
            self.taken, self.inside = self.taken + 1, True
            yield
            self.inside = False


def visit_with(desk: Desk, hasher: Hashing) -> Visit:
    return Visitor(replace(desk, hashing=hasher)).visit()


def test_both_take_one_turn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = Watched(1)

    def judged(*_: object) -> None:
        assert hasher.inside

    monkeypatch.setattr(passwords, "weakness", judged)
    kept = passwords.hashed(visit_with(desk, hasher), PASSWORD, "ann@example.com")
    assert (hasher.taken, Hashing(1).fits(PASSWORD, kept)) == (1, True)


def test_without_a_turn_nothing_is_judged(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "PATIENCE", 0.01)
    monkeypatch.setattr(passwords, "weakness", lambda *_: pytest.fail("it was judged"))
    hasher = Hashing(1)
    with hasher.turn(), pytest.raises(BusyError):
        passwords.hashed(visit_with(desk, hasher), PASSWORD, "ann@example.com")


def test_a_weak_one_gives_the_turn_back(desk: Desk) -> None:
    hasher = Hashing(1)
    with pytest.raises(WeakPasswordError) as why:
        passwords.hashed(visit_with(desk, hasher), "short", "ann@example.com")
    assert (why.value.why, why.value.typed) == (Weakness.TOO_SHORT, 5)
    with hasher.turn():
        pass
