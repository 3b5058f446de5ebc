"""From histories to published forecasts, and the answers read from them."""

from datetime import date, timedelta

import numpy as np
import pytest

from almazara.errors import InputError, NotFoundError
from almazara.prices.forecasting import making
from almazara.prices.forecasting.making import build_forecasts
from almazara.prices.forecasting.models import registry
from almazara.prices.forecasting.models.forecaster import Forecaster, why_none
from almazara.prices.forecasting.published import HORIZON_DAYS, LEVELS, QUANTILES, open_forecasts, write
from almazara.prices.forecasting.series import daily
from almazara.words.numbers import Language
from price_shop import NOW, observed

MODELS = {name: registry.create(name) for name in ("last_value", "seasonal_naive")}
UNTIL = NOW.date()


def history(listing_id, days, price=lambda day: f"{30 + day % 5}.95", **values):
    return [observed(listing_id, day, price(day), **values) for day in range(days)]


@pytest.fixture(scope="module")
def built():
    rows = [
        *history("a:1", 120),
        *history("b:2", 90, lambda day: f"{5 + day % 3}.49", currency="TND"),
        *history("c:3", 3),
        *history("d:4", 40, lambda _day: None),
    ]
    return build_forecasts(daily(rows, until=UNTIL).panel, MODELS)


def test_every_listing_is_forecast_or_refused_with_a_reason(built):
    assert set(built.index.forecasts) == {"a:1", "b:2"}
    assert set(built.index.refused) == {"c:3", "d:4"}
    assert "3 days" in built.index.refused["c:3"]
    with pytest.raises(InputError) as refused:
        built.of("c:3", 30, [50])
    assert str(refused.value) == built.index.refused["c:3"]
    assert refused.value.text(Language.ES) == "De c:3 se conoce el precio en 3 días; un pronóstico necesita 14."
    assert built.values.shape == (2, HORIZON_DAYS, len(QUANTILES))


def test_a_model_that_failed_is_a_reason_too():
    told = why_none("a:1", "Prophet found no fit: odd.")
    assert told.text(Language.EN).startswith("There is no forecast of a:1")
    assert told.text().endswith("no fit: odd.")


def test_a_forecast_begins_on_the_day_after_its_cutoff_and_its_quantiles_rise(built):
    found = built.of("a:1", 30, [50, 80])
    assert found.dates == [UNTIL + timedelta(days=day) for day in range(1, 31)]
    assert found.quantiles == pytest.approx([0.1, 0.25, 0.5, 0.75, 0.9])
    assert np.all(np.diff(found.values, axis=1) >= 0)
    assert np.all(found.values > 0)
    assert (date.fromisoformat(found.about.cutoff), found.about.currency) == (UNTIL, "EUR")
    assert built.of("b:2", 1, []).about.currency == "TND"


@pytest.mark.parametrize("level", LEVELS)
def test_an_interval_of_each_level_holds_the_median_and_nests_in_wider_ones(built, level):
    found = built.of("a:1", HORIZON_DAYS, [level])
    assert found.quantiles == pytest.approx([(100 - level) / 200, 0.5, (100 + level) / 200])
    widest = built.of("a:1", HORIZON_DAYS, [LEVELS[-1]])
    assert np.all(widest.values[:, 0] <= found.values[:, 0])
    assert np.all(found.values[:, -1] <= widest.values[:, -1])


def test_the_backtest_stands_beside_the_naive_one(built):
    about = built.of("a:1", 1, []).about
    tried = {one.model: one for one in about.backtest}
    assert set(tried) == set(MODELS)
    assert tried["last_value"].mae_ratio == pytest.approx(1.0)
    assert about.model in tried


@pytest.mark.parametrize(
    ("horizon", "levels", "said"), [(0, [80], "horizon"), (91, [80], "horizon"), (7, [81], "81"), (7, [0], "levels")]
)
def test_what_is_not_kept_is_an_input_error_that_says_what_is(built, horizon, levels, said):
    with pytest.raises(InputError, match=said):
        built.of("a:1", horizon, levels)


def test_too_little_history_is_said_and_no_curve_is_made_up(built):
    with pytest.raises(InputError, match="3 days"):
        built.of("c:3", 7, [80])


