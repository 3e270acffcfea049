"""Each test reads its settings in a fresh directory."""

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The working directory."""
    return tmp_path
