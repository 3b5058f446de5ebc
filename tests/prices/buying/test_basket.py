"""The cheapest split of a basket over shops: exact beside all splits that there are."""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.prices.buying.basket import MOST_ITEMS, MOST_SHOPS, cheapest_basket
from almazara.prices.buying.basket_values import Delivery, OtherCurrency, ShopOffer, Wanted
from almazara.prices.buying.splitting import Problem, Terms, in_one_shop, split
from almazara.words.numbers import Language

SHOPS = ["alfa.example", "beta.example", "gama.example"]


def offer(shop, price, *, currency="EUR", listing=None):
    return ShopOffer(listing or f"{shop}:{price}", shop, Decimal(price), currency)


def wanted(item, quantity, **prices):
    """An item with a price by shop."""
    return Wanted(item, quantity, [offer(f"{shop}.example", price) for shop, price in prices.items()])


def delivery(cost, free_from=None):
    return Delivery(Decimal(cost), None if free_from is None else Decimal(free_from))


def bought(basket):
    return {(line.item, part.shop): line.quantity for part in basket.parts for line in part.lines}


def sentences(basket, language=Language.ES):
    return [one.text(language) for one in basket.told]


@st.composite
def baskets(draw, *, thresholds=True):
    """Up to three items of up to three pieces in up to three shops, with cheap goods beside dear deliveries."""
    items = []
    for number in range(draw(st.integers(1, 3))):
        shops = draw(st.lists(st.sampled_from(SHOPS), min_size=1, max_size=4))
        offers = [offer(shop, draw(price), listing=f"{shop}:{number}:{at}") for at, shop in enumerate(shops)]
        items.append(Wanted(f"item {number}", draw(st.integers(1, 3)), offers))
    free_from = st.none() | st.integers(1, 900).map(lambda cents: Decimal(cents) / 100) if thresholds else st.none()
    terms = st.builds(Delivery, st.integers(0, 300).map(lambda cents: Decimal(cents) / 100), free_from)
    return items, draw(st.dictionaries(st.sampled_from(SHOPS), terms))


price = st.sampled_from(["0.50", "0.51", "1", "1.99", "2", "2.49", "3"])


def cost(pieces, items, deliveries):
    """What an assignment of pieces costs, added up as plainly as can be: by item, a number of pieces for each shop."""
    total = Decimal(0)
    for shop in SHOPS:
        goods, any_piece = Decimal(0), False
        for one, counts in zip(items, pieces, strict=True):
            prices = [offer.price for offer in one.offers if offer.shop == shop]
            if count := counts[SHOPS.index(shop)]:
                goods, any_piece = goods + count * min(prices), True
        terms = deliveries.get(shop)
        if any_piece and terms and (terms.free_from is None or goods < terms.free_from):
            goods += terms.cost
        total += goods
    return total


def every_split(items):
    """All ways to spread the pieces of each item over the shops that sell it."""
    ways = []
    for one in items:
        sold = {offer.shop for offer in one.offers}
        counts = product(*(range(one.quantity + 1) if shop in sold else [0] for shop in SHOPS))
        ways.append([each for each in counts if sum(each) == one.quantity])
    return product(*ways)


@given(baskets())
def test_no_split_at_all_is_cheaper_nor_as_cheap_in_fewer_shops(asked):
    items, deliveries = asked
    found = cheapest_basket(items, deliveries)
    least = min(
        (cost(pieces, items, deliveries), sum(any(column) for column in zip(*pieces, strict=True)))
        for pieces in every_split(items)
    )
    assert (found.total, len(found.parts), found.gap) == (*least, 0)


@given(baskets())
def test_an_answer_adds_up_to_the_cent(asked):
    items, deliveries = asked
    found = cheapest_basket(items, deliveries)
    assert {one.item: one.quantity for one in items} == {
        one.item: sum(n for (item, _), n in bought(found).items() if item == one.item) for one in items
    }
    for part in found.parts:
        assert part.goods == sum(line.goods for line in part.lines)
        assert all(line.goods == line.quantity * line.offer.price for line in part.lines)
        assert all(line.offer.shop == part.shop for line in part.lines)
        assert part.total == part.goods + part.delivery
    assert found.total == sum(part.total for part in found.parts) == found.goods + found.delivery
    assert found.total.as_tuple().exponent == -2


