"""What happens around every request: its id, its headers, its one line in the log."""

import logging
import secrets
import time
from collections.abc import Iterator
from io import BytesIO

from flask import Response, request
from flask.sansio.scaffold import Scaffold
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import LimitedStream, get_input_stream

from simple_2fa.http.cookies import keep_visitor
from simple_2fa.http.origins import client_address, is_misdirected
from simple_2fa.http.own import g, request_id
from simple_2fa.http.paths import is_asset
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import mount, services

log = logging.getLogger("simple_2fa.request")

MAX_BODY = 64 * 1024
"""Bytes that a request's body may have."""
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
)
_CSP = (
    "default-src 'none'; style-src 'self' 'nonce-{nonce}'; script-src 'self' 'nonce-{nonce}';"
    " img-src 'self' data:{images}; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_IN_THEIR_LAYOUT = "frame-ancestors 'none'"
"""What the application's own layout loads is its own business."""
_A_YEAR = "max-age=31536000; includeSubDomains"


def install(app: Scaffold) -> None:
    """Add the hooks to an application of ours, or to our blueprint in another."""
    app.before_request(begin)
    app.after_request(_finish)


def nonce() -> str:
    """Give the nonce of this response's own style and scripts."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def begin() -> None:
    """Refuse what isn't for us.

    Raises:
        Problem: 421, a development server is reached by anything but this very machine.
    """
    if "began" in g:
        return
    g.began = time.perf_counter()
    if is_misdirected():
        raise Problem("misdirected", f"This is a development server: {_way_out()}")
    mount().attend()


def _way_out() -> str:
    if not mount().is_hosted:
        return "open it as localhost, without a proxy. To serve others, run 'simple-2fa serve'."
    return (
        "run it by 'flask run' or with FLASK_DEBUG=1, and open it as localhost, without a proxy."
        " To serve others, set SIMPLE_2FA_SECRET_KEY and the other settings of production."
    )


def bound() -> None:
    """Bound the body of a request to us, whatever the application lets its own be.

    Raises:
        RequestEntityTooLarge: it is longer.
    """
    length = request.content_length
    if length is None:  # it may come in chunks
        whole = get_input_stream(request.environ)
        body = LimitedStream(whole, MAX_BODY + 1, is_max=True).readall()
        request.environ["wsgi.input"] = BytesIO(body)
        length = len(body)
    if length > MAX_BODY:
        raise RequestEntityTooLarge


def _finish(response: Response) -> Response:
    if not mount().is_ready:
        return response
    told = {name.lower() for name, _ in response.headers}
    missing = ((name, value) for name, value in _headers(response) if name.lower() not in told)
    response.headers.extend(missing)
    _log(response)
    return keep_visitor(response)


def _headers(response: Response) -> Iterator[tuple[str, str]]:
    """Give what every response says, where its view doesn't say otherwise."""
    yield from _HEADERS
    yield "X-Request-Id", request_id()
    if not is_asset(request.endpoint):
        yield "Cache-Control", "no-store"
    if response.mimetype == "text/html":
        yield "Content-Security-Policy", _policy() if not mount().layout else _IN_THEIR_LAYOUT
    # Of somebody else's host we decide nothing for years.
    if not mount().is_hosted and (services().settings.origin or "").startswith("https:"):
        yield "Strict-Transport-Security", _A_YEAR


def _policy() -> str:
    logo = services().settings.logo or ""
    images = " " + "/".join(logo.split("/")[:3]) if logo.startswith("https:") else ""
    return _CSP.format(nonce=nonce(), images=images)


def _log(response: Response) -> None:
    """Write one line. The route's rule stands for the path, which may hold a ticket."""
    rule = request.url_rule.rule if request.url_rule else "(none)"
    facts = {
        "request_id": request_id(),
        "method": request.method,
        "route": rule,
        "status": response.status_code,
        "ms": _ms(),
        "problem": g.get("problem", ""),
        "client": g.get("actor", ""),
        "address": str(client_address() or ""),
    }
    log.info("request", extra={"facts": facts})


def _ms() -> float:
    """Give how long it took; an application may have refused it before we began."""
    now = time.perf_counter()
    began: float = g.get("began", now)
    return round((now - began) * 1000, 1)
