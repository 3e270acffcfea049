"""Each behaviour that docs/security.md claims has the test that it names."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (?!id |-{3})(.+) \|$", re.MULTILINE)
TESTS = set(
    re.findall(
        r"def (test_\w+)", "".join(file.read_text("utf-8") for file in ROOT.glob("tests/**/*.py"))
    )
)
ROWS = [row.split(" | ") for row in ROW.findall((ROOT / "docs/security.md").read_text("utf-8"))]


def test_the_table_is_there() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}-{row[2][:30]}")
def test_a_row_names_a_test_that_exists(row: list[str]) -> None:
    assert len(row) == 4
    assert row[3].strip("`") in TESTS


def test_no_behaviour_stands_there_twice() -> None:
    said = [row[2] for row in ROWS]
    assert len(said) == len(set(said))
