"""The one thing that the account's page suggests next: what makes it safer, or keeps people in."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Response, request

from simple_2fa.accounts.model import Account
from simple_2fa.core.factor import Factor
from simple_2fa.http.cookies import cookie_name, demand_own_form, set_cookie
from simple_2fa.http.guard import signed_in
from simple_2fa.http.paths import go
from simple_2fa.signin.model import Visit
from simple_2fa.web import standing

FEW_LEFT = 3
"""With so many recovery codes left new ones are suggested."""
_LATER = "s2fa_not_now"
_QUIET_FOR = timedelta(days=30)


def suggestion(visit: Visit, account: Account) -> Mapping[str, object] | None:
    """Give what to suggest: a passkey first, then a spare for whoever has more than mail.

    Whoever said 'Not now' in this browser is left alone for a while, but for codes that run out.
    """
    held = {each["factor"]: each for each in standing.ways(visit, account)}
    factors = visit.desk.factors
    few = next((each for each in held.values() if each["held"] and _is_running_out(each)), None)
    if few:
        return {"factor": few["factor"], "why": "few", "summary": few["summary"]}
    if request.cookies.get(cookie_name(_LATER)):
        return None
    missing = [factors[str(name)] for name, each in held.items() if not each["held"]]
    has_strong = any(each["held"] and each["stands"] != "spare" for each in held.values())
    found = next((each for each in missing if _is_due(each, has_strong=has_strong)), None)
    return {"factor": found.name, "why": "spare" if found.is_spare else "first"} if found else None


def _is_running_out(way: Mapping[str, object]) -> bool:
    summary = way["summary"]
    left = summary.get("left") if isinstance(summary, Mapping) else None
    return isinstance(left, int) and left <= FEW_LEFT


def _is_due(factor: Factor, *, has_strong: bool) -> bool:
    return factor.can_be_first or (factor.is_spare and has_strong)


@signed_in
def later() -> Response:
    """Say no more of it in this browser for a while."""
    demand_own_form()
    response = go("/account")
    set_cookie(response, _LATER, "1", _QUIET_FOR)
    return response


ROUTES = (("POST", "/account/later", later),)
