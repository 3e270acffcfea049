"""Passkeys, in real Chromium with its own authenticator: made, used, alone, refused, removed."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from acts_adding import enrolled_passkey
from acts_inside import inside
from apps import ANN
from passkey_door import Device
from second_steps import proved_by
from tabs import Tab
from visitors import PASSWORD

FAILED = "No passkey was used. Try again, or use another way."
WORKS_AT = "Passkeys work at"
LISTENS = """for (const name of ["AllAcceptedCredentials", "UnknownCredential"])
  PublicKeyCredential[`signal${name}`] = async (told) => {
    document.documentElement.setAttribute(`heard-${name}`, JSON.stringify(told));
  };"""

OFFERS_NOTHING = "PublicKeyCredential.getClientCapabilities = async () => ({});"

scripted = pytest.mark.parametrize("ann", ["scripts", "keyboard"], indirect=True)
unscripted = pytest.mark.parametrize("ann", ["no-scripts"], indirect=True)


@pytest.fixture
def device(ann: Tab) -> Device:
    """Hers; its browser offers nothing in fields, so that it answers only where it is asked."""
    ann.page.add_init_script(OFFERS_NOTHING)
    return Device(ann.page)


def make(ann: Tab) -> None:
    """Have a passkey, made on the account's page."""
    ann.settle()
    ann.come_in()
    ann.follow_last("Create a passkey")
    ann.is_at("/account/add/passkey", "Create a passkey")
    ann.press("Create a passkey")
    ann.is_at("/account?notice=added", "Your account")


def at_door(ann: Tab, path: str = "/login") -> None:
    ann.sign_out()
    ann.site.clock.move(seconds=1)
    ann.open(path)


def at_step(ann: Tab) -> None:
    """Be asked for it after the password; whoever touches it at once is in."""
    at_door(ann)
    ann.enter(ANN, PASSWORD)


def by_link(ann: Tab) -> None:
    ann.follow("Sign in with a passkey")
    expect(heading(ann)).to_have_text("Use your passkey")
    ann.press("Continue")


def heading(ann: Tab) -> Locator:
    return ann.page.get_by_role("heading", level=1)


def status(ann: Tab) -> Locator:
    return ann.page.locator("form [role=status]")


def heard(ann: Tab, name: str) -> dict[str, Any]:
    """What the browser is told by this signal of the page."""
    page, told = ann.page.locator("html"), f"heard-{name}"
    expect(page).to_have_attribute(told, re.compile("rpId"))
    found: dict[str, Any] = json.loads(page.get_attribute(told) or "")
    return found


@scripted
class TestSecondStep:
    @pytest.mark.usefixtures("device")
    def test_one_is_made_and_signs_in(self, ann: Tab) -> None:
        make(ann)
        ann.is_told("Added. You can sign in with it from now on.")
        ann.sees("Passkey: added")
        assert ann.has_mail("A way to sign in to Acme was added")
        at_step(ann)
        ann.is_at("/account", "Your account")
        ann.sees("Signed in with a passkey", "last used today")

    @pytest.mark.usefixtures("device")
    def test_where_there_is_one_no_other_is_made(self, ann: Tab) -> None:
        make(ann)
        ann.follow("Create a passkey")
        ann.press("Create a passkey")
        expect(status(ann)).to_have_text("This device has a passkey for your account already.")

    @pytest.mark.usefixtures("device")
    def test_it_confirms_what_mail_no_longer_does(self, ann: Tab) -> None:
        make(ann)
        ann.site.clock.move(minutes=5)
        ann.follow("Change password")
        ann.press("Continue")
        ann.is_at("/account/password", "Change your password")
        ann.open("/account")
        ann.sees("Confirmed with a passkey")

    def test_a_prompt_that_is_left_leads_to_another_way(self, ann: Tab, device: Device) -> None:
        make(ann)
        device.verifies(somebody=False)
        at_step(ann)
        expect(status(ann)).to_have_text(FAILED)
        ann.unfold("Other ways to sign in")
        ann.press("Email me a code")
        ann.type(ann.site.code())
        ann.is_at("/account", "Your account")

    def test_nor_is_the_button_gone(self, ann: Tab, device: Device) -> None:
        make(ann)
        device.verifies(somebody=False)
        at_step(ann)
        expect(status(ann)).to_have_text(FAILED)
        device.verifies(somebody=True)
        ann.press("Continue")
        ann.is_at("/account", "Your account")


@scripted
class TestAlone:
    def test_it_is_offered_in_the_field_of_the_address(self, ann: Tab) -> None:
        Device(ann.page)
        make(ann)
        ann.sign_out()
        ann.is_at("/account", "Your account")
        ann.sees("Signed in with a passkey")
        ann.open("/account/password")
        ann.is_at("/account/password", "Change your password")

    @pytest.mark.usefixtures("device")
    def test_a_link_leads_to_it_and_from_there_to_where_she_wanted(self, ann: Tab) -> None:
        make(ann)
        at_door(ann, "/account/activity")
        by_link(ann)
        ann.is_at("/account/activity", "Recent activity")

    def test_who_is_not_verified_needs_the_password_too(self, ann: Tab) -> None:
        ann.page.add_init_script(OFFERS_NOTHING)
        Device(ann.page, hasUserVerification=False, isUserVerified=False)
        make(ann)
        at_door(ann)
        by_link(ann)
        expect(status(ann)).to_have_text(FAILED)
        ann.follow("Sign in with your password")
        ann.enter(ANN, PASSWORD)
        ann.is_at("/account", "Your account")


