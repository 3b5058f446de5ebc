"""The demo shop's prices, and that its pages say them so that the readers understand."""

import json
import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.demo.oils import PRODUCTS, as_of, blocks, demo_listings, price_on
from almazara.prices.demo.pages import captcha_page, index_page, product_page, robots_txt, search_page
from almazara.prices.fetching.politeness import read_robots
from almazara.prices.gtin import gtin_of
from almazara.prices.packs import litres
from almazara.prices.pages import read
from almazara.prices.pages.outcome import Blocked, Offer, Unavailable

DAY = date(2026, 11, 22)
YEAR = [DAY - timedelta(days) for days in range(365)]
BASE = "http://127.0.0.1:8123"

products = pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.slug)


def history(product):
    return [price_on(product, day) for day in reversed(YEAR)]


@given(st.sampled_from(PRODUCTS), st.dates())
def test_a_day_has_one_price_below_its_list_price_or_none_while_out_of_stock(product, day):
    state = price_on(product, day)
    assert state == price_on(product, day)
    assert state.in_stock is (state.price is not None)
    if state.price is None:
        assert state.list_price is None
    else:
        usual = Decimal(product.usual_cents) / 100
        assert usual / 2 < state.price < usual * 2
        assert state.price.as_tuple().exponent == -2
        assert state.list_price is None or state.price < state.list_price


@products
def test_a_year_has_steps_sales_and_stock_outs_and_prices_held_between_them(product):
    states = history(product)
    changes = sum(before != after for before, after in pairwise(states))
    assert 10 <= changes <= 60
    assert 3 <= sum(state.list_price is not None for state in states) <= 80
    assert 2 <= sum(not state.in_stock for state in states) <= 40


def test_no_stock_out_lasts_longer_than_two_that_meet():
    for product in PRODUCTS:
        marks = "".join("x" if state.in_stock else "o" for state in history(product))
        assert max(map(len, re.findall("o+", marks))) <= 10


def test_prices_of_the_products_do_not_move_on_the_same_days():
    moved = [
        {day for day, (before, after) in enumerate(pairwise(history(product))) if before != after}
        for product in PRODUCTS
    ]
    assert all(one != other for one, other in pairwise(moved))


def test_alerts_have_something_to_do_every_season():
    targets = {listing.sku: listing.target_price for listing in demo_listings()}
    hit = [day for day in YEAR if any(_below(product, day, targets[product.slug]) for product in PRODUCTS)]
    assert 30 <= len(hit) <= 335


def _below(product, day, target):
    price = price_on(product, day).price
    return price is not None and price <= target


@products
def test_the_title_says_the_litres_and_that_it_is_a_demo(product):
    assert litres(product.title) == product.litres
    assert "demo" in product.title


def test_a_listing_has_an_address_that_is_known_to_lead_nowhere():
    listings = demo_listings()
    assert [listing.listing_id for listing in listings] == [f"{product.shop}:{product.slug}" for product in PRODUCTS]
    assert listings[0].url == "https://demo.invalid/producto/garrafa-5l"
    assert as_of(listings[0].url, DAY) == "https://demo.invalid/producto/garrafa-5l?day=2026-11-22"


@given(st.dates())
def test_captchas_are_rare_and_never_in_the_first_look_nor_twice_in_a_row(day):
    shown = [blocks(day, request) for request in range(610)]
    assert sum(shown) == 10
    assert not any(shown[: len(PRODUCTS) + 3])
    assert not any(one and next_ for one, next_ in pairwise(shown))


@products
def test_every_page_of_a_product_is_read_as_what_the_shop_asks_that_day(product):
    for day in YEAR[::4]:
        state = price_on(product, day)
        outcome = read(product_page(product, day), url=f"{BASE}/producto/{product.slug}", known_title=product.title)
        if state.price is None:
            assert isinstance(outcome, Unavailable), (day, outcome)
        else:
            assert isinstance(outcome, Offer), (day, outcome)
            assert (outcome.price, outcome.currency) == (state.price, "EUR")
            assert outcome.title == product.title
            assert outcome.list_price == state.list_price


def test_both_shops_sell_goods_under_one_number_that_no_real_goods_have():
    numbers = Counter(product.gtin for product in PRODUCTS if product.gtin)
    assert set(numbers.values()) == {2}
    assert all(number.startswith("952") and gtin_of(number) == number for number in numbers)
    for product in PRODUCTS:
        published = _json_ld(product_page(product, DAY)).get("gtin13")
        assert published == (product.gtin or None) == next(o.gtin for o in demo_listings() if o.sku == product.slug)


def test_members_pay_less_and_the_page_says_so():
    [garrafa, *_] = PRODUCTS
    state = price_on(garrafa, DAY)
    assert state.club_price < state.price
    assert f"Precio socio: {_printed(state.club_price)}" in product_page(garrafa, DAY)


def test_the_captcha_page_is_read_as_blocked():
    assert isinstance(read(captcha_page(), url=BASE), Blocked)


def _json_ld(html):
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])


def _printed(amount):
    return f"{amount:.2f} €".replace(".", ",")


@products
def test_what_is_published_for_machines_is_what_is_shown(product):
    for day in YEAR[::7]:
        html = product_page(product, day)
        offer = _json_ld(html)["offers"]
        shown = re.findall(r'<strong class="price">(.*?)</strong>', html)
        assert shown == ([_printed(Decimal(offer["price"]))] if offer["availability"].endswith("/InStock") else [])


@pytest.mark.parametrize(
    "html",
    [product_page(PRODUCTS[0], DAY), index_page(DAY), search_page("picual", DAY), captcha_page()],
    ids=["product", "index", "search", "captcha"],
)
def test_every_page_calls_itself_a_demo_in_its_title_and_banner(html):
    assert "Tienda de demostración" in re.search("<title>(.*)</title>", html)[1]
    assert "Demo: productos, precios y existencias inventados." in html


def test_a_product_page_shows_other_products_prices_too():
    html = product_page(PRODUCTS[0], DAY)
    assert len(re.findall('<span class="price">', html)) == 3


def test_a_search_finds_products_by_their_words_without_accents_or_case():
    assert re.findall('/producto/([a-z0-9-]+)">', search_page("BOTÉLLAS coupage", DAY)) == ["coupage-6x750ml"]
    assert "Ningún producto" in search_page("vinagre", DAY)


def test_what_someone_searched_cannot_write_into_the_page():
    assert "<script>alert" not in search_page("<script>alert(1)</script>", DAY)


def test_robots_may_read_the_products_but_not_the_account():
    robots = read_robots(200, robots_txt().encode())
    assert robots.refusal(f"{BASE}/producto/suave-1l", "Almazara") is None
    assert robots.refusal(f"{BASE}/cuenta", "Almazara") is not None
