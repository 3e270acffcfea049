"""What a session that counts as one factor may not end, told by a page."""

from pathlib import Path

import pytest

from live import Person, Shown, site_in
from traces import known_to
from visits import joined, owner, reset, signed_in


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
    site = site_in(tmp_path)
    ann = signed_in(site.services.lobby, joined(site.services.lobby))
    thief = ann.elsewhere()
    reset(thief)
    person = Person(site)
    person.client.set_cookie("s2fa_session", thief.token)
    csrf = person.open("/account").all("input", name="csrf")[0]["value"]
    shown = Shown(person.post(path, {"csrf": csrf, **sent}))
    assert (shown.status, shown.h1) == (403, "Not yet")
    assert (ann.stage, len(known_to(ann, owner(ann)))) == ("full", 1)
    assert person.open("/account").status == 200
