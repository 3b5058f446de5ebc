"""Products and their offers in microdata and in the price elements of Open Graph."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, takewhile
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.gtin import gtins_in
from almazara.prices.money import Mark
from almazara.prices.pages.document import attribute, beginning_of, lineage, text_of
from almazara.prices.pages.nodes import Node
from almazara.prices.pages.outcome import OverloadError
from almazara.prices.pages.shops import sayings
from almazara.prices.pages.shops.claims import (
    Claim,
    Price,
    agreed_availability,
    availability_of,
    currency_code,
    published_price,
)
from almazara.prices.pages.shops.lines import starts_no_line
from almazara.prices.pages.shops.sayings import Role
from almazara.prices.pages.shops.terms import OF_GOODS, TERMS, inherited, is_untaxed, limit_of
from almazara.prices.pages.shops.told import State, state_of
from almazara.prices.pages.unseen import is_struck

_VALUE_ATTRIBUTES: Final = ("content", "href", "src", "datetime")
PRODUCT_SCOPES: Final = "[itemtype*='schema.org/Product' i], [itemtype*='schema.org/IndividualProduct' i]"
_OFFER: Final = ", ".join(
    f"[itemtype*='schema.org/{kind}' i]" for kind in ("Offer", "AggregateOffer", "Demand", "LoanOrCredit")
)
# More are no page of goods; the time for nested ones grows with the square of their number.
MOST_SCOPES: Final = 500
MOST_ASKED: Final = 10_000
"""Properties of a page's microdata, each as often as it stands in a scope; real pages have up to 1,500."""
_ASKED: Final = "[itemprop], [itemtype*='schema.org/Offer' i]"
_MOST_PROPERTIES: Final = 2_000
_AMOUNTS: Final = ("product:price:amount", "og:price:amount", "product:price")
_SALES: Final = ("product:sale_price:amount", "og:sale_price:amount")
_CURRENCIES: Final = ("product:price:currency", "og:price:currency", "product:sale_price:currency")
_LIST_AMOUNTS: Final = ("og:price:standard_amount", "product:original_price:amount", "product:retail_price:amount")
_AVAILABILITIES: Final = ("product:availability", "og:availability")
_PRICE: Final = "[itemprop='price']"
_NOT_TO_PAY: Final = frozenset({Role.FORMER, Role.LOWEST, Role.PART, Role.UNIT})
_OF_PRICES: Final = TERMS | {
    "price", "priceSpecification", "priceComponent", "value", "minValue", "minPrice", "maxPrice", "valueReference",
    "name", "addressCountry",
}  # fmt: skip
_DEEPEST: Final = 3
_MOST_PRICES: Final = 20
_AROUND: Final = 4
_MARK_AHEAD = re.compile(r"^\s*(?:[€£$]|[A-Z]{3}\b)?\s*")
_MARK_BEHIND = re.compile(r"\s*(?:R?[€£$]|\b[A-Z]{3})?\s*$")
_GTINS: Final = "[itemprop^='gtin'], [itemprop='isbn'], [itemprop='ean']"
_META_GTINS: Final = frozenset(
    f"{of}:{kind}"
    for of in ("product", "og", "book", "product:item")
    for kind in ("ean", "ean13", "gtin", "gtin8", "gtin12", "gtin13", "gtin14", "upc", "isbn")
)
_CONDITIONS: Final = ("product:condition", "og:condition")


def take_rdfa(tree: LexborHTMLParser) -> None:
    """Write RDFa of schema.org, on a page without microdata, as the microdata that says the same."""
    if tree.css_first("[vocab*='schema.org' i], [typeof^='schema:' i]") is None or tree.css_first(PRODUCT_SCOPES):
        return
    for node in tree.css("[typeof]")[:MOST_SCOPES]:
        node.attrs["itemscope"] = ""
        node.attrs["itemtype"] = f"https://schema.org/{attribute(node, 'typeof').removeprefix('schema:')}"
    for node in tree.css("[property]")[:_MOST_PROPERTIES]:
        node.attrs["itemprop"] = attribute(node, "property").removeprefix("schema:")


