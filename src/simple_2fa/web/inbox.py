"""The development inbox: letters that were not sent."""

import time
from datetime import datetime

from flask import Blueprint, Response, abort, jsonify, redirect, request

from simple_2fa.challenges.model import API
from simple_2fa.core.words import gettext as _
from simple_2fa.http import problems
from simple_2fa.http.body import invalid
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.curl import curl_line
from simple_2fa.http.guard import anybody
from simple_2fa.http.pages import error_page, page
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import now, services
from simple_2fa.mail.inbox import Inbox, Received

LONGEST_WAIT = 30
"""Seconds that `/inbox.json?wait=` may ask for."""
_LOOK_EVERY = 0.1

blueprint = Blueprint("inbox", __name__)
blueprint.register_error_handler(Exception, lambda error: error_page(problems.of(error)))


@blueprint.get("/inbox")
@anybody
def show() -> Response:
    """Show the letters, the newest first and open."""
    to = request.args.get("to", "").strip() or None
    messages = [_shown(each) for each in _inbox().read(to)]
    curl = curl_line(services().settings.origin or "", "/generate-2fa", email="ann@example.com")
    return page("inbox", {"messages": messages, "filter": to, "curl": curl})


@blueprint.get("/inbox.json")
@anybody
def show_json() -> Response:
    """Give the letters to tests; `wait` seconds for the first one, where none is there."""
    to = request.args.get("to") or None
    try:
        patience = float(request.args.get("wait") or 0)
    except ValueError:
        return problems.respond(invalid("/wait", f"Give seconds, {LONGEST_WAIT} at most."))
    deadline = time.monotonic() + min(patience, LONGEST_WAIT)
    letters = _inbox().read(to)
    while not letters and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY)
        letters = _inbox().read(to)
    return jsonify([{**_facts(each), "at": f"{each.at:%Y-%m-%dT%H:%M:%SZ}"} for each in letters])


@blueprint.post("/inbox/clear")
@anybody
def clear() -> Response:
    """Forget all letters."""
    if not csrf_fits():
        raise Problem("forbidden")
    _inbox().clear()
    return redirect("/inbox", 303)  # type: ignore[return-value]


@blueprint.get("/inbox/<letter>/<part>")
@anybody
def show_part(letter: str, part: str) -> Response:
    """Show a letter's text, HTML or headers by itself."""
    found = _inbox().get(letter)
    if found is None or part not in {"text", "html", "headers"}:
        abort(404)
    if part == "headers":
        lines = "\n".join(f"{name}: {value}" for name, value in found.headers.items())
        return Response(lines, mimetype="text/plain")
    if part == "text":
        return Response(found.text, mimetype="text/plain")
    shown = Response(found.html, mimetype="text/html")
    shown.headers["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    )
    return shown


def _inbox() -> Inbox:
    inbox = services().inbox
    if inbox is None:
        abort(404)
    return inbox


def _shown(letter: Received) -> dict[str, object]:
    """Give what the page shows of a letter; for an application's code the call that checks it."""
    origin, checked_by_call = services().settings.origin or "", letter.purpose.startswith(API)
    curl = checked_by_call and curl_line(origin, "/verify", email=letter.to, code=letter.code)
    more = {"id": letter.id, "at": letter.at, "age": _age(letter.at), "curl": curl}
    return {**_facts(letter), **more}


def _facts(letter: Received) -> dict[str, object]:
    facts = {name: getattr(letter, name) for name in ("to", "subject", "text", "html", "code")}
    return {**facts, "purpose": letter.purpose.removeprefix(API)}


def _age(at: datetime) -> str:
    seconds = max(int((now() - at).total_seconds()), 0)
    if seconds < 60:  # noqa: PLR2004 (a minute)
        return _("just now")
    minutes = seconds // 60
    if minutes < 60:  # noqa: PLR2004 (an hour)
        return _("%(minutes)s min ago") % {"minutes": minutes}
    return _("%(hours)s h ago") % {"hours": minutes // 60}