def test_what_was_never_forecast_is_not_found(built):
    with pytest.raises(NotFoundError, match="retrain"):
        built.of("e:5", 7, [80])


def test_forecasts_are_the_same_after_they_were_kept(built, tmp_path):
    write(tmp_path, built)
    kept = open_forecasts(tmp_path)
    assert kept.index == built.index
    assert np.array_equal(kept.of("b:2", 90, [95]).values, built.of("b:2", 90, [95]).values)
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".npy"}


class Failing(Forecaster):
    """A made model that raises where it is told to."""

    name = "failing"

    def __init__(self, fails_from_days):
        self._fails_from_days = fails_from_days

    def by_listing(self, panel, horizon, quantiles):
        if panel.prices.size >= self._fails_from_days:
            raise MemoryError("made to fail")
        return MODELS["last_value"].by_listing(panel, horizon, quantiles)


@pytest.mark.parametrize("fails_in", ["the backtest", "the forecast"])
def test_a_model_that_fails_is_said_and_left_out_and_takes_nothing_down(fails_in, monkeypatch):
    panel = daily(history("a:1", 120), until=UNTIL).panel
    failing = Failing(0 if fails_in == "the backtest" else panel.prices.size)
    if fails_in == "the forecast":
        monkeypatch.setattr("almazara.prices.forecasting.backtest.select", lambda _, **__: {"a:1": "failing"})
    built = build_forecasts(panel, {**MODELS, "failing": failing})
    assert built.index.left_out == {"failing": "MemoryError: made to fail"}
    assert built.index.forecasts["a:1"].model == "last_value"


class Counting(Forecaster):
    """A made model that knows a wave before it comes, and which listings it was asked of."""

    def __init__(self, name):
        self.name, self.asked = name, []

    def by_listing(self, panel, horizon, quantiles):
        self.asked.append(panel.names)
        return MODELS["seasonal_naive"].by_listing(panel, horizon, quantiles)

    @classmethod
    def drawn(cls, panel):
        """The listings of a panel that it is tried on."""
        one = cls("challenger")
        build_forecasts(panel, {"last_value": MODELS["last_value"]}, {"challenger": one})
        return one.asked[0]


def test_a_challenger_is_tried_on_as_few_folds_and_listings_as_it_takes_and_may_be_chosen(monkeypatch):
    monkeypatch.setattr(making, "CHALLENGED", 2)
    rows = [row for name in ("a:1", "b:2", "c:3") for row in history(name, 126, lambda day: f"{30 + day % 7}.95")]
    default, challenger = Counting("default"), Counting("challenger")
    last_value = {"last_value": MODELS["last_value"]}
    built = build_forecasts(daily(rows, until=UNTIL).panel, last_value, {"challenger": challenger})
    drawn = challenger.asked[0]
    assert len(drawn) == 2
    assert challenger.asked == [drawn] * 4  # three folds, and the forecast
    models = {name: about.model for name, about in built.index.forecasts.items()}
    assert models == {name: "challenger" if name in drawn else "last_value" for name in ("a:1", "b:2", "c:3")}
    more = daily([*rows, *history("a:0", 126), *history("a:00", 10)], until=UNTIL).panel
    assert len(set(Counting.drawn(more)) - set(drawn)) <= 1
    build_forecasts(daily(rows, until=UNTIL).panel, {**last_value, "default": default})
    assert default.asked[:4] == [("a:1", "b:2", "c:3")] * 4


def test_without_the_last_value_there_is_nothing_to_fall_back_to():
    panel = daily(history("a:1", 120), until=UNTIL).panel
    failing = Failing(0)
    failing.name = "last_value"
    with pytest.raises(MemoryError):
        build_forecasts(panel, {"last_value": failing})


def test_nothing_observed_gives_no_forecasts_and_no_error():
    built = build_forecasts(daily([], until=UNTIL).panel, MODELS)
    assert (built.index.forecasts, built.index.refused, len(built.values)) == ({}, {}, 0)


def test_only_stock_outs_are_refused():
    built = build_forecasts(daily(history("d:4", 40, lambda _day: None), until=UNTIL).panel, MODELS)
    assert set(built.index.refused) == {"d:4"}
