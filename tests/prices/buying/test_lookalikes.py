"""The same goods in another shop are named only where the titles leave no doubt."""

from dataclasses import replace
from decimal import Decimal

import pytest

from almazara.prices.answers import Product
from almazara.prices.buying.lookalikes import lookalikes, shared_words
from almazara.prices.schema import ListingKind


def oil(name, title, shop="b", litres="1", category="oil"):
    size = Decimal(litres) if litres else None
    return Product(
        f"{shop}:{name}", shop, name, "https://x", title, category, ListingKind.PRODUCT, None, True, size, None
    )


OWN = oil("own", "Aceite de oliva virgen extra Carbonell, botella de 1 l", shop="a")


@pytest.mark.parametrize(
    "title",
    [
        "CARBONELL AOVE garrafa 1 L",
        "Carbonell, huile d'olive vierge extra, 1 litre",
        "Carbonel aceite de oliva virgen extra 1l",
    ],
)
def test_titles_that_say_the_same_in_other_words_are_the_lookalikes(title):
    two = [oil("x", f"{title} picual")]
    assert lookalikes(replace(OWN, title=f"{OWN.title} picual"), two).keys() == {"b:x"}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (oil("x", "Aceite de oliva virgen extra Carbonell picual 1 l"), "another variety"),
        (oil("x", "Aceite de oliva virgen extra Hojiblanca 1 l"), "another brand"),
        (oil("x", "Aceite de oliva virgen extra 1 l"), "no brand"),
        (oil("x", "Aceite de oliva virgen extra Carbonell n 5 1 l"), "a number"),
        (oil("x", "Aceite de oliva virgen Carbonell 1 l"), "another grade"),
        (oil("x", OWN.title, litres="5"), "another size"),
        (oil("x", OWN.title, litres=None), "an unknown size"),
        (oil("x", OWN.title, category="milk"), "another category"),
        (oil("x", OWN.title, shop="a"), "the same shop"),
        (oil("x", None), "no title"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_be_something_else_is_not(other, why):
    assert lookalikes(OWN, [other]) == {}


def test_the_words_on_which_it_rests_are_told():
    assert lookalikes(OWN, [oil("x", "Carbonell virgen extra 1 l")]) == {"b:x": ["carbonell"]}


@pytest.mark.parametrize("unknown", [{"title": None}, {"litres": None}, {"category": None}])
def test_of_a_product_that_is_not_known_enough_nothing_is_said(unknown):
    own = replace(OWN, **unknown)
    assert lookalikes(own, [replace(own, shop="b")]) == {}


def test_titles_without_a_telling_word_share_nothing():
    assert shared_words("Aceite de oliva virgen extra 1 l", "AOVE 1 litro") == []
    assert shared_words("", "") == []
