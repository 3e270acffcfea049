"""People at a site: the same acts in a real browser, and by HTTP alone."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Self

from playwright.sync_api import Locator, Page, expect

from apps import ANN, Site
from live import Element, Person, Shown
from people import added, somebody
from simple_2fa.core.passwords import hash_password
from world import wrong

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1"
)
PASSWORD = "tangerine bicycle moon"
ANOTHER = "walnut harbour quiet"

_MOST_STOPS = 60
_RING = "(each) => `${getComputedStyle(each).outlineStyle} ${getComputedStyle(each).outlineWidth}`"
_IS_FOCUSED = "(each) => each === document.activeElement"


class Visitor(ABC):
    """Somebody in a browser of her own. Letters go out when their code is looked up."""

    site: Site

    @property
    @abstractmethod
    def heading(self) -> str:
        """What the page is called."""

    @abstractmethod
    def open(self, path: str) -> None: ...

    @abstractmethod
    def fill(self, label: str, text: str) -> None: ...

    @abstractmethod
    def tick(self, label: str) -> None: ...

    @abstractmethod
    def choose(self, label: str, option: str) -> None: ...

    @abstractmethod
    def press(self, name: str) -> None:
        """Press a button that leads on, and wait for the page that comes."""

    @abstractmethod
    def lose_cookies(self) -> None: ...

    def settle(self, address: str = ANN, locale: str = "") -> None:
        """Have an account already."""
        new, now = somebody(address), self.site.clock()
        made = replace(new, password=_hash(), created_at=now, locale=locale)
        added(self.site.services.db, made)

    def ask_for_account(self, address: str = ANN, password: str = PASSWORD) -> None:
        self.open("/register")
        self.enter(address, password)

    def create_account(self, address: str = ANN, password: str = PASSWORD) -> None:
        self.ask_for_account(address, password)
        self.type(self.site.code(address))

    def sign_in(self, address: str = ANN, password: str = PASSWORD) -> None:
        self.open("/login")
        self.enter(address, password)

    def come_in(self, address: str = ANN, password: str = PASSWORD) -> None:
        """Sign in with a code."""
        self.open("/login")
        self.come_in_here(address, password)

    def come_in_here(self, address: str = ANN, password: str = PASSWORD) -> None:
        """Do so on the page that is open."""
        self.enter(address, password)
        self.type(self.site.code(address))

    def enter(self, address: str, password: str) -> None:
        """Fill in the form that asks for these two."""
        self.fill("Email", address)
        self.fill("Password", password)
        self.press("Continue")

    def type(self, code: str) -> None:
        self.fill("Security code", code)
        self.press("Continue")

    def miss(self, times: int, address: str = ANN) -> None:
        for _ in range(times):
            self.type(wrong(self.site.code(address)))

    def confirm(self, address: str = ANN) -> None:
        """Take the second step before a change."""
        self.press("Email me a code")
        self.type(self.site.code(address))

    def ask_for_reset(self, address: str = ANN) -> None:
        self.open("/forgot")
        self.fill("Email", address)
        self.press("Continue")

    def reset(self, address: str = ANN, password: str = ANOTHER) -> None:
        """Get in with a new password."""
        self.ask_for_reset(address)
        self.type(self.site.code(address))
        self.fill("New password", password)
        self.press("Save password")

    def has_mail(self, subject: str, address: str = ANN) -> bool:
        return any(letter.subject == subject for letter in self.site.letters(address))

    def sign_out(self) -> None:
        self.open("/account")
        self.press("Sign out")


class Reader(Visitor):
    """By HTTP, as a browser without scripts."""

    def __init__(self, site: Site, agent: str = FIREFOX, language: str = "") -> None:
        self.site = site
        self.person = Person(site)
        given = {"HTTP_USER_AGENT": agent, "HTTP_ACCEPT_LANGUAGE": language}
        self.person.client.environ_base.update(given)
        self.shown: Shown
        self._typed: dict[str, str] = {}

    @property
    def heading(self) -> str:
        return self.shown.h1

    def open(self, path: str) -> None:
        self._arrive(self.person.open(path))

    def fill(self, label: str, text: str) -> None:
        self._typed[self.shown.one(id=self._label(label)["for"])["name"]] = text

    def tick(self, label: str) -> None:
        box = self._label(label).one("input")
        self._typed[box["name"]] = box["value"]

    def choose(self, label: str, option: str) -> None:
        select = self.shown.one(id=self._label(label)["for"])
        (chosen,) = (each for each in select.all("option") if each.text == option)
        self._typed[select["name"]] = chosen["value"]

    def press(self, name: str) -> None:
        (form,) = (form for form in self.shown.all("form") if _has_button(form, name))
        self._arrive(self.person.submit(form, **self._typed))  # type: ignore[arg-type]

    def lose_cookies(self) -> None:
        for each in list(self.person.client._cookies or {}):
            self.person.client.delete_cookie(each[2], domain=each[0], path=each[1])

    def _label(self, text: str) -> Element:
        (found,) = (each for each in self.shown.all("label") if each.text == text)
        return found

    def _arrive(self, shown: Shown) -> None:
        while shown.status == 303:
            shown = self.person.open(shown.headers["Location"])
        self.shown, self._typed = shown, {}


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

    def _with(self, page: Page) -> Self:
        return replace(self, page=page)


@cache
def _hash() -> str:
    return hash_password(PASSWORD)


def _has_button(form: Element, name: str) -> bool:
    return any(each.attrs.get("aria-label", each.text) == name for each in form.all("button"))
