"""Every page in each of its states: name → template and context, to be rendered at will.

Most were given to a real page that somebody reached (`acts.PAGES`); those that nobody gets to
easily have made-up people.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import acts
from apps import ANN
from simple_2fa.core.address import mask, spoken
from simple_2fa.core.words import gettext
from simple_2fa.http import agents
from simple_2fa.web.kept import Form
from world import NOW

Context = dict[str, object]
Preview = tuple[str, Context]


@dataclass(frozen=True)
class Worded:
    """What a view words in the language of whoever looks."""

    word: Callable[[], str]

    def __str__(self) -> str:
        return self.word()


FIREFOX = Worded(partial(agents.spoken, "Firefox on Windows"))
SAFARI = Worded(partial(agents.spoken, "Safari on iPhone"))
UNKNOWN = Worded(partial(gettext, "An unknown browser"))
LATER = NOW + timedelta(hours=24)
EVERYWHERE = {
    *("site", "nonce", "theme_css", "csrf", "development", "inbox", "lang", "registration_open"),
    *("g", "request", "session", "config"),
}
"""What each page is given by the site that renders it."""


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def _form(**more: object) -> Context:
    """What each page with a form is given, where all is well."""
    faults = dict.fromkeys(("error", "email_error", "password_error", "current_error", "notice"))
    rest = {
        "values": {"email": ""},
        "next": "",
        "wait": 0,
        "again_at": None,
        "others": (),
        "lost": None,
    }
    return {**faults, **rest, "shortest": 8, "typed": 0, "undo": None, **more}


def _typed(**more: object) -> Context:
    return _form(values={"email": ANN}, **more)


def _inside(**more: object) -> Context:
    return _form(signed_in=ANN, **more)


REGISTER: dict[str, Context] = {
    "register-slow-down": _typed(error="slow_down", wait=27),
    "register-busy": _typed(error="busy"),
    "register-closed": _form(closed=True),
}

LOGIN: dict[str, Context] = {
    "login-closed": _form(registration_open=False),
    "login-unavailable": _typed(error="unavailable"),
    "login-too-fast": _typed(error="slow_down"),
    "login-password-changed": _form(notice="password_changed"),
}


def _challenge(purpose: str, *, whole: bool = False, digits: int = 6) -> Context:
    ear = "" if whole else Worded(partial(spoken, ANN))
    shown = {"to": ANN if whole else mask(ANN), "to_spoken": ear}
    more = {"factor": "mail_code", "expires_at": NOW + timedelta(minutes=10), "client": None}
    return {**shown, **more, "mailed": True, "digits": digits, "purpose": purpose}


def _delivery(state: str, **more: object) -> Context:
    rest = {"at": NOW, "retry_at": None, "late": False, "domain": "example.com", "detail": ""}
    return {"state": state, **rest, **more}


def _step(purpose: str, *, whole: bool = False, digits: int = 6, **more: object) -> Preview:
    """A step of a session."""
    started = {"state": "ask", "ticket": "", "reason": None, "tries_left": None}
    told = {"notice_at": NOW, "retry_at": None, "delivery": _delivery("sent")}
    asked = {"challenge": _challenge(purpose, whole=whole, digits=digits)}
    return "verify", {**_form(), **started, **told, **asked, **more}


def _stopped(purpose: str, reason: str, **more: object) -> Preview:
    template, context = _step(purpose)
    return template, {**context, "state": "dead", "reason": reason, "error": reason, **more}


_SENT = Form("/transfer", (("amount", "12.50"), ("to", "Bob"), ("pin", "1")), "/", is_whole=True)
VERIFY: dict[str, Preview] = {
    "step-login-refused": _step("login", delivery=_delivery("failed", detail="550 no such user")),
    "step-prove-address-refused": _step(
        "prove_address", whole=True, delivery=_delivery("failed", detail="550 no such user")
    ),
    **{
        f"step-{purpose.replace('_', '-')}-canceled": _stopped(purpose, "canceled")
        for purpose in ("login", "prove_address", "reset", "change_address", "step_up")
    },
    "step-login-used": _stopped("login", "used"),
    "step-waiting-soon": _step("login", state="waiting", challenge=None, by_mail=True, wait=27),
    "step-waiting-long": _step(
        "login", state="waiting", challenge=None, by_mail=True, again_at=LATER
    ),
    "step-waiting-for-an-app": _step("login", state="waiting", challenge=None, by_mail=False),
    "step-nowhere": _step("", state="nowhere", challenge=None),
    "again": ("again", {"form": _SENT, "shown": [*_SENT.fields[:2], ("pin", "•••")]}),
    "again-button": ("again", {"form": replace(_SENT, fields=()), "shown": []}),
    "again-not-whole": (
        "again",
        {"form": replace(_SENT, is_whole=False), "shown": _SENT.fields[:2]},
    ),
    "account-disabled": ("error", {"status": 403, "code": "account_disabled", "request_id": ""}),
    "no-address": ("error", {"status": 403, "code": "no_address", "request_id": ""}),
}


def _browser(number: int, agent: Worded, *, here: bool = False, skips: bool = False) -> Context:
    until = NOW + timedelta(days=12) if skips else None
    times = {"created_at": ago(days=40), "used_at": ago(days=number)}
    return {"id": f"{number}" * 22, "agent": agent, "here": here, "skips_until": until, **times}


def _session(number: int, agent: Worded, network: str, *, here: bool = False) -> Context:
    times = {"created_at": ago(days=number), "seen_at": ago(hours=number)}
    return {"id": f"{number}" * 22, "agent": agent, "network": network, "here": here, **times}


def _event(number: int, what: str, agent: Worded | str = FIREFOX, *, known: bool = True) -> Context:
    network = "known" if known else "new"
    facts = {"agent": agent, "network": network, "factor": "mail_code"}
    return {"what": what, "at": ago(hours=7 * number), **facts}


WHAT = (
    *("signed_in", "wrong_code", "wrong_password", "signed_in_browser", "signed_out"),
    *("password_changed", "password_reset", "password_restored", "address_changed"),
    *("browser_forgotten", "session_ended", "other", "account_created"),
)
ACTIVITY = [
    _event(0, "wrong_password", SAFARI, known=False),
    *(_event(number, what) for number, what in enumerate(WHAT)),
    *(_event(9, what, "") for what in ("disabled", "enabled", "second_step_reset")),
]


ACCOUNT: dict[str, Preview] = {
    "account-old": (
        "account",
        {
            **_inside(),
            "account": {"address": ANN, "created_at": ago(days=400), "locale": "de"},
            "password": {"changed": ago(days=30), "is_restored": False},
            "ways": [],
            "is_fresh": False,
            "suggestion": {"factor": "recovery", "why": "spare"},
            "mail_codes": True,
            "may_switch": False,
            "recovery": False,
            "pending": None,
            "one_factor_until": None,
            "browsers": [
                _browser(1, SAFARI, skips=True),
                _browser(0, FIREFOX, here=True),
                _browser(3, FIREFOX),
            ],
            "sessions": [
                _session(2, SAFARI, "2001:db8:7:1::x"),
                _session(0, FIREFOX, "203.0.113.x", here=True),
            ],
            "activity": ACTIVITY[:10],
        },
    ),
    "activity-all": (
        "account/activity",
        _inside(activity=ACTIVITY, older="MjAyNi0=", one_factor_until=None),
    ),
    "confirm-later": (
        "confirm",
        _inside(
            before="delete", next="/account/delete", error="slow_down", again_at=LATER, mailed=True
        ),
    ),
}

_CURL: Context = {
    "curl_issue": "curl http://localhost:5000/generate-2fa",
    "curl_verify": "curl http://localhost:5000/verify",
}
HOME: dict[str, Preview] = {
    "home-signed-out": ("home", _CURL),
    "home-closed": ("home", {**_CURL, "registration_open": False}),
    "home-development": ("home", {**_CURL, "development": True}),
    "home-development-signed-in": ("home", {**_CURL, "development": True, "signed_in": ANN}),
}

MADE_UP: dict[str, Preview] = {
    **{name: ("register", context) for name, context in REGISTER.items()},
    **{name: ("login", context) for name, context in LOGIN.items()},
    **VERIFY,
    **ACCOUNT,
    **HOME,
}


def _worded(value: Any) -> Any:  # noqa: ANN401 (whatever a view gives)
    """Word anew what a view had worded for the one who was there."""
    if isinstance(value, list):
        return [_worded(each) for each in value]
    if not isinstance(value, dict):
        return value
    told = {name: _worded(each) for name, each in value.items()}
    if agent := told.get("agent"):
        known = " on " in agent
        told["agent"] = Worded(partial(agents.spoken, agent)) if known else UNKNOWN
    if told.get("to_spoken"):
        told["to_spoken"] = Worded(partial(spoken, told["to"].replace("•••", "")))
    return told


class _Previews(Mapping[str, Preview]):
    """Both kinds; a real page is reached when it is first looked up."""

    def __getitem__(self, name: str) -> Preview:
        if name in MADE_UP:
            return MADE_UP[name]
        template, given = acts.rendered(name)
        kept = {each: _worded(value) for each, value in given.items() if each not in EVERYWHERE}
        return template.removeprefix("pages/").removesuffix(".html"), kept

    def __iter__(self) -> Iterator[str]:
        return iter([*acts.PAGES, *MADE_UP])

    def __len__(self) -> int:
        return len(acts.PAGES) + len(MADE_UP)


PREVIEWS = _Previews()

ALIKE = {
    *("register-too-long", "register-personal", "register-guessable", "register-busy"),
    *("register-email-empty", "login-stale", "login-unavailable", "login-too-fast"),
    *("login-password-changed", "login-deleted", "login-restored", "login-signed-out"),
    *("step-reset", "step-up-address", "step-up-delete"),
    *("step-prove-address-canceled", "step-reset-canceled", "step-step-up-canceled"),
    *("step-change-address-canceled", "step-login"),
    *("account-password-changed", "account-address-changed", "account-restored"),
    *("account-ended", "account-ended-others", "account-language", "account-password-personal"),
    *("account-address-same", "forgot-malformed", "home-closed", "step-waiting-long"),
    *("account-forgotten", "step-login-sent", "account-password-same", "register-both-weak"),
}
"""Told apart from another one by words alone: these need no eyes."""
LOOKS = [name for name in MADE_UP if name not in ALIKE]
"""Those of `acts.PAGES` are looked at where people really reach them."""
