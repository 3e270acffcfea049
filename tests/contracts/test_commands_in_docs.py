"""Every command that our texts name exists."""

import re
from pathlib import Path

import click
import pytest

from simple_2fa.cli.main import commands
from simple_2fa.flask.commands.hosted import group

ROOT = Path(__file__).parents[2]
PARTS = ("app", "cli", "flask", "settings")
TEXTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/*.md"),
    *ROOT.glob("docs/operate/*"),
    ROOT / ".env.example",
    *(file for part in PARTS for file in ROOT.glob(f"src/*/{part}/**/*.py")),
    *ROOT.glob("src/simple_2fa/templates/**/*.html"),
]
NAMED = re.compile(r"(flask )?simple-2fa ([a-z][a-z0-9-]*)(?: ([a-z][a-z0-9-]*))?")


def exists(hosted: str, name: str, more: str) -> bool:
    """Tell whether there is one: of a Flask application where `flask` stands before it."""
    command = (group if hosted else commands).commands.get(name)
    if isinstance(command, click.Group):
        return not more or more in command.commands
    return command is not None


def named(text: Path) -> list[tuple[str, str, str]]:
    return NAMED.findall(text.read_text("utf-8"))


def test_there_are_some() -> None:
    assert len([each for text in TEXTS for each in named(text)]) > 15


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text.relative_to(ROOT)))
def test_each_exists(text: Path) -> None:
    assert [each for each in named(text) if not exists(*each)] == []
