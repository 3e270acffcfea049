"""The audit where we are mounted: blueprints that are guarded, and views of our own."""

from pathlib import Path

import pytest
from flask import Blueprint, Flask

from simple_2fa.flask import Route, Simple2FA, audit_routes, second_factor_required
from simple_2fa.http import guard
from toys import toy


def view() -> str:
    return "done"


def row(app: Flask, endpoint: str) -> Route:
    return next(each for each in audit_routes(app).rows if each.endpoint == endpoint)


class TestBlueprints:
    def test_a_guarded_one_guards_what_is_in_it(self, tmp_path: Path) -> None:
        two_factor, desk, inner = Simple2FA(), Blueprint("desk", "x"), Blueprint("inner", "x")
        two_factor.guard(desk, within=5)
        for each in (desk, inner):
            each.add_url_rule("/view", "view", view, methods=["POST"])
        desk.add_url_rule("/fresh", "fresh", second_factor_required(within=2)(view))
        desk.register_blueprint(inner, url_prefix="/inner")
        app = toy(tmp_path, two_factor)
        app.register_blueprint(desk, url_prefix="/desk")
        app.register_blueprint(inner, url_prefix="/open")
        found = {each.path: each.needs.freshness for each in audit_routes(app).rows}
        assert found["/desk/view"] == found["/desk/inner/view"] == "5 min"
        assert found["/desk/fresh"] == "2 min"
        assert [each.route.path for each in audit_routes(app).failures] == ["/open/view"]

    def test_a_check_of_the_host_s_own_counts_where_it_is_marked(self) -> None:
        blueprint, app = Blueprint("desk", "x"), Flask("toy")
        blueprint.before_request(second_factor_required(lambda: None))
        blueprint.add_url_rule("/view", "view", view, methods=["POST"])
        app.register_blueprint(blueprint)
        assert not row(app, "desk.view").fault


class TestOurs:
    @pytest.mark.parametrize("prefix", ["", "/2fa"])
    def test_views_that_are_mounted_are_audited_too(self, tmp_path: Path, prefix: str) -> None:
        app = toy(tmp_path, Simple2FA(url_prefix=prefix))
        rows = {each.path: each for each in audit_routes(app).rows if each.is_open}
        assert set(rows) == {
            *(
                f"{prefix}/verify/{name}"
                for name in ("answer", "resend", "switch", "unlock", "not-me/<token>")
            ),
            f"{prefix}/inbox/clear",
        }
        assert all(each.is_ours and each.reason for each in rows.values())
        again = row(app, "simple_2fa.web.GET /verify/again")
        assert (again.needs.stage, again.needs.freshness) == ("second step", "once per sign-in")

    def test_reasons_of_ours_are_not_for_views_of_the_host(self, tmp_path: Path) -> None:
        app = toy(tmp_path)
        app.add_url_rule("/view", "inbox.clear", view, methods=["POST"])
        assert row(app, "inbox.clear").fault

    def test_what_is_not_checked_any_more_is_not_called_guarded(self, tmp_path: Path) -> None:
        app = toy(tmp_path)
        app.before_request_funcs["simple_2fa"].remove(guard.check)
        assert row(app, "simple_2fa.web.GET /verify/again").needs.stage == ""
