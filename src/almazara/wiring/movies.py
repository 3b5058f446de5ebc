"""Builds, opens and keeps the film product."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from almazara.artifacts import Artifact, ArtifactStore
from almazara.errors import NotFoundError, UnavailableError
from almazara.movies.service import MovieService
from almazara.settings import Settings
from almazara.wiring.live import Live

if TYPE_CHECKING:
    from almazara.movies.cleaning import CleanCatalog

MOVIES: Final = "movies"
KAGGLE: Final = "the-movies-dataset"
"""The data set that holds films; the others hold ratings."""

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, what is done and what there is in all (0 when unknown)."""


def live_movies(settings: Settings) -> Live[MovieService]:
    """The film service of the version in use, not opened yet."""
    return Live(artifacts(settings), MOVIES, lambda artifact: open_movies(settings, artifact), no_catalog)


def no_catalog() -> UnavailableError:
    """The error of every question before the first version is published."""
    return UnavailableError("Todavía no hay catálogo de películas: ejecute `almazara up`.")


def open_movies(settings: Settings, artifact: Artifact | None = None) -> MovieService:
    """The film service over one version, the current one by default.

    Raises:
        NotFoundError: when nothing is published yet.
    """
    from almazara.movies.adapters import catalog_files

    artifact = artifact or artifacts(settings).current(MOVIES)
    return MovieService(
        catalog_files.open_parts(artifact.path),
        version=artifact.version,
        is_sample=bool(artifact.manifest.get("sample")),
        min_votes=settings.min_votes,
    )


def artifacts(settings: Settings) -> ArtifactStore:
    """The artifacts under the home folder."""
    return ArtifactStore(settings.home_path / "artifacts")


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
    from almazara.movies import cleaning, contract
    from almazara.movies.adapters import files

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

    return artifacts(settings).publish(MOVIES, fill, now=datetime.now(UTC), keep=settings.keep_versions)


def _write_all(clean: CleanCatalog, target: Path, progress: Progress) -> None:
    from almazara.movies import building
    from almazara.movies.adapters import catalog_files, files
    from almazara.movies.building.recommended import build_recommended
    from almazara.movies.building.users import build_users

    progress("Writing tables", 0, 0)
    files.write_tables(clean, target)
    progress("Building the catalog", 0, 0)
    answers = building.build_answers(clean.tables)
    catalog_files.write(target, answers)
    progress("Indexing titles and names", 0, 0)
    catalog_files.write(target, building.build_search(clean.tables, answers))
    similar = building.build_similar(clean.tables, lambda done, total: progress("Finding similar films", done, total))
    catalog_files.write(target, similar)
    users = build_users(clean.tables, lambda done, total: progress("Learning from ratings", done, total))
    catalog_files.write(target, users)
    recommended = build_recommended(
        {**answers, **similar}, lambda done, total: progress("Writing recommendations", done, total)
    )
    catalog_files.write(target, {"recommended": recommended})


def ensure_movies(settings: Settings, progress: Progress) -> Artifact:
    """The version in use, built from the embedded sample when nothing was ever built.

    Raises:
        NotFoundError: when there are versions and the one in use cannot be read: a sample must not take its place.
    """
    store = artifacts(settings)
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


def licence_of(data_set: str) -> str:
    """Under what terms a data set may be used."""
    from almazara.movies.adapters.download import LICENCES

    return LICENCES[data_set]


def fetch_movies(settings: Settings, data_set: str, folder: Path | None, progress: Progress) -> Path:
    """Download a data set, by default below the home folder; returns the folder or zip file to build from.

    Raises:
        AlmazaraError: when it cannot be had; what has come so far stays, and another call goes on there.
    """
    from almazara.movies.adapters import download

    folder = folder or settings.home_path / "raw" / data_set
    if data_set == KAGGLE:
        return download.fetch_kaggle(folder)
    return download.fetch_movielens(
        data_set, folder, lambda done, total: progress(f"Downloading {data_set}", done, total or 0)
    )
