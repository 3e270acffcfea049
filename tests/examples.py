"""The examples as whoever tries them runs them: from their own folder, each on a free port."""

import runpy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server

from simple_2fa.http.services import EXTENSION, Services

FOLDER = Path(__file__).parents[1] / "examples"
HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Example:
    """One that runs: its names, and where it is."""

    names: dict[str, Any]
    origin: str

    @property
    def app(self) -> Flask:
        found: Flask = self.names["app"]
        return found

    @property
    def services(self) -> Services:
        with self.app.app_context():
            found: Services = self.app.extensions[EXTENSION].services
        return found

    def code(self, page: Page, prefix: str = "") -> str:
        """Let the letters go, and look at /inbox for the newest code, as a developer does."""
        self.services.worker.run_once(self.services.clock())
        letters = page.request.get(f"{self.origin}{prefix}/inbox.json?to=ann@example.com").json()
        return next(str(each["code"]) for each in letters if each["code"])


@contextmanager
def running(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Example]:
    """Run `examples/<name>/app.py`; what it keeps goes to a folder of the test's."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SIMPLE_2FA_INSTANCE_PATH", str(folder / "simple_2fa"))
    names = runpy.run_path(str(FOLDER / name / "app.py"), run_name="app")
    names["app"].testing = True  # no thread of its own sends letters: it would outlive the test
    server = make_server(HOST, 0, names["app"], threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield Example(names, f"http://localhost:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        if EXTENSION in names["app"].extensions:
            Example(names, "").services.db.close()
