"""What a retraining makes for buyers beside the forecasts of products: advice policies, and indices of categories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from almazara.prices.advice_policy import AdvicePolicies
from almazara.prices.advising import category_index
from almazara.prices.ports import ObservationStore
from almazara.wiring.movies import Progress

if TYPE_CHECKING:
    from almazara.prices.series import DailySeries


def learn_policies(store: ObservationStore, series: DailySeries) -> AdvicePolicies:
    """When waiting pays, by category, learned from the past of everything that was read.

    Args:
        store: Which listing belongs to which category.
        series: Their daily series.
    """
    from almazara.prices.advice_learning import learn
    from almazara.prices.price_matrix import matrix_of

    matrix = matrix_of(series.frame)
    if matrix is None:
        return AdvicePolicies()
    category = {listing.listing_id: listing.category or "" for listing in store.listings()}
    return learn(matrix.prices, [category.get(listing_id, "") for listing_id in matrix.listing_ids])


def category_series(store: ObservationStore, *, first: date, until: date, timezone: str) -> DailySeries:
    """The indices of all categories as daily series.

    Args:
        store: The histories.
        first: The first day that is kept.
        until: The last day.
        timezone: Of the days.
    """
    from almazara.prices.category_index import as_series

    names = sorted({listing.category for listing in store.listings() if listing.category})
    indices = [i for name in names for i in category_index(store, name, until=until, timezone=timezone)]
    return as_series([index.since(first) for index in indices])


@dataclass(frozen=True, slots=True)
class AdviceReport:
    """What became of a file: how many series wait or are bought, and what was refused."""

    wait: int
    buy: int
    refused_rows: dict[str, int]
    refused_series: dict[str, str]


def advise_file(source: Path, target: Path, *, cutoff: date, deadline_days: int, progress: Progress) -> AdviceReport:
    """Advise on each series of a CSV file, into a Parquet or CSV file."""
    from almazara.prices.adapters.forecast_tables import read_table, write_table
    from almazara.prices.advice_batch import advise_batch
    from almazara.prices.advice_learning import days_needed
    from almazara.prices.batch import SERIES_ID, read_prices

    progress("reading prices", 0, 0)
    table = read_table(source)
    series = table[SERIES_ID].n_unique() if SERIES_ID in table.columns else 0
    found = read_prices(table, cutoff, window_days=days_needed(series))
    progress("learning when waiting pays", 0, 0)
    advised = advise_batch(found.panel, cutoff, deadline_days)
    write_table(target, advised)
    waits = int((advised["action"] == "wait").sum())
    return AdviceReport(waits, advised.height - waits, dict(found.refused_rows), dict(found.refused_series))
