"""Widens quantile forecasts by how often each level was passed lately: conformal calibration.

A forecast distribution is calibrated when its probability integral transform (PIT) is uniform. Here the transform's
empirical distribution over past forecasts, recent ones counting more, says which nominal level has held each wanted
level (conformal predictive systems, Vovk et al. 2020; weights for drift, Barber et al. 2023). Prices that stay give a
transform that is an interval, the point mass at no change: it counts as spread evenly over that interval. Levels are
only moved outwards: on real panels narrowing cost coverage when the next weeks were livelier than the last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from almazara.prices.forecasting.models.forecaster import MEDIAN
from almazara.prices.forecasting.models.judging import Judged
from almazara.prices.forecasting.panel import Floats

_GRID: Final = np.linspace(0, 1, 201)
_SAME: Final = 1e-9
_HALF_LIFE_DAYS: Final = 60.0
_PRIOR: Final = 30.0
_MOST_LISTINGS: Final = 20


@dataclass(frozen=True, slots=True)
class LevelMaps:
    """For some leads, the nominal level to read for each level of _GRID."""

    nominal: Mapping[int, Floats]

    def at(self, lead: int, levels: Sequence[float]) -> Floats:
        """Nominal levels for wanted ones, between leads interpolated by the logarithm of the days."""
        wanted = np.asarray(levels, dtype=np.float64)
        if not self.nominal:
            return wanted
        leads = sorted(self.nominal)
        place = float(np.interp(np.log(lead), np.log(leads), np.arange(len(leads))))
        low, share = leads[int(place)], place % 1
        high = leads[min(int(place) + 1, len(leads) - 1)]
        mapped = (1 - share) * self.nominal[low] + share * self.nominal[high]
        found = np.interp(wanted, _GRID, mapped)
        outer = np.where(wanted < MEDIAN, np.minimum(found, wanted), np.maximum(found, wanted))
        return np.where(np.abs(wanted - MEDIAN) < _SAME, MEDIAN, outer)


def level_maps(judged: Sequence[Judged], last_day: int) -> LevelMaps:
    """What a backtest of one model says of its levels at each lead.

    Evidence counts in days judged, as far as their spans do not overlap, times the root of the listings, because prices
    of one day move together; it is weighed against _PRIOR such transforms that would say that all is well.
    """
    found = {}
    for one in judged:
        below, upto = transforms(one.quantiles[0], one.moved)
        weights = 0.5 ** ((last_day - one.lead - one.days) / _HALF_LIFE_DAYS)
        spans = min(np.ptp(one.days) / one.lead + 1, len(np.unique(one.days)))
        evidence = spans * np.sqrt(min(len(np.unique(one.rows)), _MOST_LISTINGS))
        found[one.lead] = nominal_levels(below, upto, weights, float(evidence))
    return LevelMaps(found)


def transforms(quantiles: Floats, moved: Floats) -> tuple[Floats, Floats]:
    """The probability below each actual value, and up to and including it: far apart where there is a point mass.

    The quantiles are those at PROBABILITIES, shape (n, levels), rising; the actual values have shape (n,).
    """
    width = quantiles.shape[1]
    below = (quantiles < moved[:, None] - _SAME).sum(axis=1) / width
    upto = (quantiles <= moved[:, None] + _SAME).sum(axis=1) / width
    margin = np.where(below == upto, 0.5 / width, 0.0)  # between two quantiles the value is as uncertain as they are
    return (below - margin).clip(0), (upto + margin).clip(max=1)


def nominal_levels(below: Floats, upto: Floats, weights: Floats, evidence: float) -> Floats:
    """The level to read for each level of _GRID: the inverse of the transforms' distribution, drawn towards itself."""
    width = np.maximum(upto - below, 1e-6)
    share = ((_GRID[:, None] - below) / width).clip(0, 1) @ (weights / weights.sum())
    reached = (evidence * share + _PRIOR * _GRID) / (evidence + _PRIOR)
    rising = np.maximum.accumulate(reached) + 1e-9 * np.arange(len(_GRID))
    return np.interp(_GRID, (rising - rising[0]) / (rising[-1] - rising[0]), _GRID)
