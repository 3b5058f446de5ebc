"""What may be kept: the checks that every store makes before it writes, and reading histories in pages."""

import dataclasses
import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from almazara.errors import InputError
from almazara.prices.gtin import require_gtin
from almazara.prices.money import CURRENCIES
from almazara.prices.schema import (
    LONGEST_CONDITION,
    MOST_NAMED,
    TICK,
    Availability,
    Listing,
    NamedPrice,
    Observation,
    Run,
    Size,
)
from almazara.prices.store.protocol import ObservationStore
from almazara.words.said import Said, said

DAMAGED: Final[Said] = said("prices.error.damaged")
"""What is said where something that a store keeps cannot be understood."""
START: Final = said("prices_refused.asked.start")
END: Final = said("prices_refused.asked.end")
"""What the bounds of a history are called."""
MAX_INTEGER_DIGITS: Final = 15
MAX_DECIMALS: Final = 12
MAX_KEY_BYTES: Final = 1000  # DynamoDB's sort keys end at 1,024 bytes
REVISION: Final = "revision"
"""What stores keep their revision under: among the documents, but none of them."""
PAST: Final = "past"
LISTINGS: Final = "listings"
"""Its other parts; see `schema.Revision`."""
_SELLERS: Final = (str, type(None))
_CEILING: Final = Decimal(10) ** MAX_INTEGER_DIGITS


def validate_observation(observation: Observation) -> Observation:
    """The observation as every store keeps it: moment in UTC, amounts without exponent.

    Raises:
        InputError: when it breaks a promise of `Observation`: a key that is empty or too long, a moment without
            time zone, an amount that is not a positive finite Decimal of at most 15 digits and 12 decimals, a price
            without a known currency, a price while unavailable or none while not.
    """
    try:
        return _valid_observation(observation)
    except InputError as error:
        # The name is made only here, because making it costs more than the checks.
        name = f"The observation of {observation.listing_id!r} at {observation.observed_at}"
        raise InputError(f"{name} cannot be kept: {error}") from error


def kept_observation(observation: Observation) -> Observation:
    """An observation as a store gave it back, with amounts that are positive and plain.

    Raises:
        InputError: when it is one that no store keeps: it is damaged.
    """
    # All of this costs a fifth of `validate_observation`, which names what is wrong with the others.
    is_priced = observation.price is not None
    is_whole = (
        is_priced is (observation.availability is not Availability.UNAVAILABLE)
        and (observation.currency in CURRENCIES if is_priced else observation.currency is None)
        and (is_priced or observation.list_price is None)
        and type(observation.rule) is str
        and type(observation.source) is str
        and type(observation.seller) in _SELLERS
        and not observation.named
    )
    return observation if is_whole else validate_observation(observation)


def validate_listing(listing: Listing) -> Listing:
    """The listing as every store keeps it: its id a key, moment in UTC, amounts positive, finite, without exponent."""
    require_key(listing.listing_id, "listing_id")
    for name in ("shop", "sku", "url", "title", "category"):
        _require_text(getattr(listing, name), f"The listing's {name}")
    if listing.good is not None:
        require_key(listing.good, "good")
    return dataclasses.replace(
        listing,
        target_price=_amount(listing.target_price, "The target price"),
        litres=_amount(listing.litres, "The number of litres"),
        created_at=None if listing.created_at is None else utc(listing.created_at, "The listing's creation"),
        gtin=None if listing.gtin is None else require_gtin(listing.gtin),
        sizes=tuple(Size(utc(one.since, "A size"), _amount(one.litres, "A size")) for one in listing.sizes),
    )


def validate_run(run: Run) -> Run:
    """The run as every store keeps it: its id a key, moments in UTC."""
    require_key(run.run_id, "run_id")
    ended_at = None if run.ended_at is None else utc(run.ended_at, "The run's end")
    return dataclasses.replace(run, started_at=utc(run.started_at, "The run's start"), ended_at=ended_at)


def utc(moment: object, name: Said | str) -> datetime:
    """The same moment in UTC; refused without a time zone, or when it leaves the calendar."""
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise InputError(said("prices_refused.asked.no_zone", name=name))
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InputError(said("prices_refused.asked.outside", name=name)) from error


