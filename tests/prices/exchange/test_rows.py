"""One row of a tidy table: what it names is kept."""

from almazara.prices.exchange.rows import Defaults, Entry, read_tidy_row

ROW = {"listing_id": "shop:1", "date": "2026-03-01", "price": "5.99", "currency": "EUR"}


def test_a_row_keeps_its_title_category_and_address():
    named = {"title": "Aceite", "category": "oil", "url": "https://shop.example/1"}
    found = read_tidy_row(1, {**ROW, **named}, Defaults())
    assert isinstance(found, Entry)
    assert (found.listing.title, found.listing.category, found.listing.url) == tuple(named.values())
