"""Each command runs in a fresh working directory, and leaves no connection behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rig.command import write_env
from simple_2fa.db.engine import Database
from simple_2fa.settings import Settings


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory; `.env` holds a complete production."""
    opened: list[Database] = []
    make = Database.__init__

    def noted(self: Database, *arguments: Any, **more: Any) -> None:  # noqa: ANN401
        make(self, *arguments, **more)
        opened.append(self)

    monkeypatch.setattr(Database, "__init__", noted)
    monkeypatch.chdir(tmp_path)
    for name in Settings.names():
        monkeypatch.delenv(name, raising=False)
    write_env(tmp_path)
    yield tmp_path
    for each in opened:
        each.close()