def microdata_claims(tree: LexborHTMLParser, decimal: Mark | None) -> list[Claim]:
    """A claim for each product scope with a name or price of its own; else for the page's only offer."""
    _check_size(tree)
    claims = [product_claim(scope, decimal) for scope in tree.css(PRODUCT_SCOPES)[:MOST_SCOPES]]
    named = [claim for claim in claims if claim.prices or claim.name]
    orphans = [offer for offer in tree.css(_OFFER) if _scope_of(offer) is None]
    price = (
        _scope_price(orphans[0], decimal) if len(orphans) == 1 and not any(claim.prices for claim in claims) else None
    )
    is_sold = price is not None and limit_of(_own_node(orphans[0], 0)) is None
    return [_claim(orphans, [price], None)] if price and is_sold else named


def _check_size(tree: LexborHTMLParser) -> None:
    """Refuse properties in so many scopes in one another that asking each scope for its own takes long."""
    scopes = tree.css("[itemscope]")
    properties = len(tree.css(_ASKED))
    left = MOST_ASKED
    if len(scopes) * properties > left:
        for scope in scopes:
            left -= 1 + len(scope.css(_ASKED))
            if left < 0:
                break
    if left < 0 or properties > MOST_ASKED:
        raise OverloadError("publishes more in microdata than any page of goods")


def product_claim(scope: LexborNode, decimal: Mark | None) -> Claim:
    """What one product scope says."""
    offers = [node for node in scope.css(_OFFER) if _is_in(node, scope)]
    offers += [node for offer in offers for node in offer.css(_OFFER) if _is_in(node, offer)]
    nodes = _nodes_of(offers, scope)
    offers = _of_new_goods(offers)
    stated = [(price, limit_of(nodes[place.mem_id])) for place in offers if (price := _scope_price(place, decimal))]
    if not stated and (own := _scope_price(scope, decimal)):
        nodes[scope.mem_id] = _own_node(scope, 0)
        stated = [(own, limit_of(nodes[scope.mem_id]))]
    claim = _claim(offers or [scope], [price for price, limit in stated if not limit], scope)
    limit = next((limit for _, limit in stated if limit), None) if not claim.prices else None
    return replace(
        claim,
        limit=limit,
        limited=frozenset(price.amount for price, limit in stated if limit),
        untaxed=any(map(is_untaxed, nodes.values())),
    )


def _nodes_of(places: list[LexborNode], scope: LexborNode | None) -> dict[int, Node]:
    """Offers by their identity: what each says of its price, or the aggregate or product around it says for it."""
    of_product = {key: next(_values(scope, key), None) for key in OF_GOODS}
    said = {key: value for key, value in of_product.items() if value}
    nodes: dict[int, Node] = {}
    for place in places:  # an aggregate stands before its offers
        around = _scope_of(place)
        outer = nodes.get(around.mem_id) if around is not None else None
        nodes[place.mem_id] = (said if outer is None else inherited(outer)) | _own_node(place, 0)
    return nodes


def _own_node(scope: LexborNode, depth: int) -> Node:
    """What a scope says of prices, as an object; of what stands in it as scopes, so many in one another."""
    node: Node = {"@type": attribute(scope, "itemtype").split()}
    for one in scope.css("[itemprop]"):
        name = attribute(one, "itemprop")
        if name in _OF_PRICES and _is_in(one, scope):
            is_scope = "itemscope" in one.attributes and depth < _DEEPEST
            node.setdefault(name, []).append(_own_node(one, depth + 1) if is_scope else _value_of(one))
    return {key: said[0] if len(said) == 1 else said for key, said in node.items()}


