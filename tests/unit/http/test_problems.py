import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from werkzeug import exceptions

from apps import Site, made
from simple_2fa.core.errors import ConflictError, SealError, SlowDownError, UnavailableError
from simple_2fa.core.ids import new_id
from simple_2fa.http import problems
from simple_2fa.http.own import g
from simple_2fa.http.problems import KINDS, FieldFault, Problem
from simple_2fa.http.services import seconds_until
from world import NOW

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return made(tmp_path_factory.mktemp("site"))


@pytest.fixture(autouse=True)
def request_id(site: Site) -> Iterator[str]:
    """Within a request."""
    with site.app.test_request_context():
        g.request_id = new_id()
        yield g.request_id


class TestRespond:
    def test_each_kind_has_its_status_and_words(self) -> None:
        for code, kind in KINDS.items():
            response = problems.respond(Problem(code))
            body = json.loads(response.data)
            assert response.status_code == body["status"] == kind.status
            assert body["detail"] == body["message"] == kind.message
            assert body["type"] == f"http://localhost:5000/docs#{code}"
            assert set(body) == {
                "type", "title", "status", "detail", "message", "code", "request_id"
            }  # fmt: skip

    def test_it_tells_what_applies(self) -> None:
        faults = (FieldFault("/a", "one"), FieldFault("/b", "two"))
        problem = Problem("invalid_request", "Look.", tries_left=0, errors=faults)
        body = json.loads(problems.respond(problem).data)
        assert (body["detail"], body["tries_left"]) == ("Look.", 0)
        assert body["errors"] == [
            {"pointer": "/a", "detail": "one"},
            {"pointer": "/b", "detail": "two"},
        ]

    @pytest.mark.parametrize(
        ("wait", "told"),
        [(29.1 * SECOND, "30"), (30 * SECOND, "30"), (0 * SECOND, "1"), (-5 * SECOND, "1")],
    )
    def test_retry_after_is_rounded_up_and_never_0(self, wait: timedelta, told: str) -> None:
        response = problems.respond(Problem("slow_down", retry_at=NOW + wait))
        assert response.headers["Retry-After"] == told


class TestOf:
    def test_a_problem_is_itself(self) -> None:
        problem = Problem("conflict")
        assert problems.of(problem) is problem

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            (SlowDownError(NOW), "slow_down"),
            (ConflictError("Use a new key."), "conflict"),
            (UnavailableError("gone"), "unavailable"),
            (SealError("broken"), "unavailable"),
            (exceptions.NotFound(), "not_found"),
            (exceptions.RequestEntityTooLarge(), "too_large"),
            (exceptions.BadRequest(), "invalid_request"),
            (exceptions.BadHost(), "invalid_request"),
            (exceptions.RequestedRangeNotSatisfiable(), "invalid_request"),
            (exceptions.RequestURITooLarge(), "invalid_request"),
            (exceptions.ServiceUnavailable(), "unavailable"),
            (exceptions.NotImplemented(), "internal_error"),
            (exceptions.HTTPException(), "internal_error"),
            (KeyError("x"), "internal_error"),
        ],
    )
    def test_every_error_has_a_code(self, error: Exception, code: str) -> None:
        assert problems.of(error).code == code

    def test_it_keeps_what_the_error_carries(self) -> None:
        assert problems.of(SlowDownError(NOW)).retry_at == NOW
        assert problems.of(ConflictError("Use a new key.")).detail == "Use a new key."
        refused = exceptions.MethodNotAllowed(valid_methods=["POST", "GET"])
        assert problems.of(refused).headers == {"Allow": "GET, POST"}

    def test_only_faults_of_ours_are_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        for error in (exceptions.NotFound(), SlowDownError(NOW), Problem("wrong_code")):
            problems.of(error)
        assert caplog.records == []
        problems.of(ZeroDivisionError())
        assert caplog.records[-1].exc_info


def test_seconds_until_an_instant_are_whole_and_never_negative() -> None:
    waits = [-1 * SECOND, 0 * SECOND, 0.001 * SECOND, 1 * SECOND, 1.5 * SECOND]
    assert [seconds_until(NOW + wait) for wait in waits] == [0, 0, 1, 1, 2]
