"""Builds the film product: its service over the version in use, and its users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from almazara.artifacts import Artifact, open_artifacts, open_whole
from almazara.errors import UnavailableError
from almazara.live import Live, Refused
from almazara.movies.artifact import MOVIES, open_service
from almazara.movies.service import MovieService
from almazara.settings import Settings
from almazara.words.said import said

if TYPE_CHECKING:
    from almazara.movies.users.film_users import FilmUsers


def live_movies(settings: Settings) -> Live[MovieService]:
    """The film service of the version in use, not opened yet."""
    return Live(open_artifacts(settings), MOVIES, lambda whole: open_service(whole, settings.min_votes), _no_catalog)


def _no_catalog(refused: Refused | None) -> UnavailableError:
    if refused:
        return UnavailableError(said("films.error.refused", version=refused.version), refused.why)
    return UnavailableError(said("films.error.no_catalog"))


def open_movies(settings: Settings, artifact: Artifact | None = None) -> MovieService:
    """The film service over one version, the current one by default.

    Raises:
        NotFoundError: when nothing is published yet.
        UnavailableError: when it is damaged, or was built by another version of Almazara.
    """
    chosen = artifact or open_artifacts(settings).current(MOVIES)
    return open_whole(chosen, lambda whole: open_service(whole, settings.min_votes))


def open_film_users(settings: Settings, live: Live[MovieService] | None = None) -> FilmUsers:
    """The users of what is answered from, or else of the published version; raises what `open_movies` does."""
    from almazara.movies.users.film_users import FilmUsers

    if live is not None:
        return FilmUsers(settings, lambda: live.current.users)
    service = open_movies(settings)
    return FilmUsers(settings, lambda: service.users)
