"""Somebody in real Chromium, by mouse or by keyboard alone."""

from dataclasses import dataclass, field, replace
from typing import Self

from playwright.sync_api import Locator, Page, expect

from apps import Site
from looks import FITS
from visitors import SAFARI, Visitor

_MOST_STOPS = 60
_RING = "(each) => `${getComputedStyle(each).outlineStyle} ${getComputedStyle(each).outlineWidth}`"
_IS_FOCUSED = "(each) => each === document.activeElement"


@dataclass
class Tab(Visitor):
    """In Chromium, by mouse or by keyboard alone."""

    site: Site
    page: Page
    by_keyboard: bool = field(default=False, kw_only=True)
    scripts: bool = field(default=True, kw_only=True)

    @property
    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    def open(self, path: str) -> None:
        self.page.goto(self.site.origin + path)

    def fill(self, label: str, text: str) -> None:
        target = self.page.get_by_label(label, exact=True)
        if not self.by_keyboard:
            target.fill(text)
            return
        self.reach(target)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)
        expect(target).to_have_value(text)

    def tick(self, label: str) -> None:
        target = self.page.get_by_role("checkbox", name=label)
        if self.by_keyboard:
            self.reach(target)
            self.page.keyboard.press("Space")
        else:
            target.check()
        expect(target).to_be_checked()

    def choose(self, label: str, option: str) -> None:
        target = self.page.get_by_label(label)
        if self.by_keyboard:
            self.reach(target)
            self.page.keyboard.type(option)
        else:
            target.select_option(option)
        expect(target.locator("option:checked")).to_have_text(option)

    def press(self, name: str) -> None:
        self.go(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        self.go(self.page.get_by_role("link", name=name, exact=True))

    def follow_last(self, name: str) -> None:
        """Follow the last of several links of this name: the page suggests one above."""
        self.go(self.page.get_by_role("link", name=name, exact=True).last)

    def go(self, target: Locator) -> None:
        """Press what leads to another page, and wait for that."""
        if self.by_keyboard:
            self.reach(target)
        with self.page.expect_navigation():
            if self.by_keyboard:
                self.page.keyboard.press("Enter")
            else:
                target.click()

    def toggle(self, target: Locator) -> None:
        """Press a button that changes this very page."""
        if self.by_keyboard:
            self.reach(target)
            self.page.keyboard.press("Space")
        else:
            target.click()

    def unfold(self, summary: str) -> None:
        self.toggle(self.page.locator("summary", has_text=summary))

    def reach(self, target: Locator) -> None:
        """Press Tab until the keyboard is there; that can be seen."""
        expect(target).to_be_visible()
        for _ in range(_MOST_STOPS):
            if target.evaluate(_IS_FOCUSED):
                break
            self.page.keyboard.press("Tab")
        expect(target).to_be_focused()
        assert target.evaluate(_RING) == "solid 3px"

    def lose_cookies(self) -> None:
        self.page.context.clear_cookies()

    def elsewhere(self, agent: str = SAFARI, locale: str = "en-US") -> Self:
        """Open a browser that knows nothing of this one, a second later."""
        assert self.page.context.browser
        self.site.clock.move(seconds=1)
        context = self.page.context.browser.new_context(
            user_agent=agent, locale=locale, java_script_enabled=self.scripts
        )
        return self._with(context.new_page())

    def beside(self) -> Self:
        """Open another tab of the same browser."""
        return self._with(self.page.context.new_page())

    def sees(self, *words: str) -> None:
        for each in words:
            expect(self.page.locator("body")).to_contain_text(each)

    def is_told(self, words: str) -> None:
        """Read the page's one message."""
        expect(self.page.locator("#message")).to_contain_text(words)

    def is_at(self, path: str, heading: str) -> None:
        expect(self.page).to_have_url(self.site.origin + path)
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def fits(self) -> None:
        """Look whether nothing stands beside the screen."""
        assert self.page.evaluate(FITS)

    def _with(self, page: Page) -> Self:
        return replace(self, page=page)
