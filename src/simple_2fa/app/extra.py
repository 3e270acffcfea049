"""What our own server needs beyond an application that brings its own people: an extra."""

from importlib.util import find_spec

from simple_2fa.settings import SettingsError


def demand(*packages: str) -> None:
    """Go on only where these packages of the extra `server` are installed.

    Raises:
        SettingsError: some are missing; it says what to do.
    """
    missing = [each for each in packages if find_spec(each) is None]
    if missing:
        advice = "install it with `pip install 'simple-2fa[server]'`"
        raise SettingsError(tuple(f"{each} is missing: {advice}" for each in missing))
