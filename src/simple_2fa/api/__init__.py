"""The JSON API: challenges for applications in any language."""

from flask import Blueprint

from simple_2fa.api import challenges, docs, openapi
from simple_2fa.http import problems

blueprint = Blueprint("api", __name__)
challenges.route(blueprint)
openapi.route(blueprint)
blueprint.register_blueprint(docs.blueprint)
blueprint.register_error_handler(Exception, lambda error: problems.respond(problems.of(error)))

_PATHS = ("/api/", "/generate-2fa", "/openapi.json")


def answers(path: str, method: str) -> bool:
    """Tell whether an address that no view took would have been the API's."""
    return path.startswith(_PATHS) or (path == "/verify" and method not in {"GET", "HEAD"})
