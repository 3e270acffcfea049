"""The form that asks for a code, of a ticket or of the visitor's own session."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from simple_2fa.accounts.hashing import BusyError
from simple_2fa.challenges.model import (
    Answered,
    Challenge,
    ClosedError,
    Outcome,
    Sending,
    Started,
)
from simple_2fa.core.clock import minutes_up
from simple_2fa.core.errors import MalformedAnswerError, SlowDownError, UnavailableError
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.paths import go
from simple_2fa.http.services import now, services
from simple_2fa.web import shown
from simple_2fa.web.forms import patience

_TICK = "remember"
_HINT = "hint"


@dataclass(frozen=True)
class CodeForm:
    """A challenge's page: its errors, and how it is shown again.

    Attributes:
        ticket: what opens the page; '' where the visitor's session waits for the code.
        more: gives what the page needs beside the challenge; asked only where it is shown.
        at: another page's path, in place of that of the second step.
        render: makes it.
    """

    challenge: Challenge
    ticket: str = ""
    more: Callable[[], Mapping[str, Any]] = dict
    at: str = ""
    render: Callable[..., Response] = shown.asked

    @property
    def path(self) -> str:
        """Where it is shown."""
        return self.at or (f"/verify/{self.ticket}" if self.ticket else "/verify")

    def show(self, error: str | None = None, **more: Any) -> Response:  # noqa: ANN401 (a context)
        """Render it."""
        return self.render(self.challenge, self.ticket, error=error, **self.more(), **more)

    def open(self) -> Response:
        """Render it for somebody who comes to see how it stands."""
        stopped, told = self.challenge.stopped(now()), request.args.get("told")
        if stopped:
            return self.show(shown.ERRORS[stopped], status=200)
        if told in {"empty", "malformed"} or (told == "wrong" and self.challenge.tries):
            left = self.challenge.tries_left
            return self.show(told, status=200, tries_left=left, hint=self._hint())
        return self.show(notice=request.args.get("notice"))

    def send(self, judge: Callable[[str], Response]) -> Response:
        """Have the code judged that was typed, or show what is wrong with it."""
        text = request.form.get("code", "")
        if not csrf_fits():
            return self.show("stale_form")
        if not text.strip():
            return self._lead_to("empty")
        try:
            return judge(text)
        except MalformedAnswerError:
            return self._lead_to("malformed")
        except SlowDownError as why:
            return self.show("slow_down", again=why.retry_at, **patience(why.retry_at))
        except (BusyError, UnavailableError):
            return self.show("unavailable")

    def tell(self, answered: Answered) -> Response:
        """Tell that an answer wasn't right."""
        until = answered.retry_at
        if until:
            return self.show("paused", again=until, retry_at=minutes_up(until))
        is_open = answered.outcome is Outcome.WRONG and answered.tries_left
        return self._lead_to("wrong" if is_open else "", answered.hint)

    def send_again(self, start: Callable[[], Started]) -> Response:
        """Have the code sent again, or a new one where it is of no more use."""
        if not csrf_fits():
            return self.show("stale_form")
        try:
            started = start()
        except ClosedError:
            return self.show("canceled")
        except SlowDownError as why:
            return self.show("slow_down", again=why.retry_at, **patience(why.retry_at))
        except UnavailableError:
            return self.show("unavailable")
        services().worker.wake()
        notice = "resent" if started.sending is Sending.RESENT else "renewed"
        page = f"/verify/{started.ticket}" if self.ticket else self.path
        return go(f"{page}?notice={notice}")

    def switch(self, put: Callable[[], None]) -> Response:
        """Have the question put another way."""
        if not csrf_fits():
            return self.show("stale_form")
        try:
            put()
        except ClosedError:
            return go(self.path)
        except SlowDownError as why:
            return self.show("mail_later", again=why.retry_at, **patience(why.retry_at))
        except UnavailableError:
            return self.show("unavailable")
        services().worker.wake()
        return go(self.path)

    def _lead_to(self, told: str, hint: str = "") -> Response:
        """Lead back to where it is shown: to load that again, or to go back there, sends nothing.

        The box that was ticked stays so.
        """
        if not told:
            return go(self.path)
        vault, query = services().vault, {"told": told}
        if is_ticked(self.challenge):
            query["remember"] = vault.mac(_TICK, self.challenge.id)
        if hint:
            query |= {"hint": hint, "by": vault.mac(_HINT, f"{self.challenge.id} {hint}")}
        return go(f"{self.path}?{urlencode(query)}")

    def _hint(self) -> str:
        """Give what a wrong answer hinted at: a link tells nobody anything."""
        hint, by = request.args.get("hint", ""), request.args.get("by", "")
        is_ours = services().vault.mac_fits(_HINT, f"{self.challenge.id} {hint}", by)
        return hint if is_ours else ""


def is_ticked(challenge: Challenge) -> bool:
    """Whether 'Don't ask again' was ticked by the person herself: a link ticks nothing."""
    if request.method == "POST":
        return request.form.get("remember") == "yes"
    return services().vault.mac_fits(_TICK, challenge.id, request.args.get("remember", ""))
