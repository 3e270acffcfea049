"""Takes the pictures of README and docs: real pages, a made-up Ann, a clock that stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from playwright.sync_api import Browser, Page

from acts_adding import ADD_APP, ADD_CODES, App, asked
from apps import ANN, Site, served
from live import compiled_once
from passkey_door import Device
from rig.browser import SIZES, launched
from rig.smtp import Sink
from tabs import Tab
from visitors import FIREFOX, PASSWORD, SAFARI

FOLDER = Path(__file__).parents[1] / "docs/pictures"
HOME, PHONE = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "198.51.100.23"}


@contextmanager
def production(sink: Sink) -> Iterator[Site]:
    """Serve Acme as operators do; its letters go to the sink."""
    mail = {"SMTP_SERVER": "127.0.0.1", "SMTP_PORT": str(sink.port), "SMTP_TLS": "none"}
    named = {"SITE_NAME": "Acme", "MAIL_FROM": "no-reply@acme.test", **mail}
    proxy = {"TRUSTED_PROXIES": "127.0.0.1/32"}
    with (
        TemporaryDirectory() as folder,
        served(
            Path(folder), development=False, working=False, factor_paths=(), **named, **proxy
        ) as site,
    ):
        yield compiled_once(site)


def phone(browser: Browser, site: Site) -> Tab:
    context = browser.new_context(
        user_agent=SAFARI,
        viewport=SIZES["phone"],
        color_scheme="light",
        device_scale_factor=1.5,
        extra_http_headers=PHONE,
    )
    return Tab(site, context.new_page())


def tablet(browser: Browser, site: Site) -> Tab:
    context = browser.new_context(
        user_agent=FIREFOX,
        viewport={"width": 600, "height": 800},
        color_scheme="light",
        device_scale_factor=1.25,
        extra_http_headers=HOME,
    )
    return Tab(site, context.new_page())


def desktop(browser: Browser, site: Site) -> Tab:
    context = browser.new_context(
        user_agent=FIREFOX,
        viewport=SIZES["desktop"],
        color_scheme="dark",
        extra_http_headers=HOME,
    )
    return Tab(site, context.new_page())


def take(page: Page, name: str, height: int | None = None) -> None:
    """Store what the window shows, or so much of it."""
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
    size = page.viewport_size
    assert size
    clip = {"x": 0, "y": 0, "width": size["width"], "height": height or size["height"]}
    page.screenshot(path=FOLDER / f"{name}.png", clip=clip, full_page=True)  # type: ignore[arg-type]


@dataclass
class Ann:
    """Her browsers at a site, and the mailbox that she reads."""

    browser: Browser
    site: Site
    sink: Sink

    def code(self) -> str:
        self.site.deliver()
        return next(each.code for each in reversed(self.sink.messages) if "code" in each.subject)

    def join(self) -> None:
        """Create the account, weeks ago."""
        tab = desktop(self.browser, self.site)
        tab.ask_for_account()
        tab.type(self.code())
        self.site.clock.move(days=19, hours=3)

    def sign_in_by_mail(self) -> None:
        tab = phone(self.browser, self.site)
        tab.sign_in()
        self.site.deliver()
        self.site.clock.move(seconds=20)
        tab.open("/verify")
        take(tab.page, "code", 700)
        tab.tick("Don't ask again on this browser for 30 days")
        tab.type(self.code())
        self.site.clock.move(minutes=25)

    def add_ways(self) -> App:
        """Have a passkey, an app, and codes on paper."""
        tab = tablet(self.browser, self.site)
        Device(tab.page)
        tab.sign_in()
        tab.type(self.code())
        tab.open("/account/add/passkey")
        tab.press("Create a passkey")
        tab.is_told("Added.")
        tab.follow("Rename")
        tab.fill("Name", "My laptop")
        tab.press("Save")
        tab.open("/account/add/totp")
        tab.press(ADD_APP)
        take(tab.page, "app", 1020)
        app = App(tab)
        tab.fill("Name (optional)", "My phone")
        tab.type(app.code())
        tab.open("/account/add/recovery")
        tab.press(ADD_CODES)
        take(tab.page, "recovery", 770)
        tab.fill("To finish, enter one of the codes", str(asked(self.site)["codes"]).split()[0])
        tab.press("Continue")
        return app

    def sign_in_by_app(self, app: App) -> None:
        self.site.clock.move(days=3)
        tab = phone(self.browser, self.site)
        Device(tab.page).is_touched(by_itself=False)
        tab.sign_in()
        tab.unfold("Other ways to sign in")
        take(tab.page, "passkey", 650)
        tab = desktop(self.browser, self.site)
        tab.sign_in()
        tab.unfold("Other ways to sign in")
        tab.press("Use your authenticator app")
        tab.type(app.code())
        tab.open("/account")
        take(tab.page, "account", 824)


def account_and_its_ways(browser: Browser) -> None:
    with Sink() as sink, production(sink) as site:
        ann = Ann(browser, site, sink)
        ann.join()
        ann.sign_in_by_mail()
        ann.sign_in_by_app(ann.add_ways())


def inbox(browser: Browser) -> None:
    with (
        TemporaryDirectory() as folder,
        served(Path(folder), working=False, SITE_NAME="Acme") as site,
    ):
        ann = Tab(site, browser.new_page(viewport=SIZES["desktop"]))
        with patch("simple_2fa.core.codes.secrets.randbelow", return_value=482913):
            ann.ask_for_account(ANN, PASSWORD)
        site.deliver()
        ann.open("/inbox")
        take(ann.page, "inbox", 640)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with launched() as browsers:
        account_and_its_ways(browsers.living())
        inbox(browsers.living())


if __name__ == "__main__":
    main()
