"""Shops and products beside each other: only comparable litres, day by day."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.exploring.explore import explore_one
from almazara.prices.exploring.market import comparable
from almazara.words.numbers import Language
from made_market import FIRST, made_market

TWO_SHOPS = {"a": {"shop": "one"}, "b": {"shop": "two"}, "c": {"shop": "two", "litres": Decimal(2)}}
PRICES = [[5.0, 5.0, 5.0, 5.0], [6.0, 4.0, None, None], [20.0, 8.0, 12.0, None]]


def figure(key, prices=PRICES, about=TWO_SHOPS, **values):
    return explore_one(made_market(prices, **about), key, **values)


def test_each_day_has_the_cheapest_litre_of_each_shop():
    found = figure("precio-del-litro-por-tienda")
    days = [FIRST + timedelta(days=number) for number in range(4)]
    courses = {line.name: line.ys for line in found.chart.marks}
    assert courses == {"one": [5.0, 5.0, 5.0, 5.0], "two": [6.0, 4.0, 6.0, None]}
    assert found.table.rows == [
        *((day, "one", 5.0) for day in days),
        *zip(days, ["two"] * 3, [6.0, 4.0, 6.0], strict=False),
    ]
    assert (found.chart.y.unit, found.table.columns[-1]) == ("€/l", "precio del litro (€/l)")
    assert found.sentence.text() == "En oil, el litro más barato es el de one en 2 de 3 días (66,7 %)."


def test_days_are_won_by_the_cheapest_and_a_tie_by_all():
    found = figure("producto-mas-barato", [[5.0, 5.0, 5.0], [5.0, 5.005, 4.0]], {})
    assert found.table.rows == [("Oil b", 3, 100.0), ("Oil a", 2, 66.7)]
    assert figure("tienda-mas-barata").table.rows == [("one", 2, 66.7), ("two", 1, 33.3)]
    assert figure("tienda-mas-barata", language=Language.EN).sentence.text(Language.EN) == (
        "In oil, the cheapest shop is one on 2 of 3 days (66.7%)."
    )


def test_equal_winners_are_told():
    found = figure("producto-mas-barato", [[5.0, 5.0], [5.0, 5.0]], {})
    assert "Oil a (y 1 más con el mismo número) en 2 de 2 días" in found.sentence.text()


@given(st.lists(st.lists(st.none() | st.integers(1, 9).map(float), min_size=6, max_size=6), min_size=2, max_size=5))
def test_wins_are_counted_day_by_day(rows):
    rows = [row for row in rows if any(row)]
    days = [[row[day] for row in rows] for day in range(6)]
    compared = [day for day in days if sum(price is not None for price in day) > 1]
    wins = [sum(day[row] == min(filter(None, day)) for day in compared) for row in range(len(rows))]
    found = figure("producto-mas-barato", rows, {}) if rows else None
    if not compared:
        assert found is None or found.sentence.code in {"exploring.no-products", "exploring.no-prices"}
    else:
        assert {row[0]: row[1] for row in found.table.rows} == {
            f"Oil {chr(97 + row)}": count for row, count in enumerate(wins) if count
        }
        assert found.sentence.figures["all"] == len(compared)


def test_only_one_category_and_grade_is_compared_that_of_most_shops():
    about = {
        "a": {"shop": "one", "title": "Aceite de oliva virgen extra"},
        "b": {"shop": "two", "title": "AOVE"},
        "c": {"shop": "three", "title": "Aceite de orujo"},
        "d": {"shop": "three", "category": "milk"},
        "e": {"shop": "four", "title": "AOVE", "litres": None},
        "f": {"shop": "three", "category": "milk"},
        "g": {"shop": "three", "category": "milk"},
    }
    market = made_market([[5.0, 5.0]] * 7, **about)
    beside = comparable(market)
    assert [one.listing_id for one in beside.market.listings] == ["a", "b"]
    assert (beside.category, beside.grade) == ("oil", "extra virgin")
    assert "En oil (virgen extra), " in explore_one(market, "tienda-mas-barata").sentence.text()


def test_without_two_to_compare_nothing_is_told():
    one_shop = {}
    assert figure("tienda-mas-barata", about=one_shop).sentence.code == "exploring.no-shops"
    assert figure("precio-del-litro-por-tienda", about=one_shop).sentence.code == "exploring.no-shops"
    apart = [[5.0, None], [None, 5.0]]
    assert figure("producto-mas-barato", apart, {}).sentence.code == "exploring.no-products"
    no_litres = {name: {"litres": None} for name in "abc"}
    for key in ("tienda-mas-barata", "producto-mas-barato", "precio-del-litro-por-tienda"):
        assert figure(key, about=no_litres).table.rows == ()
