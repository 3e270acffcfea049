"""Where a browser keeps its session's token on pages that are wholly ours: in a cookie."""

from datetime import timedelta

from flask import Response, request

from simple_2fa.http.cookies import cookie_name, set_cookie

_SESSION = "s2fa_session"


class InCookie:
    """In a cookie of ours; a `Keeper`."""

    mark = ""

    def token(self) -> str:
        """Give what the cookie holds."""
        return request.cookies.get(cookie_name(_SESSION), "")

    def keep(self, response: Response, token: str) -> None:
        """Set the cookie."""
        set_cookie(response, _SESSION, token)

    def drop(self, response: Response) -> None:
        """Expire the cookie."""
        set_cookie(response, _SESSION, "", lasts=timedelta())
