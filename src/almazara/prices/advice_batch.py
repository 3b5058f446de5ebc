"""Advice for many series at once, learned from nothing but themselves: a table of prices in, one row a series out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from almazara.errors import InputError
from almazara.prices.advice import Decision, decide
from almazara.prices.advice_learning import days_needed, learn
from almazara.prices.advice_policy import HORIZONS, LONGEST_DEADLINE
from almazara.prices.advice_states import Floats
from almazara.prices.schema import Observation

OUT_OF_STOCK: Final = np.inf


@dataclass(frozen=True, slots=True)
class AdvisedRow:
    """What to do about one series on the cutoff; `target_price` and `until` are None with `buy`.

    Attributes:
        expected_saving: For one piece, in the currency of the prices.
        expected_saving_percent: Of the price.
    """

    series_id: str
    cutoff: date
    action: str
    price: float | None
    target_price: float | None
    until: date | None
    expected_saving: float
    expected_saving_percent: float
    chance_of_paying_more: float
    why: str


def advise_all(observations: Iterable[Observation], cutoff: date, deadline_days: int) -> list[AdvisedRow]:
    """Learn from all series up to the cutoff, and advise on each that begins by then, in order of id.

    A price stands until the next observation. Of a series whose currency changed, only the newest part counts.

    Args:
        observations: In any order; those after the cutoff are not looked at.
        cutoff: The day of the advice.
        deadline_days: Within how many days one wants to have bought.

    Raises:
        InputError: for a deadline out of range, or when no series begins by the cutoff.
    """
    if not 1 <= deadline_days <= LONGEST_DEADLINE:
        raise InputError(f"The deadline is {deadline_days} days: ask for 1 to {LONGEST_DEADLINE}.")
    listing_ids, prices = prices_until(observations, cutoff)
    horizons = sorted({days for days in HORIZONS if days < deadline_days} | {deadline_days})
    policy = learn(prices, [""] * len(listing_ids), horizons).of(None, deadline_days)
    decisions = decide(prices, policy)
    return [_row(*one, cutoff) for one in zip(listing_ids, prices[:, -1], decisions, strict=True)]


def prices_until(
    observations: Iterable[Observation], cutoff: date, *, days: int | None = None
) -> tuple[list[str], Floats]:
    """Ids in order, and daily prices up to the cutoff, each standing until the next; shape (series, days).

    Args:
        observations: In any order.
        cutoff: The last day.
        days: How many days at most; as many as learning looks at by default.

    Raises:
        InputError: when no series begins by the cutoff.
    """
    events = _events(observations, cutoff)
    if not events:
        raise InputError(f"No series has a price by {cutoff}.")
    listing_ids = sorted(events)
    most = days or days_needed(len(events))
    return listing_ids, _filled([events[listing_id] for listing_id in listing_ids], cutoff, most)


def _events(observations: Iterable[Observation], cutoff: date) -> dict[str, dict[date, float]]:
    """The last price of each day of each series, OUT_OF_STOCK where it had none, in the newest currency."""
    rows: dict[str, list[Observation]] = defaultdict(list)
    for one in observations:
        if one.observed_at.date() <= cutoff:
            rows[one.listing_id].append(one)
    events: dict[str, dict[date, float]] = {}
    for listing_id, own in rows.items():
        own.sort(key=lambda o: o.observed_at)
        currencies = [o.currency for o in own if o.price is not None]
        foreign = [i for i, o in enumerate(own) if o.price is not None and o.currency != currencies[-1]]
        kept = own[foreign[-1] + 1 :] if foreign else own
        prices = {o.observed_at.date(): float(o.price) if o.price else OUT_OF_STOCK for o in kept}
        if any(np.isfinite(price) for price in prices.values()):
            events[listing_id] = prices
    return events


def _filled(events: Sequence[Mapping[date, float]], cutoff: date, most: int) -> Floats:
    oldest = min(min(own) for own in events)
    days = min((cutoff - oldest).days + 1, most)
    first = cutoff - timedelta(days=days - 1)
    prices = np.full((len(events), days), np.nan)
    for row, own in enumerate(events):
        for day, price in sorted(own.items()):
            prices[row, max(0, (day - first).days) :] = price
    prices[np.isinf(prices)] = np.nan
    return prices


def _row(series_id: str, price: float, decision: Decision, cutoff: date) -> AdvisedRow:
    return AdvisedRow(
        series_id=series_id,
        cutoff=cutoff,
        action=decision.action.value,
        price=None if np.isnan(price) else float(price),
        target_price=decision.target,
        until=cutoff + timedelta(days=decision.days) if decision.days else None,
        expected_saving=0.0 if np.isnan(price) else float(price) * decision.saving,
        expected_saving_percent=100 * decision.saving,
        chance_of_paying_more=decision.chance,
        why=decision.why.value,
    )
