"""The short API and /api/v1/challenges: two names for the same few flows."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from simple_2fa.api.replies import Approved, Canceled, Reply, Shown
from simple_2fa.api.replies import Started as StartedReply
from simple_2fa.api.schemas import (
    AnswerRequest,
    GenerateRequest,
    StartRequest,
    VerifyRequest,
)
from simple_2fa.challenges import answers, flows
from simple_2fa.challenges.answers import Attempt
from simple_2fa.challenges.model import (
    API,
    MAIL,
    Answered,
    Caller,
    Challenge,
    ClosedError,
    Outcome,
    Question,
    Sending,
    Started,
)
from simple_2fa.clients.flows import Repeatable
from simple_2fa.clients.model import ReplayedError
from simple_2fa.core import codes, words
from simple_2fa.core.address import mask, subject_of_address
from simple_2fa.core.errors import MalformedAnswerError, SlowDownError
from simple_2fa.core.ids import is_id
from simple_2fa.db.engine import Connection
from simple_2fa.http import pace
from simple_2fa.http.bearer import api_caller
from simple_2fa.http.body import invalid, read, read_nothing
from simple_2fa.http.guard import with_key
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import now, services
from simple_2fa.mail.outbox import Delivery

_MESSAGES = {
    Sending.NEW: "2FA code sent.",
    Sending.RESENT: "2FA code sent again. It is the same code.",
    Sending.RENEWED: "A new 2FA code was sent. Use the newest one.",
}
_REFUSALS = {
    Outcome.UNKNOWN: "not_found",
    Outcome.EXPIRED: "code_expired",
    Outcome.USED: "code_used",
    Outcome.CANCELED: "canceled",
    Outcome.OUT_OF_TRIES: "too_many_tries",
}
_KEY_LENGTH = 255


def route(blueprint: Blueprint) -> None:
    """Add the API's addresses."""
    blueprint.post("/generate-2fa")(generate)
    blueprint.post("/verify")(verify)
    blueprint.post("/api/v1/challenges")(start)
    blueprint.get("/api/v1/challenges/<challenge>")(show)
    blueprint.post("/api/v1/challenges/<challenge>/answer")(answer)
    blueprint.post("/api/v1/challenges/<challenge>/resend")(resend)
    blueprint.post("/api/v1/challenges/<challenge>/cancel")(cancel)


@with_key
def generate() -> Response:
    """Send a code to an address."""
    caller = api_caller()
    body = read(GenerateRequest)
    return _once(caller, lambda keep: _start(caller, body.email, body, keep))


@with_key
def start() -> Response:
    """Start a challenge: send a code to an address."""
    caller = api_caller()
    body = read(StartRequest)
    return _once(caller, lambda keep: _start(caller, body.to, body, keep))


@with_key
def verify() -> Response:
    """Check a code, by challenge or by address."""
    caller = api_caller()
    body = read(VerifyRequest)
    attempt = Attempt(body.code, caller, body.purpose or None, factor=MAIL)
    if body.challenge:
        return _tell(body.challenge, _answer(body.challenge, attempt))
    return _verify_by_address(body.email, attempt)


@with_key
def answer(challenge: str) -> Response:
    """Answer a challenge."""
    caller = api_caller()
    body = read(AnswerRequest)
    return _tell(challenge, _answer(challenge, Attempt(body.code, caller, factor=MAIL)))


@with_key
def show(challenge: str) -> Response:
    """Tell how a challenge and its letter stand."""
    found = _find(challenge)
    progress = flows.delivery(services().desk, found)
    delivery = Delivery.FAILED if progress is None else progress.state
    if delivery is Delivery.VOID:
        delivery = Delivery.FAILED
    return _reply(Shown(**{**_standing(found), "delivery": delivery.value}))


@with_key
def resend(challenge: str) -> Response:
    """Send the code again."""
    found = _find(challenge)
    read_nothing()
    try:
        started = flows.resend(services().desk, found, now())
    except ClosedError as why:
        raise Problem(_REFUSALS[why.outcome]) from None
    services().worker.wake()
    return _reply(_started(started), 202)


