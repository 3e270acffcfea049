"""Rendering a page in our layout, and error pages in the same look."""

from collections.abc import Mapping
from functools import lru_cache

from flask import Response, current_app, make_response, render_template, request, template_rendered
from jinja2 import TemplateNotFound
from markupsafe import Markup

from simple_2fa.core import words
from simple_2fa.core.words import gettext as _
from simple_2fa.http.cookies import csrf_token
from simple_2fa.http.hooks import nonce
from simple_2fa.http.look import monogram, theme
from simple_2fa.http.origins import passkeys_at
from simple_2fa.http.own import g, request_id
from simple_2fa.http.paths import here, is_posted, start
from simple_2fa.http.problems import Problem, kind_of
from simple_2fa.http.services import mount, seconds_until, services
from simple_2fa.settings import Settings

_CUT = "\x1e"
"""Between the pieces of a page; no setting and no heading of ours holds a control character."""


def page(name: str, context: Mapping[str, object], status: int = 200) -> Response:
    """Render `templates/pages/<name>.html` with what every page shows."""
    settings = services().settings
    shared: dict[str, object] = {
        "site": {
            "name": settings.site_name,
            "monogram": monogram(settings.site_name),
            "logo": settings.logo,
            "support_contact": settings.support_contact,
        },
        "nonce": nonce(),
        "theme_css": _theme(settings),
        "csrf": csrf_token(),
        "development": services().development,
        "inbox": services().inbox is not None,
        "now": services().clock(),
        "lang": words.spoken(),
        "registration_open": settings.registration == "open",
        "signed_in": _signed_in(),
        "hosted": mount().is_hosted,
        "passkeys_at": passkeys_at(),
        "layout": "layout.html",
    }
    shared |= {"layout": "pieces.html", "cut": _CUT} if mount().layout else {}
    made = render(f"pages/{name}.html", {**shared, **context})
    response = make_response(_in_their_layout(made) if mount().layout else made, status)
    # Under 'no-referrer' browsers send our own forms with 'Origin: null', as if from a stranger.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _in_their_layout(made: str) -> str:
    """Put a page into the application's own template, which shows its pieces.

    Raises:
        RuntimeError: there is no such template, or it doesn't show the body.
    """
    layout = mount().layout
    title, head, body = (Markup(each.strip()) for each in made.split(_CUT, 2))  # noqa: S704 (our templates have escaped it)
    try:
        shown = render_template(layout, two_factor={"title": title, "head": head, "body": body})
    except TemplateNotFound as why:
        if why.name != layout:
            raise
        raise RuntimeError(
            f"layout={layout!r} is no template of this application: put it into its templates"
        ) from None
    if body.partition("\n")[0] not in shown:  # the rest may have been indented
        raise RuntimeError(
            f"layout={layout!r} doesn't show our page: put {{{{ two_factor.body }}}} into a block"
            " that its base shows"
        )
    return shown


def render(name: str, context: Mapping[str, object]) -> str:
    """Render a template of ours."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (Flask's own way)
    template = mount().templates.get_template(name)
    made = template.render(context)
    template_rendered.send(app, template=template, context=context)
    return made


def error_page(problem: Problem) -> Response:
    """Render the page for an error, with its request id and a way out."""
    status = kind_of(problem).status
    way_out = [(start(), _("Go to the start page"))]
    may_help = {"unavailable": request.method == "GET", "invalid_request": is_posted()}
    if may_help.get(problem.code):
        way_out.insert(0, (here(), _("Try again")))
    told = {"status": status, "code": problem.code, "detail": problem.detail}
    shown = page("error", {**told, "request_id": request_id(), "way_out": way_out}, status)
    for name, value in problem.headers.items():
        shown.headers[name] = value
    if problem.retry_at is not None:
        shown.headers["Retry-After"] = str(max(seconds_until(problem.retry_at), 1))
    return shown


def _signed_in() -> str | None:
    """Give the address of who is signed in, as far as this request has looked."""
    account = g.get("account")
    return account.address if account else None


@lru_cache(maxsize=8)
def _theme(settings: Settings) -> str:
    return theme(settings)
