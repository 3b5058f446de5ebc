"""A price that history does not make plausible is held until a second reading agrees."""

import csv
import gzip
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.prices.collecting.plausibility import Held, HoldReason, judge, judge_last
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


def held_at(price):
    return Held(reading(price), HoldReason.JUMP, "odd")


HISTORY = [reading("40.00", days=-9), reading("35.00", days=-5), reading("39.00", days=-1)]


@pytest.mark.parametrize("price", ["39.00", "20.00", "75.00", "16.00", "97.00"])
def test_a_sale_or_a_rise_that_shops_make_is_accepted(price):
    assert judge(HISTORY, reading(price)).accepted == (reading(price),)


@pytest.mark.parametrize("price", ["3.90", "390.00", "0.39", "3900", "39000"])
def test_a_shifted_decimal_point_is_held_as_such(price):
    verdict = judge(HISTORY, reading(price))
    assert verdict.held.reason is HoldReason.DECIMAL_SHIFT
    assert price in verdict.reason


def test_a_jump_is_held_with_its_factor():
    verdict = judge(HISTORY, reading("150.00"))
    assert verdict.held.reason is HoldReason.JUMP
    assert "3.8" in verdict.reason


def test_a_listing_that_moved_far_before_may_do_so_again():
    restless = [reading("10.00", days=-30), reading("27.00", days=-20), reading("10.00", days=-10)]
    assert judge(restless, reading("30.00")).accepted == (reading("30.00"),)
    assert judge(restless, reading("41.00")).held is not None


def test_whatever_moved_before_a_factor_above_four_is_held():
    wild = [reading("10.00", days=-30), reading("39.00", days=-20), reading("10.00", days=-10)]
    assert judge(wild, reading("40.00")).accepted == (reading("40.00"),)
    assert judge(wild, reading("40.10")).held is not None


def test_a_move_from_one_currency_to_another_is_no_move():
    abroad = [reading("10.00", days=-30), reading("39.00", days=-20, currency="USD"), reading("10.00", days=-10)]
    assert judge(abroad, reading("25.00")).held is None
    assert judge(abroad, reading("25.10")).held is not None


def test_moves_of_more_than_a_year_ago_excuse_nothing():
    old = [reading("10.00", days=-500), reading("27.00", days=-450), reading("10.00", days=-10)]
    assert judge(old, reading("30.00")).held is not None


def test_another_currency_is_held_even_at_the_same_amount():
    verdict = judge(HISTORY, reading("39.00", currency="USD"))
    assert verdict.held.reason is HoldReason.CURRENCY


def test_a_first_price_and_a_stock_out_are_accepted():
    assert judge([], reading("39000")).accepted == (reading("39000"),)
    assert judge([reading(None, days=-1)], reading("39.00")).accepted == (reading("39.00"),)
    assert judge(HISTORY, reading(None)).accepted == (reading(None),)


def test_the_price_before_a_stock_out_is_the_reference():
    assert judge([*HISTORY, reading(None, minutes=-5)], reading("390")).held is not None


@pytest.mark.parametrize("price", ["0", "-5", "NaN", "Infinity"])
def test_what_is_no_positive_number_is_never_confirmed(price):
    verdict = judge(HISTORY, reading(price, days=1), held=held_at(price))
    assert verdict.held.reason is HoldReason.NOT_POSITIVE


def test_a_second_reading_that_agrees_confirms_the_held_one():
    held = held_at("150.00")
    second = reading("151.00", minutes=10)
    assert judge(HISTORY, second, held=held).accepted == (held.reading, second)


def test_a_second_reading_in_another_currency_confirms_nothing():
    verdict = judge(HISTORY, reading("150.00", minutes=30, currency="USD"), held=held_at("150.00"))
    assert verdict.held is not None


def test_agreeing_too_soon_keeps_the_first_one_waiting():
    held = held_at("150.00")
    verdict = judge(HISTORY, reading("150.00", minutes=9), held=held)
    assert verdict.accepted == ()
    assert verdict.held == held


def test_a_different_odd_reading_takes_the_place_of_the_held_one():
    newer = reading("390.00", minutes=30)
    verdict = judge(HISTORY, newer, held=held_at("150.00"))
    assert verdict.held.reading == newer


def test_a_plausible_reading_refutes_the_held_one():
    assert judge(HISTORY, reading("39.00", minutes=30), held=held_at("390.00")).accepted == (
        reading("39.00", minutes=30),
    )


def test_a_held_reading_survives_being_kept_as_a_document():
    held = judge(HISTORY, reading("150.00")).held
    assert Held.from_document(json.loads(json.dumps(held.as_document()))) == held


def test_a_document_that_is_no_held_reading_is_refused():
    with pytest.raises(InputError):
        Held.from_document({"reading": "150"})


@given(st.decimals("0.05", "5000", places=2), st.sampled_from([10, 100, 1000]), st.booleans())
def test_every_shift_of_an_unchanged_price_is_held(price, shift, up):
    odd = price * shift if up else price / shift
    assert judge([reading(price, days=-1)], reading(odd)).held is not None


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
        held += judge(history[-60:], now).held is not None
        last = history[-1]
        for shift in (Decimal(10), Decimal(100), Decimal("0.1"), Decimal("0.01")):
            wrong = Observation(now.listing_id, now.observed_at, now.availability, last.price * shift, now.currency)
            missed += judge(history[-60:], wrong).held is None
    assert missed == 0
    assert genuine > 50
    assert held / genuine < 0.005


def last_of(*prices, days_ago=0):
    """What `judge_last` says of the last of daily prices, known until so many days after it."""
    *history, last = (reading(price, days=day) for day, price in enumerate(prices))
    return judge_last(history, last, until=last.observed_at + timedelta(days=days_ago)).reason


def test_the_last_price_of_a_history_is_held_where_all_before_it_contradict_it():
    assert "9999.99" in last_of("10.00", "10.50", "9999.99")
    assert "9999.99" in last_of("10.00", "9999.99")


def test_a_price_that_fits_those_before_a_spike_is_not_held():
    assert last_of("10.00", "10.50", "9999.99", "10.00") == ""


def test_a_price_that_stood_for_a_week_is_not_held():
    assert last_of("10.00", "30.00", days_ago=7) == ""
    assert last_of("10.00", "30.00", days_ago=6) != ""
