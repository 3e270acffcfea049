"""The clock of a test."""

from datetime import datetime, timedelta

from simple_2fa.core.clock import utc_now


class Clock:
    """Goes on as the machine's does, ahead of it by what a test has moved it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """Give now, aware and in UTC."""
        return utc_now() + self._ahead

    def move(self, **span: float) -> None:
        """Let time pass: `move(minutes=6)`; days, hours, minutes and seconds can be given.

        Raises:
            ValueError: it would go back.
        """
        ahead = timedelta(**span)
        if ahead < timedelta():
            raise ValueError("the clock goes forward only: what has happened would be yet to come")
        self._ahead += ahead
