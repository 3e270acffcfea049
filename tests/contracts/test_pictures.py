"""The pictures of README and docs are there, are described in words, and load fast."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = [ROOT / "README.md", *ROOT.glob("docs/*.md")]
SHOWN = [
    (text, tag) for text in TEXTS for tag in re.findall("<img [^>]*>", text.read_text("utf-8"))
]
MOST_BYTES = 100_000


def attribute(tag: str, name: str) -> str:
    found = re.search(f'{name}="([^"]*)"', tag)
    return found[1] if found else ""


@pytest.mark.parametrize(("text", "tag"), SHOWN, ids=lambda each: getattr(each, "name", "tag"))
def test_each_is_there_and_said_in_words(text: Path, tag: str) -> None:
    picture = text.parent / attribute(tag, "src")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < MOST_BYTES
    assert len(attribute(tag, "alt").split()) > 10


def test_none_is_left_over() -> None:
    used = {(text.parent / attribute(tag, "src")).resolve() for text, tag in SHOWN}
    assert used == set((ROOT / "docs/pictures").iterdir())
