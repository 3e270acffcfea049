"""Which of an application's routes demand what, and which change something and demand nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain, groupby
from typing import Any

from flask import Flask
from flask.views import MethodView, View
from werkzeug.routing import Rule

from simple_2fa.flask.marks import layers, marks, unguarded
from simple_2fa.flask.open_routes import OPEN
from simple_2fa.http import guard
from simple_2fa.http.services import EXTENSION
from simple_2fa.sessions.model import FRESH_FOR, Stage

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing, where views keep to what HTTP says; all others may."""
_ANYBODY, _NOBODY, _KEY = "anybody", "nobody", "API key"
_STAGES = {Stage.PASSWORD: "password", Stage.RESET: "code to reset", Stage.FULL: "second step"}


@dataclass(frozen=True, slots=True)
class Needs:
    """What a route demands, as far as we know.

    Attributes:
        stage: 'second step', 'code to reset', 'password', 'API key', 'anybody', 'nobody' (a view of
            ours that doesn't say, so it is refused to everybody), or '' for what is the
            application's own business.
        factor: by which factor; 'any' where there is a second step, else ''.
        within: how long ago it may have been made; None: once per sign-in.
    """

    stage: str = ""
    factor: str = ""
    within: timedelta | None = None

    @property
    def are_any(self) -> bool:
        """Whether it demands anything at all."""
        return self.stage not in {"", _ANYBODY, _NOBODY}

    @property
    def freshness(self) -> str:
        """How old the second step may be, in words."""
        if self.within is None:
            return "once per sign-in" if self.stage == _STAGES[Stage.FULL] else ""
        return f"{self.within / timedelta(minutes=1):g} min"


