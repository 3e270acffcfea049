"""The pins install from wherever a machine's own pip is pointed to."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ["requirements.txt", "requirements-test.txt"]
PIN = re.compile(r"([a-z0-9-]+(\[[a-z,]+\])?==[0-9a-z.]+)( ; .+)?")


@pytest.mark.parametrize("name", FILES)
def test_they_hold_names_and_versions_and_no_address(name: str) -> None:
    lines = (ROOT / name).read_text("utf-8").splitlines()
    pins = [line for line in lines if line != "." and not line.startswith("#")]
    assert pins
    assert [line for line in pins if not PIN.fullmatch(line)] == []


def test_the_run_time_ones_install_the_project_last() -> None:
    assert (ROOT / FILES[0]).read_text("utf-8").splitlines()[-1] == "."


def test_each_dependency_has_a_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    named = [each for each in project["dependencies"] + extras if not each.startswith("simple-2fa")]
    assert [each for each in named if ">=" not in each or "<" not in each] == []
