"""The settings of an application that has the second step from us: `SIMPLE_2FA_...`."""

import os
from pathlib import Path

from flask import Flask

from simple_2fa.flask.development import private_folder, secret_key_file
from simple_2fa.settings import Settings, SettingsError
from simple_2fa.settings.production import production_faults

PREFIX = "SIMPLE_2FA_"
_BARE = "DATABASE_URL"
"""What many applications have already; it is taken as it is, too."""
_KEYS = ("SECRET_KEY", "SECRET_KEY_FILE")


def settings_of(app: Flask) -> tuple[Settings, bool]:
    """Read the settings, and whether they are development's: that is where no key is set.

    The environment beats the application's config. The names are those of `.env.example` behind
    `SIMPLE_2FA_`, so that nothing of the application's own is taken for ours; `DATABASE_URL` is
    taken as it is, too.

    Raises:
        SettingsError: one line for each fault, with what to do.
    """
    given, spelling = _given(app)
    if not any(name in given for name in _KEYS):
        return _development(app, given, spelling), True
    settings = Settings.of({"SITE_NAME": _site(app), **given}, spelling)
    if faults := production_faults(settings):
        raise SettingsError(tuple(map(settings.spelled, faults)))
    return settings, False


def _given(app: Flask) -> tuple[dict[str, str], dict[str, str]]:
    """Read what is set, and how each name is written here: what comes last counts."""
    given: dict[str, str] = {}
    spelling = {name: PREFIX + name for name in (*Settings.names(), "DB_")}
    for name, spelled in ((_BARE, _BARE), *((each, PREFIX + each) for each in Settings.names())):
        for source in (app.config, os.environ):
            value = source.get(spelled)
            if value is not None and str(value).strip():
                given[name], spelling[name] = str(value), spelled
    return given, spelling


def _development(app: Flask, given: dict[str, str], spelling: dict[str, str]) -> Settings:
    """Fill in what development needs, and check the rest."""
    folder = Path(app.instance_path) / "simple_2fa"
    usual = {"INSTANCE_PATH": str(folder), "PUBLIC_URL": "http://localhost:5000"}
    usual |= {"SITE_NAME": _site(app), **given}
    settings = Settings.of(usual, spelling)
    try:
        key = secret_key_file(private_folder(settings.instance_path))
    except SettingsError as why:
        raise SettingsError(tuple(map(settings.spelled, why.faults))) from None
    return Settings.of({**usual, "SECRET_KEY_FILE": str(key)}, spelling)


def _site(app: Flask) -> str:
    return app.name.replace("_", " ").strip().title()[:60] or "Simple 2FA"
