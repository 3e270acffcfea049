"""What development fills in: a SQLite file, a key made once, an address on this machine."""

import os
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from simple_2fa.settings import Settings, SettingsError

KEY_FILE = "secret_key"


def load(port: int) -> Settings:
    """Read the settings for `run`, complete; the instance folder is made with mode 0700.

    Its address is this machine's, whatever PUBLIC_URL says: that one leads to production.

    Raises:
        SettingsError: as `Settings.load`, or the folder can't be used.
    """
    settings = Settings.load()
    folder, defaults = private_folder(settings.instance_path), {}
    if not settings.master_keys():
        defaults["SECRET_KEY_FILE"] = str(secret_key_file(folder))
    here = {"PUBLIC_URL": f"http://localhost:{port}"}
    return Settings.load({**os.environ, **here}, defaults=defaults)


def private_folder(folder: Path) -> Path:
    """Make the folder of what development keeps, where it is missing.

    Raises:
        SettingsError: it can't be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as why:
        raise _unusable(folder, why) from None
    return folder


def secret_key_file(folder: Path) -> Path:
    """Give the file of development's key, made where it is missing.

    Raises:
        SettingsError: it can't be made.
    """
    try:
        return _key_file(folder / KEY_FILE)
    except OSError as why:
        raise _unusable(folder, why) from None


def _unusable(folder: Path, why: OSError) -> SettingsError:
    told = f"INSTANCE_PATH is {str(folder)!r}: give a folder to write in ({why.strerror})"
    return SettingsError((told,))


def new_key() -> str:
    """Make a master key: 32 random bytes in base64url."""
    return urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode("ascii")


def _key_file(file: Path) -> Path:
    """Make the key where it is missing: linked into place whole, so two starts agree on one."""
    if not file.exists():
        with NamedTemporaryFile("w", dir=file.parent) as own, suppress(FileExistsError):
            own.write(new_key() + "\n")
            own.flush()
            os.link(own.name, file)
    return file
