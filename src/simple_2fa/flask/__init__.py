"""The second step in a Flask application: anybody's, and our own server's."""

from simple_2fa.flask.auditing import Audit, Failure, Needs, Route, audit_routes
from simple_2fa.flask.extension import Simple2FA
from simple_2fa.flask.guarding import Proof, current_proof, second_factor_required
from simple_2fa.flask.migrations import not_ours
from simple_2fa.http.signals import (
    second_factor_asked,
    second_factor_failed,
    second_factor_passed,
)

__all__ = [
    "Audit",
    "Failure",
    "Needs",
    "Proof",
    "Route",
    "Simple2FA",
    "audit_routes",
    "current_proof",
    "not_ours",
    "second_factor_asked",
    "second_factor_failed",
    "second_factor_passed",
    "second_factor_required",
]
