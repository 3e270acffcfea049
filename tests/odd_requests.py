"""Odd requests that any route may get, whatever it is for."""

from collections.abc import Iterator
from typing import Any

Sent = dict[str, Any]
"""What a test client is told beside path and method."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "ODD")
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
TEXTS = (
    "",
    "\x00",
    "é\u202e🦊",
    "１２３４５６",
    "9" * 5000,
    "{{7*7}}'\"><b>",
    "\r\nX: y",
    "../",
)
"""What nobody types."""
HEADERS = (
    {"Accept": "application/json", "X-Request-Id": "mine", "X-HTTP-Method-Override": "DELETE"},
    {"Accept": "x; q=\xff", "Accept-Language": "\xff, de;q=x, *;q=-1", "User-Agent": "\xff" * 5000},
    {"Authorization": "Bearer \xff", "X-CSRF-Token": "\xff", "Expect": "x"},
    {"Content-Encoding": "gzip", "Content-Length": "-1"},
    {"Content-Length": "x"},
    {"Forwarded": "for=_x", "X-Forwarded-For": "x, ::1", "X-Forwarded-Prefix": "//evil.example"},
    {"Host": "evil.example"},
    {"If-Modified-Since": "x", "If-None-Match": '"x', "Range": "bytes=9-x"},
    {"Origin": "\xff", "Referer": "http://localhost/\xff//[x"},
    {"Sec-Fetch-Mode": "\xff", "Sec-Fetch-Site": "\xff", "Sec-Purpose": "prefetch"},
)
"""What no browser says; each of a set is looked at elsewhere."""
COOKIES = (
    "session=\xff; s2fa_visitor=\xff; csrf=; ;=",
    f"session={'.' * 5000}; s2fa_visitor={'v' * 5000}",
    f"s2fa_visitor={'v' * 22}; s2fa_visitor=x; {'b' * 5000}",
    "; ".join(f"s2fa_browser_{number:022}={'x' * 43}" for number in range(300)),
)


def bodies() -> Iterator[Sent]:
    """Give bodies that are no form of ours, in any dress."""
    yield {}
    for json in (b"{}", b'{"csrf": {}, "code": ["1"]}', b"[" * 9000, b"\xff"):
        yield {"data": json, "content_type": "application/json"}
    for kind in (URLENCODED, MULTIPART, f"{MULTIPART}; boundary=x", "x"):
        for data in (b"\xff\xfe\x00", b"--x\r\n\r\n", b"csrf=%ff&code=%00&csrf=%"):
            yield {"data": data, "content_type": kind}
    yield {"data": "csrf=x".encode("utf-16"), "content_type": f"{URLENCODED}; charset=utf-16"}
    yield {"data": b"a=1&" * 3000, "content_type": URLENCODED}
    yield {"data": b"code=" + b"9" * 70_000, "content_type": URLENCODED}


def odd_fields(fields: dict[str, str]) -> Iterator[dict[str, str]]:
    """Fill in a form, one field oddly, or without it."""
    for name in fields:
        yield {each: value for each, value in fields.items() if each != name}
        yield {**fields, f"{name}[]": "x", name.upper(): "x"}
        for text in TEXTS:
            yield {**fields, name: text}
