"""The development inbox: page and JSON."""

import threading
from pathlib import Path

import pytest

from apps import ANN, Site
from live import Person, Shown, asked, site_in
from visitors import Reader

BOB = "bob@example.com"


@pytest.fixture
def ann(site: Site) -> Person:
    return Person(site)


@pytest.fixture
def shown(site: Site, ann: Person) -> Shown:
    """The inbox with a letter to Bob, and a newer one to Ann."""
    asked(site, BOB, purpose="pay")
    site.deliver()
    site.clock.move(minutes=5)
    asked(site)
    site.deliver()
    return ann.open("/inbox")


def letter(shown: Shown, to: str) -> Shown:
    (found,) = [each for each in shown.all("details") if to in each.text]
    return found  # type: ignore[return-value]


class TestPage:
    def test_empty_it_tells_how_to_fill_it(self, ann: Person) -> None:
        shown = ann.open("/inbox")
        assert (shown.status, shown.title) == (200, "Inbox · Acme")
        assert shown.message == "Development only. These emails were not sent."
        assert "No email yet. To send one, run:" in shown.main
        assert shown.one("pre").text.startswith("curl http://localhost:5000/generate-2fa ")
        assert shown.all("form") == []

    def test_the_newest_comes_first_and_is_open(self, shown: Shown) -> None:
        first, second = shown.all("details")
        assert ("open" in first, "open" in second) == (True, False)
        assert first.one("summary").text == f"Your Acme security code {ANN}, just now"
        assert second.one("summary").text == f"Your Acme security code {BOB}, 5 min ago"

    def test_a_letter_shows_its_code_purpose_and_recipient(self, site: Site, shown: Shown) -> None:
        bobs = letter(shown, BOB)
        code = site.code(BOB)
        assert bobs.one("code").text == code
        assert bobs.one(data_copy=bobs.one("code")["id"]).text == "Copy code"
        assert [each.text for each in bobs.all("dd")] == [BOB, "pay", "5 min ago, 10:30 UTC"]
        assert f'"email":"{BOB}","code":"{code}"' in bobs.one("pre").text

    def test_a_code_for_our_own_pages_comes_without_a_call(self, site: Site, ann: Person) -> None:
        form = ann.open("/register").form("/register")
        ann.submit(form, email=ANN, password="tangerine bicycle moon")
        code = site.code(ANN)
        (shown,) = ann.open("/inbox").all("details")
        assert shown.one("code").text == code
        assert shown.all("dd")[1].text == "Create account"
        assert shown.all("pre") == []

    def test_a_letter_without_a_purpose_has_no_row_for_one(self, site: Site, ann: Person) -> None:
        visitor = Reader(site)
        visitor.settle()
        visitor.reset()
        site.deliver()
        told = [[row.text for row in each.all("dd")] for each in ann.open("/inbox").all("details")]
        assert sorted(rows[1:-1] for rows in told) == [[], ["Reset your password"]]

    def test_ages_are_told_in_hours_too(self, site: Site, ann: Person, shown: Shown) -> None:
        assert shown.status == 200
        site.clock.move(hours=2)
        assert "2 h ago" in ann.open("/inbox").all("summary")[0].text

    def test_it_can_be_narrowed_to_one_address(self, ann: Person, shown: Shown) -> None:
        form = shown.one("form", action="/inbox")
        assert (form["method"], form.one("input")["name"]) == ("get", "to")
        narrow = ann.open("/inbox?to=BOB@example.com")
        assert [BOB in each.text for each in narrow.all("details")] == [True]
        assert narrow.one("input", name="to")["value"] == "BOB@example.com"

    def test_an_address_without_letters_is_told_as_text(self, ann: Person) -> None:
        shown = ann.open("/inbox?to=<script>alert(1)</script>")
        assert "No email to <script>alert(1)</script>." in shown.main
        assert {each.text for each in shown.all("script")} == {""}
        assert shown.one("a", href="/inbox").text == "Show all"

    def test_each_part_can_be_read_by_itself(self, ann: Person, site: Site, shown: Shown) -> None:
        links = [each["href"] for each in letter(shown, ANN).all("a")]
        text, html, headers = (ann.get(link) for link in links)
        assert text.mimetype == headers.mimetype == "text/plain"
        assert f"\n\n{site.code()}\n\n" in text.get_data(as_text=True)
        assert html.mimetype == "text/html"
        assert html.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
        assert f"To: {ANN}" in headers.get_data(as_text=True)
        assert "Auto-Submitted: auto-generated" in headers.get_data(as_text=True)

    @pytest.mark.parametrize("path", ["x/text", f"{'x' * 22}/html", "../../secret_key/text"])
    def test_what_is_not_there_is_told(self, ann: Person, path: str) -> None:
        assert ann.get(f"/inbox/{path}").status_code == 404

    def test_a_letter_has_no_other_parts(self, ann: Person, shown: Shown) -> None:
        link = letter(shown, ANN).all("a")[0]["href"].replace("/text", "/code")
        assert ann.get(link).status_code == 404

    def test_it_can_be_cleared(self, site: Site, ann: Person, shown: Shown) -> None:
        form = shown.form("/inbox/clear")
        assert ann.submit(form, csrf="x").status == 403
        assert ann.submit(form, {"Origin": "https://evil.example"}).status == 403
        assert len(site.letters()) == 2
        assert "No email yet" in ann.submit(form).main
        assert site.letters() == []


