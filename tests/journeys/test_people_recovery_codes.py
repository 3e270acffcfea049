"""Recovery codes, in real Chromium: shown once, typed sloppily, counted, replaced, removed."""

import pytest
from playwright.sync_api import Locator, expect

from acts_adding import begun_codes, with_app, with_codes
from apps import ANN
from authenticators import codes_of
from simple_2fa.accounts import store as accounts
from tabs import Tab
from visitors import PASSWORD

WRONG = "0-0000-0000-0000-0000"
USED = "That code isn't right, or was used already. Try another one of your newest codes."


def shown(ann: Tab) -> list[str]:
    """The codes that the page shows."""
    return ann.page.locator("#codes li").all_inner_texts()


def error(ann: Tab) -> Locator:
    return ann.page.locator("#code-error")


def keep(ann: Tab, code: str) -> None:
    """Prove that they are kept."""
    ann.fill("To finish, enter one of the codes", code)
    ann.press("Continue")


def at_codes(ann: Tab) -> None:
    """Sign out, in again, and choose to enter one."""
    ann.sign_out()
    ann.site.clock.move(minutes=1)
    ann.enter(ANN, PASSWORD)
    ann.unfold("Other ways to sign in")
    ann.press("Use a recovery code")
    expect(ann.page.get_by_role("heading", level=1)).to_have_text("Enter a recovery code")
    expect(ann.page.locator("#message")).to_have_count(0)


def left(ann: Tab, count: int) -> list[str]:
    """Have so many, of ten that were made long ago."""
    desk = ann.site.services.desk
    account = desk.db.read(lambda link: accounts.by_address(link, ANN))
    assert account
    return codes_of(desk, account, count)


def recover(ann: Tab, code: str) -> None:
    ann.fill("Recovery code", code)
    ann.press("Continue")


class TestCreating:
    def test_ten_are_shown_until_one_is_typed_back(self, ann: Tab) -> None:
        ann.settle()
        ann.come_in()
        ann.follow("Create codes")
        ann.is_at("/account/add/recovery", "Create recovery codes")
        ann.press("Create codes")
        expect(ann.page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
        codes = shown(ann)
        assert len(set(codes)) == 10
        keep(ann, WRONG)
        expect(error(ann)).to_have_text("That isn't one of these codes. 4 tries left.")
        assert shown(ann) == codes
        keep(ann, codes[2].lower().replace("-", " "))
        ann.is_told("Added.")
        ann.sees("10 of 10 left", "Recovery codes: added")
        assert ann.has_mail("A way to sign in to Acme was added")

    def test_then_never_again(self, ann: Tab) -> None:
        codes = with_codes(ann)
        ann.open("/account/add/recovery")
        assert shown(ann) == []
        for _ in range(2):
            ann.page.go_back()
            expect(ann.page.locator("body")).not_to_contain_text(codes[0])

    def test_they_are_copied_saved_and_printed_where_scripts_run(self, ann: Tab) -> None:
        codes = begun_codes(ann)
        buttons = [ann.page.get_by_role("button", name=each) for each in ("Copy", "Download")]
        if not ann.scripts:
            for each in buttons:
                expect(each).to_have_count(0)
            return
        with ann.page.expect_download() as saved:
            ann.toggle(buttons[1])
        assert saved.value.suggested_filename == "Acme-recovery-codes.txt"
        text = saved.value.path().read_text()
        assert all(each in text for each in codes)
        expect(ann.page.get_by_role("button", name="Print")).to_be_visible()
        ann.page.evaluate("globalThis.print = () => { globalThis.isPrinted = true; }")
        ann.toggle(ann.page.get_by_role("button", name="Print"))
        assert ann.page.evaluate("isPrinted")


class TestUsing:
    def test_each_works_once_however_it_is_typed(self, ann: Tab) -> None:
        codes = with_codes(ann)
        at_codes(ann)
        recover(ann, codes[0].lower().replace("-", " ").replace("0", "o"))
        ann.is_at("/account", "Your account")
        ann.sees("9 of 10 left", "Signed in with a recovery code")
        at_codes(ann)
        recover(ann, codes[0])
        expect(error(ann)).to_have_text(f"{USED} 4 tries left.")
        recover(ann, "7-QF9M")
        expect(error(ann)).to_contain_text("Enter the whole code: 17 letters and digits")
        recover(ann, "")
        expect(error(ann)).to_have_text("Enter a recovery code.")
        recover(ann, codes[1])
        ann.sees("8 of 10 left")

    def test_few_that_are_left_are_to_be_replaced(self, ann: Tab) -> None:
        ann.settle()
        codes = left(ann, 4)
        ann.come_in()
        at_codes(ann)
        recover(ann, codes[0])
        ann.sees("You have 3 recovery codes left.", "3 of 10 left")

    def test_the_way_back_is_an_email(self, ann: Tab) -> None:
        with_codes(ann)
        at_codes(ann)
        ann.unfold("Other ways to sign in")
        ann.press("Email me a code")
        ann.type(ann.site.code())
        ann.is_at("/account", "Your account")

    def test_one_confirms_where_the_app_is_lost(self, ann: Tab) -> None:
        with_app(ann)
        ann.follow_last("Create codes")
        ann.press("Create codes")
        codes = shown(ann)
        keep(ann, codes[0])
        ann.site.clock.move(minutes=5)
        ann.follow("Remove My phone")
        ann.press("Continue")
        ann.unfold("Other ways to confirm")
        ann.press("Use a recovery code")
        ann.is_at("/verify", "Confirm it's you")
        ann.sees("Before you change how you sign in.")
        recover(ann, codes[4])
        ann.press("Remove it")
        ann.is_told("Removed.")
        ann.sees("9 of 10 left", "Confirmed with a recovery code")


class TestKept:
    def test_new_ones_take_the_old_ones_place(self, ann: Tab) -> None:
        old = with_codes(ann)
        ann.follow("Replace codes")
        ann.sees("Codes you had before stop working.")
        ann.press("Create codes")
        new = shown(ann)
        keep(ann, old[0])
        expect(error(ann)).to_contain_text("That isn't one of these codes.")
        keep(ann, new[0])
        at_codes(ann)
        recover(ann, old[1])
        expect(error(ann)).to_contain_text(USED)
        recover(ann, new[0])
        ann.sees("9 of 10 left")

    def test_they_are_removed_and_no_second_step_by_themselves(self, ann: Tab) -> None:
        with_codes(ann)
        ann.open("/account/mail-codes")
        ann.sees("They're your only second step.")
        ann.open("/account")
        ann.follow("Remove Recovery codes")
        ann.press("Remove it")
        ann.is_told("Removed.")
        ann.sees("No recovery codes.", "Recovery codes: removed")
        ann.sign_out()
        ann.enter(ANN, PASSWORD)
        ann.is_at("/verify", "Check your email")
        expect(ann.page.locator("details button")).to_have_count(0)


@pytest.mark.usefixtures("dark_phone")
def test_on_a_dark_phone(ann: Tab) -> None:
    codes = begun_codes(ann)
    ann.fits()
    keep(ann, codes[0])
    ann.fits()
    at_codes(ann)
    ann.fits()
    recover(ann, WRONG)
    ann.fits()
    recover(ann, codes[1])
    ann.follow("Remove Recovery codes")
    ann.fits()
    ann.press("Remove it")
    ann.is_told("Removed.")
