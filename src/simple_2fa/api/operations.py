"""What each route of the API takes, gives, and may refuse with: one table."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response
from pydantic import BaseModel

from simple_2fa.api import challenges as views
from simple_2fa.api.replies import Approved, Canceled, Shown, Started
from simple_2fa.api.schemas import AnswerRequest, GenerateRequest, StartRequest, VerifyRequest
from simple_2fa.http.problems import KINDS

_ALWAYS = {"unauthorized", "forbidden", "misdirected", "invalid_request", "unavailable"}
_POSTED = {"too_large", "unsupported_media_type"}
_CLOSED = {"not_found", "canceled", "code_expired", "code_used", "too_many_tries"}
_START = {"conflict", "slow_down"}
_ANSWER = {"wrong_code", "paused", *_CLOSED}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route.

    Attributes:
        takes: the body, or None where there is none.
        refuses: codes of problems, beside those that every route has.
    """

    method: str
    path: str
    view: Callable[..., Response]
    takes: type[BaseModel] | None
    gives: type[BaseModel]
    refuses: set[str]

    @property
    def name(self) -> str:
        """What programs call it."""
        return self.view.__name__

    @property
    def summary(self) -> str:
        """What people read: the first line of the view's docstring."""
        return (self.view.__doc__ or "").partition("\n")[0].removesuffix(".")

    @property
    def status(self) -> int:
        """The status of success: 202 where a letter is under way."""
        return 202 if self.gives is Started else 200

    @property
    def can_be_repeated(self) -> bool:
        """Whether it honours an Idempotency-Key."""
        return "conflict" in self.refuses

    @property
    def codes(self) -> list[str]:
        """All codes of problems that it may answer with, by status."""
        found = _ALWAYS | self.refuses | (_POSTED if self.method == "POST" else set())
        return [code for code in KINDS if code in found]


_ALL = "/api/v1/challenges"
_ONE = "/api/v1/challenges/{challenge}"

OPERATIONS = (
    Operation("POST", "/generate-2fa", views.generate, GenerateRequest, Started, _START),
    Operation("POST", "/verify", views.verify, VerifyRequest, Approved, _ANSWER),
    Operation("POST", _ALL, views.start, StartRequest, Started, _START),
    Operation("GET", _ONE, views.show, None, Shown, {"not_found"}),
    Operation("POST", f"{_ONE}/answer", views.answer, AnswerRequest, Approved, _ANSWER),
    Operation("POST", f"{_ONE}/resend", views.resend, None, Started, {"slow_down", *_CLOSED}),
    Operation("POST", f"{_ONE}/cancel", views.cancel, None, Canceled, _CLOSED),
)
