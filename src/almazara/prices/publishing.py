"""Makes the forecasts that are published, with the advice that is learned from the same series."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from almazara import log
from almazara.artifacts import Artifact, open_artifacts, open_whole
from almazara.errors import AlmazaraError, InputError, UnavailableError
from almazara.files import write_into
from almazara.prices.buying import policy
from almazara.prices.buying.category_index import category_index, panel_of
from almazara.prices.buying.concerned import Announced
from almazara.prices.buying.policy import AdvicePolicies
from almazara.prices.forecasting import issued, published
from almazara.prices.forecasting.announced import restated
from almazara.prices.forecasting.kept_moves import kept_moves
from almazara.prices.forecasting.models.forecaster import MIN_DAYS
from almazara.prices.forecasting.panel import Panel
from almazara.prices.forecasting.published import ForecastIndex, Forecasts
from almazara.prices.forecasting.seen_moves import seen_moves
from almazara.prices.forecasting.series import regular
from almazara.prices.schema import Listing, ListingKind
from almazara.prices.store.protocol import ObservationStore
from almazara.runs import Progress, Step, at_once, in_turn
from almazara.settings import Settings
from almazara.words.said import Said, said

if TYPE_CHECKING:
    from almazara.prices.forecasting.models.forecaster import Forecaster
    from almazara.prices.forecasting.retraining import Retraining


FORECASTS: Final = "forecasts"
FROM_DAYS: Final = 730
"""Forecasts are made of the prices of so many days."""
_EXAMPLES: Final = 3


class NothingToForecastError(InputError):
    """No product can be forecast: nothing was published, and what was published before stays."""


@dataclass(frozen=True, slots=True)
class NotForecast:
    """Why some products have no forecast: `too_short`, `too_old`, `unread` or `failed`; how many, and some of them."""

    why: str
    count: int
    examples: list[str]

    def sentence(self) -> Said:
        """The reason in words."""
        figures = {"needed": MIN_DAYS, "days": FROM_DAYS, "n": self.count}
        return said(f"prices.retrain.{self.why}", names=self.examples, **figures)


@dataclass(frozen=True, slots=True)
class Published:
    """One published version: the forecasts of all listings, and the policies of advice learned beside them."""

    forecasts: Forecasts
    policies: AdvicePolicies


def open_published(folder: Path) -> Published:
    """Open a version; the forecasts' values are memory-mapped."""
    return Published(published.open_forecasts(folder), policy.read(folder))


def _forecasters(settings: Settings, names: list[str]) -> tuple[dict[str, Forecaster], dict[str, str]]:
    """The models of these names, and why some cannot be had."""
    from almazara.prices.forecasting.models import registry
    from almazara.prices.forecasting.models.naive import LAST_VALUE

    made: dict[str, Forecaster] = {}
    left_out: dict[str, str] = {}
    for name in names:
        try:
            if name == "lstm" and settings.lstm_model:
                from almazara.prices.forecasting.lstm_training import pretrained_lstm  # TensorFlow

                made[name] = pretrained_lstm(settings.lstm_model.expanduser())
            else:
                made[name] = registry.create(name)
        except AlmazaraError as error:
            left_out[name] = str(error)
    if LAST_VALUE not in made:
        raise UnavailableError(
            f"The last value, the model of last resort, is not there: {'; '.join(left_out.values())}"
        )
    return made, left_out


def _named(settings: Settings) -> tuple[str, ...]:
    """The challengers that the settings name; who had an LSTM trained wants it to be tried."""
    return (*settings.challengers, *(("lstm",) if settings.lstm_model else ()))


def _too_young(challenger: str) -> str:
    """Why a challenger is not tried yet, or never will be."""
    from almazara.prices.forecasting import backtest
    from almazara.prices.forecasting.models import registry

    if challenger not in registry.ENTRIES:
        return registry.unknown(challenger)
    return f"It is tried once prices of {backtest.BacktestPlan(folds=backtest.MIN_FOLDS).days_needed} days are known."


@dataclass(frozen=True, slots=True)
class _Made:
    """What is published: forecasts of products, and with those of indices; advice; how, and of what, it is made.

    Those of products alone count with what is announced: so they are answered, and scored when their day has come.
    """

    products: Forecasts
    every: Forecasts
    policies: AdvicePolicies
    last_prices: Mapping[str, float]
    parameters: dict[str, Any]
    inputs: dict[str, str]
    left_out: dict[str, str]
    not_forecast: list[NotForecast]


