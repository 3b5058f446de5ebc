"""All followed products in one read: the same as asked one by one, and kept for as long as it is true."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from almazara.prices.answers import DataQuery
from almazara.prices.forecasting.announced import AnnouncedMove
from almazara.prices.forecasting.kept_moves import keep_moves
from almazara.prices.forecasting.published import HORIZON_DAYS, QUANTILES, Forecasted, ForecastIndex, Forecasts
from almazara.prices.publishing import Published, learn_policies
from almazara.prices.schema import Availability, Listing
from almazara.prices.service import PriceService
from panels import made_panel
from price_shop import NOW, observed, product, search

DAYS = 300
MARKET = "amazon.es"


class Live:
    """Forecasts and policies that can be published anew."""

    def __init__(self, published):
        self.current = published


def price_on(day, number):
    """10 euros, and 7 for a week out of five."""
    return "7.00" if (day + 11 * number + 20) % 35 < 7 else "10.00"


def forecast_of(listing_id, cutoff):
    """Quantiles that are told apart: hundreds are the days ahead, the rest is the probability."""
    values = np.arange(1, HORIZON_DAYS + 1)[:, None] * 100 + np.asarray(QUANTILES)
    return Forecasts(ForecastIndex({listing_id: Forecasted("steps", cutoff.isoformat(), "EUR", [])}, {}), values[None])


@pytest.fixture
def oils(store):
    """Twelve oils of 1 to 12 litres with offers."""
    for number in range(12):
        listing = product(number, category="oil", litres=Decimal(number + 1), title="Aceite de oliva virgen extra")
        store.save_listing(listing)
        store.append(observed(listing.listing_id, day, price_on(day, number)) for day in range(DAYS))
    return store


def served(store, *, forecasts=None, clock=lambda: NOW):
    prices = {
        one.listing_id: [float(o.price or "nan") for o in store.history(one.listing_id)]
        for one in store.listings()
        if store.count(one.listing_id) == DAYS
    }
    policies = learn_policies(store, made_panel(prices, NOW.date() - timedelta(days=DAYS - 1)))
    live = Live(Published(forecasts or Forecasts.none(), policies))
    return PriceService(store, live, timezone="UTC", clock=clock)


@pytest.fixture
def service(oils):
    return served(oils)


def row_of(service, listing_id="shop.example:0"):
    return next(row for row in service.overview() if row.product.id == listing_id)


def test_each_product_is_what_asking_for_it_says(service):
    rows = service.overview()
    assert {row.plan.action for row in rows} == {"buy", "wait"}
    for row in rows:
        listing_id = row.product.id
        assert row.product == service.product(listing_id)
        advice = service.advice(listing_id, 30, 1)
        for name in ("action", "target_price", "until", "expected_saving_percent", "chance_of_paying_more"):
            assert getattr(row.plan, name) == getattr(advice, name)
        days, _ = service.daily(DataQuery(product=listing_id, start=NOW - timedelta(days=89, hours=11)))
        assert row.recent.prices == [day.price for day in days]
        assert row.grade == "extra virgin"


@pytest.mark.parametrize(("days", "factor"), [(5, 1.1), (5, 0.9), (20, 1.1), (-10, 1.1)])
def test_what_is_announced_decides_here_as_where_a_product_is_asked_for(oils, days, factor):
    keep_moves(oils, [AnnouncedMove(NOW.date() + timedelta(days=days), factor, "shop.example:0")])
    service = served(oils)
    for row in service.overview():
        advice = service.advice(row.product.id, 30, 1)
        for name in ("action", "target_price", "until", "expected_saving_percent", "chance_of_paying_more"):
            assert getattr(row.plan, name) == getattr(advice, name)
        assert f"prices.advice.{row.plan.why}" == advice.told[0].code


def test_the_cheapest_litre_comes_first_and_what_has_no_price_last(oils):
    oils.save_listing(product("dollars", category="oil", litres=Decimal(1)))
    oils.append([observed("shop.example:dollars", 0, "0.10", currency="USD")])
    oils.save_listing(product("new"))
    oils.save_listing(product("gone", litres=Decimal(1)))
    oils.append([observed("shop.example:gone", 3, "1.00"), observed("shop.example:gone", 0, None)])
    rows = served(oils).overview()
    litres = [row.product.latest and row.product.latest.price_per_litre for row in rows]
    assert litres[:12] == sorted(litres[:12])
    assert [row.product.sku for row in rows[12:]] == ["dollars", "gone", "new"]
    gone, new = rows[-2:]
    assert (gone.product.latest.availability, gone.plan.why, gone.recent.low) == (
        Availability.UNAVAILABLE,
        "stale",
        1.0,
    )
    assert (new.product.latest, new.plan.action, new.plan.why, new.recent.low) == (None, "unknown", "no_price", None)


def test_what_was_read_long_ago_is_not_known_and_its_last_price_is_told(oils):
    oils.save_listing(product("old", category="oil"))
    oils.append([observed("shop.example:old", 500, "9.95")])
    service = served(oils)
    [row] = [one for one in service.overview() if one.product.sku == "old"]
    assert (row.plan.action, row.plan.why) == ("unknown", "stale")
    advice = service.advice("shop.example:old", 30, 1)
    assert (advice.action, advice.why, advice.price) == ("unknown", "stale", None)
    assert "9,95" in advice.message
    assert "hace 500 días" in advice.message


@pytest.mark.parametrize("days_ago", [0, 5])
def test_the_interval_is_that_of_the_deadline_whatever_day_it_was_forecast_on(oils, days_ago):
    cutoff = NOW.date() - timedelta(days=days_ago)
    service = served(oils, forecasts=forecast_of("shop.example:0", cutoff))
    row = row_of(service)
    ahead = 100 * (30 + days_ago)
    assert (row.low_80, row.high_80) == (Decimal(f"{ahead}.1"), Decimal(f"{ahead}.9"))
    assert row_of(service, "shop.example:1").low_80 is None


def test_a_forecast_that_does_not_reach_the_deadline_any_more_is_left_out(oils):
    old = forecast_of("shop.example:0", NOW.date() - timedelta(days=HORIZON_DAYS - 29))
    assert row_of(served(oils, forecasts=old)).low_80 is None


def test_categories_and_shops_are_told_apart(oils):
    oils.save_listing(replace(product("milk", category="milk"), listing_id="other.example:milk", shop="other.example"))
    service = served(oils)
    assert len(service.overview()) == 13
    assert [row.product.sku for row in service.overview(category="milk")] == ["milk"]
    assert [row.product.sku for row in service.overview(shop="other.example")] == ["milk"]
    assert service.overview(category="milk", shop="shop.example") == []


def found_by_search(number, **values):
    listing_id = f"{MARKET}:{number}"
    return Listing(listing_id, MARKET, str(number), f"https://{listing_id}", category="oil", tracked=False, **values)


def test_what_a_followed_search_found_lately_is_there_and_what_is_left_is_gone_at_once(oils):
    oils.save_listing(search(category="oil"))
    for number, ago in ((1, 2), (2, 8)):
        oils.save_listing(found_by_search(number))
        oils.append([observed(f"{MARKET}:{number}", ago, "5.00")])
    service = served(oils)
    service.remove_product("shop.example:0")
    ids = {row.product.id for row in service.overview()}
    assert f"{MARKET}:1" in ids
    assert ids.isdisjoint({f"{MARKET}:2", "shop.example:0", "amazon.es:5ea5c4"})


@pytest.fixture
def counted(oils, monkeypatch):
    """How often the readings of all were read."""
    reads = []
    read = oils.readings
    monkeypatch.setattr(oils, "readings", lambda *a: reads.append(a) or read(*a))
    return reads


def test_it_is_made_once_while_nothing_changes_and_ages_all_the_same(oils, counted):
    now = [NOW]
    service = served(oils, clock=lambda: now[0])
    first = row_of(service).product.latest.days_ago
    now[0] += timedelta(hours=6)
    assert row_of(service).product.latest.days_ago == first + 0.25
    assert len(counted) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda store, _live, _now: store.append([observed("shop.example:0", -0.01, "9.00")]),
        lambda store, _live, _now: store.append([observed("shop.example:0", 44.9, "2.00")]),
        lambda store, _live, _now: store.save_listing(product(0, title="Otro")),
        lambda _store, live, _now: setattr(
            live, "current", replace(live.current, forecasts=forecast_of("shop.example:0", NOW.date()))
        ),
        lambda _store, _live, now: now.append(NOW + timedelta(days=1)),
        lambda store, _live, _now: keep_moves(store, [AnnouncedMove(NOW.date() + timedelta(days=5), 1.1)]),
    ],
    ids=["a reading", "an import of the past", "a listing", "a version", "a day", "an announced move"],
)
def test_after_a_change_it_is_what_it_would_be_made_anew(oils, change):
    now = [NOW]
    service = served(oils, clock=lambda: now[-1])
    before = service.overview()
    change(oils, service.live, now)
    after = service.overview()
    assert after != before
    assert after == PriceService(oils, service.live, timezone="UTC", clock=lambda: now[-1]).overview()


def test_after_a_reading_the_rows_of_others_stay(oils):
    service = served(oils)
    before = {row.product.id: row for row in service.overview_rows()}
    oils.append([observed("shop.example:0", -0.01, "9.00")])
    after = {row.product.id: row for row in service.overview_rows()}
    assert [name for name, row in after.items() if row is not before[name]] == ["shop.example:0"]


def test_an_import_of_the_past_is_seen(service, oils):
    assert row_of(service).recent.low == 7.0
    oils.append([observed("shop.example:0", 44.9, "2.00", source="import")])
    assert row_of(service).recent.low == 2.0


def test_before_anything_is_followed_there_are_no_rows(store):
    assert PriceService(store, Live(None), timezone="UTC", clock=lambda: NOW).overview() == []
