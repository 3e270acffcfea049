"""A site that shows the previews, each at its own address, with the headers of a real page."""

from pathlib import Path

from flask import Response, make_response

from apps import Site, made
from live import compiled_once
from previews import PREVIEWS, Context
from simple_2fa.core import words
from simple_2fa.http.guard import anybody
from simple_2fa.http.hooks import nonce
from simple_2fa.http.look import monogram, theme
from simple_2fa.http.pages import render
from world import NOW


def previewed(site: Site) -> Site:
    """Let a site show each preview at `/preview/<name>`, with its own headers."""
    view = anybody(lambda name: _render(site, name))
    site.app.add_url_rule("/preview/<name>", endpoint="preview", view_func=view)
    return site


def site_of_previews(folder: Path) -> Site:
    """Make Acme, whose previews are asked for without a browser."""
    named = {"SITE_NAME": "Acme", "SUPPORT_CONTACT": "help@acme.test"}
    return previewed(compiled_once(made(folder, **named)))  # type: ignore[arg-type]


def _render(site: Site, name: str) -> Response:
    template, context = PREVIEWS[name]
    return make_response(render(f"pages/{template}.html", {**_shared(site), **context}))


def _shared(site: Site) -> Context:
    """What every page is given, by production."""
    settings = site.services.settings
    named = {"name": settings.site_name, "monogram": monogram(settings.site_name), "logo": None}
    return {
        "site": {**named, "support_contact": settings.support_contact},
        "nonce": nonce(),
        "theme_css": theme(settings),
        "csrf": "c" * 43,
        "development": False,
        "inbox": False,
        "now": NOW,
        "lang": words.spoken(),
        "registration_open": True,
        "signed_in": None,
        "hosted": False,
        "layout": "layout.html",
    }
