"""Pages of history: observations, days with their gaps, the index of a category; each with where the next begins."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from almazara.errors import InputError, NotFoundError
from almazara.prices.answering.known import Known
from almazara.prices.answers import DailyRow, DataPage, DataQuery, DataRow, IndexRow, cursor_at, per_litre_daily
from almazara.prices.buying.category_index import CategoryIndex, at_present_sizes, indices_of
from almazara.prices.buying.named_prices import as_featured
from almazara.prices.forecasting.series import daily as daily_series
from almazara.prices.schema import Listing, Observation, PriceName, litres_at, litres_daily
from almazara.prices.store.observations import pages_of_history
from almazara.words.numbers import as_amount
from almazara.words.said import said

MAX_ROWS: Final = 10_000
_LISTINGS: Final = 100
"""As many are looked into for a page, and MAX_ROWS of their readings: of many without a row the next page goes on."""
_HISTORIES: Final = 30
"""As many are made into days for a page."""
_LOOKED_AT: Final = 1000
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LONGEST_NAME: Final = 100
_NAMED: Final = 10


def data(known: Known, query: DataQuery) -> DataPage:
    """One page of observations; see `PriceService.data`."""
    _check(query)
    found: list[Observation] = []
    looked_at = 0
    for number, (listing, begins) in enumerate(_remaining(known, query)):
        start = max(filter(None, (begins, query.start)), default=_FIRST)
        if number == _LISTINGS:
            return DataPage(found, cursor_at(listing.listing_id, start))
        size = min(query.limit + 1, MAX_ROWS) if query.price is None else _LOOKED_AT
        for one in chain.from_iterable(pages_of_history(known.store, listing.listing_id, start, query.end, size=size)):
            shown = one if query.price is None else as_featured(one, query.price)
            is_asked = query.price is None or shown.price is not None
            if (is_asked and len(found) == query.limit) or looked_at == MAX_ROWS:
                return DataPage(found, cursor_at(listing.listing_id, one.observed_at))
            looked_at += 1
            if is_asked:
                found.append(shown)
    return DataPage(found, None)


def rows(known: Known, observations: Sequence[Observation]) -> list[DataRow]:
    """Observations as the API shows them."""
    listings = known.read.listings
    held = ((one, listings.get(one.listing_id)) for one in observations)
    return [DataRow.of(one, litres_at(listing, one.observed_at) if listing else None) for one, listing in held]


def daily(known: Known, query: DataQuery) -> tuple[list[DailyRow], str | None]:
    """One page of daily values, and where the next begins; what is not known is marked, never filled silently."""
    _check(query)
    first, until = query.days(ZoneInfo(known.timezone))
    found: list[DailyRow] = []
    if first is not None and first > (until or known.today):
        return found, None
    last = min(until or known.today, known.today)
    for number, (listing, begins) in enumerate(_remaining(known, query)):
        begin = max(filter(None, (begins and begins.date(), first)), default=date.min)
        if number == _HISTORIES:
            return found, cursor_at(listing.listing_id, datetime.combine(begin, time.min, UTC))
        for row in _days(known, listing, begin, last, query.price):
            if len(found) == query.limit:
                return found, _cursor(row)
            found.append(row)
    return found, None


def index(
    known: Known, query: DataQuery, indices: Callable[[str], list[CategoryIndex]]
) -> tuple[list[IndexRow], str | None]:
    """One page of a category's index, and where the next begins; see `PriceService.index`."""
    _check(query)
    if query.category is None or query.price is not None:
        raise InputError(said("prices_refused.asked.index"))
    first, until = query.days(ZoneInfo(known.timezone))
    at, moment = query.begins
    begins = (at, moment.date() if moment else date.min)
    found = [
        row
        for one in indices(query.category)
        for row in one.rows()
        if (first or row.date) <= row.date <= (until or row.date) and (row.product, row.date) >= begins
    ]
    return found[: query.limit], _cursor(found[query.limit]) if len(found) > query.limit else None


def indices(known: Known, category: str) -> list[CategoryIndex]:
    """The index of each currency among a category's products.

    Raises:
        NotFoundError: for a category without prices.
    """
    listings = {one.listing_id: one for one in known.listings(category=category)}
    panel = at_present_sizes(known.panel(list(listings)), listings, ZoneInfo(known.timezone))
    if found := indices_of(category, panel, listings):
        return found
    raise no_category(known, category)


def no_category(known: Known, category: str) -> NotFoundError:
    """The error of a category that has no products, or no prices; it names near ones, or else the first of all."""
    names = sorted({one.category for one in known.listings() if one.category})
    near = get_close_matches(category[:_LONGEST_NAME], names) or names[:_NAMED]
    return NotFoundError(said("prices.error.no_category", name=category[:_LONGEST_NAME]), near)


def _cursor(following: DailyRow | IndexRow) -> str:
    return cursor_at(following.product, datetime.combine(following.date, time.min, UTC))


def _remaining(known: Known, query: DataQuery) -> Iterator[tuple[Listing, datetime | None]]:
    """The listings that are asked for from the cursor on, the cursor's own with the moment where it goes on."""
    at, begins = query.begins
    one = query.product
    asked = known.listings(category=query.category) if one is None else [known.listing(one)]
    for listing in asked:
        if listing.listing_id >= at:
            yield listing, begins if listing.listing_id == at else None


def _days(known: Known, listing: Listing, first: date, until: date, price: PriceName | None) -> Iterator[DailyRow]:
    if price is None:
        series = known.series([listing.listing_id], until=until)
    else:
        history = (as_featured(one, price) for one in known.store.history(listing.listing_id))
        series = daily_series(history, until=until, timezone=known.timezone)
    days = list(series.days())
    litres = litres_daily(listing, days[0][1], len(days), ZoneInfo(known.timezone)).tolist() if days else []
    for (name, day, price_then, state), size in zip(days, litres, strict=True):
        if day >= first:
            currency = None if price_then is None else series.panel.currencies[0]
            yield DailyRow(
                name, day, state, as_amount(price_then, currency), currency, per_litre_daily(price_then, size, currency)
            )


def _check(query: DataQuery) -> None:
    if not 1 <= query.limit <= MAX_ROWS:
        raise InputError(said("prices_refused.asked.limit", limit=str(query.limit), most=str(MAX_ROWS)))
    if query.product is not None and query.category is not None:
        raise InputError(said("prices_refused.asked.not_both"))
    if query.start and query.end and query.start >= query.end:
        raise InputError(said("prices_refused.asked.order"))
