"""What a page must bear in a browser: both schemes, narrow screens, 400 %, wide spacing."""

from playwright.sync_api import Page

from rig import browser
from rig.browser import AXE, SCHEMES, shoot

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

TOO_SMALL = """() => [
    ...document.querySelectorAll("button, .button, select, input:not([type=hidden])")]
  .map((each) => each.type === "checkbox" ? each.closest("label") : each)
  .map((each) => [each.outerHTML, each.getBoundingClientRect()])
  .filter(([, box]) => box.height && (box.height < 44 || box.width < 44))
  .map(([html]) => html)"""
"""A checkbox is pressed by its label too."""

FITS = """() => document.documentElement.scrollWidth <= document.documentElement.clientWidth
  && document.body.scrollWidth <= document.documentElement.clientWidth"""


SPLIT_WORDS = r"""() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), split = [];
  for (let text; (text = texts.nextNode());) {
    if (text.data.includes("@") || text.parentElement.closest(".unseen, pre, code")) continue;
    for (const word of text.data.matchAll(/\p{L}+/gu)) {
      const range = document.createRange();
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map((each) => each.top)).size > 1)
        split.push(word[0]);
    }
  }
  return split;
}"""
"""Words that begin on one line and end on the next; addresses and command lines may."""


def look_at(page: Page, name: str) -> None:
    """Store screenshots of it, hear what axe says, and see whether it fits."""
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
    shoot(page, name)
    page.evaluate(AXE)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert [*browser._faults(page)] == []
    check(page)


def narrow(page: Page) -> None:
    """A small phone, and a desktop zoomed to 400 %: all is wide enough, nothing too wide."""
    assert page.evaluate(TOO_SMALL) == []
    for height in (568, 256):
        page.set_viewport_size({"width": 320, "height": height})
        assert page.evaluate(FITS)


def check(page: Page) -> None:
    """Narrow, zoomed to 400 %, and with wide spacing: nothing hides beside the screen."""
    narrow(page)
    page.evaluate(SPACING)
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(FITS)
        assert page.evaluate(CUT_OFF) == []
