"""Rolling-origin backtests: every model against the last value on the same days, and who wins a listing.

A fold is a cutoff: models see the series up to and including it, and are scored on the days after it that
have a price.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from almazara.prices.forecasting.metrics import quantile_losses
from almazara.prices.forecasting.models.forecaster import MEDIAN, Forecaster, quantiles_of
from almazara.prices.forecasting.models.naive import LAST_VALUE
from almazara.prices.forecasting.panel import Flags, Floats, Panel
from almazara.prices.schema import CUTOFF, LISTING_ID, MODEL

FOLDS, FOLDS_WON, MAE, CRPS, COVERAGE_80 = "folds", "folds_won", "mae", "crps", "coverage_80"
MAE_RATIO, CRPS_RATIO = "mae_ratio", "crps_ratio"
LEVELS = tuple(range(10, 100, 10))
"""Interval levels of a backtest: the quantiles 0.05, 0.10 .. 0.95, evenly spaced as the CRPS wants them."""
MIN_FOLDS = 3
MARGIN = 0.1
_NOTHING = 1e-6  # differences below this part of a currency unit are floating-point noise
SUMMARY_COLUMNS = [LISTING_ID, MODEL, FOLDS, FOLDS_WON, MAE, CRPS, COVERAGE_80, MAE_RATIO, CRPS_RATIO]
_DAYS, _NAIVE_MAE, _NAIVE_CRPS, _DEFAULT_RATIO = "days", "naive_mae", "naive_crps", "default_ratio"
SCORE_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    LISTING_ID: pl.String,
    CUTOFF: pl.Date,
    MODEL: pl.String,
    _DAYS: pl.Int64,
    MAE: pl.Float64,
    CRPS: pl.Float64,
    COVERAGE_80: pl.Float64,
}


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

    @property
    def days_needed(self) -> int:
        """Days of prices that all folds need."""
        return self.min_train_days + self.spacing_days * (self.folds - 1) + self.horizon_days

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

    def of(self, listings: Collection[str]) -> Fold:
        """Of some listings alone."""
        rows = [row for row, name in enumerate(self.train.names) if name in listings]
        return Fold(self.cutoff, self.train.of(rows), self.actual[rows])


def folds(panel: Panel, plan: BacktestPlan) -> Iterator[Fold]:
    """The folds of a panel, oldest first; a listing whose series ended before a cutoff is not in it."""
    for cutoff in plan.cutoffs(panel.first_day, panel.last_day):
        rows, begin = panel.running(cutoff), (cutoff - panel.first_day).days + 1
        yield Fold(cutoff, panel.of(rows).until(cutoff), panel.prices[rows, begin : begin + plan.horizon_days])


def run(
    panel: Panel, forecasters: Sequence[Forecaster], plan: BacktestPlan, only: Collection[str] | None = None
) -> pl.DataFrame:
    """Forecast every fold with every model, and `score` it; without the last value there is nothing to compare with.

    With `only` some listings are forecast, as if there were no others.
    """
    found = [pl.DataFrame(schema=SCORE_SCHEMA)]
    for fold in folds(panel, plan):
        asked = fold if only is None else fold.of(only)
        forecasts = ((one.name, one.forecast(asked.train, plan.horizon_days, LEVELS).values) for one in forecasters)
        found.extend(score(asked, name, values) for name, values in forecasts)
    return pl.concat(found)


def score(fold: Fold, model: str, values: Floats) -> pl.DataFrame:
    """How many days of each listing were scored, and the errors over them; a listing without any has no row.

    Args:
        fold: What came.
        model: Who said so.
        values: Prices at the quantiles of LEVELS, shape (listings, days ahead, quantiles); NaN where it was refused.

    Returns:
        Columns of SCORE_SCHEMA.
    """
    quantiles = quantiles_of(LEVELS)
    low, middle, high = (values[:, :, quantiles.index(level)] for level in (0.1, MEDIAN, 0.9))
    known = np.isfinite(fold.actual) & np.isfinite(values).all(axis=2)
    days, actual = known.sum(axis=1), fold.actual

    def mean(of_day: Floats | Flags) -> Floats:
        return np.asarray(np.where(known, of_day, 0.0).sum(axis=1) / np.maximum(days, 1))

    table = {
        LISTING_ID: pl.Series(fold.train.names, dtype=pl.String),
        CUTOFF: pl.repeat(fold.cutoff, len(days), dtype=pl.Date, eager=True),
        MODEL: pl.repeat(model, len(days), dtype=pl.String, eager=True),
        _DAYS: days,
        MAE: mean(np.abs(actual - middle)),
        CRPS: mean(quantile_losses(actual[:, :, None], values, quantiles).mean(axis=2)),
        COVERAGE_80: mean((low <= actual) & (actual <= high)),
    }
    return pl.DataFrame(table, schema=SCORE_SCHEMA).filter(pl.col(_DAYS) > 0)


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


def _ratio(error: str, naive_error: str) -> pl.Expr:
    return (
        pl.when(pl.col(naive_error) > _NOTHING)
        .then(pl.col(error) / pl.col(naive_error))
        .when(pl.col(error) <= _NOTHING)
        .then(1.0)
        .otherwise(float("inf"))
    )
