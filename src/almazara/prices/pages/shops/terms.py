"""What an offer, or a price specification, says of itself that makes its price no price of one piece for anybody.

The same rules for JSON-LD and microdata; names of properties and values are those of schema.org and GoodRelations.
"""

import re
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from almazara.prices.pages.nodes import Node, as_list, kinds_of, text_value
from almazara.prices.pages.shops import sayings
from almazara.prices.pages.shops.claims import decimal_or_none

TERMS: Final = frozenset({
    "itemCondition", "validForMemberTier", "eligibleQuantity", "eligibleTransactionVolume", "eligibleCustomerType",
    "valueAddedTaxIncluded", "businessFunction", "leaseLength", "category", "eligibleRegion", "ineligibleRegion",
    "priceComponentType", "billingDuration", "billingStart", "unitCode", "unitText", "referenceQuantity", "priceType",
})  # fmt: skip
"""What an aggregate says for each of its offers that does not say otherwise."""
OF_GOODS: Final = ("itemCondition", "valueAddedTaxIncluded")
"""What a product says for each of its offers."""
_NO_SALE: Final = ("lease", "demand", "loan", "credit", "repayment", "reservation")
_ANYBODY: Final = frozenset({"enduser", "consumer", "b2c", "public", "publicinstitution", "all"})
_NOT_TO_PAY: Final = ("minimum", "invoice")
_BY_TIME: Final = frozenset({"MON", "ANN", "DAY", "WEE", "HUR"})
_UNTAXED: Final = frozenset({"false", "0", "no", "n", "f"})
_PIECE = re.compile(
    rf"(?:1 ?)?(?:C62|EA|H87|PCE|NMP|PR|SET|BX|BO|PK|X[A-Z0-9]{{2}}|each|items?|{sayings.any_of(['{piece}'])})\.?",
    re.IGNORECASE,
)
# The whole of an offer's category: `Bebek > Abo` is one of goods.
_FOR_A_TIME = re.compile(
    r"subscription|suscripci[oó]n|abonnement|abo|abbonamento|assinatura|rental|rent|alquiler|miete|location|noleggio|"
    r"lease|leasing|(?:free )?trial|installments?|cuotas|financing",
    re.IGNORECASE,
)
_LONGEST: Final = 200
_REGION = re.compile(r"([A-Z]{2})(?:-[A-Z0-9]{1,3})?")
# Endings of hosts that are of a country by law and of anybody by use.
_OF_ANYBODY: Final = frozenset({"ai", "cc", "co", "eu", "fm", "gg", "io", "la", "ly", "me", "sh", "so", "to", "tv"})


def inherited(node: Node) -> Node:
    """What an aggregate says for each of its offers."""
    return {key: node[key] for key in TERMS & node.keys()}


def of_goods(product: Node) -> Node:
    """What a product says for each of its offers."""
    return {key: product[key] for key in OF_GOODS if key in product}


def limit_of(offer: Node, url: str = "") -> str | None:
    """Why an offer's price is not what anybody pays for one piece, in words that end a sentence; None where it is.

    Args:
        offer: It, or what its price specifications say of the same price.
        url: The page's address, whose country an offer may leave out.
    """
    own = limit_of_price(offer) or (_of_region(offer, _country_of(url)) if url else None)
    price = decimal_or_none(offer.get("price"))
    specifications = [s for s in as_list(offer.get("priceSpecification")) if isinstance(s, dict)]
    if own:
        return own
    if price is None and specifications:
        limits = [limit_of_price(s) for s in specifications]
        return limits[0] if all(limits) else None
    same = (s for s in specifications if s.get("price") in {None, ""} or decimal_or_none(s.get("price")) == price)
    every = (limit_of_price(s) for s in same if not (is_charge(s) or "validForMemberTier" in s))
    return next((limit for limit in every if limit), None)


def limit_of_price(node: Node) -> str | None:
    """Why a stated price is not what anybody pays for one piece; None where it is."""
    return next((limit for limit, holds in _LIMITS.items() if holds(node)), None)


def is_charge(node: Node) -> bool:
    """Whether a price is what delivery or a way of paying costs."""
    return any("charge" in kind for kind in kinds_of(node))


def is_by_time(node: Node) -> bool:
    """Whether a price is for a month or year of use."""
    billed = "billingDuration" in node or "billingStart" in node
    return billed or (text_value(node.get("unitCode")) or "").upper() in _BY_TIME


def is_unit_price(node: Node) -> bool:
    """Whether a price is for one litre or kilogram; one for the 500 ml that the pack holds is the pack's."""
    units = (text_value(node.get(key)) for key in ("unitCode", "unitText"))
    if any(unit and not _PIECE.fullmatch(unit[:_LONGEST]) for unit in units):
        return True
    return any(isinstance(q, dict) and "valueReference" not in q for q in as_list(node.get("referenceQuantity")))