def publish_forecasts(
    settings: Settings, store: ObservationStore, progress: Progress, *, now: datetime, step: Step = at_once
) -> Artifact:
    """Score what has come due, backtest, choose, forecast, learn advice, and publish it all as one version.

    Raises:
        NothingToForecastError: when no product can be forecast.
    """
    made = step("forecast", lambda: _made(settings, store, progress, now), lambda one: f"{_counted(one.products)}.")
    if not made.products.index.forecasts:
        why = [one.sentence() for one in made.not_forecast] or [said("prices.retrain.empty")]
        raise NothingToForecastError(said("prices.retrain.nothing", why=why))

    def fill(folder: Path) -> dict[str, Any]:
        published.write(folder, made.every)
        policy.write(folder, made.policies)
        counts = {"forecast": len(made.products.index.forecasts), "refused": len(made.products.index.refused)}
        return {
            "metrics": counts,
            "backtest": published.backtested(made.products.index),
            "parameters": made.parameters,
            "inputs": made.inputs,
            "left_out": made.left_out,
            "not_forecast": [asdict(one) for one in made.not_forecast],
        }

    def publish() -> Artifact:
        artifact = open_artifacts(settings).publish(FORECASTS, fill, now=now, keep=settings.keep_versions)
        issued.keep_issued(store, made.products, made.last_prices)
        return artifact

    return step("publish", publish, lambda built: f"Version {built.version}.")


def _counted(forecasts: Forecasts) -> str:
    index = forecasts.index
    return f"{len(index.forecasts)} products forecast, {len(index.refused)} with too little history"


def _made(settings: Settings, store: ObservationStore, progress: Progress, now: datetime) -> _Made:
    from zoneinfo import ZoneInfo

    from almazara.prices.forecasting import backtest
    from almazara.prices.forecasting.making import build_forecasts
    from almazara.prices.forecasting.models import registry

    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    progress("reading histories", 0, 0)
    since = now - timedelta(days=FROM_DAYS)
    listings = {listing.listing_id: listing for listing in store.listings()}
    announced = Announced(kept_moves(store), listings)
    read = regular(store.readings(list(listings), since), until=today, timezone=settings.timezone).panel
    panel = restated(read, announced.of_each(read.names))
    seen = seen_moves(panel)
    moved = Announced((*announced.moves, *seen), listings)
    scored_days = issued.score_due(store, read.prices_on, today, moved.of)
    log.event("forecasts_scored", days=scored_days, moves_of_whole_shops=len(seen))
    progress("backtesting and forecasting", 0, 0)
    # A challenger, whose library may take seconds to load, is chosen only after it has won enough folds.
    scored = sum(bool(np.isfinite(fold.actual).any()) for fold in backtest.folds(panel, backtest.BacktestPlan()))
    named = registry.challengers(_named(settings))
    forecasters, left_out = _forecasters(
        settings, [*registry.DEFAULTS, *(named if scored >= backtest.MIN_FOLDS else ())]
    )
    left_out |= {name: _too_young(name) for name in named if scored < backtest.MIN_FOLDS}
    challengers = {name: forecasters.pop(name) for name in named if name in forecasters}
    built = build_forecasts(panel, forecasters, challengers, _champions(settings, store, today))
    # Indices are forecast among themselves: they move otherwise than products, and would mislead what those pool.
    indices = category_panel(store, first=since.date(), until=today, timezone=settings.timezone)
    indices = restated(indices, announced.of_each(indices.names))
    every = published.joined(built, build_forecasts(indices, forecasters))
    progress("learning when waiting pays", 0, 0)
    policies = learn_policies(store, restated(panel, Announced(seen, listings).of_each(panel.names)))
    return _Made(
        built.counting(announced.of),
        every,
        replace(policies, seen=tuple(seen), least=policy.LeastSaving.of(settings)),
        panel.last_prices(),
        {"models": sorted([*forecasters, *challengers]), "timezone": settings.timezone},
        {"until": today.isoformat(), "sha256": panel.sha256()},
        {**left_out, **every.index.left_out},
        _not_forecast(store, listings.values(), panel, built.index),
    )


