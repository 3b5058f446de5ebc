"""What JSON-LD says that shipping costs: told only where it is one rate for everybody that the shop sends to."""

from decimal import Decimal
from typing import Final

from almazara.prices.pages.naming import condition
from almazara.prices.pages.nodes import Node, as_list, text_value
from almazara.prices.pages.shops.claims import Price, currency_code, decimal_or_none
from almazara.prices.schema import NamedPrice, PriceName

_FREE: Final = "shipping free"
# What a rate, its destination and its sum may say: anything else may make it one of some orders, people or places.
_SAID: Final = frozenset({"@type", "@id", "shippingRate", "shippingDestination", "deliveryTime", "doesNotShip"})
_SAID_OF_PLACE: Final = frozenset({"@type", "@id", "addressCountry"})
_SAID_OF_SUM: Final = frozenset({"@type", "@id", "value", "currency"})
_COUNTRIES: Final = {"UK": "GB"}
_COUNTRY_LETTERS: Final = 2
_HIGHEST: Final = 1_000_000


def shipping(offers: list[Node], price: Price, shop: str) -> list[NamedPrice]:
    """The price with shipping, of offers of one price: the one rate to the one destination, or to the shop's country.

    Args:
        offers: The offers that state the price.
        price: What they state.
        shop: The shop's host, whose ending may be a country's.
    """
    details = [d for offer in offers for d in as_list(offer.get("shippingDetails")) if isinstance(d, dict)]
    sent = [detail for detail in details if str(detail.get("doesNotShip", "")).lower() != "true"]
    country = _country_of(shop)
    home = [detail for detail in sent if country in _destinations(detail)]
    chosen = home or (sent if len({frozenset(_destinations(detail)) for detail in sent}) == 1 else [])
    if not chosen or any(_is_limited(detail) for detail in chosen):
        return []
    rates = {_rate(detail.get("shippingRate"), price.currency) for detail in chosen}
    rate = rates.pop() if len(rates) == 1 else None
    if rate is None:
        return []
    to = country if home else ", ".join(sorted(_destinations(chosen[0])))
    said = _FREE if rate == 0 else f"shipping {rate:f} {price.currency or ''}"
    return [NamedPrice(PriceName.DELIVERED, price.amount + rate, condition(f"{said} to {to}" if to else said))]


def _country_of(shop: str) -> str:
    """The code of the country that a host ends in, or empty."""
    ending = shop.rpartition(".")[2].upper()
    return _COUNTRIES.get(ending, ending) if len(ending) == _COUNTRY_LETTERS else ""


def _regions(detail: Node) -> list[Node]:
    return [region for region in as_list(detail.get("shippingDestination")) if isinstance(region, dict)]


def _destinations(detail: Node) -> set[str]:
    codes = (code for region in _regions(detail) for code in as_list(region.get("addressCountry")))
    return {text.upper() for code in codes if (text := text_value(code))}


def _is_limited(detail: Node) -> bool:
    """Whether a rate may be for some orders or places only."""
    return not detail.keys() <= _SAID or any(not region.keys() <= _SAID_OF_PLACE for region in _regions(detail))


def _rate(rate: object, currency: str | None) -> Decimal | None:
    """One rate in the price's currency; None for a range, a share, or another currency."""
    rates = as_list(rate)
    if len(rates) != 1 or not isinstance(rates[0], dict) or not rates[0].keys() <= _SAID_OF_SUM:
        return None
    value, code = decimal_or_none(rates[0].get("value")), currency_code(rates[0].get("currency"))
    if value is None or not 0 <= value <= _HIGHEST or value != round(value, 2):
        return None
    return value if code == currency or (value == 0 and code is None) else None
