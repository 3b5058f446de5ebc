"""Products and their offers in JSON-LD, as shops really write it: broken, nested, with other products beside."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborHTMLParser

from almazara.prices.pages.nodes import Node, as_list, kinds_of, text_value
from almazara.prices.pages.outcome import OverloadError
from almazara.prices.pages.request import alike
from almazara.prices.pages.shops.claims import (
    Claim,
    Price,
    availability_of,
    combined_availability,
    decimal_or_none,
    published_price,
)
from almazara.prices.pages.shops.terms import (
    inherited,
    is_by_time,
    is_charge,
    is_list_price,
    is_untaxed,
    limit_of,
    limit_of_price,
    of_goods,
    without_tax,
)
from almazara.prices.pages.shops.told import State, state_of

_PRODUCTS: Final = frozenset({"product", "individualproduct", "productmodel", "productgroup", "book", "vehicle", "car"})
_LISTS: Final = frozenset({"itemlist", "offercatalog"})
# Below these keys are other products.
_ELSEWHERE: Final = frozenset(
    {"isrelatedto", "issimilarto", "isaccessoryorsparepartfor", "isconsumablefor", "itemlistelement", "review",
     "reviews", "hasvariant", "model", "isvariantof", "brand", "breadcrumb", "recommendations", "itemreviewed"}
)  # fmt: skip
_NUMBERS: Final = ("sku", "productID", "isbn", "gtin", "gtin13", "gtin8", "gtin12", "mpn")
_DEEPEST: Final = 12
MOST_VALUES: Final = 40_000
"""Values in a page's JSON-LD, an object as OBJECT of them; real pages have up to some 5,000."""
_OBJECT: Final = 8
MOST_OFFERS: Final = 3_000
"""Offers of a page's products, each as often as it is referred to."""
_MOST_CONDITIONS: Final = 10
_LONGEST_CONDITION: Final = 1_000
_ORDER: Final = tuple(State)
_MOST_DIGITS: Final = 20
# Of numbers with more digits, which Python refuses to read, nothing is known.
_DECODER: Final = json.JSONDecoder(
    strict=False, parse_int=lambda digits: int(digits) if len(digits) < _MOST_DIGITS else None
)
_MARKS = re.compile(r"<!--|-->|//\s*<!\[CDATA\[|//\s*\]\]>|<!\[CDATA\[|\]\]>|(?m:^[ \t]*//[^\n]*$)")
_COMMENTS = re.compile(rf"{_MARKS.pattern}|/\*.*?\*/", re.DOTALL)
_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")


def json_ld(tree: LexborHTMLParser) -> tuple[list[Node], list[Node]]:
    """The products of a page that are not named as related to, or variants of, another; its ItemLists in no product.

    An offer that stands outside a product, and says what it offers, is that product's.
    """
    documents = [document for script in tree.css("script[type*='ld+json' i]") for document in loads(script.text())]
    _check_size(documents)
    nodes = [node for document in documents for node in _nodes(document, 0)]
    by_id = {str(node["@id"]): node for node in nodes if "@id" in node and len(node) > 1}
    products = [_resolved(node, by_id) for node in nodes if is_product(node)]
    offered = [
        node["itemOffered"] | {"offers": [node]}
        for node in nodes
        if isinstance(node.get("itemOffered"), dict) and not is_product(node)
    ]
    products = [node for node in offered if is_product(node)] or products
    every = (offer for product in products for offer in offers_in(product.get("offers"), 0))
    if any(True for _ in islice(every, MOST_OFFERS, None)):
        raise OverloadError(f"publishes more than {MOST_OFFERS} offers")
    return products, [node for node in nodes if kinds_of(node) & _LISTS]


def _check_size(documents: list[Any]) -> None:
    """Refuse more values than any page of goods publishes: each object may be an offer, which is asked many things."""
    left, size = list(documents), 0
    while left and size <= MOST_VALUES:
        value = left.pop()
        below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        size += _OBJECT if isinstance(value, dict) else 1
        left.extend(below)
    if size > MOST_VALUES:
        raise OverloadError("publishes more in JSON-LD than any page of goods")


