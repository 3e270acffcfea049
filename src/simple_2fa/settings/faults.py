"""What is wrong with given settings: a line each, with what to do, and never a secret's value."""

import difflib
import re
from collections.abc import Iterator, Mapping

from pydantic_core import ErrorDetails

_SECRETS = {"DB_PASSWORD", "DATABASE_URL", "EMAIL_PASSWORD", "SECRET_KEY"}
# Any of these tells of a MySQL or MariaDB server.
_SERVER = {"DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME"}
# Keys and whole addresses, password and all, get pasted into other settings.
_PASTED = r"(?<=://).*(?=@)|[A-Za-z0-9_-]{43,}"


class SettingsError(Exception):
    """Settings that can't be used: one line for each fault."""

    def __init__(self, faults: tuple[str, ...], warnings: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
        self.warnings = warnings


def bad_value(error: ErrorDetails) -> str:
    """Tell of a value that its field refused."""
    name = str(error["loc"][0])
    advice = error["msg"].removeprefix("Value error, ").replace("Input should be", "give")
    if name in _SECRETS:
        return f"{name} can't be used: {advice}"
    value = re.sub(_PASTED, "***", str(error["input"]), flags=re.DOTALL)
    return f"{name} is {value[:200]!r}: {advice}"


def conflicts(given: Mapping[str, str]) -> Iterator[str]:
    """Tell which settings don't go together, each good by itself."""
    for one, other in (("DATABASE_URL", "DB_HOST"), ("SECRET_KEY", "SECRET_KEY_FILE")):
        if one in given and other in given:
            yield f"{one} and {other} are both set: keep one of the two"
    if "DATABASE_URL" not in given and _SERVER & given.keys():
        for name in ("DB_NAME", "DB_USER"):
            if name not in given:
                yield f"{name} is missing: the other DB_ settings need it"


def spelled(text: str, spelling: Mapping[str, str]) -> str:
    """Name settings in a text as people write them there, where that isn't as in `.env`."""
    names = "|".join(spelling)
    return re.sub(rf"\b({names})\b", lambda found: spelling[found[1]], text) if names else text


def unknown(name: str, names: tuple[str, ...], where: str = ".env", prefix: str = "") -> str:
    """Tell of a name that is no setting's, with the nearest that is one; all begin with a prefix.

    The prefix, which they share, makes none nearer.
    """
    near = difflib.get_close_matches(name.removeprefix(prefix).upper(), names, n=1, cutoff=0.7)
    advice = f"; did you mean {prefix}{near[0]}?" if near else ""
    return f"{name} in {where} is unknown{advice}"
