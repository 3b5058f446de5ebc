"""A basket in an address: written and read again, and refused where it is nonsense."""

from contextlib import suppress
from decimal import Decimal
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.prices.answers import MOST_PIECES
from almazara.prices.buying.basket import MOST_ITEMS, MOST_SHOPS
from almazara.prices.buying.basket_address import DELIVERY, THING, BasketAddress, read_basket
from almazara.prices.buying.basket_values import Delivery
from almazara.words.numbers import Language


def read(query):
    values = parse_qs(query, keep_blank_values=True)
    return read_basket(values.get(THING, []), values.get(DELIVERY, []))


NAMES = (
    st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
    | st.from_regex(r"[a-z]{1,9}~[0-9]{1,3}", fullmatch=True)
    | st.sampled_from(
        ["amazon.es:B00EXAMPLE", "gtin:8410179100012", "a b&cosa=c", "100%", "+", "a#b?c/d;e", "~", "aceite ñ"]
    )
)
CENTS = st.integers(0, 9_999_999).map(lambda cents: Decimal(cents).scaleb(-2))
TERMS = st.builds(Delivery, CENTS, st.none() | CENTS.filter(bool))
SHOPS = st.from_regex(r"[a-z0-9-]{1,9}(\.[a-z]{2,7}){0,2}(:[0-9]{4})?", fullmatch=True)


@given(
    st.dictionaries(NAMES, st.integers(1, MOST_PIECES), max_size=MOST_ITEMS),
    st.dictionaries(SHOPS, TERMS, max_size=MOST_SHOPS),
)
def test_what_is_written_is_read_again(quantities, deliveries):
    asked = BasketAddress(quantities, deliveries)
    assert read(asked.query()) == asked
    assert list(read(asked.query()).quantities) == list(quantities)


@given(st.lists(st.text(max_size=30), max_size=5), st.lists(st.text(max_size=30), max_size=5))
def test_any_text_is_read_or_refused(things, deliveries):
    with suppress(InputError):
        asked = read_basket(things, deliveries)
        assert read(asked.query()) == asked


def test_an_address_is_short_and_can_be_read_by_people():
    terms = {"shop.example": Delivery(Decimal("4.99"), Decimal(49)), "otra.example": Delivery(Decimal(3))}
    asked = BasketAddress({"amazon.es:B00EXAMPLE": 2, "gtin:8410179100012": 1}, terms)
    assert asked.query() == (
        "cosa=amazon.es:B00EXAMPLE~2&cosa=gtin:8410179100012&envio=shop.example~4.99~49&envio=otra.example~3"
    )


def test_the_same_good_named_twice_adds_up():
    assert read_basket(["a~2", "b", "a", "a~3"], []).quantities == {"a": 6, "b": 1}


def test_a_quantity_stands_behind_the_last_mark():
    assert read_basket(["a~2~3", "~~4"], []).quantities == {"a~2": 3, "~": 4}


def test_amounts_may_have_a_comma_and_a_shop_may_say_the_same_twice():
    asked = read_basket([], ["s.example~4,99~49", "s.example~4.99~49.00", "t.example~0"])
    assert asked.deliveries == {
        "s.example": Delivery(Decimal("4.99"), Decimal(49)),
        "t.example": Delivery(Decimal(0)),
    }


@pytest.mark.parametrize(
    "thing", ["", " ", "~2", "a~", "a~0", "a~-1", "a~x", "a~1.5", "a~٣", "a~99999", "a\n~2", "a\x00", " a", "x" * 201]
)
def test_a_thing_that_makes_no_sense_is_refused(thing):
    with pytest.raises(InputError, match="does not say what is bought") as refused:
        read_basket([thing], [])
    assert "no dice qué se compra" in refused.value.text(Language.ES)


@pytest.mark.parametrize("things", [["a~1001"], ["a~600", "a~401"]])
def test_more_pieces_than_there_may_be_are_refused(things):
    with pytest.raises(InputError, match="Of a 1,001 are asked for"):
        read_basket(things, [])


@pytest.mark.parametrize(
    "terms",
    [
        "",
        "s",
        "s~",
        "~4",
        "s~4~",
        "s~4~0",
        "s~-1",
        "s~x",
        "s~1e3",
        "s~NaN",
        "s~1.234",
        "s~1~2~3",
        "s~4.99~49~",
        "s~٣",
        "s~123456",
    ],
)
def test_terms_that_make_no_sense_are_refused(terms):
    with pytest.raises(InputError, match="does not say what a delivery costs"):
        read_basket([], [terms])


def test_two_terms_of_one_shop_are_refused():
    with pytest.raises(InputError, match="says two things"):
        read_basket([], ["s~4", "s~4~49"])


def test_more_things_or_shops_than_a_basket_holds_are_refused():
    with pytest.raises(InputError, match="41 things"):
        read_basket([f"a{at}" for at in range(41)], [])
    with pytest.raises(InputError, match="31 shops"):
        read_basket([], [f"s{at}~1" for at in range(31)])
