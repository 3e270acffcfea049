"""Every page in each of its states, with made-up people: name → template and context."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from apps import ANN
from simple_2fa.core.address import mask, spoken
from simple_2fa.core.words import gettext
from simple_2fa.http import agents
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
LONG = "a-rather-long-address-of-somebody@mail.subsidiary.example.com"
SOON, LATER = NOW + timedelta(minutes=40), NOW + timedelta(hours=24)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def _form(**more: object) -> Context:
    """What each page with a form is given, where all is well."""
    faults = dict.fromkeys(("error", "email_error", "password_error", "current_error", "notice"))
    rest = {"values": {"email": ""}, "next": "", "wait": 0, "again_at": None}
    return {**faults, **rest, "shortest": 8, "typed": 0, "undo": None, **more}


def _typed(**more: object) -> Context:
    return _form(values={"email": ANN}, **more)


def _inside(**more: object) -> Context:
    return _form(signed_in=ANN, **more)


REGISTER: dict[str, Context] = {
    "register": _form(next="/account?tab=1&x=2", closed=False),
    "register-both-errors": _form(email_error="malformed", password_error="leaked"),
    "register-email-empty": _form(email_error="empty"),
    "register-too-short": _typed(password_error="too_short", typed=6),
    "register-too-long": _typed(password_error="too_long", typed=1025),
    "register-leaked": _typed(password_error="leaked"),
    "register-personal": _typed(password_error="personal"),
    "register-guessable": _typed(password_error="guessable"),
    "register-slow-down": _typed(error="slow_down", wait=27),
    "register-later": _typed(error="slow_down", again_at=LATER),
    "register-busy": _typed(error="busy"),
    "register-closed": _form(closed=True),
}

LOGIN: dict[str, Context] = {
    "login": _form(next="/account"),
    "login-closed": _form(registration_open=False),
    "login-no-match": _typed(error="no_match", next="/account"),
    "login-paused": _typed(error="paused", again_at=SOON),
    "login-both-empty": _form(email_error="empty", password_error="empty"),
    "login-password-empty": _typed(password_error="empty"),
    "login-stale": _typed(error="stale_form"),
    "login-unavailable": _typed(error="unavailable"),
    "login-too-fast": _typed(error="slow_down"),
    "login-undo": _form(undo={"at": NOW, "address": mask(ANN), "browser": "b" * 22}),
    "login-undo-no-match": _typed(
        error="no_match",
        undo={"at": ago(hours=20), "address": mask(LONG), "browser": "b" * 22},
    ),
    **{
        f"login-{notice.replace('_', '-')}": _form(notice=notice)
        for notice in ("signed_out", "ended", "password_changed", "deleted", "restored")
    },
}

RESET: dict[str, Preview] = {
    "forgot": ("forgot", _form()),
    "forgot-malformed": ("forgot", _typed(email_error="malformed")),
    "reset": ("reset", _form(address=LONG)),
    "reset-too-short": ("reset", _form(address=ANN, password_error="too_short", typed=7)),
    "taken": ("taken", {"address": LONG}),
}


def _challenge(purpose: str, *, whole: bool = False, digits: int = 6) -> Context:
    ear = "" if whole else Worded(partial(spoken, ANN))
    shown = {"to": ANN if whole else mask(ANN), "to_spoken": ear}
    more = {"factor": "mail_code", "expires_at": NOW + timedelta(minutes=10), "client": None}
    return {**shown, **more, "digits": digits, "purpose": purpose}


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


VERIFY: dict[str, Preview] = {
    "step-login": _step("login", wait=27, delivery=_delivery("queued")),
    "step-login-wrong": _step("login", error="wrong", tries_left=3, values={"remember": "yes"}),
    "step-login-long": _step("login", digits=10, notice="renewed"),
    "step-login-refused": _step("login", delivery=_delivery("failed", detail="550 no such user")),
    "step-prove-address": _step("prove_address", whole=True),
    "step-prove-address-refused": _step(
        "prove_address", whole=True, delivery=_delivery("failed", detail="550 no such user")
    ),
    "step-reset": _step("reset", digits=10),
    "step-change-address": _step("change_address", whole=True, signed_in=ANN),
    **{
        f"step-up-{before}": _step("step_up", before=before, signed_in=ANN)
        for before in ("password", "address", "delete", "browsers")
    },
    "step-login-expired": _stopped("login", "expired"),
    "step-prove-address-five-misses": _stopped("prove_address", "too_many_tries", wait=20),
    "step-login-paused": _step("login", error="paused", reason="paused", retry_at=SOON),
    **{
        f"step-{purpose.replace('_', '-')}-canceled": _stopped(purpose, "canceled")
        for purpose in ("login", "prove_address", "reset", "change_address", "step_up")
    },
    "step-waiting": _step("login", state="waiting", challenge=None, wait=27),
    "step-waiting-long": _step("login", state="waiting", challenge=None, again_at=LATER),
    "step-waiting-over": _step("login", state="waiting", challenge=None),
    "step-waiting-pressed": _step(
        "login", state="waiting", challenge=None, wait=12, error="slow_down"
    ),
    "step-nowhere": _step("", state="nowhere", challenge=None),
    "step-nowhere-signed-in": _step("", state="nowhere", challenge=None, signed_in=ANN),
    "step-address": _step("prove_address", state="address", values={"email": "ann@exmaple.com"}),
    "step-address-malformed": _step(
        "prove_address", state="address", values={"email": "ann@"}, email_error="malformed"
    ),
}


def _browser(number: int, agent: Worded, *, here: bool = False, skips: bool = False) -> Context:
    until = NOW + timedelta(days=12) if skips else None
    times = {"created_at": ago(days=40), "used_at": ago(days=number)}
    return {"id": f"{number}" * 22, "agent": agent, "here": here, "skips_until": until, **times}


def _session(number: int, agent: Worded, network: str, *, here: bool = False) -> Context:
    times = {"created_at": ago(days=number), "seen_at": ago(hours=number)}
    return {"id": f"{number}" * 22, "agent": agent, "network": network, "here": here, **times}


def _event(number: int, what: str, agent: Worded | str = FIREFOX, *, known: bool = True) -> Context:
    return {"what": what, "agent": agent, "network_known": known, "at": ago(hours=7 * number)}


WHAT = (
    *("signed_in", "wrong_code", "wrong_password", "signed_in_browser", "signed_out"),
    *("password_changed", "password_reset", "password_restored", "address_changed"),
    *("browser_forgotten", "session_ended", "sessions_ended", "other", "account_created"),
)
ACTIVITY = [
    _event(0, "wrong_password", SAFARI, known=False),
    *(_event(number, what) for number, what in enumerate(WHAT)),
    *(_event(9, what, "") for what in ("disabled", "enabled", "second_step_reset")),
]


def _account(**more: object) -> Preview:
    return "account", {
        **_inside(),
        "account": {"address": ANN, "created_at": ago(days=400), "locale": "de"},
        "password": {"changed": ago(days=30)},
        "one_factor_until": None,
        "browsers": [_browser(1, SAFARI, skips=True), _browser(0, FIREFOX, here=True)],
        "sessions": [
            _session(2, SAFARI, "2001:db8:7:1::x"),
            _session(0, FIREFOX, "203.0.113.x", here=True),
        ],
        "activity": ACTIVITY[:10],
        **more,
    }


ACCOUNT: dict[str, Preview] = {
    "account": _account(),
    "account-new": _account(
        notice="created",
        account={"address": LONG, "created_at": NOW, "locale": None},
        password={"changed": None},
        browsers=[],
        sessions=[_session(0, UNKNOWN, "", here=True)],
        activity=[_event(0, "account_created")],
    ),
    "account-undo": _account(undo={"at": ago(minutes=9)}),
    "account-held": _account(one_factor_until=LATER),
    **{
        f"account-{notice.replace('_', '-')}": _account(notice=notice)
        for notice in (
            *("password_changed", "address_changed", "restored", "forgotten"),
            *("ended", "ended_others", "language"),
        )
    },
    "account-password": ("account/password", _inside()),
    "account-password-both": (
        "account/password",
        _inside(current_error="wrong", password_error="too_short", typed=3),
    ),
    "account-password-wrong": ("account/password", _inside(current_error="wrong")),
    "account-password-personal": ("account/password", _inside(password_error="personal")),
    "account-address": ("account/address", _inside()),
    "account-address-same": (
        "account/address",
        _inside(values={"email": ANN}, email_error="same"),
    ),
    "account-delete": ("account/delete", _inside()),
    "activity": ("account/activity", _inside(activity=ACTIVITY, older="MjAyNi0=")),
    "activity-end": ("account/activity", _inside(activity=[], older=None)),
    "held": ("account/held", _inside(until=LATER)),
    "confirm": ("confirm", _inside(before="password", next="/account/password")),
    "confirm-later": (
        "confirm",
        _inside(before="delete", next="/account/delete", error="slow_down", again_at=LATER),
    ),
}

_CURL: Context = {
    "curl_issue": "curl http://localhost:5000/generate-2fa",
    "curl_verify": "curl http://localhost:5000/verify",
}
HOME: dict[str, Preview] = {
    "home-signed-out": ("home", _CURL),
    "home-closed": ("home", {**_CURL, "registration_open": False}),
    "home-signed-in": ("home", {**_CURL, "signed_in": ANN}),
    "home-development": ("home", {**_CURL, "development": True}),
    "home-development-signed-in": ("home", {**_CURL, "development": True, "signed_in": ANN}),
}

PREVIEWS: dict[str, Preview] = {
    **{name: ("register", context) for name, context in REGISTER.items()},
    **{name: ("login", context) for name, context in LOGIN.items()},
    **RESET,
    **VERIFY,
    **ACCOUNT,
    **HOME,
}

ALIKE = {
    *("register-too-long", "register-personal", "register-guessable", "register-busy"),
    *("register-email-empty", "login-stale", "login-unavailable", "login-too-fast"),
    *("login-password-changed", "login-deleted", "login-restored", "login-signed-out"),
    *("step-login-long", "step-reset", "step-up-address", "step-up-delete", "step-up-browsers"),
    *("step-prove-address-canceled", "step-reset-canceled", "step-step-up-canceled"),
    *("step-change-address-canceled", "step-waiting-over", "step-nowhere-signed-in"),
    *("account-password-changed", "account-address-changed", "account-restored"),
    *("account-ended", "account-ended-others", "account-language", "account-password-personal"),
    *("account-address-same", "forgot-malformed", "home-closed"),
}
"""Told apart from another one by words alone: these need no eyes."""
LOOKS = [name for name in PREVIEWS if name not in ALIKE]
