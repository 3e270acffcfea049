"""The catalogues hold today's words, and German has all of them."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from jinja2 import Environment, nodes

import update_words
from simple_2fa.core.words import LOCALES, SOURCE, gettext, speaking
from update_words import LANGUAGES, PACKAGE, TEMPLATE, catalogue_of

each_language = pytest.mark.parametrize("language", LANGUAGES)
TEMPLATES = sorted(
    str(file.relative_to(PACKAGE / "templates"))
    for file in (PACKAGE / "templates").rglob("*")
    if file.is_file()
)


def entries(language: str) -> list[Message]:
    """Give the messages of a language, without the header."""
    return [each for each in update_words.read(catalogue_of(language), language) if each.id]


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Give each translated form beside the source's: the singular's, else the plural's."""
    for each in entries(language):
        sources = [each.id] if isinstance(each.id, str) else each.id
        for number, form in enumerate(update_words.forms(each)):
            yield sources[min(number, len(sources) - 1)], form


def placeholders(text: str) -> list[str]:
    named = re.findall(r"%\(\w+\)[a-z]|%%|%", text)
    return sorted([*named, *(name for _, name, *_ in Formatter().parse(text) if name)])


class TestUpToDate:
    """Where one of these fails: run `make words`, and translate what it lists."""

    def test_the_template_holds_the_words_of_the_source(self) -> None:
        assert TEMPLATE.read_bytes() == update_words.written(update_words.extracted())

    @each_language
    def test_a_catalogue_holds_the_words_of_the_template(self, language: str) -> None:
        merged = update_words.merged(update_words.extracted(), language)
        assert catalogue_of(language).read_bytes() == update_words.written(merged)

    @each_language
    def test_what_is_compiled_is_what_is_written(self, language: str) -> None:
        file = catalogue_of(language)
        merged = update_words.merged(update_words.read(TEMPLATE), language)
        assert file.with_suffix(".mo").read_bytes() == update_words.compiled(merged)

    def test_each_language_has_a_folder_and_each_folder_is_a_language(self) -> None:
        folders = {each.name for each in TEMPLATE.parent.iterdir() if each.is_dir()}
        assert folders == set(LANGUAGES) == {*LOCALES} - {SOURCE}

    @pytest.mark.parametrize(
        "file", [TEMPLATE, *map(catalogue_of, LANGUAGES)], ids=lambda f: f.name
    )
    def test_a_file_says_nothing_that_changes_without_its_words(self, file: Path) -> None:
        text = file.read_text("utf-8")
        assert not re.search(
            r"-Date:|-Translator:|Generated-By|Project-Id|:[0-9]+$", text, re.MULTILINE
        )
        places = {
            place for line in re.findall("^#: (.+)$", text, re.MULTILINE) for place in line.split()
        }
        assert len(places) > 10
        assert [place for place in places if not (PACKAGE / place).is_file()] == []


@each_language
class TestTranslations:
    def test_none_is_missing_and_none_is_a_guess(self, language: str) -> None:
        catalogue = update_words.read(catalogue_of(language), language)
        assert update_words.missing(catalogue) == []
        assert [each.id for each in catalogue if each.fuzzy] == []

    def test_every_plural_has_all_its_forms(self, language: str) -> None:
        catalogue = update_words.read(catalogue_of(language), language)
        plurals = [each for each in entries(language) if each.pluralizable]
        assert plurals
        assert {len(update_words.forms(each)) for each in plurals} == {catalogue.num_plurals}

    def test_they_have_the_placeholders_of_the_source(self, language: str) -> None:
        wrong = [each for each in pairs(language) if placeholders(each[0]) != placeholders(each[1])]
        assert wrong == []

    def test_they_have_the_markup_of_the_source(self, language: str) -> None:
        for source, translated in pairs(language):
            assert re.findall("<[^>]*>", translated) == re.findall("<[^>]*>", source)

    def test_they_begin_and_end_as_the_source_does(self, language: str) -> None:
        for source, translated in pairs(language):
            assert translated == translated.strip()
            assert source == source.strip()
            assert (translated[-1] in ".:?…") == (source[-1] in ".:?…")

    def test_the_program_finds_each(self, language: str) -> None:
        with speaking(language):
            for each in entries(language):
                if isinstance(each.id, str):
                    assert gettext(each.id) == each.string


def test_german_is_polite_and_has_words_of_its_own() -> None:
    german = re.sub("<[^>]*>", "", "\n".join(translated for _, translated in pairs("de")))
    assert not re.search(r"\b([Dd]u|[Dd]ein(e[mnrs]?)?|[Dd]ich|[Dd]ir)\b", german)
    assert not re.search(
        r"\b(log-?in|logout|faktor(en)?|user|account|password|emails?)\b", german, re.IGNORECASE
    )
    assert not re.search("[\"']", german)


class TestUpdate:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Give an empty folder in the place of ours."""
        monkeypatch.setattr(update_words, "TEMPLATE", tmp_path / "simple_2fa.pot")
        return tmp_path

    def words(self, *messages: str) -> Catalog:
        catalogue = Catalog()
        for message in messages:
            catalogue.add(message)
        return catalogue

    def translate(self, **known: str) -> None:
        catalogue = Catalog(locale="de")
        for message, translated in known.items():
            catalogue.add(message, translated)
        file = update_words.catalogue_of("de")
        file.parent.mkdir(parents=True)
        file.write_bytes(update_words.written(catalogue))

    @pytest.mark.usefixtures("folder")
    def test_a_translation_stays_while_its_message_does(self) -> None:
        self.translate(Old="Alt", Gone="Weg")
        merged = update_words.merged(self.words("Old", "Olds"), "de")
        assert {each.id: each.string or "" for each in merged if each.id} == {
            "Old": "Alt",
            "Olds": "",
        }
        assert update_words.missing(merged) == ["Olds"]

    def test_a_new_language_begins_with_all_messages_to_translate(self, folder: Path) -> None:
        first, *others = update_words.update()
        total = len(update_words.read(folder / "simple_2fa.pot"))
        assert first == f"de: {total} of {total} messages are to be translated"
        assert len(others) == total > 100
        assert (folder / "de" / "LC_MESSAGES" / "simple_2fa.mo").is_file()

    def test_a_second_update_changes_nothing(self, folder: Path) -> None:
        def content() -> dict[Path, bytes]:
            return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}

        [*update_words.update()]
        first = content()
        [*update_words.update()]
        assert content() == first
        assert len(first) == 3


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_that_is_imported_words_nothing_while_it_is_read(name: str) -> None:
    """Jinja keeps what is imported without context: it would speak its first reader's language."""
    for found in parsed(name).find_all((nodes.Import, nodes.FromImport)):
        assert isinstance(found, (nodes.Import, nodes.FromImport))
        if not found.with_context:
            assert isinstance(found.template, nodes.Const)
            assert all(map(is_quiet, parsed(found.template.value).body))


def parsed(name: str) -> nodes.Template:
    source = (PACKAGE / "templates" / name).read_text("utf-8")
    return Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)


def is_quiet(node: nodes.Node) -> bool:
    """Whether a template's node does nothing until a macro is called."""
    if isinstance(node, nodes.Output):
        return all(isinstance(each, nodes.TemplateData) for each in node.nodes)
    return isinstance(node, (nodes.Macro, nodes.Import, nodes.FromImport))
