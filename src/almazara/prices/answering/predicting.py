"""What is asked of one forecast: a product's, or that of a category's index."""

from collections.abc import Sequence

from almazara.errors import InputError
from almazara.prices.answering.known import Known
from almazara.prices.answers import Prediction
from almazara.prices.buying.category_index import index_id


def predict(known: Known, listing_id: str, horizon_days: int, levels: Sequence[int]) -> Prediction:
    """A product's kept forecast.

    Raises:
        InputError: when its history is too short or there is none, or the horizon or a level is not kept.
        NotFoundError: when the product is unknown, or was not forecast yet.
    """
    listing = known.product(listing_id)
    is_forecast = listing_id in known.forecasts.index.forecasts
    if not is_forecast and not known.store.history(listing_id, limit=1):
        raise InputError(f"{listing_id} was not read yet: without a history there is nothing to forecast from.")
    return Prediction.of(known.forecasts.of(listing.listing_id, horizon_days, levels))


def predict_category(
    known: Known, category: str, horizon_days: int, levels: Sequence[int], currency: str | None
) -> Prediction:
    """The kept forecast of a category's index, in the currency of most of its products where none is given.

    Raises:
        InputError: when its history is too short, or the horizon or a level is not kept.
        NotFoundError: when there is no forecast of it.
    """
    name = index_id(category)
    own = Prediction.of(known.forecasts.of(name, horizon_days, levels))
    if currency in {None, own.currency}:
        return own
    return Prediction.of(known.forecasts.of(f"{name}:{currency}", horizon_days, levels))
