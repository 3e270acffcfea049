"""The second step in somebody else's application: its page, and what was sent before it."""

from flask import Response

from simple_2fa.http import visits
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.guard import anybody, signed_in
from simple_2fa.http.pages import page
from simple_2fa.http.paths import go, home, lead_to
from simple_2fa.web import kept, not_me, shown, steps, verify


@anybody
def show() -> Response:
    """Show what the session waits for; who waits for nothing goes on."""
    return steps.show() or (lead_to(home()) if visits.session() else shown.nothing())


@anybody
def answer() -> Response:
    """Take a code."""
    return steps.answer()


@anybody
def resend() -> Response:
    """Send the code, or send it again."""
    return steps.resend()


@anybody
def switch() -> Response:
    """Have the question put another way."""
    return steps.switch()


@signed_in
def again() -> Response:
    """Show the form that was sent before the second step: its person sends it, never we."""
    form = kept.kept(visits.session())
    if form is None:
        return lead_to(home())
    return page("again", {"form": form, "shown": kept.shown(form)})


@signed_in
def drop() -> Response:
    """Forget it: its person doesn't send it after all."""
    session = visits.session()
    if session is None or not csrf_fits():
        return go(kept.AGAIN)
    form = kept.kept(session)
    kept.drop(session)
    return lead_to(form.back if form else home())


ROUTES = (
    ("GET", "/verify", show),
    ("GET", "/verify/delivery", verify.delivery),
    ("GET", "/verify/answer", verify.reopen),
    ("GET", "/verify/resend", verify.reopen),
    ("GET", "/verify/switch", verify.reopen),
    ("GET", "/verify/unlock", verify.reopen),
    ("POST", "/verify/answer", answer),
    ("POST", "/verify/resend", resend),
    ("POST", "/verify/switch", switch),
    ("POST", "/verify/unlock", verify.open_ledger),
    ("GET", kept.AGAIN, again),
    ("POST", kept.AGAIN, drop),
    ("GET", "/verify/not-me/<token>", not_me.show),
    ("POST", "/verify/not-me/<token>", not_me.say),
)
