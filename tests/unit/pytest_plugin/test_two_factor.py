"""The fixture `two_factor`, at an application whose fixture is made once for many tests."""

import json
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from simple_2fa.core.clock import utc_now
from simple_2fa.flask.testing import Clock, TwoFactor
from simple_2fa.flask.testing.apart import Apart, mount_of
from toy_shop import ANN, BOB, shop
from world import wrong

pytest_plugins = ["simple_2fa.pytest_plugin"]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def ann(client: FlaskClient) -> FlaskClient:
    client.post("/login", data={"user": "ann"})
    return client


@pytest.fixture
def asked(ann: FlaskClient) -> FlaskClient:
    """Ann, whom a view has led to the second step."""
    assert ann.get("/bank/orders?sort=new").location == "/verify"
    return ann


def test_the_code_is_read_and_leads_on(two_factor: TwoFactor, asked: FlaskClient) -> None:
    response = two_factor.answer(asked, two_factor.mail_code(ANN))
    assert (response.status_code, response.location) == (303, "/bank/orders?sort=new")
    assert asked.get("/bank/orders").text == "her orders"


def test_a_wrong_code_leads_back(two_factor: TwoFactor, asked: FlaskClient) -> None:
    code = two_factor.mail_code(ANN)
    assert two_factor.answer(asked, wrong(code)).location == "/verify?told=wrong"
    assert two_factor.answer(asked, code).location == "/bank/orders?sort=new"


@pytest.mark.usefixtures("asked")
def test_an_address_may_be_spelled_otherwise(two_factor: TwoFactor) -> None:
    assert two_factor.mail_code(" Ann@Example.com ") == two_factor.mail_code(ANN)


@pytest.mark.usefixtures("asked")
def test_letters_come_with_all_that_is_in_them(two_factor: TwoFactor) -> None:
    (letter,) = two_factor.letters()
    assert letter.to == ANN
    assert letter.subject == "Your Shop security code"
    assert letter.code in letter.text
    assert "signing in: localhost" in letter.text
    assert letter.code in letter.html
    assert two_factor.letters(ANN) == [letter]
    assert two_factor.letters(BOB) == []


def test_nothing_is_there_of_the_tests_before(two_factor: TwoFactor, ann: FlaskClient) -> None:
    assert two_factor.letters() == []
    assert ann.get("/bank/orders").location == "/verify"


def test_time_passes_where_it_is_moved(two_factor: TwoFactor, ann: FlaskClient) -> None:
    ann.get("/bank/transfer")
    assert two_factor.confirm(ann, ANN).location == "/bank/transfer"
    two_factor.clock.move(minutes=4)
    assert ann.get("/bank/transfer").text == "sent"
    two_factor.clock.move(minutes=2)
    assert ann.get("/bank/orders").text == "her orders"
    assert ann.get("/bank/transfer").location == "/verify"
    second, first = two_factor.letters(ANN)
    assert two_factor.mail_code(ANN) == second.code != first.code
    assert two_factor.confirm(ann, ANN).location == "/bank/transfer"
    assert ann.get("/bank/transfer").text == "sent"


def test_the_clock_goes_on_by_itself() -> None:
    clock = Clock()
    assert utc_now() <= clock() <= utc_now()
    clock.move(hours=1, seconds=1)
    assert clock() - utc_now() > timedelta(hours=1)


def test_the_clock_goes_forward_only() -> None:
    with pytest.raises(ValueError, match="the clock goes forward only"):
        Clock().move(minutes=-1)


def test_confirm_has_the_code_mailed_where_none_was(
    two_factor: TwoFactor, ann: FlaskClient
) -> None:
    # Whoever asks by a program is told where the page is; it waits there for a press.
    response = ann.get("/bank/orders", headers={"Accept": "application/json"})
    assert response.status_code == 403
    assert two_factor.letters() == []
    assert two_factor.confirm(ann, ANN).location == "/"
    assert ann.get("/bank/orders").text == "her orders"


