"""Debian's Chromium, the looks that people meet, and the accessibility engine axe."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Error, Page, Playwright, ViewportSize, sync_playwright

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 800},
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_VIOLATIONS = "axe.run({resultTypes: ['violations']}).then((found) => found.violations)"


def chromium() -> str | None:
    """Find the browser on this machine: the one that has no windows is twice as fast."""
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


class Browsers:
    """Chromium without a window: one for all tests of a process, as long as it lives."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._browser = self._launch()

    def living(self) -> Browser:
        """Give the browser; another where it died, so that this costs one test, not the rest."""
        if not _answers(self._browser):
            self._browser = self._launch()
        return self._browser

    def _launch(self) -> Browser:
        return self._playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox"],
            env={**os.environ, "TZ": "UTC"},
        )


@contextmanager
def launched() -> Iterator[Browsers]:
    """Run Chromium, and end it."""
    with sync_playwright() as playwright:
        yield Browsers(playwright)


def _answers(browser: Browser) -> bool:
    # `is_connected` knows of an end only once something else was asked.
    with suppress(Error):
        browser.new_browser_cdp_session().detach()
    return browser.is_connected()


def looks(page: Page) -> Iterator[str]:
    """Show the page on a phone and a desktop, light and dark, one after the other."""
    before = page.viewport_size
    for (size, viewport), scheme in product(SIZES.items(), SCHEMES):
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        yield f"{size}-{scheme}"
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before or SIZES["desktop"])


def shoot(page: Page, name: str) -> list[Path]:
    """Store `name`-`look`.png of each look under tests/screenshots/."""
    shots = []
    for look in looks(page):
        shots.append(SCREENSHOTS / f"{name}-{look}.png")
        page.screenshot(path=shots[-1], full_page=True)
    return shots


def axe(page: Page) -> list[str]:
    """Tell what axe finds wrong in any look, a line each; an empty list is what we want."""
    page.evaluate(AXE)
    return [f"{look}: {fault}" for look in looks(page) for fault in _faults(page)]


def _faults(page: Page) -> Iterator[str]:
    found: list[dict[str, Any]] = page.evaluate(_VIOLATIONS)
    for violation in found:
        for node in violation["nodes"]:
            yield f"{violation['id']} at {node['target']}: {node['failureSummary']}"
