"""Bring the catalogues up to date with the words in the source: `make words` runs this.

Words are taken from Python and templates into simple_2fa.pot, merged into each language's
simple_2fa.po (a changed message begins again, untranslated) and compiled into its simple_2fa.mo.
"""

import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from simple_2fa.core.words import LOCALES, SOURCE

PACKAGE = Path(__file__).parents[1] / "src" / "simple_2fa"
TEMPLATE = PACKAGE / "locale" / "simple_2fa.pot"
LANGUAGES = [locale for locale in LOCALES if locale != SOURCE]

_READERS = [
    ("**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
]
# As the environments of pages and letters read them.
_READ_AS = {"trim_blocks": "true", "newstyle_gettext": "true", "silent": "false"}
_OPTIONS = {pattern: _READ_AS for pattern, reader in _READERS if reader == "jinja2"}
_KEPT_HEADERS = ("Language", "MIME-Version", "Plural-Forms", "Content-Type")


class Plain(Catalog):
    """A catalogue without dates and names: a file changes only where its words do."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """What gettext needs to know."""
        told = [each for each in super().mime_headers if each[0] in _KEPT_HEADERS]
        return [*told, ("Content-Transfer-Encoding", "8bit")]


def catalogue_of(language: str) -> Path:
    """Give where a language's words are."""
    return TEMPLATE.parent / language / "LC_MESSAGES" / "simple_2fa.po"


def extracted() -> Catalog:
    """Take the words out of the source, in the order of its files."""
    comment = "# Made by `make words`."
    catalogue = Plain(header_comment=comment, charset="utf-8", fuzzy=False)
    found = extract_from_dir(PACKAGE, _READERS, _OPTIONS)
    for file, line, message, _comments, context in found:
        catalogue.add(message, locations=[(file, line)], context=context)
    return catalogue


def merged(template: Catalog, language: str) -> Catalog:
    """Give a language's catalogue for today's messages, with the translations that still fit."""
    file = catalogue_of(language)
    known = read(file, language) if file.exists() else Catalog(locale=language)
    comment = "# Translate here, then run `make words`."
    catalogue = Plain(locale=language, header_comment=comment, charset="utf-8", fuzzy=False)
    for message in _messages(template):
        old = known.get(message.id, message.context)
        catalogue.add(
            message.id,
            old.string if old else None,
            locations=message.locations,
            context=message.context,
        )
    return catalogue


def read(file: Path, language: str | None = None) -> Catalog:
    """Read a .po or .pot file."""
    with file.open("rb") as lines:
        return read_po(lines, locale=language, abort_invalid=True)


def written(catalogue: Catalog) -> bytes:
    """Give the text of a .po file; places are named by file, for lines move too often."""
    text = BytesIO()
    write_po(text, catalogue, width=100, include_lineno=False)
    return text.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Give the bytes of a .mo file."""
    machine = BytesIO()
    write_mo(machine, catalogue)
    return machine.getvalue()


def forms(message: Message) -> list[str]:
    """Give a message's translation: one text, or one for each plural form."""
    if message.string is None or isinstance(message.string, str):
        return [message.string or ""]
    return list(message.string)


def missing(catalogue: Catalog) -> list[str]:
    """Give the messages that are still to be translated."""
    return [_first(message) for message in _messages(catalogue) if not all(forms(message))]


def update() -> Iterator[str]:
    """Write all files, and tell what is left to do, a line each."""
    template = extracted()
    TEMPLATE.write_bytes(written(template))
    for language in LANGUAGES:
        catalogue = merged(template, language)
        file = catalogue_of(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written(catalogue))
        file.with_suffix(".mo").write_bytes(compiled(catalogue))
        left = missing(catalogue)
        yield f"{language}: {len(left)} of {len(catalogue)} messages are to be translated"
        yield from (f"  {message}" for message in left)


def _messages(catalogue: Iterable[Message]) -> Iterator[Message]:
    """Go over a catalogue without its header."""
    return (message for message in catalogue if message.id)


def _first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in update())
