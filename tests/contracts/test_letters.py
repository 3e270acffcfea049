"""Every letter, in every language: its three parts say the same, and all that they must."""

import re
from importlib.resources import files

import pytest

from rig.post import NOW
from rig.written import (
    SAYS,
    TOKEN,
    WITHOUT_LINK,
    data_of,
    letter_of,
    one_line,
    rendered,
    shown,
    written_for,
)
from simple_2fa.core.ids import new_id
from simple_2fa.core.words import LOCALES, gettext, speaking
from simple_2fa.mail.letters import Rendered

TEMPLATES = files("simple_2fa") / "templates"
FOLDER, FACTORS = TEMPLATES / "mail", TEMPLATES / "factors"
LETTERS = sorted(each.name for each in FOLDER.iterdir() if each.is_dir())
NOTICES = [name for name in LETTERS if name != "code"]
OURS = ("change_address", "login", "prove_address", "reset", "step_up", "unlock")
PURPOSES = ("api:pay", "api:verify", *OURS)
LINK = SAYS["not_me"] + TOKEN
KINDS = [*(("code", purpose) for purpose in PURPOSES), *((name, "") for name in NOTICES)]
"""A letter's name, and its purpose where it has one."""
SITES = ("Acme", "Ann & Sons <b>", "{{7*7}}", "100% %(site)s", "Äcme ✉")
HOSTILE = ("{{7*7}}{% x %}%(site)s<b onclick=x>&amp;</b>", "x\r\nBcc: e@evil.test\u2028\x85\x0b\0z")

every_kind = pytest.mark.parametrize(("name", "purpose"), KINDS)
every_locale = pytest.mark.parametrize("locale", LOCALES)
every_notice = pytest.mark.parametrize("name", NOTICES)


def test_there_are_letters() -> None:
    assert {"code", "no_account", "password_reset"} <= {*LETTERS}


@pytest.mark.parametrize("name", LETTERS)
def test_it_has_subject_text_and_html_and_nothing_else(name: str) -> None:
    parts = sorted(each.name for each in (FOLDER / name).iterdir())
    assert parts == ["body.html", "body.txt", "subject.txt"]


@pytest.mark.parametrize("name", LETTERS)
def test_its_text_names_the_data_that_it_needs(name: str) -> None:
    first = (FOLDER / name / "body.txt").read_text("utf-8").splitlines()[0]
    needed = re.sub(r"\(.*?\)", "", first.partition("Data: ")[2].partition(".")[0]).partition(";")
    assert {each.strip() for each in needed[0].split(",")} == {*data_of(name)}


@every_kind
@every_locale
@pytest.mark.parametrize("says", [SAYS, {}], ids=["told", "untold"])
@pytest.mark.parametrize("asked_from", ["Firefox on Windows", ""], ids=["from", "no"])
class TestWhateverIsKnown:
    @pytest.fixture
    def made(
        self, name: str, purpose: str, locale: str, says: dict[str, str], asked_from: str
    ) -> Rendered:
        return rendered(name, purpose, locale, says=says, asked_from=asked_from)

    def test_it_can_be_made(self, made: Rendered) -> None:
        assert made.subject == made.subject.strip() != ""
        assert "Acme" in made.subject
        for part in (made.subject, made.text, made.html):
            assert not re.search(r"\{\{|\{%|\bNone\b|Undefined|%\(", part)

    def test_text_and_html_say_the_same_words_in_the_same_order(self, made: Rendered) -> None:
        # Above the code the text has a colon, the HTML none.
        text, html = (re.sub(r"[\s:]", "", each) for each in (made.text, shown(made).text))
        assert html == text

    def test_the_text_is_tidy(self, made: Rendered) -> None:
        text = made.text
        assert not re.search(r"\n\n\n|[ \t]$|^[ \t]|  ", text, re.MULTILINE)
        assert [line for line in text.splitlines() if len(line) > 78] == []
        assert text.count("\n\n") >= 2

    def test_what_nobody_told_is_not_said(
        self, made: Rendered, says: dict[str, str], asked_from: str
    ) -> None:
        assert ("Firefox" in made.text) == bool(asked_from)
        if not says:
            assert shown(made).addresses == []
            assert not re.search(r"://|@acme|:$", made.text.partition("\n")[2], re.MULTILINE)


