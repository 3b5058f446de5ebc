"""Observations become regular daily series, and nothing is filled silently."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.prices.forecasting.series import DayState, daily, regular
from almazara.prices.schema import DATE, LISTING_ID, PRICE, Availability, Observation, Readings
from panels import STATE, frame_of

DAY = date(2026, 3, 1)
observed_at = attrgetter("observed_at")


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
    return "".join(state[0] if state != "out_of_stock" else "x" for state in frame_of(series)[STATE])


def prices(series):
    return frame_of(series)[PRICE].to_list()


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
    assert frame_of(series)[DATE].to_list() == [DAY + timedelta(days=3)]


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
    assert frame_of(daily(late))[DATE].to_list() == [DAY]
    assert frame_of(daily(late, timezone="Europe/Madrid"))[DATE].to_list() == [DAY + timedelta(days=1)]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_readings_at_the_end_of_the_calendar_are_days_that_have_not_come(zone):
    end = replace(reading(0), observed_at=datetime.max.replace(tzinfo=UTC))
    assert set(prices(daily([reading(0), end], until=DAY + timedelta(days=2), timezone=zone))) == {10.0}


def test_an_unknown_zone_is_refused_with_advice():
    with pytest.raises(InputError, match="IANA"):
        daily([reading(0)], timezone="Mars/Olympus")


def test_a_negative_carry_is_refused():
    with pytest.raises(InputError, match="carry_days"):
        daily([reading(0)], carry_days=-1)


def test_a_change_of_currency_begins_the_series_anew_and_is_named():
    series = daily([reading(0, "10"), reading(1, "12", currency="USD"), reading(2, "13", currency="USD")])
    assert prices(series) == [12.0, 13.0]
    assert series.panel.currencies == ("USD",)
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
    assert series.panel.currencies == (None,)


def test_no_observations_give_no_days():
    assert list(daily([]).days()) == []
    assert daily([reading(3)], until=DAY).panel.names == ()


def test_listings_stand_side_by_side_each_from_its_first_day_to_its_last():
    late, early = reading(2, "3.00", listing="shop:b"), reading(0, "1.00", listing="shop:a")
    panel = daily([late, early]).panel
    assert (panel.names, panel.currencies, panel.first_day, panel.last_day) == (
        ("shop:a", "shop:b"),
        ("EUR", "EUR"),
        DAY,
        DAY + timedelta(days=2),
    )
    assert panel.prices.tolist()[0][0] == 1.0
    assert panel.prices.tolist()[1][2] == 3.0
    assert (panel.begins.tolist(), panel.ends.tolist()) == ([0, 2], [0, 2])


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
    for _, group in frame_of(series).group_by(LISTING_ID):
        days = group.sort(DATE)[DATE]
        assert (days.diff().drop_nulls() == timedelta(days=1)).all()
    priced = frame_of(series)[STATE].is_in([DayState.OBSERVED, DayState.CARRIED])
    assert (frame_of(series)[PRICE].is_not_null() == priced).all()
    random.shuffle(observations)
    distinct = len({(o.listing_id, o.observed_at) for o in observations}) == len(observations)
    assert not distinct or frame_of(daily(observations, carry_days=carry)).equals(frame_of(series))


@given(
    readings,
    st.sampled_from(["UTC", "Europe/Madrid", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.integers(0, 400),
)
def test_every_reading_counts_on_the_day_that_calendars_show(observations, zone, shift):
    """Over the days on which clocks are changed too, as one reading after another says."""
    moved = [replace(o, observed_at=o.observed_at + timedelta(days=shift, minutes=15 * shift)) for o in observations]
    last = {(o.listing_id, o.observed_at.astimezone(ZoneInfo(zone)).date()): o for o in sorted(moved, key=observed_at)}
    expected = {key: None if o.price is None else float(o.price) for key, o in last.items()}
    found = {(name, day): price for name, day, price, _ in daily(moved, timezone=zone).days()}
    assert {key: found[key] for key in expected} == expected


@given(readings, st.randoms())
def test_columns_in_any_order_of_time_give_the_same_series(observations, random):
    shuffled = random.sample(observations, len(observations))
    columns = {
        name: Readings.of([o for o in shuffled if o.listing_id == name])
        for name in {o.listing_id for o in observations}
    }
    distinct = len({(o.listing_id, o.observed_at) for o in observations}) == len(observations)
    assert not distinct or list(regular(columns).days()) == list(daily(observations).days())


@given(readings, st.integers(0, 40))
def test_later_readings_never_change_an_earlier_known_price(observations, day):
    cutoff = DAY + timedelta(days=day)
    before, after = daily(observations, until=cutoff), daily(observations, until=DAY + timedelta(days=60))
    both = frame_of(before).join(frame_of(after).filter(pl.col(DATE) <= cutoff), on=[LISTING_ID, DATE], how="inner")
    assert both.height == frame_of(before).height
    known = both.filter(pl.col(PRICE).is_not_null())
    assert (known[PRICE] == known[f"{PRICE}_right"]).all()
