"""Programs, listeners, and several applications beside each other."""

from pathlib import Path

import pytest
from blinker import NamedSignal
from sqlalchemy import select

from apps import made
from host_app import ANN, BOB, Customer, HostApp, host_app, leads
from simple_2fa.db.schema import sessions
from simple_2fa.flask import (
    second_factor_asked,
    second_factor_failed,
    second_factor_passed,
)
from world import wrong


@pytest.fixture
def shop(tmp_path: Path) -> HostApp:
    return host_app(tmp_path)


@pytest.fixture
def ann(shop: HostApp) -> Customer:
    return Customer(shop)


class TestPrograms:
    def test_they_hear_where_to_go(self, ann: Customer) -> None:
        ann.log_in()
        for _ in range(2):
            reply = ann.client.post("/api/transfer", json={"to": "Bob"})
            assert (reply.status_code, reply.mimetype) == (403, "application/problem+json")
            told = reply.get_json()
            assert told["code"] == "second_factor_required"
            assert told["page"] == "http://localhost/verify"
            assert told["type"] == "about:blank"
        assert ann.app.letters() == []
        ann.submit(ann.verify().form("/verify/resend"))
        assert leads(ann.answer()) == "/"
        assert ann.client.post("/api/transfer", json={"to": "Bob"}).get_json() == {
            "sent": {"to": "Bob"}
        }

    def test_one_that_signs_in_hears_it_too(self, ann: Customer) -> None:
        """Where the view ends with `ask()`."""
        reply = ann.post("/login-and-ask", {"Accept": "application/json"}, user="1")
        assert (reply.status_code, reply.mimetype) == (403, "application/problem+json")
        assert reply.get_json()["page"] == "http://localhost/verify"
        assert leads(ann.answer()) == "/orders"

    def test_one_without_cookies_leaves_nothing_behind(self, ann: Customer) -> None:
        ann.app.two_factor.person_loader(lambda: ("1", ANN))
        for _ in range(2):
            bare = ann.app.flask.test_client(use_cookies=False)
            assert bare.post("/api/transfer", json={}).status_code == 403
        with ann.app.db.reader.connect() as connection:
            assert connection.execute(select(sessions.c.id)).all() == []

    def test_so_do_scripts_of_a_page_and_the_person_comes_back_to_it(self, ann: Customer) -> None:
        ann.log_in()
        reply = ann.get(
            "/orders", Sec_Fetch_Mode="cors", Sec_Fetch_Site="same-origin",
            Referer="http://localhost/shop?page=2",
        )  # fmt: skip
        assert reply.status_code == 403
        ann.submit(ann.verify().form("/verify/resend"))
        assert leads(ann.answer()) == "/shop?page=2"

    def test_a_step_that_is_not_fresh_is_no_step(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=6)
        assert ann.client.post("/api/transfer", json={}).status_code == 403
        page = ann.verify()
        assert page.h1 == "One more step"
        ann.submit(page.form("/verify/resend"))
        assert leads(ann.answer()) == "/"
        assert ann.client.post("/api/transfer", json={}).status_code == 200


class TestSignals:
    def test_each_step_is_told_with_the_application_s_id(self, ann: Customer) -> None:
        told: list[tuple[str, dict[str, str]]] = []

        def note(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 (three alike)
            return lambda _, **facts: told.append((name, facts))

        notes = [note(name) for name in ("asked", "failed", "passed")]
        for signal, each in zip(
            (second_factor_asked, second_factor_failed, second_factor_passed), notes, strict=True
        ):
            signal.connect(each, ann.app.flask)
        ann.log_in().get("/orders")
        ann.answer(wrong(ann.app.code()))
        ann.answer()
        assert told == [
            ("asked", {"person": "1"}),
            ("failed", {"person": "1", "outcome": "wrong"}),
            ("passed", {"person": "1", "factor": "mail_code"}),
        ]

    @pytest.mark.parametrize(
        "signal", [second_factor_asked, second_factor_passed], ids=lambda each: each.name
    )
    def test_a_listener_that_fails_costs_nobody_her_step(
        self, ann: Customer, signal: NamedSignal, caplog: pytest.LogCaptureFixture
    ) -> None:
        def listen(*_: object, **__: object) -> None:
            raise LookupError("of the application")

        signal.connect(listen, ann.app.flask)
        ann.log_in()
        assert leads(ann.get("/orders")) == "/verify"
        assert leads(ann.answer()) == "/orders"
        assert ann.get("/orders").status_code == 200
        (told,) = (each for each in caplog.records if each.name == "simple_2fa.http.signals")
        assert signal.name in told.message
        assert told.exc_info
        assert str(told.exc_info[1]) == "of the application"


class TestSeveral:
    def test_two_applications_in_one_process_know_nothing_of_each_other(
        self, tmp_path: Path
    ) -> None:
        one, two = (Customer(host_app(tmp_path / name)) for name in ("one", "two"))
        one.confirm()
        two.log_in()
        assert leads(two.get("/orders")) == "/verify"
        assert [len(each.app.letters()) for each in (one, two)] == [1, 1]

    def test_nor_does_our_own_server_beside_one_in_its_database(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'shared.sqlite3'}"
        shop = Customer(host_app(tmp_path, config={"SIMPLE_2FA_DATABASE_URL": url})).confirm()
        with shop.client.session_transaction() as held:
            (token,) = (each[1] for name, each in held.items() if name.startswith("_simple_2fa_"))
        ours = made(tmp_path, url).client()
        ours.set_cookie("s2fa_session", token, domain="localhost")
        assert leads(ours.get("/account")).startswith("/login")
        assert shop.get("/orders").status_code == 200

    def test_twice_in_one_is_refused(self, shop: HostApp) -> None:
        with pytest.raises(RuntimeError, match="already"):
            shop.two_factor.init_app(shop.flask)

    def test_people_of_two_applications_in_one_database_are_told_apart(
        self, tmp_path: Path
    ) -> None:
        shared = {"SIMPLE_2FA_DATABASE_URL": f"sqlite:///{tmp_path / 'shared.sqlite3'}"}
        one = Customer(host_app(tmp_path, config=shared, name="shop"))
        two = Customer(host_app(tmp_path, config=shared, name="forum"))
        two.app.people["1"] = BOB
        one.confirm()
        two.confirm()
        assert one.get("/orders").status_code == two.get("/orders").status_code == 200
