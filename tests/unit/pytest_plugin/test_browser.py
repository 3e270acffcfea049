"""The fixture `two_factor_browser`."""

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from unittest.mock import Mock

import pytest
from playwright.sync_api import Error

from rig.browser import chromium
from simple_2fa.flask.testing.browser import MissingError, _launched, opened, served
from toy_shop import shop

pytest_plugins = ["pytester"]

APP = """
    import pytest, toy_shop

    @pytest.fixture
    def app(tmp_path):
        return toy_shop.shop(tmp_path, at="")

    @pytest.fixture
    def client(app):
        return app.test_client()
"""
TESTS = Path(__file__).parents[2]
DOCS, HEADING = TESTS.parent / "docs", "## Test it\n"
HOW = ("test_by_client", "test_by_browser", "test_by_passkey")
BLOCK = r"```python\n(.*?)```"


def test_what_the_docs_show_is_true(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    need: Callable[[str, object], None],
) -> None:
    need("Chromium", chromium())
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    (text,) = (text for text in map(Path.read_text, DOCS.glob("flask*.md")) if HEADING in text)
    shown = re.findall(BLOCK, text.split(HEADING)[1], re.DOTALL)[:3]
    pytester.makeconftest(APP)
    pytester.makepyfile(**dict(zip(HOW, shown, strict=True)))
    # In a process of its own: Playwright runs once in a thread, and our own tests may have it.
    result = pytester.runpytest_subprocess("-W", "error")
    assert result.parseoutcomes() == {"passed": 3}


def test_the_page_of_pytest_playwright_is_taken_where_there_is_one(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeconftest(
        APP
        + """
    def pytest_configure(config):
        config.pluginmanager.register(object(), "playwright")

    @pytest.fixture
    def page():
        return "theirs"
    """
    )
    pytester.makepyfile("""
        from urllib.request import urlopen

        def test_it(two_factor_browser):
            assert two_factor_browser.page == "theirs"
            with urlopen(two_factor_browser.url()) as response:
                assert response.read() == b"home"
    """)
    result = pytester.runpytest_inprocess()
    assert result.parseoutcomes() == {"passed": 1}


def test_without_playwright_or_chromium_it_is_skipped(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(APP)
    pytester.makepyfile("""
        import sys

        from simple_2fa.flask.testing import browser

        def without_chromium():
            raise browser.MissingError("two_factor_browser needs Chromium: ...")

        def test_chromium(request, monkeypatch):
            monkeypatch.setattr(browser, "opened", without_chromium)
            request.getfixturevalue("two_factor_browser")

        def test_playwright(request, monkeypatch):
            monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
            request.getfixturevalue("two_factor_browser")
    """)
    result = pytester.runpytest_inprocess("-rs")
    assert result.parseoutcomes() == {"skipped": 2}
    result.stdout.fnmatch_lines(
        ["*needs Chromium: *", "*needs Playwright: pip install playwright*"], consecutive=True
    )


def test_the_machines_chromium_is_taken_or_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, need: Callable[[str, object], None]
) -> None:
    need("Chromium", chromium())
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))

    def title() -> str:
        with opened() as page:
            page.set_content("<title>Shown</title>")
            return page.title()

    with ThreadPoolExecutor(1) as thread:  # Playwright runs once in a thread
        assert thread.submit(title).result() == "Shown"
        monkeypatch.setattr(shutil, "which", lambda _name: None)
        with pytest.raises(MissingError, match="needs Chromium: playwright install chromium"):
            thread.submit(title).result()


def test_another_fault_at_the_launch_comes_through() -> None:
    playwright = Mock()
    playwright.chromium.launch.side_effect = Error("it crashed")
    with pytest.raises(Error, match="it crashed"):
        _launched(playwright)


def test_a_server_ends_with_its_test(tmp_path: Path) -> None:
    with served(shop(tmp_path)) as origin:
        line = HTTPConnection(origin.removeprefix("http://"))
        line.request("GET", "/")
        assert line.getresponse().read() == b"home"
        line.close()
    with pytest.raises(OSError, match="refused"):
        line.connect()
