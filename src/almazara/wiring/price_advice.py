"""What a retraining makes for buyers beside the forecasts of products: advice policies, and indices of categories."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from almazara.prices.advice_policy import AdvicePolicies
from almazara.prices.advising import category_index
from almazara.prices.ports import ObservationStore

if TYPE_CHECKING:
    from almazara.prices.advice_batch import AdvisedRow
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


def advise_file(source: Path, target: Path, *, cutoff: date, deadline_days: int) -> tuple[list[AdvisedRow], int]:
    """Advice for each series of a file; see `advice_table.advise_file`."""
    from almazara.prices.adapters import advice_table

    return advice_table.advise_file(source, target, cutoff=cutoff, deadline_days=deadline_days)
