"""What each server process runs: the application, its worker thread, and an eye on its parent."""

import logging
import os
import threading
import time

from flask import Flask

from simple_2fa.app import create
from simple_2fa.app.logs import JsonLines, configure
from simple_2fa.http.services import EXTENSION
from simple_2fa.settings import Settings

PARENT = "SIMPLE_2FA_PARENT"
"""Environment variable with the process id of `simple-2fa serve`."""
_LOOK_EVERY = 1.0


def server() -> Flask:
    """Make the application of one server process."""
    configure(JsonLines())
    _end_with_parent()
    app = create(Settings.load())
    app.extensions[EXTENSION].services.worker.start()
    return app


def _end_with_parent() -> None:
    """End when `serve` was killed: its child would keep the port and serve on unseen."""
    parent = int(os.environ.get(PARENT, "0"))
    if parent:
        threading.Thread(target=_watch, args=[parent], name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY)
    logging.getLogger("simple_2fa").error("the parent process is gone; this one ends too")
    os._exit(1)
