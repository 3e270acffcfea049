"""The second step in somebody else's Flask application, over HTTP."""

from pathlib import Path
from typing import Any

import pytest
from flask import session
from sqlalchemy import select

from host_app import ANN, Customer, HostApp, host_app, leads
from live import Shown
from simple_2fa.db.schema import accounts
from simple_2fa.flask import (
    current_proof,
    second_factor_required,
)
from simple_2fa.sessions import browsers
from world import wrong


@pytest.fixture
def shop(tmp_path: Path) -> HostApp:
    return host_app(tmp_path)


@pytest.fixture
def ann(shop: HostApp) -> Customer:
    return Customer(shop)


class TestOncePerSignIn:
    def test_she_is_asked_and_comes_back_to_where_she_was_going(self, ann: Customer) -> None:
        ann.log_in()
        assert leads(ann.get("/orders?sort=new")) == "/verify"
        assert ann.get("/").text == "home of 1, no"
        page = ann.verify()
        assert page.h1 == "Check your email"
        assert "a•••@example.com" in page.main
        assert leads(ann.answer()) == "/orders?sort=new"
        assert ann.get("/orders").text == "orders of 1"
        assert ann.get("/").text == "home of 1, mail_code"
        assert ann.verify().status == 303

    def test_nobody_is_the_application_s_own_business(self, ann: Customer) -> None:
        assert ann.get("/orders").status_code == 401
        assert ann.post("/transfer").status_code == 401
        assert ann.verify().h1 == "There's nothing to confirm here"

    def test_a_login_view_may_ask_at_once(self, ann: Customer) -> None:
        assert leads(ann.post("/login-and-ask", user="1")) == "/verify"
        assert leads(ann.answer()) == "/orders"

    def test_also_where_it_was_asked_before_who_is_there(self, ann: Customer) -> None:
        ann.app.flask.before_request(lambda: [][bool(current_proof) :] or None)
        assert leads(ann.post("/login-and-ask", user="1")) == "/verify"
        ann.answer()
        assert leads(ann.post("/login-and-ask", user="2")) == "/verify"
        assert "b•••@example.com" in ann.verify().main

    @pytest.mark.parametrize("to", [None, "", "https://evil.example", "//evil.example", "orders"])
    def test_and_leads_to_the_start_page_where_no_path_is_given(
        self, ann: Customer, to: str | None
    ) -> None:
        @ann.app.flask.post("/login-next")
        def login_next() -> Any:  # noqa: ANN401 (a response)
            session["user"] = "1"
            return ann.app.two_factor.ask(to)

        assert leads(ann.post("/login-next")) == "/verify"
        assert leads(ann.answer()) == "/"

    def test_whoever_asks_for_nobody_is_told_so(self, ann: Customer) -> None:
        ann.app.two_factor.person_loader(lambda: None)
        with pytest.raises(RuntimeError, match="signed somebody in"):
            ann.post("/login-and-ask", user="1")

    def test_a_wrong_code_opens_nothing(self, ann: Customer) -> None:
        ann.log_in().get("/orders")
        assert leads(ann.answer(wrong(ann.app.code()))) == "/verify?told=wrong"
        assert leads(ann.get("/orders")) == "/verify"
        assert "4 tries left" in ann.open("/verify?told=wrong").code_error
        assert leads(ann.answer()) == "/orders"

    def test_asked_again_she_has_the_same_code(self, ann: Customer) -> None:
        ann.log_in()
        for _ in range(3):
            ann.get("/orders")
            ann.app.clock.move(seconds=40)
        assert len({letter.code for letter in ann.app.letters()}) == 1
        assert leads(ann.answer()) == "/orders"

    def test_it_lasts_for_thirty_days_of_a_sign_in(self, ann: Customer) -> None:
        ann.confirm()
        for _ in range(29):
            ann.app.clock.move(days=1)
            assert ann.get("/orders").status_code == 200
        ann.app.clock.move(days=1)
        assert leads(ann.get("/orders")) == "/verify"

    def test_a_stranger_s_page_starts_nothing(self, ann: Customer) -> None:
        ann.log_in()
        for headers in ({"Sec_Fetch_Site": "cross-site"}, {"Sec_Purpose": "prefetch"}):
            assert leads(ann.get("/orders", **headers)) == "/verify"
            assert ann.app.letters() == []
        page = ann.verify()
        assert page.h1 == "One more step"
        assert leads(ann.submit(page.form("/verify/resend"))) == "/verify?notice=renewed"
        assert leads(ann.answer()) == "/orders"