def document_text(kind: str, key: str, body: Mapping[str, Any]) -> str:
    """The JSON text of a document; its kind and key must be keys, its body plain JSON (NaN is not)."""
    require_key(kind, "kind")
    require_key(key, "key")
    try:
        text = json.dumps(dict(body), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(f"The document {kind}/{key} is not plain JSON: {error}.") from error
    _require_text(text, f"The document {kind}/{key}")
    return text


def document_of(text: str | bytes) -> dict[str, Any]:
    """The document of a text; raises ValueError or TypeError where it is none."""
    body = json.loads(text)
    if not isinstance(body, dict):
        raise TypeError(f"a document is no object, but {text[:40]!r}")
    return body


def require_key(value: object, name: str) -> None:
    """Refuse what cannot be a key in every store: nothing, over 1,000 bytes, NUL, or not encodable."""
    if not isinstance(value, str) or not value:
        raise InputError(f"The {name} {value!r} must be a text that is not empty.")
    _require_text(value, f"The {name} {value!r}")
    if len(value.encode()) > MAX_KEY_BYTES:
        raise InputError(f"The {name} {value[:40]!r}... is longer than {MAX_KEY_BYTES} bytes.")


def new_revision() -> str:
    """A text that was never a revision."""
    return uuid.uuid4().hex


def is_key(text: str) -> bool:
    """Whether a text can be a key at all: what a request names may be anything."""
    try:
        require_key(text, "key")
    except InputError:
        return False
    return True


def pages_of_history(
    store: ObservationStore,
    listing_id: str,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    size: int = 10_000,
) -> Iterator[list[Observation]]:
    """A listing's history in pages of at most `size`, oldest first, so that memory stays bounded."""
    while page := store.history(listing_id, start, end, limit=size):
        yield page
        if len(page) < size or page[-1].observed_at == datetime.max.replace(tzinfo=UTC):
            return
        start = page[-1].observed_at + TICK


def _valid_observation(observation: Observation) -> Observation:
    require_key(observation.listing_id, "listing_id")
    _require_text(observation.seller, "The seller")
    _require_text(observation.rule, "The rule")
    _require_text(observation.source, "The source")
    _require_price_matches_stock(observation)
    at = utc(observation.observed_at, "The moment")
    price = _amount(observation.price, "The price")
    list_price = _amount(observation.list_price, "The list price")
    # Most are as they are kept already, and making another one costs as much as the checks.
    is_kept_so = at is observation.observed_at and price is observation.price and list_price is observation.list_price
    if is_kept_so and not observation.named:
        return observation
    named = tuple(map(_named, observation.named))
    return dataclasses.replace(observation, observed_at=at, price=price, list_price=list_price, named=named)


def _named(one: NamedPrice) -> NamedPrice:
    _require_text(one.condition, "The condition of a price")
    if len(one.condition) > LONGEST_CONDITION:
        raise InputError(f"The condition of a price is longer than {LONGEST_CONDITION} characters.")
    return dataclasses.replace(one, price=_amount(one.price, f"The price {one.name}") or one.price)


def _require_text(text: object, name: str) -> None:
    if text is None:
        return
    if not isinstance(text, str) or "\0" in text:
        raise InputError(f"{name} is no text, or holds a NUL character.")
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{name} is not valid Unicode.") from error


def _require_price_matches_stock(observation: Observation) -> None:
    availability: object = observation.availability
    if not isinstance(availability, Availability):
        raise InputError(f"The availability {availability!r} is none of {', '.join(Availability)}.")
    unavailable = availability is Availability.UNAVAILABLE
    if unavailable != (observation.price is None):
        raise InputError("It must have a price exactly when it is not unavailable.")
    if unavailable and (observation.currency is not None or observation.list_price is not None or observation.named):
        raise InputError("It has a currency, a list price or a named price without a price.")
    if len(observation.named) > MOST_NAMED:
        raise InputError(f"It has {len(observation.named)} named prices: at most {MOST_NAMED} are kept.")
    if not unavailable and observation.currency not in CURRENCIES:
        raise InputError(f"The currency {observation.currency!r} is no ISO 4217 code.")


def _amount(value: object, name: str) -> Decimal | None:
    if value is None:
        return None
    if not isinstance(value, Decimal) or not value.is_finite() or value <= 0:
        raise InputError(f"{name} {str(value)[:40]!r} is no positive amount.")
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or value >= _CEILING or exponent < -MAX_DECIMALS:
        raise InputError(f"{name} {value} has over {MAX_INTEGER_DIGITS} digits or {MAX_DECIMALS} decimals.")
    return value if exponent <= 0 else Decimal(format(value, "f"))
