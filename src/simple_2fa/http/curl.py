"""Calls to copy: lines for any curl, also one that is too old for `--json`."""

import json
import shlex


def curl_line(origin: str, path: str, **body: str) -> str:
    """Write a call that works as it stands."""
    data = shlex.quote(json.dumps(body, separators=(",", ":")))
    return f"curl {origin}{path} -H 'Content-Type: application/json' -d {data}"
