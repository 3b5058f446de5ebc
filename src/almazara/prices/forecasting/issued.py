"""Keeps what was issued and scores it when its day has come, in the store where everything else is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from almazara.prices.forecasting import scores as forecast_scores
from almazara.prices.forecasting.published import Forecasts, MovesOf
from almazara.prices.forecasting.scores import Drift, DriftLimits, ForecastScore
from almazara.prices.store.protocol import ObservationStore
from almazara.words.numbers import Language

ISSUED: Final = "forecast_issued"
SCORES: Final = "forecast_scores"
KEPT_DAYS: Final = 400
"""How long the scores of a day are kept."""


@dataclass(frozen=True, slots=True)
class ForecastReport:
    """How the published forecasts did on the days from `since` to `until`, and what has drifted."""

    since: date
    until: date
    scores: list[ForecastScore]
    drift: list[str]


def score_due(
    store: ObservationStore, prices_on: Callable[[date], Mapping[str, float]], today: date, moves_of: MovesOf
) -> int:
    """Score every day before today that has issued forecasts and no score yet; returns how many days.

    The first score of a day stays, so that several processes, or one that was killed, may repeat this. Apart are
    forecasts of which the announced moves, by now or when they were issued, came before their day.
    """
    keys, scored_days = store.document_keys(ISSUED), store.document_keys(SCORES)
    days = forecast_scores.due(keys, scored_days, today)
    for day in days:
        documents: dict[str, forecast_scores.Document] = {}
        for horizon in forecast_scores.HORIZONS:
            documents |= issued_at(store, day - timedelta(days=horizon))
        scored = forecast_scores.score_day(day, documents, prices_on(day), moves_of)
        store.put_document(SCORES, day.isoformat(), scored, if_absent=True)
    for key in forecast_scores.expired(keys, today):
        store.delete_document(ISSUED, key)
    oldest = (today - timedelta(days=KEPT_DAYS)).isoformat()
    for scored_day in scored_days:
        if scored_day < oldest:
            store.delete_document(SCORES, scored_day)
    return len(days)


def issued_at(store: ObservationStore, cutoff: date) -> dict[str, forecast_scores.Document]:
    """What was published for a cutoff, by key; each document holds some of the listings."""
    return store.documents(ISSUED, f"{cutoff}/")


def keep_issued(store: ObservationStore, built: Forecasts, last_prices: Mapping[str, float]) -> None:
    """Keep what was published; forecasts issued before from the same cutoff are replaced."""
    documents = forecast_scores.issued(built, last_prices)
    for key, document in documents.items():
        store.put_document(ISSUED, key, document)
    cutoffs = {forecast_scores.cutoff_of(key) for key in documents}
    for key in store.document_keys(ISSUED):
        if forecast_scores.cutoff_of(key) in cutoffs and key not in documents:
            store.delete_document(ISSUED, key)


def report(store: ObservationStore, today: date, days: int, language: Language = Language.EN) -> ForecastReport:
    """The scores of the last `days` days that have ended, and in words what has drifted by DriftLimits."""
    since, until = today - timedelta(days=days), today - timedelta(days=1)
    scores = forecast_scores.summarize(_between(store, since, until).values())
    return ForecastReport(since, until, scores, [one.sentence.text(language) for one in drift(store, today)])


def drift(store: ObservationStore, today: date) -> list[Drift]:
    """What has drifted over the days that DriftLimits names."""
    limits = DriftLimits()
    recent = _between(store, today - timedelta(days=limits.days), today - timedelta(days=1))
    return forecast_scores.drifts(forecast_scores.summarize(recent.values()), limits)


def _between(store: ObservationStore, since: date, until: date) -> Mapping[str, forecast_scores.Document]:
    kept = store.documents(SCORES)
    return {day: document for day, document in kept.items() if since.isoformat() <= day <= until.isoformat()}
