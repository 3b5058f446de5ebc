"""Rolling-origin backtests: every model against the last value on the same days, and who wins a listing.

A fold is a cutoff: models see the series up to and including it, and are scored on the days after it that
have a price.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from almazara.prices.forecasting.metrics import quantile_losses
from almazara.prices.forecasting.models.forecaster import MEDIAN, Forecaster, quantiles_of
from almazara.prices.forecasting.models.naive import LAST_VALUE
from almazara.prices.forecasting.panel import Floats, Panel
from almazara.prices.forecasting.tidy import FORECAST_SCHEMA, tidy
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, MODEL, QUANTILE, VALUE

HORIZON, ACTUAL = "horizon", "actual"
FOLDS, FOLDS_WON, MAE, CRPS, COVERAGE_80 = "folds", "folds_won", "mae", "crps", "coverage_80"
MAE_RATIO, CRPS_RATIO = "mae_ratio", "crps_ratio"
LEVELS = tuple(range(10, 100, 10))
"""Interval levels of a backtest: the quantiles 0.05, 0.10 .. 0.95, evenly spaced as the CRPS wants them."""
MIN_FOLDS = 3
MARGIN = 0.1
_NOTHING = 1e-6  # differences below this part of a currency unit are floating-point noise
_TASK = [LISTING_ID, CUTOFF, HORIZON]
RESULT_COLUMNS = [*_TASK, MODEL, QUANTILE, VALUE, ACTUAL]
SUMMARY_COLUMNS = [LISTING_ID, MODEL, FOLDS, FOLDS_WON, MAE, CRPS, COVERAGE_80, MAE_RATIO, CRPS_RATIO]
_DAYS, _NAIVE_MAE, _NAIVE_CRPS, _DEFAULT_RATIO = "days", "naive_mae", "naive_crps", "default_ratio"


@dataclass(frozen=True, slots=True)
class BacktestPlan:
    """Which cutoffs are tried.

    Attributes:
        horizon_days: How far ahead each fold forecasts.
        folds: How many cutoffs at most, `spacing_days` apart.
        min_train_days: Days that the panel's earliest series has before the first cutoff.
    """

    horizon_days: int = 30
    folds: int = 4
    spacing_days: int = 14
    min_train_days: int = 28

    def cutoffs(self, first: date, last: date) -> list[date]:
        """Cutoffs of a panel with days first..last, oldest first; the newest leaves room for a whole horizon.

        Example:
            >>> plan = BacktestPlan(horizon_days=7, folds=2, spacing_days=7)
            >>> plan.cutoffs(date(2024, 1, 1), date(2024, 3, 1))
            [datetime.date(2024, 2, 16), datetime.date(2024, 2, 23)]
        """
        newest = last - timedelta(days=self.horizon_days)
        tried = [newest - timedelta(days=self.spacing_days * i) for i in reversed(range(self.folds))]
        return [cutoff for cutoff in tried if (cutoff - first).days + 1 >= self.min_train_days]


@dataclass(frozen=True, slots=True)
class Fold:
    """What a model may see, and the prices that came after: shape (listings, days ahead), NaN where there was none."""

    cutoff: date
    train: Panel
    actual: Floats


def folds(panel: Panel, plan: BacktestPlan) -> Iterator[Fold]:
    """The folds of a panel, oldest first; a listing whose series ended before a cutoff is not in it."""
    for cutoff in plan.cutoffs(panel.first_day, panel.last_day):
        rows, begin = panel.running(cutoff), (cutoff - panel.first_day).days + 1
        yield Fold(cutoff, panel.of(rows).until(cutoff), panel.prices[rows, begin : begin + plan.horizon_days])


def results(panel: Panel, forecaster: Forecaster, plan: BacktestPlan, *, newest: int | None = None) -> pl.DataFrame:
    """What a model says of every fold, or of so many of the newest ones, beside the prices that came.

    Returns:
        Columns of RESULT_COLUMNS: one row per listing, cutoff, horizon and quantile that has an actual price.
    """
    tried = list(folds(panel, plan))
    found = [_beside_actual(fold, forecaster, plan.horizon_days) for fold in tried[-(newest or len(tried)) :]]
    schema = {**FORECAST_SCHEMA, HORIZON: pl.Int64, MODEL: pl.String, ACTUAL: pl.Float64}
    return pl.concat([pl.DataFrame(schema=schema).select(RESULT_COLUMNS), *found])


def run(
    panel: Panel, forecasters: Sequence[Forecaster], plan: BacktestPlan, *, limits: Mapping[str, int] | None = None
) -> pl.DataFrame:
    """Forecast every fold with every model, and `score` it; without the last value there is nothing to compare with.

    Costly models are tried on as many of the newest cutoffs as `limits` says by their names.
    """
    limits = limits or {}
    return pl.concat([score(results(panel, one, plan, newest=limits.get(one.name))) for one in forecasters])


def score(results: pl.DataFrame) -> pl.DataFrame:
    """One row per listing, cutoff and model: how many days were scored, and the errors over them."""
    level, value, actual = pl.col(QUANTILE), pl.col(VALUE), pl.col(ACTUAL)
    losses = quantile_losses(*(results[name].to_numpy() for name in (ACTUAL, VALUE, QUANTILE)))
    is_median = (level - MEDIAN).abs() < _NOTHING
    is_low, is_high = (level - 0.1).abs() < _NOTHING, (level - 0.9).abs() < _NOTHING
    outside = (is_low & (value > actual)) | (is_high & (value < actual))
    return (
        results.with_columns(pl.Series(CRPS, losses))
        .group_by(LISTING_ID, CUTOFF, MODEL)
        .agg(
            is_median.sum().cast(pl.Int64).alias(_DAYS),
            (actual - value).abs().filter(is_median).mean().alias(MAE),
            pl.col(CRPS).mean(),
            (1 - outside.sum() / is_median.sum()).alias(COVERAGE_80),
        )
    )


def summarize(scores: pl.DataFrame) -> pl.DataFrame:
    """Errors per listing and model, and their ratio to the last value's on the very same days.

    Returns:
        listing_id, model, folds, folds_won (those with a lower CRPS than the last value's), mae, crps (in the
        currency's units), coverage_80, mae_ratio, crps_ratio; sorted by listing and model. A ratio below 1 beats the
        last value; where the last value makes no error at all it is 1 for models that make none either, infinite for
        others.
    """
    scores = scores.sort(LISTING_ID, CUTOFF, MODEL)
    naive = scores.filter(pl.col(MODEL) == LAST_VALUE)
    naive = naive.select(LISTING_ID, CUTOFF, pl.col(MAE).alias(_NAIVE_MAE), pl.col(CRPS).alias(_NAIVE_CRPS))
    errors = [MAE, CRPS, COVERAGE_80, _NAIVE_MAE, _NAIVE_CRPS]
    summary = (
        scores.join(naive, on=[LISTING_ID, CUTOFF])
        .group_by(LISTING_ID, MODEL)
        .agg(
            pl.len().cast(pl.Int64).alias(FOLDS),
            (pl.col(CRPS) < pl.col(_NAIVE_CRPS) - _NOTHING).sum().cast(pl.Int64).alias(FOLDS_WON),
            *[(pl.col(name) * pl.col(_DAYS)).sum() / pl.col(_DAYS).sum() for name in errors],
        )
        .with_columns(_ratio(MAE, _NAIVE_MAE).alias(MAE_RATIO), _ratio(CRPS, _NAIVE_CRPS).alias(CRPS_RATIO))
    )
    return summary.select(SUMMARY_COLUMNS).sort(LISTING_ID, MODEL)


def select(summary: pl.DataFrame, *, default: str = LAST_VALUE) -> dict[str, str]:
    """The model of each listing: the lowest CRPS ratio, or the default where none beats it clearly.

    Clearly means better than the last value on every fold, on at least MIN_FOLDS, and than the default by MARGIN in
    all: the best of several models on a few folds looks better than it is. On real series, taking whatever looked best
    cost 1 to 42 % in CRPS on the folds that came after; this rule cost nothing (docs/prices-forecasts.md).
    """
    chosen = dict.fromkeys(summary[LISTING_ID].unique().sort(), default)
    usual = summary.filter(pl.col(MODEL) == default).select(LISTING_ID, pl.col(CRPS_RATIO).alias(_DEFAULT_RATIO))
    always = (pl.col(FOLDS_WON) == pl.col(FOLDS)) & (pl.col(FOLDS) >= MIN_FOLDS)
    less = pl.col(CRPS_RATIO) < (1 - MARGIN) * pl.col(_DEFAULT_RATIO).fill_null(1.0).clip(upper_bound=1.0)
    better = summary.join(usual, on=LISTING_ID, how="left").filter(always & less)
    best = better.sort(LISTING_ID, CRPS_RATIO, MODEL).unique(LISTING_ID, keep="first", maintain_order=True)
    return chosen | dict(best.select(LISTING_ID, MODEL).iter_rows())


def keep_champions(chosen: Mapping[str, str], champions: Mapping[str, str], summary: pl.DataFrame) -> dict[str, str]:
    """The model of each listing once those that are published, the champions, have been heard.

    That is the challenger that `select` chose where it did no worse than the champion, or the champion was not tried.
    """
    rows = summary.select(LISTING_ID, MODEL, CRPS_RATIO).iter_rows()
    ratios: dict[tuple[str, str], float] = {(listing_id, model): ratio for listing_id, model, ratio in rows}
    kept = dict(chosen)
    for listing_id, challenger in chosen.items():
        champion = champions.get(listing_id, challenger)
        if ratios.get((listing_id, champion), math.inf) < ratios.get((listing_id, challenger), math.inf):
            kept[listing_id] = champion
    return kept


def _beside_actual(fold: Fold, forecaster: Forecaster, horizon_days: int) -> pl.DataFrame:
    quantiles = quantiles_of(LEVELS)
    values = forecaster.forecast(fold.train, horizon_days, LEVELS).values
    table = tidy(fold.train, values, quantiles).with_columns(
        pl.Series(ACTUAL, np.repeat(fold.actual, len(quantiles))),
        (pl.col(DATE) - pl.col(CUTOFF)).dt.total_days().alias(HORIZON),
        pl.lit(forecaster.name).alias(MODEL),
    )
    return table.filter(pl.col(ACTUAL).is_not_nan() & pl.col(VALUE).is_not_nan()).select(RESULT_COLUMNS)


def _ratio(error: str, naive_error: str) -> pl.Expr:
    return (
        pl.when(pl.col(naive_error) > _NOTHING)
        .then(pl.col(error) / pl.col(naive_error))
        .when(pl.col(error) <= _NOTHING)
        .then(1.0)
        .otherwise(float("inf"))
    )