def _claim(places: list[LexborNode], prices: list[Price], scope: LexborNode | None) -> Claim:
    aggregates = [place for place in places if "aggregateoffer" in attribute(place, "itemtype").lower()]
    stated = [v for place in [*places, *([scope] if scope else [])] for v in _values(place, "availability")]
    numbered = [_gtins(place) for place in places]
    states = [state for place in places if (state := _state(place)) is not None]
    ratings = list(_values(scope, "ratingValue", deep=True)) if scope else []
    counts = [v for name in ("reviewCount", "ratingCount") for v in (_values(scope, name, deep=True) if scope else [])]
    return Claim(
        source="microdata",
        prices=tuple({(p.amount, p.currency): p for p in prices}.values()),
        ranged=any(_is_range(aggregate) for aggregate in aggregates),
        availability=agreed_availability([m for v in stated if (m := availability_of(v))]),
        availability_text=stated[0] if stated else None,
        state=states[0] if states else State.NEW,
        name=next(iter(_values(scope, "name")), None) if scope else None,
        sku=next((v for name in ("sku", "productID") for v in _values(scope, name)), None) if scope else None,
        gtins=_agreed_gtins(numbered, _gtins(scope) if scope else frozenset()),
        rating=ratings[0] if ratings else None,
        review_count=counts[0] if counts else None,
    )


def _of_new_goods(offers: list[LexborNode]) -> list[LexborNode]:
    """Of offers that each state their goods, those of new or refurbished ones; all where one does not, or none is."""
    states = [_state(offer) for offer in offers]
    new = [offer for offer, state in zip(offers, states, strict=True) if state in {State.NEW, State.REFURBISHED}]
    return new if new and None not in states else offers


def _state(place: LexborNode) -> State | None:
    """The state of the goods that an offer states first, or None."""
    return next((state_of(value, text_of(place)) for value in _values(place, "itemCondition")), None)


def _gtins(scope: LexborNode) -> frozenset[str]:
    """The numbers of goods that a scope itself names."""
    nodes = (node for node in scope.css(_GTINS) if _is_in(node, scope))
    return frozenset().union(*(gtins_in(_value_of(node).removeprefix("isbn:")) for node in nodes))


def _agreed_gtins(by_place: list[frozenset[str]], own: frozenset[str]) -> frozenset[str]:
    """The numbers of a product and its offers; of several offers, one of which names another number, none."""
    named = [numbers for numbers in by_place if numbers]
    return own.union(*named) if len(named) in {0, len(by_place)} else frozenset()


def _is_range(aggregate: LexborNode) -> bool:
    """Whether an aggregate offer has no single price: low and high differ, or high is not said."""
    low, high = (list(_values(aggregate, name)) for name in ("lowPrice", "highPrice"))
    return bool(low) and low != high


def _scope_price(scope: LexborNode, decimal: Mark | None) -> Price | None:
    """The price that belongs to this scope and to no scope inside it; None when there is none, or several."""
    inner = [node for node in scope.css("[itemprop='priceSpecification'][itemscope]") if _is_in(node, scope)]
    if inner and not any(True for _ in _values(scope, "price")):
        return _scope_price(inner[0], decimal) if len(inner) == 1 else None
    currency = next((c for v in _values(scope, "priceCurrency") if (c := currency_code(v))), None)
    prices = [published_price(value, currency, decimal) for value in _own_prices(scope)]
    prices = prices or [published_price(value, currency, decimal) for value in _values(scope, "lowPrice")]
    amounts = {price.amount for price in prices if price}
    return next(price for price in prices if price) if len(amounts) == 1 else None


def _own_prices(scope: LexborNode) -> list[str]:
    """Values of the property `price`; of several, not those that people see as another one (`/ 1 Liter`, struck)."""
    nodes = [node for node in scope.css(_PRICE) if _is_in(node, scope) and _value_of(node)]
    if len({_value_of(node) for node in nodes}) > 1 and len(nodes) <= _MOST_PRICES:
        nodes = [node for node in nodes if _role_of(node) not in _NOT_TO_PAY]
    return [_value_of(node) for node in nodes]


