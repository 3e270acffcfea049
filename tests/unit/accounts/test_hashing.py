"""Argon2 within bounds."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from simple_2fa.accounts import hashing
from simple_2fa.accounts.hashing import BusyError, Hashing
from simple_2fa.core import passwords

GOOD = "copper lantern drift"


@contextmanager
def occupied(hasher: Hashing, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let one thread hash for as long as the block lasts."""
    began, go_on = threading.Event(), threading.Event()

    def slow(_: str) -> str:
        began.set()
        assert go_on.wait(10)
        return "hash"

    with monkeypatch.context() as patch, ThreadPoolExecutor(1) as pool:
        patch.setattr(passwords, "hash_password", slow)
        made = pool.submit(hasher.make, GOOD)
        assert began.wait(10)
        try:
            yield
        finally:
            go_on.set()
        assert made.result() == "hash"


def test_what_it_makes_fits() -> None:
    hasher = Hashing(1)
    stored = hasher.make(GOOD)
    assert hasher.fits(GOOD, stored)
    assert not hasher.fits("copper lantern drip", stored)


@pytest.mark.parametrize("password", [GOOD, "nobody has this password", ""])
def test_without_an_account_as_much_is_done_and_nothing_fits(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    fits = passwords.fits

    def watched(typed: str, stored: str) -> bool:
        checked.append(stored)
        return fits(typed, stored)

    monkeypatch.setattr(passwords, "fits", watched)
    assert not Hashing(1).fits(password, None)
    assert checked[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_whoever_waits_too_long_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "PATIENCE", 0.01)
    hasher = Hashing(1)
    with occupied(hasher, monkeypatch):
        for known in ("$argon2id$", None):
            with pytest.raises(BusyError):
                hasher.fits(GOOD, known)
    assert hasher.make(GOOD)


def test_so_many_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "PATIENCE", 0.01)
    hasher = Hashing(2)
    with occupied(hasher, monkeypatch):
        assert hasher.fits(GOOD, None) is False


def test_a_fault_gives_the_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = Hashing(1)
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "hash_password", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            hasher.make(GOOD)
    assert hasher.make(GOOD)
