"""The cheapest litre among comparable products, and when to switch to it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from almazara.prices.answers import LatestPrice, Product
from almazara.prices.buying.cheapest import cheapest, grade, switch
from almazara.prices.schema import Availability, ListingKind
from price_shop import NOW

EXTRA = "Aceite de oliva virgen extra"


def oil(name, per_litre, title=EXTRA, *, litres="5", currency="EUR", days_ago=0.5, stock=Availability.IN_STOCK):
    price = Decimal(per_litre) * Decimal(litres or 1)
    latest = LatestPrice(NOW, stock, price, currency, Decimal(per_litre) if litres else None, days_ago)
    size = Decimal(litres) if litres else None
    kind = ListingKind.PRODUCT
    return Product(name, "shop", name, f"https://shop/{name}", title, "oil", kind, None, True, size, latest)


def test_the_cheapest_litre_of_each_grade_comes_first():
    found = cheapest(
        "oil", [oil("a", "9"), oil("b", "8"), oil("c", "4", "Aceite de orujo de oliva"), oil("d", "7", None)]
    )
    assert [(one.product, one.grade) for one in found.cheapest] == [("c", "pomace"), ("d", None), ("b", "extra virgin")]
    assert [one.product for one in found.offers] == ["c", "d", "b", "a"]
    assert "calidad" in found.assumes


def test_switching_is_advised_for_the_same_grade_and_currency_only():
    own = oil("own", "10")
    others = [own, oil("pomace", "4", "Aceite de orujo"), oil("dollars", "5", currency="USD"), oil("same", "8")]
    found = switch(own, others, quantity=2)
    assert (found.offer.product, found.switch) == ("same", True)
    assert (found.saving, found.saving_percent) == (Decimal("20.00"), 20.0)  # 2 euros of each of 10 litres


def test_what_is_of_no_grade_is_not_compared_with_what_else_is_of_none_beside_oils_of_a_grade():
    own = oil("own", "10", "Aceite de oliva de la casa")
    cream = oil("cream", "2", "Crema corporal con aceite de oliva 250 ml")
    assert switch(own, [own, cream, oil("graded", "8")], 1).offer.product == "own"
    assert switch(own, [own, cream], 1).offer.product == "cream"  # of a category in which nothing has a grade


def test_a_little_cheaper_is_not_worth_switching():
    own = oil("own", "10")
    found = switch(own, [own, oil("same", "9.60")], quantity=1)
    assert (found.offer.product, found.switch, found.saving_percent) == ("same", False, 4.0)


def test_the_cheapest_product_stays_what_it_is():
    own = oil("own", "7")
    found = switch(own, [own, oil("dear", "8")], quantity=1)
    assert (found.offer.product, found.switch, found.saving) == ("own", False, Decimal("0.00"))


@pytest.mark.parametrize(
    "other",
    [
        oil("old", "1", days_ago=8),
        oil("gone", "1", stock=Availability.UNAVAILABLE),
        oil("unknown size", "1", litres=None),
        replace(oil("unread", "1"), latest=None),
    ],
)
def test_what_cannot_be_bought_by_the_litre_today_is_not_compared(other):
    own = oil("own", "10")
    assert switch(own, [own, other], 1).offer.product == "own"
    assert switch(other, [own, other], 1) is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AOVE Picual 500 ml", "extra virgin"),
        ("Olio extravergine di oliva", "extra virgin"),
        ("Extra-virgin olive oil", "extra virgin"),
        ("Huile d'olive vierge extra", "extra virgin"),
        ("Aceite de oliva virgen 1 l", "virgin"),
        ("Aceite de oliva suave 0,4º", "refined"),
        ("Aceite de oliva intenso", "refined"),
        ("Aceite refinado de girasol", "sunflower"),
        ("Aceite de oliva intenso, contiene aceites refinados y 50 % de virgen extra, 1 l", "refined"),
        ("Aceite de oliva virgen extra suave 1 l", "extra virgin"),
        ("Aceite de oliva V. Extra D.O. Estepa 50 cl", "extra virgin"),
        ("Aceite de oliva 04 lata 5 litros", "refined"),
        ("Aceite de oliva 1 Almendro botella 1 litro", "refined"),
        ("Aceite de oliva 1 l", None),
        ("Aceite de semillas para wok", "seed"),
        ("Aceite de sésamo 250 ml", "seed"),
        ("Aceite de oliva", None),
        (None, None),
    ],
)
def test_a_title_names_the_grade(title, expected):
    assert grade(title) == expected
