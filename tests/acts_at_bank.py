"""What a customer of the corner bank does with the ways to make her second step."""

from dataclasses import replace
from urllib.parse import parse_qs

from playwright.sync_api import Locator, Request, expect

from acts_adding import ADD_APP, ADD_CODES, App
from bank import Customer
from passkey_door import Device

ADD_PASSKEY, ACCOUNT = "Create a passkey", "Your account"
BY_APP, BY_PAPER = "Open your authenticator app", "Enter a recovery code"
BY_MAIL, BY_PASSKEY = "Check your email", "Use your passkey"
USE_PAPER, USE_MAIL = "Use a recovery code", "Email me a code"
OFFERS_NOTHING = "PublicKeyCredential.getClientCapabilities = async () => ({});"


def confirm_by_mail(ann: Customer) -> None:
    """Come to the account's page for the first time."""
    ann.come()
    ann.open_account()
    ann.looks_at(BY_MAIL)
    ann.type(ann.newest_code())
    ann.looks_at(ACCOUNT)


def begin(ann: Customer, what: str) -> None:
    """Begin to add a way; where the page suggests it as well, the link of its row."""
    ann.follow_last(what)
    ann.press(what)


def is_added(ann: Customer) -> None:
    ann.is_told("Added. You can sign in with it from now on.")
    ann.looks_at(ACCOUNT)
    assert ann.has_mail("A way to sign in to App was added")


def add_app(ann: Customer) -> App:
    begin(ann, ADD_APP)
    ann.looks_at(ADD_APP)
    expect(ann.page.get_by_role("img", name="QR code with the key below")).to_be_visible()
    app = App(ann)
    ann.type(app.code())
    is_added(ann)
    return app


def add_codes(ann: Customer) -> list[str]:
    begin(ann, ADD_CODES)
    ann.looks_at("Your recovery codes")
    codes = ann.page.locator("#codes li").all_inner_texts()
    ann.fill("To finish, enter one of the codes", codes[0])
    ann.press("Continue")
    is_added(ann)
    return codes


def add_passkey(ann: Customer) -> Device:
    """Have the browser's own authenticator keep one; it is touched by itself, and knows her."""
    ann.page.add_init_script(OFFERS_NOTHING)  # else a passkey may be made, or used, in passing
    device = Device(ann.page)
    confirm_by_mail(ann)
    begin(ann, ADD_PASSKEY)
    is_added(ann)
    return device


def remove(ann: Customer, name: str) -> None:
    ann.open_account()
    ann.follow(f"Remove {name}")
    ann.looks_at("Remove this way to sign in?")
    ann.press("Remove it")
    ann.is_told("Removed.")
    ann.looks_at(ACCOUNT)
    expect(ann.page.get_by_role("link", name=f"Remove {name}")).to_have_count(0)
    assert ann.has_mail("A way to sign in to App was removed")


def switch_mail(ann: Customer, which: str) -> None:
    ann.open_account()
    ann.follow(f"Switch email codes {which}")
    ann.looks_at("Email codes")
    ann.press(f"Switch email codes {which}")
    ann.is_told(f"Email codes are switched {which}.")


def pay_anew(ann: Customer, heading: str) -> None:
    """Sign out of the bank, in again, and pay, up to the second step."""
    ann.come_again()
    ann.pay()
    ann.looks_at(heading)


def choose(ann: Customer, way: str) -> None:
    ann.unfold("Other ways to sign in")
    ann.press(way)


def others(ann: Customer) -> Locator:
    """The other ways to make the second step that stands here."""
    return ann.page.locator("details.ways button")


def recover(ann: Customer, code: str) -> None:
    ann.fill("Recovery code", code)
    ann.press("Continue")


def is_refused(ann: Customer, words: str) -> None:
    expect(ann.page.locator("#code-error")).to_have_text(f"{words} 4 tries left.")
    ann.fits()


def mail_alone_is_left(ann: Customer) -> None:
    """What was removed isn't offered; a code by email will do again."""
    pay_anew(ann, BY_MAIL)
    expect(others(ann)).to_have_count(0)
    ann.type(ann.newest_code())
    ann.has_paid()


def at_laptop(ann: Customer) -> Customer:
    """Let her sit at another browser, where scripts run."""
    assert ann.page.context.browser
    page = ann.page.context.browser.new_page(locale="en-US", color_scheme="dark")
    return replace(ann, page=page, scripts=True)


def answers_of(ann: Customer) -> list[str]:
    """What the page of the second step sends from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/verify/answer"):
            sent.extend(parse_qs(request.post_data or "")["code"])

    ann.page.on("request", note)
    return sent
