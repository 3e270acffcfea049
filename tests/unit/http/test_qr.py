"""A QR code is drawn as it is made, in any page."""

import re
from xml.etree import ElementTree as ET

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from simple_2fa.http.qr import qr
from simple_2fa.http.templates import environment

URI = (
    "otpauth://totp/K%C3%A4se%20%26%20S%C3%B6hne:a%2Bb@example.com"
    "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=K%C3%A4se%20%26%20S%C3%B6hne"
    "&algorithm=SHA1&digits=6&period=30"
)
RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")


def drawn(text: str, label: str = "QR code") -> ET.Element:
    return ET.fromstring(qr(text, label))  # noqa: S314 (we have made it)


def dark_modules(path: str) -> list[list[int]]:
    """Paint what a path draws; it draws nothing but runs, and none twice."""
    assert RUN.sub("", path) == ""
    found = [tuple(map(int, run)) for run in RUN.findall(path)]
    return [
        sorted(x + each for x, row, width, back in found if row == y for each in range(width))
        for y in range(max(row for _, row, _, _ in found) + 1)
        if all(width == back for _, _, width, back in found)
    ]


@pytest.mark.parametrize("text", [URI, "1", "HELLO", "Käse & Söhne", "x" * 2000])
def test_it_draws_what_is_encoded(text: str) -> None:
    code = segno.make(text, error="m", micro=False)
    paper, ink = drawn(text)
    expected = [[x for x, dark in enumerate(row) if dark] for row in code.matrix_iter(border=4)]
    painted = dark_modules(ink.attrib["d"])
    size = len(expected)
    assert painted + [[]] * 4 == expected  # after its last row it is quiet
    assert paper.attrib == {"fill": "#fff", "d": f"M0 0h{size}v{size}H0z"}


def test_it_takes_damage_and_is_no_micro_code() -> None:
    size = len(segno.make(URI, error="m", micro=False).matrix) + 8
    assert drawn(URI).attrib["viewBox"] == f"0 0 {size} {size}"
    assert drawn("1").attrib["viewBox"] == "0 0 29 29"


def test_it_stands_in_a_page_whose_policy_lets_no_style_in() -> None:
    picture = qr(URI, "QR code")
    assert isinstance(picture, Markup)
    assert not re.search(r"style|script|href|xmlns|\bon\w+=", picture)
    assert drawn(URI).attrib["class"] == "qr"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_who_can_t_see_it_is_told_what_it_is(label: str) -> None:
    picture = drawn("text", label)
    assert (picture.attrib["role"], picture.attrib["aria-label"]) == ("img", label)


def test_a_text_that_no_code_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        qr("x" * 3000, "QR code")


def test_templates_draw_it_unescaped_and_read_times() -> None:
    page = environment().from_string("{{ qr('<text>', label) }} {{ (at|from_iso).minute }}")
    shown = page.render(label='"<b>', at="2026-11-22T10:29:30+00:00")
    assert shown.startswith('<svg class="qr"')
    assert "&#34;&lt;b&gt;" in shown
    assert shown.endswith("</svg> 29")
