"""Category pages of other shops: what they list, where a page surely lists many products and is about none."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import dropwhile, takewhile
from typing import Final
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.money import IN_USE, Mark
from almazara.prices.pages.document import attribute, beginning_of, decimal_mark, first_text
from almazara.prices.pages.nodes import Node, text_value
from almazara.prices.pages.outcome import ListedOffer, ListingPage
from almazara.prices.pages.request import PageRequest
from almazara.prices.pages.shops.cards import Cards, whole_address
from almazara.prices.pages.shops.claims import Claim
from almazara.prices.pages.shops.drawn import Styles
from almazara.prices.pages.shops.jsonld import claim_of, is_product
from almazara.prices.pages.shops.microdata import MOST_SCOPES, PRODUCT_SCOPES, product_claim
from almazara.prices.pages.shops.sayings import BUY
from almazara.prices.pages.shops.told import State

_FEWEST: Final = 3
_MOST: Final = 1_000
_LONGEST_BUTTON: Final = 40
_BUTTONS: Final = "h1, a[href], button, [role='button'], input[type='submit'], input[type='button']"
_SCRIPT = re.compile(r"\.(?:php|aspx?|jsp|cgi|do)$", re.IGNORECASE)
_NO_LISTING: Final = (
    "meta[property='og:type'][content='product' i], meta[property='og:type'][content='og:product' i], "
    "meta[property='product:price:amount'], meta[property='og:price:amount']"
)


@dataclass(frozen=True, slots=True)
class Published:
    """What a page publishes that may be a list.

    Attributes:
        products: Its JSON-LD products.
        lists: Its ItemLists.
        styles: What its own styles draw otherwise.
    """

    products: list[Node]
    lists: list[Node]
    styles: Styles


def read_listing(tree: LexborHTMLParser, published: Published, request: PageRequest) -> ListingPage | None:
    """The products that a page lists, by an ItemList, JSON-LD products or microdata; None when it is about one.

    Every one of three or more needs a name and an address of its own, none may be the page's own subject, and a price
    that the page shows otherwise is none.
    """
    if tree.css_first(_NO_LISTING) is not None:
        return None
    page = whole_address(request.url, attribute(tree.css_first("link[rel='canonical']"), "href") or request.url)
    decimal = decimal_mark(tree)
    sources = (
        ("json-ld", [_listed(claim_of(p), _stated_address(p), request.url) for p in published.products]),
        ("item-list", [_listed(*entry, request.url) for items in published.lists for entry in _entries(items)]),
        (
            "microdata",
            [_listed(*_card(scope, decimal), request.url) for scope in tree.css(PRODUCT_SCOPES)[:MOST_SCOPES]],
        ),
    )
    heading = (first_text(tree, ("h1",)) or "").casefold()
    for source, offers in sources[:1] if published.products else sources:
        found = {offer.url: offer for offer in offers if offer is not None and offer.url}
        about_one = page in found or any(offer.title.casefold() == heading for offer in found.values())
        if len(found) < _FEWEST or None in offers or about_one or _are_variants(found, page):
            continue
        titles = {url: offer.title for url, offer in found.items()}
        cards = Cards(tree, request.url, titles, published.styles)
        if not _sells_its_own(tree, cards):
            listed = (offer if cards.bear_out(offer) else _without_price(offer) for offer in found.values())
            return ListingPage(tuple(listed), request.shop, f"structured:{source}")
    return None


def _are_variants(found: Iterable[str], page: str) -> bool:
    """Whether all addresses are the page's own with another query; those of a script are any product's."""
    path = page.partition("?")[0]
    is_of_script = urlsplit(path).path in {"", "/"} or _SCRIPT.search(path) is not None
    return not is_of_script and all(url.partition("?")[0] == path for url in found)


def _sells_its_own(tree: LexborHTMLParser, cards: Cards) -> bool:
    """Whether a button to buy stands between the page's heading and the first product that it lists."""
    behind = dropwhile(lambda node: node.tag != "h1", tree.css(_BUTTONS))
    before = takewhile(lambda node: not cards.holds(node), behind)
    words = (attribute(node, "value") or beginning_of(node) for node in before if node.tag not in {"h1", "a"})
    return any(len(said) <= _LONGEST_BUTTON and BUY.search(said) for said in words)


def _without_price(offer: ListedOffer) -> ListedOffer:
    return replace(offer, price=None, currency=None, list_price=None)


def _entries(items: Node) -> Iterator[tuple[Claim, str | None]]:
    """Each element of an ItemList with its address, which it or the item inside it states."""
    elements = items.get("itemListElement")
    for element in elements[:_MOST] if isinstance(elements, list) else []:
        if not isinstance(element, dict):
            continue
        inside = element.get("item")
        item: Node = inside if isinstance(inside, dict) else element
        url = _stated_address(item) or text_value(element.get("url")) or text_value(item.get("@id"))
        node = item if is_product(item) else {"name": item.get("name"), "offers": item.get("offers")}
        yield claim_of({"name": element.get("name")} | node), url or (inside if isinstance(inside, str) else None)


def _stated_address(product: Node) -> str | None:
    """The address that a product states, or its only offer does."""
    offers = product.get("offers")
    only = offers[0] if isinstance(offers, list) and len(offers) == 1 else offers
    return text_value(product.get("url")) or (text_value(only.get("url")) if isinstance(only, dict) else None)


def _card(scope: LexborNode, decimal: Mark | None) -> tuple[Claim, str | None]:
    link = scope.css_first("[itemprop='url'][href]") or scope.css_first("a[href]")
    return product_claim(scope, decimal), attribute(link, "href") or None


def _listed(claim: Claim, url: str | None, base: str) -> ListedOffer | None:
    """One product of a list; its price where the source names exactly one."""
    if not claim.name or not url:
        return None
    address = whole_address(base, url)
    single = claim.prices[0] if len(claim.prices) == 1 and not claim.ranged and claim.state is State.NEW else None
    price = single if single and single.currency in IN_USE else None
    is_lower = price is not None and claim.list_price is not None and price.amount < claim.list_price
    return ListedOffer(
        sku=claim.sku or sha256(address.encode()).hexdigest()[:12],
        title=claim.name,
        price=price.amount if price else None,
        currency=price.currency if price else None,
        list_price=claim.list_price if is_lower else None,
        url=address,
    )