@every_kind
@every_locale
class TestLanguage:
    def test_it_is_named_and_spoken(self, name: str, purpose: str, locale: str) -> None:
        made = rendered(name, purpose, locale)
        assert shown(made).language == locale
        others = [rendered(name, purpose, other) for other in LOCALES if other != locale]
        lines = {*made.text.splitlines()} - {"", "048291", SAYS["forgot"], SAYS["account"], LINK}
        assert all(lines.isdisjoint(other.text.splitlines()) for other in others)
        assert all(made.subject != other.subject for other in others)

    def test_it_goes_out_as_plain_bytes(self, name: str, purpose: str, locale: str) -> None:
        raw = rendered(name, purpose, locale).message.as_bytes()
        assert raw.isascii()
        assert max(map(len, raw.splitlines())) <= 78


@every_kind
def test_a_letter_without_a_language_or_with_an_unknown_one_is_english(
    name: str, purpose: str
) -> None:
    english = rendered(name, purpose).text
    assert rendered(name, purpose, "fr").text == english
    letter = letter_of(name, purpose)
    with speaking("de"):
        letters = written_for("Acme", *SAYS.items())
        assert letters.render(letter, "ann@example.com", new_id(), NOW).text == english


@every_locale
@pytest.mark.parametrize("purpose", PURPOSES)
class TestCode:
    def test_text_and_html_hold_it_once_as_plain_digits(self, purpose: str, locale: str) -> None:
        made = rendered("code", purpose, locale)
        assert made.text.count("048291") == made.html.count("048291") == 1
        assert "\n\n048291\n\n" in made.text
        assert "048291" in shown(made).nodes
        assert not re.search(r"[0-9]{6}", made.text.replace("048291", ""))

    def test_it_says_until_when_and_that_nobody_asks_for_it(
        self, purpose: str, locale: str
    ) -> None:
        text = one_line(rendered("code", purpose, locale, asked_from="Firefox").text)
        with speaking(locale):
            for message, facts in (
                ("It works once, until %(until)s.", {"until": "10:40 UTC"}),
                ("Asked at %(at)s from %(from)s.", {"at": "10:30 UTC", "from": "Firefox"}),
                (
                    "%(site)s will never ask you for this code, by phone or by email.",
                    {"site": "Acme"},
                ),
            ):
                assert gettext(message) % facts in text

    def test_only_a_step_of_somebody_s_account_leads_to_where_it_is_saved(
        self, purpose: str, locale: str
    ) -> None:
        made = rendered("code", purpose, locale)
        there = {"login": "forgot", "unlock": "forgot", "step_up": "account"}.get(purpose)
        wanted = [SAYS[there]] if there else []
        assert shown(made).addresses == wanted
        assert re.findall("https://.*", made.text) == wanted

    def test_it_says_where_to_enter_it(self, purpose: str, locale: str) -> None:
        assert SAYS["where"] in rendered("code", purpose, locale).text


def test_each_purpose_has_words_of_its_own() -> None:
    texts = [rendered("code", purpose).text for purpose in PURPOSES]
    assert len(set(texts)) == len(PURPOSES) - 1  # both of an API's are alike


@pytest.mark.parametrize(
    ("purpose", "enter", "ending"),
    [
        ("login", "where you're signing in:", "Wasn't you? Someone knows your password."),
        ("prove_address", "where you're creating your account:", "no account opens without"),
        ("reset", "where you asked for a new password:", "your password stays as it is."),
        ("change_address", "where you're changing the address", "nothing changes without the code"),
        ("step_up", "where you're signed in:", "Someone is signed in to your account."),
        ("api:pay", "where you were asked for it:", "nothing happens without the code."),
    ],
)
def test_a_purpose_says_where_the_code_goes_and_what_if_it_was_not_you(
    purpose: str, enter: str, ending: str
) -> None:
    text = one_line(rendered("code", purpose).text)
    assert f"Enter it {enter}" in text
    assert ending in text
    assert "Don't share" in text or purpose in {"prove_address", "change_address"}


