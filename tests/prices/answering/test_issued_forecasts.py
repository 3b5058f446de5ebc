"""What is said of a published forecast whose day has ended without a price, or was not scored yet."""

from datetime import date, datetime, timedelta

import pytest

from almazara.prices.answering.issued_forecasts import IssuedQuery, IssuedState, issued_forecasts
from almazara.prices.answering.known import Known
from almazara.prices.answering.remembered import Remembered
from almazara.prices.forecasting.issued import ISSUED, SCORES
from almazara.prices.forecasting.scores import HORIZONS, SCORED_QUANTILES
from price_shop import NOW, observed, product

TODAY = NOW.date()
QUANTILES = [float(10 * quantile) for quantile in SCORED_QUANTILES]


def issue(store, ago, *listing_ids, model="steps"):
    """Forecasts of so many days ago."""
    told = {"model": model, "last": 5.0, "quantiles": {str(horizon): QUANTILES for horizon in HORIZONS}}
    store.put_document(ISSUED, f"{TODAY - timedelta(days=ago)}/0000", dict.fromkeys(listing_ids, told))


def rows(store, now=NOW, **asked):
    return issued_forecasts(Known(Remembered(store, "UTC"), None, now), IssuedQuery(**asked))[0]


@pytest.fixture
def known(store):
    for number in (1, 2):
        store.save_listing(product(number))
    store.append([observed("shop.example:1", 1, "9.60")])
    issue(store, 2, "shop.example:1", "shop.example:2")
    return store


def test_before_it_was_scored_it_is_said_to_be_due_and_after_it_whether_it_has_a_price(known):
    assert [row.state for row in rows(known)[:2]] == [IssuedState.DUE] * 2
    known.put_document(SCORES, (TODAY - timedelta(days=1)).isoformat(), {})
    assert [row.state for row in rows(known)[:2]] == [IssuedState.SCORED, IssuedState.NO_PRICE]


def test_a_price_lies_within_the_intervals_that_hold_it(known):
    first, second = rows(known)[:2]
    told = first.price, first.low_80, first.high_80, first.low_95, first.high_95
    assert [str(one) for one in told] == ["9.60", "1.00", "9.00", "0.25", "9.75"]
    assert (first.within_80, first.within_95, second.within_80) == (False, True, None)


def test_today_has_not_ended(known):
    later = NOW + timedelta(days=5)
    issue(known, 0, "shop.example:1")
    states = {row.date: row.state for row in rows(known, later)}
    assert states[later.date()] is IssuedState.TO_COME
    assert states[date(2026, 3, 2)] is IssuedState.DUE


def test_a_cursor_of_a_day_that_is_no_longer_kept_goes_on_after_it(known):
    found, cursor = issued_forecasts(Known(Remembered(known, "UTC"), None, NOW), IssuedQuery(limit=1))
    assert (len(found), bool(cursor)) == (1, True)
    known.delete_document(ISSUED, f"{TODAY - timedelta(days=2)}/0000")
    issue(known, 0, "shop.example:1")
    assert [row.cutoff for row in rows(known, cursor=cursor)] == [TODAY] * len(HORIZONS)


def test_where_nothing_was_published_there_is_nothing(store):
    known = Known(Remembered(store, "UTC"), None, datetime.now(NOW.tzinfo))
    assert issued_forecasts(known, IssuedQuery()) == ([], None)
