"""Renews the film product: raw data and events -> clean -> train -> judge beside the champion -> publish or keep."""

from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from almazara.artifacts import Artifact, open_artifacts
from almazara.errors import ConflictError, InputError, NotFoundError
from almazara.movies.artifact import MOVIES
from almazara.movies.building import Raw, publish_movies, read_clean
from almazara.movies.cleaning.cleaning import CleanCatalog
from almazara.movies.judging import champion as rules
from almazara.movies.judging import drift, judgement, similar_films, splitting
from almazara.movies.judging.evaluation import Judged, judged_data, published_tables
from almazara.movies.renewing.kept_work import KeptWork, digest, state_of
from almazara.movies.renewing.training_runs import TrainingRun, TrainingState, open_film_training
from almazara.movies.users.event_ratings import with_events
from almazara.movies.users.event_store import open_event_store
from almazara.movies.users.models import registry
from almazara.runs import Progress, Step, at_once, in_turn
from almazara.settings import Settings

_SENTENCES: Final = {
    "better": "Published version {version}: better than {champion} ({difference}).",
    "not_worse": "Published version {version}: not worse than {champion} ({difference}).",
    "nothing_to_compare": "Published version {version}: there was no champion with ratings to compare it with.",
    "worse": "Kept version {champion}: the new model is worse than it by more than the margin ({difference}).",
    "no_ratings": "Kept version {champion}: the new data has no ratings of its films, and the champion has.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a retraining came to: the version that it published, and the champion; `drift` is empty without one."""

    comparison: rules.Comparison
    version: str | None
    champion: str | None
    drift: Mapping[str, Mapping[str, float]]

    def described(self) -> dict[str, Any]:
        """For `--json`."""
        versions = {"published": self.version, "compared_with": self.champion}
        return {**versions, **self.comparison.described(), "drift": self.drift}

    def sentence(self) -> str:
        """All of it in one sentence."""
        words = _difference(self.comparison)
        sentence = _SENTENCES[self.comparison.verdict.value]
        return sentence.format(version=self.version, champion=self.champion, difference=words)


def _difference(comparison: rules.Comparison) -> str:
    found = comparison.difference
    return f"NDCG@10 {found.mean:+.1%}, 95 % between {found.low:+.1%} and {found.high:+.1%}" if found else ""


@dataclass(frozen=True, slots=True)
class _Rival:
    """What the champion was trained on, and how."""

    ratings: pl.DataFrame
    method: str


@dataclass(frozen=True, slots=True)
class _Way:
    """How a retraining is made: settings and seed, who is told, who carries steps out and keeps what they gave."""

    settings: Settings
    progress: Progress
    seed: int
    step: Step
    kept: KeptWork


def retrain(
    settings: Settings,
    progress: Progress,
    *,
    folder: Path | None = None,
    ratings: Path | None = None,
    titles: Path | None = None,
    seed: int = 0,
    run_id: str | None = None,
    lock: int | None = None,
    step: Step = at_once,
) -> Outcome:
    """Renew in this process, by steps; see `ExclusiveRuns.running` for `run_id` and `lock`.

    Raw films come from `folder`, or else from where the published version's came from, and its ratings; raw ratings
    from `ratings`, or else from the folder; titles in other languages, which are by ids, from where they came before
    unless others are given. The split, ties and the bootstrap are drawn with `seed`. What a retraining that was killed
    has cleaned and measured of the same data is not cleaned and measured again.

    Raises:
        ConflictError: when a retraining is under way.
        AlmazaraError: when the data cannot be used; then nothing is published.
    """
    training = open_film_training(settings)
    kept_work = KeptWork(training.kept.lock.with_name("work"))
    with training.runs.running(run_id, lock) as run, in_turn(settings.home_path, progress), kept_work as kept:
        outcome = _renew(_Way(settings, progress, seed, step, kept), folder, ratings, titles)
        training.kept.end(_ended(run, outcome), datetime.now(UTC))
    return outcome


def _renew(way: _Way, folder: Path | None, ratings: Path | None, titles: Path | None) -> Outcome:
    settings = way.settings
    champion = _champion(settings)
    raw, is_sample = _sources(champion, folder, ratings, titles)
    clean = way.step("clean", partial(_cleaned, way, raw), _cleaned_in_words)
    before = published_tables(champion) if champion else None
    comparison = _compare(way, clean, _rival(champion, before, is_sample=is_sample))
    version = champion.version if champion else None
    outcome = Outcome(comparison, None, version, drift.report(before, clean.tables) if before else {})
    if not comparison.verdict.publishes:
        return outcome
    if open_artifacts(settings).current_version(MOVIES) != version:
        raise ConflictError("Another version was published meanwhile, and nothing was compared with it: retrain again.")
    described = {
        "sample": is_sample,
        "sources": raw.described(),
        "parameters": _parameters(settings, way.seed),
        "metrics": {**_metrics(comparison, version), **_similar(way, clean)},
        "drift": outcome.drift,
    }
    publish = partial(publish_movies, settings, clean, described, way.progress)
    return replace(outcome, version=way.step("publish", publish, lambda built: f"Version {built.version}.").version)


def _cleaned(way: _Way, raw: Raw) -> CleanCatalog:
    """Raw data, cleaned, and with what users told since; their events are never kept beside their store."""
    inputs = f"{way.settings.max_loss_share}\n{state_of(raw.folder, raw.ratings, raw.titles)}"
    clean = way.kept.clean(inputs, lambda: read_clean(way.settings, raw, way.progress))
    return _with_events(way.settings, clean)


def _cleaned_in_words(clean: CleanCatalog) -> str:
    return f"{clean.tables['films'].height} films, {clean.tables['ratings'].height} ratings."


def _measured_in_words(measured: judgement.Judgement) -> str:
    return f"NDCG@10 {measured.means()[judgement.PRIMARY]:.3f} on held-out ratings."


def _compared_in_words(comparison: rules.Comparison) -> str:
    return f"{comparison.verdict.value.replace('_', ' ').capitalize()}: {_difference(comparison)}."


def _champion(settings: Settings) -> Artifact | None:
    """The published version, or None before the first; one that cannot be read is an error."""
    store = open_artifacts(settings)
    try:
        return store.current(MOVIES)
    except NotFoundError:
        if store.current_version(MOVIES) is None:
            return None
        raise


def _sources(
    champion: Artifact | None, folder: Path | None, ratings: Path | None, titles: Path | None
) -> tuple[Raw, bool]:
    """What to read, and whether it is the embedded sample."""
    known = champion.manifest.get("sources") if champion else None
    told = {name: Path(place) for name, place in (known or {}).items() if place}
    titles = titles or told.get("titles")
    if folder is not None:
        return Raw(folder, ratings, titles), False
    if ratings is not None:
        raise InputError("--ratings needs --folder: the films that the ratings are matched to.")
    if champion is None or not known:
        raise InputError("It is not known where the raw films lie: say it once, with --folder.")
    return Raw(told["folder"], told.get("ratings"), titles), bool(champion.manifest.get("sample"))


def _with_events(settings: Settings, clean: CleanCatalog) -> CleanCatalog:
    with closing(open_event_store(settings)) as store:
        events = store.all()
    ratings = with_events(clean.tables["ratings"], events, clean.tables["films"]["id"])
    return replace(clean, tables={**clean.tables, "ratings": ratings})


def _rival(champion: Artifact | None, tables: Mapping[str, pl.DataFrame] | None, *, is_sample: bool) -> _Rival | None:
    """The champion, if it has ratings; the embedded sample is none for real data."""
    if champion is None or tables is None or tables["ratings"].is_empty():
        return None
    if champion.manifest.get("sample") and not is_sample:
        return None
    method = champion.manifest["metrics"].get("method")
    return _Rival(tables["ratings"], method if method in registry.installed() else registry.DEFAULT)


def _compare(way: _Way, clean: CleanCatalog, champion: _Rival | None) -> rules.Comparison:
    """Judge the new model and, where there is one, the champion, on the same held-out ratings."""
    try:
        data = judged_data(clean.tables, "new")
        split = splitting.random_split(data.pairs, np.random.default_rng(way.seed))
    except InputError:  # no ratings, or too few of each user to hold any out
        return rules.Comparison(rules.Verdict.NO_RATINGS if champion else rules.Verdict.NOTHING_TO_COMPARE)

    def trained() -> judgement.Judgement:
        way.progress("Measuring the new model", 0, 0)
        return _judge(way, data, split, registry.DEFAULT)

    challenger = way.step("train", trained, _measured_in_words)
    train = rules.without_held_out(champion.ratings, data.pairs, split) if champion else None
    if champion is None or train is None or not train.nnz:
        return rules.Comparison(rules.Verdict.NOTHING_TO_COMPARE, challenger=challenger)
    known, method = replace(split, train=train), champion.method

    def evaluated() -> rules.Comparison:
        way.progress("Measuring the published model", 0, 0)
        rival = _judge(way, data, known, method)
        return rules.compare(challenger, rival, way.settings.champion_margin, np.random.default_rng(way.seed))

    return way.step("evaluate", evaluated, _compared_in_words)


def _judge(way: _Way, data: Judged, split: splitting.Split, method: str) -> judgement.Judgement:
    def tried() -> np.ndarray:
        with data.trials(split, way.seed) as trials:
            return trials.run(method)[0]

    inputs = f"{method} {way.seed} {digest(split.train, split.known, data.content, split.candidates)}"
    return judgement.judge(way.kept.lists(inputs, tried), split)


def _parameters(settings: Settings, seed: int) -> dict[str, float]:
    return {"max_loss_share": settings.max_loss_share, "champion_margin": settings.champion_margin, "seed": seed}


def _metrics(comparison: rules.Comparison, champion: str | None) -> dict[str, Any]:
    described = comparison.described()
    verdict = {"method": registry.DEFAULT, "verdict": described["verdict"], "compared_with": champion}
    return {
        **described["challenger"],
        **verdict,
        "relative_difference": described["relative_difference"],
        "risk": described["risk"],
    }


def _similar(way: _Way, clean: CleanCatalog) -> dict[str, Any]:
    """What the lists of similar films are worth, where there are ratings enough to judge them by."""
    way.progress("Measuring similar films", 0, 0)
    with suppress(InputError):
        return {"similar_films": similar_films.measure(clean.tables, way.seed).nested()}
    return {}


def _ended(run: TrainingRun, outcome: Outcome) -> TrainingRun:
    described = outcome.described()
    return replace(
        run,
        estado=TrainingState.DONE,
        veredicto=described["verdict"],
        version=outcome.version,
        comparada_con=outcome.champion,
        metricas=described["challenger"],
        deriva=outcome.drift,
    )