@scripted
class TestKept:
    @pytest.mark.usefixtures("device")
    def test_it_is_called_otherwise(self, ann: Tab) -> None:
        ann.page.add_init_script(LISTENS)
        make(ann)
        ann.follow("Rename")
        ann.fill("Name", "Ann's phone")
        ann.press("Save")
        ann.is_told("Renamed.")
        ann.sees("Ann's phone")
        told = heard(ann, "AllAcceptedCredentials")
        assert (told["rpId"], len(told["allAcceptedCredentialIds"])) == ("localhost", 1)

    @pytest.mark.usefixtures("device")
    def test_removed_it_is_refused_and_the_browser_hears_of_it(self, ann: Tab) -> None:
        ann.page.add_init_script(LISTENS)
        make(ann)
        (mine,) = heard(ann, "AllAcceptedCredentials")["allAcceptedCredentialIds"]
        ann.follow("Remove Passkey")
        ann.press("Remove it")
        ann.is_told("Removed.")
        assert ann.has_mail("A way to sign in to Acme was removed")
        assert heard(ann, "AllAcceptedCredentials")["allAcceptedCredentialIds"] == []
        at_door(ann)
        by_link(ann)
        expect(status(ann)).to_contain_text("That passkey no longer works here.")
        assert heard(ann, "UnknownCredential") == {"rpId": "localhost", "credentialId": mine}
        ann.follow("Sign in with your password")

    @pytest.mark.usefixtures("device")
    def test_the_last_one_stays_and_the_page_says_the_way_out(self, ann: Tab) -> None:
        make(ann)
        ann.follow("Switch email codes off")
        ann.press("Switch email codes off")
        ann.follow("Remove Passkey")
        expect(heading(ann)).to_have_text("It's your last one")
        ann.follow("Switch email codes on")
        ann.press("Switch email codes on")
        ann.follow("Remove Passkey")
        ann.press("Remove it")
        ann.is_told("Removed.")


class TestElsewhere:
    """On 127.0.0.1, which is no name that passkeys could belong to."""

    @pytest.fixture
    def there(self, ann: Tab) -> str:
        return ann.site.origin.replace("localhost", "127.0.0.1")

    def test_the_page_to_sign_in_leads_to_where_they_work(self, ann: Tab, there: str) -> None:
        ann.page.goto(f"{there}/login")
        ann.follow("Sign in with a passkey")
        ann.sees(WORKS_AT)
        expect(ann.page.get_by_role("button", name="Continue")).to_have_count(0)
        ann.follow(ann.site.origin)
        expect(ann.page).to_have_url(f"{ann.site.origin}/login")

    def test_at_the_second_step_there_are_other_ways(self, ann: Tab, there: str) -> None:
        ann.settle()
        enrolled_passkey(ann.site)
        ann.page.goto(f"{there}/login")
        ann.enter(ANN, PASSWORD)
        ann.sees("Use your passkey", WORKS_AT)
        ann.unfold("Other ways to sign in")
        ann.press("Email me a code")
        ann.type(ann.site.code())
        expect(heading(ann)).to_have_text("Your account")

    def test_none_is_made_there(self, ann: Tab, there: str) -> None:
        ann.settle()
        ann.page.goto(f"{there}/login")
        ann.enter(ANN, PASSWORD)
        ann.type(ann.site.code())
        ann.page.goto(f"{there}/account/add/passkey")
        ann.sees("Create a passkey", WORKS_AT)
        ann.follow(ann.site.origin)
        expect(ann.page).to_have_url(f"{ann.site.origin}/login?next=%2Faccount%2Fadd%2Fpasskey")


@unscripted
class TestWithoutScripts:
    def test_the_page_says_so_and_offers_another_way(self, ann: Tab) -> None:
        ann.settle()
        enrolled_passkey(ann.site)
        ann.sign_in()
        ann.is_at("/verify", "Use your passkey")
        expect(ann.page.locator("noscript p")).to_have_text(
            "Passkeys need JavaScript. Use another way."
        )
        ann.unfold("Other ways to sign in")
        ann.press("Email me a code")
        ann.type(ann.site.code())
        ann.is_at("/account", "Your account")

    def test_one_is_renamed_and_removed(self, ann: Tab) -> None:
        inside("/account")(ann)
        enrolled_passkey(ann.site)
        proved_by(ann.site.services.db, "passkey")
        ann.open("/account")
        ann.follow("Rename")
        ann.fill("Name", "Ann's phone")
        ann.press("Save")
        ann.follow("Remove Ann's phone")
        ann.press("Remove it")
        ann.is_told("Removed.")


@scripted
@pytest.mark.usefixtures("dark_phone")
def test_on_a_dark_phone(ann: Tab, device: Device) -> None:
    make(ann)
    ann.fits()
    device.is_touched(by_itself=False)
    at_door(ann)
    ann.fits()
    by_link(ann)
    ann.fits()
    ann.follow("Sign in with your password")
    ann.enter(ANN, PASSWORD)
    ann.is_at("/verify", "Use your passkey")
    ann.fits()
    device.is_touched(by_itself=True)
    ann.press("Continue")
    ann.is_at("/account", "Your account")
    ann.follow("Remove Passkey")
    ann.fits()
