"""What this request holds of ours.

An application's `flask.g` has names of its own, and outlives a request where a test has pushed a
context.
"""

from typing import Any

from flask import current_app, request
from werkzeug.local import LocalProxy

_KEY = "simple_2fa.request"


def _held() -> Any:  # noqa: ANN401 (as `flask.g`: whatever is put there)
    if _KEY not in request.environ:
        request.environ[_KEY] = current_app.app_ctx_globals_class()
    return request.environ[_KEY]


g: Any = LocalProxy(_held)
