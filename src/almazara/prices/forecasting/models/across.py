"""Models that learn across the series of a panel, and the forecast of each listing by what they say of its day."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

import numpy as np

from almazara.prices.forecasting.models.forecaster import SMALLEST_PRICE, Forecaster
from almazara.prices.forecasting.models.step_features import StepHistory
from almazara.prices.forecasting.panel import Days, Floats, Panel

GRID: Final = (*range(1, 15), 17, 21, 25, 30, 37, 45, 60, 90)
"""Days ahead at which quantiles are computed; between them they are interpolated."""
_STALENESS: Final = np.array([0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 60, 90])
QuantilesOfChange = Callable[[int, Sequence[int], np.ndarray, Sequence[float]], Floats]
"""(day, leads, rows, probabilities) -> log changes, shape (rows, leads, probabilities)."""

Learner = Callable[[StepHistory, int], QuantilesOfChange]
"""(history, day) -> the model as it would have been learned on that day."""

Mixtures = Callable[[int, int, np.ndarray], tuple[Floats, Floats]]
"""(day, lead, rows) -> log changes and the chance of each, both of shape (rows, atoms)."""

ClassLearner = Callable[[StepHistory, int], Mixtures | None]
"""The same of a model that gives whole distributions, where there is enough to learn from."""

_GROUP: Final = 20
"""Series that make a group; those of smaller ones are one together."""
PART: Final = 1_000
"""Series that learn from one another at most: a panel of more is forecast in parts, drawn evenly from all of it."""

Part = tuple[Floats, Days, Days]
"""Prices, shape (series, days), the column of each series' last day, and the number of its group."""

OfPart = Callable[[Part], Floats]
"""A part -> quantiles of its prices, shape (series, horizon, probabilities)."""

Each = Callable[[OfPart, Iterable[Part]], Iterable[Floats]]
"""`map`, or what does the same elsewhere (`spreading`)."""


class AcrossSeries(Forecaster):
    """A model across series; what came after a listing's cutoff is not known to any forecast of that listing."""

    pools = True

    @abstractmethod
    def learn(self, history: StepHistory, last_day: int) -> QuantilesOfChange:
        """The model as it would have been learned on a column of the panel's history."""

    def by_listing(self, panel: Panel, horizon: int, quantiles: Sequence[float]) -> Floats:
        """Of all listings together, which here may be as short as one price."""
        return self.by_part(panel, horizon, quantiles, map)

    def by_part(self, panel: Panel, horizon: int, quantiles: Sequence[float], each: Each) -> Floats:
        """As `by_listing`, the parts of a large panel being forecast wherever `each` is done."""
        count = len(panel.names)
        number = -(-count // PART)
        rows = [np.arange(first, count, number) for first in range(number)]
        of_part = partial(price_quantiles, learn=self.learn, horizon=horizon, probabilities=quantiles)
        values = np.empty((count, horizon, len(quantiles)))
        groups = group_numbers(panel.names)
        found = each(of_part, ((panel.prices[some], panel.ends[some], groups[some]) for some in rows))
        for some, those in zip(rows, found, strict=True):
            values[some] = those
        return values


def group_numbers(names: Sequence[str]) -> Days:
    """The number of each series' group: what stands before the last colon of its name, such as a shop."""
    before = [name.rpartition(":")[0] for name in names]
    large = {group for group, count in Counter(before).items() if count >= _GROUP}
    return np.unique([group if group in large else "" for group in before], return_inverse=True)[1]


def price_quantiles(part: Part, learn: Learner, horizon: int, probabilities: Sequence[float]) -> Floats:
    """Quantiles of the price on each day ahead; shape (listings, horizon, probabilities), positive, never crossing.

    A price that has not been read for some days is forecast as many days further.
    """
    prices, ends, groups = part
    known = ~np.isnan(prices)
    first = int(known.any(axis=0).argmax())  # column of the panel's first price
    newest = known.shape[1] - 1 - known[:, ::-1].argmax(axis=1)  # of each listing's last one
    last = prices[np.arange(len(newest)), newest]
    stale = _STALENESS[np.searchsorted(_STALENESS, (ends - newest).clip(max=_STALENESS[-1]))]
    history, ends = StepHistory.of(prices[:, first:], groups), ends - first
    values = np.empty((len(last), horizon, len(probabilities)))
    for day in np.unique(ends).tolist():
        # A panel that never moved has nothing to learn a change from.
        model = learn(history, day) if history.changes.any() else _stays
        for days in np.unique(stale[ends == day]):
            rows, ahead = np.flatnonzero((ends == day) & (stale == days)), np.arange(1, horizon + 1) + days
            changes = _on_each_day(model, day, rows, ahead, probabilities)
            values[rows] = np.multiply(np.exp(changes, out=changes), last[rows, None, None], out=changes)
    values.sort(axis=2)
    return np.asarray(np.maximum(values, np.minimum(SMALLEST_PRICE, last)[:, None, None], out=values))


def _on_each_day(model: QuantilesOfChange, day: int, rows: Days, ahead: Days, probabilities: Sequence[float]) -> Floats:
    """Log changes over each of the rising days `ahead`: computed at the leads of GRID, interpolated between them."""
    longest = int(ahead[-1])
    leads = np.array([*(lead for lead in GRID if lead < longest), longest])
    leads = leads[max(int(np.searchsorted(leads, ahead[0], side="right")) - 1, 0) :]
    found = model(day, leads.tolist(), rows, probabilities)
    after = np.searchsorted(leads, ahead)
    before = np.where(leads[after] == ahead, after, (after - 1).clip(0))
    share = np.where(after == before, 0.0, (ahead - leads[before]) / np.maximum(leads[after] - leads[before], 1))
    changes, rest = found[:, before], found[:, after]
    changes *= (1 - share)[:, None]  # in place: of a thousand series a year ahead each is 60 MB
    rest *= share[:, None]
    changes += rest
    return changes


def _stays(_day: int, leads: Sequence[int], rows: np.ndarray, probabilities: Sequence[float]) -> Floats:
    return np.zeros((len(rows), len(leads), len(probabilities)))
