"""An evaluation: methods measured on splits of the ratings of a raw folder, or of what is published."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from scipy import sparse

from almazara.artifacts import open_artifacts
from almazara.errors import InputError, NotFoundError, UnavailableError
from almazara.movies.artifact import MOVIES
from almazara.movies.building import read_clean
from almazara.movies.cleaning.schema import SCHEMAS
from almazara.movies.cleaning.tables import read_table
from almazara.movies.judging import evaluation_files, judgement, splitting
from almazara.movies.judging import methods as known_methods
from almazara.movies.judging.splitting import Pairs, Split
from almazara.movies.judging.trials import Trials
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
        name: Where they come from, for tables.
        report: What became of the raw rows; empty where the data is published already.
        version: The published version that they are of, or None.
    """

    pairs: Pairs
    content: sparse.csr_array
    name: str
    report: Mapping[str, Any] = field(default_factory=dict)
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured.

    Attributes:
        table: `judgement.TABLE`.
        described: Data, seed, splits with their sizes, methods that failed with the reason, and the cleaning report.
        version: The published version whose ratings were judged on, or None.
    """

    table: pl.DataFrame
    described: Mapping[str, Any]
    version: str | None = None


def judged_data(tables: Mapping[str, pl.DataFrame], name: str) -> Judged:
    """What clean tables hold to be judged on."""
    film_ids = tables["films"]["id"]
    pairs = splitting.pairs(tables["ratings"], film_ids)
    rows = np.searchsorted(film_ids.to_numpy(), pairs.films)
    return Judged(pairs, content_matrix(tables)[rows], name)


def read_judged(settings: Settings, folder: Path | None, ratings: Path | None, progress: Progress) -> Judged:
    """The data of a raw folder, cleaned as a build cleans it, or of the published version.

    Raises:
        AlmazaraError: when the files cannot be used, or nothing is published, or there are no ratings.
    """
    if folder is None and ratings is not None:
        raise InputError("--ratings needs --folder: the films that the ratings are matched to.")
    if folder is None:
        artifact = open_artifacts(settings).current(MOVIES)
        found = judged_data(published_tables(artifact.path), f"published version {artifact.version}")
        return replace(found, version=artifact.version)
    clean = read_clean(settings, folder, ratings, progress)
    progress("Making features", 0, 0)
    return replace(judged_data(clean.tables, str(ratings or folder)), report=clean.report.as_dict())


def published_tables(folder: Path) -> dict[str, pl.DataFrame]:
    """The clean tables of a published version."""
    return {name: read_table(folder, name) for name in SCHEMAS}


def evaluate(data: Judged, splits: Sequence[str], methods: Sequence[str], seed: int, progress: Progress) -> Evaluation:
    """Measure methods on splits of the same ratings; what fails is named and does not end the others.

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
            frames.append(measure(split, data.content, name, seed))
        except UnavailableError as error:
            failed[f"{split.name} {name}"] = str(error)
    if not frames:
        raise UnavailableError(f"No method could be measured: {' '.join(failed.values())}")
    return Evaluation(pl.concat(frames), _described(data, made, failed, seed), data.version)


def measure(split: Split, content: sparse.csr_array, method: str, seed: int) -> pl.DataFrame:
    """The metrics and cost of one method on one split, as `judgement.TABLE`."""
    with Trials(split, content, seed) as trials:
        lists, cost = trials.run(method)
    return judgement.tidy(split.name, method, judgement.judge(lists, split), cost, np.random.default_rng(seed))


def keep(settings: Settings, found: Evaluation, folder: Path) -> None:
    """Write tables, a page and pictures; what was measured of the published version also stands in its manifest.

    Raises:
        UnavailableError: when the folder or the manifest cannot be written.
    """
    evaluation_files.write(folder, found.table, found.described)
    if found.version is not None:
        open_artifacts(settings).describe(MOVIES, found.version, {"evaluation": _for_manifest(found)})


def _for_manifest(found: Evaluation) -> dict[str, Any]:
    """The metrics as nested objects: split, method, metric."""
    nested: dict[str, dict[str, dict[str, float]]] = {}
    for split, method, metric, value in found.table.select("split", "method", "metric", "value").iter_rows():
        nested.setdefault(split, {}).setdefault(method, {})[metric] = round(value, 6)
    return {"seed": found.described["seed"], "splits": found.described["splits"], "metrics": nested}


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
