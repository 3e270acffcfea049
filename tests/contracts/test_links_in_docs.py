"""Every link in our texts that leads to a file of ours, or to a heading in one, leads there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")


def links(text: Path) -> list[tuple[str, str]]:
    return LINK.findall(text.read_text("utf-8"))


def anchors(text: Path) -> set[str]:
    """Give what headings are called in an address, as GitHub spells them."""
    headings = re.findall("^#+ (.*)$", text.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-") for each in headings}


def test_there_are_some() -> None:
    assert sum(len(links(text)) for text in TEXTS) > 20


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text.relative_to(ROOT)))
def test_each_leads_somewhere(text: Path) -> None:
    for path, anchor in links(text):
        to = text.parent / path if path else text
        assert to.exists(), path
        assert not anchor or anchor in anchors(to), anchor
