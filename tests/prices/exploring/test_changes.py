"""Changes of prices, counted one by one: how often, how far, on which weekday."""

import math
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.exploring import changes as module
from almazara.prices.exploring.changes import changes
from almazara.prices.exploring.explore import explore_one
from almazara.words.numbers import Language
from made_market import made_market

some_prices = st.lists(
    st.lists(st.none() | st.sampled_from([4.0, 4.004, 4.013, 5.0, 12.0]), min_size=50, max_size=50),
    min_size=1,
    max_size=4,
)


def told(rows):
    """Product, day, size and how many days the price before was old, of each change."""
    found = []
    for product, row in enumerate(rows):
        known = [(day, price) for day, price in enumerate(row) if price is not None]
        for (before, old), (day, new) in pairwise(known):
            if day - before <= 30 and abs(math.log(new / old)) > 0.002:
                found.append((product, day, new / old - 1, day - before))
    return found


@given(some_prices)
def test_a_change_is_a_difference_from_the_price_known_before(rows):
    rows = [row for row in rows if any(row)]
    found = changes(made_market(rows)) if rows else None
    expected = told(rows)
    if found is not None:
        assert [found.products.tolist(), found.days.tolist()] == [[one[at] for one in expected] for at in (0, 1)]
        assert found.sizes.tolist() == pytest.approx([one[2] for one in expected])


@given(some_prices)
def test_how_often_and_how_far_are_counted(rows):
    rows = [row for row in rows if any(row)] or [[4.0] * 50]
    market, expected = made_market(rows), told(rows)
    often, far = explore_one(market, "cambios-cada-cuanto"), explore_one(market, "cambios-de-cuanto")
    if len(expected) < module.MIN_CHANGES:
        assert far.sentence.code == often.sentence.code == "exploring.few-changes"
        return
    stood = [b[1] - a[1] for a, b in pairwise(expected) if a[0] == b[0]]
    spans = [(1, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, 90), (91, 999)]
    assert [row[1] for row in often.table.rows] == [sum(low <= one <= high for one in stood) for low, high in spans]
    assert often.sentence.figures["median"] == median(stood)
    read = sum(price is not None for row in rows for price in row)
    assert often.sentence.figures["every"] == pytest.approx(read / len(expected))
    sizes = [100 * one[2] for one in expected]
    for low, high, count, _ in far.table.rows:
        assert count == sum(
            (low is None or low <= size + 1e-6) and (high is None or size + 1e-6 < high) for size in sizes
        )
    assert sum(row[2] for row in far.table.rows) == len(sizes)
    up, down = [size for size in sizes if size > 0], [-size for size in sizes if size < 0]
    said = far.sentence.figures
    assert (said["up"], said["down"]) == (len(up), len(down))
    assert said["rise"] == pytest.approx(median(up) / 100 if up else 0)
    assert said["fall"] == pytest.approx(median(down) / 100 if down else 0)


@given(some_prices)
def test_weekdays_count_what_was_read_on_the_day_before_too(rows):
    rows = [row for row in rows if any(row)] or [[4.0] * 50]
    found = explore_one(made_market(rows), "cambios-por-dia-semana")
    dated = [one for one in told(rows) if one[3] == 1]
    if len(dated) < module.MIN_CHANGES:
        assert found.sentence.code == "exploring.few-changes"
        return
    for weekday, (_, counted, read, _) in enumerate(found.table.rows):
        assert counted == sum(one[1] % 7 == weekday for one in dated)  # the first day is a Monday
        assert read == sum(
            row[day] is not None and row[day - 1] is not None
            for row in rows
            for day in range(1, len(row))
            if day % 7 == weekday
        )
    shares = [counted / max(read, 1) for _, counted, read, _ in found.table.rows]
    assert found.sentence.figures["share"] == pytest.approx(max(shares))


def weekly(weeks):
    """A price that changes every Thursday, by a quarter up and a fifth down."""
    return [[4.0 if (day - 3) // 7 % 2 else 5.0 for day in range(7 * weeks)]]


def test_the_sentences_are_told_in_both_languages():
    market = made_market(weekly(22))
    assert explore_one(market, "cambios-por-dia-semana").sentence.text() == (
        "El día en que más precios cambian es el jueves: 22 de 22 leídos (100 %), frente al 14,4 % de un día "
        "cualquiera."
    )
    assert explore_one(market, "cambios-cada-cuanto").sentence.text(Language.EN) == (
        "22 changes of 1 product: a price changes once in 7 days read; the median between two changes of a product is "
        "7 days."
    )
    assert explore_one(market, "cambios-de-cuanto").sentence.text() == (
        "De 22 cambios, 11 son subidas (mediana, 25 %) y 11 bajadas (mediana, 20 %)."
    )


def test_what_lies_beyond_the_classes_is_in_the_last_one():
    rows = [[1.0, 9.0] * 20]
    found = explore_one(made_market(rows), "cambios-de-cuanto")
    assert found.table.rows[0][:3] == (None, -45, 19)
    assert found.table.rows[-1][:3] == (95, None, 20)


def test_prices_that_only_rise_have_no_falls():
    found = explore_one(made_market([[1.1**day for day in range(30)]]), "cambios-de-cuanto")
    assert found.sentence.text() == "29 cambios, y todos son subidas (mediana, 10 %)."
