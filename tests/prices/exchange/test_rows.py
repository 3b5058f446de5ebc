"""One row of a tidy table: what it names is kept."""

from decimal import Decimal

import pytest

from almazara.prices.exchange.rows import Defaults, Entry, Refusal, read_tidy_row

ROW = {"listing_id": "shop:1", "date": "2026-03-01", "price": "5.99", "currency": "EUR"}


def test_a_row_keeps_its_title_category_and_address():
    named = {"title": "Aceite", "category": "oil", "url": "https://shop.example/1"}
    found = read_tidy_row(1, {**ROW, **named}, Defaults())
    assert isinstance(found, Entry)
    assert (found.listing.title, found.listing.category, found.listing.url) == tuple(named.values())


def with_named(text):
    return read_tidy_row(1, {**ROW, "named": text}, Defaults())


@pytest.mark.parametrize("price", ['"5.50"', "5.50", '"5.5"'])
def test_a_named_price_is_kept_with_the_currencys_decimals(price):
    found = with_named(f'[{{"name": "club", "price": {price}, "condition": "socios"}}]')
    assert isinstance(found, Entry)
    assert [str(one.price) for one in found.observation.named] == ["5.50"]


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ('[{"name": "club", "price": "1e1", "condition": ""}]', "no plain number"),
        ('[{"name": "club", "price": 5e0, "condition": ""}]', "no plain number"),
        ('[{"name": "club", "price": "5,50", "condition": ""}]', "no plain number"),
        ('[{"name": "club", "price": true, "condition": ""}]', "no plain number"),
        ('[{"name": "club", "price": null, "condition": ""}]', "no amount"),
        ('[{"name": "club", "price": "5.99", "condition": ""}]', "none that a reading keeps"),
        ('[{"name": "basket", "price": "6.00", "condition": ""}]', "none that a reading keeps"),
        ('[{"name": "coupon", "price": "1.00", "condition": ""}]', "none that a reading keeps"),
        ('[{"name": "delivered", "price": "5.98", "condition": ""}]', "none that a reading keeps"),
        (
            '[{"name":"club","price":"5.50","condition":"a"},{"name":"club","price":"5.40","condition":"a"}]',
            "one name and condition has one amount",
        ),
        ('[{"name": "half", "price": "5.50", "condition": ""}]', "not such as an export writes"),
        ('{"name": "club"}', "not such as an export writes"),
    ],
)
def test_a_named_price_that_no_reading_would_keep_refuses_the_row(named, reason):
    found = with_named(named)
    assert isinstance(found, Refusal)
    assert reason in found.reason


def test_sellers_may_ask_several_prices():
    sellers = ", ".join(f'{{"name": "seller", "price": "{p}", "condition": "{p}"}}' for p in ("5.50", "6.50"))
    assert [one.price for one in with_named(f"[{sellers}]").observation.named] == [Decimal("5.50"), Decimal("6.50")]
