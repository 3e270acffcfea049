"""Which language is spoken, and how words come out in it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier

import pytest

from simple_2fa.core import words
from simple_2fa.core.words import LOCALES, best, day, gettext, nearest, ngettext, speaking, spoken

MESSAGE = "Security code"
GERMAN = "Sicherheitscode"
TRIES = ("%(count)s try left.", "%(count)s tries left.")


class TestBest:
    @pytest.mark.parametrize(
        ("header", "locale"),
        [
            ("", "en"),
            ("de", "de"),
            ("DE", "de"),
            ("de-AT", "de"),
            ("de-Latn-CH-1996", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("en-GB,en;q=0.9,de;q=0.8", "en"),
            ("fr, nl", "en"),
            ("fr,de;q=0.3", "de"),
            ("den, dei", "en"),
        ],
    )
    def test_it_is_the_first_that_is_asked_for(self, header: str, locale: str) -> None:
        assert best(header) == locale

    @pytest.mark.parametrize(
        ("header", "locale"),
        [
            ("en;q=0.1, de;q=0.2", "de"),
            ("en;q=0.999,de;q=1.000", "de"),
            ("en;Q=0.5 ,\tde ; q=0.6\t", "de"),
            ("de;q=0.5, de-CH;q=0.9, en;q=0.7", "de"),
            ("de, en", "de"),
            ("en, de", "en"),
            ("de;q=0.5, en;q=0.5", "de"),
        ],
    )
    def test_it_is_the_one_that_weighs_most_else_the_first(self, header: str, locale: str) -> None:
        assert best(header) == locale

    @pytest.mark.parametrize(
        ("header", "locale"),
        [
            ("de;q=0", "en"),
            ("de;q=0, fr", "en"),
            ("en;q=0", "en"),
            ("en;q=0, *", "de"),
            ("*", "en"),
            ("*;q=0.5, de;q=0.1", "en"),
            ("de;q=0.5, *;q=0.1", "de"),
            ("de;q=0.000, *", "en"),
        ],
    )
    def test_a_star_is_each_that_is_not_named_and_zero_is_no(
        self, header: str, locale: str
    ) -> None:
        assert best(header) == locale

    @pytest.mark.parametrize(
        "header",
        [
            "de;q=2",
            "de;q=1.001",
            "de;q=-1",
            "de;q=",
            "de;q=0.1234",
            "de;q=nan",
            "de;q=٠",
            "de;level=1",
            "de_AT",
            "de-",
            "d e",
            "de\n",
            "ⅾe",
            "\0de",
            "../de",
            ";q=1",
            ",;,;,",
        ],
    )
    def test_what_can_t_be_read_is_nothing(self, header: str) -> None:
        assert best(header) == "en"
        assert best(f"{header},de;q=0.1") == "de"

    @pytest.mark.parametrize(
        "unit", ["de,", "a-", ";", " ", "\t,", "de;q=0.5,", "x" * 9 + ",", "de-" * 9 + ","]
    )
    def test_a_long_header_takes_no_long_time(self, unit: str) -> None:
        header = unit * (100_000 // len(unit))
        assert best(header) in LOCALES  # a pattern that backtracks would not come back


class TestNearest:
    @pytest.mark.parametrize("name", ["de", "DE", "de-AT", "de_DE", "de_DE.UTF-8", "de@euro"])
    def test_a_region_is_content_with_its_language(self, name: str) -> None:
        assert nearest(name) == "de"

    @pytest.mark.parametrize("name", ["", "fr", "den", "None", "_de", "d e", "*"])
    def test_what_is_none_of_ours_is_nothing(self, name: str) -> None:
        assert nearest(name) == ""


class TestSpeaking:
    def test_english_is_spoken_where_nobody_asked(self) -> None:
        assert (spoken(), gettext(MESSAGE)) == ("en", MESSAGE)

    def test_a_language_is_spoken_for_a_while(self) -> None:
        with speaking("de"):
            assert (spoken(), gettext(MESSAGE)) == ("de", GERMAN)
            with speaking("en"):
                assert gettext(MESSAGE) == MESSAGE
            assert gettext(MESSAGE) == GERMAN
        assert gettext(MESSAGE) == MESSAGE

    def test_it_ends_with_an_error_too(self) -> None:
        with pytest.raises(ZeroDivisionError), speaking("de"):
            _ = 1 / 0
        assert spoken() == "en"

    @pytest.mark.parametrize("locale", ["", "fr", "DE", "de-AT", "../../etc", "\0"])
    def test_one_that_we_don_t_know_is_english(self, locale: str) -> None:
        with speaking("de"), speaking(locale):
            assert (spoken(), gettext(MESSAGE)) == ("en", MESSAGE)

    def test_each_thread_speaks_its_own(self) -> None:
        both = Barrier(2, timeout=10)

        def hear(locale: str) -> str:
            with speaking(locale):
                both.wait()
                heard = gettext(MESSAGE)
                both.wait()
                return heard

        with ThreadPoolExecutor(2) as threads:
            assert [*threads.map(hear, LOCALES)] == [MESSAGE, GERMAN]


class TestWords:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_a_message_without_a_translation_stays(self, locale: str) -> None:
        with speaking(locale):
            assert gettext("No catalogue holds this.") == "No catalogue holds this."
            assert ngettext("No such cat.", "No such cats.", 2) == "No such cats."

    @pytest.mark.parametrize("locale", LOCALES)
    def test_nothing_is_nothing_and_not_the_catalogue_s_header(self, locale: str) -> None:
        with speaking(locale):
            assert gettext("") == ""

    @pytest.mark.parametrize(("count", "one"), [(0, False), (1, True), (2, False), (21, False)])
    def test_a_count_finds_its_form(self, count: int, *, one: bool) -> None:
        assert ngettext(*TRIES, count) == TRIES[0 if one else 1]
        with speaking("de"):
            german = "Noch %(count)s Versuch." if one else "Noch %(count)s Versuche."
            assert ngettext(*TRIES, count) == german

    def test_a_catalogue_is_read_once(self) -> None:
        assert words.translations("de") is words.translations("de")


class TestDay:
    def test_it_has_the_order_and_the_month_of_its_language(self) -> None:
        at = datetime(2026, 5, 3, 10, 30, tzinfo=UTC)
        assert day(at) == "3 May 2026"
        with speaking("de"):
            assert day(at) == "3. Mai 2026"

    def test_each_month_has_its_name(self) -> None:
        first = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 13)]
        assert [day(at) for at in first] == [f"1 {at:%B} 2026" for at in first]
        with speaking("de"):
            months = [day(at).split()[1][:3] for at in first]
            assert " ".join(months) == "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez"

    def test_it_is_the_day_in_utc(self) -> None:
        tokyo = timezone(timedelta(hours=9))
        assert day(datetime(2027, 1, 1, 8, 59, tzinfo=tokyo)) == "31 December 2026"
