"""A passkey that the browser makes by itself after a password: its script asks, and answers."""

from flask import Response, jsonify, request

from simple_2fa.core.errors import MalformedAnswerError
from simple_2fa.http import visits
from simple_2fa.http.cookies import demand_own_form
from simple_2fa.http.guard import freshly_signed_in
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services
from simple_2fa.signin import enrolling
from simple_2fa.signin.enrolling import NoSuchError


@freshly_signed_in
def offer(factor: str) -> Response:
    """Put the question."""
    demand_own_form()
    try:
        return jsonify(**enrolling.offer(visits.visit(), factor))
    except NoSuchError:
        raise Problem("not_found") from None


@freshly_signed_in
def take(factor: str) -> Response:
    """Take what was made; nobody is told of a failure, who has asked for nothing."""
    demand_own_form()
    try:
        entered = enrolling.take(visits.visit(), factor, request.form.get("code", ""))
    except NoSuchError:
        raise Problem("not_found") from None
    except MalformedAnswerError:
        raise Problem("invalid_request") from None
    if entered.cookies is None:
        raise Problem("invalid_request")
    services().worker.wake()
    return visits.keep(jsonify(status="added"), entered.cookies)


ROUTES = (
    ("POST", "/account/upgrade/<factor>", take),
    ("POST", "/account/upgrade/<factor>/offer", offer),
)
