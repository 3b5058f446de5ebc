"""Product pages of Amazon: the featured new offer, or why there is none."""

from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

from almazara.prices.pages.amazon import details, rules
from almazara.prices.pages.amazon.listing import read_listing
from almazara.prices.pages.amazon.marketplaces import CURRENCIES, asin_in_url, is_asin
from almazara.prices.pages.amazon.named import OtherPlaces, named_prices
from almazara.prices.pages.amazon.named_rules import DETAILS
from almazara.prices.pages.amazon.price import FeaturedOffer, FeaturedPrice, NoPrice, featured_price
from almazara.prices.pages.document import attribute, first_text
from almazara.prices.pages.outcome import Condition, Offer, Outcome, Unavailable, Unreadable
from almazara.prices.pages.request import PageRequest

_ASIN_INPUTS = ("input#ASIN", "#buyOneClick input[name='ASIN.0']", "#addToCart input[name='ASIN']")


@dataclass(frozen=True, slots=True)
class _Product:
    """A product page whose product is the one asked for."""

    tree: LexborHTMLParser
    shop: str
    asin: str
    title: str
    offer: FeaturedOffer
    stock: str


def read(tree: LexborHTMLParser, request: PageRequest) -> Outcome:
    """Read a page of an Amazon marketplace that is no block page."""
    tree.strip_tags(["script", "style", "noscript"])
    title = first_text(tree, rules.TITLES)
    if title is None:
        return read_listing(tree, request.shop) or _no_product(tree)
    asin = _shown_asin(tree)
    if asin is None or asin != (request.sku or asin):
        reason = f"The page shows {asin or 'no ASIN'}; asked for was {request.sku or 'none'}."
        return Unreadable(("asin",), reason, asin, title)
    if request.title_changed(title):
        reason = f"The title no longer resembles {request.known_title!r}: the ASIN may have been reused."
        return Unreadable(("title",), reason, asin, title)
    offer = FeaturedOffer(tree, asin)
    return _outcome(_Product(tree, request.shop, asin, title, offer, details.stock_text(offer)))


def _no_product(tree: LexborHTMLParser) -> Unreadable:
    """A page without product title and without results: home page, empty shell, product page cut short."""
    title = first_text(tree, ("h1#title",))
    missing = ("title", "price") if title else ("product", "results")
    reason = "The page shows neither a product with its buy box nor results."
    return Unreadable(missing, reason, _shown_asin(tree) if title else None, title)


def _outcome(product: _Product) -> Outcome:
    found = featured_price(product.tree, product.offer, CURRENCIES[product.shop])
    reason = details.why_unavailable(product.tree, product.stock)
    if reason is None and isinstance(found, NoPrice) and details.has_no_new_offer(product.tree):
        reason = "no featured new offer"
    if reason is None and (details.sells_used_only(product.tree) or details.states_used(product.offer)):
        reason = "used copies only"
    if reason is not None:
        return _unavailable(product, reason, found)
    if details.contradicts_itself(product.tree, product.stock):
        reason = f"The page says {product.stock!r}, and sells the article."
        return Unreadable(("availability",), reason, product.asin, product.title, details.other_prices(product.tree))
    if isinstance(found, NoPrice):
        return Unreadable(found.missing, found.reason, product.asin, product.title, details.other_prices(product.tree))
    return _offer(product, found)


def _offer(product: _Product, found: FeaturedPrice) -> Offer:
    tree, offer, money = product.tree, product.offer, found.money
    condition = details.condition(product.title, offer)
    places = OtherPlaces(tree)
    is_new = condition is Condition.NEW
    # The page of a book's file shows the number of the printed one; a refurbished article is not the new one's good.
    is_numbered = is_new and not found.rule.startswith("kindle")
    return Offer(
        price=money.amount,
        currency=money.currency,
        price_text=found.text,
        rule=f"amazon:{found.rule}",
        shop=product.shop,
        sku=product.asin,
        title=product.title,
        list_price=details.list_price(offer, money),
        unit_price=details.unit_price(offer, money),
        availability=details.availability(tree, product.stock),
        availability_text=product.stock or None,
        seller=details.seller(offer),
        rating=details.rating(tree),
        review_count=details.review_count(tree),
        condition=condition,
        gtin=details.gtin(places.of(DETAILS), offer) if is_numbered else None,
        named=named_prices(places, offer, money, new=is_new),
        seen=details.other_prices(tree) + found.others,
    )


def _unavailable(product: _Product, reason: str, found: FeaturedPrice | NoPrice) -> Unavailable:
    not_taken = ((found.rule, found.text),) if isinstance(found, FeaturedPrice) else ()
    return Unavailable(
        reason=f"The page says: {reason.rstrip(' .')}.",
        rule="amazon:unavailable",
        shop=product.shop,
        sku=product.asin,
        title=product.title,
        availability_text=product.stock or None,
        rating=details.rating(product.tree),
        review_count=details.review_count(product.tree),
        seen=details.other_prices(product.tree) + not_taken,
    )


def _shown_asin(tree: LexborHTMLParser) -> str | None:
    """The ASIN of the product shown, by its buy form before the canonical address; None when several."""
    for selector in _ASIN_INPUTS:
        asins = {attribute(node, "value").upper() for node in tree.css(selector)} - {""}
        if asins:
            asin = asins.pop()
            return asin if not asins and is_asin(asin) else None
    return asin_in_url(attribute(tree.css_first("link[rel='canonical']"), "href"))