def is_list_price(node: Node) -> bool:
    """Whether a price is named as the usual, recommended or struck one."""
    kind = (text_value(node.get("priceType")) or "").lower()
    return any(word in kind for word in ("list", "strike", "srp", "regular"))


def without_tax(node: Node) -> bool:
    """Whether a price is said to be without tax."""
    return _last_word(node.get("valueAddedTaxIncluded")) in _UNTAXED


def is_untaxed(offer: Node) -> bool:
    """Whether an offer says that its price is without tax; shops of the United States say so of every price."""
    stated = [s for s in as_list(offer.get("priceSpecification")) if isinstance(s, dict) and not limit_of_price(s)]
    return without_tax(offer) or (bool(stated) and all(map(without_tax, stated)))


def _is_no_sale(node: Node) -> bool:
    """Whether goods are let, lent, bought, repaired or asked for."""
    functions = map(_last_word, as_list(node.get("businessFunction")))
    is_other_kind = any(word in kind for kind in kinds_of(node) for word in _NO_SALE)
    return is_other_kind or bool(node.get("leaseLength")) or any(one not in {"", "sell"} for one in functions)


def _is_for_some(node: Node) -> bool:
    """Whether a price is for members, traders or other customers than people."""
    customers = {_last_word(one) for one in as_list(node.get("eligibleCustomerType"))} - {""}
    return "validForMemberTier" in node or (bool(customers) and customers.isdisjoint(_ANYBODY))


def _is_for_more(node: Node) -> bool:
    """Whether an offer is for more than one piece, or above some sum."""
    return _starts_above(node.get("eligibleQuantity"), Decimal(1)) or _starts_above(
        node.get("eligibleTransactionVolume"), Decimal(0)
    )


def _is_another(node: Node) -> bool:
    """Whether a price is a part, is made of such, is one end of a range, or is what a dealer pays or may say."""
    parts = [part for part in as_list(node.get("priceComponent")) if isinstance(part, dict)]
    in_parts = any(one.get("priceComponentType") or is_by_time(one) for one in (node, *parts))
    ends = {decimal_or_none(node.get(key)) for key in ("minPrice", "maxPrice")}
    return in_parts or len(ends) > 1 or _last_word(node.get("priceType")).startswith(_NOT_TO_PAY)


def _starts_above(quantities: object, least: Decimal) -> bool:
    """Whether an offer is for more than a least quantity or sum, or for what cannot be read as one."""
    return any(_least(one) not in {None, ""} and not _is_at_most(_least(one), least) for one in as_list(quantities))


def _least(quantity: object) -> object:
    if not isinstance(quantity, dict):
        return quantity
    kinds = ("minValue", "value", "minPrice", "price")
    return next((text for key in kinds if (text := text_value(quantity.get(key)))), None)


def _is_at_most(said: object, least: Decimal) -> bool:
    number = decimal_or_none(said)
    return number is not None and number <= least


def _of_region(offer: Node, country: str | None) -> str | None:
    """A price for other countries than the shop's, or for a part of it, as far as they are named by their codes."""
    offered = [_REGION.fullmatch(_place(one)) for one in as_list(offer.get("eligibleRegion"))]
    left_out = {_place(one) for one in as_list(offer.get("ineligibleRegion"))}
    named = {region[0] for region in offered if region}
    elsewhere = bool(named) and None not in offered and country not in named
    return "for other places" if country is not None and (elsewhere or country in left_out) else None


def _place(region: object) -> str:
    return (text_value(region.get("addressCountry")) if isinstance(region, dict) else None) or text_value(region) or ""


def _country_of(url: str) -> str | None:
    """The country of the shop's host, or None."""
    ending = (urlsplit(url).hostname or "").rpartition(".")[2]
    is_countrys = len(ending) == 2 and ending not in _OF_ANYBODY  # noqa: PLR2004 - letters of a country's code
    return {"uk": "GB"}.get(ending, ending.upper()) if is_countrys else None


def _is_for_a_time(node: Node) -> bool:
    return is_by_time(node) or _FOR_A_TIME.fullmatch(_last_word(node.get("category"))) is not None


def _last_word(value: object) -> str:
    """The last part of an address, or a whole text, in lower case."""
    text = (text_value(value) or "").strip()[:_LONGEST]
    return re.split(r"[/#]|(?<=schema):", text)[-1].strip().lower() if "://" in text or ":" in text else text.lower()


_LIMITS: Final = {
    "for delivery or payment": is_charge,
    "for something else than a sale": _is_no_sale,
    "for some customers only": _is_for_some,
    "from some quantity or sum on": _is_for_more,
    "for some time of use": _is_for_a_time,
    "as a part of it, or as another price": _is_another,
    "for a unit of measure": is_unit_price,
}
