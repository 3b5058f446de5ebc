"""What the last days say of a price: how it changed, its lowest, how often it was lower, since when it stands."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from almazara.prices.buying.states import SAME, WINDOW_DAYS
from almazara.prices.forecasting.panel import Floats, Panel, filled_forward

_CHANGES: Final = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class PriceDays:
    """On how many days a price was known."""

    price: float
    days: int


@dataclass(frozen=True, slots=True)
class Recent:
    """The last WINDOW_DAYS of one listing; None for what is not known.

    Attributes:
        change_7: Of today's price against that of 7 days ago, as a share; so are the others.
        low: The lowest price; `low_date` is the first day that had it.
        share_cheaper: Of the known days that were cheaper than today.
        prices: One a day.
        comb: The prices that it had, rising.
        stands_since: Since when today's price is what it is, as far as is known.
        previous: The price before that.
    """

    change_7: float | None
    change_30: float | None
    change_90: float | None
    low: float | None
    low_date: date | None
    share_cheaper: float | None
    prices: list[float | None]
    comb: list[PriceDays]
    stands_since: date | None
    previous: float | None


NOTHING: Final = Recent(None, None, None, None, None, None, [None] * WINDOW_DAYS, [], None, None)
"""Of a listing that was never read."""


def recent(panel: Panel) -> list[Recent]:
    """What is to be said of each listing on the last day of a panel of which all series end on that day."""
    if not panel.names:
        return []
    missing = max(0, 1 + max(_CHANGES) - panel.prices.shape[1])
    prices = np.pad(panel.prices, ((0, 0), (missing, 0)), constant_values=np.nan)
    window, now = prices[:, -WINDOW_DAYS:], prices[:, -1]
    changes = [now / prices[:, -1 - days] - 1 for days in _CHANGES]
    low = np.fmin.reduce(window, axis=1)
    low_ago = window.shape[1] - 1 - (window == low[:, None]).argmax(axis=1)
    cheaper = (window < now[:, None] * (1 - SAME)).sum(axis=1) / np.maximum((~np.isnan(window)).sum(axis=1), 1)
    stands, previous = _last_change(prices)
    figures = zip(
        *(_shares(change) for change in changes), _shares(cheaper + 0 * now), amounts(previous + 0 * now), strict=True
    )
    known = np.isnan(now).tolist(), amounts(low), low_ago.tolist(), stands.tolist(), map(amounts, window)
    return [
        Recent(
            change_7=week,
            change_30=month,
            change_90=quarter,
            low=lowest,
            low_date=None if lowest is None else panel.last_day - timedelta(days=ago),
            share_cheaper=share,
            prices=days,
            comb=_comb(days),
            stands_since=None if is_unknown else panel.last_day - timedelta(days=standing),
            previous=before,
        )
        for (week, month, quarter, share, before), is_unknown, lowest, ago, standing, days in zip(
            figures, *known, strict=True
        )
    ]


def _last_change(prices: Floats) -> tuple[Floats, Floats]:
    """For how many days each row's last price has stood, as far as is known, and the one before; NaN where none."""
    filled = filled_forward(prices)
    changed = np.abs(np.diff(np.log(filled), axis=1)) > SAME
    has_changed = changed.any(axis=1)
    stood = np.where(has_changed, changed[:, ::-1].argmax(axis=1), (~np.isnan(filled)).sum(axis=1) - 1)
    before = np.take_along_axis(filled, np.maximum(filled.shape[1] - 2 - stood, 0)[:, None], axis=1)[:, 0]
    return stood, np.where(has_changed, before, np.nan)


def _comb(days: list[float | None]) -> list[PriceDays]:
    counts = Counter(price for price in days if price is not None)
    return [PriceDays(price, counts[price]) for price in sorted(counts)]


def amounts(prices: Floats) -> list[float | None]:
    """Prices as plain values, None where none is known."""
    return [None if price != price else price for price in prices.tolist()]  # noqa: PLR0124 - what NaN is not


def _shares(shares: Floats) -> list[float | None]:
    return [None if share is None else round(share, 4) for share in amounts(shares)]
