"""Category pages of other shops: what they list, where a page surely lists many products and is about none."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final
from urllib.parse import urldefrag, urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.money import Mark
from almazara.prices.pages.document import attribute, decimal_mark, first_text
from almazara.prices.pages.outcome import ListedOffer, ListingPage
from almazara.prices.pages.request import PageRequest
from almazara.prices.pages.shops.claims import Claim
from almazara.prices.pages.shops.jsonld import Node, claim_of, is_product, text_value
from almazara.prices.pages.shops.microdata import MOST_SCOPES, PRODUCT_SCOPES, product_claim

_FEWEST: Final = 3
_MOST: Final = 1_000
_NO_LISTING: Final = (
    "meta[property='og:type'][content='product' i], meta[property='og:type'][content='og:product' i], "
    "meta[property='product:price:amount'], meta[property='og:price:amount']"
)


def read_listing(
    tree: LexborHTMLParser, products: list[Node], lists: list[Node], request: PageRequest
) -> ListingPage | None:
    """The products that a page lists, by an ItemList, JSON-LD products or microdata; None when it is about one.

    Every one of three or more needs a name and an address of its own, and none may be the page's own subject.
    """
    if tree.css_first(_NO_LISTING) is not None:
        return None
    page = _address(request.url, attribute(tree.css_first("link[rel='canonical']"), "href") or request.url)
    decimal = decimal_mark(tree)
    sources = (
        ("json-ld", [_listed(claim_of(p), _stated_address(p), request.url) for p in products]),
        ("item-list", [_listed(*entry, request.url) for items in lists for entry in _entries(items)]),
        (
            "microdata",
            [_listed(*_card(scope, decimal), request.url) for scope in tree.css(PRODUCT_SCOPES)[:MOST_SCOPES]],
        ),
    )
    heading = (first_text(tree, ("h1",)) or "").casefold()
    for source, offers in sources[:1] if products else sources:
        found = {offer.url: offer for offer in offers if offer is not None}
        about_one = page in found or any(offer.title.casefold() == heading for offer in found.values())
        if len(found) >= _FEWEST and None not in offers and not about_one:
            return ListingPage(tuple(found.values()), request.shop, f"structured:{source}")
    return None


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
    address = _address(base, url)
    single = claim.prices[0] if len(claim.prices) == 1 and not claim.ranged and claim.condition else None
    price = single if single and single.currency else None
    is_lower = price is not None and claim.list_price is not None and price.amount < claim.list_price
    return ListedOffer(
        sku=claim.sku or sha256(address.encode()).hexdigest()[:12],
        title=claim.name,
        price=price.amount if price else None,
        currency=price.currency if price else None,
        list_price=claim.list_price if is_lower else None,
        url=address,
    )


def _address(base: str, url: str) -> str:
    """The whole address without its fragment, or the words as they are."""
    try:
        return urldefrag(urljoin(base, url.strip())).url
    except ValueError:
        return url.strip()
