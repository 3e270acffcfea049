"""Which module may know what; `make lint` draws the arrows between the layers."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src/simple_2fa"
SQL = {
    "flask/hosted_services.py",
    "flask/hosting.py",
    "flask/checks.py",
    "flask/config.py",
    "cli/init.py",
    "cli/questions.py",
    "flask/commands/faults.py",
    "settings/__init__.py",
    "settings/shapes.py",
}
"""Those that read a database's address or word its errors, and know nothing else of SQLAlchemy."""
STORES = (
    "/store.py",
    "accounts/links.py",
    "accounts/recoveries.py",
    "mail/outbox.py",
    "limits/buckets.py",
    "sessions/browsers.py",
    "db/",
)
FACES = ("http/", "web/", "api/", "flask/", "app/", "cli/")


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def importers(*packages: str) -> set[str]:
    return {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if any(name.split(".")[0] in packages for name in imports(file))
    }


def test_sql_stands_in_stores_the_outbox_and_the_buckets() -> None:
    others = {name for name in importers("sqlalchemy") if not f"/{name}".endswith(STORES[0])}
    assert {name for name in others if not name.startswith(STORES[1:])} == SQL


@pytest.mark.parametrize("name", sorted(SQL))
def test_whoever_else_knows_sqlalchemy_reads_addresses_alone(name: str) -> None:
    found = {each for each in imports(SOURCE / name) if each.startswith("sqlalchemy")}
    assert found <= {"sqlalchemy.engine", "sqlalchemy.exc"}


def test_flask_stands_in_faces() -> None:
    assert {name for name in importers("flask", "werkzeug") if not name.startswith(FACES)} == set()


def test_mail_leaves_by_one_module() -> None:
    assert importers("smtplib") <= {"mail/smtp.py", "mail/replies.py"}


def test_the_clock_is_read_by_one_function() -> None:
    readers = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if "datetime.now(" in file.read_text("utf-8")
    }
    assert readers == {"core/clock.py"}
