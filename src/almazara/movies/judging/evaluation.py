"""An evaluation: methods measured on splits of the ratings of a raw folder, or of what is published."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl
from scipy import sparse

from almazara.artifacts import Artifact, open_artifacts, open_whole
from almazara.errors import InputError, NotFoundError, UnavailableError
from almazara.movies.artifact import MOVIES
from almazara.movies.building import Raw, read_clean
from almazara.movies.catalog.catalog import Arrays
from almazara.movies.cleaning.schema import SCHEMAS
from almazara.movies.cleaning.tables import read_table
from almazara.movies.judging import evaluation_files, judgement, similar_films, splitting
from almazara.movies.judging import methods as known_methods
from almazara.movies.judging.kept_evaluation import (
    SHOWN,
    EvaluationAnswer,
    MeasuredMethod,
    MeasuredMetric,
    MeasuredSimilar,
    MeasuredSplit,
    MethodCost,
    NotMeasured,
    folder_of,
    write_evaluation,
)
from almazara.movies.judging.peers import PEERS
from almazara.movies.judging.splitting import Pairs, Split
from almazara.movies.judging.trials import Cost, Trials
from almazara.movies.similar.collaborative import Viewers
from almazara.movies.users.models import registry
from almazara.movies.users.models.content import content_matrix
from almazara.runs import Progress
from almazara.settings import Settings

SPLITS: Final = ("random", "temporal", "time", "cold", "short")
"""Ways to hold out, as they are asked for; the first is what models are compared and published by."""
_USUAL: Final = ("random", "temporal", "cold")
_KNOWN_FILMS: Final = (1, 3, 5, 10, 20)


@dataclass(frozen=True, slots=True)
class Judged:
    """Ratings to be judged on, and the content of their films.

    Attributes:
        pairs: Who has seen what.
        content: (films, terms) float32, rows as in `pairs.films`.
        tables: The clean tables.
        name: Where they come from, for tables.
        report: What became of the raw rows; empty where the data is published already.
        version: The published version that they are of, or None.
    """

    pairs: Pairs
    content: sparse.csr_array
    tables: Mapping[str, pl.DataFrame]
    name: str
    report: Mapping[str, Any] = field(default_factory=dict)
    version: str | None = None

    @property
    def rows(self) -> np.ndarray:
        """Where the films of the pairs stand in the table of films, rising."""
        return _rows(self.tables, self.pairs)

    def similar(self, seen: sparse.csr_array) -> Arrays:
        """The lists of similar films that a build would make if these were all who rated: `Lists.arrays`."""
        return similar_films.fitted(self.tables, self.rows, Viewers(seen))[similar_films.SERVED]

    def trials(self, split: Split, seed: int) -> Trials:
        """Trials of methods on a split of these ratings."""
        return Trials(split, self.content, seed, self.similar)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured.

    Attributes:
        table: `judgement.TABLE`.
        described: Data, seed, splits with their sizes, methods that failed with the reason, and the cleaning report.
        version: The published version whose ratings were judged on, or None.
        similar: The lists of similar films, or None where they cannot be judged.
    """

    table: pl.DataFrame
    described: Mapping[str, Any]
    version: str | None = None
    similar: MeasuredSimilar | None = None


def judged_data(tables: Mapping[str, pl.DataFrame], name: str) -> Judged:
    """What clean tables hold to be judged on."""
    pairs = splitting.pairs(tables["ratings"], tables["films"]["id"])
    return Judged(pairs, content_matrix(tables)[_rows(tables, pairs)], tables, name)


def _rows(tables: Mapping[str, pl.DataFrame], pairs: Pairs) -> np.ndarray:
    return np.searchsorted(tables["films"]["id"].to_numpy(), pairs.films)


def read_judged(settings: Settings, folder: Path | None, ratings: Path | None, progress: Progress) -> Judged:
    """The data of a raw folder, cleaned as a build cleans it, or of the published version.

    Raises:
        AlmazaraError: when the files cannot be used, or nothing is published, or there are no ratings.
    """
    if folder is None and ratings is not None:
        raise InputError("--ratings needs --folder: the films that the ratings are matched to.")
    if folder is None:
        artifact = open_artifacts(settings).current(MOVIES)
        found = judged_data(published_tables(artifact), f"published version {artifact.version}")
        return replace(found, version=artifact.version)
    clean = read_clean(settings, Raw(folder, ratings), progress)
    progress("Making features", 0, 0)
    return replace(judged_data(clean.tables, str(ratings or folder)), report=clean.report.as_dict())


def published_tables(artifact: Artifact) -> dict[str, pl.DataFrame]:
    """The clean tables of a published version; UnavailableError when it is damaged."""
    return open_whole(artifact, lambda whole: {name: read_table(whole.path, name) for name in SCHEMAS})


def evaluate(data: Judged, splits: Sequence[str], methods: Sequence[str], seed: int, progress: Progress) -> Evaluation:
    """Measure methods on splits of the same ratings, and similar films; what fails is named and ends no others.

    Args:
        data: The ratings.
        splits: Of SPLITS; none: random, temporal and cold, as far as the data has what they need.
        methods: Names; none: all that are installed.
        seed: Of splits, ties and bootstrap.
        progress: Is told each trial.

    Raises:
        NotFoundError: for an unknown split or method.
        MissingExtraError: when a method that was named is not installed.
        InputError: when no split can be made.
    """
    for name in methods:
        known_methods.create(name)
    made, impossible = _make_splits(data.pairs, splits, seed)
    trials = [(split, name) for split in made for name in (methods or known_methods.installed())]
    frames, failed = [], dict(impossible)
    for done, (split, name) in enumerate(trials):
        progress(f"Measuring on {split.name}", done, len(trials))
        try:
            frames.append(measure(split, data, name, seed))
        except UnavailableError as error:
            failed[f"{split.name} {name}"] = str(error)
    if not frames:
        raise UnavailableError(f"No method could be measured: {' '.join(failed.values())}")
    progress("Measuring similar films", 0, 0)
    similar = None
    try:
        similar = similar_films.measure(data.tables, seed)
    except InputError as error:
        failed["similar films"] = str(error)
    return Evaluation(pl.concat(frames), _described(data, made, failed, seed), data.version, similar)


