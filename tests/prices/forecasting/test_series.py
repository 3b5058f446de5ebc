"""Observations become regular daily series, and nothing is filled silently."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.prices.forecasting.series import SERIES_SCHEMA, DayState, daily
from almazara.prices.schema import DATE, LISTING_ID, PRICE, STATE, Availability, Observation

DAY = date(2026, 3, 1)


def reading(day, price="10.00", *, hour=12, listing="shop:a", currency="EUR", source="http"):
    """A reading `day` days after DAY; a price of None is a stock-out."""
    return Observation(
        listing_id=listing,
        observed_at=datetime(DAY.year, DAY.month, DAY.day, hour, tzinfo=UTC) + timedelta(days=day),
        availability=Availability.UNAVAILABLE if price is None else Availability.IN_STOCK,
        price=None if price is None else Decimal(price),
        currency=None if price is None else currency,
        source=source,
    )


def states(series):
    return "".join(state[0] if state != "out_of_stock" else "x" for state in series.frame[STATE])


def prices(series):
    return series.frame[PRICE].to_list()


def test_a_day_without_a_reading_is_carried_and_says_so():
    series = daily([reading(0, "10.00"), reading(2, "11.00")])
    assert prices(series) == [10.0, 10.0, 11.0]
    assert states(series) == "oco"


def test_a_scraped_price_is_carried_for_the_stated_days_and_then_it_is_a_gap():
    series = daily([reading(0), reading(5)], carry_days=2)
    assert states(series) == "occggo"
    assert prices(series) == [10.0, 10.0, 10.0, None, None, 10.0]


def test_an_imported_change_event_is_valid_until_the_next_one():
    series = daily([reading(0, "4", source="import"), reading(40, "5", source="import")])
    assert states(series) == "o" + "c" * 39 + "o"
    assert prices(series) == [4.0] * 40 + [5.0]


def test_the_last_imported_event_is_carried_no_longer_than_a_reading():
    events = [reading(0, source="import"), reading(3, source="import")]
    assert states(daily([*events, reading(8)], carry_days=1)) == "occocgggo"
    assert states(daily(events, carry_days=1, until=DAY + timedelta(days=5))) == "occocg"


def test_nothing_is_filled_backward():
    series = daily([reading(3, "7.00")])
    assert series.frame[DATE].to_list() == [DAY + timedelta(days=3)]


def test_a_stock_out_has_no_price_and_lasts_until_the_next_reading():
    series = daily([reading(0), reading(1, None), reading(3)])
    assert states(series) == "oxxo"
    assert prices(series) == [10.0, None, None, 10.0]


def test_a_stock_out_too_becomes_a_gap():
    assert states(daily([reading(0, None), reading(4)], carry_days=1)) == "xxggo"


def test_the_last_reading_of_a_day_counts():
    series = daily([reading(0, "9.00", hour=20), reading(0, "8.00", hour=7), reading(0, "8.50", hour=12)])
    assert prices(series) == [9.0]


def test_a_series_reaches_until_and_looks_at_nothing_beyond():
    series = daily([reading(0), reading(9, "99.00")], until=DAY + timedelta(days=2))
    assert prices(series) == [10.0] * 3


def test_the_day_is_a_calendar_day_of_the_given_zone():
    late = [reading(0, hour=23)]
    assert daily(late).frame[DATE].to_list() == [DAY]
    assert daily(late, timezone="Europe/Madrid").frame[DATE].to_list() == [DAY + timedelta(days=1)]


def test_an_unknown_zone_is_refused_with_advice():
    with pytest.raises(InputError, match="IANA"):
        daily([reading(0)], timezone="Mars/Olympus")


def test_a_negative_carry_is_refused():
    with pytest.raises(InputError, match="carry_days"):
        daily([reading(0)], carry_days=-1)


def test_a_change_of_currency_begins_the_series_anew_and_is_named():
    series = daily([reading(0, "10"), reading(1, "12", currency="USD"), reading(2, "13", currency="USD")])
    assert prices(series) == [12.0, 13.0]
    assert series.currencies == {"shop:a": "USD"}
    assert [issue.listing_id for issue in series.issues] == ["shop:a"]
    assert "from EUR to USD" in series.issues[0].reason


@pytest.mark.parametrize("price", ["NaN", "Infinity", "0", "-3"])
def test_a_price_that_is_no_positive_number_is_left_out_and_named(price):
    series = daily([reading(0), reading(1, price)])
    assert prices(series) == [10.0]
    assert "no positive number" in series.issues[0].reason


def test_a_listing_that_was_never_sold_has_days_but_no_price():
    series = daily([reading(0, None)], until=DAY + timedelta(days=1))
    assert states(series) == "xx"
    assert series.currencies == {}


def test_no_observations_give_an_empty_series_frame():
    assert dict(daily([]).frame.schema) == dict(SERIES_SCHEMA)
    assert daily([]).frame.is_empty()


readings = st.lists(
    st.builds(
        reading,
        day=st.integers(0, 40),
        price=st.one_of(st.none(), st.decimals("0.01", "999", places=2).map(str)),
        hour=st.integers(0, 23),
        listing=st.sampled_from(["shop:a", "shop:b"]),
        source=st.sampled_from(["http", "import"]),
    ),
    max_size=12,
)


@given(readings, st.integers(0, 9), st.randoms())
def test_a_series_is_regular_and_has_a_price_exactly_where_its_state_says_so(observations, carry, random):
    series = daily(observations, carry_days=carry)
    for _, group in series.frame.group_by(LISTING_ID):
        days = group.sort(DATE)[DATE]
        assert (days.diff().drop_nulls() == timedelta(days=1)).all()
    priced = series.frame[STATE].is_in([DayState.OBSERVED, DayState.CARRIED])
    assert (series.frame[PRICE].is_not_null() == priced).all()
    random.shuffle(observations)
    distinct = len({(o.listing_id, o.observed_at) for o in observations}) == len(observations)
    assert not distinct or daily(observations, carry_days=carry).frame.equals(series.frame)


@given(readings, st.integers(0, 40))
def test_later_readings_never_change_an_earlier_known_price(observations, day):
    cutoff = DAY + timedelta(days=day)
    before, after = daily(observations, until=cutoff), daily(observations, until=DAY + timedelta(days=60))
    both = before.frame.join(after.frame.filter(pl.col(DATE) <= cutoff), on=[LISTING_ID, DATE], how="inner")
    assert both.height == before.frame.height
    known = both.filter(pl.col(PRICE).is_not_null())
    assert (known[PRICE] == known[f"{PRICE}_right"]).all()