def test_confirm_has_another_mailed_where_one_is_too_old(
    two_factor: TwoFactor, asked: FlaskClient
) -> None:
    two_factor.mail_code(ANN)
    two_factor.clock.move(minutes=11)
    assert two_factor.confirm(asked, ANN).location == "/bank/orders?sort=new"
    assert len([letter for letter in two_factor.letters(ANN) if letter.code]) == 2


def test_two_people_have_a_code_each(two_factor: TwoFactor, asked: FlaskClient, app: Flask) -> None:
    bob = app.test_client()
    bob.post("/login", data={"user": "bob"})
    bob.get("/bank/orders")
    assert [letter.to for letter in two_factor.letters()] == [BOB, ANN]
    assert two_factor.confirm(asked, ANN).location == "/bank/orders?sort=new"
    assert two_factor.confirm(bob, BOB).location == "/bank/orders"


class TestCommands:
    """Commands of operators look at the test's data, by its clock."""

    def call(self, app: Flask, *arguments: str) -> Result:
        return app.test_cli_runner().invoke(args=["simple-2fa", *arguments])

    @pytest.mark.usefixtures("two_factor")
    def test_nobody_is_there_at_first(self, app: Flask) -> None:
        assert self.call(app, "db", "check").exit_code == 0
        told = self.call(app, "person", "show", "ann")
        assert (told.exit_code, told.stderr[:28]) == (1, "Nobody with the id 'ann' is ")

    def test_they_see_what_the_test_did(
        self, two_factor: TwoFactor, asked: FlaskClient, app: Flask
    ) -> None:
        two_factor.confirm(asked, ANN)
        facts = json.loads(self.call(app, "person", "show", "ann", "--json").stdout)
        assert (facts["address"], facts["sessions"]) == (ANN, 1)
        two_factor.clock.move(days=60)
        facts = json.loads(self.call(app, "person", "show", "ann", "--json").stdout)
        assert facts["sessions"] == 0

    def test_the_test_sees_what_they_did(
        self, two_factor: TwoFactor, asked: FlaskClient, app: Flask
    ) -> None:
        two_factor.confirm(asked, ANN)
        two_factor.clock.move(days=20)
        assert self.call(app, "person", "reset-2fa", "ann", "--yes").exit_code == 0
        assert two_factor.letters(ANN)[0].subject == "Your second sign-in step at Shop was reset"
        assert asked.get("/bank/orders").location == "/verify"

    def test_the_real_database_is_not_touched(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("SIMPLE_2FA_DATABASE_URL", f"sqlite:///{tmp_path / 'real.sqlite3'}")
        app = shop(tmp_path)
        mount = mount_of(app)
        assert mount
        apart = Apart(mount)
        assert self.call(app, "db", "upgrade").exit_code == 0
        assert not (tmp_path / "real.sqlite3").exists()
        apart.end()
        assert self.call(app, "db", "upgrade").exit_code == 0
        assert (tmp_path / "real.sqlite3").exists()


def test_all_that_is_queued_is_mailed() -> None:
    mount = Mock()
    mount.services.worker.run_once.side_effect = [True, True, False]
    assert TwoFactor(mount, Clock()).letters() is mount.services.inbox.read.return_value
    assert mount.services.worker.run_once.call_count == 3


class TestWhatFails:
    def test_no_code_where_nothing_was_mailed(self, two_factor: TwoFactor) -> None:
        with pytest.raises(AssertionError) as told:
            two_factor.mail_code(BOB)
        assert str(told.value) == (
            "no code was mailed to 'bob@example.com'. Nothing was mailed at all. A code goes out"
            " when whoever is signed in opens a view that needs the second step; where the page"
            " waits with 'Email me a code', confirm(client, address) presses that."
        )

    @pytest.mark.usefixtures("asked")
    def test_no_code_where_it_went_to_somebody_else(self, two_factor: TwoFactor) -> None:
        with pytest.raises(AssertionError) as told:
            two_factor.mail_code(BOB)
        assert (
            "no code was mailed to 'bob@example.com'. This was, the newest first:"
            " 'Your Shop security code' to ann@example.com. A code goes out"
        ) in str(told.value)

    def test_nobody_is_asked_for_a_code(self, two_factor: TwoFactor, client: FlaskClient) -> None:
        assert client.get("/bank/orders").status_code == 401
        with pytest.raises(AssertionError) as told:
            two_factor.confirm(client, ANN)
        assert str(told.value) == (
            "this client is asked for no second step now. /verify answers 200 and says 'There's"
            " nothing to confirm here Go back to where you came from and start again there. Go to"
            " the start page'. Before that, let somebody sign in with it and open a view that needs"
            " the second step."
        )

    def test_nor_is_whoever_has_answered(self, two_factor: TwoFactor, asked: FlaskClient) -> None:
        two_factor.confirm(asked, ANN)
        with pytest.raises(AssertionError, match=r"no code now\. /verify answers 303 .* to /\."):
            two_factor.answer(asked, "123456")

    def test_nor_is_whoever_has_to_press_a_button(
        self, two_factor: TwoFactor, ann: FlaskClient
    ) -> None:
        ann.get("/bank/orders", headers={"Accept": "application/json"})
        with pytest.raises(AssertionError, match=r"says '.*Email me a code"):
            two_factor.answer(ann, "123456")

    def test_the_code_of_somebody_else_is_wrong(
        self, two_factor: TwoFactor, asked: FlaskClient, app: Flask
    ) -> None:
        bob = app.test_client()
        bob.post("/login", data={"user": "bob"})
        bob.get("/bank/orders")
        with pytest.raises(AssertionError) as told:
            two_factor.confirm(asked, BOB)
        assert (
            "the newest code that was mailed to 'bob@example.com' isn't the one that this client"
            " is asked for: is that the address of whoever is signed in? /verify answers 200"
        ) in str(told.value)

    def test_a_letter_too_many_is_told_by_the_page(
        self, two_factor: TwoFactor, ann: FlaskClient, app: Flask
    ) -> None:
        for number in range(5):
            other = app.test_client()
            other.set_cookie("browser", str(number))
            other.post("/login", data={"user": "ann"})
            other.get("/bank/orders")
        ann.get("/bank/orders")
        with pytest.raises(AssertionError, match=r"answers 429 and says .* many codes lately"):
            two_factor.confirm(ann, ANN)
        two_factor.clock.move(minutes=12)
        assert two_factor.confirm(ann, ANN).location == "/bank/orders"


class TestAnotherPlace:
    @pytest.fixture
    def app(self, tmp_path_factory: pytest.TempPathFactory) -> Flask:
        config = {"APPLICATION_ROOT": "/shop"}
        return shop(tmp_path_factory.mktemp("shop"), config, url_prefix="/2fa")

    def test_it_is_found_behind_a_prefix(self, two_factor: TwoFactor, ann: FlaskClient) -> None:
        assert ann.get("/bank/orders").location == "/shop/2fa/verify"
        code = two_factor.mail_code(ANN)
        assert two_factor.answer(ann, wrong(code)).location == "/shop/2fa/verify?told=wrong"
        assert two_factor.confirm(ann, ANN).location == "/shop/bank/orders"

    def test_and_a_wrong_code_is_told_there(
        self, two_factor: TwoFactor, ann: FlaskClient, app: Flask
    ) -> None:
        bob = app.test_client()
        bob.post("/login", data={"user": "bob"})
        for each in (ann, bob):
            each.get("/bank/orders")
        with pytest.raises(AssertionError, match="is that the address of whoever is signed in"):
            two_factor.confirm(ann, BOB)
