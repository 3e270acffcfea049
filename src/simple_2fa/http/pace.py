"""Answering no sooner than others would be answered."""

from time import perf_counter, sleep

from simple_2fa.http.own import g

FAILURE = 0.05
"""Seconds after which a failed check by address is answered at the earliest.

More than a check takes where the server isn't overloaded.
"""


def level(seconds: float) -> None:
    """Wait until so many seconds after the request came, so that its time tells nothing."""
    sleep(max(g.began + seconds - perf_counter(), 0))
