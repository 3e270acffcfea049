"""Simple 2FA in a Flask application: our own server's, or anybody's."""

from simple_2fa.flask.extension import Simple2FA

__all__ = ["Simple2FA"]
