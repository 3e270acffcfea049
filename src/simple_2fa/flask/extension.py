"""`Simple2FA(app)`: mounts our faces into a Flask application."""

from collections.abc import Iterable
from pathlib import Path

from flask import Blueprint, Flask
from flask.sansio.scaffold import Scaffold

from simple_2fa.http import guard, hooks
from simple_2fa.http.services import EXTENSION, Mount, Services
from simple_2fa.http.templates import environment


class Simple2FA:
    """Our faces in a Flask application that is wholly ours."""

    def __init__(
        self, services: Services, faces: Iterable[Blueprint], factor_paths: Iterable[Path] = ()
    ) -> None:
        """Take what they work with, and which they are."""
        self._services = services
        self._faces = tuple(faces)
        self._folders = tuple(factor_paths)

    def init_app(self, app: Flask) -> None:
        """Mount them."""
        templates = environment(self._folders)
        app.extensions[EXTENSION] = Mount(lambda: self._services, templates, "", "/account")
        root = Blueprint(EXTENSION, "simple_2fa", static_folder="static", static_url_path="/static")
        self._surround(app)
        for face in self._faces:
            root.register_blueprint(face)
        app.register_blueprint(root)

    def _surround(self, scaffold: Scaffold) -> None:
        hooks.install(scaffold)
        guard.install(scaffold)
