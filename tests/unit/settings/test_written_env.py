"""`.env`, written and read again."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simple_2fa.settings import Settings
from simple_2fa.settings.env_file import as_env_file, read_env_file

NAMES = st.sampled_from(Settings.names())
TRICKY = st.text(st.sampled_from("ab '\"#$\\=`{}!;&|\u00a0\u00fc"), min_size=1)
ANY = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)
"""What a setting may hold: no line break, no control character."""


def read(text: str, folder: Path) -> dict[str, str]:
    (folder / ".env").write_text(text, "utf-8", newline="")
    written, faults = read_env_file(folder / ".env")
    assert faults == []
    return written


@given(st.dictionaries(NAMES, st.one_of(TRICKY, ANY), min_size=1))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, settings: dict[str, str]
) -> None:
    try:
        text = as_env_file(settings)
    except ValueError as why:
        name = str(why).split()[0]
        assert settings[name].endswith("\\")
        return
    assert read(text, tmp_path_factory.getbasetemp()) == settings


@pytest.mark.parametrize(
    "value",
    ["a b", " a ", "#a", "a #b", "a#b", "$HOME", "${HOME}", "'a'", '"a"', "a'b", "\\n", "a\\'b"],
)
def test_these_are(tmp_path: Path, value: str) -> None:
    settings = {"EMAIL_PASSWORD": value, "DB_PASSWORD": f"{value}'"}
    assert read(as_env_file(settings), tmp_path) == settings


def test_a_backslash_at_the_end_is_written_where_it_quotes_nothing(tmp_path: Path) -> None:
    settings = {"EMAIL_PASSWORD": "a$b'c\\", "SITE_NAME": "it's"}
    assert read(as_env_file(settings), tmp_path) == settings


@pytest.mark.parametrize("value", ["a b\\", "'\\", " #\\"])
def test_else_it_is_refused_by_name_and_not_shown(value: str) -> None:
    with pytest.raises(ValueError, match="EMAIL_PASSWORD ends with a backslash") as refusal:
        as_env_file({"SITE_NAME": "Acme", "EMAIL_PASSWORD": value})
    assert value not in str(refusal.value)


def test_plain_values_stand_plain() -> None:
    settings = {"PUBLIC_URL": "https://2fa.acme.test", "SITE_NAME": "Acme & Sons"}
    assert as_env_file(settings) == "PUBLIC_URL=https://2fa.acme.test\nSITE_NAME='Acme & Sons'\n"
