"""What a product in JSON-LD says beside its price: the number of its goods, and its prices on conditions."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from almazara.prices.gtin import gtins_in
from almazara.prices.pages.naming import condition
from almazara.prices.pages.nodes import Node, as_list, text_value
from almazara.prices.pages.request import PageRequest
from almazara.prices.pages.shops import jsonld, terms
from almazara.prices.pages.shops.claims import Claim, Price, decimal_or_none, published_price
from almazara.prices.pages.shops.known import is_of_known_words
from almazara.prices.pages.shops.shipping import shipping
from almazara.prices.schema import NamedPrice, PriceName

_NUMBERS: Final = ("gtin", "gtin8", "gtin12", "gtin13", "gtin14", "isbn", "ean")
_TYPED: Final = ("ean", "gtin", "upc", "isbn")
_MOST: Final = 10_000  # pieces
_MOST_SHARED: Final = 50  # offers of whose words none is a condition
_MEMBERS: Final = "validForMemberTier"
_IDENTITY: Final = ("sku", "mpn", "url", "name")
# What a price on a condition may say: anything else, dates among it, may limit it to some orders, people or goods.
_SAID: Final = frozenset({
    "@type", "@id", "@context", "price", "priceCurrency", "priceType", "valueAddedTaxIncluded", "priceComponentType",
    "validForMemberTier", "membershipPointsEarned", "eligibleQuantity", "billingDuration", "billingIncrement",
    "itemCondition", "priceSpecification", "shippingDetails", "hasMerchantReturnPolicy", "image",
})  # fmt: skip
_TEXTS: Final = ("name", "description")
_COUNTED: Final = frozenset({"@type", "@id", "minValue", "maxValue", "unitCode"})
_PIECE_CODES: Final = frozenset({"", "C62", "EA", "H87", "PCE", "NMP"})


def full_claim(product: Node, request: PageRequest) -> Claim:
    """The claim of a product, with the number of its goods and its other prices.

    Args:
        product: The node.
        request: Its address chooses a variant or an offer, as it does for the price.
    """
    url = request.url
    claim = jsonld.claim_of(product, url)
    if len({price.amount for price in claim.prices}) != 1:
        return claim
    chosen = jsonld.variant_of(product, url)
    offers = jsonld.at_address(url, list(jsonld.offers_in(jsonld.own_offers(chosen), 0)))
    new = [offer for offer in offers if jsonld.is_new(offer, chosen)]
    priced = [offer for offer in new if jsonld.offer_prices(offer)]
    numbered = _numbered(product, url)
    numbers = frozenset[str]() if numbered is None else gtins_of(numbered, priced)
    price = claim.prices[0]
    return replace(claim, gtins=numbers, named=(*_on_conditions(new, price), *shipping(priced, price, request.shop)))


def _numbered(product: Node, url: str) -> Node | None:
    """The node whose numbers are those of the goods sold: of several variants the one that the address names."""
    variants = [variant for variant in as_list(product.get("hasVariant")) if isinstance(variant, dict)]
    if len(variants) < 2:  # noqa: PLR2004 - several
        return jsonld.variant_of(product, url)
    named = jsonld.at_address(url, variants)
    has_own = any(True for _ in jsonld.offers_in(product.get("offers"), 0))
    return named[0] if len(named) == 1 and not has_own else None


def gtins_of(product: Node, offers: list[Node]) -> frozenset[str]:
    """The numbers of goods that a product and its offers name; of several offers that differ, what all of them name."""
    every = [_numbers(offer) for offer in offers]
    own = _numbers(product)
    if len({tuple(text_value(offer.get(key)) for key in _IDENTITY) for offer in offers}) < 2:  # noqa: PLR2004
        return own.union(*every)
    return own | every[0] if all(numbers == every[0] for numbers in every) and every[0] else frozenset()


def _numbers(node: Node) -> frozenset[str]:
    offered = node.get("itemOffered")
    nodes = [node, *([offered] if isinstance(offered, dict) else [])]
    texts = [text_value(one.get(key)) for one in nodes for key in _NUMBERS]
    typed = [text.partition(":") for one in nodes if (text := text_value(one.get("productID")))]
    texts += [number for kind, _, number in typed if kind.lower().startswith(_TYPED)]
    return frozenset().union(*map(gtins_in, texts))


def _on_conditions(offers: list[Node], price: Price) -> Iterator[NamedPrice]:
    """Prices for members, for many pieces and by subscription, in the price's currency.

    What the offer of the featured price says too is no condition of another.
    """
    shared = [offer for offer in offers[:_MOST_SHARED] if jsonld.offer_prices(offer)]
    for offer in offers:
        code = offer.get("priceCurrency")
        for node in (offer, *jsonld.specifications_of(offer)):
            named = _named(node)
            stated = published_price(node.get("price"), node.get("priceCurrency") or code) if named else None
            if named and stated and stated.currency == price.currency and _says_only_known(node, named[0], shared):
                yield NamedPrice(named[0], stated.amount, condition(named[1]))


def _says_only_known(node: Node, name: PriceName, shared: list[Node]) -> bool:
    more = [key for key in node if key not in _SAID and not any(offer.get(key) == node[key] for offer in shared)]
    texts = [text_value(node[key]) or "" for key in more if key in _TEXTS]
    is_of_pieces = (text_value(node.get("unitCode")) or "") in _PIECE_CODES
    return {*more} <= {*_TEXTS, "unitCode"} and is_of_pieces and all(is_of_known_words(name, text) for text in texts)


def _named(node: Node) -> tuple[PriceName, str] | None:
    """The name of a price with one condition, and that; None for one with none or two, of a part, or without tax."""
    if terms.is_unit_price(node) or terms.without_tax(node) or terms.is_list_price(node):
        return None
    subscribed = str(node.get("priceComponentType") or "").lower().endswith("subscription")
    least = _least(node)
    if least is None or (terms.is_by_time(node) and not subscribed):
        return None
    found = [
        *([(PriceName.CLUB, _tiers(node))] if _MEMBERS in node else []),
        *([(PriceName.BASKET, f"from {least:f}")] if least > 1 else []),
        *([(PriceName.SUBSCRIPTION, _plan(node))] if subscribed else []),
    ]
    return found[0] if len(found) == 1 else None


def _tiers(node: Node) -> str:
    """The names of the tiers that a price is for; of one that is only pointed at, the end of its address."""
    names = (text_value(tier) or "" for tier in as_list(node[_MEMBERS]))
    return ", ".join(dict.fromkeys(re.split("[#/]", name)[-1] if "://" in name else name for name in names if name))


def _least(node: Node) -> Decimal | None:
    """The least number of pieces, 1 where none is said; None where it is said of something else, or in doubt."""
    quantities = as_list(node.get("eligibleQuantity"))
    if not quantities:
        return Decimal(1)
    if len(quantities) > 1 or not isinstance(quantities[0], dict) or quantities[0].keys() - _COUNTED:
        return None
    least = decimal_or_none(quantities[0].get("minValue") or 1)
    is_of_pieces = (text_value(quantities[0].get("unitCode")) or "") in _PIECE_CODES
    is_whole = least is not None and 0 <= least <= _MOST and least == int(least)
    return max(least.to_integral_value(), Decimal(1)) if least is not None and is_whole and is_of_pieces else None


def _plan(node: Node) -> str:
    """What a subscription calls itself, or how long it is billed for."""
    return next((text for key in ("name", "description", "billingDuration") if (text := text_value(node.get(key)))), "")
