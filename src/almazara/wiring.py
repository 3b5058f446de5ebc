"""The composition root: settings and adapters become the services that entry points use."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from almazara import log
from almazara.artifacts import Artifact, ArtifactStore
from almazara.errors import NotFoundError, UnavailableError
from almazara.movies.service import MovieService
from almazara.settings import Settings

MOVIES: Final = "movies"

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, what is done and what there is in all (0 when unknown)."""


class LiveMovies:
    """The film service of the version in use; `refresh` swaps in a newer one without disturbing who holds the old."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = ArtifactStore(settings.home_path / "artifacts")
        self._service: MovieService | None = None
        self._lock = threading.Lock()

    @property
    def service(self) -> MovieService:
        """The service in use.

        Raises:
            UnavailableError: before the first build.
        """
        service = self._service
        if service is None:
            raise UnavailableError("Todavía no hay catálogo de películas: ejecute `almazara up`.")
        return service

    @property
    def ready(self) -> bool:
        """Whether there is a catalog to answer from."""
        return self._service is not None

    def refresh(self) -> bool:
        """Open the published version if it is another than the one in use; a version that cannot be opened is left.

        Returns:
            Whether another version is in use now.
        """
        version = self._store.current_version(MOVIES)
        if version is None or (self._service is not None and version == self._service.version):
            return False
        with self._lock:
            try:
                self._service = open_movies(self._settings, self._store.get(MOVIES, version))
            except (OSError, ValueError, KeyError, TypeError, NotFoundError) as error:
                log.event("movies_not_opened", version=version, error=error)
                return False
        log.event("movies_opened", version=version, films=len(self._service))
        return True


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
    from almazara.movies import building, cleaning, contract
    from almazara.movies.adapters import catalog_files, files

    raw = files.read_raw(folder, ratings, lambda name: progress(f"reading {name}", 0, 0))
    progress("cleaning", 0, 0)
    clean = cleaning.clean(raw)
    contract.check(clean, settings.max_loss_share)

    def fill(target: Path) -> Mapping[str, Any]:
        progress("writing tables", 0, 0)
        files.write_tables(clean, target)
        progress("building the catalog", 0, 0)
        catalog_files.write(target, building.build_answers(clean.tables))
        similar = building.build_similar(clean.tables, lambda done, total: progress("similar films", done, total))
        catalog_files.write_arrays(target, similar)
        return {
            "sample": sample,
            "report": clean.report.as_dict(),
            "parameters": {"max_loss_share": settings.max_loss_share},
            "metrics": {"films": clean.tables["films"].height},
            "code": {"almazara": metadata.version("almazara"), "python": platform.python_version()},
        }

    return artifacts(settings).publish(MOVIES, fill, now=datetime.now(UTC), keep=settings.keep_versions)


def ensure_movies(settings: Settings, progress: Progress) -> Artifact:
    """The version in use, built from the embedded sample when there is none."""
    try:
        return artifacts(settings).current(MOVIES)
    except NotFoundError:
        from almazara.movies.sample import make_sample

        progress("making the sample", 0, 0)
        folder = settings.home_path / "sample"
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in make_sample().items():
            (folder / name).write_bytes(content)
        return build_movies(settings, folder, ratings=None, sample=True, progress=progress)
