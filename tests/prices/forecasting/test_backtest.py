"""Backtests compare fairly, choose carefully and never look ahead."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from almazara.prices.forecasting import backtest
from almazara.prices.forecasting.backtest import CRPS_RATIO, FOLDS, MAE_RATIO, BacktestPlan
from almazara.prices.forecasting.models.forecaster import Forecaster, in_order, quantiles_of
from almazara.prices.forecasting.models.naive import LastValue, SeasonalNaive
from almazara.prices.forecasting.series import daily
from almazara.prices.schema import (
    CUTOFF,
    LISTING_ID,
    MODEL,
    Availability,
    Observation,
)
from panels import made_panel

START = date(2026, 1, 1)
PLAN = BacktestPlan(horizon_days=7, folds=3, spacing_days=7)


def panel(**prices):
    return made_panel(prices, START)


class Drift(Forecaster):
    """A made forecaster: the last price plus a fixed amount a day, sure of itself."""

    def __init__(self, name, per_day):
        self.name = name
        self.per_day = per_day

    def by_listing(self, panel, horizon, quantiles):
        ahead = np.arange(1, horizon + 1)[:, None] * self.per_day + np.zeros(len(quantiles))
        return [in_order(history.last + ahead) for history in panel.histories()]


rising = panel(up=[10.0 + 0.1 * day for day in range(60)])
weekly = panel(wave=[10.0 + (day % 7 == 3) * 3 for day in range(80)])


def test_folds_split_at_the_cutoff_and_leave_room_for_the_horizon():
    folds = list(backtest.folds(rising, PLAN))
    last = START + timedelta(days=59)
    assert [fold.cutoff for fold in folds] == [last - timedelta(days=d) for d in (21, 14, 7)]
    for fold in folds:
        assert fold.train.last_day == fold.cutoff
        begin = (fold.cutoff - START).days + 1
        assert fold.actual.tolist() == [rising.prices[0, begin : begin + 7].tolist()]


def test_a_panel_too_short_for_any_cutoff_has_no_folds():
    short = rising.until(START + timedelta(days=29))
    assert list(backtest.folds(short, PLAN)) == []
    assert backtest.run(short, [LastValue()], PLAN).schema == backtest.SCORE_SCHEMA
    assert backtest.select(backtest.summarize(backtest.run(short, [LastValue()], PLAN))) == {}


def test_days_without_a_price_are_not_scored():
    prices = [10.0] * 50
    prices[45] = None
    scores = backtest.run(panel(a=prices), [LastValue()], PLAN)
    assert scores["days"].to_list() == [7, 7, 6]
    assert scores["mae"].to_list() == pytest.approx([0, 0, 0])


def test_a_listing_that_ended_before_a_cutoff_is_not_in_that_fold():
    both = panel(ended=[5.0] * 45, lives=[5.0] * 60)
    cutoffs = backtest.run(both, [LastValue()], PLAN).filter(pl.col(LISTING_ID) == "ended")[CUTOFF].unique()
    assert cutoffs.to_list() == [START + timedelta(days=38)]


def test_scores_are_a_row_a_fold_and_model_and_alike_on_a_second_run():
    first, second = (backtest.run(weekly, [LastValue(), SeasonalNaive()], PLAN) for _ in range(2))
    assert_frame_equal(first, second)
    assert first.select(LISTING_ID, CUTOFF, MODEL).is_unique().all()
    assert first.height == 3 * 2


def test_some_listings_are_forecast_as_if_there_were_no_others():
    some = panel(wave=[10.0 + (day % 7 == 3) * 3 for day in range(80)], other=[5.0 + day % 2 for day in range(80)])
    asked = backtest.run(some, [LastValue()], PLAN, {"wave"})
    assert_frame_equal(asked, backtest.run(weekly, [LastValue()], PLAN))


def test_the_last_value_has_ratio_one_to_itself():
    summary = backtest.summarize(backtest.run(rising, [LastValue()], PLAN))
    assert summary[MAE_RATIO].to_list() == summary[CRPS_RATIO].to_list() == [1.0]


def test_a_model_that_knows_better_wins_and_one_that_does_not_never():
    models = [LastValue(), Drift("right", 0.1), Drift("wrong", -0.1)]
    summary = backtest.summarize(backtest.run(rising, models, PLAN))
    ratio = dict(summary.select(MODEL, MAE_RATIO).iter_rows())
    assert ratio["right"] == pytest.approx(0, abs=1e-9)
    assert ratio["wrong"] == pytest.approx(2)
    assert backtest.select(summary) == {"up": "right"}
    assert backtest.select(summary.filter(pl.col(MODEL) != "right")) == {"up": "last_value"}


def test_a_default_is_served_unless_another_model_clearly_beats_it_too():
    models = [LastValue(), Drift("default", 0.09), Drift("right", 0.1), Drift("near", 0.0905)]
    summary = backtest.summarize(backtest.run(rising, models, PLAN))
    assert backtest.select(summary, default="default") == {"up": "right"}
    assert backtest.select(summary.filter(pl.col(MODEL) != "right"), default="default") == {"up": "default"}


def test_a_default_that_lost_to_the_last_value_is_no_excuse_for_another_that_did():
    models = [LastValue(), Drift("default", -0.1), Drift("bad", -0.05)]
    summary = backtest.summarize(backtest.run(rising, models, PLAN))
    assert backtest.select(summary, default="default") == {"up": "default"}


def test_a_weekly_wave_is_given_to_the_seasonal_model():
    summary = backtest.summarize(backtest.run(weekly, [LastValue(), SeasonalNaive()], PLAN))
    assert backtest.select(summary) == {"wave": "seasonal_naive"}


def test_a_model_must_beat_the_last_value_on_more_than_one_fold():
    once = backtest.run(rising, [Drift("lucky", 0.1)], replace(PLAN, folds=1))
    summary = backtest.summarize(pl.concat([backtest.run(rising, [LastValue()], PLAN), once]))
    assert dict(summary.select(MODEL, FOLDS).iter_rows()) == {"last_value": 3, "lucky": 1}
    assert backtest.select(summary) == {"up": "last_value"}


def test_a_model_that_lost_on_one_fold_is_not_chosen_however_much_it_won():
    prices = [10.0 + 0.5 * min(day, 52) for day in range(60)]  # rises, and stands still in the newest fold
    summary = backtest.summarize(backtest.run(panel(a=prices), [LastValue(), Drift("rise", 0.5)], PLAN))
    row = summary.filter(pl.col(MODEL) == "rise").to_dicts()[0]
    assert row[CRPS_RATIO] < 0.9
    assert row["folds_won"] < row[FOLDS]
    assert backtest.select(summary) == {"a": "last_value"}


def test_a_costly_model_is_compared_on_its_own_folds_alone():
    jump = panel(a=[10.0] * 40 + [50.0] * 20)
    twice = backtest.run(jump, [Drift("still", 0.0)], replace(PLAN, folds=2))
    scores = pl.concat([backtest.run(jump, [LastValue()], PLAN), twice])
    newest = scores.filter(pl.col(MODEL) == "still")[CUTOFF].min()
    same = backtest.summarize(scores.filter(pl.col(CUTOFF) >= newest))
    mixed = backtest.summarize(scores)
    assert mixed.filter(pl.col(MODEL) == "still").equals(same.filter(pl.col(MODEL) == "still"))


def test_where_nothing_moves_only_a_model_that_errs_is_worse():
    models = [LastValue(), Drift("still", 0.0), Drift("nervous", 0.1)]
    summary = backtest.summarize(backtest.run(panel(flat=[10.0] * 60), models, PLAN))
    ratio = dict(summary.select(MODEL, CRPS_RATIO).iter_rows())
    assert ratio == {"last_value": 1.0, "still": 1.0, "nervous": math.inf}
    assert dict(summary.select(MODEL, "coverage_80").iter_rows())["still"] == 1.0  # both ends of an interval count
    assert backtest.select(summary) == {"flat": "last_value"}


def test_a_model_that_refuses_a_listing_is_not_scored_on_it():
    young = panel(old=[5.0] * 60, young=[None] * 50 + [5.0] * 10)
    summary = backtest.summarize(backtest.run(young, [LastValue()], PLAN))
    assert summary[LISTING_ID].to_list() == ["old"]


def test_crps_of_a_backtest_equals_the_loop_over_days():
    losses = [
        2 * max(q * (y - p), (q - 1) * (y - p))
        for fold in backtest.folds(weekly, PLAN)
        for y, said in zip(fold.actual[0], LastValue().forecast(fold.train, 7, backtest.LEVELS).values[0], strict=True)
        for q, p in zip(quantiles_of(backtest.LEVELS), said, strict=True)
    ]
    scores = backtest.run(weekly, [LastValue()], PLAN)
    assert backtest.summarize(scores)["crps"].to_list() == pytest.approx([sum(losses) / len(losses)])


@pytest.mark.real_data
def test_real_series_walk_from_readings_to_a_choice_that_never_loses(real_data):
    file = real_data / "prices" / "series" / "facua_es_supermarkets_olive_oil_daily_2024.csv.gz"
    rows = pl.read_csv(file, schema_overrides={"price": pl.Decimal(12, 3)}, try_parse_dates=True)
    names = rows["series_id"].unique(maintain_order=True).gather_every(15).implode()
    observations = [
        Observation(name, datetime.combine(day, time(9), UTC), Availability.IN_STOCK, price, currency, source="http")
        for name, day, price, currency in rows.filter(pl.col("series_id").is_in(names))
        .select("series_id", "date", "price", "currency")
        .iter_rows()
    ]
    series = daily(observations)
    assert series.issues == ()
    summary = backtest.summarize(backtest.run(series.panel, [LastValue(), SeasonalNaive()], PLAN))
    ratios = {(name, model): ratio for name, model, ratio in summary.select(LISTING_ID, MODEL, CRPS_RATIO).iter_rows()}
    chosen = backtest.select(summary)
    assert len(chosen) > 10
    assert all(ratios[choice] <= 1 for choice in chosen.items())


def ratios(**of_model):
    rows = [("a", model, ratio) for model, ratio in of_model.items()]
    return pl.DataFrame(rows, schema=[LISTING_ID, MODEL, CRPS_RATIO], orient="row")


def test_a_published_model_stays_while_the_challenger_is_worse():
    summary = ratios(ets=0.8, ensemble=0.85)
    assert backtest.keep_champions({"a": "ensemble"}, {"a": "ets"}, summary) == {"a": "ets"}


def test_a_challenger_that_is_not_worse_takes_the_place():
    summary = ratios(ets=0.8, ensemble=0.8)
    assert backtest.keep_champions({"a": "ensemble"}, {"a": "ets"}, summary) == {"a": "ensemble"}


def test_a_published_model_that_is_not_tried_any_more_gives_way():
    assert backtest.keep_champions({"a": "ensemble"}, {"a": "gone"}, ratios(ensemble=0.9)) == {"a": "ensemble"}


def test_a_panel_of_the_days_that_a_plan_needs_has_all_its_folds_and_one_day_less_has_not():
    whole = panel(a=[5.0] * PLAN.days_needed)
    assert len(list(backtest.folds(whole, PLAN))) == PLAN.folds
    assert len(list(backtest.folds(whole.until(whole.last_day - timedelta(days=1)), PLAN))) < PLAN.folds
