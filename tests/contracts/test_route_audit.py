"""Our own server passes its audit, and the audit tells the truth about it."""

import json
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest
from flask import Response

from apps import Site, made
from host_app import host_app
from live import site_in
from rig.command import Told, call, fresh_home
from simple_2fa.flask import Audit, audit_routes
from simple_2fa.flask.auditing import SAFE
from simple_2fa.flask.open_routes import OPEN
from simple_2fa.http.guard import anybody, demand_of


@pytest.fixture(params=["development", "production"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    return site_in(tmp_path, development=request.param == "development")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with fresh_home(tmp_path, monkeypatch):
        yield tmp_path


def changing(audit: Audit) -> set[str]:
    return {row.path for row in audit.rows if not SAFE.issuperset(row.methods)}


def test_every_route_has_its_row(site: Site) -> None:
    audit = audit_routes(site.app)
    assert {(row.endpoint, row.path) for row in audit.rows} == {
        (rule.endpoint, rule.rule) for rule in site.app.url_map.iter_rules()
    }
    assert all(row.is_ours and row.needs.stage for row in audit.rows)


def test_whatever_changes_something_demands_something_or_says_why_not(site: Site) -> None:
    audit = audit_routes(site.app)
    assert audit.failures == ()
    assert len(changing(audit)) > 20


def test_no_reason_is_left_over(tmp_path: Path) -> None:
    host = host_app(tmp_path).flask
    rows = [*audit_routes(site_in(tmp_path).app).rows, *audit_routes(host).rows]
    used = {row.endpoint.removeprefix("simple_2fa."): row.reason for row in rows if row.reason}
    assert used == OPEN


def test_a_key_is_a_demand_and_is_asked_for_before_the_view_is_called(tmp_path: Path) -> None:
    site = made(tmp_path, development=False)
    rows = [row for row in audit_routes(site.app).rows if row.needs.stage == "API key"]
    assert len(rows) == 7
    for row in rows:
        view = Mock(demand=demand_of(row.endpoint, site.app))
        site.app.view_functions[row.endpoint] = view
        path = row.path.replace("<challenge>", "x" * 22)
        told = site.client().open(path, method=row.methods[0])
        assert (told.status_code, view.called) == (401, False), row
    site.services.db.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("said", [False, True])
def test_a_view_that_demands_nothing_makes_it_fail(site: Site, method: str, said: bool) -> None:  # noqa: FBT001
    def view() -> Response:
        return Response()

    called = anybody(view) if said else view
    site.app.add_url_rule("/forgotten", "forgotten", called, methods=[method])
    (failure,) = audit_routes(site.app).failures
    assert failure.fault.startswith(f"{method} /forgotten (forgotten) demands nothing: ")


class TestCommand:
    def test_it_needs_no_settings_and_leaves_nothing(self, home: Path) -> None:
        (home / ".env").write_text("CODE_TTL=5")
        told = call("audit", "routes")
        assert (told.status, told.err) == (0, "")
        assert told.out.endswith("demands something, but for 15 with a reason.\n")
        assert [each.name for each in home.iterdir()] == [".env"]

    @pytest.mark.usefixtures("home")
    def test_reasons_are_shown(self) -> None:
        table = call("audit", "routes").out
        assert all(reason in table for reason in OPEN.values())
        (login,) = (line for line in table.splitlines() if "POST    /login " in line)
        assert login.split()[:6] == ["open", "POST", "/login", "anybody", "-", "-"]

    @pytest.mark.usefixtures("home")
    def test_programs_read_it_too(self) -> None:
        told = json.loads(call("audit", "routes", "--json").out)
        assert (told["failures"], told["notes"]) == ([], [])
        assert {"POST"} == {
            method for row in told["rows"] if row["reason"] for method in row["methods"]
        }

    @pytest.mark.parametrize("more", [[], ["--json"]])
    @pytest.mark.usefixtures("home")
    def test_what_fails_is_told_with_status_1(
        self, monkeypatch: pytest.MonkeyPatch, more: list[str]
    ) -> None:
        told = _without_a_reason(monkeypatch, *more)
        fault = "POST /logout (simple_2fa.web.POST /logout) demands nothing: mark its view by"
        assert told.status == 1
        assert fault in (told.out if more else told.err)
        assert more or "FAIL  POST" in told.out


def _without_a_reason(monkeypatch: pytest.MonkeyPatch, *more: str) -> Told:
    fewer = {name: why for name, why in OPEN.items() if "logout" not in name}
    monkeypatch.setattr("simple_2fa.flask.auditing.OPEN", fewer)
    return call("audit", "routes", *more)
