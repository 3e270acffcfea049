"""What development fills in: a SQLite file, a key made once, an address on this machine."""

import os
from base64 import urlsafe_b64encode
from pathlib import Path

from simple_2fa.settings import Settings

KEY_FILE = "secret_key"


def load(port: int) -> Settings:
    """Read the settings for `run`, complete; the instance folder is made with mode 0700.

    Raises:
        SettingsError: as `Settings.load`.
    """
    settings = Settings.load()
    settings.instance_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    defaults = {"PUBLIC_URL": f"http://localhost:{port}"}
    if not settings.master_keys():
        defaults["SECRET_KEY"] = _key(settings.instance_path / KEY_FILE)
    return Settings.load(defaults=defaults)


def new_key() -> str:
    """Make a master key: 32 random bytes in base64url."""
    return urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode("ascii")


def _key(file: Path) -> str:
    """Read the key, or make it: linked into place whole, so two starts agree on one."""
    if not file.exists():
        own = file.with_suffix(f".{os.getpid()}")
        own.touch(mode=0o600)
        own.write_text(new_key() + "\n", "ascii")
        try:
            os.link(own, file)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    return file.read_text("ascii")
