"""An amount of another currency, or of points, is none of euros; what nobody pays with is no currency: made pages."""

import json
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from almazara.prices import pages
from almazara.prices.money import CURRENCIES, IN_USE
from almazara.prices.pages.outcome import Offer, Unreadable
from almazara.words.numbers import NO_PLACES

NAME = "Aceite Lagar Alto"


def read(shown, price="18.95", currency="EUR"):
    product = {"@type": "Product", "name": NAME, "offers": {"price": price, "priceCurrency": currency}}
    published = f"<script type='application/ld+json'>{json.dumps(product)}</script>"
    return pages.read(f"<!doctype html><h1>{NAME}</h1><div>{shown}</div>{published}", url="https://shop.example/p/1")


OTHERS = [
    "18,95 Ft", "S/ 18,95", "18,95 DH", "18,95 din.", "18,95 pesos", "18.95 dólares", "18.95 dollars", "₿ 18,95",
    "18,95 ₿", "18,95 puntos", "18.95 points", "18,95 Punkte", "18,95 punti", "18,95 libras", "18,95 KES", "KES 18,95",
    "18,95 <i>Ft</i>", "<p>18,95</p><p>puntos</p>", "18,95 coronas", "18,95 pesetas", "18,95 ₾", "18,95 Lei",
]  # fmt: skip


@pytest.mark.parametrize("shown", OTHERS)
def test_an_amount_beside_the_mark_of_another_money_is_no_published_price_in_euros(shown):
    assert isinstance(read(shown), Unreadable)


def test_a_whole_amount_beside_the_mark_of_another_money_is_none_either():
    assert isinstance(read("3 995 Ft", price="3995"), Unreadable)


def test_a_page_that_shows_its_price_in_another_money_alone_is_refused_whatever_the_amount():
    assert isinstance(read("7.499,00 Ft"), Unreadable)


@pytest.mark.parametrize(
    "shown",
    ["18,95 €", "18,95", "18,95 € · 1.895,00 puntos", "18,95 <p>Puntos: 40</p>", "18,95 TOP VENTAS", "Gel 18,95"],
)
def test_an_amount_in_euros_or_without_any_mark_is_the_price(shown):
    assert read(shown).price == Decimal("18.95")


@given(st.text("ABCDEGLNPRSTUXYZ", min_size=3, max_size=3))
@example("CLP")
def test_only_a_currency_in_use_is_one_that_a_shop_is_paid_in(code):
    has_cents = code in IN_USE - NO_PLACES
    assert isinstance(read("", currency=code), Offer if has_cents else Unreadable)


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR", "BTC", "PTS", "ESP", "DEM", "HRK", "ITL"])
def test_what_nobody_pays_with_now_is_no_currency_of_a_shop(code):
    assert isinstance(read("", currency=code), Unreadable)
    assert code not in IN_USE


def test_histories_may_hold_former_currencies_besides():
    assert {"ESP", "HRK", "EUR"} < CURRENCIES
    assert IN_USE < CURRENCIES


def test_a_list_has_no_price_in_what_nobody_pays_with():
    def listing(code):
        entry = {"@type": "Product", "offers": {"price": "18.95", "priceCurrency": code}}
        items = [{"@type": "ListItem", "item": entry | {"name": f"Oil {n}", "url": f"/p/{n}"}} for n in "abc"]
        data = json.dumps({"@type": "ItemList", "itemListElement": items})
        html = f"<!doctype html><h1>Oils</h1><script type='application/ld+json'>{data}</script>"
        return {offer.price for offer in pages.read(html, url="https://shop.example/c").offers}

    assert listing("EUR") == {Decimal("18.95")}
    assert listing("XTS") == {None}