@every_notice
@every_locale
class TestNotices:
    def test_it_says_when(self, name: str, locale: str) -> None:
        when = {"en": "22 November 2026, 10:30 UTC", "de": "22. November 2026, 10:30 UTC"}[locale]
        text = one_line(rendered(name, locale=locale).text)
        assert ("10:30 UTC" if name == "no_account" else when) in text

    @pytest.mark.parametrize(
        ("support", "href"),
        [
            ("help@acme.test", "mailto:help@acme.test"),
            ("https://acme.test/help", "https://acme.test/help"),
            ("+49 30 1234", None),
            ("javascript:x", None),
        ],
    )
    def test_it_says_who_helps(
        self, name: str, locale: str, support: str, href: str | None
    ) -> None:
        made = rendered(name, locale=locale, says={"support": support})
        assert made.text.endswith(f" {support}")
        assert shown(made).addresses == ([href] if href else [])
        assert shown(made).text.endswith(support)

    def test_what_was_done_to_an_account_can_be_disowned(self, name: str, locale: str) -> None:
        made = rendered(name, locale=locale)
        wanted = name not in WITHOUT_LINK
        assert (LINK in made.text, LINK in shown(made).addresses) == (wanted, wanted)

    def test_it_holds_no_code_and_no_whole_address(self, name: str, locale: str) -> None:
        made = rendered(name, locale=locale, code="048291")  # as a decoy's data may
        assert "ann@example.com" not in made.text + made.html
        assert not re.search(r"[0-9]{6}", made.text)


@every_locale
def test_what_can_be_undone_says_until_which_day(locale: str) -> None:
    until = {"en": "until 23 November 2026, 10:30 UTC", "de": "bis zum 23. November 2026, 10:30"}
    assert until[locale] in one_line(rendered("password_reset", locale=locale).text)


def test_a_changed_address_is_named_masked() -> None:
    made = rendered("address_changed")
    assert "a•••@new.test" in made.text
    assert "a•••@new.test" in shown(made).nodes


class TestAttacks:
    @every_kind
    @every_locale
    @pytest.mark.parametrize("site", SITES)
    def test_a_site_s_name_is_text_whatever_it_is(
        self, name: str, purpose: str, locale: str, site: str
    ) -> None:
        made = rendered(name, purpose, locale, site=site)
        assert site in made.subject
        assert site in one_line(made.text)
        assert site in shown(made).text
        assert not {"b", "onclick"} & {*shown(made).tags}

    @every_kind
    @every_locale
    @pytest.mark.parametrize("hostile", HOSTILE, ids=["markup", "breaks"])
    def test_data_are_text_on_one_line(
        self, name: str, purpose: str, locale: str, hostile: str
    ) -> None:
        made = rendered(name, purpose, locale, asked_from=hostile, to=hostile, code=hostile)
        line = re.sub(r"[\s\0]+", " ", hostile)
        assert line in one_line(made.text)
        assert line in shown(made).text
        assert not {"b", "onclick"} & {*shown(made).tags}
        assert not re.search(r"^Bcc|[\r\x0b\x85\u2028\0]", made.text, re.MULTILINE)

    @every_kind
    @every_locale
    def test_it_loads_nothing_and_runs_nothing(self, name: str, purpose: str, locale: str) -> None:
        made = rendered(name, purpose, locale)
        tags = {*shown(made).tags}
        assert not tags & {
            "img",
            "script",
            "link",
            "iframe",
            "form",
            "src",
            "onclick",
            "background",
        }
        assert "url(" not in made.html
        assert {*shown(made).addresses} <= {
            SAYS["forgot"],
            SAYS["account"],
            LINK,
            f"mailto:{SAYS['support']}",
        }


@every_locale
def test_an_address_that_its_link_puts_back_is_nothing_to_ask_for(locale: str) -> None:
    asks, puts = (rendered("address_changed", "", locale, put_back=each) for each in ("", "yes"))
    for made in (asks, puts):
        assert LINK in made.text
        assert LINK in shown(made).addresses
    told = {"en": "Here you can put your address back", "de": "Hier können Sie Ihre Adresse"}
    assert [told[locale] in one_line(made.text) for made in (asks, puts)] == [False, True]


@every_locale
@pytest.mark.parametrize("kind", sorted(each.name for each in FACTORS.iterdir()))
def test_it_names_each_way_to_sign_in(kind: str, locale: str) -> None:
    """A factor's words are read by pages, too, which know more than a letter does."""
    assert rendered("way_added", "", locale, kind=kind).text
    assert rendered("way_removed", "", locale, kind=kind).text
    assert rendered("second_step_reset", "", locale, gone=kind).text
