"""Raw films -> clean tables -> everything that the server reads -> one published version."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from almazara.artifacts import Artifact, open_artifacts
from almazara.errors import NotFoundError, UnavailableError
from almazara.movies.artifact import MOVIES
from almazara.movies.catalog import making_answers
from almazara.movies.catalog.catalog import Texts
from almazara.movies.catalog.making import build_catalog, build_imdb_numbers, twins
from almazara.movies.catalog.making_answers import build_film_answers
from almazara.movies.cleaning import schema as s
from almazara.runs import Progress
from almazara.settings import Settings

if TYPE_CHECKING:
    from almazara.movies.cleaning.cleaning import CleanCatalog


Groups = dict[str, Mapping[str, np.ndarray]]
"""Arrays by name, in named groups: what is stored together and read by one class."""
Entries = tuple[list[str], np.ndarray, np.ndarray]
"""Texts to be found, the entry that each belongs to, and its weight."""


def build_answers(tables: Mapping[str, pl.DataFrame]) -> Groups:
    """What exact questions are answered from: the catalog, films, people and their keys, counts."""
    films, keys = tables[s.FILMS], tables[s.FILM_KEYS]
    directing = tables[s.CREW].filter(pl.col("job") == making_answers.DIRECTOR)
    actors, actor_keys = making_answers.build_people(tables[s.CAST], films)
    directors, director_keys = making_answers.build_people(directing, films)
    return {
        **build_catalog(films, keys),
        "imdb": build_imdb_numbers(films, keys),
        "film_answers": build_film_answers(tables),
        "directed": making_answers.build_directed(films),
        "money": making_answers.build_money(films),
        "actors": actors,
        "actor_keys": actor_keys,
        "directors": directors,
        "director_keys": director_keys,
    }


def build_search(tables: Mapping[str, pl.DataFrame], answers: Groups) -> Groups:
    """The typo-tolerant indexes of titles, and of the people in `answers`."""
    from almazara.movies.catalog.search import build_index

    films, keys = tables[s.FILMS], tables[s.FILM_KEYS]
    return {
        "title_search": build_index(*_titles(films, keys)).arrays(),
        "actor_search": build_index(*_people(answers["actors"], films)).arrays(),
        "director_search": build_index(*_people(answers["directors"], films)).arrays(),
    }


def build_similar(tables: Mapping[str, pl.DataFrame], progress: Callable[[int, int], None]) -> Groups:
    """Similar films by each method, with reasons: the long part of a build, and the only one that needs SciPy.

    Returns:
        hybrid, content, collaborative: see `Lists.arrays`. Collaborative lists may be short or empty; content knows of
            no users and has no `shared`.
        score: see `score.fit`.
        content_matrix: what compares any film q with all others, without SciPy, as `content` and cold films of
            `hybrid` are compared. Shared: the sum over the terms t of q of weight(q, t) * weight(other, t), apart for
            terms below choosing_terms (1,) (bond) and from there (refined). Gained: logit[1] * sqrt(bond + ROUNDING)
            + refined + prior[other] + closeness[k, |scales[k, q] - scales[k, other]|] over the measures k (at most the
            last step); similarity: 1 / (1 + exp(-(gained + logit[0]))). Terms of film q: film_terms and film_weights
            from film_starts[q] to film_starts[q + 1]; films of term t: term_films and term_weights from
            term_starts[t] to term_starts[t + 1]; scales (measures, films) int16, closeness (measures, steps) float32,
            prior (films,) float32.
        reasons, reason_names: see `build_reasons`.
    """
    from almazara.movies.similar import collaborative, content, hybrid, score
    from almazara.movies.similar.content_weights import LEARNED
    from almazara.movies.similar.interactions import interactions
    from almazara.movies.similar.lists import Films
    from almazara.movies.similar.making import build_reasons

    keyed = tables[s.FILMS].join(
        tables[s.FILM_KEYS], left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left"
    )
    films = Films(tables[s.FILMS][s.VOTE_COUNT].to_numpy().astype(np.float32), twins(keyed))
    described = content.describe(tables, LEARNED)
    by_content = content.fit(described, films, progress)
    viewers = collaborative.Viewers(interactions(tables[s.RATINGS], tables[s.FILMS][s.ID]).matrix)
    by_viewers = collaborative.fit(viewers, films)
    return {
        "hybrid": hybrid.fit(by_content, by_viewers, described, viewers, films),
        "content": by_content,
        "collaborative": by_viewers,
        "score": score.fit(tables[s.FILMS]),
        "content_matrix": described.arrays(),
        **build_reasons(tables),
    }


def _people(found: Mapping[str, np.ndarray], films: pl.DataFrame) -> Entries:
    """Names, their rows, and the votes of their films."""
    names = Texts(found)
    rows = np.arange(len(names), dtype=np.int32)
    votes = films[s.VOTE_COUNT].to_numpy()[found["films"]]
    weights = np.add.reduceat(votes, found["starts"][:-1]) if len(votes) else votes
    return [names[row] for row in rows.tolist()], rows, weights.astype(np.float32)


def _titles(films: pl.DataFrame, keys: pl.DataFrame) -> Entries:
    """Titles and, where they differ, original titles, their rows in the catalog, and the votes."""
    numbered = films.select(s.ID, s.TITLE, s.VOTE_COUNT).with_row_index("row")
    original = (
        numbered.join(keys, left_on=s.ID, right_on=s.FILM_ID)
        .filter(pl.col(s.ORIGINAL_TITLE) != pl.col(s.TITLE))
        .select("row", pl.col(s.ORIGINAL_TITLE).alias(s.TITLE), s.VOTE_COUNT)
    )
    texts = pl.concat([numbered.select("row", s.TITLE, s.VOTE_COUNT), original])
    rows = texts["row"].to_numpy().astype(np.int32)
    return texts[s.TITLE].to_list(), rows, texts[s.VOTE_COUNT].to_numpy().astype(np.float32)


def build_movies(
    settings: Settings, folder: Path, *, ratings: Path | None, sample: bool, progress: Progress
) -> Artifact:
    """Raw files -> clean tables -> contract -> everything the server reads -> one published version.

    Raises:
        AlmazaraError: when the files cannot be used or the contract is broken; then nothing is published.
    """
    clean = read_clean(settings, folder, ratings, progress)
    return publish_movies(settings, clean, {"sample": sample, "sources": sources(folder, ratings)}, progress)


def sources(folder: Path, ratings: Path | None) -> dict[str, str | None]:
    """Where raw data was read from, for the manifest: a retraining looks there again."""
    return {"folder": str(folder.resolve()), "ratings": str(ratings.resolve()) if ratings else None}


def read_clean(settings: Settings, folder: Path, ratings: Path | None, progress: Progress) -> CleanCatalog:
    """Raw files -> clean tables that keep the contract.

    Raises:
        AlmazaraError: when the files cannot be used or the contract is broken.
    """
    from almazara.movies.cleaning import cleaning, contract
    from almazara.movies.raw import files

    raw = files.read_raw(folder, ratings, lambda stage: progress(stage, 0, 0))
    progress("Cleaning", 0, 0)
    clean = cleaning.clean(raw)
    del raw  # several times the memory of the clean tables
    contract.check(clean, settings.max_loss_share)
    return clean


def publish_movies(
    settings: Settings, clean: CleanCatalog, described: Mapping[str, Any], progress: Progress
) -> Artifact:
    """Clean tables -> everything the server reads -> one published version.

    Args:
        settings: Where, and how many versions stay.
        clean: The tables, which keep the contract.
        described: What the manifest says beyond what is said of every version; `metrics` are added to.
        progress: Is told each stage.

    Raises:
        AlmazaraError: when it cannot be written; then nothing is published.
    """

    def fill(target: Path) -> Mapping[str, Any]:
        _write_all(clean, target, progress)
        return {
            "report": clean.report.as_dict(),
            "parameters": {"max_loss_share": settings.max_loss_share},
            **described,
            "metrics": {"films": clean.tables["films"].height, **described.get("metrics", {})},
            "code": {"almazara": metadata.version("almazara"), "python": platform.python_version()},
        }

    return open_artifacts(settings).publish(MOVIES, fill, now=datetime.now(UTC), keep=settings.keep_versions)


def _write_all(clean: CleanCatalog, target: Path, progress: Progress) -> None:
    from almazara.movies.artifact import write
    from almazara.movies.cleaning import tables
    from almazara.movies.similar.making import build_recommended
    from almazara.movies.users.making import build_users

    progress("Writing tables", 0, 0)
    tables.write_tables(clean, target)
    progress("Building the catalog", 0, 0)
    answers = build_answers(clean.tables)
    write(target, answers)
    progress("Indexing titles and names", 0, 0)
    write(target, build_search(clean.tables, answers))
    similar = build_similar(clean.tables, lambda done, total: progress("Finding similar films", done, total))
    write(target, similar)
    users = build_users(clean.tables, lambda done, total: progress("Learning from ratings", done, total))
    write(target, users)
    recommended = build_recommended(
        {**answers, **similar}, lambda done, total: progress("Writing recommendations", done, total)
    )
    write(target, {"recommended": recommended})


def ensure_movies(settings: Settings, progress: Progress) -> Artifact:
    """The version in use, built from the embedded sample when nothing was ever built.

    Raises:
        NotFoundError: when there are versions and the one in use cannot be read: a sample must not take its place.
    """
    store = open_artifacts(settings)
    try:
        return store.current(MOVIES)
    except NotFoundError as error:
        if store.versions(MOVIES):
            raise NotFoundError(f"{error} Choose another one: almazara movies versions, then rollback.") from error
    from almazara.movies.sample import make_sample

    progress("Making the sample", 0, 0)
    folder = settings.home_path / "sample"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in make_sample().items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise UnavailableError(f"The folder {folder} cannot be written: {error}.") from error
    return build_movies(settings, folder, ratings=None, sample=True, progress=progress)
