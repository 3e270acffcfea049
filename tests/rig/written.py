"""Letters as they are written and shown, each with the data that it needs."""

from datetime import timedelta
from functools import cache
from html.parser import HTMLParser

from rig.post import NOW
from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_id
from simple_2fa.mail.letters import Letters, Rendered

SAYS = {
    "where": "accounts.acme.test",
    "forgot": "https://accounts.acme.test/forgot",
    "account": "https://accounts.acme.test/account",
    "support": "help@acme.test",
    "not_me": "https://accounts.acme.test/not-me/",
}
TOKEN = "t" * 43
"""What a notice's link holds."""
WITHOUT_LINK = {"code", "no_account", "account_deleted", "address_taken_back", "address_moved"}
TOMORROW = NOW + timedelta(days=1)


class Shown(HTMLParser):
    """Gathers what a mail program shows, a string for each text node."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.language = ""
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [tag, *(name for name, _ in attrs)]
        self.addresses += [value or "" for name, value in attrs if name == "href"]
        self.language = dict(attrs).get("lang") or self.language
        self._hidden = tag in {"style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden = self._hidden and tag not in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.nodes.append(" ".join(data.split()))

    @property
    def text(self) -> str:
        return " ".join(self.nodes)


def data_of(name: str, purpose: str = "") -> dict[str, str]:
    """Give a letter's data, no more than body.txt names."""
    asked = {"asked_at": NOW.isoformat()}
    if name == "no_account":
        return asked
    if name == "code":
        until = (NOW + timedelta(minutes=10)).isoformat()
        return {**asked, "code": "048291", "purpose": purpose, "until": until}
    more = {"address_changed": {"to": "a•••@new.test"}}
    way = {"kind": "totp", "called": "My phone"}
    more |= {"way_added": way, "way_removed": way}
    tomorrow = {"until": TOMORROW.isoformat()}
    more |= dict.fromkeys(("password_reset", "recovery_started", "recovery_soon"), tomorrow)
    more["address_moved"] = {"to": "a•••@new.test"}
    more["address_is_new"] = {"before": "a•••@old.test"}
    more["second_step_reset"] = {"gone": "passkey totp"}
    return {"at": NOW.isoformat(), **more.get(name, {})}


def letter_of(name: str, purpose: str = "", **more: str) -> Letter:
    """Give a letter with its data; a notice has its link, too."""
    token = {} if name in WITHOUT_LINK else {"token": TOKEN}
    return Letter(name, {**data_of(name, purpose), **token, **more})


def rendered(
    name: str,
    purpose: str = "",
    locale: str = "en",
    *,
    site: str = "Acme",
    says: dict[str, str] | None = None,
    **more: str,
) -> Rendered:
    letter = letter_of(name, purpose, locale=locale, **more)
    letters = written_for(site, *(SAYS if says is None else says).items())
    return letters.render(letter, "ann@example.com", new_id(), NOW)


@cache
def written_for(site: str, *says: tuple[str, str]) -> Letters:
    return Letters(site, "mail@acme.test", says=dict(says))


def shown(made: Rendered) -> Shown:
    words = Shown()
    words.feed(made.html)
    return words


def one_line(text: str) -> str:
    return " ".join(text.split())