@dataclass(frozen=True, slots=True)
class Route:
    """Methods of a path that demand the same: those that only show, or those that may change.

    Attributes:
        methods: without HEAD and OPTIONS, which show what GET does.
        reason: why it may change something and demand nothing, where somebody allowed that.
        is_misled: a guard stands above the route, where it guards nothing.
    """

    methods: tuple[str, ...]
    path: str
    endpoint: str
    needs: Needs
    is_ours: bool
    reason: str = ""
    is_misled: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it changes something and demands nothing."""
        return not (self.needs.are_any or SAFE.issuperset(self.methods))

    @property
    def fault(self) -> str:
        """What is wrong with it, and what to do; '' where nothing is."""
        named = f"{' '.join(self.methods)} {self.path} ({self.endpoint})"
        if self.is_misled:
            return f"{named} has its guard above the route: put it under, above it guards nothing"
        if not self.is_open or self.reason:
            return ""
        if self.is_ours:
            return f"{named} demands nothing: mark its view by http.guard, or give a reason in OPEN"
        return (
            f"{named} demands nothing: put @second_factor_required under its route,"
            " guard its blueprint, or allow it with a reason"
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """A route that changes something, demands nothing, and isn't allowed to."""

    route: Route
    fault: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What `audit_routes` found.

    Attributes:
        rows: all routes, by their paths.
        notes: endpoints that are allowed what they don't need, a line each.
    """

    rows: tuple[Route, ...]
    notes: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What fails."""
        return tuple(Failure(row, row.fault) for row in self.rows if row.fault)

    def table(self) -> str:
        """Write all rows for people, a line each."""
        head = ("", "METHOD", "PATH", "DEMANDS", "FACTOR", "FRESH", "WHY NOTHING")
        lines = [head, *map(_cells, self.rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )

    def facts(self) -> dict[str, object]:
        """Give the same for programs."""
        return {
            "rows": [_facts(each) for each in self.rows],
            "failures": [each.fault for each in self.failures],
            "notes": list(self.notes),
        }


def audit_routes(app: Flask, allowed: Mapping[str, str] | None = None) -> Audit:
    """Tell what each route of an application demands.

    Args:
        app: whole: routes that come later are not seen.
        allowed: endpoints that may change something and demand nothing, each with the reason.

    Raises:
        TypeError: `allowed` has no reasons.
    """
    reasons = reasons_of(allowed)
    found = [row for rule in app.url_map.iter_rules() for row in _routes(app, rule, reasons)]
    misled = unguarded(app)
    found = [replace(row, is_misled=row.endpoint in misled) for row in found]
    rows = tuple(sorted(found, key=lambda row: (row.path, row.methods)))
    used = {row.endpoint for row in rows if row.is_open}
    return Audit(rows, tuple(_notes(rows, reasons.keys() - used)))


def reasons_of(allowed: object) -> dict[str, str]:
    """Give the reason for each endpoint that is allowed, as somebody wrote them.

    Raises:
        TypeError: there are no reasons.
    """
    given: Any = allowed or {}
    if isinstance(given, Mapping) and all(isinstance(each, str) for each in chain(*given.items())):
        return {endpoint: why.strip() for endpoint, why in given.items()}
    example = {"login": "takes the password"}
    raise TypeError(f"give a reason for each endpoint that is allowed, such as {example}")


def _notes(rows: Iterable[Route], unused: Iterable[str]) -> Iterator[str]:
    there = {row.endpoint for row in rows}
    for endpoint in sorted(unused):
        why = "needs no reason" if endpoint in there else "is no endpoint"
        yield f"{endpoint!r} {why}: take it off the list of what is allowed"


def _routes(app: Flask, rule: Rule, reasons: Mapping[str, str]) -> Iterator[Route]:
    """Give the rows of a rule: methods of a class-based view may demand different things."""
    if rule.build_only:
        return
    is_ours = guard.check in _hooks(app, rule.endpoint)
    methods = sorted((rule.methods or {"ANY"}) - {"HEAD", "OPTIONS"})
    kinds = {each: (each in SAFE, _needs(app, rule.endpoint, each)) for each in methods}
    of_ours = OPEN.get(rule.endpoint.removeprefix(f"{EXTENSION}."), "")
    reason = of_ours if is_ours else reasons.get(rule.endpoint, "")
    by_kind = sorted(methods, key=lambda method: repr(kinds[method]))
    for (_, needs), same in groupby(by_kind, kinds.__getitem__):
        row = Route(tuple(same), rule.rule, rule.endpoint, needs, is_ours)
        yield replace(row, reason=reason) if row.is_open else row


def _needs(app: Flask, endpoint: str, method: str) -> Needs:
    """Tell what a view demands: what is checked before it is called, and what it says itself."""
    hooks = _hooks(app, endpoint)
    if guard.check in hooks:
        return _of_ours(guard.demand_of(endpoint, app))
    demanding = (*hooks, *_handlers(app.view_functions.get(endpoint), method))
    found = [within for each in demanding for within in marks(each)]
    if not found:
        return Needs()
    shortest = min((each for each in found if each is not None), default=None)
    within = None if shortest is None else timedelta(minutes=shortest)
    return Needs(_STAGES[Stage.FULL], "any", within)


def _of_ours(demand: guard.Demand | None) -> Needs:
    if demand is None:
        return Needs(_NOBODY)
    if demand.by_key:
        return Needs(_KEY)
    if demand.stage not in _STAGES:
        return Needs(_ANYBODY)
    factor = "" if demand.stage is Stage.PASSWORD else "any"
    return Needs(_STAGES[demand.stage], factor, FRESH_FOR if demand.fresh else None)


def _hooks(app: Flask, endpoint: str) -> list[Callable[..., object]]:
    """Give what is called before each request to an endpoint: its blueprints' and the whole's."""
    parts = endpoint.split(".")[:-1]
    names = (None, *(".".join(parts[: count + 1]) for count in range(len(parts))))
    return [hook for name in names for hook in app.before_request_funcs.get(name, ())]


def _handlers(view: object, method: str) -> Iterator[object]:
    """Give the functions that answer a method, each of which may demand something."""
    yield view
    kinds = (getattr(layer, "view_class", None) for layer in layers(view))
    kind = next((each for each in kinds if each), View)
    yield kind.dispatch_request
    if issubclass(kind, MethodView):
        yield getattr(kind, method.lower(), None)


def _cells(row: Route) -> tuple[str, ...]:
    state = "FAIL" if row.fault else "open" if row.is_open else "ok"
    needs = row.needs
    told = (needs.stage, needs.factor, needs.freshness)
    return (state, " ".join(row.methods), row.path, *(each or "-" for each in told), row.reason)


def _facts(row: Route) -> dict[str, object]:
    within = row.needs.within
    return {
        "methods": list(row.methods),
        "path": row.path,
        "endpoint": row.endpoint,
        "demands": row.needs.stage,
        "factor": row.needs.factor,
        "within_seconds": within and within.total_seconds(),
        "reason": row.reason,
    }