def loads(text: str) -> list[Any]:
    """All JSON values of a script; comments, trailing commas, control characters and entities are forgiven."""
    attempts = (text, _uncommented(text), _TRAILING_COMMA.sub("", _uncommented(html.unescape(text))))
    return next((values for attempt in attempts if (values := _values(attempt))), [])


def _uncommented(text: str) -> str:
    """The text without comments; behind the last end of one none is looked for, or each start would be, to the end."""
    closed = text.rfind("*/") + 2 if "*/" in text else 0
    return _COMMENTS.sub("", text[:closed]) + _MARKS.sub("", text[closed:])


def _values(text: str) -> list[Any]:
    values: list[Any] = []
    position = 0
    while True:
        rest = re.compile(r"[\s;,]*").match(text, position)
        position = rest.end() if rest else position
        if position >= len(text):
            return values
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return values
        values.append(value)


def _nodes(value: object, depth: int) -> Iterator[Node]:
    """Objects of a document, outermost first, without those below keys that lead to other products."""
    if depth > _DEEPEST:
        return
    below: Iterable[object] = value if isinstance(value, list) else ()
    if isinstance(value, dict):
        yield value
        product = is_product(value)
        below = (v for k, v in value.items() if str(k).lower() not in _ELSEWHERE and not (product and k == "offers"))
    for item in below:
        yield from _nodes(item, depth + 1)


def is_product(node: Node) -> bool:
    """Whether a node's type is a kind of product."""
    return bool(kinds_of(node) & _PRODUCTS)


def _resolved(product: Node, by_id: dict[str, Node]) -> Node:
    """The product with offers that are only named by `@id` put in their place."""
    offers = [
        by_id.get(str(offer["@id"]), offer) if isinstance(offer, dict) and set(offer) == {"@id"} else offer
        for offer in as_list(product.get("offers"))
    ]
    return product | {"offers": offers}


def claim_of(product: Node, url: str = "") -> Claim:
    """What one product node says: every distinct price of its new offers.

    Args:
        product: The node; a group without offers of its own has those of its variants.
        url: The page's address: of variants and offers with addresses of their own, the one that it names counts.
    """
    group, product = product, variant_of(product, url)
    of_all = list(offers_in(own_offers(product), 0))
    every = at_address(url, of_all)
    named = at_address(url, [one for one in as_list(group.get("hasVariant")) if isinstance(one, dict)])
    sold, limit, limited = _sold(every, product, url)
    new = [offer for offer in _priced(sold) if is_new(offer, product)]
    priced = [price for offer in new for price in offer_prices(offer)]
    ranges = [offer for offer in own_offers(product) if "lowPrice" in offer]
    aggregates = [one for one in ranges if is_new(one, product) and not _limit(one, product, url)]
    of_one = all(str(a.get("offerCount")) == "1" for a in aggregates)
    ends = _distinct([price for a in aggregates for price in _ends(a)])
    priced = priced or (list(ends) if of_one and len(ends) == 1 else [])
    single = len(priced) == 1 and of_one
    stated = (availability_of(text_value(o.get("availability"))) for o in every if is_new(o, product))
    rating = product.get("aggregateRating")
    rating = rating if isinstance(rating, dict) else {}
    seller = new[0].get("seller") if len(new) == 1 else None
    return Claim(
        source="json-ld",
        prices=_distinct([*priced, *(() if single else ends)]),
        ranged=(bool(aggregates) and not single and not _closed(aggregates, priced)) or _lacks_offers(group, named),
        untaxed=any(is_untaxed(offer) for offer in (*new, *aggregates)),
        limit=None if priced or ends else limit,
        limited=limited,
        availability=combined_availability([meaning for meaning in stated if meaning]),
        availability_text=text_value(new[0].get("availability")) if new else None,
        list_price=_list_price(new, aggregates if single else [], priced),
        state=min((_state(offer, product) for offer in new[:1] or _priced(every) or ranges or [{}]), key=_ORDER.index),
        name=text_value(product.get("name")),
        sku=text_value(product.get("sku")) or text_value(product.get("productID")),
        numbers=frozenset(
            number.replace("-", "")
            for node in (product, *new)
            for key in _NUMBERS
            if (number := text_value(node.get(key)))
        ),
        seller=text_value(seller.get("name")) if isinstance(seller, dict) else None,
        rating=text_value(rating.get("ratingValue")),
        review_count=text_value(rating.get("reviewCount") or rating.get("ratingCount")),
        pinned=len(every) < len(of_all) or 0 < len(named) < len(as_list(group.get("hasVariant"))),
    )


