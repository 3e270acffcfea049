"""The audit of another application's routes."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, ClassVar

import pytest
from flask import Flask
from flask.views import MethodView, View

from simple_2fa.flask import Route, audit_routes, second_factor_required
from simple_2fa.http import guard


def view() -> str:
    return "done"


guarded = second_factor_required(view)
fresh = second_factor_required(within=5)(view)


def loudly(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def louder(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        return call(*given, **named)

    return louder


def forgetful(call: Callable[..., Any]) -> Callable[..., Any]:
    def bare(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        return call(*given, **named)

    return bare


def unpacked(call: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap it, but take none of its attributes over."""
    return wraps(call, updated=())(forgetful(call))


class Marked(View):
    methods: ClassVar = ["POST"]
    decorators: ClassVar = [loudly, second_factor_required]

    def dispatch_request(self) -> str:
        return "done"


class Dispatching(View):
    methods: ClassVar = ["POST"]

    @second_factor_required
    def dispatch_request(self) -> str:
        return "done"


class Mixed(MethodView):
    def get(self) -> str:
        return "shown"

    @second_factor_required(within=5)
    def post(self) -> str:
        return "done"

    def delete(self) -> str:
        return "gone"


class Pretending(View):
    """Its `post` isn't what is called."""

    methods: ClassVar = ["POST"]

    def dispatch_request(self) -> str:
        return "done"

    @second_factor_required
    def post(self) -> str:
        return "nothing"


def plain(**views: Any) -> Flask:  # noqa: ANN401
    """An application with these views, each at its name by POST."""
    app = Flask("toy")
    for name, each in views.items():
        methods = None if hasattr(each, "view_class") else ["POST"]
        app.add_url_rule(f"/{name}", name, each, methods=methods)
    return app


def row(app: Flask, endpoint: str, method: str = "POST", **allowed: str) -> Route:
    rows = audit_routes(app, allowed).rows
    return next(each for each in rows if each.endpoint == endpoint and method in each.methods)


SEEN = {
    "plain": (guarded, "once per sign-in"),
    "fresh": (fresh, "5 min"),
    "half a minute": (second_factor_required(within=0.5)(view), "0.5 min"),
    "wrapped twice": (loudly(loudly(guarded)), "once per sign-in"),
    "wrapped without its attributes": (unpacked(fresh), "5 min"),
    "partial": (partial(fresh), "5 min"),
    "once over fresh": (second_factor_required(fresh), "5 min"),
    "longer over fresh": (second_factor_required(within=9)(fresh), "5 min"),
    "a class's decorators": (Marked.as_view("view"), "once per sign-in"),
    "dispatch_request": (Dispatching.as_view("view"), "once per sign-in"),
    "a method": (Mixed.as_view("view"), "5 min"),
    "a class's view, and a method": (second_factor_required(Mixed.as_view("view")), "5 min"),
}
UNSEEN = {
    "nothing": view,
    "wrapped": loudly(view),
    "hidden": forgetful(guarded),
    "a method that nobody calls": Pretending.as_view("view"),
}


@pytest.mark.parametrize(("found", "freshness"), SEEN.values(), ids=SEEN)
def test_what_demands_the_second_step_is_seen(found: Any, freshness: str) -> None:  # noqa: ANN401
    seen = row(plain(view=found), "view")
    assert (seen.needs.stage, seen.needs.factor) == ("second step", "any")
    assert seen.needs.freshness == freshness
    assert (seen.is_open, seen.fault) == (False, "")


@pytest.mark.parametrize("found", UNSEEN.values(), ids=UNSEEN)
def test_what_does_not_fails(found: Any) -> None:  # noqa: ANN401
    audit = audit_routes(plain(view=found))
    assert [each.route.endpoint for each in audit.failures] == ["view"]
    assert audit.failures[0].fault == (
        "POST /view (view) demands nothing: put @second_factor_required under its route,"
        " guard its blueprint, or allow it with a reason"
    )


def test_no_mark_of_another_kind_counts() -> None:
    def called() -> str:
        return "done"

    called.second_factor = True  # type: ignore[attr-defined]
    assert row(plain(view=called), "view").fault
    assert row(plain(view=guard.signed_in(view)), "view").fault, "nobody checks it there"


