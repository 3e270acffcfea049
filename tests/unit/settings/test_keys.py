"""Master keys, given or in a file."""

from pathlib import Path

import pytest

from given import KEY, OTHER_KEY, fault_of, spelled, write_keys
from simple_2fa.settings import Settings


def test_it_decodes_a_key(home: Path) -> None:
    assert Settings.load({"SECRET_KEY": spelled(KEY)}, home).master_keys() == (KEY,)


@pytest.mark.parametrize("between", [",", " ", "\n", ", ", "\t", "=,", "=\r\n"])
def test_it_takes_several_in_their_order(between: str, home: Path) -> None:
    text = f" {spelled(OTHER_KEY)}{between}{spelled(KEY)}\n"
    assert Settings.load({"SECRET_KEY": text}, home).master_keys() == (OTHER_KEY, KEY)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("x", "a key is not 32 bytes in base64url"),
        (",", "a key is not 32 bytes in base64url"),
        (spelled(bytes(range(31))), "a key is not 32 bytes in base64url"),
        (spelled(bytes(range(33))), "a key is not 32 bytes in base64url"),
        (spelled(KEY)[:-1] + "+", "a key is not 32 bytes in base64url"),
        (f"{spelled(KEY)} short", "a key is not 32 bytes in base64url"),
        (spelled(bytes(32)), "a key is weak, its bytes repeat"),
        (spelled(bytes(range(16)) * 2), "a key is weak, its bytes repeat"),
        (spelled(b"0123456789abcdef0123456789abcdef"), "a key is weak, its bytes repeat"),
        (f"{spelled(KEY)},{spelled(KEY)}", "a key stands there twice"),
    ],
)
def test_it_refuses_bad_keys(text: str, what: str, home: Path) -> None:
    assert fault_of(home, SECRET_KEY=text).startswith(f"SECRET_KEY can't be used: {what}; ")
    write_keys(home / "keys", text)
    assert f"keys': {what}; " in fault_of(home, SECRET_KEY_FILE="keys")


def test_it_reads_them_from_a_file_once(home: Path) -> None:
    write_keys(home / "keys", f"{spelled(KEY)}\n{spelled(OTHER_KEY)}\n")
    settings = Settings.load({"SECRET_KEY_FILE": "keys"}, home)
    (home / "keys").unlink()
    assert settings.master_keys() == (KEY, OTHER_KEY)


def test_it_says_when_the_file_is_missing(home: Path) -> None:
    assert fault_of(home, SECRET_KEY_FILE="keys") == (
        f"SECRET_KEY_FILE is '{home}/keys': "
        "give a file that can be read (No such file or directory)"
    )


def test_it_refuses_a_file_that_is_not_text(home: Path) -> None:
    (home / "keys").write_bytes(b"\xff" * 32)
    assert "not 32 bytes in base64url" in fault_of(home, SECRET_KEY_FILE="keys")


def test_it_refuses_a_key_and_a_file_together(home: Path) -> None:
    write_keys(home / "keys", spelled(OTHER_KEY))
    assert fault_of(home, SECRET_KEY=spelled(KEY), SECRET_KEY_FILE="keys") == (
        "SECRET_KEY and SECRET_KEY_FILE are both set: keep one of the two"
    )
