"""A passkey that a browser makes by itself after a password: asked for and stored by its script."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps import Site
from guests import Guest, goes_to, member
from live import site_in
from rig.authenticator import Authenticator, Flag
from simple_2fa.accounts import store as accounts
from simple_2fa.credentials import store as credentials
from simple_2fa.db.upgrade import upgrade

OFFER, TAKE = "/account/upgrade/passkey/offer", "/account/upgrade/passkey"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = site_in(tmp_path)
    upgrade(site.services.db)
    yield site
    site.services.db.close()


@pytest.fixture
def ann(site: Site) -> Guest:
    return Guest(site).sign_in(member(site).address)


def maker(site: Site, flags: Flag = Flag.NONE) -> Authenticator:
    return Authenticator(origin=site.services.desk.origin, flags=flags, id=b"made in passing")


def offered(ann: Guest) -> dict[str, object]:
    told: dict[str, str] = ann.send(OFFER).get_json()
    return dict(json.loads(told["options"]))


def kinds(ann: Guest) -> list[str]:
    db = ann.site.services.db
    account = db.read(lambda link: accounts.by_address(link, ann.address))
    assert account
    return [each.factor for each in db.read(lambda link: credentials.owned(link, account.subject))]


def test_the_page_offers_it_right_after_a_second_step_to_whoever_has_none(ann: Guest) -> None:
    assert OFFER in ann.get("/account").text
    ann.site.clock.move(minutes=5)
    assert OFFER not in ann.get("/account").text


@pytest.mark.parametrize("flags", [Flag.NONE, Flag.PRESENT | Flag.VERIFIED])
def test_it_counts_without_a_gesture(site: Site, ann: Guest, flags: Flag) -> None:
    answer = json.dumps(maker(site, flags).create(offered(ann)))
    assert ann.send(TAKE, code=answer).get_json() == {"status": "added"}
    assert kinds(ann) == ["passkey"]
    page = ann.get("/account").text
    assert OFFER not in page
    assert "Remove Google Password Manager" in page


def test_asked_for_twice_it_is_one_question(ann: Guest) -> None:
    assert offered(ann)["challenge"] == offered(ann)["challenge"]


def test_it_disturbs_nothing_that_is_being_added(site: Site, ann: Guest) -> None:
    ann.send("/account/add/totp/begin")
    before = ann.get("/account/add/totp").text
    answer = json.dumps(maker(site).create(offered(ann)))
    assert "Scan this with the app" in before
    assert "Scan this with the app" in ann.get("/account/add/totp").text
    assert ann.send(TAKE, code=answer).status_code == 200


@pytest.mark.parametrize("code", ["", "{}", "x", "[" * 100])
def test_what_is_no_answer_is_refused(ann: Guest, code: str) -> None:
    offered(ann)
    assert ann.send(TAKE, code=code).status_code == 422
    assert kinds(ann) == []


def test_an_answer_to_another_s_question_is_wrong(site: Site, ann: Guest) -> None:
    bob = Guest(site).sign_in(member(site).address)
    offered(ann)
    answer = json.dumps(maker(site).create(offered(bob)))
    assert ann.send(TAKE, code=answer).status_code == 422
    assert (kinds(ann), kinds(bob)) == ([], [])


def test_without_a_gesture_nothing_else_counts(site: Site, ann: Guest) -> None:
    """On the page where somebody asks for a passkey, its device has to see her."""
    ann.send("/account/add/passkey/begin")
    page = ann.get("/account/add/passkey").text
    offered(ann)
    assert "data-passkey" in page
    answer = json.dumps(maker(site).create(offered(ann)))
    assert goes_to(ann.send("/account/add/passkey", code=answer)).endswith("told=wrong")
    assert kinds(ann) == []


@pytest.mark.parametrize("path", [OFFER, TAKE])
def test_it_takes_a_form_of_ours_and_a_factor_that_is_made_so(ann: Guest, path: str) -> None:
    assert ann.client.post(path, data={"code": "{}"}).status_code == 403
    for other in ("totp", "mail_code", "none"):
        assert ann.send(path.replace("passkey", other), code="{}").status_code == 404


def test_whoever_was_asked_nothing_stores_nothing(ann: Guest) -> None:
    assert goes_to(ann.send(TAKE, code="{}")) == "/verify"
