"""What the account's page shows: browsers, sessions, activity."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from simple_2fa.accounts.model import Account
from simple_2fa.audit import store as events
from simple_2fa.challenges.model import MAIL
from simple_2fa.core.clock import from_millis, to_millis
from simple_2fa.core.tags import Event, Tag
from simple_2fa.core.words import gettext as _
from simple_2fa.db.engine import Connection
from simple_2fa.http import agents, visits
from simple_2fa.sessions import browsers, store
from simple_2fa.sessions.model import Stage
from simple_2fa.signin import enrolling, people, ways
from simple_2fa.signin.model import Visit
from simple_2fa.web import lost, standing, suggesting

_FIRST = 10
"""Lines of activity on the account's page."""
_PAGE = 30
_LOOKED_AT = 100
"""Events in which a network counts as used before."""
_NOTICES = {
    "created",
    "password_changed",
    "address_changed",
    "restored",
    "forgotten",
    "ended",
    "ended_others",
    "language",
    "added",
    "removed",
    "renamed",
    "mail_on",
    "mail_off",
    "recovery_cancelled",
    "recovery_off",
    "recovery_on",
    "recovered",
}
_WHAT = {
    (Tag.ACCOUNT_CREATE, "approved"): "account_created",
    (Tag.ACCOUNT_CREATE, "done"): "account_created",
    (Tag.ACCOUNT_DISABLE, "done"): "disabled",
    (Tag.ACCOUNT_ENABLE, "done"): "enabled",
    (Tag.ACCOUNT_RESET, "done"): "second_step_reset",
    (Tag.ADDRESS_CHANGE, "approved"): "address_changed",
    (Tag.ADDRESS_CHANGE, "done"): "moved",
    (Tag.BROWSER_FORGET, "done"): "browser_forgotten",
    (Tag.CHALLENGE_ANSWER, "approved"): "reset_code",
    (Tag.CHALLENGE_ANSWER, "wrong"): "wrong_code",
    (Tag.CHALLENGE_RESEND, "done"): "right_password",
    (Tag.CHALLENGE_START, "done"): "right_password",
    (Tag.CREDENTIAL_ADD, "approved"): "way_added",
    (Tag.CREDENTIAL_REMOVE, "done"): "way_removed",
    (Tag.CREDENTIAL_RENAME, "done"): "way_renamed",
    (Tag.MAIL_CODES_SWITCH, "done"): "mail",
    (Tag.NOT_ME, "done"): "not_me",
    (Tag.PASSWORD_CHANGE, "done"): "password_changed",
    (Tag.PASSWORD_CHECK, "right"): "right_password",
    (Tag.PASSWORD_CHECK, "wrong"): "wrong_password",
    (Tag.PASSWORD_KEEP, "done"): "reset_kept",
    (Tag.PASSWORD_RESET, "approved"): "password_reset",
    (Tag.PASSWORD_RESET, "done"): "password_reset",
    (Tag.PASSWORD_RESTORE, "done"): "password_restored",
    (Tag.RECOVERY_CANCEL, "done"): "recovery_cancelled",
    (Tag.RECOVERY_START, "done"): "recovery_started",
    (Tag.RECOVERY_SWITCH, "done"): "recovery",
    (Tag.RECOVERY_USE, "done"): "recovered",
    (Tag.SESSION_END, "done"): "session_ended",
    (Tag.SESSION_LOGIN, "approved"): "signed_in",
    (Tag.SESSION_LOGOUT, "done"): "signed_out",
    (Tag.SESSION_STEP_UP, "approved"): "confirmed",
}
"""What of all events somebody is told, and its name on the page."""
_SWITCHES = {"mail", "recovery"}
"""What was switched 'to' on or off."""
_BY_HOW = {"browser": "signed_in_browser", "unlock": "unlocked"}
"""What is told otherwise, as it was done in this way."""
_HALF_WAY = {"right_password", "reset_code", "recovery_started", "not_me", "taken_back", "unlocked"}
"""What makes no network known: a thief comes so far."""


def account(notice: str | None) -> dict[str, object]:
    """Give what the page of the visitor's account shows."""
    visit, mine = visits.visit(), people.owner(visits.visit())
    lines = _lines(_read(visit, mine, visit.now + timedelta(seconds=1)), visit.desk.factors)
    return {
        "account": {
            "address": mine.address,
            "created_at": mine.created_at,
            "locale": mine.locale,
        },
        "notice": notice if notice in _NOTICES else None,
        "password": {"changed": mine.password_at, "is_restored": _is_restored(lines)},
        "one_factor_until": _held_until(visit),
        "is_fresh": ways.is_fresh(visit),
        "suggestion": suggesting.suggestion(visit, mine),
        "ways": standing.ways(visit, mine),
        "mail_codes": mine.mail_codes,
        "recovery": mine.recovery,
        "pending": lost.banner(visit),
        "may_switch": not mine.mail_codes or bool(enrolling.strong(visit, mine)),
        "browsers": _browsers(visit, mine),
        "sessions": _sessions(visit, mine),
        "activity": lines[:_FIRST],
    }


