"""`.env`: what is read, what is warned of, and which line can't be understood."""

from pathlib import Path

import pytest

from given import KEY, OTHER_KEY, fault_of, spelled
from simple_2fa.settings import Settings, SettingsError


def test_it_warns_of_an_unknown_name_with_the_nearest_known_one(home: Path) -> None:
    (home / ".env").write_text("MAIL_FORM=ann@example.com")
    assert Settings.load({}, home).warnings == (
        "MAIL_FORM in .env is unknown; did you mean MAIL_FROM?",
    )


def test_it_warns_of_lower_case(home: Path) -> None:
    (home / ".env").write_text("code_ttl=300")
    assert Settings.load({}, home).warnings == (
        "code_ttl in .env is unknown; did you mean CODE_TTL?",
    )


def test_it_warns_of_a_name_like_no_other_without_a_guess(home: Path) -> None:
    (home / ".env").write_text("KUBERNETES=1")
    assert Settings.load({}, home).warnings == ("KUBERNETES in .env is unknown",)


def test_it_does_not_warn_of_unknown_names_in_the_environment(home: Path) -> None:
    assert Settings.load({"MAIL_FORM": "x", "PATH": "/bin"}, home).warnings == ()


def test_its_error_carries_the_warnings_too(home: Path) -> None:
    (home / ".env").write_text("DB_USER=ann\nDB_NMAE=codes")
    with pytest.raises(SettingsError, match="DB_NAME is missing") as raised:
        Settings.load({}, home)
    assert raised.value.warnings == ("DB_NMAE in .env is unknown; did you mean DB_NAME?",)


@pytest.mark.parametrize("line", ["CODE_TTL", "'", 'SITE_NAME="open', "!=x y z"])
def test_it_names_the_line_that_it_can_not_understand(line: str, home: Path) -> None:
    (home / ".env").write_text(f"RADIUS=0\n\n# comment\n\n{line}\n")
    assert fault_of(home) == ".env line 5 can't be understood: write NAME=value"


def test_a_key_in_a_line_of_its_own_is_not_told(home: Path) -> None:
    (home / ".env").write_text(f"SECRET_KEY={spelled(KEY)},\n{spelled(OTHER_KEY)}=\n")
    assert fault_of(home) == ".env line 2 can't be understood: write NAME=value"


def test_it_names_the_line_that_is_not_utf_8(home: Path) -> None:
    (home / ".env").write_bytes(b"RADIUS=0\nSITE_NAME=Caf\xe9\n")
    assert fault_of(home) == ".env line 2 is not UTF-8: save the file as UTF-8"


def test_it_takes_the_mark_that_windows_puts_in_front(home: Path) -> None:
    (home / ".env").write_bytes(b"\xef\xbb\xbfCODE_TTL=300\r\nRADIUS=0\r\n")
    settings = Settings.load({}, home)
    assert (settings.code_ttl, settings.radius, settings.warnings) == (300, "0", ())


def test_it_says_when_env_can_not_be_read(home: Path) -> None:
    (home / ".env").mkdir()
    assert fault_of(home) == ".env can't be read (Is a directory): let this user read it"
