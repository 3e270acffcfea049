"""What happens at the second step, for whoever listens (blinker); each is sent by the application.

All tell `person`: the host application's id of whom it concerns, or the account's public id on
pages of ours.
"""

from typing import Any

from blinker import Namespace
from flask import current_app

_namespace = Namespace()

second_factor_asked = _namespace.signal("second-factor-asked")
"""Somebody is asked for a second step."""
second_factor_passed = _namespace.signal("second-factor-passed")
"""The answer was right; also tells the `factor`."""
second_factor_failed = _namespace.signal("second-factor-failed")
"""The answer was not right; also tells the `outcome`."""


def send(name: str, person: str, **facts: str) -> None:
    """Send one of them."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (Flask's own way)
    told: dict[str, Any] = {"person": person, **facts}
    _namespace.signal(name).send(app, **told)
