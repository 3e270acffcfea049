"""Pages on which somebody adds a way to sign in, takes one away, and calls it otherwise."""

from flask import Response, request

from simple_2fa.challenges.model import Challenge, Purpose
from simple_2fa.core.factor import Factor
from simple_2fa.credentials.model import Credential
from simple_2fa.http import guard, visits
from simple_2fa.http.cookies import csrf_fits
from simple_2fa.http.guard import freshly_signed_in, signed_in
from simple_2fa.http.pages import page
from simple_2fa.http.paths import go
from simple_2fa.http.problems import Problem
from simple_2fa.http.services import services
from simple_2fa.signin import asking, enrolling, people
from simple_2fa.signin.enrolling import FullError, LastFactorError, NoSuchError
from simple_2fa.signin.model import NotFreshError
from simple_2fa.web import shown
from simple_2fa.web.code_form import CodeForm

LONGEST_NAME = 60
"""Characters that somebody may give a credential as its name."""


@signed_in
def show_add(factor: str) -> Response:
    """Say what it takes; once it is begun, show what is to be confirmed."""
    known, seen = _known(factor), _begun(factor)
    if seen:
        return _form(seen).open()
    return guard.refuse_stale() or shown.enrolling(known)


@signed_in
def begin(factor: str) -> Response:
    """Begin."""
    known = _known(factor)
    if not csrf_fits():
        return shown.enrolling(known, error="stale_form")
    try:
        enrolling.begin(visits.visit(), factor)
    except NotFreshError:
        return go(f"/account/add/{factor}")  # which leads to the second step first
    except FullError:
        return shown.enrolling(known, error="too_many")
    return go(f"/account/add/{factor}")


@signed_in
def add(factor: str) -> Response:
    """Take the answer that proves it."""
    _known(factor)
    seen = _begun(factor)
    if seen is None:
        return go(f"/account/add/{factor}")
    form = _form(seen)

    def judge(text: str) -> Response:
        name = _typed_name()
        if len(name) > LONGEST_NAME:
            return form.show(status=422, name_error="long")
        entered = enrolling.confirm(visits.visit(), text, name)
        services().worker.wake()
        if entered.cookies is None:
            return form.tell(entered.answered) if entered.answered else go(form.path)
        return visits.keep(go("/account?notice=added"), entered.cookies)

    return form.send(judge)


@freshly_signed_in
def show_remove(credential: str) -> Response:
    """State what removing it means; the last one stays, and the page says why."""
    found = _found(credential)
    is_last = enrolling.is_last(visits.visit(), people.owner(visits.visit()), found)
    return _removal(found, error="last" if is_last else None)


@freshly_signed_in
def remove(credential: str) -> Response:
    """Remove it."""
    found = _found(credential)
    if not csrf_fits():
        return _removal(found, error="stale_form")
    try:
        cookies = enrolling.remove(visits.visit(), credential)
    except LastFactorError:
        return _removal(found, error="last")
    except NoSuchError:  # in another tab, a moment ago
        raise Problem("not_found") from None
    services().worker.wake()
    return visits.keep(go("/account?notice=removed"), cookies)


@freshly_signed_in
def show_rename(credential: str) -> Response:
    """Ask for another name."""
    return _naming(_found(credential))


@freshly_signed_in
def rename(credential: str) -> Response:
    """Give it that name."""
    found, name = _found(credential), _typed_name()
    if not csrf_fits():
        return _naming(found, error="stale_form")
    if len(name) > LONGEST_NAME:
        return _naming(found, name_error="long")
    try:
        enrolling.rename(visits.visit(), credential, name)
    except NoSuchError:
        raise Problem("not_found") from None
    return go("/account?notice=renamed")


@freshly_signed_in
def show_mail_codes() -> Response:
    """State what it means to switch them off, or on."""
    return _mail_codes()


@freshly_signed_in
def switch_mail_codes() -> Response:
    """Switch them."""
    if not csrf_fits():
        return _mail_codes(error="stale_form")
    on = request.form.get("on") == "yes"
    try:
        cookies = enrolling.switch_mail_codes(visits.visit(), on=on)
    except LastFactorError:
        return _mail_codes(error="last")
    services().worker.wake()
    return visits.keep(go(f"/account?notice=mail_{'on' if on else 'off'}"), cookies)


def _known(factor: str) -> Factor:
    """Give a factor that can be enrolled.

    Raises:
        Problem: 404, there is none of this name.
    """
    found = services().desk.factors.get(factor)
    if found is None or not found.can_be_enrolled:
        raise Problem("not_found")
    return found


def _begun(factor: str) -> Challenge | None:
    """Give the question whose answer enrols, where one is open."""
    seen = asking.awaited(visits.visit())
    if seen is None or (seen.purpose, seen.factor) != (Purpose.ENROL, factor):
        return None
    return seen


def _form(seen: Challenge) -> CodeForm:
    return CodeForm(
        seen,
        at=f"/account/add/{seen.factor}",
        render=shown.enrolled,
        more=lambda: {"name": _typed_name()},
    )


def _typed_name() -> str:
    """Give the name that was typed, without what can't be seen."""
    typed = "".join(each for each in request.form.get("name", "") if each.isprintable())
    return " ".join(typed.split())


def _found(credential: str) -> Credential:
    """Give one of the visitor's.

    Raises:
        Problem: 404, it isn't there, or isn't the visitor's.
    """
    visit = visits.visit()
    try:
        return enrolling.find(visit, people.owner(visit), credential)
    except NoSuchError:
        raise Problem("not_found") from None


def _removal(found: Credential, *, error: str | None) -> Response:
    context = {"credential": found, "error": error}
    return page("account/remove", context, {None: 200, "last": 409}.get(error, 403))


def _naming(found: Credential, *, error: str | None = None, name_error: str = "") -> Response:
    name = _typed_name() if name_error else found.name
    context = {"credential": found, "error": error, "name": name, "name_error": name_error}
    return page("account/rename", context, 422 if name_error else 403 if error else 200)


def _mail_codes(*, error: str | None = None) -> Response:
    visit = visits.visit()
    account = people.owner(visit)
    may = bool(enrolling.strong(visit, account))
    context = {"on": account.mail_codes, "may": may, "error": error}
    return page("account/mail_codes", context, {None: 200, "last": 409}.get(error, 403))


ROUTES = (
    ("GET", "/account/add/<factor>", show_add),
    ("POST", "/account/add/<factor>", add),
    ("POST", "/account/add/<factor>/begin", begin),
    ("GET", "/account/remove/<credential>", show_remove),
    ("POST", "/account/remove/<credential>", remove),
    ("GET", "/account/rename/<credential>", show_rename),
    ("POST", "/account/rename/<credential>", rename),
    ("GET", "/account/mail-codes", show_mail_codes),
    ("POST", "/account/mail-codes", switch_mail_codes),
)
