"""One line for each request, to standard error: JSON for machines, words for people."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

_SECRETS = re.compile(
    r"(?P<key>s2fa_)[\w-]+"  # API keys
    r"|(?P<at>[\w.+-])[\w.+-]*(?=@[\w-]+\.)"  # all but the first letter of an address
    r"|(?<![\w-])[\w-]{43}(?![\w-])"  # tickets and other bearer secrets
    r"|(?<!\w)(?<!\w[.:-])(\d{6}|\d{10})(?!\w|[.:-]\w)"  # codes
)


def redact(text: str) -> str:
    """Take out what may be a key, a ticket, a code or somebody's address."""

    def hide(found: re.Match[str]) -> str:
        return f"{found['key'] or found['at'] or ''}***"

    return _SECRETS.sub(hide, text)


class JsonLines(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the record's redacted message, or the facts of a request, which hold no secret."""
        facts = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        facts |= _facts(record) or {"event": redact(record.getMessage())}
        if record.exc_info:
            facts["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(facts)


class PlainLines(logging.Formatter):
    """The same in words."""

    def format(self, record: logging.LogRecord) -> str:
        """Give time, message and facts; redacted."""
        at = datetime.fromtimestamp(record.created, UTC)
        facts = _facts(record)
        words = f"{record.levelname.lower()}: {redact(record.getMessage())}"
        if facts:
            told = ("method", "route", "status", "problem")
            words = " ".join(str(facts[name]) for name in told if facts[name])
            words += f" {facts['ms']} ms"
        error = "\n" + redact(self.formatException(record.exc_info)) if record.exc_info else ""
        return f"{at:%H:%M:%S} {words}{error}"


def configure(formatter: logging.Formatter) -> None:
    """Send our own log, from INFO up, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    # None of our lines names a thread, a process or a place in the code; looking costs more
    # than writing.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001 (documented, 'Optimization')
    ours = logging.getLogger("simple_2fa")
    ours.handlers[:] = [handler]
    ours.setLevel(logging.INFO)
    ours.propagate = False


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    """Give what `http.hooks` tells of a request."""
    return getattr(record, "facts", {})