def test_a_view_under_the_route_s_own_decorator_is_not_guarded() -> None:
    app = Flask("toy")

    @second_factor_required
    @app.post("/view")
    def wrongly() -> str:
        return "done"

    assert row(app, "wrongly").fault


def test_methods_of_a_class_stand_each_for_itself() -> None:
    app = plain(mixed=Mixed.as_view("mixed"))
    rows = {row.methods: row for row in audit_routes(app).rows if row.endpoint == "mixed"}
    assert set(rows) == {("DELETE",), ("GET",), ("POST",)}
    assert [bool(rows[(name,)].fault) for name in ("DELETE", "GET", "POST")] == [True, False, False]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "PURGE"])
def test_every_method_that_may_change_something_counts(method: str) -> None:
    app = Flask("toy")
    app.add_url_rule("/view", "view", view, methods=[method, "GET"])
    assert row(app, "view", method).fault
    app.view_functions["view"] = guarded
    assert not row(app, "view", method).fault


def test_what_is_guarded_needs_simple_2fa_once_it_is_asked_for() -> None:
    """The audit itself doesn't: it looks at marks."""
    app = plain(view=guarded)
    assert not audit_routes(app).failures
    app.testing = True
    with pytest.raises(RuntimeError, match="application 'toy' has no Simple 2FA: call Simple2FA"):
        app.test_client().post("/view")


def test_pages_are_listed_and_may_demand_nothing() -> None:
    app = Flask("toy")
    app.add_url_rule("/page", "page", view)
    app.add_url_rule("/old", "old", view, build_only=True)
    assert [each.path for each in audit_routes(app).rows] == ["/page", "/static/<path:filename>"]
    assert audit_routes(app).failures == ()


class TestAllowing:
    def test_a_reason_is_enough_and_is_shown(self) -> None:
        audit = audit_routes(plain(view=view), {"view": "a robot calls it"})
        assert (audit.failures, audit.notes) == ((), ())
        (line,) = (each for each in audit.table().splitlines() if "/view" in each)
        assert line.split() == ["open", "POST", "/view", "-", "-", "-", "a", "robot", "calls", "it"]

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_without_one_it_fails(self, reason: str) -> None:
        assert audit_routes(plain(view=view), {"view": reason}).failures

    def test_what_needs_none_is_noted(self) -> None:
        audit = audit_routes(plain(view=guarded), {"view": "why not", "veiw": "mistyped"})
        assert audit.notes == (
            "'veiw' is no endpoint: take it off the list of what is allowed",
            "'view' needs no reason: take it off the list of what is allowed",
        )
        assert audit.failures == ()

    @pytest.mark.parametrize(
        "allowed", [["view"], ("view",), {"view"}, "view", {"view": None}, {1: "one"}], ids=str
    )
    def test_a_list_without_reasons_is_refused(self, allowed: Any) -> None:  # noqa: ANN401
        with pytest.raises(TypeError) as told:
            audit_routes(plain(view=view), allowed)
        assert str(told.value) == (
            "give a reason for each endpoint that is allowed, such as"
            " {'login': 'takes the password'}"
        )

    @pytest.mark.parametrize("allowed", [None, {}, []], ids=str)
    def test_nothing_is_allowed_by_nothing(self, allowed: Any) -> None:  # noqa: ANN401
        assert audit_routes(plain(view=view), allowed).failures

    def test_it_opens_no_other(self) -> None:
        audit = audit_routes(plain(view=view, other=view), {"view": "a robot calls it"})
        assert [each.route.endpoint for each in audit.failures] == ["other"]


def test_programs_read_the_same() -> None:
    facts: Any = audit_routes(plain(view=fresh, other=view), {"x": "y"}).facts()
    assert facts["rows"][-1] == {
        "methods": ["POST"],
        "path": "/view",
        "endpoint": "view",
        "demands": "second step",
        "factor": "any",
        "within_seconds": 300.0,
        "reason": "",
    }
    assert facts["failures"] == [row(plain(other=view), "other").fault]
    assert facts["notes"] == ["'x' is no endpoint: take it off the list of what is allowed"]
