"""Our own server: settings become services, and those a Flask application."""

from collections.abc import Iterable
from pathlib import Path

from flask import Flask, Response, request

from simple_2fa import api, web
from simple_2fa.core import words
from simple_2fa.core.clock import utc_now
from simple_2fa.flask import Simple2FA
from simple_2fa.flask.building import Clock, build
from simple_2fa.http import hooks, problems, visits
from simple_2fa.http.pages import error_page
from simple_2fa.mail.inbox import Heard, unheard
from simple_2fa.settings import Settings
from simple_2fa.web.inbox import blueprint as inbox_pages


def create(
    settings: Settings,
    *,
    development: bool = False,
    clock: Clock = utc_now,
    factor_paths: Iterable[Path] = (),
    heard: Heard = unheard,
) -> Flask:
    """Make the application; it connects to nothing yet and starts no thread.

    Args:
        settings: complete, as `Settings.load` or `app.development.load` give them.
        development: open the API without a key, to this machine only.
        clock: gives now, aware and in UTC.
        factor_paths: folders with more factors, each `*.py` there, and their `templates`.
        heard: told of each letter that the development inbox takes.
    """
    folders = tuple(factor_paths)
    services = build(
        settings, development=development, clock=clock, factor_paths=folders, heard=heard
    )
    app = Flask("simple_2fa", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = hooks.MAX_BODY
    # '/api//v1' is no address: Werkzeug would redirect it, to whatever Host the caller named.
    app.url_map.merge_slashes = False
    faces = [web.pages(*web.ALL), api.blueprint, *([inbox_pages] if services.inbox else [])]
    Simple2FA(services, faces, folders).init_app(app)
    app.register_error_handler(Exception, _tell_fault)
    return app


def _tell_fault(error: Exception) -> Response:
    """Tell what no view took: to a program as a problem, to a person as a page."""
    problem = problems.of(error)
    if api.answers(request.path, request.method):
        return problems.respond(problem)
    with words.speaking(visits.browser_locale()):
        return error_page(problem)
