"""Price histories of other programs: tidy rows (CSV, Parquet) <-> listings and observations.

What cannot be read surely is refused with its line and the reason; nothing is guessed.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeVar

import msgspec
import polars as pl

from almazara.errors import InputError
from almazara.prices.exchange.dates import DateOrder, year_first
from almazara.prices.packs import litres
from almazara.prices.pages.naming import LEAST_SHARE, settled
from almazara.prices.schema import IMPORTED, MOST_NAMED, Availability, Listing, NamedPrice, Observation, PriceName
from almazara.prices.store.observations import utc, validate_listing, validate_observation
from almazara.words.numbers import NO_PLACES, places

TIDY_SCHEMA: Final = {
    "listing_id": pl.String(),
    "observed_at": pl.Datetime("us", "UTC"),
    "price": pl.Decimal(38, 12),
    "currency": pl.String(),
    "availability": pl.String(),
    "list_price": pl.Decimal(38, 12),
    "seller": pl.String(),
    "rule": pl.String(),
    "source": pl.String(),
    "title": pl.String(),
    "category": pl.String(),
    "url": pl.String(),
    "gtin": pl.String(),
    "named": pl.String(),
}
PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?")
_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_DECIMAL_COMMA: Final = re.compile(r"[0-9]{1,30},[0-9]{1,2}")
_LONGEST_NUMBER: Final = 40  # an exponent may name a number of a billion digits
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", re.ASCII)


_OF_LISTING: Final = ("listing_id", "series_id", "title", "category", "url", "gtin")
_OF_OFFER: Final = ("price", "currency", "availability", "list_price", "seller", "rule", "source", "named")
_MOMENTS: Final = ("observed_at", "date")
_offer_of: Final = attrgetter(*[field.name for field in fields(Observation)][2:])
_REMEMBERED: Final = 1 << 16  # of each; with both full some 100 MB
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class _NamedCell(msgspec.Struct, frozen=True):
    """A named price as an export writes it; a number keeps its digits."""

    name: PriceName
    price: Any
    condition: str


_NAMED: Final = msgspec.json.Decoder(tuple[_NamedCell, ...], float_hook=str)


class Entry(msgspec.Struct, frozen=True, gc=False):  # a fraction of what a dataclass takes to make
    """A row that was read surely: its line (see `Refusal`), its observation, and the listing as far as it is told."""

    line: int
    listing: Listing
    observation: Observation


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that could not be read surely: its line (or its number, in files without lines) and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """What must be said of a place in the file that costs no row."""

    line: int
    text: str


Row = Entry | Refusal | Note


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the user says of a file that does not say it itself: the currency (ISO 4217) and the category."""

    currency: str | None = None
    category: str | None = None


def require_tidy_columns(columns: Collection[str], defaults: Defaults) -> None:
    """Refuse a table without the columns that each row needs, naming what is missing."""
    known = {*columns, "currency"} if defaults.currency else {*columns}
    needed = [("listing_id", "series_id"), ("observed_at", "date"), ("price",), ("currency",)]
    missing = [" or ".join(names) for names in needed if not known.intersection(names)]
    if missing:
        raise InputError(f"The file is no table of prices: it lacks the column {', and '.join(missing)}.")


