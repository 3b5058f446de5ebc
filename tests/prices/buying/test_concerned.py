"""Which products and indices an announced move is about."""

from dataclasses import replace
from datetime import date

import pytest

from almazara.prices.buying.category_index import category_of
from almazara.prices.buying.concerned import Announced
from almazara.prices.forecasting.announced import AnnouncedMove
from price_shop import product

OIL = "shop.example:1"
LISTINGS = {one.listing_id: one for one in (product(1, category="oil"), replace(product(2), shop="other.example"))}


def concerned(group):
    announced = Announced([AnnouncedMove(date(2026, 10, 1), 1.02, group)], LISTINGS)
    names = (*LISTINGS, "category:oil", "category:oil:USD", "category:salt")
    return [name for name in names if announced.of(name)]


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("", [*LISTINGS, "category:oil", "category:oil:USD", "category:salt"]),
        ("oil", [OIL, "category:oil", "category:oil:USD"]),
        (OIL, [OIL]),
        ("other.example", ["shop.example:2"]),
        ("shop.example", [*LISTINGS]),
        ("category", []),
        ("USD", []),
        ("nobody", []),
    ],
)
def test_a_move_concerns_products_by_id_shop_or_category_and_indices_by_category(group, names):
    assert concerned(group) == names


@pytest.mark.parametrize(
    ("index", "category"),
    [("category:oil", "oil"), ("category:oil:USD", "oil"), ("category:a:b", "a:b"), ("category:EUR", "EUR")],
)
def test_an_index_is_of_its_category_whatever_its_currency(index, category):
    assert category_of(index) == category


def test_of_several_products_a_move_counts_where_it_is_about_each():
    moves = [AnnouncedMove(date(2026, 10, 1), factor, group) for factor, group in ((1.1, "oil"), (1.2, ""))]
    announced = Announced(moves, LISTINGS)
    assert announced.of_all(LISTINGS) == moves[1:]
    assert announced.of_all([OIL]) == moves
    assert announced.of_all([]) == []
