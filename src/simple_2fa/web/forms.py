"""What all forms share: what was typed, and the errors that a page shows again beside it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Response, request

from simple_2fa.accounts.hashing import BusyError
from simple_2fa.core.address import canonical, slip
from simple_2fa.core.clock import minutes_up
from simple_2fa.core.errors import BadAddressError, SlowDownError, UnavailableError
from simple_2fa.core.passwords import SHORTEST_WITH_SECOND_FACTOR, normal, wrong_length
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.pages import page
from simple_2fa.http.paths import go, home, lead_to, safe_path
from simple_2fa.http.services import seconds_until
from simple_2fa.signin.model import Entered, PausedError, WeakPasswordError

_LONGEST_COUNTDOWN = 120
"""Seconds."""
_SOON = 10
"""Seconds after which what was too busy is welcome again."""
_STATUS = {None: 200, "stale_form": 403, "paused": 429, "slow_down": 429}
_STATUS |= {"no_match": 400, "busy": 503, "unavailable": 503}


class Form:
    """One form of one page: its faults, and how it is shown again. Passwords are never shown."""

    def __init__(self, name: str, **context: object) -> None:
        """Take the page's template and what it needs beside errors."""
        self._name = name
        self._context = context
        self.faults: dict[str, object] = {}

    def show(self, error: str | None = None, again: datetime | None = None) -> Response:
        """Render it, with all that was typed into it but passwords."""
        values = {name: request.form.get(name, "") for name in ("email",)}
        shown: dict[str, object] = {
            "error": error,
            "values": values,
            "next": wanted_path(),
            "shortest": SHORTEST_WITH_SECOND_FACTOR,
            "notice": None,
            "wait": 0,
            **self._context,
            **(patience(again) if again else {}),
            **self.faults,
        }
        response = page(self._name, shown, _STATUS[error] if error or not self.faults else 422)
        if again or error == "busy":
            pause = max(seconds_until(again), 1) if again else _SOON
            response.headers["Retry-After"] = str(pause)
        return response

    def address(self, name: str = "email") -> str:
        """Take an address; one that can't be used is a fault."""
        typed = request.form.get(name, "").strip()
        try:
            return canonical(typed)
        except BadAddressError:
            self.faults[f"{name}_error"] = slip(typed) if typed else "empty"
            return ""

    def secret(self, name: str = "password") -> str:
        """Take a password as it was typed; none is a fault."""
        typed = request.form.get(name, "")
        if not typed:
            self.faults[f"{name}_error"] = "empty"
        return typed

    def new_secret(self) -> str:
        """Take a new password; whether it is too short is told together with other faults."""
        typed = self.secret()
        why = wrong_length(typed, SHORTEST_WITH_SECOND_FACTOR) if typed else None
        if why:
            self.faults |= {"password_error": why.value, "typed": len(normal(typed))}
        return typed

    def send(self, work: Callable[[], Response]) -> Response:
        """Do what the form asks for, or show it again with what is wrong."""
        if not csrf_fits():
            self.faults.clear()
            return self.show("stale_form")
        if self.faults:
            return self.show()
        try:
            return work()
        except WeakPasswordError as why:
            self.faults |= {"password_error": why.why.value, "typed": why.typed}
            return self.show()
        except SlowDownError as why:
            error = "paused" if isinstance(why, PausedError) else "slow_down"
            return self.show(error, why.retry_at)
        except (BusyError, UnavailableError) as why:
            return self.show("busy" if isinstance(why, BusyError) else "unavailable")


def patience(until: datetime) -> dict[str, Any]:
    """Say how long to wait: in seconds to count down, or, where it is long, by the clock."""
    wait = seconds_until(until)
    if wait > _LONGEST_COUNTDOWN:
        return {"wait": 0, "again_at": minutes_up(until)}
    return {"wait": wait, "again_at": None}


def wanted_path() -> str:
    """Give the path that somebody wanted before signing in; '' for none, or another site's."""
    return safe_path(request.values.get("next", ""))


def lead_on(entered: Entered) -> Response:
    """Lead somebody on who has made a step."""
    return go("/verify") if entered.asks else lead_to(entered.goes_to or home())
