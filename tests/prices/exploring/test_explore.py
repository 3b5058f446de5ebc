"""All figures of the prices, on any market, in both languages."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import NotFoundError
from almazara.prices.demo import oils
from almazara.prices.exploring.explore import FIGURES, explore, explore_one
from almazara.prices.exploring.market import open_market
from almazara.prices.forecasting.panel import Panel
from almazara.words.numbers import Language
from made_market import FIRST, made_market

rows = st.lists(st.lists(st.none() | st.floats(0.01, 1e5), min_size=40, max_size=40), min_size=0, max_size=4)


def well_made(figures, language):
    assert [one.key for one in figures] == list(FIGURES)
    for one in figures:
        assert one.title.text(language)
        assert one.chart.label == one.sentence.text(language)
        assert one.rule is None or one.rule.text(language)
        assert "nan" not in one.chart.label
        assert all(len(row) == len(one.table.columns) for row in one.table.rows)


@given(rows, st.sampled_from(Language))
def test_any_market_can_be_explored(prices, language):
    well_made(explore(made_market(prices) if prices else open_market(Panel.empty(), []), language), language)


def test_without_prices_every_figure_says_so():
    assert {one.sentence.code for one in explore(open_market(Panel.empty(), []))} == {"exploring.no-prices"}
    assert {one.sentence.code for one in explore(made_market([[None, None]]))} == {"exploring.no-prices"}


def test_currencies_are_never_mixed_and_what_is_left_out_is_counted():
    market = made_market([[5.0, 5.0], [4.0, 4.0], [1.0, 1.0], [1.0, 1.0]], ["EUR", "EUR", "USD", None])
    assert [one.listing_id for one in market.listings] == ["a", "b"]
    assert (market.currency, market.elsewhere) == ("EUR", 2)
    for one in explore(market):
        assert one.rule.text().startswith("No cuentan 2 productos cuyo precio no está en EUR.")


def test_what_is_not_listed_any_more_is_left_out():
    market = open_market(made_market([[5.0], [4.0]]).panel, [])
    assert (market.listings, market.elsewhere) == ([], 0)


@pytest.mark.parametrize("language", Language)
def test_the_demo_shop_can_be_explored(language):
    days = [FIRST + timedelta(days=number) for number in range(150)]
    prices = [
        [price and float(price) for price in (oils.price_on(p, day).price for day in days)] for p in oils.PRODUCTS
    ]
    about = {
        chr(97 + row): {"title": product.title, "litres": product.litres} for row, product in enumerate(oils.PRODUCTS)
    }
    found = explore(made_market(prices, **about), language)
    well_made(found, language)
    empty = {one.key for one in found if not one.table.rows}
    assert empty == {"precio-del-litro-por-tienda", "tienda-mas-barata"}  # there is one shop alone


def test_an_unknown_figure_is_refused_with_those_that_are_near():
    with pytest.raises(NotFoundError) as raised:
        explore_one(made_market([[5.0]]), "promocion")
    assert raised.value.suggestions == ["promociones"]
