"""What each server process runs."""

import logging
import os
import threading
import time
from pathlib import Path

import pytest

from apps import KEY
from simple_2fa.app import wsgi
from simple_2fa.app.logs import JsonLines
from simple_2fa.mail.worker import Worker


class _GoneError(BaseException):
    """Stands in for the end of the process."""


def test_it_starts_its_worker_and_logs_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Worker] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv("PUBLIC_URL", "https://2fa.acme.test")
    monkeypatch.setenv("SMTP_SERVER", "mail.acme.test")
    monkeypatch.delenv(wsgi.PARENT, raising=False)

    def start(worker: Worker) -> None:
        started.append(worker)

    monkeypatch.setattr(Worker, "start", start)
    before = threading.active_count()
    app = wsgi.server()
    assert app.extensions["simple_2fa"].services.worker in started
    assert not app.extensions["simple_2fa"].services.development
    (handler,) = logging.getLogger("simple_2fa").handlers
    assert isinstance(handler.formatter, JsonLines)
    assert threading.active_count() == before


def test_it_ends_once_its_parent_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    parents = iter([42, 42, 1])
    slept: list[float] = []
    ended: list[int] = []

    def end(status: int) -> None:
        ended.append(status)
        raise _GoneError

    monkeypatch.setattr(os, "getppid", lambda: next(parents))
    monkeypatch.setattr(os, "_exit", end)
    monkeypatch.setattr(time, "sleep", slept.append)
    with pytest.raises(_GoneError):
        wsgi._watch(42)
    assert (slept, ended) == ([1.0, 1.0], [1])


def test_it_watches_the_parent_that_serve_named(monkeypatch: pytest.MonkeyPatch) -> None:
    watched: list[int] = []
    seen = threading.Event()

    def watch(parent: int) -> None:
        watched.append(parent)
        seen.set()

    monkeypatch.setenv(wsgi.PARENT, "4711")
    monkeypatch.setattr(wsgi, "_watch", watch)
    wsgi._end_with_parent()
    assert seen.wait(5)
    assert watched == [4711]
