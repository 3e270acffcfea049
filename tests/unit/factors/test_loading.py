"""How factors are found: ours by scanning, others in the folders that an operator names."""

from importlib import util
from pathlib import Path

import pytest

from simple_2fa import factors
from world import FACTOR_FOLDER

SOURCE = """\
from __future__ import annotations

from dataclasses import dataclass

from simple_2fa.core.factor import Begun, Factor, Verdict


@dataclass
class Kept:
    value: bytes


class Word(Factor):
    name = "{name}"
    strength = 1
    amr = ("pwd",)

    def guess_cost(self, digits, held):
        return 1

    def begin(self, context):
        return Begun(Kept(b"").value, {{}})

    def finish(self, context, state, answer):
        return Verdict(False)


factor = Word()
"""


def write(folder: Path, file: str, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(SOURCE.format(name=name))
    return folder


def test_it_finds_ours() -> None:
    assert "mail_code" in factors.load()
    assert all(name == factor.name for name, factor in factors.load().items())


def test_it_finds_a_folders_files() -> None:
    found = factors.load([FACTOR_FOLDER])
    assert set(found) - set(factors.load()) == {"counter"}


def test_a_file_is_a_whole_module(tmp_path: Path) -> None:
    """Also one with postponed annotations, whose dataclasses look for their module by name."""
    assert "word" in factors.load([write(tmp_path, "word.py", "word")])


def test_files_of_one_name_in_two_folders_are_two_factors(tmp_path: Path) -> None:
    folders = [write(tmp_path / name, "word.py", name) for name in ("first", "second")]
    found = factors.load(folders)
    assert (found["first"].name, found["second"].name) == ("first", "second")


def test_only_python_files_count(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no factor")
    assert set(factors.load([tmp_path])) == set(factors.load())


@pytest.mark.parametrize("name", ["mail_code", "word"])
def test_two_factors_of_one_name_are_refused(tmp_path: Path, name: str) -> None:
    write(tmp_path, "word.py", "word")
    write(tmp_path, "zebra.py", name)
    with pytest.raises(ValueError, match=f"two factors are named '{name}'"):
        factors.load([tmp_path])


def test_a_file_that_is_no_module_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(util, "spec_from_file_location", lambda *_: None)
    with pytest.raises(ValueError, match=r"counter\.py is no Python module"):
        factors.load([FACTOR_FOLDER])
