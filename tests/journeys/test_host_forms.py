"""Forms that were sent before the second step; and what happens at once."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from host_app import Customer, HostApp, host_app, leads
from simple_2fa.db.schema import sessions
from simple_2fa.sessions import store


@pytest.fixture
def shop(tmp_path: Path) -> HostApp:
    return host_app(tmp_path)


@pytest.fixture
def ann(shop: HostApp) -> Customer:
    return Customer(shop)


class TestForms:
    def test_what_was_sent_is_shown_and_sent_by_her(self, ann: Customer) -> None:
        ann.log_in()
        assert leads(ann.post("/transfer", to="Bob", amount="12", pin="1234")) == "/verify"
        assert leads(ann.answer()) == "/verify/again"
        assert ann.app.sent == []
        page = ann.open("/verify/again")
        assert page.h1 == "Send it now?"
        assert page.in_order("to", "Bob", "amount", "12", "pin", "•••", "Send it")
        assert ann.submit(page.form("/transfer")).text == "sent"
        assert ann.app.sent == [{"to": "Bob", "amount": "12", "pin": "1234"}]
        assert leads(ann.get("/verify/again")) == "/"

    def test_it_is_kept_sealed_and_for_her_alone(self, ann: Customer) -> None:
        ann.log_in().post("/transfer", to="Bob-the-builder")
        raw = (Path(ann.app.services.db.url.database or "")).read_bytes()
        assert b"Bob-the-builder" not in raw
        ann.answer()
        thief = Customer(ann.app).log_in("2")
        for each in (thief, thief.confirm("2")):
            assert leads(each.get("/verify/again")) == "/"

    def test_what_can_t_be_kept_is_filled_in_again(self, ann: Customer) -> None:
        ann.log_in()
        form = {"Referer": "http://localhost/transfer"}
        ann.post("/transfer", form, to="Bob" * 100, text="x" * 50_000, pin="1234")
        assert leads(ann.answer()) == "/verify/again"
        page = ann.open("/verify/again")
        assert page.in_order("Fill it in again", "Nothing was sent", "Bob" * 100, "•••")
        assert "xxx" not in page.main
        assert page.all("a", **{"class": "button main"})[0]["href"] == "/transfer"
        assert ann.app.sent == []

    def test_nor_can_a_file(self, ann: Customer) -> None:
        ann.log_in()
        data = {"to": "Bob", "scan": (BytesIO(b"scanned"), "scan.pdf")}
        ann.client.post("/transfer", data=data, content_type="multipart/form-data")
        ann.answer()
        assert ann.open("/verify/again").in_order("Fill it in again", "a file", "Bob")

    @pytest.mark.parametrize(
        ("kind", "body"), [("text/plain", "to=Bob\r\n"), ("application/xml", "<to>Bob</to>")]
    )
    @pytest.mark.parametrize("is_chunked", [False, True])
    def test_nor_can_what_is_no_form(
        self, ann: Customer, kind: str, body: str, *, is_chunked: bool
    ) -> None:
        ann.log_in()
        more = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""} if is_chunked else {}
        ann.client.post("/transfer", data=body, content_type=kind, environ_overrides=more)
        assert leads(ann.answer()) == "/verify/again"
        assert ann.open("/verify/again").h1 == "Fill it in again"

    def test_a_button_alone_is_a_form_too(self, ann: Customer) -> None:
        ann.log_in().post("/transfer")
        ann.answer()
        page = ann.open("/verify/again")
        assert "Go on with what you wanted to do?" in page.main
        assert ann.submit(page.form("/transfer")).text == "sent"

    def test_one_beside_a_page_is_what_she_comes_to(self, ann: Customer) -> None:
        other = ann.log_in().as_another_tab()
        ann.get("/orders")
        other.post("/transfer", to="Bob")
        assert leads(other.answer()) == "/verify/again"
        assert "Bob" in other.open("/verify/again").main

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    def test_an_application_that_tells_no_referrer_loses_none(
        self, ann: Customer, site: str
    ) -> None:
        """Its pages, and ours in it, send 'Origin: null'."""
        fetched = {"Origin": "null", "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
        ann.log_in().post("/transfer", fetched, to="Bob")
        form = ann.verify().form("/verify/answer")
        typed = {"csrf": str(form.one("input", name="csrf")["value"]), "code": ann.app.code()}
        assert leads(ann.post("/verify/answer", fetched, **typed)) == "/verify/again"

    def test_so_many_fields_as_fit_a_row(self, ann: Customer) -> None:
        sent = "&".join(["a="] * 6000)
        form = "application/x-www-form-urlencoded"
        ann.log_in().client.post("/transfer", data=sent, content_type=form)
        with ann.app.db.reader.connect() as connection:
            (kept,) = connection.execute(select(sessions.c.kept)).scalars()
        assert 40_000 < len(kept) < 2**16

    def test_she_may_leave_it(self, ann: Customer) -> None:
        ann.log_in().post("/transfer", {"Referer": "http://localhost/shop?page=2"}, to="Bob")
        ann.answer()
        form = ann.open("/verify/again").form("/verify/again")
        stale = ann.client.post("/verify/again", data={"csrf": "x"})
        assert leads(stale) == "/verify/again"
        assert leads(ann.submit(form)) == "/shop?page=2"
        assert leads(ann.submit(form)) == leads(ann.get("/verify/again")) == "/"
        assert ann.app.sent == []

    def test_of_a_form_from_who_knows_where_to_the_start_page(self, ann: Customer) -> None:
        ann.log_in().post("/transfer", {"Referer": "http://localhost//evil.example"}, to="Bob")
        ann.answer()
        assert leads(ann.submit(ann.open("/verify/again").form("/verify/again"))) == "/"

    def test_another_form_does_not_replace_it_unseen(self, ann: Customer) -> None:
        ann.log_in().post("/transfer", to="Bob")
        ann.answer()
        assert ann.client.post("/api/transfer", json={}).status_code == 200
        assert "Bob" in ann.open("/verify/again").main

    def test_for_a_quarter_of_an_hour(self, ann: Customer) -> None:
        ann.log_in().post("/transfer", to="Bob")
        ann.answer()
        ann.app.clock.move(minutes=16)
        assert leads(ann.get("/verify/again")) == "/"
        ann.get("/orders")
        with ann.app.db.reader.connect() as connection:
            assert connection.execute(select(sessions.c.kept)).scalars().all() == [None]

    def test_in_the_middle_of_a_sign_in_too(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=6)
        ann.post("/transfer", to="Bob")
        assert leads(ann.answer()) == "/verify/again"
        ann.submit(ann.open("/verify/again").form("/transfer"))
        assert ann.app.sent == [{"to": "Bob"}]


class TestAtOnce:
    """Other requests of the same browser, and those that a stranger's page causes."""

    STRANGE = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}  # noqa: RUF012 (read)

    def test_nothing_overtakes_a_step_that_waits(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=6)
        ann.post("/transfer", to="Bob")
        for _ in range(2):
            assert ann.client.post("/api/transfer", json={}).status_code == 403
            assert leads(ann.get("/transfer", Sec_Fetch_Site="cross-site")) == "/verify"
        assert leads(ann.answer()) == "/verify/again"
        ann.submit(ann.open("/verify/again").form("/transfer"))
        assert ann.app.sent == [{"to": "Bob"}]

    @pytest.mark.parametrize("before", [{}, {"to": "Bob"}])
    def test_a_stranger_s_form_is_nothing_she_wanted(
        self, ann: Customer, before: dict[str, str]
    ) -> None:
        ann.log_in()
        if before:
            ann.post("/transfer", **before)
        assert leads(ann.post("/transfer", self.STRANGE, to="Mallory")) == "/verify"
        if not before:
            assert ann.app.letters() == []
            ann.submit(ann.verify().form("/verify/resend"))
        assert leads(ann.answer()) == ("/verify/again" if before else "/")
        assert "Mallory" not in ann.get("/verify/again").text

    def test_two_guarded_pages_at_once_both_lead_on(
        self, ann: Customer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann.log_in().get("/orders")
        monkeypatch.setattr(store, "move", lambda *_, **__: False)
        assert leads(ann.get("/orders")) == "/verify"

    def test_tabs_that_a_browser_opens_at_once_ask_once(self, ann: Customer) -> None:
        other = ann.log_in().as_another_tab()
        assert {leads(each.get("/orders")) for each in (ann, other)} == {"/verify"}
        assert len(ann.app.letters()) == 1
        assert leads(other.answer()) == "/orders"
        assert other.get("/orders").status_code == 200

    def test_also_a_moment_apart(self, ann: Customer) -> None:
        ann.app.clock.now = datetime(2026, 11, 22, 10, 30, 9, 999_000, tzinfo=UTC)
        other = ann.log_in().as_another_tab()
        ann.get("/orders")
        ann.app.clock.now += timedelta(milliseconds=2)
        other.get("/orders")
        assert len(ann.app.letters()) == 1

    @pytest.mark.parametrize("first", [True, False])
    def test_a_form_is_for_nobody_else_at_the_same_moment(
        self, ann: Customer, *, first: bool
    ) -> None:
        """Who knows her password may have the same cookies, from the same network."""
        other = ann.log_in().as_another_tab()
        if first:
            assert leads(other.post("/transfer", to="Mallory")) == "/verify"
        assert leads(ann.get("/orders")) == "/verify"
        code = ann.app.code()
        if not first:
            assert leads(other.post("/transfer", to="Mallory")) == "/verify"
        assert leads(ann.answer(code)) == "/orders"
        assert leads(ann.get("/verify/again")) == "/"
        assert leads(other.get("/orders")) == "/verify"

    @pytest.mark.parametrize(
        "own", [{"User_Agent": "Mozilla/5.0 Firefox/140.0"}, {"Accept_Language": "de"}]
    )
    def test_nor_is_a_step_of_a_browser_that_says_otherwise(
        self, ann: Customer, own: dict[str, str]
    ) -> None:
        other = ann.log_in().as_another_tab()
        ann.get("/orders", User_Agent="Mozilla/5.0 Firefox/141.0")
        other.get("/orders", **{"User_Agent": "Mozilla/5.0 Firefox/141.0", **own})
        assert len(ann.app.letters()) == 2

    def test_whoever_has_the_same_cookies_later_is_asked_anew(self, ann: Customer) -> None:
        other = ann.log_in().as_another_tab()
        ann.get("/orders")
        ann.answer()
        assert leads(other.get("/orders")) == "/verify"
        assert len(ann.app.letters()) == 2
        assert leads(other.answer()) == "/orders"
        assert ann.get("/orders").status_code == 200

    def test_an_empty_field_for_a_file_is_no_file(self, ann: Customer) -> None:
        ann.log_in()
        data = {"to": "Bob", "scan": (BytesIO(b""), "")}
        ann.client.post("/transfer", data=data, content_type="multipart/form-data")
        assert leads(ann.answer()) == "/verify/again"

    def test_a_form_with_an_odd_address_is_filled_in_again(self, ann: Customer) -> None:
        ann.log_in()
        ann.post(f"/transfer?x={'y' * 1100}", to="Bob")
        assert leads(ann.answer()) == "/verify/again"
        page = ann.open("/verify/again")
        assert "Bob" in page.main
        assert page.all("a", **{"class": "button main"})[0]["href"] == "/"

    def test_a_long_address_of_the_page_strands_no_program(self, ann: Customer) -> None:
        ann.confirm()
        ann.app.clock.move(minutes=6)
        from_there = {"Referer": f"http://localhost/{'x' * 1100}"}
        assert ann.client.post("/api/transfer", json={}, headers=from_there).status_code == 403
        assert ann.verify().h1 == "One more step"
