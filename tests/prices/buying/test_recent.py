"""What is said of a price's last days is what its list of days says, reckoned one by one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.buying.recent import PriceDays, recent
from almazara.prices.forecasting.panel import Panel
from panels import made_panel

FIRST = date(2026, 1, 1)


def only(prices):
    [found] = recent(made_panel({"a": prices}, FIRST))
    return found


def test_a_price_that_fell_and_rose_again():
    found = only([10.0] * 60 + [8.0] * 5 + [None] * 3 + [12.0] * 32)
    assert (found.change_7, found.change_30, found.change_90) == (0.0, 0.0, 0.2)
    assert (found.low, found.low_date) == (8.0, FIRST + timedelta(days=60))
    assert found.share_cheaper == round(55 / 87, 4)
    assert found.comb == [PriceDays(8.0, 5), PriceDays(10.0, 50), PriceDays(12.0, 32)]
    assert found.prices == [10.0] * 50 + [8.0] * 5 + [None] * 3 + [12.0] * 32
    assert (found.stands_since, found.previous) == (FIRST + timedelta(days=68), 8.0)


def test_a_young_price_has_no_earlier_ones():
    found = only([10.0, 10.0])
    assert (found.change_7, found.change_30, found.change_90, found.previous) == (None,) * 4
    assert (found.stands_since, found.low_date, found.share_cheaper) == (FIRST, FIRST, 0.0)
    assert found.prices == [None] * 88 + [10.0, 10.0]


def test_of_a_price_that_is_not_known_today_only_the_past_is_said():
    found = only([10.0, 8.0, None])
    assert (found.low, found.low_date) == (8.0, FIRST + timedelta(days=1))
    assert (found.change_7, found.share_cheaper, found.stands_since, found.previous) == (None,) * 4


def test_a_listing_that_was_never_sold_has_nothing():
    found = only([None, None])
    assert (found.low, found.low_date, found.share_cheaper, found.stands_since, found.comb) == (None,) * 4 + ([],)


def test_no_listings_have_nothing_to_say():
    assert recent(Panel.empty()) == []


@given(
    st.lists(
        st.lists(st.none() | st.sampled_from([7.0, 7.5, 8.0, 9.99]), min_size=1, max_size=130), min_size=1, max_size=3
    )
)
def test_several_at_once_are_what_each_is_alone(rows):
    width = max(map(len, rows))
    padded = [[None] * (width - len(row)) + row for row in rows]
    found = recent(made_panel({f"{number:02}": row for number, row in enumerate(padded)}, FIRST))
    last = FIRST + timedelta(days=width - 1)
    for row, one in zip(padded, found, strict=True):
        window = row[-90:]
        known = [price for price in window if price is not None]
        today = row[-1]
        assert one.low == min(known, default=None)
        if known:
            assert one.low_date == last - timedelta(days=len(window) - 1 - window.index(min(known)))
        assert one.comb == [PriceDays(price, known.count(price)) for price in sorted(set(known))]
        ago = [row[-1 - days] if len(row) > days else None for days in (7, 30, 90)]
        changes = [today / before - 1 if today and before else None for before in ago]
        assert [one.change_7, one.change_30, one.change_90] == [
            change and pytest.approx(change, abs=1e-4) for change in changes
        ]
        if today is None:
            assert (one.share_cheaper, one.stands_since, one.previous) == (None, None, None)
            continue
        assert one.share_cheaper == pytest.approx(sum(price < today for price in known) / len(known), abs=1e-4)
        earlier = [(day, price) for day, price in enumerate(row) if price is not None]
        others = [(day, price) for day, price in earlier if price != today]
        assert one.previous == (others[-1][1] if others else None)
        since = next(day for day, price in earlier if not others or day > others[-1][0])
        assert one.stands_since == last - timedelta(days=width - 1 - since)
