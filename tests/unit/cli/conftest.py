"""Each command runs in a fresh working directory, and leaves no connection behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rig.command import fresh_home, write_env
from simple_2fa.db import engine


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory; `.env` holds a complete production."""
    monkeypatch.setattr(engine, "_pause", lambda *_: None)
    with fresh_home(tmp_path, monkeypatch):
        write_env(tmp_path)
        yield tmp_path
