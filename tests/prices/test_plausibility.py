"""A price that history does not make plausible is held until a second reading agrees."""

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.plausibility import Accept, Confirm, Hold, HoldReason, judge
from almazara.prices.schema import Availability, Observation

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def reading(price, *, minutes=0, days=0, currency="EUR"):
    return Observation(
        listing_id="shop:a",
        observed_at=NOON + timedelta(days=days, minutes=minutes),
        availability=Availability.UNAVAILABLE if price is None else Availability.IN_STOCK,
        price=None if price is None else Decimal(price),
        currency=None if price is None else currency,
    )


HISTORY = [reading("40.00", days=-9), reading("35.00", days=-5), reading("39.00", days=-1)]


@pytest.mark.parametrize("price", ["39.00", "20.00", "75.00", "16.00", "97.00"])
def test_a_sale_or_a_rise_that_shops_make_is_accepted(price):
    assert judge(HISTORY, reading(price)) == Accept()


@pytest.mark.parametrize("price", ["3.90", "390.00", "0.39", "3900", "39000"])
def test_a_shifted_decimal_point_is_held_as_such(price):
    verdict = judge(HISTORY, reading(price))
    assert isinstance(verdict, Hold)
    assert verdict.reason is HoldReason.DECIMAL_SHIFT
    assert price in verdict.sentence


def test_a_jump_is_held_with_its_factor():
    verdict = judge(HISTORY, reading("150.00"))
    assert isinstance(verdict, Hold)
    assert verdict.reason is HoldReason.JUMP
    assert "3.8" in verdict.sentence


def test_a_listing_that_moved_far_before_may_do_so_again():
    restless = [reading("10.00", days=-30), reading("27.00", days=-20), reading("10.00", days=-10)]
    assert judge(restless, reading("30.00")) == Accept()
    assert isinstance(judge(restless, reading("41.00")), Hold)


def test_moves_of_more_than_a_year_ago_excuse_nothing():
    old = [reading("10.00", days=-500), reading("27.00", days=-450), reading("10.00", days=-10)]
    assert isinstance(judge(old, reading("30.00")), Hold)


def test_another_currency_is_held_even_at_the_same_amount():
    verdict = judge(HISTORY, reading("39.00", currency="USD"))
    assert isinstance(verdict, Hold)
    assert verdict.reason is HoldReason.CURRENCY


def test_a_first_price_and_a_stock_out_are_accepted():
    assert judge([], reading("39000")) == Accept()
    assert judge([reading(None, days=-1)], reading("39.00")) == Accept()
    assert judge(HISTORY, reading(None)) == Accept()


def test_the_price_before_a_stock_out_is_the_reference():
    assert isinstance(judge([*HISTORY, reading(None, minutes=-5)], reading("390")), Hold)


@pytest.mark.parametrize("price", ["0", "-5", "NaN", "Infinity"])
def test_what_is_no_positive_number_is_never_confirmed(price):
    verdict = judge(HISTORY, reading(price, days=1), held=reading(price))
    assert isinstance(verdict, Hold)
    assert verdict.reason is HoldReason.NOT_POSITIVE


def test_a_second_reading_that_agrees_confirms_the_held_one():
    held = reading("150.00")
    assert judge(HISTORY, reading("151.00", minutes=10), held=held) == Confirm(held)


def test_a_second_reading_in_another_currency_confirms_nothing():
    verdict = judge(HISTORY, reading("150.00", minutes=30, currency="USD"), held=reading("150.00"))
    assert isinstance(verdict, Hold)


def test_agreeing_too_soon_keeps_the_first_one_waiting():
    held = reading("150.00")
    verdict = judge(HISTORY, reading("150.00", minutes=9), held=held)
    assert isinstance(verdict, Hold)
    assert verdict.reading == held


def test_a_different_odd_reading_takes_the_place_of_the_held_one():
    newer = reading("390.00", minutes=30)
    verdict = judge(HISTORY, newer, held=reading("150.00"))
    assert isinstance(verdict, Hold)
    assert verdict.reading == newer


def test_a_plausible_reading_refutes_the_held_one():
    assert judge(HISTORY, reading("39.00", minutes=30), held=reading("390.00")) == Accept()


@given(st.decimals("0.05", "5000", places=2), st.sampled_from([10, 100, 1000]), st.booleans())
def test_every_shift_of_an_unchanged_price_is_held(price, shift, up):
    odd = price * shift if up else price / shift
    assert isinstance(judge([reading(price, days=-1)], reading(odd)), Hold)


def change_events(path):
    """Genuine changes of a file of real series: (history, reading) pairs."""
    series = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            series[row["series_id"]].append((row["date"], Decimal(row["price"]), row["currency"]))
    for name, rows in series.items():
        kept = []
        for moment, price, currency in sorted(rows):
            at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
            now = Observation(name, at, Availability.IN_STOCK, price, currency)
            if kept and kept[-1].price != price:
                yield list(kept), now
            if not kept or kept[-1].price != price:
                kept.append(now)


RETAIL = [
    "amazon_us_keepa_gpu_price_events",
    "facua_es_supermarkets_olive_oil_daily_2024",
    "heissepreise_at_price_changes_2017_2023",
    "ocado_uk_price_changes_2022_2024",
    "infaoliva_spain_origin_daily_2015_2025",
]


@pytest.mark.real_data
@pytest.mark.parametrize("name", RETAIL)
def test_genuine_changes_are_hardly_ever_held_and_shifted_ones_always(real_data, name):
    genuine = held = missed = 0
    for history, now in change_events(real_data / "prices" / "series" / f"{name}.csv.gz"):
        genuine += 1
        held += isinstance(judge(history[-60:], now), Hold)
        last = history[-1]
        for shift in (Decimal(10), Decimal(100), Decimal("0.1"), Decimal("0.01")):
            wrong = Observation(now.listing_id, now.observed_at, now.availability, last.price * shift, now.currency)
            missed += not isinstance(judge(history[-60:], wrong), Hold)
    assert missed == 0
    assert genuine > 50
    assert held / genuine < 0.005
