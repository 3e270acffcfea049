"""Who may have an account."""

from pathlib import Path

import pytest

from given import fault_of
from simple_2fa.settings import Settings


def test_anybody_may_create_an_account_by_default(home: Path) -> None:
    assert Settings.load({}, home).registration == "open"


def test_registration_may_be_closed(home: Path) -> None:
    assert Settings.load({"REGISTRATION": "closed"}, home).registration == "closed"


@pytest.mark.parametrize("value", ["Closed", "no", "0", "open closed"])
def test_registration_is_never_open_by_mistake(value: str, home: Path) -> None:
    assert fault_of(home, REGISTRATION=value) == (
        f"REGISTRATION is {value!r}: give 'open' or 'closed'"
    )
