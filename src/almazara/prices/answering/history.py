"""Pages of history: observations, days with their gaps, the index of a category; each with where the next begins."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from almazara.errors import InputError, NotFoundError
from almazara.prices.answering.known import Known
from almazara.prices.answers import DailyRow, DataPage, DataQuery, DataRow, IndexRow, cursor_at, per_litre_daily
from almazara.prices.buying.category_index import CategoryIndex, category_index
from almazara.prices.buying.named_prices import as_featured
from almazara.prices.forecasting.series import daily as daily_series
from almazara.prices.schema import TICK, Listing, Observation, PriceName, litres_at, litres_daily
from almazara.prices.store.observations import is_key, pages_of_history
from almazara.words.said import said

MAX_ROWS: Final = 10_000
_LONGEST_NAME: Final = 100
_NAMED: Final = 10


def data(known: Known, query: DataQuery) -> DataPage:
    """One page of observations; see `PriceService.data`."""
    _check(query)
    found: list[Observation] = []
    for listing, begins in _remaining(known, query):
        room = query.limit + 1 - len(found)
        found += islice(_read(known, listing, query, begins), room)
        if len(found) > query.limit:
            kept = found[: query.limit]
            return DataPage(kept, cursor_at(kept[-1].listing_id, kept[-1].observed_at + TICK))
    return DataPage(found, None)


def _read(known: Known, listing: Listing, query: DataQuery, begins: datetime | None) -> Iterator[Observation]:
    """A listing's readings from a moment on, with the price that is asked for."""
    size = min(query.limit + 1, MAX_ROWS)
    for page in pages_of_history(known.store, listing.listing_id, begins or query.start, query.end, size=size):
        if query.price is None:
            yield from page
        else:
            yield from (one for one in (as_featured(one, query.price) for one in page) if one.price is not None)


def rows(known: Known, observations: Sequence[Observation]) -> list[DataRow]:
    """Observations as the API shows them."""
    listings = {listing.listing_id: listing for listing in known.store.listings()}
    held = ((one, listings.get(one.listing_id)) for one in observations)
    return [DataRow.of(one, litres_at(listing, one.observed_at) if listing else None) for one, listing in held]


def daily(known: Known, query: DataQuery) -> tuple[list[DailyRow], str | None]:
    """One page of daily values, and where the next begins; what is not known is marked, never filled silently."""
    _check(query)
    first, until = query.days(ZoneInfo(known.timezone))
    found: list[DailyRow] = []
    for listing, begins in _remaining(known, query):
        for row in _days(known, listing, begins.date() if begins else first, until, query.price):
            if len(found) == query.limit:
                return found, _cursor(row)
            found.append(row)
    return found, None


def index(known: Known, query: DataQuery) -> tuple[list[IndexRow], str | None]:
    """One page of a category's index, and where the next begins; see `PriceService.index`."""
    _check(query)
    if query.category is None or query.price is not None:
        raise InputError("An index is one of a category: give category, and neither product nor price.")
    first, until = query.days(ZoneInfo(known.timezone))
    at, moment = query.begins
    begins = (at, moment.date() if moment else date.min)
    found = [
        row
        for one in indices(known, query.category)
        for row in one.rows()
        if (first or row.date) <= row.date <= (until or row.date) and (row.product, row.date) >= begins
    ]
    return found[: query.limit], _cursor(found[query.limit]) if len(found) > query.limit else None


def indices(known: Known, category: str) -> list[CategoryIndex]:
    """The index of each currency among a category's products.

    Raises:
        NotFoundError: for a category without prices.
    """
    if is_key(category) and (
        found := category_index(known.store, category, until=known.today, timezone=known.timezone)
    ):
        return found
    raise no_category(known, category)


def no_category(known: Known, category: str) -> NotFoundError:
    """The error of a category that has no products, or no prices; it names near ones, or else the first of all."""
    names = sorted({one.category for one in known.store.listings() if one.category})
    near = get_close_matches(category[:_LONGEST_NAME], names) or names[:_NAMED]
    return NotFoundError(said("prices.error.no_category", name=category[:_LONGEST_NAME]), near)


def _cursor(following: DailyRow | IndexRow) -> str:
    return cursor_at(following.product, datetime.combine(following.date, time.min, UTC))


def _remaining(known: Known, query: DataQuery) -> Iterator[tuple[Listing, datetime | None]]:
    """The listings that are asked for from the cursor on, the cursor's own with the moment where it goes on."""
    at, begins = query.begins
    if query.product is not None:
        asked = [known.listing(query.product)]
    else:
        can_be = query.category is None or is_key(query.category)
        asked = known.store.listings(category=query.category) if can_be else []
    for listing in asked:
        if listing.listing_id >= at:
            yield listing, begins if listing.listing_id == at else None


def _days(
    known: Known, listing: Listing, first: date | None, until: date | None, price: PriceName | None
) -> Iterator[DailyRow]:
    until = min(until or known.today, known.today)
    if price is None:
        series = known.series([listing.listing_id], until=until)
    else:
        history = (as_featured(one, price) for one in known.store.history(listing.listing_id))
        series = daily_series(history, until=until, timezone=known.timezone)
    days = list(series.days())
    litres = litres_daily(listing, days[0][1], len(days), ZoneInfo(known.timezone)).tolist() if days else []
    for (name, day, amount, state), size in zip(days, litres, strict=True):
        if first is None or day >= first:
            currency = None if amount is None else series.panel.currencies[0]
            yield DailyRow(name, day, state, amount, currency, per_litre_daily(amount, size))


def _check(query: DataQuery) -> None:
    if not 1 <= query.limit <= MAX_ROWS:
        raise InputError(f"limit is {query.limit}: ask for 1 to {MAX_ROWS} rows.")
    if query.product is not None and query.category is not None:
        raise InputError("Give a product or a category, not both.")
    if query.start and query.end and query.start >= query.end:
        raise InputError("start must be before end.")
