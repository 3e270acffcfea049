"""Settings that tests give, and the faults that they are answered with."""

import base64
from pathlib import Path

import pytest

from simple_2fa.settings import Settings, SettingsError

KEY = bytes(range(32))
OTHER_KEY = bytes(range(100, 132))
SERVER = {"DB_HOST": "db.example.com", "DB_USER": "ann", "DB_NAME": "codes"}


def spelled(key: bytes) -> str:
    """Write a key as people paste it."""
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def write_keys(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def faults_of(home: Path, **environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as raised:
        Settings.load(environ, home)
    return raised.value.faults


def fault_of(home: Path, **environ: str) -> str:
    """Give the only one."""
    (fault,) = faults_of(home, **environ)
    return fault
