"""A promotion is a price that falls and comes back within a month."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.exploring.explore import explore_one
from almazara.prices.exploring.promotions import RETURN_DAYS, drops
from almazara.words.numbers import Language
from made_market import FIRST, made_market

BEFORE, AFTER = [10.0] * 5, [10.0] * 40


def figure(*rows, **about):
    return explore_one(made_market(rows, **about), "promociones")


def test_a_promotion_has_its_days_its_depth_and_its_product():
    found = figure([*BEFORE, 8.0, 7.5, 8.0, *AFTER], a={"title": "<i>Oil</i>"})
    start, end = FIRST + timedelta(days=5), FIRST + timedelta(days=8)
    assert found.table.rows == [("<i>Oil</i>", start, end, 10.0, 7.5, 25.0, 3)]
    assert found.table.columns[3:5] == ["precio anterior (€)", "precio más bajo (€)"]
    dots = found.chart.marks[0]
    assert (dots.xs, dots.ys, dots.labels) == ([start], [25.0], ["<i>Oil</i>"])
    assert found.sentence.text() == (
        "De 1 bajada, 1 (100 %) vuelve a su precio antes de un mes: la mediana rebaja un 25 % durante 3 días."
    )
    assert "the median saves 25% for 3 days" in found.sentence.text(Language.EN)


@pytest.mark.parametrize(("days", "is_back"), [(RETURN_DAYS, True), (RETURN_DAYS + 1, False)])
def test_what_comes_back_later_is_a_lower_price(days, is_back):
    [drop] = drops(made_market([[*BEFORE, *[8.0] * days, *AFTER]]))
    assert (drop.days, drop.is_recent) == (days if is_back else 0, False)


@pytest.mark.parametrize(("price", "found"), [(9.5, 1), (9.51, 0)])
def test_small_falls_are_no_drops(price, found):
    assert len(list(drops(made_market([[*BEFORE, price, *AFTER]])))) == found


def test_what_may_still_come_back_is_not_judged():
    found = figure([*BEFORE, 8.0, 8.0], [*BEFORE, *[8.0] * 2])
    assert found.sentence.text() == (
        "De 0 bajadas, ninguna volvió a su precio antes de un mes. Demasiado recientes para saberlo: 2 más."
    )
    for known, is_recent in ((RETURN_DAYS, True), (RETURN_DAYS + 1, False)):
        [drop] = drops(made_market([[*BEFORE, *[8.0] * known]]))
        assert drop.is_recent == is_recent


def test_a_deeper_fall_within_a_promotion_is_the_same_promotion():
    [drop] = drops(made_market([[*BEFORE, 9.0, 7.0, 9.9, *AFTER]]))
    assert (drop.days, drop.depth) == (3, pytest.approx(0.3))


def test_days_without_a_price_are_no_end():
    [drop] = drops(made_market([[*BEFORE, 8.0, None, 8.0, *AFTER]]))
    assert drop.days == 3


@given(st.lists(st.none() | st.sampled_from([4.0, 5.0, 6.0]), min_size=40, max_size=120).filter(any))
def test_every_promotion_began_and_ended_as_it_says(row):
    market = made_market([row])
    for drop in drops(market):
        after = row[drop.day : drop.day + RETURN_DAYS + 1]
        assert drop.before * 0.95 >= row[drop.day] - 1e-9
        known = [price for price in (after[: drop.days] if drop.days else after) if price is not None]
        assert drop.lowest == min(known)
        if drop.days:
            assert after[drop.days] >= drop.before * 0.998
        assert all(price < drop.before * 0.998 for price in known)
