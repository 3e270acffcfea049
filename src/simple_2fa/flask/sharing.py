"""Paths that an application has, and we too: Flask would serve one of the two, without a word."""

from collections import defaultdict

from flask import Flask, current_app, request

from simple_2fa.http.services import EXTENSION

_BY_ITSELF = frozenset({"HEAD", "OPTIONS"})
"""Methods that Flask adds."""


def shared(app: Flask) -> dict[str, str]:
    """Give endpoints at a path that is both ours and the application's, each with the path."""
    places = defaultdict(set)
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or {"ANY"}) - _BY_ITSELF:
            places[rule.host, rule.subdomain, method, rule.rule].add(rule.endpoint)
    both = (
        (place[-1], ends) for place, ends in places.items() if len(set(map(_is_ours, ends))) > 1
    )
    return {end: path for path, ends in both for end in ends}


def refuse(path: str) -> None:
    """Tell a developer.

    Raises:
        RuntimeError: always.
    """
    raise RuntimeError(
        f"the application has a route of its own at {path!r}, where one of ours is:"
        " give Simple2FA a url_prefix, such as '/2fa'"
    )


class Shared:
    """Refuses what is served at such a path, where a route was added after we were."""

    def __init__(self) -> None:
        self._paths: dict[str, str] | None = None

    def refuse(self) -> None:
        """Before each request: refuse it, if it is for one of those.

        Raises:
            RuntimeError: it is.
        """
        if self._paths is None:
            self._paths = shared(current_app)
        if request.endpoint in self._paths:
            refuse(self._paths[request.endpoint])


def _is_ours(endpoint: str) -> bool:
    return endpoint.startswith(f"{EXTENSION}.")
