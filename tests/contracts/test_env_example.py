"""`.env.example` and Settings say the same, setting by setting."""

import re
from pathlib import Path

import pytest

from simple_2fa.settings import Settings
from simple_2fa.settings.documentation import documentation
from simple_2fa.settings.production import production_faults

EXAMPLE = Path(__file__).parents[2] / ".env.example"
KEY = "kJ3vQ8xW1mZ5tY7uB0nC2dF4gH6iL9oPqRsTaUeVwXy"
NEEDED = {
    "PUBLIC_URL": "https://2fa.example.com",
    "SECRET_KEY": KEY,
    "SMTP_SERVER": "smtp.example.com",
    "MAIL_FROM": "no-reply@example.com",
}
ALTERNATIVES = {
    "one address": {"DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME", "SECRET_KEY"},
    "a server by its parts": {"DATABASE_URL", "SECRET_KEY_FILE"},
}


def entries() -> list[tuple[str, str, str]]:
    """Each setting with the comment right above it and its line without the leading #."""
    found, comment = [], ""
    for line in EXAMPLE.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"#?([A-Z_]+)=", line):
            found.append((match[1], comment, line.removeprefix("#")))
            comment = ""
        else:
            comment = f"{comment} {line[2:]}".strip() if line else ""
    return found


def test_it_lists_every_setting_once_in_the_order_of_settings() -> None:
    assert tuple(name for name, _, _ in entries()) == Settings.names()


def test_its_comments_are_the_documentation_of_the_settings() -> None:
    written = {name: comment for name, comment, _ in entries()}
    documented = {name: " ".join(words.split()) for name, words in documentation().items()}
    assert written == documented
    assert all(documented.values())


def test_a_plain_copy_of_it_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(EXAMPLE.read_bytes())
    copied = Settings.load({}, tmp_path)
    (tmp_path / ".env").unlink()
    assert copied == Settings.load({}, tmp_path)
    assert copied.warnings == ()


def test_what_stands_there_without_a_mark_is_what_production_needs() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    assert {line.rstrip("=") for line in lines if re.match(r"[A-Z]", line)} == set(NEEDED)


@pytest.mark.parametrize("left_out", ALTERNATIVES.values(), ids=ALTERNATIVES.keys())
def test_its_values_are_good_for_production_when_all_are_used(
    left_out: set[str], tmp_path: Path
) -> None:
    for name in ("database-ca.pem", "mail-ca.pem", "simple-2fa.keys"):
        (tmp_path / name).write_text(KEY, encoding="ascii")
        (tmp_path / name).chmod(0o600)
    used = [line for name, _, line in entries() if name not in left_out]
    (tmp_path / ".env").write_text("\n".join(used), encoding="utf-8")
    given = {name: value for name, value in NEEDED.items() if name not in left_out}
    settings = Settings.load(given, tmp_path)
    assert settings.warnings == ()
    assert production_faults(settings) == ()


@pytest.mark.parametrize(
    "name",
    [
        "SITE_NAME",
        "DB_PORT",
        "SMTP_TLS",
        "SMTP_PORT",
        "REGISTRATION",
        "CODE_TTL",
        "ACCENT",
        "ACCENT_DARK",
        "FONT",
        "RADIUS",
    ],
)
def test_it_shows_the_default_where_there_is_one(name: str, tmp_path: Path) -> None:
    line = next(line for found, _, line in entries() if found == name)
    (tmp_path / ".env").write_text(line, encoding="utf-8")
    settings = Settings.load({"DB_NAME": "codes", "DB_USER": "ann"}, tmp_path)
    assert getattr(settings, name.lower()) == Settings.model_fields[name.lower()].default
