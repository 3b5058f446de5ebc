"""What is kept of a store: the same as if all were read anew, and only what has changed is asked for."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.prices.answering.remembered import Remembered
from almazara.prices.forecasting.continued import since
from almazara.prices.forecasting.series import regular
from almazara.prices.schema import IMPORTED
from almazara.prices.store.registry import store_at
from price_shop import NOW, observed, product
from profiles import examples

NAMES = [f"shop.example:{number}" for number in (1, 2, 3)]
TODAY = NOW.date()
readings = st.builds(
    lambda name, day, hour, price, currency, source: replace(
        observed(name, day, price, currency=currency if price else None, source=source),
        observed_at=NOW - timedelta(days=day, hours=hour),
    ),
    st.sampled_from(NAMES),
    st.integers(-40, 40) | st.integers(41, 460),  # before today is negative
    st.integers(0, 23),
    st.sampled_from([None, "5.00", "6.50", "7"]),
    st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
    st.sampled_from(["http", "http", IMPORTED]),
)
changes = st.lists(st.tuples(st.lists(readings, max_size=4), st.integers(0, 12)), min_size=1, max_size=6)


@settings(max_examples=examples(nightly=2000), deadline=None)
@given(changes=changes)
def test_series_that_went_on_are_those_of_everything_read_anew(tmp_path_factory, changes):
    with closing(store_at(f"sqlite:///{tmp_path_factory.mktemp('store') / 'prices.db'}")) as store:
        kept, today = Remembered(store, "Europe/Madrid"), TODAY - timedelta(days=30)
        for batch, days in changes:
            store.append(batch)
            today += timedelta(days=days)
            found, anew = kept.series(today), regular(store.readings(NAMES), until=today, timezone="Europe/Madrid")
            shown = [row for row in found.days() if row[0] in anew.panel.names]
            assert shown == list(anew.days())
            assert found.panel.currencies == anew.panel.currencies


@settings(max_examples=examples(nightly=2000), deadline=None)
@given(batch=st.lists(readings, max_size=12), ago=st.integers(0, 45) | st.integers(46, 500))
def test_prices_since_a_day_are_those_of_what_was_read_since(tmp_path_factory, batch, ago):
    with closing(store_at(f"sqlite:///{tmp_path_factory.mktemp('store') / 'prices.db'}")) as store:
        store.append(batch)
        first, series = TODAY - timedelta(days=ago), regular(store.readings(NAMES), until=TODAY)
        found = since(series, range(len(series.panel.names)), first)
        started = NOW.replace(hour=0) - timedelta(days=ago)
        asked = regular(store.readings(NAMES, started), until=TODAY).panel
        priced = {name: row for name, row in zip(asked.names, asked.prices, strict=True) if not np.isnan(row).all()}
        assert set(priced) == set(found.names)
        for name, prices in zip(found.names, found.prices, strict=True):
            width = min(prices.size, priced[name].size)
            assert np.array_equal(prices[-width:], priced[name][-width:], equal_nan=True)
            assert np.isnan([*prices[:-width], *priced[name][:-width]]).all()


def test_a_price_of_before_a_day_is_not_carried_over_it(store):
    store.append([observed(NAMES[0], day, "5.00") for day in (12, 7)])
    panel = since(regular(store.readings(NAMES), until=TODAY), [0], TODAY - timedelta(days=10))
    assert np.count_nonzero(~np.isnan(panel.prices)) == 8


@pytest.fixture
def asked(store, monkeypatch):
    """The listings whose readings a store was asked for."""
    found = []
    read = store.readings
    monkeypatch.setattr(store, "readings", lambda names, start=None: found.extend(names) or read(names, start))
    for name in NAMES:
        store.append(observed(name, day, "5.00") for day in range(1, 30))
    return found


def test_after_a_reading_only_its_listing_is_read_again(store, asked):
    kept = Remembered(store, "UTC")
    kept.series(TODAY)
    assert sorted(asked) == NAMES
    asked.clear()
    store.append([observed(NAMES[1], 0, "4.00")])
    prices = kept.series(TODAY).panel.prices
    assert asked == [NAMES[1]]
    assert prices[:, -1].tolist() == [5.0, 4.0, 5.0]


def test_a_new_day_asks_for_no_readings(store, asked):
    kept = Remembered(store, "UTC")
    kept.series(TODAY)
    asked.clear()
    panel = kept.series(TODAY + timedelta(days=1)).panel
    assert asked == []
    assert panel.last_day == TODAY + timedelta(days=1)


def test_readings_of_the_past_are_seen(store, asked):
    kept = Remembered(store, "UTC")
    kept.series(TODAY)
    store.append([observed(NAMES[0], 100, "9.00")])
    panel = kept.series(TODAY).panel
    assert panel.first_day == TODAY - timedelta(days=100)
    assert panel.prices[0, 0] == 9.0


def test_a_series_in_another_currency_begins_anew(store, asked):
    kept = Remembered(store, "UTC")
    kept.series(TODAY)
    store.append([observed(NAMES[2], 0, "6.00", currency="USD")])
    panel = kept.series(TODAY).panel
    assert panel.currencies == ("EUR", "EUR", "USD")
    assert panel.prices[2, -2:].tolist() == pytest.approx([np.nan, 6.0], nan_ok=True)


def test_listings_are_read_again_only_where_one_has_changed(store, monkeypatch):
    store.save_listing(product())
    read, asked = store.listings, []
    monkeypatch.setattr(store, "listings", lambda: asked.append(1) or read())
    kept = Remembered(store, "UTC")
    kept.read()
    store.append([observed("shop.example:1", 0, "5.00")])
    assert kept.read().newest["shop.example:1"].price == Decimal("5.00")
    assert len(asked) == 1
    store.save_listing(product(title="Aceite"))
    assert kept.read().listings["shop.example:1"].title == "Aceite"
