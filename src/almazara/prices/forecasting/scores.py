"""Published forecasts, scored when their day has come: realized error and coverage, by model and horizon.

What is issued and what was scored are plain JSON documents, so that any observation store keeps them. A day is scored
once, after it has ended: the prices of that day are final then, and a repeated or interrupted run changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from operator import add, attrgetter
from typing import Any, Final

import numpy as np

from almazara.prices.forecasting import metrics
from almazara.prices.forecasting.chances import Chances
from almazara.prices.forecasting.published import QUANTILES, Forecasts, MovesOf
from almazara.words.said import Said, named, said

HORIZONS: Final = (1, 7, 14, 30)
"""Days ahead at which published forecasts are scored."""
SCORED_QUANTILES: Final = (0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975)
CHUNK: Final = 200
"""Products in one document: about 100 KB, which every store takes."""
_COLUMNS: Final = [QUANTILES.index(quantile) for quantile in SCORED_QUANTILES]
_EVEN: Final = [place for place, quantile in enumerate(SCORED_QUANTILES) if round(quantile * 10, 6) % 1 == 0]
"""The deciles: the CRPS wants evenly spaced levels."""
_MEDIAN: Final = SCORED_QUANTILES.index(0.5)
_ENDS: Final = {
    80: (SCORED_QUANTILES.index(0.1), SCORED_QUANTILES.index(0.9)),
    95: (SCORED_QUANTILES.index(0.025), SCORED_QUANTILES.index(0.975)),
}

_TOLERANCE: Final = 1e-6
"""Documents hold rounded values, and a price that stays where it is must count as covered."""
_ANNOUNCED: Final = "announced"
_APART: Final = "+announced"

_CHANCES: Final = {"changed": "changed", "chance_of_change": "chance", "brier": "brier"}
"""Of a score, and of the tally that it is a mean of."""

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over scored forecasts; errors are shares of the last price that was known when the forecast was made.

    Attributes:
        error: Sum of |price - median|.
        naive_error: Sum of |price - last price|.
        crps: Sum of the continuous ranked probability scores over the deciles.
        covered_80: How many prices lay within the 80 % interval; `covered_95` likewise.
        unknown: Forecasts whose day had no price (not read, out of stock): they are not scored.
        with_chance: How many of `forecasts` were scored with the chance of a change, which days of before it were not.
        changed: How many of these prices differed from the last; `chance` is the sum of what was said of that.
        brier: Sum of the squared differences of the two.
    """

    forecasts: int = 0
    error: float = 0.0
    naive_error: float = 0.0
    crps: float = 0.0
    covered_80: int = 0
    covered_95: int = 0
    unknown: int = 0
    with_chance: int = 0
    changed: int = 0
    chance: float = 0.0
    brier: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*map(add, self.values, other.values))

    @property
    def values(self) -> tuple[float, ...]:
        """All sums, in order; `dataclasses.astuple` copies each of them, and a report adds hundreds."""
        return _SUMS(self)


_SUMS: Final = attrgetter(*(one.name for one in fields(Tally)))


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """How a model's published forecasts did at one horizon.

    Attributes:
        announced: Whether these are the forecasts within whose days an announced move came, or all others.
        mae: Mean absolute error as a share of the price when the forecast was made.
        mae_ratio: The same over that of the last value on the same days; null where the last value made no error.
        crps: As a share of the price.
        coverage_80: Share of prices within the 80 % interval.
        unknown: Forecasts whose day had no price.
        changed: Share of prices that differed from the last; None, as the two others, where chances were not scored.
        chance_of_change: What was said of that, in the mean.
        brier: Mean squared difference of what was said and what came (Brier 1950): of a chance that is always
            `changed`, it would be changed * (1 - changed).
    """

    model: str
    horizon: int
    announced: bool
    forecasts: int
    mae: float
    mae_ratio: float | None
    crps: float
    coverage_80: float
    coverage_95: float
    unknown: int
    changed: float | None = None
    chance_of_change: float | None = None
    brier: float | None = None


@dataclass(frozen=True, slots=True)
class DriftLimits:
    """From where on published forecasts have drifted.

    Attributes:
        days: Scored days that are looked at.
        least_forecasts: Fewer say nothing.
        highest_ratio: An error above so many times the last value's is drift.
        least_coverage_80: The least coverage of the 80 % interval. There is no upper bound: prices that rarely move
            lie within any interval that holds the last price.
        least_coverage_95: The least coverage of the 95 % interval.
    """

    days: int = 28
    least_forecasts: int = 30
    highest_ratio: float = 1.1
    least_coverage_80: float = 0.7
    least_coverage_95: float = 0.88


@dataclass(frozen=True, slots=True)
class Drift:
    """One thing in which a model's published forecasts have become worse than they promise."""

    model: str
    horizon: int
    what: str
    value: float

    @property
    def sentence(self) -> Said:
        """What is wrong."""
        model = named("forecaster", self.model)
        return said(f"prices.drift.{self.what}", model=model, horizon=self.horizon, value=round(self.value, 2))


def issued(built: Forecasts, last_prices: Mapping[str, float]) -> dict[str, Document]:
    """Documents of what was just published, by key `cutoff/part`; a listing without a last price is left out."""
    by_cutoff: dict[str, Document] = {}
    for listing_id, about in built.index.forecasts.items():
        if listing_id in last_prices:
            values = built.of_days(listing_id)
            quantiles = {str(h): [round(float(v), 6) for v in values[h - 1, _COLUMNS]] for h in HORIZONS}
            told: Document = {"model": about.model, "last": last_prices[listing_id], "quantiles": quantiles}
            if days := [str(one.date) for one in built.moves_of(listing_id)]:
                told[_ANNOUNCED] = days
            by_cutoff.setdefault(about.cutoff, {})[listing_id] = told
    return {
        f"{cutoff}/{part:04d}": dict(list(told.items())[start : start + CHUNK])
        for cutoff, told in by_cutoff.items()
        for part, start in enumerate(range(0, len(told), CHUNK))
    }


