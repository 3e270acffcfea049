"""Passkeys in real Chromium, with its own authenticator: what the page's scripts do and say."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

import looks
from passkey_door import Device, Door, opened

FAILED = "No passkey was used. Try again, or use another way."
UNABLE = "This browser can't use passkeys here. Use another way."
TOLD = """<!doctype html><title>Account</title>
<p data-signals='{"rpId": "localhost", "allAcceptedCredentialIds": ["AA"]}'></p>
<p data-unknown-passkey='{"rpId": "localhost", "credentialId": "BB"}'></p>
<script type="module" src="/static/signals.js"></script>
<script type="module">globalThis.isRead = true;</script>"""
NAMES = '["AllAcceptedCredentials", "CurrentUserDetails", "UnknownCredential"]'
LISTENS = f"""globalThis.heard = [];
for (const name of {NAMES}) PublicKeyCredential[`signal${{name}}`] = async (told) => {{
  heard.push([name, told]);
  throw new TypeError("never mind");
}};"""
IN_PASSING = """
PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: true });
const create = navigator.credentials.create.bind(navigator.credentials);
navigator.credentials.create = ({ mediation, ...rest }) => {
  globalThis.mediation = mediation;
  return create(rest);
};
"""
DEAF = "globalThis.heard = []; delete globalThis.PublicKeyCredential;"


@pytest.fixture
def door() -> Iterator[Door]:
    with opened() as door:
        yield door


@pytest.fixture
def device(page: Page) -> Device:
    return Device(page)


def made(page: Page, door: Door) -> None:
    page.goto(f"{door.origin}/create")
    expect(page.get_by_role("heading")).to_have_text("Right")
    assert len(door.held) == 1


def errors_of(page: Page) -> list[str]:
    """Give what the page's scripts will have failed with."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    return errors


def status(page: Page) -> Locator:
    return page.locator("form [role=status]")


# The virtual authenticator answers nothing any more once a question that it has is taken back.
FIRST_IS_LEFT_OPEN = """
  const get = navigator.credentials.get.bind(navigator.credentials);
  let asked = 0;
  navigator.credentials.get = (options) => asked++ ? get(options) : new Promise((_, refuse) => {
    options.signal.addEventListener("abort", () => refuse(options.signal.reason));
  });
"""


def press(page: Page) -> None:
    page.get_by_role("button", name="Continue").click()


@pytest.mark.usefixtures("device")
class TestRight:
    def test_one_is_made_and_used_at_once(self, page: Page, door: Door) -> None:
        made(page, door)
        page.goto(f"{door.origin}/get")
        expect(page.get_by_role("heading")).to_have_text("Right")

    def test_whoever_may_name_it_presses_the_button_first(self, page: Page, door: Door) -> None:
        door.told = {"named": True}
        page.goto(f"{door.origin}/create")
        page.get_by_label("Name").fill("Ann's phone")
        press(page)
        expect(page.get_by_role("heading")).to_have_text("Right")
        assert [sent["name"] for sent in door.sent] == ["Ann's phone"]

    @pytest.mark.parametrize("scripts", [["passkey", "forms"], ["forms", "passkey"]])
    def test_in_whatever_order_the_scripts_come(
        self, page: Page, door: Door, scripts: list[str]
    ) -> None:
        door.told = {"scripts": scripts, "named": True}
        page.goto(f"{door.origin}/create")
        press(page)
        expect(page.get_by_role("heading")).to_have_text("Right")


