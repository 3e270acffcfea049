"""Every limit of the product, in words beside its numbers."""

from dataclasses import dataclass

from simple_2fa.core.clock import DAY, HOUR, SECOND


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: so many at once, refilled evenly over a span of milliseconds."""

    size: int
    span: int

    @property
    def step(self) -> int:
        """Milliseconds until one spent token is back."""
        return self.span // self.size


@dataclass(frozen=True, slots=True)
class Limit:
    """Up to three rates that hold at once for one key."""

    name: str
    rates: tuple[Rate, Rate, Rate]


GUESSES = Limit("guesses", (Rate(10, HOUR), Rate(25, DAY), Rate(75, 30 * DAY)))
"""The ledger. A client may guess at one subject's codes 10 times an hour, 25 times a day and 75
times in 30 days; so in a year at most 75 + 75 * 365 / 30 = 988 times, and with 6 digits the chance
of one hit stays under 1 in 1000. A guess is a millionth of certain success: one 6-digit code."""

CLIENT_LETTERS = Limit("letters", (Rate(1, 30 * SECOND), Rate(5, HOUR), Rate(20, DAY)))
"""A client may cause a letter to one address every 30 seconds, 5 in an hour, 20 in a day; what was
unused comes on top once, so a first day may see up to 40."""

LONG_CODE_BELOW = 5
"""With fewer guesses left than this, the next mailed code has 10 digits, which cost nothing."""
