"""Rolling-origin comparison of all registered forecasters with the last value, on real daily retail prices.

    python benchmarks/forecasts.py --listings 30 --horizon 7

Folds do not overlap: the spacing is the horizon. Errors are shares of each listing's price, averaged over listings; CPU
seconds are of this process and its children. `chosen` picks each listing's model on all folds but the newest, and is
scored on the newest alone.
"""

from __future__ import annotations

import argparse
import resource
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from almazara.prices import backtest
from almazara.prices.backtest import ACTUAL, COVERAGE_80, CRPS, HORIZON, MAE, BacktestPlan
from almazara.prices.forecasters import registry
from almazara.prices.forecasters.naive import LAST_VALUE
from almazara.prices.schema import CUTOFF, DATE, LISTING_ID, MODEL, Availability, Observation
from almazara.prices.series import DailySeries, daily

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
PANELS = {
    "ES supermarkets, olive oil 2024": ("facua_es_supermarkets_olive_oil_daily_2024", "http"),
    "US Amazon, graphics cards": ("amazon_us_keepa_gpu_price_events", "import"),
    "AT supermarkets 2017-2023": ("heissepreise_at_price_changes_2017_2023", "import"),
}
HEADER = """| model | listings / fits | MAE ratio | CRPS ratio | CRPS / naive MAE | 80 % covers | CPU s a fit |
|---|---|---|---|---|---|---|"""
TASK = [LISTING_ID, CUTOFF, HORIZON]


def load(path: Path, source: str, listings: int) -> DailySeries:
    """The first `listings` series of a file, spread over it, as daily series up to one last day."""
    rows = pl.read_csv(path, schema_overrides={"price": pl.Decimal(18, 6), "date": pl.String})
    names = rows["series_id"].unique(maintain_order=True)
    names = names.gather_every(max(1, len(names) // listings))[:listings]
    rows = rows.filter(pl.col("series_id").is_in(names.implode()))
    observations = [
        Observation(
            name,
            datetime.fromisoformat(date).replace(tzinfo=UTC),
            Availability.IN_STOCK,
            price,
            currency,
            source=source,
        )
        for name, date, price, currency in rows.select("series_id", "date", "price", "currency").iter_rows()
    ]
    series = daily(observations)
    # What comes after a history's last change is not known, so the panel ends while three in four still go on.
    last_days = series.frame.group_by(LISTING_ID).agg(pl.col(DATE).max())[DATE].sort()
    end = last_days[len(last_days) // 4]
    return replace(series, frame=series.frame.filter(pl.col(DATE) <= end))


def cpu_seconds() -> float:
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def scaled(results: pl.DataFrame, errors: pl.DataFrame, column: str) -> float:
    """Mean over listings of an error as a share of the price."""
    prices = results.group_by(LISTING_ID).agg(pl.col(ACTUAL).mean())
    return float(errors.join(prices, on=LISTING_ID).select((pl.col(column) / pl.col(ACTUAL)).mean()).item())


def report(name: str, results: pl.DataFrame, model: str, cpu: float) -> None:
    """One line: a model against the last value on the very same days."""
    mine = results.filter(pl.col(MODEL) == model)
    if mine.is_empty():
        print(f"| {name} | no fold with enough history |")
        return
    pair = results.filter(pl.col(MODEL).is_in([model, LAST_VALUE])).join(
        mine.select(TASK).unique(), on=TASK, how="semi"
    )
    summary = backtest.summarize(pair)
    own = summary.filter(pl.col(MODEL) == model)
    naive = summary.filter(pl.col(MODEL) == LAST_VALUE)
    mae, crps = (scaled(mine, own, column) / scaled(mine, naive, column) for column in (MAE, CRPS))
    point = scaled(mine, own, CRPS) / scaled(mine, naive, MAE)
    tasks = mine.select(LISTING_ID, CUTOFF).n_unique()
    print(
        f"| {name} | {own.height} / {tasks} | {mae:.2f} | {crps:.2f} | {point:.2f} "
        f"| {own[COVERAGE_80].mean():.0%} | {cpu / tasks:.3f} |"
    )


def chosen(results: pl.DataFrame) -> pl.DataFrame:
    """The newest fold as it would have been served: each listing with the model that its older folds chose."""
    newest = results[CUTOFF].max()
    choice = backtest.select(backtest.summarize(results.filter(pl.col(CUTOFF) < newest)))
    last = results.filter(pl.col(CUTOFF) == newest)
    picked = last.filter(pl.col(MODEL) == pl.col(LISTING_ID).replace_strict(choice, default=LAST_VALUE))
    others = {model: list(choice.values()).count(model) for model in sorted(set(choice.values()))}
    print(f"chosen on older folds: {others}")
    return pl.concat([last.filter(pl.col(MODEL) == LAST_VALUE), picked.with_columns(pl.lit("chosen").alias(MODEL))])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds prices/series")
    parser.add_argument("--listings", type=int, default=30, help="series per panel")
    parser.add_argument("--horizon", type=int, default=7, help="days ahead, also the spacing of the folds")
    parser.add_argument("--folds", type=int, default=4)
    parser.add_argument("--models", nargs="*", default=registry.installed())
    asked = parser.parse_args()
    plan = BacktestPlan(horizon_days=asked.horizon, folds=asked.folds, spacing_days=asked.horizon)
    for title, (file, source) in PANELS.items():
        series = load(asked.data / "prices" / "series" / f"{file}.csv.gz", source, asked.listings)
        print(f"\n{title}, {asked.horizon} days ahead\n")
        print(HEADER)
        tables, spent = [], {}
        for model in asked.models:
            forecaster, begun = registry.create(model), cpu_seconds()
            tables.append(backtest.run(series.frame, [forecaster], plan, limits=registry.backtest_limits()))
            spent[model] = cpu_seconds() - begun
        results = pl.concat(tables)
        for model in asked.models:
            report(model, results, model, spent[model])
        report("chosen", chosen(results), "chosen", sum(spent.values()))


if __name__ == "__main__":
    main()
