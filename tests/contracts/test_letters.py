"""Every letter has its three parts and says what it must, whatever it is for."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from rig.post import NOW
from simple_2fa.core.factor import Letter
from simple_2fa.core.ids import new_id
from simple_2fa.mail.letters import Letters, Rendered

FOLDER = files("simple_2fa") / "templates" / "mail"
LETTERS = sorted(each.name for each in FOLDER.iterdir())
PURPOSES = ("api:verify", "api:pay", "login", "prove_address", "reset", "step_up", "unlock")
SITES = ("Acme", "Ann & Sons <b>", "{{7*7}}", "Äcme ✉")
SAYS = {
    "where": "accounts.acme.test",
    "asked_from": "Firefox on Windows, network 203.0.113.x",
    "forgot": "https://accounts.acme.test/forgot",
}
DATA = {"code": "048291", "asked_at": NOW.isoformat(), "at": NOW.isoformat()}
"""What any letter may need, beside its purpose."""

everything = pytest.mark.parametrize("purpose", PURPOSES)
each_letter = pytest.mark.parametrize("name", LETTERS)
with_code = pytest.mark.parametrize("name", ["code"])


class _Words(HTMLParser):
    """Gathers what a mail program shows, a string for each text node."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[str] = []
        self.tags: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags += [tag, *(name for name, _ in attrs)]
        self._hidden = tag in {"style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden = self._hidden and tag not in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden:
            self.nodes.append(" ".join(data.split()))


def rendered(
    name: str, purpose: str, site: str = "Acme", says: dict[str, str] | None = None
) -> Rendered:
    until = (NOW + timedelta(minutes=10)).isoformat()
    letter = Letter(name, {**DATA, "until": until, "purpose": purpose})
    letters = Letters(site, "mail@acme.test", says=SAYS if says is None else says)
    return letters.render(letter, "ann@example.com", new_id(), NOW)


def shown(made: Rendered) -> _Words:
    words = _Words()
    words.feed(made.html)
    return words


def test_there_are_letters() -> None:
    assert "code" in LETTERS


@each_letter
def test_it_has_subject_text_and_html_and_nothing_else(name: str) -> None:
    parts = sorted(each.name for each in (FOLDER / name).iterdir())
    assert parts == ["body.html", "body.txt", "subject.txt"]


@each_letter
@everything
@pytest.mark.parametrize("says", [SAYS, {}], ids=["told", "untold"])
def test_it_can_be_made_for_each_purpose(name: str, purpose: str, says: dict[str, str]) -> None:
    made = rendered(name, purpose, says=says)
    assert made.subject == made.subject.strip() != ""
    for part in (made.subject, made.text, made.html):
        assert not re.search(r"\{\{|\{%|\bNone\b|Undefined|%\(", part)


@with_code
@everything
def test_text_and_html_hold_the_code_once_as_plain_digits(name: str, purpose: str) -> None:
    made = rendered(name, purpose)
    assert made.text.count("048291") == made.html.count("048291") == 1
    assert "\n\n048291\n\n" in made.text
    assert "048291" in shown(made).nodes
    assert not re.search(r"[0-9]{6}", made.text.replace("048291", ""))


@each_letter
@everything
def test_text_and_html_say_the_same(name: str, purpose: str) -> None:
    made = rendered(name, purpose)
    text = " ".join(made.text.split())
    for words in shown(made).nodes:
        assert words.rstrip(":") in text


@with_code
@everything
def test_it_says_until_when_and_that_nobody_asks_for_it(name: str, purpose: str) -> None:
    text = rendered(name, purpose).text
    assert "It works once, until 10:40 UTC." in text
    assert "Asked at 10:30 UTC from Firefox on Windows, network 203.0.113.x." in text
    assert "Acme will never ask you for this code, by phone or by email." in text


@each_letter
@pytest.mark.parametrize("site", SITES)
def test_a_site_s_name_is_text_whatever_it_is(name: str, site: str) -> None:
    made = rendered(name, "login", site)
    assert site in made.subject
    assert site in made.text
    assert any(site in words for words in shown(made).nodes)
    assert shown(made).tags.count("b") == 0


@each_letter
@everything
def test_it_loads_nothing_and_runs_nothing(name: str, purpose: str) -> None:
    tags = set(shown(rendered(name, purpose)).tags)
    assert not tags & {"img", "script", "link", "iframe", "form", "src", "onclick", "background"}


@with_code
def test_only_a_sign_in_leads_to_a_new_password(name: str) -> None:
    assert SAYS["forgot"] in rendered(name, "login").text
    for purpose in PURPOSES[:2] + PURPOSES[3:]:
        assert "http" not in rendered(name, purpose).text