@given(baskets())
def test_a_split_is_never_dearer_than_one_shop_and_saves_the_difference(asked):
    items, deliveries = asked
    found = cheapest_basket(items, deliveries)
    having = [shop for shop in SHOPS if all(shop in {one.shop for one in item.offers} for item in items)]
    assert (found.single is None) == (not having)
    if found.single:
        alone = [[tuple(one.quantity * (at == shop) for at in SHOPS) for one in items] for shop in having]
        assert found.single.total == min(cost(pieces, items, deliveries) for pieces in alone)
        assert found.saving == found.single.total - found.total >= 0


@given(baskets(), st.randoms())
def test_the_order_of_items_and_offers_changes_nothing(asked, random):
    items, deliveries = asked
    mixed = [replace(one, offers=random.sample(one.offers, len(one.offers))) for one in items]
    random.shuffle(mixed)
    assert cheapest_basket(mixed, deliveries) == cheapest_basket(items, deliveries)


@given(baskets(thresholds=False), st.data())
def test_a_dearer_offer_never_lowers_the_total(asked, data):
    items, deliveries = asked
    place = data.draw(st.integers(0, len(items) - 1))
    at = data.draw(st.integers(0, len(items[place].offers) - 1))
    offers = list(items[place].offers)
    offers[at] = replace(offers[at], price=offers[at].price + 1)
    dearer = [*items[:place], replace(items[place], offers=offers), *items[place + 1 :]]
    assert cheapest_basket(dearer, deliveries).total >= cheapest_basket(items, deliveries).total


def test_a_dearer_offer_lowers_the_total_where_it_makes_the_delivery_free():
    free = {"alfa.example": delivery("4.99", "49")}
    totals = [cheapest_basket([wanted("oil", 1, alfa=price)], free).total for price in ("48", "49")]
    assert totals == [Decimal("52.99"), Decimal("49.00")]


@given(baskets())
def test_an_item_alone_is_a_basket_of_its_own(asked):
    items, deliveries = asked
    found = cheapest_basket(items, deliveries)
    assert [part.total for part in found.alone] == [cheapest_basket([one], deliveries).total for one in items]


def test_pieces_of_one_item_are_bought_in_two_shops_where_that_makes_a_delivery_free():
    items = [wanted("oil", 3, alfa="10", beta="9"), wanted("salt", 1, alfa="1")]
    found = cheapest_basket(items, {"alfa.example": delivery("5", "11")})
    assert bought(found) == {("oil", "alfa.example"): 1, ("salt", "alfa.example"): 1, ("oil", "beta.example"): 2}
    assert (found.total, found.delivery) == (Decimal("29.00"), Decimal("0.00"))


def test_a_shop_without_terms_counts_as_free_and_is_named():
    found = cheapest_basket([wanted("oil", 1, alfa="9", beta="10")], {"beta.example": delivery("0")})
    assert (found.total, found.delivery_not_known) == (Decimal("9.00"), ["alfa.example"])
    assert [part.delivery_known for part in found.parts] == [False]
    assert "No se sabe cuánto cuesta el envío, y cuenta como gratis, en: alfa.example." in sentences(found)
    known = cheapest_basket([wanted("oil", 1, alfa="9")], {"alfa.example": delivery("0")})
    assert known.delivery_not_known == []


def test_the_currency_in_which_most_items_can_be_had_is_compared():
    items = [
        Wanted("a", 1, [offer("us.example", "1", currency="USD"), offer("es.example", "5")]),
        Wanted("b", 1, [offer("es.example", "6")]),
        Wanted("c", 1, [offer("us.example", "2", currency="USD"), offer("uk.example", "2", currency="GBP")], "Vinegar"),
        Wanted("d", 1, [], "Salt"),
    ]
    found = cheapest_basket(items[:1] + items[2:], {})
    assert (found.currency, found.total) == ("USD", Decimal("3.00"))
    found = cheapest_basket([*items, Wanted("e", 1, [offer("es.example", "1")])], {})
    assert (found.currency, found.total, found.missing) == ("EUR", Decimal("12.00"), ["d"])
    assert found.other_currency == [OtherCurrency("c", ["GBP", "USD"])]
    assert "Without any offer now: Salt." in sentences(found, Language.EN)
    assert any("Vinegar (GBP, USD)" in sentence for sentence in sentences(found))


def test_of_several_currencies_the_first_by_the_alphabet_is_compared():
    currencies = ["USD", "EUR", "SEK", "GBP", "AUD", "PLN", "CZK"]
    items = [Wanted("a", 1, [offer("x.example", "1", currency=currency) for currency in currencies])]
    assert cheapest_basket(items, {}).currency == "AUD"


def test_two_offers_of_a_shop_in_one_currency_are_one_item_and_not_two():
    items = [
        Wanted("a", 1, [offer("x.example", price) for price in ("1", "2", "3")]),
        *(Wanted(item, 1, [offer("x.example", "1", currency="USD")]) for item in "bc"),
    ]
    assert cheapest_basket(items, {}).currency == "USD"