def cutoff_of(key: str) -> date:
    """The cutoff of an issued document's key."""
    return date.fromisoformat(key.split("/", maxsplit=1)[0])


def due(keys: Iterable[str], scored: Iterable[str], today: date) -> list[date]:
    """The days before today on which an issued forecast ends and which are not scored yet, in order."""
    cutoffs = {cutoff_of(key) for key in keys}
    ends = {cutoff + timedelta(days=horizon) for cutoff in cutoffs for horizon in HORIZONS}
    done = {date.fromisoformat(day) for day in scored}
    return sorted(day for day in ends - done if day < today)


def expired(keys: Iterable[str], today: date) -> list[str]:
    """Keys of issued documents all of whose days have ended."""
    return [key for key in keys if cutoff_of(key) + timedelta(days=max(HORIZONS)) < today]


def score_day(
    day: date, documents: Mapping[str, Document], prices: Mapping[str, float | None], moves_of: MovesOf
) -> Document:
    """Score every issued forecast that ends on a day, which has ended; a price may be absent or None.

    Returns:
        `model/horizon` -> the values of a Tally; where an announced move came between cutoff and day, that of
        `model+announced`.
    """
    tallies: dict[str, Tally] = {}
    for key, document in documents.items():
        horizon = (day - cutoff_of(key)).days
        if horizon not in HORIZONS:
            continue
        for listing_id, told in document.items():
            moved = {*told.get(_ANNOUNCED, []), *(str(one.date) for one in moves_of(listing_id))}
            apart = any(str(cutoff_of(key)) < move <= str(day) for move in moved)
            name = f"{told['model']}{_APART if apart else ''}/{horizon}"
            one = _tally(told["quantiles"][str(horizon)], told["last"], prices.get(listing_id))
            tallies[name] = tallies.get(name, Tally()) + one
    return {name: list(tally.values) for name, tally in sorted(tallies.items())}


def _tally(quantiles: Sequence[float], last: float, price: float | None) -> Tally:
    if price is None:
        return Tally(unknown=1)
    values = np.asarray(quantiles)
    levels = [SCORED_QUANTILES[place] for place in _EVEN]
    chance = float(Chances.of(values[None], SCORED_QUANTILES, last).change[0])
    changed = abs(price - last) > _TOLERANCE * last
    return Tally(
        forecasts=1,
        error=abs(price - values[_MEDIAN]) / last,
        naive_error=abs(price - last) / last,
        crps=float(metrics.crps(price, values[_EVEN], levels)) / last,
        covered_80=int(covers(quantiles, last, price, 80)),
        covered_95=int(covers(quantiles, last, price, 95)),
        with_chance=1,
        changed=int(changed),
        chance=chance,
        brier=(chance - changed) ** 2,
    )


def interval(quantiles: Sequence[float], level: int) -> tuple[float, float]:
    """Where the interval of `level` percent, 80 or 95, begins and ends, of the values of SCORED_QUANTILES."""
    low, high = _ENDS[level]
    return quantiles[low], quantiles[high]


def covers(quantiles: Sequence[float], last: float, price: float, level: int) -> bool:
    """Whether a price lies within the interval of `level` percent."""
    low, high = interval(quantiles, level)
    tolerance = _TOLERANCE * last
    return low - tolerance <= price <= high + tolerance


def summarize(documents: Iterable[Document]) -> list[ForecastScore]:
    """The scores of several days together, in order of model and horizon, those with announced moves last."""
    tallies: dict[tuple[bool, str, int], Tally] = {}
    for document in documents:
        for name, values in document.items():
            model, horizon = name.rsplit("/", 1)
            key = (model.endswith(_APART), model.removesuffix(_APART), int(horizon))
            tallies[key] = tallies.get(key, Tally()) + Tally(*values)
    return [_score(*key, tally) for key, tally in sorted(tallies.items()) if tally.forecasts]


def _score(announced: bool, model: str, horizon: int, tally: Tally) -> ForecastScore:  # noqa: FBT001 - part of a key
    return ForecastScore(
        model=model,
        horizon=horizon,
        announced=announced,
        forecasts=tally.forecasts,
        mae=tally.error / tally.forecasts,
        mae_ratio=tally.error / tally.naive_error if tally.naive_error > 0 else None,
        crps=tally.crps / tally.forecasts,
        coverage_80=tally.covered_80 / tally.forecasts,
        coverage_95=tally.covered_95 / tally.forecasts,
        unknown=tally.unknown,
        **{name: getattr(tally, of) / tally.with_chance for name, of in _CHANCES.items() if tally.with_chance},
    )


def drifts(scores: Iterable[ForecastScore], limits: DriftLimits | None = None) -> list[Drift]:
    """What has drifted: an error above the last value's, intervals that hold too few prices.

    What an announced move brought is not the model's doing.
    """
    limits = limits or DriftLimits()
    found: list[Drift] = []
    for score in scores:
        if score.announced or score.forecasts < limits.least_forecasts:
            continue
        if score.mae_ratio is not None and score.mae_ratio > limits.highest_ratio:
            found.append(Drift(score.model, score.horizon, "mae_ratio", score.mae_ratio))
        if score.coverage_80 < limits.least_coverage_80:
            found.append(Drift(score.model, score.horizon, "coverage_80", score.coverage_80))
        if score.coverage_95 < limits.least_coverage_95:
            found.append(Drift(score.model, score.horizon, "coverage_95", score.coverage_95))
    return found
