"""A tab at a site of its own, three ways: with scripts, without, and by keyboard alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from apps import Site, served
from live import compiled_once
from tabs import Tab
from visitors import FIREFOX


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