def measure(split: Split, data: Judged, method: str, seed: int) -> pl.DataFrame:
    """The metrics and cost of one method on one split, as `judgement.TABLE`."""
    with data.trials(split, seed) as trials:
        lists, cost = trials.run(method)
    return judgement.tidy(split.name, method, judgement.judge(lists, split), cost, np.random.default_rng(seed))


def evaluate_published(settings: Settings, progress: Progress) -> Artifact:
    """Measure all that is installed on the published version's ratings, the usual way, and keep it.

    Returns:
        The version with what was measured in its manifest.

    Raises:
        AlmazaraError: when it cannot be measured or kept.
    """
    found = evaluate(read_judged(settings, None, None, progress), (), (), 0, progress)
    keep(settings, found, folder_of(settings), datetime.now(UTC))
    return open_artifacts(settings).current(MOVIES)


def keep(settings: Settings, found: Evaluation, folder: Path, now: datetime) -> None:
    """Write tables, a page and pictures, and what the server shows of the newest evaluation.

    What was measured of the published version also stands in its manifest.

    Raises:
        UnavailableError: when a folder or the manifest cannot be written.
    """
    evaluation_files.write(folder, found.table, found.described)
    shown = _shown(found, now)
    write_evaluation(settings, shown)
    if found.version is not None:
        described = {**_for_manifest(found), SHOWN: msgspec.to_builtins(shown)}
        open_artifacts(settings).describe(MOVIES, found.version, {"evaluation": described})


def _shown(found: Evaluation, now: datetime) -> EvaluationAnswer:
    described = found.described
    return EvaluationAnswer(
        version=found.version,
        servida=False,
        medida=now,
        datos=Path(described["data"]).name,
        semilla=described["seed"],
        metrica_principal=judgement.PRIMARY,
        particiones=[_shown_split(name, about, found.table) for name, about in described["splits"].items()],
        no_medidos=[NotMeasured(name, why) for name, why in described["failed"].items()],
        mensaje="",
        similares=found.similar,
    )


def _shown_split(name: str, about: Mapping[str, Any], table: pl.DataFrame) -> MeasuredSplit:
    rows = table.filter(split=name)
    best_first = judgement.wide(rows, [judgement.PRIMARY])["method"]
    return MeasuredSplit(
        particion=name,
        usuarios=about["users"],
        pares_de_entrenamiento=about["training_pairs"],
        pares_a_encontrar=about["held_out_pairs"],
        candidatas=about["candidates"],
        huella=about["fingerprint"],
        metodos=[_shown_method(method, rows.filter(method=method)) for method in best_first],
    )


def _shown_method(name: str, rows: pl.DataFrame) -> MeasuredMethod:
    found = {row[0]: MeasuredMetric(*row) for row in rows.select("metric", "value", "low", "high").iter_rows()}
    costs = [found.pop(cost).valor for cost in Cost.__slots__]
    library = PEERS[name].library if name in PEERS else None
    return MeasuredMethod(name, library, name == registry.DEFAULT, list(found.values()), MethodCost(*costs))


def _for_manifest(found: Evaluation) -> dict[str, Any]:
    metrics = judgement.nested(found.table)
    similar = {} if found.similar is None else {"similar_films": found.similar.nested()}
    return {"seed": found.described["seed"], "splits": found.described["splits"], "metrics": metrics, **similar}


def _make_splits(pairs: Pairs, names: Sequence[str], seed: int) -> tuple[list[Split], dict[str, str]]:
    """The splits that were asked for; of the usual ones those that can be made, and why the others cannot."""
    makers = _makers(pairs, seed)
    unknown = [name for name in names if name not in SPLITS]
    if unknown:
        raise NotFoundError(f"There is no split {unknown[0]!r}: choose from {', '.join(SPLITS)}.")
    made: list[Split] = []
    impossible = {}
    for name in names or _USUAL:
        try:
            made += makers[name]()
        except InputError as error:
            if names:
                raise
            impossible[name] = str(error)
    if not made:
        raise InputError(" ".join(dict.fromkeys(impossible.values())))
    return made, impossible


def _makers(pairs: Pairs, seed: int) -> dict[str, Callable[[], list[Split]]]:
    rng = partial(np.random.default_rng, seed)  # each split draws from its beginning
    return {
        "random": lambda: [splitting.random_split(pairs, rng())],
        "temporal": lambda: [splitting.temporal_split(pairs, rng())],
        "time": lambda: [splitting.time_split(pairs)],
        "cold": lambda: [splitting.cold_split(pairs, rng())],
        "short": lambda: [splitting.short_split(pairs, rng(), n_known) for n_known in _KNOWN_FILMS],
    }


def _described(data: Judged, splits: Sequence[Split], failed: Mapping[str, str], seed: int) -> dict[str, Any]:
    sizes = {
        split.name: {
            "users": split.known.shape[0],
            "training_pairs": int(split.train.nnz),
            "held_out_pairs": int(split.truth.nnz),
            "candidates": int(split.candidates.sum()),
            "pairs_left_out": split.left_out,
            "fingerprint": split.fingerprint(),
        }
        for split in splits
    }
    return {"data": data.name, "seed": seed, "splits": sizes, "failed": dict(failed), "report": dict(data.report)}
