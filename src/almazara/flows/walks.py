"""The two walks, of the use cases that stand: films from fetching to publishing, prices from scraping to alerts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from almazara.app.mirror import share
from almazara.app.prices import Prices, open_prices, send_alerts
from almazara.app.schedule import scrape_hours
from almazara.artifacts import open_artifacts
from almazara.errors import UnavailableError
from almazara.flows import pages
from almazara.movies.artifact import MOVIES
from almazara.prices.collecting.runs import RunView, whole_since
from almazara.runs import Progress, Step
from almazara.settings import Settings

if TYPE_CHECKING:
    from almazara.prices.alerts.delivery import Delivered
    from almazara.prices.schema import Run

_EVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Ended:
    """What a walk came to: one sentence, a page in Markdown, and whether it came to anything."""

    sentence: str
    page: str
    is_well: bool = True

    def well(self) -> str:
        """The sentence; an UnavailableError where it says that nothing came of it."""
        if not self.is_well:
            raise UnavailableError(self.sentence)
        return self.sentence


def films(settings: Settings, data_sets: Sequence[str], step: Step, progress: Progress) -> Ended:
    """Fetch, clean, train, evaluate, and publish unless the result is worse.

    A download goes on where it broke off. Without any data set, raw data is read again from where that of the published
    version came from.
    """
    from almazara.movies.building import fetch_titles
    from almazara.movies.raw.download import KAGGLE, TITLES, fetch_movies
    from almazara.movies.renewing import training

    raw = {}
    for name in data_sets:
        fetch = partial(fetch_movies, settings, name, None, progress)
        if name == TITLES:
            fetch = partial(fetch_titles, settings, None, progress)
        told, given = partial(_fetched_in_words, name), {KAGGLE: "folder", TITLES: "titles"}.get(name, "ratings")
        raw[given] = step(f"fetch {name}", fetch, told, fetches=True)
    outcome = training.retrain(settings, progress, step=step, **raw)
    if outcome.version is not None:
        share(settings, open_artifacts(settings).get(MOVIES, outcome.version))
    return Ended(outcome.sentence(), pages.of_films(outcome))


def prices(settings: Settings, products: Sequence[str], step: Step, progress: Progress) -> Ended:
    """Scrape, check and store each page; then forecast, publish and alert.

    What a process that was killed left of the reading is read, and no more. Where nothing could be read, what was read
    before is forecast all the same.
    """
    from almazara.prices import publishing

    with closing(open_prices(settings, serving=False)) as opened:
        run = step("scrape", lambda: _read(settings, opened, products, progress), _read_in_words, fetches=True)
        now = datetime.now(UTC)
        try:
            artifact = publishing.retrain(settings, opened.retraining, progress, now=now, step=step)
            share(settings, artifact)
            forecasts = pages.forecasts_in_words(artifact)
        except publishing.NothingToForecastError as nothing:  # of young prices, which is no failure
            forecasts = str(nothing)
        opened.forecasts.refresh()
        new, sent = step("alert", lambda: send_alerts(settings, opened.service), lambda done: _alerts_in_words(*done))
    told = _read_in_words(run) if run.has_read else f"Nothing could be read. {_read_in_words(run)}"
    return Ended(told, pages.of_prices(run, forecasts, _alerts_in_words(new, sent)), run.has_read)


def _read(settings: Settings, opened: Prices, products: Sequence[str], progress: Progress) -> RunView:
    """Everything that is followed, or what a killed process left of it since the newest slot; or some products."""

    def on_progress(run: Run) -> None:
        total = run.counts.get("requested", 0)
        progress(f"reading {run.shop}", total - len(run.pending), total)

    if products:
        return opened.jobs.run(products, on_progress)
    now = datetime.now(UTC)
    begun = whole_since(opened.store, scrape_hours(settings).latest(now) or _EVER, now)
    return opened.jobs.finish(begun, on_progress) or opened.jobs.run(None, on_progress)


def _fetched_in_words(name: str, path: Path) -> str:
    from almazara.movies.raw.download import licence_of

    return f"In {path}. {licence_of(name)}"


def _read_in_words(run: RunView) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in run.counts.items() if count)
    return f"Run {run.run_id}: {counts}."


def _alerts_in_words(new: int, sent: Delivered) -> str:
    return f"{new} new events; {sent.sent} messages sent, {sent.failed} failed and will be tried again."
