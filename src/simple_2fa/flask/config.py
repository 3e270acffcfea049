"""The settings of an application that has the second step from us: `SIMPLE_2FA_...`."""

import logging
import os
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path, PurePath

from flask import Flask
from sqlalchemy.engine import URL

from simple_2fa.flask.development import private_folder, secret_key_file
from simple_2fa.settings import Settings, SettingsError
from simple_2fa.settings.faults import unknown
from simple_2fa.settings.production import production_faults

log = logging.getLogger(__name__)

PREFIX = "SIMPLE_2FA_"
ALLOWED = f"{PREFIX}ALLOWED"
"""What the audit of routes allows; no setting of a server's."""
_BARE = "DATABASE_URL"
"""What many applications have already; it is taken as it is, too."""
_KEYS = ("SECRET_KEY", "SECRET_KEY_FILE")


def settings_of(app: Flask) -> tuple[Settings, bool]:
    """Read the settings, and whether they are development's: that is where no key is set.

    The environment beats the application's config. The names are those of `.env.example` behind
    `SIMPLE_2FA_`, so that nothing of the application's own is taken for ours; `DATABASE_URL` is
    taken as it is, too. Of a name that is none the log warns.

    Raises:
        SettingsError: one line for each fault, with what to do.
    """
    for warning in _unknown(app):
        log.warning(warning)
    given, spelling = _given(app)
    if not any(name in given for name in _KEYS):
        return _development(app, given, spelling), True
    settings = Settings.of({"SITE_NAME": _site(app), **given}, spelling)
    if faults := production_faults(settings):
        raise SettingsError(tuple(map(settings.spelled, faults)))
    return settings, False


def _unknown(app: Flask) -> Iterator[str]:
    """Tell of names that are no setting's, though they begin like one; never of a value."""
    names = (*Settings.names(), ALLOWED.removeprefix(PREFIX))
    known = {PREFIX + name for name in names}
    for where, source in (("app.config", app.config), ("the environment", os.environ)):
        for name in source:
            if name.startswith(PREFIX) and name not in known:
                yield unknown(name, names, where, PREFIX)


def _given(app: Flask) -> tuple[dict[str, str], dict[str, str]]:
    """Read what is set, and how each name is written here: what comes last counts."""
    given: dict[str, str] = {}
    spelling = {name: PREFIX + name for name in (*Settings.names(), "DB_")}
    faults = []
    for name, spelled, value in _found(app):
        try:
            text = _text(value)
        except TypeError as why:
            faults.append(f"{spelled} holds a {why}: give text, or a list of texts")
        else:
            if text.strip():
                given[name], spelling[name] = text, spelled
    if faults:
        raise SettingsError(tuple(faults))
    return given, spelling


def _found(app: Flask) -> Iterator[tuple[str, str, object]]:
    """Give settings, each with its name in `.env` and here, by their rank; the last one counts."""
    for source in (app.config, os.environ):
        value = source.get(_BARE)  # the application's own, of whatever type
        yield _BARE, _BARE, value if isinstance(value, URL) else str(value or "")
    for source in (app.config, os.environ):
        for name in Settings.names():
            yield name, PREFIX + name, source.get(PREFIX + name)


def _text(value: object) -> str:
    """Write a value as `.env` holds it.

    Raises:
        TypeError: with the name of a type that has no such text.
    """
    match value:
        case None:
            return ""
        case URL():
            return value.render_as_string(hide_password=False)
        case list() | tuple():
            return ",".join(map(_text, value))
        case str() | int() | float() | PurePath() | IPv4Network() | IPv6Network():
            return str(value)
    raise TypeError(type(value).__name__)


def _development(app: Flask, given: dict[str, str], spelling: dict[str, str]) -> Settings:
    """Fill in what development needs, and check the rest."""
    folder = Path(app.instance_path) / "simple_2fa"
    usual = {"INSTANCE_PATH": str(folder), "SITE_NAME": _site(app), **given}
    settings = Settings.of(usual, spelling)
    try:
        key = secret_key_file(private_folder(settings.instance_path))
    except SettingsError as why:
        raise SettingsError(tuple(map(settings.spelled, why.faults))) from None
    return Settings.of({**usual, "SECRET_KEY_FILE": str(key)}, spelling)


def _site(app: Flask) -> str:
    return app.name.replace("_", " ").strip().title()[:60] or "Simple 2FA"
