"""A real browser at a real server of an application."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page, Playwright

_CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Names that systems give it; the first one has no windows and is the fastest."""
_LOOKS_EVERY = 0.01
"""Seconds between two looks whether a server is to end: a test waits for that."""


class MissingError(Exception):
    """There is no browser on this machine. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Chromium at a server of the application.

    Attributes:
        page: Playwright's.
        origin: the server's address, such as 'http://localhost:41234'.
    """

    page: "Page"
    origin: str

    def url(self, path: str = "/") -> str:
        """Give the address of a path of the application."""
        return f"{self.origin}{path}"


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application to this machine on a free port, from a thread; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, args=(_LOOKS_EVERY,), daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def opened() -> Iterator["Page"]:
    """Open a page in a Chromium that remembers nothing.

    Raises:
        MissingError: there is none.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (few tests have it)

    with sync_playwright() as playwright, _launched(playwright) as chromium:
        yield chromium.new_page()


def _launched(playwright: "Playwright") -> "Chromium":
    """Launch Playwright's own, else the machine's."""
    from playwright.sync_api import Error  # noqa: PLC0415 (the same)

    try:
        return playwright.chromium.launch()
    except Error as why:
        if "playwright install" not in str(why):
            raise
    found = next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if found is None:
        raise MissingError("two_factor_browser needs Chromium: playwright install chromium")
    return playwright.chromium.launch(executable_path=found)


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        """Say nothing of requests; faults are still logged."""
