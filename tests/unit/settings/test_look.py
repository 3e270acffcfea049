"""The look: what is safe in a style sheet."""

from pathlib import Path

import pytest

from given import fault_of
from simple_2fa.settings import Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCENT", "#0b6259"),
        ("ACCENT_DARK", "#FFFFFF"),
        ("FONT", '"Inter", -apple-system, sans-serif'),
        ("FONT", "'Source Sans 3',serif"),
        ("RADIUS", "0"),
        ("RADIUS", "0.625rem"),
        ("LOGO", "https://cdn.example.com/logo.svg?v=2"),
        ("LOGO", "/static/logo.svg"),
        ("LOGO", "data:image/png;base64,iVBORw0KGgo="),
        ("LOGO", "data:image/svg+xml;base64," + "A" * 32_000),
    ],
)
def test_it_takes_what_is_safe_in_a_style_sheet(name: str, value: str, home: Path) -> None:
    assert getattr(Settings.load({name: value}, home), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCENT", "red"),
        ("ACCENT", "#0B6259;}"),
        ("ACCENT_DARK", "#0B6"),
        ("FONT", "a;} body{display:none"),
        ("FONT", 'Inter", url(//evil)'),
        ("FONT", "a,"),
        ("FONT", "a" * 201),
        ("RADIUS", "10"),
        ("RADIUS", "calc(1px)"),
        ("RADIUS", "100px"),
        ("LOGO", "http://cdn.example.com/logo.svg"),
        ("LOGO", "//evil.example/logo.svg"),
        ("LOGO", "/\\evil.example"),
        ("LOGO", "javascript:alert(1)"),
        ("LOGO", "data:text/html;base64,AAAA"),
        ("LOGO", "data:image/svg+xml,<svg onload=alert(1)>"),
        ("LOGO", '/a") no-repeat'),
        ("LOGO", "data:image/png;base64," + "A" * 33_000),
        ("SITE_NAME", "x" * 61),
        ("SUPPORT_CONTACT", "x" * 201),
    ],
)
def test_it_refuses_anything_else(name: str, value: str, home: Path) -> None:
    assert fault_of(home, **{name: value}).startswith(f"{name} is ")
