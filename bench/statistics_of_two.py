"""Can two series of times be told apart? Nothing is assumed of how they are distributed."""

import math
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

_RESAMPLES = 4000
_SURE = 0.01
"""Below this chance of an accident two series are told apart."""


@dataclass(frozen=True)
class Comparison:
    """How two series compare.

    Attributes:
        medians: of each, in their unit.
        difference: median of the first minus that of the second.
        low: lower end of the difference's 95 % confidence interval (bootstrap, percentiles).
        high: its upper end.
        p: chance that series of one source differ by as much (Mann-Whitney, two-sided).
        longer: chance that one of the first is longer than one of the second; 0.5 tells nothing.
    """

    medians: tuple[float, float]
    difference: float
    low: float
    high: float
    p: float
    longer: float

    @property
    def is_told_apart(self) -> bool:
        """Whether an accident is out of the question."""
        return self.p < _SURE


def compare(one: Sequence[float], other: Sequence[float], seed: int = 1) -> Comparison:
    """Compare two series."""
    medians = statistics.median(one), statistics.median(other)
    low, high = _interval(one, other, random.Random(seed))  # noqa: S311 (statistics)
    longer = _longer(one, other)
    return Comparison(medians, medians[0] - medians[1], low, high, _p(longer, one, other), longer)


def _interval(
    one: Sequence[float], other: Sequence[float], drawn: random.Random
) -> tuple[float, float]:
    """Draw both again and again; give what 95 % of the medians' differences lie between."""
    differences = sorted(
        statistics.median(drawn.choices(one, k=len(one)))
        - statistics.median(drawn.choices(other, k=len(other)))
        for _ in range(_RESAMPLES)
    )
    return differences[_RESAMPLES * 25 // 1000], differences[_RESAMPLES * 975 // 1000]


def _longer(one: Sequence[float], other: Sequence[float]) -> float:
    """Count the pairs of which the first is longer; half of those that are equal."""
    won = sum((a > b) + (a == b) / 2 for a in one for b in other)
    return won / (len(one) * len(other))


def _p(longer: float, one: Sequence[float], other: Sequence[float]) -> float:
    """Give the two-sided chance by the normal approximation, good from 20 samples on.

    Ties are too rare in nanoseconds to be corrected for.
    """
    n, m = len(one), len(other)
    deviation = math.sqrt((n + m + 1) / (12 * n * m))
    return math.erfc(abs(longer - 0.5) / deviation / math.sqrt(2))