@with_key
def cancel(challenge: str) -> Response:
    """Close a challenge without an answer."""
    found = _find(challenge)
    read_nothing()
    try:
        flows.cancel(services().desk, found, now())
    except ClosedError as why:
        raise Problem(_REFUSALS[why.outcome]) from None
    return _reply(Canceled(**_standing(_find(challenge)), message="The challenge was canceled."))


Keep = Callable[[Connection, Started], None] | None


def _once(caller: Caller, act: Callable[[Keep], Started]) -> Response:
    """Act, or give the reply again that the same Idempotency-Key got before."""
    repeatable = _repeatable(caller)
    if repeatable is None:
        return _reply(_started(act(None)), 202)
    db, vault = services().db, services().vault

    def keep(connection: Connection, started: Started) -> None:
        repeatable.keep(connection, vault, _dump(_started(started)), now())

    earlier = repeatable.earlier_reply(db, vault)
    if earlier is None:
        try:
            return _reply(_started(act(keep)), 202)
        except (ReplayedError, SlowDownError):  # a parallel one was faster, or we are too fast
            earlier = repeatable.earlier_reply(db, vault)
            if earlier is None:
                raise
    return Response(earlier, 202, content_type="application/json")


def _repeatable(caller: Caller) -> Repeatable | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 0 < len(key) <= _KEY_LENGTH:
        raise Problem("invalid_request", f"Idempotency-Key has 1 to {_KEY_LENGTH} characters.")
    return Repeatable(caller.id, request.path, key, request.get_data(cache=True))


def _start(
    caller: Caller, address: str, asked: GenerateRequest | StartRequest, keep: Keep
) -> Started:
    says = {"locale": words.best(asked.locale)}
    question = Question(subject_of_address(address), address, asked.purpose, caller, says=says)
    started = flows.start(services().desk, question, now(), keep)
    services().worker.wake()
    return started


def _find(challenge: str) -> Challenge:
    caller = api_caller()
    found = flows.find(services().desk, challenge, caller) if is_id(challenge) else None
    if found is None:
        raise Problem("not_found")
    return found


def _answer(challenge: str, attempt: Attempt) -> Answered:
    if not is_id(challenge):
        raise Problem("not_found")
    try:
        return answers.answer(services().desk, challenge, attempt, now())
    except MalformedAnswerError as why:
        detail = f"The code has {why.digits} digits." if why.digits else "This can't be an answer."
        raise invalid("/code", detail) from None


def _verify_by_address(address: str, attempt: Attempt) -> Response:
    """Every failure of the check is the same, levelled in time: nobody learns what is open."""
    if not codes.has_form(attempt.text):
        raise invalid("/code", "The code has 6 or 10 digits.")
    subject = subject_of_address(address)
    answered = answers.answer_by_address(services().desk, subject, attempt, now())
    if answered.outcome is not Outcome.APPROVED:
        pace.level(pace.FAILURE)
        raise Problem("wrong_code")
    return _tell(answered.challenge, answered)


def _tell(challenge: str, answered: Answered) -> Response:
    if answered.proof:
        message = "2FA verification successful!"
        purpose = answered.proof.purpose.removeprefix(API)
        return _reply(
            Approved(message=message, status="approved", challenge=challenge, purpose=purpose)
        )
    if answered.outcome is Outcome.WRONG:
        raise Problem("wrong_code", tries_left=answered.tries_left)
    if answered.outcome is Outcome.PAUSED:
        raise Problem("paused", retry_at=answered.retry_at)
    raise Problem(_REFUSALS[answered.outcome])


def _started(started: Started) -> Reply:
    return StartedReply(
        **_standing(started.challenge),
        message=_MESSAGES[started.sending],
        delivery="queued",
        channel="email",
        page=f"{services().settings.origin}/verify/{started.ticket}",
    )


def _standing(challenge: Challenge) -> dict[str, Any]:
    return {
        "challenge": challenge.id,
        "status": challenge.status(now()),
        "to": mask(challenge.address),
        "created_at": challenge.created_at,
        "expires_at": challenge.expires_at,
        "resend_after": challenge.resend_after,
        "tries_left": challenge.tries_left,
        "followed_by": challenge.followed_by or "",
    }


def _dump(body: Reply) -> bytes:
    return body.model_dump_json(exclude_defaults=True).encode()


def _reply(body: Reply, status: int = 200) -> Response:
    return Response(_dump(body), status, content_type="application/json")
