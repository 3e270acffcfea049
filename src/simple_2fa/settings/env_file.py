"""`.env`: reading names and values, with a fault for each line that can't be read; writing."""

import io
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream

# Longer than any setting and shorter than a key: a key that slipped into a line of its own is told
# by the line's number, never as a name.
_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,41}"
_PLAIN = r"[A-Za-z0-9_@%+:,./?&=-]+"
_NEEDS_NO_QUOTES = r"[^\s'\"#][^\s]*"


def read_env_file(path: Path) -> tuple[dict[str, str], list[str]]:
    """Give what `.env` holds, and a fault for each line that can't be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}, []
    except OSError as error:
        return {}, [f".env can't be read ({error.strerror}): let this user read it"]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return {}, [f".env line {line} is not UTF-8: save the file as UTF-8"]
    written: dict[str, str] = {}
    faults = []
    for each in parse_stream(io.StringIO(text)):
        name = each.key or ""
        if re.fullmatch(_NAME, name) and each.value is not None:
            written[name] = each.value
        elif name or each.error:
            faults.append(f".env line {_line(each)} can't be understood: write NAME=value")
    return written, faults


def as_env_file(settings: Mapping[str, str]) -> str:
    """Write settings as `read_env_file` reads them.

    Raises:
        ValueError: the file can't hold a value. The text names the setting, and says what to do.
    """
    return "".join(f"{name}={_quoted(name, value)}\n" for name, value in settings.items())


def _quoted(name: str, value: str) -> str:
    if re.fullmatch(_PLAIN, value):
        return value
    if value.endswith("\\"):  # it would quote the quote after it
        if re.fullmatch(_NEEDS_NO_QUOTES, value):
            return value
        raise ValueError(f"{name} ends with a backslash: put it into the environment instead")
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _line(binding: Binding) -> int:
    """The line where a setting begins; the parser counts from the blank lines before it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
