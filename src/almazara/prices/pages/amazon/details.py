"""What a product page of Amazon says beside the price: stock, list price, unit price, seller, reviews."""

import re
from decimal import Decimal
from itertools import islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from almazara.prices.gtin import gtins_in
from almazara.prices.money import Money, parse_price
from almazara.prices.pages.amazon import named_rules, rules
from almazara.prices.pages.amazon.price import FeaturedOffer, buy_box_rows, higher_price
from almazara.prices.pages.amazon.wording import plain
from almazara.prices.pages.document import count_in, first_text, rating_in, text_of
from almazara.prices.pages.outcome import Condition, UnitPrice
from almazara.prices.pages.request import folded
from almazara.prices.pages.shops.sayings import USED
from almazara.prices.schema import Availability

_PER = re.compile(r"^\(?\s*(?P<price>[^/()]*\d[^/()]*?)\s*/\s*(?P<per>[^/()]{1,30}?)\s*\)?$")
_LONGEST_SELLER = 60
_MOST_ROWS: Final = 300


def stock_text(offer: FeaturedOffer) -> str:
    """The stock line of the featured row, without the data that newer pages hide in it."""
    lines = (text_of(node).split(" {")[0].strip() for node in offer.places(rules.AVAILABILITIES))
    return next((text for line in lines if (text := re.sub(r"\s+(?=[.,!])", "", line))), "")


def why_unavailable(tree: LexborHTMLParser, stock: str) -> str | None:
    """The page's own words that there is no featured offer to buy, or None."""
    is_gone = _says_one_of(stock, rules.UNAVAILABLE_WORDS) or tree.css_first("#outOfStock") is not None
    if is_gone and not can_be_bought(tree):
        return stock or "out of stock"
    return stock if _says_one_of(stock, rules.NO_FEATURED_WORDS) else None


def _says_one_of(stock: str, words: tuple[str, ...]) -> bool:
    lowered = stock.lower()
    return any(word in lowered for word in words)


def has_no_new_offer(tree: LexborHTMLParser) -> bool:
    """Whether the buy box sends to other sellers or sells used copies only."""
    return tree.css_first("#unqualifiedBuyBox, #buybox-see-all-buying-choices, #usedBuySection") is not None


def sells_used_only(tree: LexborHTMLParser) -> bool:
    """Whether the buy box has used or rented copies and no new one."""
    kinds = [kind for _, kind in buy_box_rows(tree) if kind]
    if kinds:
        return all(kind.startswith(rules.USED_ROWS) for kind in kinds)
    return tree.css_first(rules.USED_BOXES) is not None and tree.css_first(rules.NEW_BOXES) is None


def states_used(offer: FeaturedOffer) -> bool:
    """Whether a line of the featured row, such as that of its seller, says that the goods are used."""
    lines = (plain(text_of(node)) for node in offer.places((*rules.SELLERS, *rules.AVAILABILITIES)))
    return any(USED.search(line) for line in lines)


def contradicts_itself(tree: LexborHTMLParser, stock: str) -> bool:
    """Whether an article that is said to be gone can be put into the basket, and not to be sent when it is back."""
    is_gone = _says_one_of(stock, rules.UNAVAILABLE_WORDS)
    return is_gone and can_be_bought(tree) and availability(tree, stock) is not Availability.PREORDER


def can_be_bought(tree: LexborHTMLParser) -> bool:
    """Whether there is a button that puts the article into the basket."""
    return tree.css_first("#add-to-cart-button, #buy-now-button, #one-click-button") is not None


def availability(tree: LexborHTMLParser, stock: str) -> Availability:
    """What the stock line means; without one, a button to buy means in stock (as for Kindle books)."""
    for meaning, words in rules.AVAILABILITY_WORDS:
        if _says_one_of(stock, words):
            return meaning
    return Availability.IN_STOCK if not stock and can_be_bought(tree) else Availability.UNKNOWN


def list_price(offer: FeaturedOffer, price: Money) -> Decimal | None:
    """The struck or recommended price of the same offer: higher, and in the same currency."""
    prices = (higher_price(node, price) for node in offer.places(rules.LIST_PRICES))
    return next((higher for higher in prices if higher is not None), None)


def unit_price(offer: FeaturedOffer, price: Money) -> UnitPrice | None:
    """The price for a unit of measure, as printed beside the featured price."""
    for node in offer.places(rules.UNIT_PRICES):
        text = _without_doubles(text_of(node))
        match = _PER.match(text)
        money = parse_price(match["price"], currency_hint=price.currency) if match else None
        if match and money and money.currency == price.currency:
            return UnitPrice(money.amount, money.currency, match["per"], text.strip("() "))
    return None


def _without_doubles(text: str) -> str:
    """`26,21€ 26,21€ / 2`, written for eyes and for screen readers, as `26,21€ / 2`."""
    return re.sub(r"(\S*\d\S*(?:\s?[^\d\s/()]{1,4})?)\s\1(?=[\s/)])", r"\1", text)


def seller(offer: FeaturedOffer) -> str | None:
    """The seller's name, or the sentence that names it."""
    texts = map(text_of, offer.places(rules.SELLERS))
    return next((text for text in texts if 0 < len(text) <= _LONGEST_SELLER), None)


def rating(tree: LexborHTMLParser) -> Decimal | None:
    """Stars of five."""
    return rating_in(first_text(tree, rules.RATINGS))


def review_count(tree: LexborHTMLParser) -> int | None:
    """How many rated it; 0 where the page invites to be the first, None where it says nothing."""
    shown = first_text(tree, rules.REVIEW_COUNTS)
    if shown is not None:
        return count_in(shown)
    invited = first_text(tree, rules.NO_REVIEWS)
    return 0 if invited is not None and not any(c.isdigit() for c in invited) else None


def other_prices(tree: LexborHTMLParser) -> tuple[tuple[str, str], ...]:
    """Prices of used copies, other sellers and subscriptions."""
    found = ((name, text_of(node)) for name, selector in rules.OTHER_PRICES for node in tree.css(selector)[:3])
    return tuple((name, text) for name, text in found if text)


def gtin(tables: list[LexborNode], offer: FeaturedOffer) -> str | None:
    """The number of the goods, by the rows of its details that are labelled as one; None where rows differ."""
    found: set[str] = set()
    rows = (row for table in tables for row in table.css(named_rules.DETAIL_ROWS))
    for row in islice(rows, _MOST_ROWS):
        text = folded(plain(text_of(row)))
        label = named_rules.NUMBERED.match(text)
        if label and offer.why_not(row) is None:
            found |= gtins_in(text[label.end() :])
    return found.pop() if len(found) == 1 else None


def condition(title: str, offer: FeaturedOffer) -> Condition:
    """Refurbished where the title or the open row say so; used offers are never featured."""
    lowered = title.lower()
    renewed = offer.is_renewed or any(words in lowered for words in rules.REFURBISHED_WORDS)
    return Condition.REFURBISHED if renewed else Condition.NEW