class TestWithin:
    def test_a_step_is_fresh_for_so_many_minutes(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=4, seconds=59)
        assert ann.get("/transfer").status_code == 200
        ann.app.clock.move(seconds=1)
        assert leads(ann.get("/transfer")) == "/verify"
        assert ann.verify().h1 == "Confirm it's you"
        assert leads(ann.answer()) == "/transfer"
        assert ann.get("/transfer").status_code == 200

    def test_a_browser_that_skips_the_code_is_asked_all_the_same(self, ann: Customer) -> None:
        ann.confirm(remember="yes")
        ann.post("/logout")
        ann.app.clock.move(minutes=1)
        ann.log_in()
        assert leads(ann.get("/orders")) == "/orders"
        assert ann.get("/orders").status_code == 200
        assert ann.get("/").text == "home of 1, None"
        assert leads(ann.get("/transfer")) == "/verify"
        assert leads(ann.answer()) == "/transfer"

    def test_its_first_request_may_be_any(self, ann: Customer) -> None:
        ann.confirm(remember="yes").post("/logout")
        strange = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        requests: list[tuple[str, str, dict[str, str]]] = [
            ("POST", "/orders/1", {}),
            ("GET", "/orders", {"Sec-Fetch-Mode": "cors"}),
            ("GET", "/orders", strange),
        ]
        for method, path, headers in requests:
            ann.log_in()
            told = ann.client.open(path, method=method, headers=headers, follow_redirects=True)
            assert told.status_code == 200
            assert ann.get("/").text == "home of 1, None"
            ann.post("/logout")
            assert ann.get("/").text == "home of None, no"
        assert len(ann.app.letters()) == 1

    def test_what_another_request_has_overtaken_is_sent_once_more(
        self, ann: Customer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann.confirm(remember="yes").post("/logout")
        ann.log_in()
        with monkeypatch.context() as patched:
            patched.setattr(browsers, "use", lambda *_: False)
            again = ann.post("/orders/1?x=1", what="tea")
        assert (again.status_code, leads(again)) == (307, "/orders/1?x=1")
        assert ann.post("/orders/1?x=1", what="tea").status_code == 200

    def test_what_is_fresh_is_asked_for_there_too(self, ann: Customer) -> None:
        ann.confirm(remember="yes").post("/logout")
        ann.app.clock.move(minutes=1)
        ann.log_in().post("/transfer", to="Bob")
        assert leads(ann.answer()) == "/verify/again"
        assert "Bob" in ann.open("/verify/again").main

    @pytest.mark.parametrize("minutes", [0, -1, float("nan")])
    def test_it_is_a_time(self, minutes: float) -> None:
        with pytest.raises(ValueError, match="above 0"):
            second_factor_required(within=minutes)

    @pytest.mark.parametrize("minutes", ["5", True])
    def test_and_a_number(self, minutes: Any) -> None:  # noqa: ANN401 (what is no number)
        with pytest.raises(TypeError, match="number of minutes"):
            second_factor_required(within=minutes)

    def test_and_named(self) -> None:
        with pytest.raises(TypeError, match=r"write second_factor_required\(within=5\)"):
            second_factor_required(5)  # type: ignore[call-overload]


class TestAddresses:
    def test_another_one_ends_what_the_former_proved_and_is_told_there(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.people["1"] = "ann@new.example.com"
        assert leads(ann.get("/orders")) == "/verify"
        assert any("address" in letter.subject for letter in ann.app.letters(ANN))
        assert leads(ann.answer(ann.app.code("ann@new.example.com"))) == "/orders"
        told = ann.open("/verify/account").main
        assert "Email address changed" in told
        assert "by support" not in told

    @pytest.mark.parametrize("other", ["ann@new.example.com", "nobody"])
    def test_also_where_a_view_looks_for_a_proof_by_itself(self, ann: Customer, other: str) -> None:
        ann.confirm()
        ann.app.people["1"] = "Ann@Example.com"
        assert ann.get("/").text == "home of 1, mail_code"
        ann.app.people["1"] = other
        assert ann.get("/").text == "home of 1, no"

    def test_of_many_moves_a_few_are_told(self, ann: Customer) -> None:
        ann.confirm()
        for number in range(8):
            ann.app.people["1"] = f"ann@{number}.example.com"
            ann.get("/orders")
        people = [ANN, *(f"ann@{number}.example.com" for number in range(8))]
        told = [
            each for who in people for each in ann.app.letters(who) if "address" in each.subject
        ]
        assert len(told) == 5

    def test_one_that_is_spelled_otherwise_is_the_same(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.people["1"] = "Ann@Example.com"
        assert ann.get("/orders").status_code == 200

    def test_one_that_no_mail_reaches_denies(
        self, ann: Customer, caplog: pytest.LogCaptureFixture
    ) -> None:
        ann.app.people["1"] = "nobody"
        refused = Shown(ann.log_in().get("/orders"))
        assert refused.status == 403
        assert "no mail can go to the address that Shop has for you" in refused.main
        (told,) = (each.message for each in caplog.records if "no code can go to" in each.message)
        assert "person 1: " in told
        assert told.rpartition("request ")[2].rstrip(")") in refused.main
        german = ann.get("/orders", Accept_Language="de")
        assert "Für Sie gibt es keine E-Mail-Adresse" in german.text
        program = ann.client.post("/api/transfer", json={})
        assert program.json
        assert (program.status_code, program.json["code"]) == (403, "no_address")


class TestForgotten:
    def test_whom_an_operator_disabled_is_told_so(self, ann: Customer) -> None:
        ann.confirm()
        commands = ann.app.flask.test_cli_runner()
        assert commands.invoke(args=["simple-2fa", "person", "disable", "1"]).exit_code == 0
        refused = Shown(ann.get("/orders"))
        assert refused.status == 403
        assert "Shop has disabled it." in refused.main

    def test_a_code_that_waits_is_not_sent(self, ann: Customer) -> None:
        ann.log_in().get("/orders")
        with ann.app.flask.app_context():
            assert ann.app.two_factor.forget(1)
        assert ann.app.letters() == []

    def test_whoever_has_her_id_next_starts_anew(self, ann: Customer) -> None:
        ann.confirm(remember="yes")
        with ann.app.flask.app_context():
            assert ann.app.two_factor.forget(1)
            assert not ann.app.two_factor.forget("1")
        assert rows_of(ann.app) == []
        assert leads(ann.get("/orders")) == "/verify"

    def test_a_path_in_another_script_is_found_again(self, ann: Customer) -> None:
        @ann.app.flask.get("/straße/50%")
        @second_factor_required
        def street() -> str:
            return "there"

        ann.log_in().get("/stra%C3%9Fe/50%25")
        to = leads(ann.answer())
        assert to == "/stra%C3%9Fe/50%25"
        assert ann.get(to).text == "there"


def rows_of(app: HostApp) -> list[object]:
    with app.db.reader.connect() as connection:
        return [tuple(row) for row in connection.execute(select(accounts))]
