"""Try the package on each Python of this machine, with old and new libraries: `make versions`.

Each set of versions has an environment of its own in a temporary folder. It is installed from
wheels alone, as it is where nobody has a compiler; then the tests of the extension run in it, and
those of the database on SQLite.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PYTHONS = range(11, 16)
"""Python 3.11 to 3.15."""
TESTS = (
    *(
        f"tests/journeys/test_host_{name}.py"
        for name in ("app", "forms", "look", "programs", "settings", "sign_out", "surroundings")
    ),
    "tests/contracts/test_weight.py",
    "tests/unit/db",
    "tests/unit/flask",
    "tests/unit/settings/test_database.py",
    *(
        f"tests/engines/test_{name}.py"
        for name in ("migrations", "outbox", "races", "signing_in", "sqlite", "state", "transact")
    ),
)
TESTS_NEED = re.compile(
    r"(aiosmtpd|axe-playwright-python|babel|fido2|flask-.*|hypothesis|playwright|pytest|zxcvbn)\b(?!-)"
)
"""Which pins of all tests these need; `tests/conftest.py` imports some."""
ON_SQLITE = "not mariadb and not postgres"
BELOW_FLASK = ("werkzeug==3.0.0", "jinja2==3.1.2", "itsdangerous==2.1.2", "blinker==1.6.2")
"""The oldest that Flask 3.0 takes."""
SHOWN = 15
"""Lines of what failed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one set of versions went."""

    python: str
    libraries: str
    versions: str
    told: str
    seconds: float
    is_good: bool


def main() -> int:
    """Try them, and tell in a table how they went."""
    options = _options()
    own = {_version(sys.executable): sys.executable}
    found = own if options.quick else dict(pythons())
    names = ("lowest",) if options.quick else tuple(LIBRARIES)
    outcomes = [tried(python, path, name) for python, path in found.items() for name in names]
    row = "{:<9}{:<15}{:<42}{:>6}  {}\n".format
    _tell("\n" + row("Python", "libraries", "which are", "s", "tests"))
    for each in outcomes:
        _tell(row(each.python, each.libraries, each.versions, round(each.seconds), each.told))
    return 0 if outcomes and all(each.is_good for each in outcomes) else 1


def pythons() -> Iterator[tuple[str, str]]:
    """Give each version with its path; tell which were not found, or can't be used."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    for minor in PYTHONS:
        places = [shutil.which(f"python3.{minor}"), *versions.glob(f"3.{minor}.*/bin/python3")]
        usable = [str(place) for place in places if place and _version(str(place))]
        if usable:
            yield f"3.{minor}", usable[0]
        else:
            why = "can't make environments" if any(places) else "is not on this machine"
            _tell(f"Skipped: Python 3.{minor} {why}\n")


def lowest() -> list[str]:
    """Give the lower bounds of what we depend on, and the oldest that Flask takes."""
    bounds = (re.match(r"([\w-]+)>=([\d.]+)", each) for each in PROJECT["dependencies"])
    return [*(f"{found[1]}=={found[2]}" for found in bounds if found), *BELOW_FLASK]


LIBRARIES = {"lowest": lowest(), "SQLAlchemy 2.0": ["sqlalchemy<2.1"], "newest": []}
"""The sets of versions that are tried with each Python; most applications have the second."""


def tried(python: str, path: str, name: str) -> Outcome:
    """Install one set, and run the tests with it."""
    _tell(f"Trying Python {python} with {name} ...\n")
    began = time.monotonic()
    with TemporaryDirectory(prefix="versions-") as folder:
        own = str(Path(folder, "bin/python"))
        fault = _fault([path, "-m", "venv", folder]) or _installed(own, LIBRARIES[name])
        if fault:
            _tell(fault)
            return Outcome(python, name, "", "not installed", time.monotonic() - began, False)
        done = _run([own, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", ON_SQLITE, *TESTS])
        if done.returncode:
            _tell(_end_of(done.stdout))
        told = done.stdout.strip().rpartition("\n")[2].strip("= ")
        seconds = time.monotonic() - began
        return Outcome(python, name, _named(own), told, seconds, done.returncode == 0)


def _installed(own: str, libraries: Sequence[str]) -> str:
    """Install the package and what the tests need; give why that failed, or ''."""
    pins = (ROOT / "requirements-test.txt").read_text("utf-8").splitlines()
    tests = [pin for pin in pins if TESTS_NEED.match(pin)]
    pip = [own, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    return _fault([*pip, "--only-binary", ":all:", ".[mysql,postgres]", *tests, *libraries])


def _named(own: str) -> str:
    """Name the versions that stand there."""
    code = "from importlib.metadata import version as v; print(*map(v, ('flask', 'sqlalchemy')))"
    flask, sqlalchemy = _run([own, "-c", code]).stdout.split()
    return f"Flask {flask}, SQLAlchemy {sqlalchemy}"


def _version(path: str) -> str:
    """Give the version of a Python that can make environments; '' for others."""
    code = "import ensurepip, sys, venv; print('%s.%s' % sys.version_info[:2])"
    done = _run([path, "-c", code])
    return done.stdout.strip() if done.returncode == 0 else ""


def _fault(command: list[str]) -> str:
    done = _run(command)
    return _end_of(done.stdout + done.stderr) if done.returncode else ""


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run something apart from the environment that this runs in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(  # noqa: S603 (what stands above)
        command, check=False, capture_output=True, text=True, cwd=ROOT, env=kept
    )


def _end_of(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines()[-SHOWN:])


def _tell(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the lowest, on this Python alone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
