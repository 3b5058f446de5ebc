"""Daily series that go on: what was read since is laid over what was made before, so that little is made anew."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from itertools import chain

import numpy as np

from almazara.prices.forecasting.panel import Panel
from almazara.prices.forecasting.series import GAP, OBSERVED, DailySeries


def laid_over(parts: Sequence[DailySeries]) -> DailySeries:
    """Series side by side; one that several parts hold is that of the later part from its first day there on.

    So readings from a listing's newest one on, that one included, go on with its series. Issues are left out.
    """
    shown = [one for one in parts if one.panel.names]
    if not shown:
        return DailySeries(Panel.empty(), np.empty((0, 0), dtype=np.int8), ())
    names = tuple(sorted(set(chain.from_iterable(one.panel.names for one in shown))))
    first = min(one.panel.first_day for one in shown)
    width = (max(one.panel.last_day for one in shown) - first).days + 1
    prices, states = np.full((len(names), width), np.nan), np.full((len(names), width), GAP, dtype=np.int8)
    begins, ends = np.full(len(names), width), np.zeros(len(names), dtype=np.int64)
    currencies: list[str | None] = [None] * len(names)
    places = {name: place for place, name in enumerate(names)}
    for one in shown:
        panel = one.panel
        at, skipped = [places[name] for name in panel.names], (panel.first_day - first).days
        columns = slice(skipped, skipped + panel.prices.shape[1])
        if panel.names == names and (begins == width).all():  # nothing to lay them over: most of what is there
            prices[:, columns], states[:, columns] = panel.prices, one.states
        else:
            own = np.arange(panel.prices.shape[1]) >= panel.begins[:, None]
            prices[at, columns] = np.where(own, panel.prices, prices[at, columns])
            states[at, columns] = np.where(own, one.states, states[at, columns])
        begins[at] = np.minimum(begins[at], panel.begins + skipped)
        ends[at] = np.maximum(ends[at], panel.ends + skipped)
        for place, currency in zip(at, panel.currencies, strict=True):
            currencies[place] = currency or currencies[place]
    return DailySeries(Panel(names, first, prices, begins, ends, tuple(currencies)), states, ())


def without(series: DailySeries, names: Collection[str]) -> DailySeries:
    """The series of the others."""
    if not names:
        return series
    rows = [row for row, name in enumerate(series.panel.names) if name not in names]
    panel = series.panel.of(rows)
    skipped = (panel.first_day - series.panel.first_day).days if rows else 0
    return DailySeries(panel, series.states[rows, skipped : skipped + panel.prices.shape[1]], ())


def since(series: DailySeries, rows: Sequence[int], first: date) -> Panel:
    """The prices of some rows from a day on, as if nothing had been read before it; of those that were read since."""
    panel = series.panel
    skipped = min(max(0, (first - panel.first_day).days), panel.prices.shape[1])
    begun = np.maximum.accumulate(series.states[rows, skipped:] == OBSERVED, axis=1)
    prices = np.where(begun, panel.prices[rows, skipped:], np.nan)
    read = np.flatnonzero(begun.any(axis=1))
    began = Panel(
        tuple(panel.names[row] for row in rows),
        panel.first_day + timedelta(days=skipped),
        prices,
        begun.argmax(axis=1) if begun.size else np.zeros(len(rows), dtype=np.int64),
        panel.ends[rows] - skipped,
        tuple(panel.currencies[row] for row in rows),
    )
    return began if read.size == len(rows) else began.of(read)
