"""`simple-2fa`, called in this very process."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simple_2fa.cli.main import main
from simple_2fa.db.engine import Database
from simple_2fa.settings import Settings

KEY = "kJ3vQ8xW1mZ5tY7uB0nC2dF4gH6iL9oPqRsTaUeVwXy"
PRODUCTION = {
    "SECRET_KEY": KEY,
    "PUBLIC_URL": "https://2fa.acme.test",
    "SMTP_SERVER": "127.0.0.1",
    "SMTP_TLS": "none",
    "MAIL_FROM": "code@acme.test",
}
"""All that production wants, on SQLite."""


@dataclass(frozen=True)
class Told:
    """How a command ended, and what it said."""

    status: object
    out: str
    err: str


def call(*arguments: str) -> Told:
    """Run a command to its end, in the working directory."""
    out, err = io.StringIO(), io.StringIO()
    status: object = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as end:
            status = end.code
    return Told(status, out.getvalue(), err.getvalue())


@contextmanager
def fresh_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a folder the working directory, without settings from outside.

    At the end all connections that commands opened are closed: a command's own process just ends.
    """
    opened: list[Database] = []
    make = Database.__init__

    def noted(self: Database, *arguments: Any, **more: Any) -> None:  # noqa: ANN401
        make(self, *arguments, **more)
        opened.append(self)

    monkeypatch.setattr(Database, "__init__", noted)
    monkeypatch.chdir(folder)
    for name in Settings.names():
        monkeypatch.delenv(name, raising=False)
    yield folder
    for each in opened:
        each.close()


def write_env(folder: Path, **more: str) -> None:
    """Write `.env` for production; an empty value takes a setting out."""
    lines = (f"{name}={value}" for name, value in {**PRODUCTION, **more}.items() if value)
    (folder / ".env").write_text("\n".join(lines) + "\n")
