"""The second step in the tests of an application; `simple_2fa.pytest_plugin` offers it there."""

from simple_2fa.flask.testing.browser import Browser
from simple_2fa.flask.testing.clock import Clock
from simple_2fa.flask.testing.two_factor import TwoFactor

__all__ = ["Browser", "Clock", "TwoFactor"]
