"""The settings of an application that has the second step from us: `SIMPLE_2FA_...`."""

import os
import re
from pathlib import Path

from flask import Flask

from simple_2fa.flask.development import private_folder, secret_key_file
from simple_2fa.settings import Settings, SettingsError
from simple_2fa.settings.production import production_faults

PREFIX = "SIMPLE_2FA_"
_KEYS = ("SECRET_KEY", "SECRET_KEY_FILE")


def settings_of(app: Flask) -> tuple[Settings, bool]:
    """Read the settings, and whether they are development's: that is where no key is set.

    The environment beats the application's config. The names are those of `.env.example` behind
    `SIMPLE_2FA_`, so that nothing of the application's own is taken for ours; `DATABASE_URL` is
    taken as it is, too.

    Raises:
        SettingsError: one line for each fault, with what to do.
    """
    given = _given(app)
    is_development = not any(name in given for name in _KEYS)
    try:
        if is_development:
            return Settings.of({**_development(app, given), **given}), True
        settings = Settings.of({"SITE_NAME": _site(app), **given})
        faults = production_faults(settings)
    except SettingsError as why:
        faults = why.faults
    if faults:
        raise SettingsError(tuple(prefixed(each) for each in faults))
    return settings, False


def _given(app: Flask) -> dict[str, str]:
    given: dict[str, str] = {}
    for source in (app.config, os.environ):
        if str(source.get("DATABASE_URL") or "").strip():
            given["DATABASE_URL"] = str(source["DATABASE_URL"])
    for source in (app.config, os.environ):
        for name in Settings.names():
            value = source.get(PREFIX + name)
            if value is not None and str(value).strip():
                given[name] = str(value)
    return given


def _development(app: Flask, given: dict[str, str]) -> dict[str, str]:
    """Give what development fills in."""
    folder = private_folder(
        Path(given.get("INSTANCE_PATH", Path(app.instance_path) / "simple_2fa"))
    )
    return {
        "INSTANCE_PATH": str(folder),
        "SECRET_KEY_FILE": str(secret_key_file(folder)),
        "PUBLIC_URL": "http://localhost:5000",
        "SITE_NAME": _site(app),
    }


def _site(app: Flask) -> str:
    return app.name.replace("_", " ").strip().title()[:60] or "Simple 2FA"


def prefixed(fault: str) -> str:
    """Name settings as they are written here."""
    names = "|".join(Settings.names())
    return re.sub(rf"\b({names})\b", rf"{PREFIX}\1", fault)
