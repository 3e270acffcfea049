"""Takes the pictures of README and docs: real pages, a made-up Ann, a clock that stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from playwright.sync_api import Browser, Page

from apps import ANN, Site, served
from live import compiled_once
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
        served(Path(folder), development=False, working=False, **named, **proxy) as site,
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


def code_and_account(browser: Browser) -> None:
    with Sink() as sink, production(sink) as site:

        def code() -> str:
            site.deliver()
            return next(each.code for each in reversed(sink.messages) if "code" in each.subject)

        ann, on_phone = desktop(browser, site), phone(browser, site)
        ann.ask_for_account()
        ann.type(code())
        site.clock.move(days=19, hours=3)
        on_phone.sign_in()
        site.deliver()
        site.clock.move(seconds=20)
        on_phone.open("/verify")
        take(on_phone.page, "code", 700)
        on_phone.tick("Don't ask again on this browser for 30 days")
        on_phone.type(code())
        site.clock.move(minutes=25)
        ann.sign_in()
        ann.type(code())
        ann.open("/account")
        take(ann.page, "account", 770)


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
        code_and_account(browsers.living())
        inbox(browsers.living())


if __name__ == "__main__":
    main()
