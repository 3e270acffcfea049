"""Fixtures for the tests of any Flask application that has the second step from us.

pytest loads this wherever Simple 2FA is installed, so whatever costs time is imported where it is
used.
"""

import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from simple_2fa.flask.testing import Browser, TwoFactor
    from simple_2fa.flask.testing.apart import Apart
    from simple_2fa.http.services import Mount

_KEPT = pytest.StashKey[list["Apart"]]()
"""The applications whose second step is kept apart just now."""
_NO_APP = (
    "two_factor needs a fixture named 'app': write one in your conftest.py that gives your Flask"
    " application"
)
_NO_SECOND_STEP = (
    "two_factor finds no second step in what the fixture 'app' gives: call Simple2FA(app), or"
    " two_factor.init_app(app), before the fixture gives it"
)


def pytest_configure(config: pytest.Config) -> None:
    """Know of no application yet."""
    config.stash[_KEPT] = []


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Keep an application's second step apart as soon as the fixture `app` gives it.

    So no test touches a database that the settings name, whether or not it asks for `two_factor`,
    and whatever other fixtures have done by then.
    """
    given = yield
    if fixturedef.argname == "app" and "simple_2fa.flask" in sys.modules:
        from simple_2fa.flask.testing.apart import Apart, mount_of  # noqa: PLC0415 (see above)

        mount = mount_of(given)
        if mount is not None and _found(request, mount) is None:
            apart = Apart(mount)
            request.config.stash[_KEPT].append(apart)
            fixturedef.addfinalizer(lambda: _let_go(request.config, apart))
    return given


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let each test begin afresh, also where one application serves many."""
    for apart in item.config.stash[_KEPT]:
        apart.begin()


@pytest.fixture
def two_factor(request: pytest.FixtureRequest) -> "TwoFactor":
    """The second step of the application that the fixture `app` gives, fresh in each test."""
    app = _app(request)
    from simple_2fa.flask.testing import TwoFactor  # noqa: PLC0415 (see above)
    from simple_2fa.flask.testing.apart import mount_of  # noqa: PLC0415

    mount = mount_of(app)
    apart = _found(request, mount) if mount else None
    if apart is None:
        pytest.fail(_NO_SECOND_STEP, pytrace=False)
    return TwoFactor(apart.mount, apart.clock)


@pytest.fixture
def two_factor_browser(
    request: pytest.FixtureRequest,
    two_factor: "TwoFactor",  # noqa: ARG001 (the codes come by it)
) -> Iterator["Browser"]:
    """Chromium at a server of the application; the test is skipped where there is none."""
    pytest.importorskip(
        "playwright.sync_api", reason="two_factor_browser needs Playwright: pip install playwright"
    )
    from simple_2fa.flask.testing import browser  # noqa: PLC0415 (see above)

    with browser.served(_app(request)) as origin, ExitStack() as stack:
        yield browser.Browser(_page(request, stack), origin)


def _found(request: pytest.FixtureRequest, mount: "Mount") -> "Apart | None":
    return next((each for each in request.config.stash[_KEPT] if each.mount is mount), None)


def _let_go(config: pytest.Config, apart: "Apart") -> None:
    config.stash[_KEPT].remove(apart)
    apart.end()


def _app(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401 (Flask's, where all is well)
    try:
        return request.getfixturevalue("app")
    except pytest.FixtureLookupError as why:
        if why.argname != "app":
            raise
    pytest.fail(_NO_APP, pytrace=False)


def _page(request: pytest.FixtureRequest, stack: ExitStack) -> "Page":
    """Open a page: pytest-playwright's where that is installed, with all its options."""
    if request.config.pluginmanager.hasplugin("playwright"):
        page: Page = request.getfixturevalue("page")
        return page
    from simple_2fa.flask.testing.browser import MissingError, opened  # noqa: PLC0415 (see above)

    try:
        return stack.enter_context(opened())
    except MissingError as why:
        pytest.skip(str(why))
