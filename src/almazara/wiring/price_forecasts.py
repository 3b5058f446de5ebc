"""Makes the forecasts that are published, with the advice that is learned from the same series."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from almazara import log
from almazara.artifacts import Artifact
from almazara.errors import AlmazaraError, UnavailableError
from almazara.prices import forecast_watch
from almazara.prices.forecasting import joined
from almazara.prices.ports import ObservationStore
from almazara.settings import Settings
from almazara.wiring.movies import Progress, artifacts
from almazara.wiring.price_advice import category_series, learn_policies
from almazara.wiring.price_lstm import pretrained_lstm

if TYPE_CHECKING:
    from almazara.prices.forecasters.base import Forecaster

FORECASTS: Final = "forecasts"
_FROM_DAYS: Final = 730


def _forecasters(settings: Settings, names: list[str]) -> tuple[dict[str, Forecaster], dict[str, str]]:
    """The models of these names, and why some cannot be had."""
    from almazara.prices.forecasters import registry
    from almazara.prices.forecasters.naive import LAST_VALUE

    made: dict[str, Forecaster] = {}
    left_out: dict[str, str] = {}
    for name in names:
        try:
            kept = settings.lstm_model if name == "lstm" else None
            made[name] = pretrained_lstm(kept.expanduser()) if kept else registry.create(name)
        except AlmazaraError as error:
            left_out[name] = str(error)
    if LAST_VALUE not in made:
        raise UnavailableError(
            f"The last value, the model of last resort, is not there: {'; '.join(left_out.values())}"
        )
    return made, left_out


def publish_forecasts(settings: Settings, store: ObservationStore, progress: Progress, *, now: datetime) -> Artifact:
    """Score what has come due, backtest, choose, forecast, learn advice, and publish it all as one version."""
    from zoneinfo import ZoneInfo

    from almazara.prices import backtest
    from almazara.prices.adapters import advice_files, forecast_files
    from almazara.prices.forecast_building import build_forecasts
    from almazara.prices.forecasters import registry
    from almazara.prices.series import daily, last_prices, prices_on

    today = now.astimezone(ZoneInfo(settings.timezone)).date()
    progress("reading histories", 0, 0)
    since = now - timedelta(days=_FROM_DAYS)
    observations = (o for listing in store.listings() for o in store.history(listing.listing_id, since))
    series = daily(observations, until=today, timezone=settings.timezone)
    scored_days = forecast_watch.score_due(store, lambda day: prices_on(series.frame, day), today)
    log.event("forecasts_scored", days=scored_days)
    progress("backtesting and forecasting", 0, 0)
    # A model that needs a library, which takes seconds to load, is chosen only after it has won enough folds.
    scored = sum(not fold.actual.is_empty() for fold in backtest.folds(series.frame, backtest.BacktestPlan()))
    names = [name for name in registry.installed() if scored >= backtest.MIN_FOLDS or not registry.needs_library(name)]
    forecasters, left_out = _forecasters(settings, names)
    limits = registry.backtest_limits()
    built = build_forecasts(series, forecasters, limits, _champions(settings, store, today))
    # Indices are forecast among themselves: they move otherwise than products, and would mislead what those pool. They
    # are few, and what must learn from many series, or costs most, is left to products.
    light = {name: one for name, one in forecasters.items() if name not in limits or not registry.needs_library(name)}
    indices = category_series(store, first=since.date(), until=today, timezone=settings.timezone)
    published = joined(built, build_forecasts(indices, light, limits))
    progress("learning when waiting pays", 0, 0)
    policies = learn_policies(store, series)

    def fill(folder: Path) -> dict[str, Any]:
        forecast_files.write(folder, published)
        advice_files.write(folder, policies)
        counts = {"forecast": len(built.index.forecasts), "refused": len(built.index.refused)}
        return {
            "metrics": counts,
            "parameters": {"models": sorted(forecasters)},
            "left_out": left_out | published.index.left_out,
        }

    artifact = artifacts(settings).publish(FORECASTS, fill, now=now, keep=settings.keep_versions)
    forecast_watch.keep_issued(store, built, last_prices(series.frame))
    return artifact


def _champions(settings: Settings, store: ObservationStore, today: date) -> dict[str, str]:
    """The published model of each listing, but for models whose published forecasts have drifted."""
    from almazara.prices.adapters import forecast_files

    try:
        published = forecast_files.open_forecasts(artifacts(settings).current(FORECASTS).path)
    except AlmazaraError:
        return {}
    drifted = {one.model for one in forecast_watch.drift(store, today)}
    found = {listing_id: about.model for listing_id, about in published.index.forecasts.items()}
    return {listing_id: model for listing_id, model in found.items() if model not in drifted}
