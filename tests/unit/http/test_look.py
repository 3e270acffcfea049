import re
from dataclasses import dataclass

import pytest

from simple_2fa.http.look import (
    DARK_CARD,
    LIGHT_CARD,
    contrast,
    monogram,
    nearest_passing,
    theme,
)


@dataclass(frozen=True)
class MadeUp:
    accent: str = "#0B6259"
    accent_dark: str = "#6ED3C3"
    font: str = '"Inter", sans-serif'
    radius: str = "10px"
    logo: str | None = None


def test_contrast_of_black_and_white_is_21_either_way() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


def test_contrast_of_a_colour_with_itself_is_1() -> None:
    assert contrast("#0B6259", "#0b6259") == pytest.approx(1)


@pytest.mark.parametrize(
    ("colour", "card", "ratio"),
    [
        ("#16211F", LIGHT_CARD, 16.5),
        ("#51605D", LIGHT_CARD, 6.6),
        ("#788683", LIGHT_CARD, 3.8),
        ("#0B6259", LIGHT_CARD, 7.2),
        ("#B3261E", LIGHT_CARD, 6.5),
        ("#17663A", LIGHT_CARD, 7.0),
        ("#7A4D00", LIGHT_CARD, 7.3),
        ("#E8EFED", DARK_CARD, 14.0),
        ("#A6B5B1", DARK_CARD, 7.7),
        ("#73837F", DARK_CARD, 4.1),
        ("#6ED3C3", DARK_CARD, 9.1),
        ("#FFA198", DARK_CARD, 8.4),
        ("#7BD69B", DARK_CARD, 9.3),
        ("#F2C264", DARK_CARD, 9.9),
        ("#06201C", "#6ED3C3", 9.6),
    ],
)
def test_the_palette_has_the_contrast_it_claims(colour: str, card: str, ratio: float) -> None:
    assert contrast(colour, card) == pytest.approx(ratio, abs=0.06)


@pytest.mark.parametrize("colour", ["#FFF", "red", "#12345G", "#0B62590", "", "#0B6259\n"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        contrast(colour, "#FFFFFF")


def test_a_passing_accent_stays_as_it_is() -> None:
    assert nearest_passing("#0b6259", LIGHT_CARD) == "#0b6259"


@pytest.mark.parametrize("accent", ["#FF9900", "#FFFF00", "#767777", "#FFFFFF", "#12B5A5"])
@pytest.mark.parametrize("card", [LIGHT_CARD, DARK_CARD])
def test_a_failing_accent_is_moved_until_it_just_passes(accent: str, card: str) -> None:
    found = nearest_passing(accent, card)
    assert contrast(found, card) >= 4.5
    if found != accent:
        assert contrast(found, card) < 4.7


def test_the_nearest_is_darker_on_a_light_card_and_lighter_on_a_dark_one() -> None:
    assert contrast(nearest_passing("#FF9900", LIGHT_CARD), "#000000") < contrast(
        "#FF9900", "#000000"
    )
    assert contrast(nearest_passing("#0B3D91", DARK_CARD), "#000000") > contrast(
        "#0B3D91", "#000000"
    )


def test_of_two_ways_the_shorter_one_is_taken() -> None:
    ground = "#767676"
    assert contrast(nearest_passing("#EEEEEE", ground), "#000000") > 10
    assert contrast(nearest_passing("#101010", ground), "#000000") < 2


def test_a_ratio_that_nothing_reaches_is_refused() -> None:
    with pytest.raises(ValueError, match=r"contrast of 15 on #777777"):
        nearest_passing("#123456", "#777777", ratio=15)


def test_the_theme_sets_the_five_variables() -> None:
    assert theme(MadeUp()) == (
        ':root{--accent:#0B6259;--accent-dark:#6ED3C3;--font:"Inter", sans-serif;'
        "--radius:10px;--logo:none;}"
    )


def test_the_theme_quotes_the_logo() -> None:
    assert '--logo:url("/static/acme.svg");' in theme(MadeUp(logo="/static/acme.svg"))


@pytest.mark.parametrize("font", ["x}</style><script>", "x}*{color:red", "x\\3c", "x>y"])
def test_a_value_that_leaves_its_place_is_refused(font: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"not a value of CSS for font: {font}")):
        theme(MadeUp(font=font))


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Acme", "A"),
        ("Simple 2FA", "S2"),
        ("the great big shop", "TG"),
        ("example.com", "EC"),
        ("_ß", "S"),
        ("★ Star", "S"),
        ("★", "★"),
        (" ", "·"),
    ],
)
def test_a_monogram_is_made_of_the_first_letters(name: str, letters: str) -> None:
    assert monogram(name) == letters
