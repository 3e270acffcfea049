"""The start page, and what a load balancer asks."""

from flask import Response, jsonify

from simple_2fa.core.errors import UnavailableError
from simple_2fa.db import state as database
from simple_2fa.http.curl import curl_line
from simple_2fa.http.guard import anybody, machines
from simple_2fa.http.pages import page
from simple_2fa.http.services import services


@anybody
def home() -> Response:
    """Show what this server is; in development also how to call it."""
    origin = services().settings.origin or ""
    return page(
        "home",
        {
            "curl_issue": curl_line(origin, "/generate-2fa", email="ann@example.com"),
            "curl_verify": curl_line(origin, "/verify", email="ann@example.com", code="CODE"),
        },
    )


@machines
def healthz() -> Response:
    """Tell that the process answers."""
    return jsonify(status="ok")


@machines
def readyz() -> tuple[Response, int]:
    """Tell whether this node can do its work: database there, migrated, clocks agreed."""
    try:
        fault = _fault()
    except UnavailableError:
        fault = "the database is out of reach"
    if fault:
        return jsonify(status="unavailable", reason=fault), 503
    return jsonify(status="ready"), 200


def _fault() -> str:
    if database.state(services().db) != "current":
        return "the database isn't migrated"
    watch = services().clock_watch
    watch.look(services().clock())
    return "this clock and the database's differ" if watch.is_off else ""


ROUTES = (
    ("GET", "/", home),
    ("GET", "/healthz", healthz),
    ("GET", "/readyz", readyz),
)
