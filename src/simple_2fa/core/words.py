"""The languages that people read, which of them is spoken now, and the words in it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

LOCALES = ("en", "de")
SOURCE = "en"
"""The language that the code is written in: it needs no catalogue."""

# RFC 9110, 12.5.4 (a language range with its weight) and 12.4.2 (a weight).
_RANGE = re.compile(
    r"[ \t]*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*[ \t]*"
    r"(?:;[ \t]*[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?"
)
_spoken: ContextVar[str] = ContextVar("locale", default=SOURCE)


@cache
def translations(locale: str) -> NullTranslations:
    """Give the words of one of `LOCALES`, read once."""
    if locale == SOURCE:
        return NullTranslations()
    catalogue = files("simple_2fa") / "locale" / locale / "LC_MESSAGES" / "simple_2fa.mo"
    with catalogue.open("rb") as compiled:
        return GNUTranslations(compiled)


def best(accept_language: str) -> str:
    """Choose among `LOCALES` by a header Accept-Language; what can't be read in it is nothing.

    'de-AT' is content with 'de' (RFC 4647, 3.4). Where two weigh the same, the first is meant.
    """
    weights: dict[str, float] = {}
    for each in filter(None, map(_RANGE.fullmatch, accept_language.split(","))):
        language = each[1].lower()
        weights[language] = max(weights.get(language, 0), float(each[2] or 1))
    others = weights.get("*", 0)
    asked = [language for language in weights if language in LOCALES and weights[language]]
    return max([*asked, *LOCALES], key=lambda locale: weights.get(locale, others))


def nearest(name: str) -> str:
    """Give the one of `LOCALES` that fits a locale's name: 'de' for 'de-AT' and 'de_DE', or ''."""
    language = re.split(r"[-_.@]", name, maxsplit=1)[0].lower()
    return language if language in LOCALES else ""


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak a language for a while; one that we don't know is `SOURCE`."""
    before = _spoken.set(locale if locale in LOCALES else SOURCE)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> str:
    """Tell which of `LOCALES` is spoken now."""
    return _spoken.get()


def gettext(message: str) -> str:
    """Give a message in the language that is spoken now."""
    # To gettext the empty message is the catalogue's header.
    return translations(_spoken.get()).gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    """Give the form of a message that fits a count, in the language that is spoken now."""
    return translations(_spoken.get()).ngettext(one, many, count)


def day(instant: datetime) -> str:
    """Word the day of an instant, in UTC: '3 May 2026', '3. Mai 2026'."""
    at = instant.astimezone(UTC)
    parts = {"day": at.day, "month": _months()[at.month - 1], "year": at.year}
    return gettext("%(day)s %(month)s %(year)s") % parts


def _months() -> tuple[str, ...]:
    return (
        gettext("January"),
        gettext("February"),
        gettext("March"),
        gettext("April"),
        gettext("May"),
        gettext("June"),
        gettext("July"),
        gettext("August"),
        gettext("September"),
        gettext("October"),
        gettext("November"),
        gettext("December"),
    )
