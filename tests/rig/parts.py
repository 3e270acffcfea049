"""Where the machine lacks a part (a browser, a database server), its tests are skipped."""

import os

import pytest


def need(part: str, found: object) -> None:
    """Skip where `part` was not found; with CI=true a missing part is a failure."""
    if found:
        return
    words = f"needs {part}, which this machine lacks: `make test` as root installs it"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)
