"""Each example in real Chromium, as its README says."""

from base64 import b32decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from apps import Clock
from examples import FOLDER, Example, running
from passkey_door import Device
from rig.browser import SIZES
from rig.mariadb import MariaDB
from simple_2fa.factors.totp import code_of, step_at

LOGIN_APP = FOLDER / "flask_login_app"
PASSWORD = "three small boats"


def lines(folder: Path) -> dict[str, list[str]]:
    files = (each for each in folder.rglob("*") if each.suffix in {".py", ".html", ".css"})
    return {str(each.relative_to(folder)): each.read_text().splitlines() for each in files}


def test_ten_lines_make_the_difference() -> None:
    before, after = lines(LOGIN_APP / "before"), lines(LOGIN_APP / "after")
    assert before.keys() == after.keys()
    new = [line for name in after for line in _added(before[name], after[name])]
    assert len(new) <= 10


def _added(before: list[str], after: list[str]) -> list[str]:
    rest = list(before)
    added = []
    for line in after:
        if line in rest:
            rest.remove(line)
        else:
            added.append(line)
    return added


@pytest.fixture(params=["sqlite", "mariadb"])
def bank_database(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    url = f"sqlite:///{tmp_path / 'bank.sqlite3'}"
    if request.param == "mariadb":
        server: MariaDB = request.getfixturevalue("mariadb")
        url = server.create_database()
    monkeypatch.setenv("BANK_DATABASE", url)
    return url


def sign_in(page: Page, bank: Example) -> None:
    page.goto(bank.origin)
    page.get_by_label("Email").fill("ann@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hello ann@example.com")


def transfer(page: Page) -> None:
    page.get_by_label("To").fill("Bob")
    page.get_by_label("Coins").fill("12")
    page.get_by_role("button", name="Transfer").click()


def forget(bank: Example) -> None:
    """Close the connections of the application's own engine."""
    with bank.app.app_context():
        bank.names["db"].engine.dispose()


@pytest.mark.usefixtures("bank_database")
class TestLoginApp:
    @pytest.fixture
    def after(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Example]:
        with running("flask_login_app/after", tmp_path, monkeypatch) as bank:
            yield bank
        forget(bank)

    def test_before_a_transfer_is_made_at_once(
        self, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with running("flask_login_app/before", tmp_path, monkeypatch) as bank:
            sign_in(page, bank)
            transfer(page)
            expect(page.locator(".flash")).to_have_text("12 coins are on their way to Bob.")
        forget(bank)

    def test_after_it_takes_a_code_and_her_word(self, page: Page, after: Example) -> None:
        sign_in(page, after)
        transfer(page)
        expect(page).to_have_title("Check your email")
        expect(page.get_by_role("banner")).to_contain_text("Corner Bank")
        page.get_by_label("Security code").fill("000000")
        page.keyboard.press("Enter")
        expect(page.locator("#code-error")).to_contain_text("That code isn't right.")
        page.get_by_label("Security code").fill(after.code(page))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Send it now?")
        expect(page.locator("dl")).to_contain_text("Bob")
        page.get_by_role("button", name="Send it", exact=True).click()
        expect(page.locator(".flash")).to_have_text("12 coins are on their way to Bob.")
        expect(page.get_by_text("You have 88 coins.")).to_be_visible()
        transfer(page)
        expect(page.get_by_text("You have 76 coins.")).to_be_visible()

    def test_signed_out_and_in_again_a_code_is_asked_for_again(
        self, page: Page, after: Example
    ) -> None:
        sign_in(page, after)
        transfer(page)
        page.get_by_label("Security code").fill(after.code(page))
        page.keyboard.press("Enter")
        expect(page).to_have_title("Send it now?")
        page.goto(after.origin)
        page.get_by_role("button", name="Sign out").click()
        sign_in(page, after)
        transfer(page)
        expect(page).to_have_title("Check your email")


class TestPlainSession:
    @pytest.fixture
    def diary(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Example]:
        with running("flask_plain_session", tmp_path, monkeypatch) as diary:
            yield diary

    def test_she_writes_and_erases(self, page: Page, diary: Example) -> None:
        page.goto(diary.origin)
        page.get_by_label("Name").fill("ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page).to_have_url(f"{diary.origin}/2fa/verify")
        program = {"Accept": "application/json"}
        lines_of_it = f"{diary.origin}/api/lines"
        assert page.request.get(lines_of_it, headers=program).status == 403
        page.get_by_label("Security code").fill(diary.code(page, "/2fa"))
        page.keyboard.press("Enter")
        page.get_by_label("Today").fill("Rain & wind")
        page.get_by_role("button", name="Write").click()
        expect(page.get_by_role("listitem")).to_have_text("Rain & wind")
        told = page.request.get(lines_of_it, headers=program)
        assert told.json() == {"lines": ["Rain & wind"], "proved_by": "mail_code"}
        page.get_by_role("button", name="Erase all").click()
        expect(page.get_by_role("listitem")).to_have_count(0)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")

    def test_she_signs_in_by_an_app_by_paper_and_by_passkey(
        self, page: Page, diary: Example
    ) -> None:
        """In the dark, on a phone."""
        page.set_viewport_size(SIZES["phone"])
        page.emulate_media(color_scheme="dark")
        page.goto(f"{diary.origin}/2fa/verify")  # passkeys will belong to this host
        clock = Clock()
        object.__setattr__(diary.services, "clock", clock)
        self.come(page, diary)
        self.enter(page, diary.code(page, "/2fa"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Diary")

        self.add(page, "Add an authenticator app")
        seed = b32decode((page.locator("#key").text_content() or "").replace(" ", ""))
        first = code_of(seed, step_at(clock()))
        self.enter(page, first)
        expect(page.locator("#message")).to_contain_text("Added.")
        self.add(page, "Create codes")
        codes = (page.locator("#codes").text_content() or "").split()
        page.get_by_label("To finish, enter one of the codes").fill(codes[0].lower())
        page.keyboard.press("Enter")
        expect(page.locator("#message")).to_contain_text("Added.")

        clock.move(minutes=1)
        self.come(page, diary)
        self.enter(page, first)
        expect(page.locator("#code-error")).to_contain_text("That code")
        self.enter(page, code_of(seed, step_at(clock())))
        expect(page.get_by_role("heading", level=1)).to_have_text("Diary")
        for code, heading in ((codes[5], "Diary"), (codes[5], "Enter a recovery code")):
            self.come(page, diary)
            page.get_by_text("Other ways to sign in").click()
            page.get_by_role("button", name="Use a recovery code").click()
            page.get_by_label("Recovery code").fill(code)
            page.keyboard.press("Enter")
            expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        page.get_by_label("Recovery code").fill(codes[6])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Diary")

        device = Device(page)
        device.verifies(somebody=True)
        self.add(page, "Create a passkey")
        expect(page.locator("#message")).to_contain_text("Added.")
        self.come(page, diary)
        expect(page.get_by_role("heading", level=1)).to_have_text("Diary")
        page.get_by_role("link", name="How you sign in").click()
        page.get_by_role("link", name="Remove Passkey").click()
        page.get_by_role("button", name="Remove it").click()
        expect(page.locator("#message")).to_contain_text("Removed.")

    @staticmethod
    def come(page: Page, diary: Example) -> None:
        """Sign out, and in again with the password."""
        page.context.clear_cookies()
        page.goto(diary.origin)
        page.get_by_label("Name").fill("ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()

    @staticmethod
    def enter(page: Page, code: str) -> None:
        page.get_by_label("Security code").fill(code)
        page.keyboard.press("Enter")

    @staticmethod
    def add(page: Page, what: str) -> None:
        """Begin to add a way to sign in."""
        page.goto(page.url.partition("/2fa")[0].rstrip("/") + "/2fa/verify/account")
        page.get_by_role("link", name=what).first.click()
        page.get_by_role("button", name=what).click()