def _sold(offers: list[Node], product: Node, url: str) -> tuple[list[Node], str | None, frozenset[Decimal]]:
    """Of offers those of the product and for anybody; why the first other one is none, and the amounts of such."""
    limits = [(offer, _limit(offer, product, url)) for offer in offers]
    others = [(offer, limit) for offer, limit in limits if limit]
    amounts = frozenset(amount for offer, _ in others for amount in _amounts(offer))
    return [offer for offer, limit in limits if not limit], next((limit for _, limit in others), None), amounts


def _priced(offers: list[Node]) -> list[Node]:
    return [offer for offer in offers if states_price(offer) or "priceSpecification" in offer]


def _amounts(offer: Node) -> Iterator[Decimal]:
    """Every amount that an offer names for its goods."""
    nodes = [offer, *(one for one in specifications_of(offer) if not is_charge(one))]
    numbers = (decimal_or_none(node.get(key)) for node in nodes for key in ("price", "lowPrice", "highPrice"))
    return (number for number in numbers if number is not None)


def _lacks_offers(group: Node, named: list[Node]) -> bool:
    """Whether a group has its prices from several variants, of which one has none: they are not those of all."""
    by_variant = [any(True for _ in offers_in(variant.get("offers"), 0)) for variant in named]
    has_own = any(True for _ in offers_in(group.get("offers"), 0))
    return len(named) > 1 and not has_own and any(by_variant) and not all(by_variant)


def own_offers(product: Node) -> list[Node]:
    """The offers that a product names itself, each with what the product says of its goods and the tax."""
    said = of_goods(product)
    return [said | offer for offer in as_list(product.get("offers")) if isinstance(offer, dict)]


def variant_of(product: Node, url: str) -> Node:
    """A group as the variant that the address names, else with the offers of all variants; others as they are."""
    variants = [variant for variant in as_list(product.get("hasVariant")) if isinstance(variant, dict)]
    if not variants or any(True for _ in offers_in(product.get("offers"), 0)):
        return product
    named = at_address(url, variants)
    if len(named) == 1:
        return product | named[0]
    return product | {"offers": [own_offers(variant) for variant in named]}


def at_address(url: str, nodes: list[Node]) -> list[Node]:
    """Of variants or offers with addresses that differ, those of the page's own; all where it names none.

    One that asks for a variant which is not there has none.
    """
    addresses = [_address_of(node) for node in nodes]
    if len(set(addresses)) < 2:  # noqa: PLR2004 - one address names no one of several
        return nodes
    own = [node for node, address in zip(nodes, addresses, strict=True) if address and _names(url, address)]
    keys = {key for address in addresses if address for key, _ in parse_qsl(urlsplit(address).query)}
    asks = any(key in keys for key, _ in parse_qsl(urlsplit(url).query))
    return own or ([] if asks else nodes)


def _address_of(node: Node) -> str | None:
    own = text_value(node.get("url"))
    offers = (text_value(offer.get("url")) for offer in offers_in(node.get("offers"), 0))
    return own or next((address for address in offers if address), None)


def _names(asked: str, address: str) -> bool:
    """Whether an address is that of a page that was asked for, with what the page's query adds for other ends."""
    one, other = urlsplit(asked), urlsplit(address)
    same = one.path.rstrip("/") == other.path.rstrip("/")
    return same and set(parse_qsl(other.query)) <= set(parse_qsl(one.query))


def is_new(offer: Node, product: Node) -> bool:
    """Whether an offer sells new goods, or refurbished ones."""
    return _state(offer, product) in {State.NEW, State.REFURBISHED}


