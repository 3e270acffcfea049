"""Our own server: settings become services, and those a Flask application."""

from collections.abc import Iterable
from pathlib import Path
from typing import Unpack

from flask import Blueprint, Flask, Response, request
from flask.sansio.scaffold import Scaffold

from simple_2fa import api, web
from simple_2fa.app.extra import demand
from simple_2fa.core import words
from simple_2fa.flask import Simple2FA
from simple_2fa.flask.building import Options, build
from simple_2fa.http import problems, visits
from simple_2fa.http.keeping import InCookie
from simple_2fa.http.pages import error_page
from simple_2fa.http.services import Mount, Services
from simple_2fa.http.templates import environment
from simple_2fa.settings import Settings
from simple_2fa.web import (
    account,
    adding,
    alone,
    confirm,
    details,
    forgot,
    home,
    login,
    lost,
    not_me,
    register,
    suggesting,
    undo,
    upgrading,
    verify,
    well_known,
)
from simple_2fa.web.inbox import blueprint as inbox_pages

_OUTSIDE = (home, register, login, alone, forgot, undo, verify, lost, not_me, well_known)
_INSIDE = (account, details, confirm, adding, suggesting, upgrading)


def create(settings: Settings, **options: Unpack[Options]) -> Flask:
    """Make the application; it connects to nothing yet and starts no thread.

    Args:
        settings: complete, as `Settings.load` or `flask.development.load` give them.
        options: see `Options`.

    Raises:
        SettingsError: what judges new passwords isn't installed.
    """
    demand("zxcvbn")
    services = build(settings, **options)
    app = Flask("simple_2fa", static_folder=None)
    # '/api//v1' is no address: Werkzeug would redirect it, to whatever Host the caller named.
    app.url_map.merge_slashes = False
    faces = [
        web.pages(*_OUTSIDE, *_INSIDE),
        api.blueprint,
        *([inbox_pages] if services.inbox else []),
    ]
    _Ours(services, faces, options.get("factor_paths", ())).init_app(app)
    app.register_error_handler(Exception, _tell_fault)
    return app


class _Ours(Simple2FA):
    """All faces, in an application that is wholly ours."""

    def __init__(
        self, services: Services, faces: Iterable[Blueprint], factor_paths: Iterable[Path]
    ) -> None:
        super().__init__()
        self._services = services
        self._ours = tuple(faces)
        self._templates = environment(factor_paths)

    def _mount(self, _app: Flask) -> Mount:
        return Mount(self._made, self._made, self._templates, "", "/account", InCookie())

    def _made(self) -> Services:
        return self._services

    def _scope(self, app: Flask, _root: Blueprint) -> Scaffold:
        """Give what our hooks are for: each request, also one for no page."""
        return app

    def _faces(self, _mount: Mount) -> Iterable[Blueprint]:
        return self._ours


def _tell_fault(error: Exception) -> Response:
    """Tell what no view took: to a program as a problem, to a person as a page."""
    problem = problems.of(error)
    if api.answers(request.path, request.method):
        return problems.respond(problem)
    with words.speaking(visits.browser_locale()):
        return error_page(problem)
