"""What is asked of one forecast: a product's, or that of a category's index."""

from collections.abc import Sequence
from typing import Final

from almazara.errors import InputError
from almazara.prices.answering.known import Known
from almazara.prices.answers import Prediction
from almazara.prices.buying.category_index import index_id
from almazara.prices.forecasting.models.forecaster import long_enough, why_none
from almazara.prices.publishing import FROM_DAYS
from almazara.words.said import said

MOST_TARGET: Final = 1_000_000
"""A price of more is none."""


def predict(
    known: Known, listing_id: str, horizon_days: int, levels: Sequence[int], target: float | None = None
) -> Prediction:
    """A product's kept forecast, and the chances of a price to be had.

    Raises:
        InputError: when its history is too short or there is none, the horizon or a level is not kept, or the target
            is no price.
        NotFoundError: when the product is unknown, or was not forecast yet.
    """
    _check_price(target)
    listing = known.product(listing_id)
    if listing_id not in known.forecasts.index.forecasts:
        _check_history(known, listing_id)
    return Prediction.of(known.forecasts.of(listing.listing_id, horizon_days, levels, target), target)


def predict_category(
    known: Known,
    category: str,
    horizon_days: int,
    levels: Sequence[int],
    *,
    currency: str | None,
    target: float | None = None,
) -> Prediction:
    """The kept forecast of a category's index, in the currency of most of its products where none is given.

    Raises:
        InputError: when its history is too short, the horizon or a level is not kept, or the target is no price.
        NotFoundError: when there is no forecast of it.
    """
    _check_price(target)
    name = index_id(category)
    own = Prediction.of(known.forecasts.of(name, horizon_days, levels, target), target)
    if currency in {None, own.currency}:
        return own
    return Prediction.of(known.forecasts.of(f"{name}:{currency}", horizon_days, levels, target), target)


def _check_history(known: Known, listing_id: str) -> None:
    """Refuse what no retraining makes a forecast of, as it stands."""
    if not known.store.history(listing_id, limit=1):
        raise InputError(said("prices_refused.forecast.unread", product=listing_id))
    if listing_id in known.forecasts.index.refused:
        return  # which says why
    panel = known.panel([listing_id], days=FROM_DAYS)
    if not panel.names:
        raise InputError(said("prices.unforecast.too_old", product=listing_id, days=FROM_DAYS))
    for short in long_enough(panel)[1]:
        raise InputError(why_none(listing_id, short.reason))


def _check_price(target: float | None) -> None:
    if target is not None and not 0 < target <= MOST_TARGET:
        raise InputError(said("prices_refused.forecast.target", target=f"{target:g}", most=str(MOST_TARGET)))
