"""The form that asks for a code, of a ticket or of the visitor's own session."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, request

from simple_2fa.challenges.model import Challenge, ClosedError, Sending, Started
from simple_2fa.core.errors import MalformedAnswerError, SlowDownError, UnavailableError
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.services import now, services
from simple_2fa.web import shown
from simple_2fa.web.forms import go


@dataclass(frozen=True)
class CodeForm:
    """A challenge's page: its errors, and how it is shown again.

    Attributes:
        ticket: what opens the page; '' where the visitor's session waits for the code.
        more: gives what the page needs beside the challenge; asked only where it is shown.
    """

    challenge: Challenge
    ticket: str = ""
    more: Callable[[], Mapping[str, Any]] = dict

    def show(self, error: str | None = None, **more: Any) -> Response:  # noqa: ANN401 (a context)
        """Render it."""
        return shown.asked(self.challenge, self.ticket, error=error, **self.more(), **more)

    def open(self) -> Response:
        """Render it for somebody who comes to see how it stands."""
        stopped = self.challenge.stopped(now())
        if stopped:
            return self.show(shown.ERRORS[stopped], status=200)
        return self.show(notice=request.args.get("notice"))

    def send(self, judge: Callable[[str], Response]) -> Response:
        """Have the code judged that was typed, or show what is wrong with it."""
        text = request.form.get("code", "")
        error = "stale_form" if not csrf_fits() else "empty" if not text.strip() else None
        if error:
            return self.show(error)
        try:
            return judge(text)
        except MalformedAnswerError:
            return self.show("malformed")
        except UnavailableError:
            return self.show("unavailable")

    def send_again(self, start: Callable[[], Started]) -> Response:
        """Have the code sent again, or a new one where it is of no more use."""
        if not csrf_fits():
            return self.show("stale_form")
        try:
            started = start()
        except ClosedError:
            return self.show("canceled")
        except SlowDownError as why:
            return shown.too_early(self.challenge, self.ticket, why.retry_at, **self.more())
        except UnavailableError:
            return self.show("unavailable")
        services().worker.wake()
        notice = "resent" if started.sending is Sending.RESENT else "renewed"
        page = f"/verify/{started.ticket}" if self.ticket else "/verify"
        return go(f"{page}?notice={notice}")
