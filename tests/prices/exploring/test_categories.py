"""Indices of categories, each 100 on its first day."""

from datetime import timedelta

import pytest

from almazara.prices.exploring.explore import explore_one
from almazara.words.numbers import Language
from made_market import FIRST, made_market

MILK = {"c": {"category": "milk"}}


def figure(prices, about=MILK):
    return explore_one(made_market(prices, **about), "indice-de-categorias")


def test_categories_are_beside_each_other_that_of_most_products_first():
    found = figure([[10.0, 11.0], [20.0, 22.0], [8.0, 6.0]])
    oil, milk = found.chart.marks
    assert (oil.name, oil.ys) == ("oil", pytest.approx([100, 110]))
    assert (milk.name, milk.ys) == ("milk", pytest.approx([100, 75]))
    assert found.table.rows[-1] == (FIRST + timedelta(days=1), "milk", 75.0)
    assert found.sentence.text() == (
        "De su primer día conocido al último, la categoría que más se encarece es oil (+10 %) y la que menos, milk "
        "(\u221225 %)."
    )


def test_a_category_begins_with_its_first_day_and_leaves_days_out_that_are_not_known():
    found = figure([[10.0, 11.0, 12.0, 13.0], [10.0, 11.0, 12.0, 13.0], [None, 8.0, None, 8.0]])
    milk = found.chart.marks[1]
    assert milk.xs[0] == FIRST + timedelta(days=1)
    assert milk.ys == [100, None, 100]
    assert [row[2] for row in found.table.rows if row[1] == "milk"] == [100, 100]
    assert "milk (sin cambio)" in found.sentence.text()


def test_one_category_is_told_alone():
    said = figure([[10.0, 9.0]], {}).sentence
    assert said.text(Language.EN) == "From 2 Mar 2026 to 3 Mar 2026, the prices of oil: \u221210%."


def test_a_category_of_one_day_has_no_course():
    assert figure([[10.0, None]], {}).sentence.code == "exploring.no-category"
    assert figure([[10.0, 9.0]], {"a": {"category": None}}).sentence.code == "exploring.no-category"


def test_categories_that_change_alike_are_told_so():
    said = figure([[10.0, 11.0], [10.0, 11.0], [20.0, 22.0]]).sentence
    assert said.text() == "De su primer día conocido al último, todas las categorías cambian lo mismo: +10 %."