class TidyTable:
    """Reads the rows of a tidy table, whose cells are texts or None; `series_id` and `date` also name the identity.

    A date is its midnight in UTC; so is a moment without time zone in the column `date`, while in `observed_at` it is
    refused. Where it is told what stands first in `dates` with the year last, those are read too. Where a comma
    marks decimals (`has_commas`), `1.250` may be a thousand and more, and is refused.

    A row is read surely exactly when what it says of its listing, of its offer and of its moment each is. What was read
    of the first two is remembered by their cells: in a history most rows repeat them, and cost their moment.
    """

    def __init__(
        self, columns: Sequence[str], defaults: Defaults, dates: DateOrder | None = None, *, has_commas: bool = False
    ) -> None:
        self._width, self._defaults, self._dates, self._has_commas = len(columns), defaults, dates, has_commas
        self._moments = [(columns.index(name), name) for name in _MOMENTS if name in columns]
        self._of_listing, self._of_offer = (
            [name for name in names if name in columns] for names in (_OF_LISTING, _OF_OFFER)
        )
        self._listing_cells, self._offer_cells = (
            _picker([columns.index(name) for name in names]) for names in (self._of_listing, self._of_offer)
        )
        self._listings: dict[tuple[str | None, ...], Listing] = {}
        self._offers: dict[tuple[str | None, ...], tuple[Any, ...]] = {}

    def read(self, line: int, cells: Sequence[str | None]) -> Entry | Refusal:
        """What a row says; refused when any of it is not sure."""
        if len(cells) != self._width:
            return Refusal(line, f"The line has {len(cells)} cells, and the header has {self._width}.")
        about, told = self._listing_cells(cells), self._offer_cells(cells)
        try:
            at = self._moment(cells)
            listing = self._listings.get(about)
            if listing is None:
                listing = self._listing(dict(zip(self._of_listing, about, strict=True)))
                _remember(self._listings, about, listing)
            offer = self._offers.get(told)
            if offer is not None:
                return Entry(line, listing, Observation(listing.listing_id, at, *offer))
            row = dict(zip(self._of_offer, told, strict=True))
            if self._has_commas:
                _require_no_thousands(row)
            new = validate_observation(Observation(listing.listing_id, at, *_offer(row, self._defaults)))
            _remember(self._offers, told, _offer_of(new))
            return Entry(line, listing, new)
        except InputError as error:
            return Refusal(line, str(error))

    def _moment(self, cells: Sequence[str | None]) -> datetime:
        for place, name in self._moments:
            if text := cells[place]:
                return moment(year_first(text, self._dates) if self._dates else text, zoned=name == "observed_at")
        return moment("", zoned=True)

    def _listing(self, row: Mapping[str, str | None]) -> Listing:
        return listing_of(
            row.get("listing_id") or row.get("series_id") or "",
            title=row.get("title") or None,
            category=row.get("category") or self._defaults.category,
            url=row.get("url") or "",
            gtin=row.get("gtin") or None,
        )


def listing_of(
    listing_id: str, *, title: str | None, category: str | None, url: str = "", gtin: str | None = None
) -> Listing:
    """A listing, checked, that is not tracked, because only its history is known; its title tells litres."""
    shop, colon, sku = listing_id.partition(":")
    if not colon:
        shop, sku = IMPORTED, listing_id
    held = litres(title) if title else None
    return validate_listing(Listing(listing_id, shop, sku, url, title, category, tracked=False, litres=held, gtin=gtin))


def amount(value: object, currency: str | None) -> Decimal | None:
    """An amount with the currency's usual decimals, or as many more as it has; None where the cell is empty.

    What is no plain number is refused, such as `1.234,56`, `5 €`, `1e3` or NaN.

    Example:
        >>> amount("7985.0", "USD"), amount("2.8240", "EUR"), amount(980, "JPY"), amount("", "EUR")
        (Decimal('7985.00'), Decimal('2.824'), Decimal('980'), None)
    """
    text = _cell(value).strip()
    if not text:
        return None
    has_exponent = isinstance(value, Decimal) and value.is_finite() and int(value.as_tuple().exponent) > 0  # JSON's 1e3
    if isinstance(value, bool) or has_exponent or not PLAIN_NUMBER.fullmatch(text):
        raise InputError(f"The amount {text[:40]!r} is no plain number such as 1234.56.")
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(places(currency), "0")
    return Decimal(f"{whole}.{decimals}" if decimals else whole)


def tidy_row(observation: Observation, listing: Listing) -> dict[str, object]:
    """The row of an observation in a tidy table; `TIDY_SCHEMA` has its columns."""
    return {
        "listing_id": observation.listing_id,
        "observed_at": observation.observed_at,
        "price": observation.price,
        "currency": observation.currency,
        "availability": str(observation.availability),
        "list_price": observation.list_price,
        "seller": observation.seller,
        "rule": observation.rule,
        "source": observation.source,
        "title": listing.title,
        "category": listing.category,
        "url": listing.url,
        "gtin": listing.gtin,
        "named": msgspec.json.encode(list(map(_cell_of, observation.named))).decode() if observation.named else None,
    }


def tidy_texts(row: Mapping[str, object]) -> list[str]:
    """The cells of a tidy row as texts, exact and without exponents."""
    return [_cell(row[name]) for name in TIDY_SCHEMA]


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case Decimal() if abs(value.adjusted()) < _LONGEST_NUMBER:
            return format(value, "f")
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def _cell_of(named: NamedPrice) -> dict[str, str]:
    return {"name": named.name, "price": format(named.price, "f"), "condition": named.condition}


