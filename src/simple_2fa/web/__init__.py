"""The pages."""

from flask import Blueprint

from simple_2fa.http import problems
from simple_2fa.http.pages import error_page
from simple_2fa.web import home, verify

blueprint = Blueprint("web", __name__)
home.route(blueprint)
verify.route(blueprint)
blueprint.register_error_handler(Exception, lambda error: error_page(problems.of(error)))
