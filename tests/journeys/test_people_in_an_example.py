"""In an example application, in Chromium on a phone at night: each way to make the second step.

Each is added, used, tried with the same answer again, and removed; then it isn't offered any more.
What it opens is the bank's transfer, which takes a second step of the last five minutes.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from acts_at_bank import (
    ACCOUNT,
    BY_APP,
    BY_MAIL,
    BY_PAPER,
    BY_PASSKEY,
    USE_MAIL,
    USE_PAPER,
    add_app,
    add_codes,
    add_passkey,
    answers_of,
    at_laptop,
    choose,
    confirm_by_mail,
    is_refused,
    mail_alone_is_left,
    others,
    pay_anew,
    recover,
    remove,
    switch_mail,
)
from bank import Bank, Customer, open_bank
from rig.browser import SIZES
from simple_2fa.factors.totp import PERIOD

NEEDS_SCRIPTS = "Passkeys need JavaScript. Use another way."
ANSWERS = "(field, answer) => { field.value = answer; }"

scripted = pytest.mark.parametrize("ann", ["scripts", "keyboard"], indirect=True)
unscripted = pytest.mark.parametrize("ann", ["no-scripts"], indirect=True)


@pytest.fixture
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bank]:
    with open_bank(tmp_path, monkeypatch) as bank:
        yield bank


@pytest.fixture(params=["scripts", "no-scripts", "keyboard"])
def ann(request: pytest.FixtureRequest, browser: Browser, bank: Bank) -> Customer:
    """Ann, who has a password at the bank, and a phone in her hand, at night."""
    scripts = request.param != "no-scripts"
    page = browser.new_page(
        locale="en-US",
        viewport=SIZES["phone"],
        color_scheme="dark",
        java_script_enabled=scripts,
    )
    return Customer(bank, page, by_keyboard=request.param == "keyboard", scripts=scripts)


def test_an_app_s_code_works_once_and_none_does_once_it_is_removed(ann: Customer) -> None:
    confirm_by_mail(ann)
    app = add_app(ann)
    pay_anew(ann, BY_APP)
    used = app.code()
    ann.type(used)
    ann.has_paid()
    ann.come_again(after=0)
    ann.pay()
    assert app.code() == used  # the phone still shows it
    ann.type(used)
    is_refused(ann, "That code isn't right, or was used already: try the next one.")
    ann.site.clock.move(seconds=PERIOD.total_seconds())
    ann.type(app.code())
    ann.has_paid()
    remove(ann, "Authenticator app")
    mail_alone_is_left(ann)


def test_a_recovery_code_works_once_and_none_does_once_they_are_removed(ann: Customer) -> None:
    confirm_by_mail(ann)
    codes = add_codes(ann)
    pay_anew(ann, BY_MAIL)
    choose(ann, USE_PAPER)
    ann.looks_at(BY_PAPER)
    recover(ann, codes[0])
    ann.has_paid()
    pay_anew(ann, BY_MAIL)
    choose(ann, USE_PAPER)
    recover(ann, codes[0])
    used = "That code isn't right, or was used already. Try another one of your newest codes."
    is_refused(ann, used)
    recover(ann, codes[1])
    ann.has_paid()
    remove(ann, "Recovery codes")
    mail_alone_is_left(ann)


def test_a_mailed_code_works_once_and_none_is_offered_once_switched_off(ann: Customer) -> None:
    ann.come()
    ann.pay()
    ann.looks_at(BY_MAIL)
    used = ann.newest_code()
    ann.type(used)
    ann.has_paid()
    pay_anew(ann, BY_MAIL)
    ann.type(used)
    is_refused(ann, "That code isn't right. Check the newest email.")
    ann.type(ann.newest_code())
    ann.has_paid()
    ann.open_account()
    app = add_app(ann)
    switch_mail(ann, "off")
    pay_anew(ann, BY_APP)
    expect(others(ann)).to_have_count(0)
    ann.type(app.code())
    ann.has_paid()
    switch_mail(ann, "on")
    ann.come_again()
    ann.open_account()
    choose(ann, USE_MAIL)
    ann.looks_at(BY_MAIL)
    ann.type(ann.newest_code())
    ann.looks_at(ACCOUNT)


@scripted
def test_a_passkey_s_answer_works_once_and_none_does_once_it_is_removed(ann: Customer) -> None:
    device, sent = add_passkey(ann), answers_of(ann)
    ann.come_again()
    ann.pay()
    ann.has_paid()
    (used,) = sent
    device.is_touched(by_itself=False)  # asked at once, it gives no answer of its own
    pay_anew(ann, BY_PASSKEY)
    ann.page.locator("[data-passkey]").evaluate(ANSWERS, used)
    ann.press("Continue")
    is_refused(ann, "That passkey wasn't right here. Try again, or use another way.")
    assert sent == [used, used]
    device.is_touched(by_itself=True)
    ann.press("Continue")
    ann.has_paid()
    remove(ann, "Passkey")
    mail_alone_is_left(ann)


@unscripted
def test_without_scripts_a_passkey_leads_to_another_way_until_it_is_removed(ann: Customer) -> None:
    laptop = at_laptop(ann)
    add_passkey(laptop)
    codes = add_codes(laptop)
    ann.come()
    ann.pay()
    ann.looks_at(BY_PASSKEY)
    expect(ann.page.locator("noscript p")).to_have_text(NEEDS_SCRIPTS)
    choose(ann, USE_PAPER)
    recover(ann, codes[0])
    ann.has_paid()
    remove(ann, "Passkey")
    pay_anew(ann, BY_MAIL)
    expect(others(ann)).to_have_text([USE_PAPER])
    ann.type(ann.newest_code())
    ann.has_paid()
