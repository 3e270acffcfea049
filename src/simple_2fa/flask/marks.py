"""The mark of what demands the second step: set where it is demanded, found again by the audit."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any
from weakref import WeakSet

from flask import Flask, current_app, request

from simple_2fa.http.guard import Demand
from simple_2fa.sessions.model import Stage


def mark(call: Any, within: float | None) -> None:  # noqa: ANN401 (a function, which takes any attribute)
    """Mark what demands the second step, of the last minutes where they are given."""
    call.second_factor = Demand(Stage.FULL, fresh=within is not None)
    call.within = within
    for layer in layers(getattr(call, "__wrapped__", None)):
        with suppress(AttributeError, TypeError):  # a class, say, takes none
            layer.second_factor_guards = WeakSet([*_guards_of(layer), call])  # type: ignore[attr-defined]


def marks(call: object) -> Iterator[float | None]:
    """Give what each mark says of minutes, however a function is wrapped; nothing without one.

    A decorator that forgets `functools.wraps` hides what is under it.
    """
    for layer in layers(call):
        if isinstance(getattr(layer, "second_factor", None), Demand):
            yield getattr(layer, "within", None)


def layers(call: object) -> Iterator[object]:
    """Give a function, and what it wraps."""
    seen: set[int] = set()
    while call is not None and id(call) not in seen:
        seen.add(id(call))
        yield call
        call = call.func if isinstance(call, partial) else getattr(call, "__wrapped__", None)


def unguarded(app: Flask) -> frozenset[str]:
    """Name the endpoints above whose route a guard stands, where it guards nothing.

    Their modules know the guarded function by a name under which Flask serves the bare one; where
    that name was used again, or inside a function, nobody knows the guarded one any more.
    """
    views = app.view_functions.items()
    return frozenset(end for end, view in views if not _is_guard(view) and _is_misled(view))


def _is_misled(view: object) -> bool:
    named = _named(view)
    if named is view:  # a guard that was written above it would have its name
        return False
    if _is_guard(named) and any(layer is view for layer in layers(named)):
        return True
    return hasattr(view, "second_factor_guards") and not _guards_of(view)


def _guards_of(view: object) -> list[object]:
    """Give what was guarded from it, as long as anybody has that."""
    return list(getattr(view, "second_factor_guards", ()))


def _is_guard(call: object) -> bool:
    return bool(list(marks(call)))


def _named(view: object) -> object:
    module = sys.modules.get(getattr(view, "__module__", None) or "")
    return getattr(module, getattr(view, "__name__", ""), None)


class Misplaced:
    """Refuses views above whose route a guard stands: nobody may think that they are guarded."""

    def __init__(self) -> None:
        self._endpoints: frozenset[str] | None = None

    def refuse(self) -> None:
        """Before each request: refuse it, if it is for one of those.

        Raises:
            RuntimeError: it is.
        """
        if self._endpoints is None:
            self._endpoints = unguarded(current_app)
        if request.endpoint in self._endpoints:
            raise RuntimeError(
                f"the guard above the route of {request.endpoint!r} guards nothing:"
                " put @second_factor_required under the route; if the view is to be open there,"
                " guard none of it that is served nowhere"
            )
