"""Answering no sooner than others would be answered."""

from time import perf_counter, sleep

from flask import g

FAILURE = 0.05
"""Seconds that a failed check by address takes: more than any of its ways needs."""


def level(seconds: float) -> None:
    """Wait until so many seconds after the request came, so that its time tells nothing."""
    sleep(max(g.began + seconds - perf_counter(), 0))