class TestWrong:
    def test_whoever_is_not_verified_hears_of_it_and_tries_again(
        self, page: Page, door: Door, device: Device
    ) -> None:
        made(page, door)
        device.verifies(somebody=False)
        page.goto(f"{door.origin}/get")
        expect(status(page)).to_have_text(FAILED)
        expect(page.get_by_role("link", name="Another way")).to_be_visible()
        device.verifies(somebody=True)
        press(page)
        expect(page.get_by_role("heading")).to_have_text("Right")
        assert len(door.sent) == 2

    @pytest.mark.usefixtures("device")
    def test_pressed_again_it_asks_again(self, page: Page, door: Door) -> None:
        made(page, door)
        page.add_init_script(FIRST_IS_LEFT_OPEN)
        page.goto(f"{door.origin}/get")
        expect(status(page)).to_have_text("")
        press(page)
        expect(page.get_by_role("heading")).to_have_text("Right")
        assert len(door.sent) == 2

    @pytest.mark.usefixtures("device")
    def test_where_there_is_one_no_other_is_made(self, page: Page, door: Door) -> None:
        made(page, door)
        page.goto(f"{door.origin}/create")
        expect(status(page)).to_have_text("This device has a passkey for your account already.")
        assert len(door.held) == 1

    @pytest.mark.usefixtures("device")
    def test_after_a_wrong_answer_it_waits_for_the_button(self, page: Page, door: Door) -> None:
        made(page, door)
        door.told = {"error": "wrong"}
        page.goto(f"{door.origin}/get")
        expect(status(page)).to_be_focused()
        expect(status(page)).to_have_text(
            "That passkey wasn't right here. Try again, or use another way. 3 tries left."
        )
        press(page)
        expect(page.get_by_role("heading")).to_have_text("Right")

    @pytest.mark.parametrize("gone", ["PublicKeyCredential", "PublicKeyCredential.{}"])
    @pytest.mark.parametrize("path", ["get", "create"])
    def test_a_browser_that_cannot_says_so(
        self, page: Page, door: Door, gone: str, path: str
    ) -> None:
        kind = {"get": "Request", "create": "Creation"}[path]
        page.add_init_script(f"delete {gone.format(f'parse{kind}OptionsFromJSON')}")
        page.goto(f"{door.origin}/{path}")
        for _ in range(2):
            expect(status(page)).to_have_text(UNABLE)
            press(page)
        assert door.sent == []

    def test_without_scripts_the_page_says_so(self, browser: Browser, door: Door) -> None:
        with browser.new_context(java_script_enabled=False) as context:
            page = context.new_page()
            page.goto(f"{door.origin}/get")
            told = page.locator("noscript p")
            expect(told).to_be_visible()
            expect(told).to_have_text("Passkeys need JavaScript. Use another way.")

    @pytest.mark.parametrize("path", ["get", "create"])
    def test_elsewhere_it_leads_to_where_passkeys_work(
        self, page: Page, door: Door, path: str
    ) -> None:
        door.told = {"passkeys_at": door.origin}
        page.goto(f"{door.origin.replace('localhost', '127.0.0.1')}/{path}")
        expect(page.get_by_text("Passkeys work at")).to_be_visible()
        leads = {"get": "/login", "create": "/account/add/passkey"}[path]
        there = page.get_by_role("link", name=door.origin)
        expect(there).to_have_attribute("href", f"{door.origin}{leads}")
        expect(page.locator("input[name=code]")).to_have_count(0)


class TestByTheWay:
    def test_a_passkey_is_offered_in_the_field(
        self, page: Page, door: Door, device: Device
    ) -> None:
        made(page, door)
        device.is_touched(by_itself=True)
        page.goto(f"{door.origin}/login")
        expect(page.get_by_role("heading")).to_have_text("Right")
        *_, begun, sent = door.sent
        assert begun == {"csrf": "c", "code": "", "challenge": ""}
        assert sent["challenge"] == "c1"

    def test_a_question_that_is_old_is_put_anew(
        self, page: Page, door: Door, device: Device
    ) -> None:
        made(page, door)
        device.is_touched(by_itself=False)
        door.told = {"timeout": 200}
        page.goto(f"{door.origin}/login")
        for _ in range(3):
            page.wait_for_event("requestfinished", lambda each: each.url.endswith("/begin"))
        door.told = {}
        device.is_touched(by_itself=True)
        expect(page.get_by_role("heading")).to_have_text("Right")

    @pytest.mark.usefixtures("device")
    def test_one_is_made_after_a_password(self, page: Page, door: Door) -> None:
        page.add_init_script(IN_PASSING)
        with page.expect_response("**/create"):
            page.goto(f"{door.origin}/home")
        assert len(door.held) == 1
        assert page.evaluate("mediation") == "conditional"
        assert page.title() == "Home"

    @pytest.mark.parametrize("path", ["login", "home"])
    def test_a_browser_that_cannot_shows_nothing_and_asks_nothing(
        self, page: Page, door: Door, path: str
    ) -> None:
        errors = errors_of(page)
        page.add_init_script(DEAF)
        page.goto(f"{door.origin}/{path}", wait_until="networkidle")
        assert (door.sent, errors) == ([], [])


@pytest.mark.parametrize("listens", [True, False])
def test_the_browsers_list_is_told(page: Page, door: Door, *, listens: bool) -> None:
    errors = errors_of(page)
    page.route("**/told", lambda route: route.fulfill(content_type="text/html", body=TOLD))
    page.add_init_script(LISTENS if listens else DEAF)
    page.goto(f"{door.origin}/told")
    page.wait_for_function("globalThis.isRead")
    told = {"rpId": "localhost", "allAcceptedCredentialIds": ["AA"]}
    heard = [["AllAcceptedCredentials", told], ["CurrentUserDetails", told]]
    heard += [["UnknownCredential", {"rpId": "localhost", "credentialId": "BB"}]]
    assert page.evaluate("heard") == (heard if listens else [])
    assert errors == []


@pytest.mark.parametrize("told", [{"error": "wrong"}, {"passkeys_at": "http://localhost:5000"}])
@pytest.mark.parametrize("path", ["get", "create"])
def test_it_looks_well(page: Page, door: Door, path: str, told: dict[str, str]) -> None:
    door.told = told
    page.goto(f"{door.origin}/{path}")
    looks.look_at(page, f"passkey-{path}-{'-'.join(told)}")