def _not_forecast(
    store: ObservationStore, listings: Iterable[Listing], panel: Panel, index: ForecastIndex
) -> list[NotForecast]:
    """The products without a forecast by their reason, most of them first."""
    days = dict(zip(panel.names, (~np.isnan(panel.prices)).sum(axis=1).tolist(), strict=True))
    products = [one.listing_id for one in listings if one.kind is ListingKind.PRODUCT]
    ever_read = store.latest([name for name in products if name not in days])
    found: dict[str, list[str]] = {}
    for name in (one for one in products if one not in index.forecasts):
        if name not in days:
            why = "too_old" if name in ever_read else "unread"
        else:
            why = "too_short" if days[name] < MIN_DAYS else "failed"
        found.setdefault(why, []).append(name)
    told = [NotForecast(why, len(names), names[:_EXAMPLES]) for why, names in found.items()]
    return sorted(told, key=lambda one: -one.count)


def retrain(
    settings: Settings,
    retraining: Retraining,
    progress: Progress,
    *,
    now: datetime,
    run_id: str | None = None,
    lock: int | None = None,
    step: Step = at_once,
) -> Artifact:
    """Make and publish all forecasts anew, in this process; see `ExclusiveRuns.running` for `run_id` and `lock`.

    Raises:
        ConflictError: when a retraining is under way.
        NothingToForecastError: when no product can be forecast; the run is done then, and no failure.
    """
    with retraining.running(run_id, lock) as run, in_turn(settings.home_path, progress):
        try:
            artifact = publish_forecasts(settings, retraining.kept.lasting, progress, now=now, step=step)
        except NothingToForecastError as error:
            retraining.done(run, {"forecast": 0}, str(error))
            nothing = error
        else:
            retraining.done(run, artifact.manifest["metrics"], " ".join(left_out_of(artifact)))
            return artifact
    raise nothing


def not_forecast_of(artifact: Artifact) -> list[Said]:
    """A sentence for each reason for which products have no forecast; none of versions of before they were kept."""
    return [NotForecast(**one).sentence() for one in artifact.manifest.get("not_forecast", [])]


def left_out_of(artifact: Artifact) -> list[str]:
    """A sentence for each model that was named and not tried, or failed."""
    return [f"{model} was left out: {how.rstrip('.')}." for model, how in artifact.manifest["left_out"].items()]


def write_metrics(artifact: Artifact, folder: Path) -> None:
    """Write what a version of the forecasts is worth into a folder, for tools that compare two versions.

    `metrics.json` holds the version, its counts and the mean figures of its backtests, `backtests.csv` the figures of
    each product and model.

    Raises:
        UnavailableError: when the folder cannot be written.
    """
    told = artifact.manifest
    figures = {"version": artifact.version, **told["metrics"], "backtest": told["backtest"]}
    table = io.StringIO()
    csv.writer(table).writerows(published.backtests(_index(artifact)))
    contents = {"metrics.json": json.dumps(figures, indent=1), "backtests.csv": table.getvalue()}
    write_into(folder, {name: content.encode() for name, content in contents.items()})


def _index(artifact: Artifact) -> ForecastIndex:
    """The index of a version; UnavailableError when it is damaged."""
    return open_whole(artifact, lambda whole: published.open_forecasts(whole.path)).index


def _champions(settings: Settings, store: ObservationStore, today: date) -> dict[str, str]:
    """The published model of each listing, but for models whose published forecasts have drifted."""
    try:
        index = _index(open_artifacts(settings).current(FORECASTS))
    except AlmazaraError:
        return {}
    drifted = {one.model for one in issued.drift(store, today)}
    found = {listing_id: about.model for listing_id, about in index.forecasts.items()}
    return {listing_id: model for listing_id, model in found.items() if model not in drifted}


def learn_policies(store: ObservationStore, panel: Panel) -> AdvicePolicies:
    """When waiting pays, by category, learned from the past of everything that was read."""
    from almazara.prices.buying.learning import learn

    if not panel.names:
        return AdvicePolicies()
    category = {listing.listing_id: listing.category or "" for listing in store.listings()}
    return learn(panel.prices, [category.get(name, "") for name in panel.names])


def category_panel(store: ObservationStore, *, first: date, until: date, timezone: str) -> Panel:
    """The indices of all categories side by side, from `first` to `until`, both included."""
    names = sorted({listing.category for listing in store.listings() if listing.category})
    indices = [i for name in names for i in category_index(store, name, until=until, timezone=timezone)]
    return panel_of([index.since(first) for index in indices])
