"""People at a site: the same acts in a real browser, and by HTTP alone."""

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import cache

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
    def unfold(self, summary: str) -> None:
        """Open what stands under a summary."""

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

    def unfold(self, summary: str) -> None:
        assert any(each.text == summary for each in self.shown.all("summary"))

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


@cache
def _hash() -> str:
    return hash_password(PASSWORD)


def _has_button(form: Element, name: str) -> bool:
    return any(each.attrs.get("aria-label", each.text) == name for each in form.all("button"))
