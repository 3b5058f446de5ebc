"""The index of a category moves as its products do, and not when one of them comes or goes."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from almazara.errors import InputError, NotFoundError
from almazara.prices.answers import DataQuery
from almazara.prices.buying import policy
from almazara.prices.buying.category_index import (
    MATCHED_DAYS,
    PER_LITRE,
    RELATIVE,
    category_indices,
    chained,
    panel_of,
)
from almazara.prices.forecasting import published
from almazara.prices.forecasting.making import build_forecasts
from almazara.prices.forecasting.models import registry
from almazara.prices.publishing import Published, category_panel
from almazara.prices.service import PriceService
from panels import made_panel
from price_shop import NOW, observed, product

FIRST = date(2026, 1, 1)


def series_of(prices, currencies=None):
    """Daily series `a`, `b` ... of rows of prices, None where unknown."""
    rows = {chr(97 + number): row for number, row in enumerate(prices)}
    return made_panel(rows, FIRST, currencies or ["EUR"] * len(rows))


def only(prices, litres=None, currencies=None):
    [index] = category_indices("category:oil", series_of(prices, currencies), litres or {})
    return index


def test_a_dearer_product_that_enters_makes_no_jump():
    index = only([[5.0] * 6, [None] * 3 + [50.0] * 3], {"a": 1.0, "b": 1.0})
    assert index.values == pytest.approx([27.5] * 6)
    assert index.products.tolist() == [1, 1, 1, 2, 2, 2]


def test_a_product_that_leaves_makes_no_jump():
    index = only([[5.0] * 6, [50.0] * 3 + [None] * 3], {"a": 1.0, "b": 1.0})
    assert index.values == pytest.approx([5.0] * 6)


def test_when_all_fall_by_a_tenth_so_does_the_index():
    index = only([[5.0, 5.0, 4.5], [50.0, 50.0, 45.0], [8.0, 8.0, 7.2]], {"a": 0.5, "b": 5.0, "c": 1.0})
    assert index.values[-1] / index.values[0] == pytest.approx(0.9)
    assert index.values[-1] == pytest.approx(9.0)  # the median of 9, 9 and 7.20 per litre


def test_the_newest_value_is_the_median_price_per_litre_of_that_day():
    index = only([[10.0, 12.0], [20.0, 20.0], [9.0, 90.0]], {"a": 2.0, "b": 2.0, "c": 3.0})
    assert (index.unit, index.values[-1]) == (PER_LITRE, 10.0)


def test_without_any_litres_the_newest_day_is_a_hundred():
    index = only([[5.0, 4.0], [10.0, 8.0]])
    assert (index.unit, index.values.tolist()) == (RELATIVE, pytest.approx([125.0, 100.0]))


def test_a_product_without_litres_moves_the_index_and_not_its_level():
    index = only([[5.0, 5.0], [10.0, 5.0]], {"a": 1.0})
    assert index.values == pytest.approx([5.0 * np.sqrt(2), 5.0])


def test_currencies_are_never_mixed():
    indices = category_indices(
        "category:oil", series_of([[5.0, 5.0], [6.0, 6.0], [1.0, 2.0]], ["EUR", "EUR", "USD"]), {}
    )
    assert [(one.index_id, one.currency) for one in indices] == [
        ("category:oil", "EUR"),
        ("category:oil:USD", "USD"),
    ]
    assert indices[0].values == pytest.approx([100, 100])
    assert indices[1].values == pytest.approx([50, 100])


def test_a_product_that_comes_back_soon_brings_its_change_and_late_none():
    soon, late = ([[5.0] * (gap + 2), [10.0, *[None] * gap, 20.0]] for gap in (3, MATCHED_DAYS))
    assert only(soon).values[-1] / only(soon).values[0] == pytest.approx(np.sqrt(2))
    assert only(late).values[-1] / only(late).values[0] == pytest.approx(1)


def test_a_day_on_which_nothing_is_known_has_no_value():
    index = only([[5.0, None, 10.0]])
    assert np.isnan(index.values[1])
    assert index.values[[0, 2]] == pytest.approx([50, 100])


def test_an_index_from_a_later_day_on_is_the_same_index():
    index = only([[5.0, 6.0, 7.0]])
    later = index.since(FIRST + timedelta(days=1))
    assert (later.first_day, later.values.tolist()) == (FIRST + timedelta(days=1), index.values[1:].tolist())
    assert index.since(FIRST - timedelta(days=9)).values.tolist() == index.values.tolist()


@given(arrays(float, (4, 12), elements=st.floats(0.01, 1e5)), st.floats(0.1, 10), st.permutations(range(4)))
def test_neither_the_order_nor_the_size_of_products_matters(prices, factor, order):
    scaled = prices * np.array([[1.0], [factor], [1.0], [factor]])
    np.testing.assert_allclose(chained(scaled[list(order)]), chained(prices), atol=1e-9)


def test_a_fixed_set_of_products_has_no_chain_drift():
    prices = np.exp(np.random.default_rng(1).normal(0, 0.3, (5, 50)))
    prices[:, -1] = prices[:, 0]
    assert chained(prices)[-1] == pytest.approx(0)


@pytest.fixture
def oil(store):
    """Two oils by the litre and something else; the oils fell by a tenth five days ago."""
    for number, litres, category in ((1, 1, "oil"), (2, 5, "oil"), (3, None, "milk")):
        store.save_listing(product(number, category=category, litres=litres and Decimal(litres)))
    for number, price in ((1, 10), (2, 40), (3, 1)):
        store.append(
            observed(f"shop.example:{number}", day, f"{price * (0.9 if day < 5 else 1):.2f}") for day in range(40)
        )
    return store


def service_over(store, forecasts=None):
    class Live:
        current = Published(forecasts, policy.AdvicePolicies()) if forecasts else None

    return PriceService(store, Live(), timezone="Europe/Madrid", clock=lambda: NOW)


def test_the_index_of_a_category_is_read_in_pages_and_spans(oil):
    service = service_over(oil)
    whole, cursor = service.index(DataQuery(category="oil"))
    assert (len(whole), cursor) == (40, None)
    assert (str(whole[-1].price), whole[-1].currency, whole[-1].unit) == (
        "8.10",
        "EUR",
        "litre",
    )  # median of 9 and 7.20
    assert whole[0].price == 9.0
    first, cursor = service.index(DataQuery(category="oil", limit=25))
    second, end = service.index(DataQuery(category="oil", limit=25, cursor=cursor))
    assert [*first, *second] == whole
    assert end is None
    [last] = service.index(DataQuery(category="oil", start=NOW - timedelta(days=0, hours=2)))[0]
    assert last.date == NOW.date()


def test_an_index_needs_a_category_that_has_prices(oil):
    with pytest.raises(InputError, match="category"):
        service_over(oil).index(DataQuery(product="shop.example:1"))
    with pytest.raises(NotFoundError, match="wine"):
        service_over(oil).index(DataQuery(category="wine"))


def test_a_category_is_forecast_beside_products_without_changing_theirs(oil, tmp_path):
    forecasters = {"last_value": registry.create("last_value")}
    indices = category_panel(oil, first=FIRST, until=NOW.date(), timezone="UTC")
    named = zip(indices.names, indices.currencies, strict=True)
    assert set(named) == {("category:oil", "EUR/litre"), ("category:milk", "EUR/index")}
    built = build_forecasts(indices, forecasters)
    published.write(tmp_path, built)
    service = service_over(oil, published.open_forecasts(tmp_path))
    predicted = service.predict_category("oil", 7, [80])
    assert (predicted.product, predicted.currency, predicted.unit) == ("category:oil", "EUR", "litre")
    assert float(predicted.days[0].quantiles[1].price) == pytest.approx(8.1, rel=0.05)
    assert service.predict_category("milk", 7, [80]).unit == "index"
    assert service.predict_category("oil", 7, [80], "EUR") == predicted
    with pytest.raises(NotFoundError):
        service.predict_category("oil", 7, [80], "USD")
    with pytest.raises(NotFoundError):
        service.predict_category("wine", 7, [80])


def test_indices_side_by_side_keep_their_gaps():
    panel = panel_of([only([[5.0, None, 10.0]])])
    assert panel.prices.shape == (1, 3)
    assert panel.prices[0] == pytest.approx([50.0, np.nan, 100.0], nan_ok=True)
    assert (panel.first_day, panel.last_day) == (FIRST, FIRST + timedelta(days=2))
    assert panel.names == ("category:oil",)


def test_forecasts_that_were_published_before_there_was_advice_have_none(tmp_path):
    assert policy.read(tmp_path).groups == {}
