"""Builds the film product: its service over the version in use."""

from __future__ import annotations

from almazara.artifacts import Artifact, open_artifacts
from almazara.errors import UnavailableError
from almazara.live import Live
from almazara.movies.artifact import MOVIES
from almazara.movies.service import MovieService
from almazara.settings import Settings


def live_movies(settings: Settings) -> Live[MovieService]:
    """The film service of the version in use, not opened yet."""
    return Live(open_artifacts(settings), MOVIES, lambda artifact: open_movies(settings, artifact), no_catalog)


def no_catalog() -> UnavailableError:
    """The error of every question before the first version is published."""
    return UnavailableError("Todavía no hay catálogo de películas: ejecute `almazara up`.")


def open_movies(settings: Settings, artifact: Artifact | None = None) -> MovieService:
    """The film service over one version, the current one by default.

    Raises:
        NotFoundError: when nothing is published yet.
    """
    from almazara.movies.artifact import open_parts

    artifact = artifact or open_artifacts(settings).current(MOVIES)
    return MovieService(
        open_parts(artifact.path),
        version=artifact.version,
        is_sample=bool(artifact.manifest.get("sample")),
        min_votes=settings.min_votes,
    )