def _role_of(node: LexborNode) -> Role | None:
    """What a price is by the words in its line and the names of the elements around it alone; None if none says."""
    steps = takewhile(lambda step: len(step.css(_PRICE)) <= 1, islice(lineage(node), _AROUND))
    in_line = True
    for step in steps:
        names = sayings.names_in(f"{attribute(step, 'class')} {attribute(step, 'id')}")
        struck = Role.FORMER if is_struck(step) else None
        words = sayings.role_of_words(_beside(step, "prev"), _beside(step, "next")) if in_line else None
        if role := struck or words or sayings.role_of_names(names):
            return role
        in_line = in_line and starts_no_line(step)
    return None


def _beside(node: LexborNode, side: str) -> str:
    """The words beside an element in its line, up to another price, without the mark of its currency."""
    texts: list[str] = []
    step = getattr(node, side)
    while step is not None and starts_no_line(step) and not (step.is_element_node and step.css(_PRICE)):
        texts.append(step.text_content or "")
        step = getattr(step, side)
    if side == "next":
        return _MARK_AHEAD.sub("", "".join(texts))[: sayings.SIDE]
    return _MARK_BEHIND.sub("", "".join(reversed(texts)))[-sayings.SIDE :]


def _values(scope: LexborNode | None, name: str, *, deep: bool = False) -> Iterator[str]:
    """Values of a property of this scope itself; with `deep`, of scopes inside it too."""
    if scope is None:
        return
    for node in scope.css(f"[itemprop='{name}']"):
        if (deep or _is_in(node, scope)) and (value := _value_of(node)):
            yield value


def _value_of(node: LexborNode) -> str:
    return next((attribute(node, key) for key in _VALUE_ATTRIBUTES if attribute(node, key)), "") or beginning_of(node)


def _is_in(node: LexborNode, scope: LexborNode) -> bool:
    owner = _scope_of(node)
    return owner is not None and owner.mem_id == scope.mem_id


def _scope_of(node: LexborNode) -> LexborNode | None:
    """The nearest item around an element, or None."""
    return next((step for step in lineage(node.parent) if "itemscope" in step.attributes), None)


def meta_claim(tree: LexborHTMLParser, decimal: Mark | None) -> Claim | None:
    """What Open Graph's price elements say, or None; a sale price goes before the price it replaces."""
    found: dict[str, str] = {}
    amounts: dict[str, list[str]] = {}
    for node in tree.css("meta[property], meta[name]"):
        key = (attribute(node, "property") or attribute(node, "name")).lower()
        if attribute(node, "content"):
            found.setdefault(key, attribute(node, "content"))
            amounts.setdefault(key, []).append(attribute(node, "content"))
    currency = _first(found, _CURRENCIES)
    price = published_price(_first(found, _AMOUNTS), currency, decimal)
    sale = published_price(_first(found, _SALES), currency, decimal)
    stated = published_price(_first(found, _LIST_AMOUNTS), currency, decimal)
    taken = sale if sale and price and sale.amount < price.amount else price
    if taken is None and stated is None:
        return None
    every = [published_price(said, currency, decimal) for said in amounts.get(_key_of(found, _AMOUNTS), [])]
    others = [other for other in every if other and price and other.amount != price.amount]
    higher = [p.amount for p in (stated, price) if p and (taken is None or p.amount > taken.amount)]
    return Claim(
        source="meta",
        prices=(taken, *others) if taken else (),
        availability=availability_of(_first(found, _AVAILABILITIES)),
        availability_text=_first(found, _AVAILABILITIES),
        list_price=max(higher, default=None),
        state=state_of(_first(found, _CONDITIONS)),
        gtins=frozenset().union(*(gtins_in(found[key]) for key in _META_GTINS & found.keys())),
        name=_first(found, ("og:title",)),
        sku=_first(found, ("product:retailer_item_id",)),
    )


def _first(found: dict[str, str], names: tuple[str, ...]) -> str | None:
    return found.get(_key_of(found, names))


def _key_of(found: dict[str, str], names: tuple[str, ...]) -> str:
    return next((name for name in names if name in found), "")
