"""Categories in short and in full: index, fan, all products by the litre on one chart, the cheapest of each grade."""

from datetime import timedelta
from decimal import Decimal

import pytest

from almazara.errors import NotFoundError
from almazara.prices.answers import DataQuery
from almazara.prices.service import PriceService
from price_shop import NOW, observed, product, search

TODAY = NOW.date()


class Live:
    current = None


@pytest.fixture
def service(store):
    """Two oils that rose by a quarter 40 days ago, one in dollars, one without litres; milk that was never read."""
    for number, litres, title in ((1, 1, "AOVE"), (2, 5, "Aceite de orujo"), (3, 1, "AOVE"), (4, None, "AOVE")):
        store.save_listing(product(number, category="oil", title=title, litres=litres and Decimal(litres)))
        price, currency = (10 * (litres or 1), "USD" if number == 3 else "EUR")
        store.append(
            observed(f"shop.example:{number}", day, f"{price * (1 if day < 40 else 0.8):.2f}", currency=currency)
            for day in range(500)
        )
    store.save_listing(product(5, category="milk"))
    store.save_listing(search(category="oil"))
    store.save_listing(product(6))
    return PriceService(store, Live(), timezone="UTC", clock=lambda: NOW)


def test_each_category_is_told_with_its_index_now_and_before(service):
    milk, oil = service.categories()
    assert (oil.category, oil.products, oil.currency, oil.unit) == ("oil", 4, "EUR", "litre")
    assert (oil.index, oil.index_30, oil.index_90) == (10.0, 10.0, 8.0)
    assert [(one.currency, one.grade) for one in oil.cheapest] == [
        ("EUR", "extra virgin"),
        ("EUR", "pomace"),
        ("USD", "extra virgin"),
    ]
    assert (milk.category, milk.products, milk.index, milk.index_30, milk.currency) == ("milk", 1, None, None, None)


def test_the_page_of_a_category_has_its_last_year_and_that_of_its_products(service):
    found = service.category_story("oil")
    rows, _ = service.index(DataQuery(category="oil", start=NOW - timedelta(days=364, hours=11)))
    assert found.index == [row for row in rows if row.product == "category:oil"]
    assert len(found.index) == 365
    assert {line.product.sku: (line.first_day, line.per_litre[0], line.per_litre[-1]) for line in found.lines} == {
        "1": (TODAY - timedelta(days=364), 8.0, 10.0),
        "2": (TODAY - timedelta(days=364), 8.0, 10.0),
    }
    assert all(len(line.per_litre) == 365 for line in found.lines)
    assert found.prediction is None


def test_a_category_whose_products_were_never_read_has_a_page_without_prices(service):
    found = service.category_story("milk")
    assert (found.index, found.lines, found.cheapest.offers) == ([], [], [])


@pytest.mark.parametrize("category", ["wine", "", "\0", "x" * 3000])
def test_an_unknown_category_is_not_found(service, category):
    with pytest.raises(NotFoundError, match="no category"):
        service.category_story(category)


def test_categories_are_made_once_while_nothing_changes(service, monkeypatch):
    reads = []
    read = service.store.readings
    monkeypatch.setattr(service.store, "readings", lambda *a: reads.append(a) or read(*a))
    assert service.categories() == service.categories()
    assert len(reads) == 1
    service.store.append([observed("shop.example:1", 600, "1.00")])
    service.categories()
    assert len(reads) == 2
