"""A product's page: its year day by day, what is expected of it, its likes in other shops, and what must be said."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from almazara.errors import InputError, NotFoundError
from almazara.prices.alerts.alerting import RULES
from almazara.prices.alerts.rules import AlertRule, RuleKind
from almazara.prices.answers import DataQuery
from almazara.prices.buying.policy import AdvicePolicies
from almazara.prices.collecting.collection import HELD
from almazara.prices.collecting.plausibility import judge
from almazara.prices.forecasting.published import (
    HORIZON_DAYS,
    QUANTILES,
    Backtested,
    Forecasted,
    ForecastIndex,
    Forecasts,
)
from almazara.prices.publishing import Published
from almazara.prices.schema import EPOCH, Listing, Size
from almazara.prices.service import PriceService
from almazara.words.said import Money
from price_shop import NOW, observed, product, search

TODAY = NOW.date()
OWN = "shop.example:1"
TITLE = "Aceite de oliva virgen extra Carbonell, 5 l"


def ago(days):
    return TODAY - timedelta(days=days)


class Live:
    def __init__(self, forecasts):
        self.current = Published(forecasts, AdvicePolicies()) if forecasts else None


def served(store, forecasts=None):
    return PriceService(store, Live(forecasts), timezone="UTC", clock=lambda: NOW)


def forecast(cutoff=TODAY, refused=None):
    about = Forecasted("steps", cutoff.isoformat(), "EUR", [Backtested("steps", 8, 0.5, 0.9, 0.8, 0.82)])
    index = ForecastIndex({} if refused else {OWN: about}, {OWN: refused} if refused else {})
    values = np.full((len(index.forecasts), HORIZON_DAYS, len(QUANTILES)), 30.0) + np.asarray(QUANTILES)
    return Forecasts(index, values)


@pytest.fixture
def year(store):
    """Two years of readings: on offer 40 to 36 days ago, sold out 20 to 18, unread 15 to 4 days ago."""
    store.save_listing(product(1, category="oil", title=TITLE, litres=Decimal(5), target_price=Decimal(25)))
    read = [day for day in range(730) if not 4 <= day <= 15]
    store.append(
        observed(
            OWN,
            day,
            None if 18 <= day <= 20 else "27.00" if 36 <= day <= 40 else "30.00",
            list_price=Decimal("30.00") if 36 <= day <= 40 else None,
        )
        for day in read
    )
    return store


def codes(story):
    return [one.code.removeprefix("prices.story.") for one in story.notices]


def test_the_last_year_is_told_day_by_day_with_its_stretches(year):
    service = served(year, forecast())
    story = service.story(OWN)
    rows, _ = service.daily(DataQuery(product=OWN, start=NOW - timedelta(days=364, hours=11)))
    assert [(one.date, one.state, one.price) for one in story.days] == [
        (one.date, one.state, one.price) for one in rows
    ]
    assert len(story.days) == 365
    struck = [one.date for one in story.days if one.list_price is not None]
    assert struck == [ago(day) for day in range(40, 35, -1)]
    [sold_out], [gap] = story.sold_out, story.gaps
    assert (sold_out.first, sold_out.last, sold_out.days) == (ago(20), ago(18), 3)
    assert (gap.first, gap.last, gap.days) == (ago(8), ago(4), 5)  # after seven days that the price is carried
    assert (story.recent.low, story.recent.low_date) == (27.0, ago(40))
    assert (story.recent.stands_since, story.recent.previous) == (ago(35), 27.0)
    assert codes(story) == []


def test_the_advice_and_the_forecast_are_those_of_their_own_routes(year):
    service = served(year, forecast())
    story = service.story(OWN, 14, 3)
    assert story.advice == service.advice(OWN, 14, 3)
    assert story.product == service.product(OWN)
    assert story.prediction == service.predict(OWN, 14, [50, 80, 95])
    assert story.prediction.backtest[0].model == "steps"


def test_an_older_forecast_still_reaches_the_deadline_and_is_said_to_be_old(year):
    story = served(year, forecast(ago(5))).story(OWN, 30)
    assert (story.prediction.days[-1].date, story.prediction.horizon) == (TODAY + timedelta(days=30), 35)
    assert codes(story) == ["forecast_old"]
    assert "24/02/2026" in story.notices[0].text()
    ancient = served(year, forecast(ago(80))).story(OWN, 30)
    assert ancient.prediction.horizon == HORIZON_DAYS


def rule(rule_id, kind, **values):
    return AlertRule(rule_id, kind, NOW, **values)


def test_the_rules_that_watch_it_are_there_and_no_others(year):
    for one in (
        rule("r1", RuleKind.DROP, percent=Decimal(5)),
        rule("r2", RuleKind.BACK_IN_STOCK, listing_id=OWN),
        rule("r3", RuleKind.BACK_IN_STOCK, listing_id="shop.example:2"),
        rule("r4", RuleKind.SCRAPER_UNWELL),
    ):
        year.put_document(RULES, one.rule_id, one.as_document())
    assert [one.rule_id for one in served(year).story(OWN).rules] == ["r1", "r2", f"target:{OWN}"]


def test_a_reading_that_waits_is_shown_beside_the_price_that_it_would_replace(year):
    new = observed(OWN, 0, "300.00")
    verdict = judge(year.history(OWN), replace(new, observed_at=NOW + timedelta(minutes=5)))
    year.put_document(HELD, OWN, verdict.held.as_document())
    service = served(year, forecast())
    story = service.story(OWN)
    assert story.held == service.held(1)[0]
    assert (story.held.price, story.held.before) == (Money(Decimal("300.00"), "EUR"), Money(Decimal("30.00"), "EUR"))
    assert story.held.reason == "decimal_shift"
    assert codes(story) == ["held"]
    assert "300,00 €" in story.notices[0].text()


def other_shop(number, title, shop="other.example", currency="EUR", price="6.00"):
    listing_id = f"{shop}:{number}"
    one = Listing(listing_id, shop, str(number), f"https://{shop}/{number}", title, "oil", litres=Decimal(5))
    return one, [observed(listing_id, day, price, currency=currency) for day in range(3)]


def test_the_lookalikes_of_other_shops_stand_beside_it_by_the_litre(year):
    for one, readings in (
        other_shop(1, "Carbonell AOVE garrafa 5 litros", price="20.00"),
        other_shop(2, "Carbonell AOVE picual 5 l"),
        other_shop(3, "Carbonell AOVE 5 l", currency="USD"),
        other_shop(4, "Carbonell AOVE 5 l", shop="shop.example"),
    ):
        year.save_listing(one)
        year.append(readings)
    [beside] = served(year).story(OWN).lookalikes
    assert (beside.product.id, beside.words) == ("other.example:1", ["carbonell"])
    assert (beside.first_day, beside.per_litre) == (ago(2), [4.0, 4.0, 4.0])
    shrunk = (Size(EPOCH, Decimal(8)), Size(NOW - timedelta(days=1), Decimal(5)))
    year.save_listing(replace(year.listing("other.example:1"), sizes=shrunk))
    assert served(year).story(OWN).lookalikes[0].per_litre == [2.5, 4.0, 4.0]


def young(store, days):
    store.save_listing(product())
    store.append(observed(OWN, day, "5.00") for day in range(days))
    return store


@pytest.mark.parametrize(
    ("readings", "forecasts", "expected"),
    [
        ([], None, ["no_price"]),
        ([], forecast(), ["no_price"]),
        ([(day, "5.00") for day in range(20)], None, ["short_history", "not_forecast"]),
        ([(day, "5.00") for day in range(10)], forecast(refused="10 days"), ["short_history", "forecast_refused"]),
        ([(day, "5.00") for day in range(40)], forecast(refused="did not converge"), ["forecast_failed"]),
        ([(0, None), *((day, "5.00") for day in range(2, 50))], forecast(), ["sold_out"]),
        ([(day, "5.00") for day in range(9, 60)], forecast(), ["unread"]),
        ([(day, "5.00") for day in range(500, 560)], forecast(), ["unread", "short_history"]),
    ],
    ids=lambda value: (
        "" if not isinstance(value, list) or not value or not isinstance(value[0], str) else " ".join(value)
    ),
)
def test_what_is_missing_or_late_is_said(store, readings, forecasts, expected):
    store.save_listing(product())
    store.append(observed(OWN, day, price) for day, price in readings)
    if expected == ["no_price"] and forecasts:
        forecasts = Forecasts.none()
    story = served(store, forecasts).story(OWN)
    assert codes(story) == expected
    assert all(one.text() for one in story.notices)


def test_what_is_not_followed_any_more_is_said(store):
    young(store, 40).save_listing(product(tracked=False))
    assert codes(served(store, forecast()).story(OWN)) == ["not_followed"]


def test_since_when_it_is_sold_out_is_said(store):
    store.save_listing(product())
    store.append(observed(OWN, day, None if day < 3 else "5.00") for day in range(50))
    [notice] = served(store, forecast()).story(OWN).notices
    assert notice.text() == "Está agotado desde el 27/02/2026."


def test_a_page_is_one_of_a_product_that_is_known(store):
    store.save_listing(search())
    with pytest.raises(InputError, match="is a search"):
        served(store).story("amazon.es:5ea5c4")
    with pytest.raises(NotFoundError):
        served(store).story("nobody:1")
    with pytest.raises(InputError, match="deadline_days"):
        served(young(store, 2)).story(OWN, 91)