def test_an_empty_basket_and_one_that_nobody_sells_are_answers_too():
    for items in ([], [Wanted("a", 1, [])]):
        found = cheapest_basket(items, {})
        assert (found.parts, found.total, found.single, found.currency) == ([], Decimal("0.00"), None, None)
        assert sentences(found)[0] == "Ahora mismo no se puede comprar nada de esta cesta."


def test_thousandths_are_not_rounded():
    items = [Wanted("a", 3, [offer("x.example", "1.005", currency="TND")])]
    assert cheapest_basket(items, {"x.example": delivery("0.1")}).total == Decimal("3.115")


def test_an_answer_says_what_to_buy_where_and_what_that_saves():
    items = [wanted("oil", 2, alfa="10", beta="4"), wanted("salt", 1, alfa="1", beta="9")]
    found = cheapest_basket(items, {"alfa.example": delivery("0.5"), "beta.example": delivery("3", "5")})
    assert sentences(found)[:4] == [
        "Lo más barato son 9,50 € en 2 tiendas: 9,00 € de productos y 0,50 € de envío.",
        "En alfa.example, 1 pieza por 1,00 €, más 0,50 € de envío.",
        "En beta.example, 2 piezas por 8,00 €, con el envío gratis.",
        "Comprarlo todo en beta.example cuesta 17,00 €: repartirlo ahorra 7,50 €.",
    ]
    assert sentences(found, Language.EN)[-1] == "Only prices read in the last 7 days count."


def test_where_one_shop_is_cheapest_or_none_has_everything_it_is_said():
    one = cheapest_basket([wanted("oil", 1, alfa="1", beta="2")], {})
    assert "Repartirlo entre varias tiendas no ahorra nada." in sentences(one)
    none = cheapest_basket([wanted("oil", 1, alfa="1"), wanted("salt", 1, beta="1")], {})
    assert "Ninguna tienda lo tiene todo." in sentences(none)


def test_equal_prices_are_bought_in_as_few_shops_as_can_be():
    by_hand = [range(4), range(4, 6), range(6, 7)]  # of each row: to take the shop that serves most needs all three
    places = {(row, at): f"a{shop}" for row in range(2) for shop, ats in enumerate(by_hand) for at in ats}
    items = [wanted(f"{row}.{at}", 1, **{shop: "1", f"row{row}": "1"}) for (row, at), shop in places.items()]
    assert [part.shop for part in cheapest_basket(items, {}).parts] == ["row0.example", "row1.example"]


def test_where_no_time_is_left_the_best_that_is_known_is_answered_as_not_proven():
    prices = [{shop: 100 + (item * 7 + shop * 13) % 29 for shop in range(6)} for item in range(12)]
    problem = Problem([1] * 12, prices, [Terms(400, 900)] * 6)
    hurried, exact = split(problem, seconds=0.0), split(problem, seconds=60.0)
    assert hurried.cost <= problem.cost(in_one_shop(problem)[0])
    assert hurried.cost - hurried.gap <= exact.cost <= hurried.cost
    assert exact.gap == 0 < hurried.gap


def test_a_question_without_delivery_costs_does_not_import_the_solver():
    code = (
        "import sys; from decimal import Decimal as D;"
        "from almazara.prices.buying.basket import cheapest_basket;"
        "from almazara.prices.buying.basket_values import Delivery, ShopOffer, Wanted;"
        "a = [ShopOffer('l', s, D(1), 'EUR') for s in 'xy'];"
        "cheapest_basket([Wanted('i', 2, a)], {'x': Delivery(D(5), D(2)), 'z': Delivery(D(5))});"
        "assert 'scipy.optimize' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([Wanted(str(at), 1, []) for at in range(MOST_ITEMS + 1)], "41 things"),
        ([Wanted("a", 1, [offer(f"s{at}.example", "1") for at in range(MOST_SHOPS + 1)])], "31 shops"),
        ([Wanted("a", 0, [])], "Of a 0"),
        ([Wanted("a", 1001, [])], "1,001"),
    ],
)
def test_a_basket_beyond_its_bounds_is_refused_with_a_sentence(items, words):
    with pytest.raises(InputError, match=words):
        cheapest_basket(items, {})


@given(baskets())
def test_every_sentence_has_words_in_both_languages(asked):
    items, deliveries = asked
    assume(len(items) > 1)
    found = cheapest_basket(items, deliveries)
    assert all(text and "{" not in text for language in Language for text in sentences(found, language))
