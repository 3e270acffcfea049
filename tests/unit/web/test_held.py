"""What a session that counts as one factor may not end, told by a page."""

from pathlib import Path

import pytest

from live import Person, Shown, site_in
from traces import known_to
from visits import Visitor, joined, owner, reset, signed_in


def by_mail_alone(folder: Path) -> tuple[Visitor, Person]:
    """Let somebody else reset Ann's password, and look through that browser."""
    site = site_in(folder)
    ann = signed_in(site.services.desk, joined(site.services.desk))
    thief = ann.elsewhere()
    reset(thief)
    person = Person(site)
    person.client.set_cookie("s2fa_session", thief.token)
    return ann, person


def test_what_is_offered_there_is_allowed_and_what_has_to_wait_is_explained(
    tmp_path: Path,
) -> None:
    _, person = by_mail_alone(tmp_path)
    shown = person.open("/account")
    waiting = [each for each in shown.all("button") if "disabled" in each]
    assert [each.text for each in waiting] == [
        "Create a passkey",
        "Change password",
        "Add an authenticator app",
        "Add a token",
        "Create codes",
        "Switch the wait off",
        "Forget Firefox on Windows",
        "Sign out Firefox on Windows",
        "Sign out everywhere else",
        "Change address",
        "Delete account",
    ]
    for each in waiting:
        assert "held" in each["aria-describedby"].split()
    for each in shown.one("main").all("a"):
        inner = person.open(each["href"])
        assert (inner.status, inner.one("main").all("a", href="/account/password")) == (200, [])
    language = person.submit(shown.form("/account/language"), language="de")
    assert (language.status, language.path) == (200, "/account")


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/account/browsers/forget", {"browser": "all"}),
        ("/account/sessions/end", {"session": "others"}),
    ],
)
def test_until_when_it_is_held_is_said_and_nothing_ends(
    tmp_path: Path, path: str, sent: dict[str, str]
) -> None:
    ann, person = by_mail_alone(tmp_path)
    csrf = person.open("/account").all("input", name="csrf")[0]["value"]
    shown = Shown(person.post(path, {"csrf": csrf, **sent}))
    assert (shown.status, shown.h1) == (403, "Not yet")
    assert (ann.stage, len(known_to(ann, owner(ann)))) == ("full", 1)
    assert person.open("/account").status == 200
