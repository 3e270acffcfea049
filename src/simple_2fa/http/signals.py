"""What happens at the second step, for whoever listens (blinker); each is sent by the application.

All tell `person`: the host application's id of whom it concerns, or the account's public id on
pages of ours.
"""

import logging
from collections.abc import Callable
from typing import Any

from blinker import NamedSignal, Namespace
from flask import current_app

from simple_2fa.http.own import request_id

log = logging.getLogger(__name__)

_namespace = Namespace()

second_factor_asked = _namespace.signal("second-factor-asked")
"""Somebody is asked for a second step."""
second_factor_passed = _namespace.signal("second-factor-passed")
"""The answer was right; also tells the `factor`."""
second_factor_failed = _namespace.signal("second-factor-failed")
"""The answer was not right; also tells the `outcome`."""


def send(signal: NamedSignal, person: Callable[[], str], **facts: str) -> None:
    """Send one of them; who it concerns is only looked up where somebody listens.

    What has happened stands, whatever a receiver makes of it: its faults are logged.
    """
    if not signal.receivers:
        return
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (Flask's own way)
    try:
        told: dict[str, Any] = {"person": person(), **facts}
        signal.send(app, **told)
    except Exception:
        log.exception("a receiver of %r failed (request %s)", signal.name, request_id())