def _named(text: str | None, price: Decimal | None, currency: str | None) -> tuple[NamedPrice, ...]:
    """The named prices of a cell, which keep what a reading promises of them beside the featured price."""
    if text is None:
        return ()
    try:
        cells = _NAMED.decode(text)
    except msgspec.MsgspecError as error:
        raise InputError(f"The named prices {text[:40]!r} are not such as an export writes: {error}.") from error
    named = tuple(NamedPrice(cell.name, _sum(cell.price, currency), cell.condition) for cell in cells)
    kept = settled(named, price) if price is not None else named
    if left := [one for one in named if one not in kept]:
        raise InputError(
            f"The {left[0].name} price {left[0].price} is none that a reading keeps beside {price}: coupon, club,"
            f" subscription and basket are lower, delivered is not, none is under {LEAST_SHARE:.0%} of it, one name and"
            f" condition has one amount, and there are at most {MOST_NAMED}."
        )
    return named


def _sum(value: object, currency: str | None) -> Decimal:
    found = amount(value, currency)
    if found is None:
        raise InputError("A named price has no amount.")
    return found


def availability_of(text: str | None, price: Decimal | None) -> Availability:
    """The availability that a row names; a price alone does not say it, and no price is none."""
    if not text:
        if price is None:
            raise InputError("The price is empty, and the row does not say that the listing was unavailable.")
        return Availability.UNKNOWN
    try:
        return Availability(text)
    except ValueError as error:
        raise InputError(f"The availability {text[:40]!r} is none of {', '.join(Availability)}.") from error


def moment(text: str, *, zoned: bool) -> datetime:
    """The moment that a text names, in UTC: one without time zone is UTC's, or refused where it should be `zoned`."""
    text = text.strip()
    try:
        if _MOMENT.fullmatch(text):
            found = datetime.fromisoformat(text)
            if found.tzinfo is None and zoned:
                raise InputError(f"The moment {found.isoformat()} has no time zone.")
            return (
                found
                if found.tzinfo is UTC
                else utc(found if found.tzinfo else found.replace(tzinfo=UTC), "The moment")
            )
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        pass
    raise InputError(f"The moment {text[:40]!r} is no date such as 2024-06-30 or 2024-06-30T10:00:00+00:00.")


def _offer(row: Mapping[str, str | None], defaults: Defaults) -> tuple[Any, ...]:
    """What a row says of the offer: the fields of an observation but its listing and moment, not checked yet."""
    currency = (row.get("currency") or defaults.currency or "").strip().upper() or None
    price, list_price = (amount(_with_point(row.get(name)), currency) for name in ("price", "list_price"))
    named = _named(row.get("named") or None, price, currency)
    if currency in NO_PLACES and "source" not in row:  # an export, which has that column, is read as it was written
        _require_whole(currency, [price, list_price, *(one.price for one in named)])
    return (
        availability_of(row.get("availability"), price),
        price,
        None if price is None else currency,
        list_price,
        row.get("seller") or None,
        row.get("rule") or IMPORTED,
        row.get("source") or IMPORTED,
        named,
    )


def _with_point(text: str | None) -> str | None:
    """The amount `24,95` with a point: of three digits behind a comma nobody knows whether it marks thousands."""
    return text.replace(",", ".") if text and _DECIMAL_COMMA.fullmatch(text.strip()) else text


def _require_no_thousands(row: Mapping[str, str | None]) -> None:
    """Refuse a point before three digits, where a comma marks decimals: it may mark thousands."""
    for text in (row.get("price"), row.get("list_price")):
        if text and _THOUSANDS.fullmatch(text.strip()):
            raise InputError(
                f"The amount {text.strip()!r} may be thousands, as cells are parted by semicolons: write none."
            )


def _require_whole(currency: str | None, amounts: Iterable[Decimal | None]) -> None:
    """Refuse decimals of a currency that has none: `1.005` may be a thousand and five, grouped by a point."""
    for one in amounts:
        if one is not None and one != one.to_integral_value():
            raise InputError(
                f"The amount {one} has decimals, and {currency} has none: write thousands without a point."
            )


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Takes the cells of some places out of a row."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: (cells[places[0]],)


def _remember(known: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(known) == _REMEMBERED:
        known.clear()
    known[key] = value