def _state(offer: Node, product: Node) -> State:
    """The state of an offer's goods, which it or its product says; of several said, the worst."""
    every = as_list(offer.get("itemCondition") or product.get("itemCondition"))
    said = [text_value(one) for one in every[:_MOST_CONDITIONS]]
    if len(every) > _MOST_CONDITIONS or any(len(one or "") > _LONGEST_CONDITION for one in said):
        return State.UNKNOWN
    note = text_value(offer.get("description")) or ""
    return max((state_of(text, note) for text in said or [None]), key=_ORDER.index)


def _list_price(offers: list[Node], aggregates: list[Node], priced: list[Price]) -> Decimal | None:
    """A price that the markup itself calls the usual one, or the high end of an aggregate of one offer."""
    named = [
        published_price(s.get("price"), s.get("priceCurrency"))
        for offer in offers
        for s in as_list(offer.get("priceSpecification"))
        if isinstance(s, dict) and is_list_price(s)
    ]
    ends = [end for aggregate in aggregates for end in _ends(aggregate)]
    higher = [p.amount for p in [*named, *ends] if p and len(priced) == 1 and p.amount > priced[0].amount]
    return max(higher, default=None)


def _closed(aggregates: list[Node], priced: list[Price]) -> bool:
    """Whether an aggregate's low and high are one price, or its only price is that of every offer in it."""
    ends = _distinct([price for a in aggregates for price in _ends(a)])
    complete = all("highPrice" in a and len(_ends(a)) > 1 for a in aggregates)
    return len(ends) == 1 and (complete or {p.amount for p in priced} == {ends[0].amount})


def _ends(aggregate: Node) -> list[Price]:
    currency = aggregate.get("priceCurrency")
    ends = (published_price(aggregate.get(key), currency) for key in ("lowPrice", "highPrice"))
    return [price for price in ends if price]


def offers_in(value: object, depth: int, said: Node | None = None) -> Iterator[Node]:
    """Single offers, also those inside aggregates, with what these say for each of them."""
    for one in as_list(value):
        if isinstance(one, dict) and depth < _DEEPEST:
            offer = (said or {}) | one
            yield offer
            yield from offers_in(offer.get("offers"), depth + 1, inherited(offer))


def offer_prices(offer: Node) -> list[Price]:
    """The price of one piece, sold and not let, to anybody; several when its specifications differ."""
    specifications = specifications_of(offer)
    if limit_of(offer) or any(map(is_by_time, specifications)):
        return []
    currency = offer.get("priceCurrency")
    plain = [s for s in specifications if not (is_list_price(s) or limit_of_price(s))]
    stated = [offer, *(s for s in plain if "sale" in str(s.get("priceType")).lower())] if states_price(offer) else []
    stated = stated or [s for s in plain if not without_tax(s)] or plain
    prices = (published_price(s.get("price"), s.get("priceCurrency") or currency) for s in stated)
    return [price for price in prices if price]


def _limit(offer: Node, product: Node, url: str) -> str | None:
    """Why an offer is none of the product for anybody, or None."""
    offered = offer.get("itemOffered")
    name, own = (text_value(node.get("name")) if isinstance(node, dict) else None for node in (offered, product))
    is_other = bool(name and own and not alike(own, name)) or "service" in (
        kinds_of(offered) if isinstance(offered, dict) else ()
    )
    return "for another product" if is_other else limit_of(offer, url)


def states_price(offer: Node) -> bool:
    """Whether an offer itself names a price."""
    return isinstance(offer.get("price"), str | int | float) and offer["price"] != ""


def specifications_of(offer: Node) -> list[Node]:
    """The price specifications of an offer, and the components of compound ones."""
    stated = [s for s in as_list(offer.get("priceSpecification")) if isinstance(s, dict)]
    parts = [part for s in stated for part in as_list(s.get("priceComponent")) if isinstance(part, dict)]
    return [*stated, *parts]


def _distinct(prices: list[Price]) -> tuple[Price, ...]:
    return tuple({(price.amount, price.currency): price for price in reversed(prices)}.values())[::-1]
