"""What is known of the prices that pages show beside the featured one."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from almazara.prices.buying.named_prices import as_featured, named_rows
from almazara.prices.schema import Availability, NamedPrice, PriceName
from price_shop import NOW, observed

CLUB, SELLER = PriceName.CLUB, PriceName.SELLER


def reading(day, *named, **more):
    prices = tuple(NamedPrice(name, Decimal(price), words) for name, price, words in named)
    return replace(observed("shop.example:1", day, "10", list_price=Decimal(12)), named=prices, **more)


def test_a_reading_with_a_named_price_in_place_of_the_featured_one():
    one = as_featured(reading(0, (CLUB, "9", "con tarjeta"), (PriceName.COUPON, "8", "cupón")), CLUB)
    assert (one.price, one.currency, one.list_price) == (Decimal(9), "EUR", None)


def test_a_reading_that_shows_none_of_that_name_has_no_price():
    one = as_featured(reading(0, (PriceName.COUPON, "8", "cupón")), CLUB)
    assert (one.price, one.currency, one.availability) == (None, None, Availability.UNAVAILABLE)


@pytest.mark.parametrize(
    ("seller", "price"), [("", "7"), ("nunez", "8"), ("Núñez Hnos", "8"), ("otra", "7"), ("x", None)]
)
def test_of_sellers_the_one_that_is_named_counts_and_else_the_cheapest(seller, price):
    one = as_featured(reading(0, (SELLER, "8", "Núñez Hnos."), (SELLER, "7", "Otra")), SELLER, seller)
    assert one.price == (price and Decimal(price))


def test_of_each_name_the_last_price_its_condition_and_its_lowest_are_known():
    history = [
        reading(3, (CLUB, "9", "socios")),
        reading(2, (CLUB, "8.50", "socios"), (PriceName.COUPON, "8", "cupón")),
        reading(1, (CLUB, "9.10", "con tarjeta")),
    ]
    club, coupon = named_rows(history[::-1])
    assert (club.name, club.price, club.condition, club.shown) == (CLUB, Decimal("9.10"), "con tarjeta", True)
    assert (club.low, club.low_at) == (Decimal("8.50"), NOW - timedelta(days=2))
    assert (coupon.shown, coupon.seen_at) == (False, NOW - timedelta(days=2))


def test_each_seller_is_one_of_its_own():
    rows = named_rows([reading(0, (SELLER, "8", "Núñez"), (SELLER, "7", "Otra"))])
    assert [(row.condition, row.price) for row in rows] == [("Otra", Decimal(7)), ("Núñez", Decimal(8))]


def test_lows_in_another_currency_are_not_compared():
    [row] = named_rows([reading(1, (CLUB, "5", "s"), currency="USD"), reading(0, (CLUB, "9", "s"))])
    assert (row.low, row.currency) == (Decimal(9), "EUR")


def test_without_readings_nothing_is_known():
    assert named_rows([]) == named_rows([reading(0)]) == []
