"""The mark of what demands the second step: set where it is demanded, found again by the audit."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from simple_2fa.http.guard import Demand
from simple_2fa.sessions.model import Stage


def mark(call: Any, within: float | None) -> None:  # noqa: ANN401 (a function, which takes any attribute)
    """Mark what demands the second step, of the last minutes where they are given."""
    call.second_factor = Demand(Stage.FULL, fresh=within is not None)
    call.within = within


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
