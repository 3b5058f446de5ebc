"""Price histories of other programs: tidy rows (CSV, Parquet) <-> listings and observations.

What cannot be read surely is refused with its line and the reason; nothing is guessed.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec
import polars as pl

from almazara.errors import InputError
from almazara.prices.money import NO_PLACES, THREE_PLACES
from almazara.prices.packs import litres
from almazara.prices.pages.naming import LEAST_SHARE, settled
from almazara.prices.schema import IMPORTED, MOST_NAMED, Availability, Listing, NamedPrice, Observation, PriceName
from almazara.prices.store.observations import validate_listing, validate_observation

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
_LONGEST_NUMBER: Final = 40  # an exponent may name a number of a billion digits
_OLDEST: Final = datetime(1971, 1, 1, tzinfo=UTC)  # what has no date is often written as the zero of a clock
_AHEAD: Final = timedelta(days=1)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", re.ASCII)


class _NamedCell(msgspec.Struct, frozen=True):
    """A named price as an export writes it; a number keeps its digits."""

    name: PriceName
    price: Any
    condition: str


_NAMED: Final = msgspec.json.Decoder(tuple[_NamedCell, ...], float_hook=str)


@dataclass(frozen=True, slots=True)
class Entry:
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


def read_tidy_row(line: int, row: Mapping[str, object], defaults: Defaults) -> Entry | Refusal:
    """One row of a tidy table, its cells texts or values; `series_id` and `date` are other names of the identity.

    A date is its midnight in UTC; so is a moment without time zone in the column `date`, while in `observed_at` it is
    refused.
    """
    try:
        listing_id = _text(row, "listing_id") or _text(row, "series_id") or ""
        currency = (_text(row, "currency") or defaults.currency or "").strip().upper() or None
        price = amount(row.get("price"), currency)
        observation = Observation(
            listing_id=listing_id,
            observed_at=_observed_at(row),
            availability=_availability(_text(row, "availability"), price),
            price=price,
            currency=None if price is None else currency,
            list_price=amount(row.get("list_price"), currency),
            seller=_text(row, "seller"),
            rule=_text(row, "rule") or IMPORTED,
            source=_text(row, "source") or IMPORTED,
            named=_named(_text(row, "named"), price, currency),
        )
        category = _text(row, "category") or defaults.category
        url, gtin = _text(row, "url") or "", _text(row, "gtin")
        return entry(line, observation, title=_text(row, "title"), category=category, url=url, gtin=gtin)
    except InputError as error:
        return Refusal(line, str(error))


def entry(
    line: int,
    observation: Observation,
    *,
    title: str | None,
    category: str | None,
    url: str = "",
    gtin: str | None = None,
) -> Entry:
    """An entry, checked, whose listing is not tracked, because only its history is known; its title tells litres."""
    valid = validate_observation(observation)
    shop, colon, sku = valid.listing_id.partition(":")
    if not colon:
        shop, sku = IMPORTED, valid.listing_id
    held = litres(title) if title else None
    listing = Listing(valid.listing_id, shop, sku, url, title, category, tracked=False, litres=held, gtin=gtin)
    return Entry(line, validate_listing(listing), valid)


def timely(row: Row, now: datetime) -> Row:
    """The row; refused where its moment is none at which a shop's price was read.

    A calendar that has begun its day elsewhere, or a clock that is fast, may be a day ahead of `now` (aware).
    """
    if isinstance(row, Entry) and not _OLDEST <= row.observation.observed_at <= now + _AHEAD:
        where = "lies in the future" if row.observation.observed_at > now else "is too old to be true"
        return Refusal(row.line, f"The moment {row.observation.observed_at.isoformat()} {where}.")
    return row


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
    places = 0 if currency in NO_PLACES else 3 if currency in THREE_PLACES else 2
    decimals = decimals.rstrip("0").ljust(places, "0")
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


def _text(row: Mapping[str, object], name: str) -> str | None:
    value = row.get(name)
    return None if value is None or value == "" else str(value)


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


def _availability(text: str | None, price: Decimal | None) -> Availability:
    if text is None:
        if price is None:
            raise InputError("The price is empty, and the row does not say that the listing was unavailable.")
        return Availability.UNKNOWN
    try:
        return Availability(text)
    except ValueError as error:
        raise InputError(f"The availability {text[:40]!r} is none of {', '.join(Availability)}.") from error


def _observed_at(row: Mapping[str, object]) -> datetime:
    column = "observed_at" if row.get("observed_at") not in (None, "") else "date"
    moment = _moment(row.get(column))
    if moment.tzinfo is None and column == "observed_at":
        raise InputError(f"The moment {moment.isoformat()} has no time zone.")
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC)
    text = str(value or "").strip()
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise InputError(f"The moment {text[:40]!r} is no date such as 2024-06-30 or 2024-06-30T10:00:00+00:00.")
