"""A site of one's own; a tab there, three ways: with scripts, without, and by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from apps import Site, served
from live import compiled_once, site_in
from rig.browser import SIZES
from tabs import Tab
from visitors import FIREFOX


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Acme, for those who come by HTTP."""
    return site_in(tmp_path, SITE_NAME="Acme")


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Site]:
    with served(tmp_path, working=False, SITE_NAME="Acme") as site:
        yield compiled_once(site)


@pytest.fixture(params=["scripts", "no-scripts", "keyboard"])
def ann(request: pytest.FixtureRequest, browser: Browser, acme: Site) -> Tab:
    """Ann, who has no account yet."""
    scripts = request.param != "no-scripts"
    context = browser.new_context(user_agent=FIREFOX, locale="en-US", java_script_enabled=scripts)
    by_keyboard = request.param == "keyboard"
    return Tab(acme, context.new_page(), by_keyboard=by_keyboard, scripts=scripts)


@pytest.fixture
def dark_phone(ann: Tab) -> None:
    """Ann has a phone in her hand, at night."""
    ann.page.set_viewport_size(SIZES["phone"])
    ann.page.emulate_media(color_scheme="dark")
