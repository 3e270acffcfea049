"""What another application's own protection wants of our forms."""

from flask import current_app

from simple_2fa.http.services import mount

_FIELD = "WTF_CSRF_FIELD_NAME"


def token_field() -> str:
    """Name the field of an application's own form token, as Flask-WTF has it."""
    return str(current_app.config.get(_FIELD, "csrf_token"))


def their_fields() -> dict[str, str]:
    """Give the hidden fields that the application's own protection wants of each form."""
    make = current_app.jinja_env.globals.get("csrf_token")
    return {token_field(): str(make())} if mount().is_hosted and callable(make) else {}