def activity(before: str) -> dict[str, object]:
    """Give a page of what happened; `before` is what the last page named."""
    visit = visits.visit()
    start = visit.now + timedelta(seconds=1)
    if before.isascii() and before.isdigit() and len(before) <= 15:  # noqa: PLR2004 (milliseconds)
        start = from_millis(min(int(before), to_millis(start)))
    lines, older = _page(_read(visit, people.owner(visit), start), visit.desk.factors)
    return {"activity": lines, "older": older, "one_factor_until": _held_until(visit)}


def _page(
    found: Sequence[Event], known: Collection[str] = ()
) -> tuple[list[dict[str, object]], str | None]:
    """Give a page's lines, and where the next one begins. What happened at once stays together."""
    there_is_more = len(found) == _LOOKED_AT
    if there_is_more:
        found = [each for each in found if each.at > found[-1].at] or found
    lines = _lines(found, known)
    ends = found[-1].at if found else None
    if len(lines) > _PAGE:
        ends, there_is_more = lines[_PAGE - 1]["at"], True  # type: ignore[assignment]
        lines = [each for each in lines if each["at"] >= ends]  # type: ignore[operator]
    return lines, str(to_millis(ends)) if ends and there_is_more else None


def _held_until(visit: Visit) -> datetime | None:
    session = visit.session
    return session.one_factor_until if session and session.is_one_factor(visit.now) else None


def _is_restored(lines: Sequence[Mapping[str, object]]) -> bool:
    """Whether the last thing that befell the password was the undoing of a reset."""
    befell = (each["what"] for each in lines if str(each["what"]).startswith("password_"))
    return next(befell, None) == "password_restored"


def _browsers(visit: Visit, mine: Account) -> list[dict[str, object]]:
    here = visit.session.browser if visit.session else None
    found = visit.db.read(lambda link: browsers.of_account(link, mine.id, visit.now))
    return [
        {
            "id": each.id,
            "agent": _browser(each.agent),
            "created_at": each.created_at,
            "used_at": each.used_at,
            "here": each.id == here,
            "skips_until": each.skips_code_until if each.skips_code(visit.now) else None,
        }
        for each in found
    ]


def _sessions(visit: Visit, mine: Account) -> list[dict[str, object]]:
    here = visit.session.id if visit.session else None
    found = visit.db.read(lambda link: store.of_account(link, mine.id, visit.now))
    shown = [
        {
            "id": each.id,
            "agent": _browser(each.place.agent),
            "network": agents.network(each.place.network),
            "created_at": each.created_at,
            "seen_at": each.seen_at,
            "here": each.id == here,
        }
        for each in found
        if each.stage is Stage.FULL
    ]
    return sorted(shown, key=lambda each: not each["here"])


def _read(visit: Visit, mine: Account, before: datetime) -> Sequence[Event]:
    def query(connection: Connection) -> Sequence[Event]:
        return events.of_account(connection, mine.id, _WHAT, before, _LOOKED_AT)

    return visit.db.read(query)


def _lines(found: Sequence[Event], known: Collection[str] = ()) -> list[dict[str, object]]:
    """Give a line for each event that somebody is told, the newest first.

    The first network of an account is neither known nor new: there is none to compare it with.
    A right password that a right code followed is told by the sign-in.
    """
    lines: list[dict[str, object]] = []
    seen: set[object] = set()
    completed = {each.about for each in found if each.outcome == "approved" and each.about}
    for each in reversed(found):
        network, is_wrong = each.data.get("network"), each.outcome == "wrong"
        what = _what(each)
        followed = what == "right_password" and each.about in completed
        if what and not followed:
            agent = _browser(str(each.data["agent"])) if "agent" in each.data else ""
            compares = bool(seen) or is_wrong or len(found) == _LOOKED_AT
            told = "known" if network in seen else "new" if compares else ""
            facts = {"agent": agent, "network": told, "at": each.at, "factor": _factor(each, known)}
            lines.append({"what": what, **facts})
        if network and not is_wrong and what not in _HALF_WAY:
            seen.add(network)
    return lines[::-1]


def _browser(agent: str) -> str:
    return agents.spoken(agent) if agent else _("An unknown browser")


def _what(event: Event) -> str | None:
    what = _WHAT.get((event.tag, event.outcome))
    if what == "not_me" and event.data.get("taken_back"):
        return "taken_back"
    if what in _SWITCHES:
        return f"{what}_{event.data['to']}"
    return _BY_HOW.get(str(event.data.get("how")), what) if what else None


def _factor(event: Event, known: Collection[str]) -> str:
    """Name the factor that a line tells of; one that this node doesn't have has no words."""
    named = str(event.data.get("factor") or event.data.get("how") or MAIL)
    return named if named in known else MAIL
