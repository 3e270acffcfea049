"""Every command that our texts name exists."""

import re
from pathlib import Path

import click
import pytest

from simple_2fa.cli.main import commands

ROOT = Path(__file__).parents[2]
TEXTS = [
    *ROOT.glob("*.md"),
    *ROOT.glob("docs/*.md"),
    *ROOT.glob("docs/operate/*"),
    ROOT / ".env.example",
    *(file for part in ("app", "cli", "settings") for file in ROOT.glob(f"src/*/{part}/*.py")),
    *ROOT.glob("src/simple_2fa/templates/**/*.html"),
]
NAMED = re.compile(r"simple-2fa ([a-z][a-z0-9-]*)(?: ([a-z][a-z0-9-]*))?")


def exists(name: str, more: str) -> bool:
    command = commands.commands.get(name)
    if isinstance(command, click.Group):
        return not more or more in command.commands
    return command is not None


def named(text: Path) -> list[tuple[str, str]]:
    return NAMED.findall(text.read_text("utf-8"))


def test_there_are_some() -> None:
    assert len([each for text in TEXTS for each in named(text)]) > 15


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text.relative_to(ROOT)))
def test_each_exists(text: Path) -> None:
    assert [each for each in named(text) if not exists(*each)] == []
