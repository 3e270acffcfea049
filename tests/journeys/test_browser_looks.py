"""Every page in every state, in real Chromium: what axe says, what fits, and how it looks."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rig import browser
from rig.browser import AXE, SCHEMES, shoot
from scenes import SCENES, Stage, stage

SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
"""What WCAG 2.2 asks a page to bear (1.4.12)."""

CUT_OFF = """() => [...document.querySelectorAll("body *:not(.unseen):not(input)")]
  .filter((each) => getComputedStyle(each).overflow !== "visible")
  .filter((each) => each.scrollWidth > each.clientWidth + 1
    || each.scrollHeight > each.clientHeight + 1)
  .map((each) => each.outerHTML)"""

TOO_SMALL = """() => [...document.querySelectorAll("button, .button, input:not([type=hidden])")]
  .map((each) => [each.outerHTML, each.getBoundingClientRect()])
  .filter(([, box]) => box.height && (box.height < 44 || box.width < 44))
  .map(([html]) => html)"""


FITS = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth
  && document.body.scrollWidth <= document.documentElement.clientWidth"""


def look_at(page: Page, name: str) -> None:
    """Store screenshots of it, hear what axe says, and see whether it fits."""
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
    shoot(page, name)
    page.evaluate(AXE)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert [*browser._faults(page)] == []
    check(page)


def check(page: Page) -> None:
    """Narrow, zoomed to 400 %, and with wide spacing: nothing hides beside the screen."""
    assert page.evaluate(TOO_SMALL) == []
    for height in (568, 256):
        page.set_viewport_size({"width": 320, "height": height})
        assert page.evaluate(FITS)
    page.evaluate(SPACING)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(FITS)
        assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("name", SCENES)
def test_it_is_fit_for_everybody(page: Page, tmp_path: Path, name: str) -> None:
    act, heading = SCENES[name]
    with stage(page, tmp_path) as at:
        act(at)
        expect(at.page.get_by_role("heading", level=1)).to_have_text(heading)
        look_at(at.page, name)


@pytest.mark.parametrize(
    ("path", "heading"), [("/", "Security codes"), ("/verify", "nothing to confirm")]
)
def test_production_s_own_pages_too(page: Page, tmp_path: Path, path: str, heading: str) -> None:
    with stage(page, tmp_path, development=False) as at:
        at.open(path)
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        look_at(page, f"production{path.replace('/', '-').rstrip('-')}")


def test_a_fault_of_ours_too(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simple_2fa.web.verify.flows.by_ticket", lambda *_: 1 / 0)
    with stage(page, tmp_path) as at:
        at.open(f"/verify/{'x' * 43}")
        expect(page.get_by_role("heading", level=1)).to_have_text("Something broke")
        look_at(page, "broken")


def test_no_page_asks_another_host_for_anything(page: Page, tmp_path: Path) -> None:
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    with stage(page, tmp_path) as at:
        for act in (Stage.ask, SCENES["bare"][0], SCENES["inbox"][0], SCENES["home"][0]):
            act(at)
        assert {url for url in asked_for if not url.startswith(at.site.origin)} == set()
        assert troubles == []
