"""Price histories in the styles of Keepa and heisse-preise <-> listings and observations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from almazara.errors import InputError
from almazara.prices.exchange.rows import (
    Defaults,
    Entry,
    Note,
    Refusal,
    Row,
    amount,
    availability_of,
    listing_of,
    moment,
)
from almazara.prices.packs import litres
from almazara.prices.schema import IMPORTED, Availability, Listing, Observation
from almazara.prices.store.observations import validate_observation
from almazara.words.numbers import places

KEEPA_EPOCH: Final = datetime(2011, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
# Keepa's numbers of marketplaces, https://keepa.com/#!discuss/t/product-object/116
KEEPA_DOMAINS: Final = {
    1: ("amazon.com", "USD"),
    2: ("amazon.co.uk", "GBP"),
    3: ("amazon.de", "EUR"),
    4: ("amazon.fr", "EUR"),
    5: ("amazon.co.jp", "JPY"),
    6: ("amazon.ca", "CAD"),
    8: ("amazon.it", "EUR"),
    9: ("amazon.es", "EUR"),
    10: ("amazon.in", "INR"),
    11: ("amazon.com.mx", "MXN"),
    12: ("amazon.com.br", "BRL"),
}
_OUT_OF_STOCK: Final = -1
HEISSE_CURRENCY: Final = "EUR"


def read_keepa_product(number: int, product: Mapping[str, Any], defaults: Defaults) -> Iterator[Row]:
    """The history of Amazon's own offer in a product of Keepa: `csv` (or its first list) is [minute, cents, ...].

    The product has `asin`, `domainId`, `csv` and perhaps `title`; refusals name its number in the file.
    """
    try:
        shop, currency = KEEPA_DOMAINS[product.get("domainId")]  # type: ignore[index]
    except (KeyError, TypeError):
        yield Refusal(number, f"The marketplace (domainId) {product.get('domainId')!r} is not known.")
        return
    pairs, asin = _keepa_pairs(product.get("csv")), product.get("asin")
    if pairs is None or not isinstance(asin, str) or not asin:
        yield Refusal(number, "The product has no asin, or its csv is no list of [minute, cents, ...].")
        return
    if not pairs:
        yield Note(number, f"The product {asin} has no price of Amazon's own: the first list of its csv is empty.")
    try:
        url, title = f"https://www.{shop}/dp/{asin}", _text(product.get("title"))
        listing = listing_of(f"{shop}:{asin}", title=title, category=defaults.category, url=url)
    except InputError as error:
        yield from (Refusal(number, str(error)) for _ in pairs)
        return
    for minute, cents in pairs:
        try:
            read = _keepa_observation(listing.listing_id, minute, cents, currency)
            yield Entry(number, listing, validate_observation(read))
        except InputError as error:
            yield Refusal(number, str(error))


def keepa_product(listing: Listing, observations: Sequence[Observation]) -> tuple[dict[str, Any], int] | None:
    """A product of Keepa and how many observations it holds, of the minutes and cents that Keepa's format can hold.

    None for a listing of no marketplace that Keepa knows. Of two observations in one minute the later one stays.
    """
    domain = next((number for number, (shop, _) in KEEPA_DOMAINS.items() if shop == listing.shop), None)
    if domain is None:
        return None
    currency, cents_by_minute = KEEPA_DOMAINS[domain][1], {}
    for observation in observations:
        cents = _cents(observation, currency)
        minute = (observation.observed_at - KEEPA_EPOCH) // _MINUTE
        if cents is not None and minute >= 0:
            cents_by_minute[minute] = cents
    history = [number for pair in sorted(cents_by_minute.items()) for number in pair]
    product = {"asin": listing.sku, "domainId": domain, "title": listing.title, "csv": [history]}
    return product, len(cents_by_minute)


def read_heisse_item(number: int, item: Mapping[str, Any], defaults: Defaults) -> Iterator[Row]:
    """The history of an item of heisse-preise: `priceHistory` is [{date, price}, ...], newest first, in euros.

    Its litres are those that `unit` and `quantity` name, unless its name says otherwise.
    """
    store, sku, history = item.get("store"), item.get("id"), item.get("priceHistory")
    if not store or not sku or not isinstance(history, list):
        yield Refusal(number, "The item has no store, no id, or no list priceHistory.")
        return
    name, quantity = _text(item.get("name")), _millilitres(item.get("unit"), item.get("quantity"))
    held = litres(name or "", quantity) if quantity else None
    if quantity and held is None:
        yield Note(number, f"The item {store}:{sku} gets no litres: its quantity says {quantity}, its name otherwise.")
    if not history:
        yield Note(number, f"The item {store}:{sku} has no price: its priceHistory is empty.")
    try:
        url = _web_address(item.get("url"))
        listing = replace(listing_of(f"{store}:{sku}", title=name, category=defaults.category, url=url), litres=held)
    except InputError as error:
        yield from (Refusal(number, str(error)) for _ in history)
        return
    for change in reversed(history):
        try:
            yield Entry(number, listing, validate_observation(_heisse_observation(listing.listing_id, change)))
        except InputError as error:
            yield Refusal(number, str(error))


def _heisse_observation(listing_id: str, change: object) -> Observation:
    if not isinstance(change, dict):
        raise InputError(f"The change {change!r} of priceHistory is no object with date and price.")
    price = amount(change.get("price"), HEISSE_CURRENCY)
    at, availability = moment(_text(change.get("date")) or "", zoned=False), availability_of(None, price)
    return Observation(listing_id, at, availability, price, HEISSE_CURRENCY, rule=IMPORTED, source=IMPORTED)


def heisse_item(listing: Listing, observations: Sequence[Observation]) -> tuple[dict[str, Any], int]:
    """An item of heisse-preise and how many observations it holds: the last price of each day in euros, if it changed.

    Days are those of UTC; the newest change stands first.
    """
    by_day = {o.observed_at.date(): o.price for o in observations if o.price and o.currency == HEISSE_CURRENCY}
    changes: list[dict[str, object]] = []
    for day, price in sorted(by_day.items()):
        if not changes or changes[-1]["price"] != price:
            changes.append({"date": day.isoformat(), "price": price})
    changes.reverse()
    quantity = {} if listing.litres is None else {"unit": "ml", "quantity": listing.litres * 1000}
    item = {"store": listing.shop, "id": listing.sku, "name": listing.title, **quantity, "url": listing.url}
    newest = {"price": changes[0]["price"]} if changes else {}
    return {**item, **newest, "priceHistory": changes}, len(changes)


def _keepa_pairs(csv: object) -> list[tuple[object, object]] | None:
    history = csv[0] if isinstance(csv, list) and csv and isinstance(csv[0], list | None) else csv
    if history is None and isinstance(csv, list):
        return []  # Amazon never offered it
    if not isinstance(history, list) or len(history) % 2:
        return None
    return list(zip(history[::2], history[1::2], strict=True))


def _keepa_observation(listing_id: str, minute: object, cents: object, currency: str) -> Observation:
    if type(minute) is not int or type(cents) is not int or minute < 0:
        raise InputError(f"The pair [{minute!r}, {cents!r}] is no minute and price of Keepa.")
    try:
        moment = KEEPA_EPOCH + minute * _MINUTE
    except OverflowError as error:
        raise InputError(f"The minute {minute} lies outside the calendar.") from error
    if cents == _OUT_OF_STOCK:
        return Observation(listing_id, moment, Availability.UNAVAILABLE, rule=IMPORTED, source=IMPORTED)
    price = Decimal(cents).scaleb(-places(currency))
    return Observation(listing_id, moment, Availability.IN_STOCK, price, currency, rule=IMPORTED, source=IMPORTED)


def _cents(observation: Observation, currency: str) -> int | None:
    if observation.price is None:
        return _OUT_OF_STOCK
    cents = observation.price.scaleb(places(currency))
    return int(cents) if observation.currency == currency and cents == cents.to_integral_value() else None


def _text(value: object) -> str | None:
    return str(value) if value not in (None, "") else None


def _web_address(url: object) -> str:
    return url if isinstance(url, str) and url.startswith(("http://", "https://")) else ""


def _millilitres(unit: object, quantity: object) -> str | None:
    factor = {"ml": 1, "l": 1000}.get(str(unit))
    try:
        size = amount(quantity, None)
    except InputError:
        return None
    return f"{size * factor:f} ml" if factor and size and size > 0 else None
