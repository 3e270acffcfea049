"""`Simple2FA.guard`: a whole blueprint behind the second step."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from apps import Clock, Site
from live import Person
from simple_2fa.core.clock import utc_now
from simple_2fa.flask import Simple2FA
from toys import toy


def tally() -> str:
    return "the tally"


@pytest.fixture(params=[None, 5])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    two_factor, desk = Simple2FA(), Blueprint("desk", "x", url_prefix="/desk")
    two_factor.guard(desk, within=request.param)
    desk.add_url_rule("/tally", "tally", tally, methods=["GET", "POST"])
    here = {"SIMPLE_2FA_PUBLIC_URL": "http://localhost:5000"}
    made = Site(toy(tmp_path, two_factor, **here), Clock(utc_now()))
    made.app.register_blueprint(desk)
    yield made
    made.services.db.close()


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return site.client()


def test_who_is_not_signed_in_is_sent_to_do_that(client: FlaskClient) -> None:
    assert client.get("/desk/tally").status_code == 401


def test_whoever_made_no_second_step_is_led_to_it_and_back(site: Site) -> None:
    ann = Person(site)
    ann.get("/enter/ann")
    own = {"Origin": site.origin, "Sec-Fetch-Site": "same-origin"}
    assert ann.client.get("/desk/tally", headers=own).location == "/verify"
    site.clock.now = utc_now()
    code = site.code("ann@example.com")
    assert ann.type(ann.open("/verify"), code).html == "the tally"
    assert ann.client.post("/desk/tally").text == "the tally"


def test_a_program_is_told_so(client: FlaskClient) -> None:
    client.get("/enter/ann")
    told = client.post("/desk/tally", json={})
    assert (told.status_code, told.json["code"]) == (403, "second_factor_required")  # type: ignore[index]


def test_browsers_may_ask_which_methods_there_are(client: FlaskClient) -> None:
    told = client.options("/desk/tally")
    assert (told.status_code, told.text) == (200, "")
    assert "POST" in told.headers["Allow"]


def test_a_view_that_answers_that_itself_is_guarded_too(tmp_path: Path) -> None:
    two_factor, desk = Simple2FA(), Blueprint("desk", "x")
    two_factor.guard(desk)
    desk.add_url_rule("/tally", "tally", tally, methods=["OPTIONS"])
    app = toy(tmp_path, two_factor)
    app.register_blueprint(desk)
    assert app.test_client().options("/tally").status_code == 401


def test_views_outside_are_left_alone(client: FlaskClient) -> None:
    assert client.get("/enter/ann").text == "Hello."


@pytest.mark.parametrize("within", [0, -1])
def test_minutes_must_be_some(within: float) -> None:
    with pytest.raises(ValueError, match="within is a number of minutes above 0"):
        Simple2FA().guard(Blueprint("desk", "x"), within=within)


def test_one_that_is_registered_already_is_refused(tmp_path: Path) -> None:
    two_factor, desk = Simple2FA(), Blueprint("desk", "x")
    toy(tmp_path, two_factor).register_blueprint(desk)
    with pytest.raises(RuntimeError, match=r"'desk' is registered already.*before register_blue"):
        two_factor.guard(desk)


def test_an_application_as_a_whole_is_refused() -> None:
    with pytest.raises(TypeError, match="guard takes a blueprint, not <Flask 'x'>"):
        Simple2FA().guard(Flask("x"))  # type: ignore[arg-type]
