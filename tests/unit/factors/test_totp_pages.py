"""What people read where an authenticator app is asked for, or added."""

import re
from typing import Any

import pytest

from simple_2fa.core.factor import Context
from simple_2fa.factors.totp import factor
from simple_2fa.http.templates import environment
from world import NOW

PAGES = environment()
SHOWN = """\
{% import "factors/totp/PAGE.html" as its with context %}
{{ its.heading }} | {{ its.intro }} | {{ its.sentence }} | {{ its.fields }}"""
ENROL = Context(NOW, "enrol", "https://a.example", "a.example", "ann@example.com", 6, site="Acme")
HINT = "2026-11-22T10:29:30+00:00"
WRONG = "That code isn't right, or was used already: try the next one."
LEFT = "3 tries left."


def shown(page: str, purpose: str = "login", **more: object) -> str:
    """Give the page's parts as its including page has them, without superfluous space."""
    context = {
        "challenge": {"purpose": purpose, "digits": 10},
        "site": {"name": "<Acme>"},
        "asked": {"digits": 6},
        "error": None,
        "hint": "",
        "tries_left": None,
        "notice": None,
        "before": "",
    }
    template = PAGES.from_string(SHOWN.replace("PAGE", page))
    return " ".join(template.render({**context, **more}).split())


def error(html: str) -> str:
    found = re.search('<p class="error" id="code-error">(.*?)</p>', html)
    assert found
    return re.sub("<[^>]+>", "", found[1]).strip()


def test_at_sign_in_it_says_which_app_to_open_and_what_to_type() -> None:
    html = shown("prompt")
    words = "Open your authenticator app | | Enter the 6 digits shown for &lt;Acme&gt;. |"
    assert html.startswith(words)
    assert 'aria-describedby="code-hint sent-to"' in html
    assert 'autocomplete="one-time-code"' in html
    assert error(html) == ""


def test_before_a_change_it_says_what_for() -> None:
    html = shown("prompt", "step_up", before="delete")
    assert html.startswith(
        "Confirm it's you | | Before you delete your account."
        " Enter the 6 digits that your authenticator app shows for &lt;Acme&gt;. |"
    )


@pytest.mark.parametrize("page", ["prompt", "enrol"])
@pytest.mark.parametrize(
    ("fault", "hint", "told"),
    [
        ("empty", "", "Enter the code."),
        ("malformed", "", "The code has 6 digits."),
        ("wrong", "", f"{WRONG} {LEFT}"),
        (
            "wrong",
            HINT,
            f"That code was for 10:29 UTC. Turn on automatic time on your phone. {LEFT}",
        ),
        ("slow_down", "", ""),
    ],
)
def test_a_fault_is_told_at_the_field(page: str, fault: str, hint: str, told: str) -> None:
    asked = dict(factor.begin(ENROL).prompt)
    left = 3 if fault == "wrong" else None
    html = shown(page, error=fault, hint=hint, tries_left=left, asked=asked)
    assert error(html) == told
    assert ('aria-invalid="true"' in html) == bool(told)
    assert (f'<time datetime="{HINT}">' in html) == bool(hint)


def test_before_it_is_started_nothing_is_shown_but_why() -> None:
    html = shown("enrol", asked={})
    assert html.startswith("Add an authenticator app | An authenticator app shows a new code ")
    assert html.endswith(" |")
    assert "<" not in html


def test_the_seed_can_be_scanned_opened_typed_and_copied() -> None:
    asked = factor.begin(ENROL).prompt
    html = shown("enrol", "enrol", asked=asked)
    link, key = str(asked["uri"]).replace("&", "&amp;"), asked["key"]
    order = [
        f'<a class="button" href="{link}">Open in your authenticator app</a>',
        'role="img" aria-label="QR code with the key below"',
        'data-copy="key"',
        f'<pre id="key">{key}</pre>',
        '<input id="code" name="code"',
    ]
    assert sorted(order, key=html.index) == order
    assert "style=" not in html


def test_the_field_has_the_focus_unless_there_is_something_to_scan_first() -> None:
    asked = dict(factor.begin(ENROL).prompt)
    assert "autofocus" in shown("prompt")
    assert "autofocus" not in shown("enrol", asked=asked)
    assert "autofocus" in shown("enrol", asked=asked, error="wrong")


def test_other_pages_know_its_words() -> None:
    names = "kind kinds none_yet add way signed_in confirmed".split()  # noqa: SIM905 (one line)
    made: Any = PAGES.get_template("factors/totp/words.html").module
    words = {name: str(getattr(made, name)) for name in names}
    assert all(words.values())
    assert words["kind"] == "Authenticator app"
    assert str(made).strip() == ""
