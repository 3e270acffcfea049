"""The pages."""

from types import ModuleType

from flask import Blueprint

from simple_2fa.http import problems
from simple_2fa.http.pages import error_page, page
from simple_2fa.http.paths import go
from simple_2fa.signin.model import HeldError, OverError


def pages(*parts: ModuleType) -> Blueprint:
    """Put modules of pages together; each says where its views stand: method, path, view."""
    blueprint = Blueprint("web", __name__)
    for part in parts:
        for method, path, view in part.ROUTES:
            named = f"{method} {path}".replace(".", "")  # which Flask takes for a blueprint's
            blueprint.add_url_rule(path, named, view, methods=[method])
    # Whatever came first, in another tab or elsewhere: that page tells how things stand.
    blueprint.register_error_handler(OverError, lambda _: go("/verify"))
    blueprint.register_error_handler(
        HeldError, lambda why: page("account/held", {"until": why.until}, 403)
    )
    blueprint.register_error_handler(Exception, lambda error: error_page(problems.of(error)))
    return blueprint
