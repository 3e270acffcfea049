"""What browsers and password managers look up by themselves."""

from pathlib import Path

from live import Person, site_in


def test_where_the_password_is_changed(tmp_path: Path) -> None:
    reply = Person(site_in(tmp_path)).client.get("/.well-known/change-password")
    assert (reply.status_code, reply.headers["Location"]) == (303, "/account/password")


def test_where_passkeys_are_created_and_managed(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    told = Person(site).client.get("/.well-known/passkey-endpoints")
    assert told.get_json() == {
        "enroll": f"{site.origin}/account/add/passkey",
        "manage": f"{site.origin}/account",
    }
