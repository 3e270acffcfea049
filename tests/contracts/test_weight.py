"""What it brings along, and what it leaves out where only the second step is wanted."""

import subprocess
import sys
from importlib.metadata import requires

import pytest

SERVER = (
    "granian",
    "simple_2fa.api",
    "simple_2fa.app",
    "simple_2fa.cli",
    "simple_2fa.web.account",
    "simple_2fa.web.forgot",
    "simple_2fa.web.home",
    "simple_2fa.web.login",
    "simple_2fa.web.register",
    "simple_2fa.web.undo",
)
"""What is our own server's alone."""
LATER = ("alembic", "email_validator", "fido2", "zxcvbn")
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


@pytest.mark.parametrize("name", [*SERVER, *LATER, *DATABASES])
def test_the_extension_imports_nothing_that_it_does_not_need(name: str, imported: set[str]) -> None:
    assert "simple_2fa.flask" in imported
    assert {each for each in imported if f"{each}.".startswith(f"{name}.")} == set()


def test_the_extension_reads_no_source_when_it_is_imported() -> None:
    code = "import linecache, simple_2fa.flask; print(*linecache.cache, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert [name for name in done.stdout.splitlines() if "/simple_2fa/" in name] == []
