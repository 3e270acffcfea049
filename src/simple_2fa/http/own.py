"""What this request holds of ours.

An application's `flask.g` has names of its own, and outlives a request where a test has pushed a
context; and one request may go through two applications.
"""

from typing import Any

from flask import current_app, request
from werkzeug.local import LocalProxy

from simple_2fa.core.ids import new_id

_KEY = "simple_2fa.request"


def _held() -> Any:  # noqa: ANN401 (as `flask.g`: whatever is put there)
    key = f"{_KEY}.{id(current_app.extensions)}"
    if key not in request.environ:
        request.environ[key] = current_app.app_ctx_globals_class()
    return request.environ[key]


g: Any = LocalProxy(_held)


def request_id() -> str:
    """Name this request: the same in its response and in the log."""
    if "request_id" not in g:
        g.request_id = new_id()
    return str(g.request_id)
