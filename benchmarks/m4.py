"""M4 weekly and hourly: our classical models and their combination beside those of statsforecast, on the same series.

    python benchmarks/m4.py --group Weekly --series 120
    python benchmarks/m4.py --group Hourly --series 120

The overall weighted average (OWA) is the mean of sMAPE and MASE, each as ratio to Naive2's, whose forecasts are those
of the organizers. Peers see the values as they are, each with the season that it can take; ours see what the protocol
gives them, an observation standing for a day, and are told the seasons. `--last-known` judges on the end of the
training part, and takes the last value for Naive2: members were chosen there.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from statsforecast import models

from almazara.prices.forecasting.models.forecaster import Forecaster
from almazara.prices.forecasting.models.statistical import (
    Arima,
    Combination,
    ComplexExponentialSmoothing,
    Drift,
    ExponentialSmoothing,
    SimpleExponentialSmoothing,
    Theta,
)
from almazara.prices.forecasting.panel import Panel

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "prices" / "bench"
HORIZON = {"Weekly": 13, "Hourly": 48}
SEASONS = {"Weekly": (52,), "Hourly": (24, 168)}
SCALING_LAG = {"Weekly": 1, "Hourly": 24}
OURS = (
    Drift,
    SimpleExponentialSmoothing,
    ExponentialSmoothing,
    Theta,
    ComplexExponentialSmoothing,
    Arima,
    Combination,
)
Values = Mapping[str, np.ndarray]
Peer = Callable[[np.ndarray, int], np.ndarray]
START = date(2000, 1, 1)


def load(folder: Path, name: str) -> dict[str, np.ndarray]:
    """Series by id; the files are ragged."""
    with gzip.open(folder / f"{name}.csv.gz", "rt") as file:
        rows = csv.reader(file)
        next(rows)
        return {row[0]: np.array([float(cell) for cell in row[1:] if cell not in {"", "NA"}]) for row in rows}


def panel(train: Values) -> Panel:
    """Each series as a listing that begins on START."""
    days = np.array([values.size for values in train.values()])
    prices = np.full((len(train), days.max()), np.nan)
    for row, values in zip(prices, train.values(), strict=True):
        row[: values.size] = values
    return replace(Panel.whole(list(train), START, prices), ends=days - 1)


def our_points(forecaster: Forecaster, train: Values, horizon: int) -> dict[str, np.ndarray]:
    """The medians of one of our models."""
    return dict(zip(train, forecaster.forecast(panel(train), horizon, []).values[..., 0], strict=True))


def peers(seasons: Sequence[int]) -> dict[str, Peer]:
    """The models of statsforecast, with the seasons that each one can take and the series is long enough for."""
    short = (
        seasons[0] if seasons[0] <= 24 else 1
    )  # exponential smoothing and ARIMA take no longer ones in reasonable time

    def one(make: Callable[[int], object], season: int) -> Peer:
        def points(values: np.ndarray, horizon: int) -> np.ndarray:
            model = make(season if values.size > 2 * season else 1)
            return np.asarray(model.fit(values).predict(horizon)["mean"])

        return points

    def many(make: Callable[[list[int]], object]) -> Peer:
        def points(values: np.ndarray, horizon: int) -> np.ndarray:
            fitting = [season for season in seasons if values.size > 2 * season]
            model = make(fitting) if fitting else models.AutoETS()
            return np.asarray(model.fit(values).predict(horizon)["mean"])

        return points

    return {
        "SeasonalNaive": one(models.SeasonalNaive, seasons[-1]),
        "AutoETS": one(models.AutoETS, short),
        "AutoARIMA, newest 520, no season": lambda values, h: one(lambda _: models.AutoARIMA(), 1)(values[-520:], h),
        "AutoTheta": one(models.AutoTheta, seasons[0]),
        "DynamicOptimizedTheta": one(models.DynamicOptimizedTheta, seasons[0]),
        "AutoCES": one(models.AutoCES, seasons[0]),
        "MFLES": many(lambda fitting: models.MFLES(season_length=fitting)),
        "MSTL with AutoETS": many(models.MSTL),
        "MSTL with AutoARIMA": many(lambda fitting: models.MSTL(fitting, models.AutoARIMA())),
    }


def errors(train: Values, test: Values, points: Values, lag: int) -> tuple[float, float]:
    """Mean sMAPE in percent and mean MASE over the series."""
    smape, mase = [], []
    for name, actual in test.items():
        found = points[name][: actual.size]
        smape.append(200 * np.mean(np.abs(actual - found) / (np.abs(actual) + np.abs(found))))
        mase.append(np.mean(np.abs(actual - found)) / np.mean(np.abs(train[name][lag:] - train[name][:-lag])))
    return float(np.mean(smape)), float(np.mean(mase))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder that holds the M4 files")
    parser.add_argument("--group", choices=list(HORIZON), default="Weekly")
    parser.add_argument("--series", type=int, default=120, help="how many series, drawn with a seed")
    parser.add_argument("--last-known", action="store_true", help="judge on the end of the training part instead")
    parser.add_argument("--models", nargs="*", default=[], help="names of ours and of peers; all without any")
    asked = parser.parse_args()
    group, horizon = asked.group, HORIZON[asked.group]
    train, test = load(asked.data, f"{group}-train"), load(asked.data, f"{group}-test")
    names = sorted(np.random.default_rng(0).permutation(sorted(train))[: asked.series])
    naive2: dict[str, np.ndarray] = load(asked.data, "pointforecast_Naive2_WDH")
    if asked.last_known:
        test = {name: values[-horizon:] for name, values in train.items()}
        train = {name: values[:-horizon] for name, values in train.items()}
        naive2 = {name: np.resize(values[-1], horizon) for name, values in train.items()}
    train, test = {name: train[name] for name in names}, {name: test[name] for name in names}
    base = errors(train, test, naive2, SCALING_LAG[group])
    print(f"M4 {group}, {len(names)} series, {horizon} ahead\n")
    print("| model | sMAPE | MASE | OWA | CPU s a series |\n|---|---|---|---|---|")

    def report(title: str, points: Callable[[], Values]) -> None:
        if asked.models and title not in asked.models:
            return
        begun = time.process_time()
        found = errors(train, test, points(), SCALING_LAG[group])
        owa = (found[0] / base[0] + found[1] / base[1]) / 2
        cpu = (time.process_time() - begun) / len(names)
        print(f"| {title} | {found[0]:.3f} | {found[1]:.3f} | {owa:.4f} | {cpu:.3f} |", flush=True)

    for model in OURS:
        report(f"almazara {model.name}", lambda model=model: our_points(model(SEASONS[group]), train, horizon))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for title, peer in peers(SEASONS[group]).items():
            report(title, lambda peer=peer: {name: peer(values, horizon) for name, values in train.items()})


if __name__ == "__main__":
    main()