class TestJson:
    def test_it_gives_all_that_a_test_needs(self, site: Site, ann: Person, shown: Shown) -> None:
        first, second = ann.get("/inbox.json").get_json()
        assert (first["to"], second["to"]) == (ANN, BOB)
        assert first.keys() == {"to", "subject", "text", "html", "code", "purpose", "at"}
        assert first["code"] in first["text"]
        assert first["code"] in first["html"]
        assert (first["purpose"], second["purpose"]) == ("verify", "pay")
        assert second["at"] == "2026-11-22T10:30:00Z"
        assert shown.status == site.app.test_client().get("/inbox.json").status_code == 200

    def test_it_can_be_narrowed_to_one_address(self, ann: Person, shown: Shown) -> None:
        assert shown.status == 200
        (only,) = ann.get(f"/inbox.json?to={BOB}").get_json()
        assert only["to"] == BOB
        assert ann.get("/inbox.json?to=eve@example.com").get_json() == []

    @pytest.mark.parametrize("wait", ["", "-1", "nan", "0"])
    def test_it_answers_at_once_unless_told_to_wait(self, ann: Person, wait: str) -> None:
        assert ann.get(f"/inbox.json?wait={wait}").get_json() == []

    def test_what_is_no_number_of_seconds_is_told(self, ann: Person) -> None:
        reply = ann.get("/inbox.json?wait=x")
        assert reply.status_code == 422
        assert "Give seconds, 30 at most." in reply.text

    def test_it_waits_for_a_letter(self, site: Site, ann: Person) -> None:
        inbox = site.services.inbox
        assert inbox is not None

        def deliver() -> None:
            asked(site)
            site.deliver()

        sender = threading.Thread(target=deliver)
        sender.start()
        (found,) = ann.get(f"/inbox.json?to={ANN}&wait=10").get_json()
        sender.join()
        assert found["code"] == inbox.read(ANN)[0].code

    def test_it_gives_up_after_its_longest_wait(
        self, ann: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("simple_2fa.web.inbox.LONGEST_WAIT", 0.2)
        assert ann.get("/inbox.json?wait=inf").get_json() == []


def test_with_a_mail_server_there_is_no_inbox(tmp_path: Path) -> None:
    ann = Person(site_in(tmp_path, SMTP_SERVER="127.0.0.1", MAIL_FROM="a@acme.test"))
    assert ann.get("/inbox").status_code == ann.get("/inbox.json").status_code == 404
    shown = ann.open(asked(ann.site))
    assert "inbox" not in shown.html
