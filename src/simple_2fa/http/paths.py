"""Paths: of our own pages, wherever they are mounted, and of pages that somebody wants to see."""

import re
from urllib.parse import quote

from flask import Response, redirect, request

from simple_2fa.http.services import mount

_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path of this host: no other one after two slashes, no backslash, space or control character."""
_PREFIX = re.compile(r"(/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~!$&'()*+,;=:@-]+)*")
"""Segments of a path (RFC 3986, 3.3), none of which browsers resolve, and none with escapes."""
_LONGEST = 1024
_ITSELF = ("/verify", "/inbox")
_PLAIN = "/!$&'()*+,-.:;=@_~"
"""What a path holds as it is (RFC 3986, 3.3)."""


def prefix_of(text: str) -> str:
    """Give what comes before each path of ours as `at` takes it: '/2fa' for '2fa', or ''.

    Raises:
        ValueError: no path begins so.
    """
    prefix = f"/{bare}" if (bare := text.strip("/")) else ""
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"url_prefix is {text!r}: give a path such as '/2fa'")
    return prefix


def at(path: str) -> str:
    """Give a path of ours as browsers ask for it: behind the application's root and our prefix.

    In another application all of ours, but development's inbox, stands below `/verify`.
    """
    below = "/verify" if mount().is_hosted and not path.startswith(_ITSELF) else ""
    return f"{request.script_root}{mount().prefix}{below}{path}"


def start() -> str:
    """Give the application's start page."""
    return f"{request.script_root}/"


def home() -> str:
    """Give where somebody goes who wanted no other page."""
    return f"{request.script_root}{mount().home}"


def here() -> str:
    """Give this request's path as browsers ask for it."""
    return quote(f"{request.script_root}{request.path}", safe=_PLAIN)


def path_asked() -> str:
    """Give this request's path with its query; '' for one that isn't led to again."""
    query = request.query_string.decode("ascii", "replace")
    return safe_path(f"{here()}?{query}" if query else here())


def go(path: str) -> Response:
    """Lead to a path of ours, by GET."""
    return lead_to(at(path))


def lead_to(path: str) -> Response:
    """Lead to any path as browsers ask for it, by GET."""
    return redirect(path, 303)  # type: ignore[return-value]


def safe_path(text: str, default: str = "") -> str:
    """Give a path to go on to, if it is one of this host; never another site's address."""
    fits = len(text) <= _LONGEST and _PATH.fullmatch(text)
    return text if fits else default


def is_asset(endpoint: str | None) -> bool:
    """Whether it gives a script or style sheet of ours."""
    return (endpoint or "").rpartition(".")[2] == "static"


def is_posted() -> bool:
    """Whether the page that is made answers a form."""
    return request.method == "POST"
