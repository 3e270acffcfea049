"""Every page in every state, in real Chromium: what axe says, what fits, and how it looks."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from acts import PAGES
from looks import look_at
from previews import ALIKE
from scenes import SCENES, Stage, stage

ALL = {**SCENES, **PAGES}


@pytest.mark.parametrize("name", sorted(ALL.keys() - ALIKE))
def test_it_is_fit_for_everybody(page: Page, tmp_path: Path, name: str) -> None:
    act, heading = ALL[name]
    with stage(page, tmp_path) as at:
        act(at)
        expect(at.page.get_by_role("heading", level=1)).to_have_text(heading)
        look_at(at.page, name)


@pytest.mark.parametrize(("path", "heading"), [("/", "Welcome"), ("/verify", "nothing to confirm")])
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
