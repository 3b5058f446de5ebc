"""What the price in markup may say beside its number, and how its digits may be written; made pages."""

# ruff: noqa: RUF001 - prices are written with these signs

import json
from decimal import Decimal

import pytest

from almazara.prices import pages
from almazara.prices.pages.outcome import Offer, Unreadable

SHOP = "https://www.shop.example/p/lagar"
ASIN = "B0SAMPLE01"


def read(body, lang="es", url=SHOP):
    return pages.read(f"<!doctype html><html lang='{lang}'>{body}", url=url)


def json_ld(price, shown=""):
    product = {"@type": "Product", "name": "Lagar", "offers": {"price": price, "priceCurrency": "EUR"}}
    return f"<h1>Lagar</h1>{shown}<script type='application/ld+json'>{json.dumps(product)}</script>"


def microdata(price):
    return (
        "<div itemscope itemtype='https://schema.org/Product'><h1 itemprop='name'>Lagar</h1><div itemprop='offers' "
        f"itemscope itemtype='https://schema.org/Offer'><b itemprop='price'>{price}</b>"
        "<meta itemprop='priceCurrency' content='EUR'></div></div>"
    )


@pytest.mark.parametrize(
    "price",
    ["39,95", "39,95 €", "EUR 39.95", "39.95*", "39.95 EUR", "39.950000"],
)
@pytest.mark.parametrize("form", [json_ld, microdata])
def test_a_number_is_read_with_its_currencys_mark(form, price):
    outcome = read(form(price))
    assert isinstance(outcome, Offer)
    assert outcome.price == Decimal("39.95")


@pytest.mark.parametrize(
    "price",
    ["desde 39.95", "39.95 al mes", "39.95 (sin IVA)", "39.95 neto", "39.95 l", "$39.95", "39.95 USD", "39.95-",
     "39.95+", "\u202e59.93\u202c", "39⁹⁵", "39²", "39₂", "③⑨", "12.345,678"],
)  # fmt: skip
@pytest.mark.parametrize("form", [json_ld, microdata])
def test_a_number_beside_anything_else_is_no_price(form, price):
    assert isinstance(read(form(price)), Unreadable)


@pytest.mark.parametrize("lang", ["es", "de", "fr", "en", ""])
@pytest.mark.parametrize("price", ["39,950", "1,234", "1.234", "1,234 €"])
def test_three_digits_behind_the_only_mark_of_json_ld_are_neither_thousands_nor_decimals(price, lang):
    assert isinstance(read(json_ld(price), lang), Unreadable)


@pytest.mark.parametrize("published", ["3995", "395", "39"])
def test_raised_digits_that_a_page_shows_are_the_cents(published):
    assert isinstance(read(json_ld("39.95", "<p>39⁹⁵ €</p>")), Offer)
    assert isinstance(read(json_ld(published, "<p>39⁹⁵ €</p>")), Unreadable)


def amazon(price, lang="es"):
    body = (
        f"<title>Lagar</title><div id='ppd'><span id='productTitle'>Lagar</span><span id='priceblock_ourprice'>{price}"
        f"</span><form id='addToCart'>"
        f"<input id='ASIN' name='ASIN' value='{ASIN}'><input id='add-to-cart-button'></form>"
    )
    return read(body, lang, f"https://www.amazon.es/dp/{ASIN}")


@pytest.mark.parametrize("price", ["39,950 €", "1,234 €", "39⁹⁵ €", "39² €"])
def test_a_price_of_amazon_that_can_be_read_in_two_ways_is_refused(price):
    assert isinstance(amazon(price), Unreadable)


def test_a_price_of_amazon_has_the_marks_of_its_pages_language():
    assert amazon("1.234 €").price == amazon("€1,234", "en").price == Decimal(1234)


@pytest.mark.parametrize("price", ["٣٩٫٩٥", "３９.９５"])
def test_digits_of_any_script_are_digits(price):
    assert read(json_ld(price)).price == Decimal("39.95")
