"""The look: contrast by WCAG 2.2, the theme's five variables, a site's monogram. Pure."""

import re
from typing import Protocol

LIGHT_CARD = "#FFFFFF"
DARK_CARD = "#18221F"

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_ESCAPES_A_VALUE = re.compile(r"[<>{}\\]")
_Rgb = tuple[int, int, int]


class Look(Protocol):
    """The settings that a theme is made of."""

    @property
    def accent(self) -> str:
        """For light cards."""

    @property
    def accent_dark(self) -> str:
        """For dark cards."""

    @property
    def font(self) -> str:
        """Font names, in order."""

    @property
    def radius(self) -> str:
        """A length."""

    @property
    def logo(self) -> str | None:
        """An address or a data: image."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (lighter + 0.05) / (darker + 0.05)


def nearest_passing(accent: str, background: str, ratio: float = 4.5) -> str:
    """The accent itself where it passes, else its nearest shade or tint that does."""
    if contrast(accent, background) >= ratio:
        return accent
    ends = ((0, 0, 0), (255, 255, 255))
    found = [c for end in ends if (c := _first_passing(accent, end, background, ratio))]
    if not found:
        raise ValueError(f"no colour has a contrast of {ratio} on {background}")
    return min(found, key=lambda colour: _distance(colour, accent))


def theme(look: Look) -> str:
    """The `:root` rule of a page's own `<style>`. Settings has checked the shape of each value."""
    logo = f'url("{look.logo}")' if look.logo else "none"
    values = {"accent": look.accent, "accent-dark": look.accent_dark}
    values |= {"font": look.font, "radius": look.radius, "logo": logo}
    for name, value in values.items():
        if _ESCAPES_A_VALUE.search(value):
            raise ValueError(f"not a value of CSS for {name}: {value}")
    return ":root{" + "".join(f"--{name}:{value};" for name, value in values.items()) + "}"


def monogram(site_name: str) -> str:
    """The first letters of a name's first two words, or its first character."""
    letters = [word[0].upper()[0] for word in re.findall(r"[^\W_]+", site_name)[:2]]
    return "".join(letters) or site_name.strip()[:1] or "·"


def _rgb(colour: str) -> _Rgb:
    if not _COLOUR.fullmatch(colour):
        raise ValueError(f"not a colour such as #0B6259: {colour}")
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _luminance(rgb: _Rgb) -> float:
    """Relative luminance, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    red, green, blue = (_linear(value / 255) for value in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    if share <= 0.04045:  # noqa: PLR2004 - the W3C's figure
        return share / 12.92
    return float(((share + 0.055) / 1.055) ** 2.4)


def _first_passing(accent: str, end: _Rgb, background: str, ratio: float) -> str | None:
    for step in range(1, 256):
        rgb = (a + round((b - a) * step / 255) for a, b in zip(_rgb(accent), end, strict=True))
        if contrast(colour := f"#{bytes(rgb).hex().upper()}", background) >= ratio:
            return colour
    return None


def _distance(one: str, other: str) -> int:
    return sum((a - b) ** 2 for a, b in zip(_rgb(one), _rgb(other), strict=True))
