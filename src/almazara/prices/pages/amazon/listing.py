"""Search, category and bestseller pages of Amazon: the results in the page's order."""

from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.money import Money, parse_price
from almazara.prices.pages.amazon import rules
from almazara.prices.pages.amazon.marketplaces import CURRENCIES, asin_in_url, is_asin
from almazara.prices.pages.amazon.price import higher_price, is_struck, price_text, with_fraction
from almazara.prices.pages.amazon.wording import said_beside
from almazara.prices.pages.document import attribute, count_in, first_text, lineage, rating_in, text_of
from almazara.prices.pages.outcome import ListedOffer, ListingPage

_SPONSORED: Final = (
    ".s-sponsored-label-text, .puis-sponsored-label-text, [data-component-type='sp-sponsored-result'], "
    ".s-sponsored-label-info-icon, .puis-sponsored-label-info-icon, .s-sponsored-info-icon, .s-sponsored-header, "
    "a[href*='/sspa/click'], a[href*='/slredirect/']"
)
# Prices of a card that are another offer's: other sellers, used, subscription, another format.
_SECONDARY: Final = "[data-cy='secondary-offer-recipe'], .s-pc-secondary, [data-cy='sns-recipe']"
_MOST_CARDS: Final = 1_000
_AROUND: Final = 6
_TITLES: Final = (
    "[data-cy='title-recipe'] a h2", "[data-cy='title-recipe'] h2 a", "h2 a", "a h2", "h2", ".octopus-pc-asin-title",
)  # fmt: skip


def read_listing(tree: LexborHTMLParser, shop: str) -> ListingPage | None:
    """The results of a search or bestseller page, or None when it shows none."""
    for name, cards, read in _LAYOUTS:
        offers = [read(card, shop) for card in tree.css(cards)[:_MOST_CARDS]]
        if found := tuple(offer for offer in offers if offer is not None):
            return ListingPage(found, shop, f"amazon:{name}")
    return None


def _search_card(card: LexborNode, shop: str) -> ListedOffer | None:
    asin = attribute(card, "data-asin") or _linked_asin(card)
    title = attribute(card.css_first("h2[data-attribute]"), "data-attribute") or first_text(card, _TITLES)
    if not is_asin(asin) or not title:
        return None
    price = _price(card, CURRENCIES[shop]) or _price_before_2019(card, CURRENCIES[shop])
    struck = card.css_first(".a-price[data-a-strike='true']")
    rating = attribute(card.css_first("[aria-label*='5']"), "aria-label") or text_of(card.css_first(".a-icon-alt"))
    return ListedOffer(
        sku=asin,
        title=title,
        price=price.amount if price else None,
        currency=price.currency if price else None,
        list_price=higher_price(struck, price) if struck is not None and price else None,
        url=f"https://www.{shop}/dp/{asin}",
        sponsored="AdHolder" in attribute(card, "class") or card.css_first(_SPONSORED) is not None,
        rating=rating_in(text_of(card.css_first(".a-icon-alt")) or rating),
    )


def _linked_asin(card: LexborNode) -> str:
    """The first ASIN that a card's links name, or empty."""
    links = (attribute(link, "href") for link in card.css("a[href*='/dp/'], a[href*='/gp/product/']"))
    return next((asin for link in links if (asin := asin_in_url(link))), "")


def _price_before_2019(card: LexborNode, currency: str) -> Money | None:
    """The first price of a card of 2017 and 2018, as screen readers say it or in parts."""
    for place in card.css(".sx-price, .s-price"):
        if is_struck(place):
            continue
        said = [text_of(node) for node in (place.parent.css(".a-offscreen") if place.parent else [])]
        priced = [text for text in said if any(c.isdigit() for c in text)]
        return parse_price(priced[0] if priced else _sx_text(place), currency_hint=currency)
    return None


def _sx_text(place: LexborNode) -> str:
    """`$` `899` `99` as `$899.99`; a range, or a missing part, as what no price is read from."""
    whole, fraction = place.css(".sx-price-whole"), place.css(".sx-price-fractional")
    if not whole:
        return text_of(place)
    if len(whole) > 1 or len(fraction) > 1:
        return "?"
    digits = with_fraction(text_of(whole[0]), "", text_of(fraction[0]) if fraction else "")
    return f"{text_of(place.css_first('.sx-price-currency'))} {digits}"


def _price(card: LexborNode, currency: str) -> Money | None:
    """The card's only price that is neither struck nor for a unit nor of another offer; None for a range."""
    secondary = {node.mem_id for part in card.css(_SECONDARY) for node in part.css(".a-price")}
    nodes = [
        node for node in card.css(".a-price:not(.a-text-price)") if node.mem_id not in secondary and not is_struck(node)
    ]
    if not nodes:
        return None
    following = nodes[0].next
    while following is not None and following.is_text_node and following.is_empty_text_node:
        following = following.next
    if following is not None and text_of(following).startswith(("-", "\u2013")):
        return None
    return parse_price(price_text(nodes[0]), currency_hint=currency)


def _bestseller_card(card: LexborNode, shop: str) -> ListedOffer | None:
    asin = _linked_asin(card)
    title = first_text(card, ("[class*='line-clamp']", "a > span > div", ".p13n-sc-truncate"))
    title = title or attribute(card.css_first("img"), "alt")
    if not asin or not title:
        return None
    others = {node.mem_id for node in card.css("a[href*='offer-listing'] *")}
    nodes = [node for node in card.css("span[class*='p13n-sc-price']") if node.mem_id not in others]
    is_single = len(nodes) == 1 and not _is_of_other_offers(nodes[0], asin)
    price = parse_price(text_of(nodes[0]), currency_hint=CURRENCIES[shop]) if is_single else None
    return ListedOffer(
        sku=asin,
        title=title,
        price=price.amount if price else None,
        currency=price.currency if price else None,
        url=f"https://www.{shop}/dp/{asin}",
        rating=rating_in(text_of(card.css_first(".a-icon-alt"))),
        review_count=count_in(text_of(card.css_first(".a-icon-row .a-size-small"))),
    )


def _is_of_other_offers(node: LexborNode, asin: str) -> bool:
    """Whether words before a price make it that of used goods, or the lowest of offers which no link shows.

    `1 offer from $59.99` that leads to the product's own page is what that page asks.
    """
    before = said_beside(node)[0]
    links = (attribute(step, "href") for step in islice(lineage(node), _AROUND) if step.tag == "a")
    is_own = any(asin_in_url(link) == asin for link in links)
    return rules.USED.search(before) is not None or (rules.FROM.search(before) is not None and not is_own)


# Shapes of a result list: the rule's name, the cards, and how one card is read.
_LAYOUTS: Final = (
    ("search", "[data-component-type='s-search-result']", _search_card),
    ("search", ".s-result-item[data-asin]", _search_card),
    ("bestsellers", "#gridItemRoot, .zg-item-immersion, .zg_itemImmersion", _bestseller_card),
    ("bestsellers", ".zg-carousel-general-faceout", _bestseller_card),
    ("category", ".octopus-pc-item", _search_card),
)
