"""What it brings along, and what it leaves out where only the second step is wanted."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import simple_2fa

SERVER = (
    "granian",
    "simple_2fa.api",
    "simple_2fa.app",
    "simple_2fa.cli",
    "simple_2fa.web.details",
    "simple_2fa.web.forgot",
    "simple_2fa.web.home",
    "simple_2fa.web.login",
    "simple_2fa.web.register",
    "simple_2fa.web.undo",
    "zxcvbn",
)
"""What is our own server's alone."""
LATER = ("alembic", "email_validator", "fido2", "segno")
"""What is slow to import, and imported where it is used first."""
DATABASES = ("psycopg", "pymysql", "sqlalchemy.dialects.postgresql")
"""One of them at most is used."""


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """The modules of a fresh interpreter that has imported the extension."""
    code = "import sys, simple_2fa.flask; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return set(done.stdout.split())


def test_it_has_ten_direct_dependencies_at_most() -> None:
    ours = [each for each in requires("simple-2fa") or () if "extra ==" not in each]
    assert 0 < len(ours) <= 10


def test_with_all_of_them_it_has_80_mb_at_most() -> None:
    own = sum(each.stat().st_size for each in Path(simple_2fa.__file__).parent.rglob("*.*"))
    brought = {each.name: _size(each) for each in _needed("simple-2fa")}
    assert {"Flask", "SQLAlchemy", "cffi"} <= brought.keys()
    assert own + sum(brought.values()) <= 80_000_000, brought


@pytest.mark.parametrize("name", [*SERVER, *LATER, *DATABASES])
def test_the_extension_imports_nothing_that_it_does_not_need(name: str, imported: set[str]) -> None:
    assert "simple_2fa.flask" in imported
    assert {each for each in imported if f"{each}.".startswith(f"{name}.")} == set()


def test_an_application_starts_without_what_our_own_server_needs(tmp_path: Path) -> None:
    code = (
        "import sys, flask; sys.modules.update(granian=None, zxcvbn=None)"
        "; from simple_2fa.flask import Simple2FA"
        f"; app = flask.Flask('shop', instance_path={str(tmp_path)!r}); app.secret_key = 'x' * 32"
        "; Simple2FA(app); print('started')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == "started\n"


def test_the_extension_reads_no_source_when_it_is_imported() -> None:
    code = "import linecache, simple_2fa.flask; print(*linecache.cache, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert [name for name in done.stdout.splitlines() if "/simple_2fa/" in name] == []


def _needed(name: str, extras: frozenset[str] = frozenset()) -> Iterator[Distribution]:
    """Find what one installs along with a distribution here, and what that needs in turn."""
    for text in distribution(name).requires or ():
        needs = Requirement(text)
        under = [{"extra": each} for each in (*extras, "")]
        if needs.marker is None or any(map(needs.marker.evaluate, under)):
            yield distribution(needs.name)
            yield from _needed(needs.name, frozenset(needs.extras))


def _size(installed: Distribution) -> int:
    """Count the bytes of its files, those that Python has compiled among them."""
    files = (Path(str(each.locate())) for each in installed.files or ())
    return sum(each.stat().st_size for each in files if each.is_file())
