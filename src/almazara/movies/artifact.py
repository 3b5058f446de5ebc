"""Writes what was built into an artifact's folder and opens it again, memory-mapped, as the service over it."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from almazara.artifacts import Artifact
from almazara.errors import UnavailableError
from almazara.movies.catalog.browsing import Browsing
from almazara.movies.catalog.catalog import Arrays, KeyTable, Releases, Texts, open_catalog
from almazara.movies.catalog.cleaning_answers import CleaningAnswers
from almazara.movies.catalog.films_by_name import FilmsByName, Money
from almazara.movies.catalog.group_answers import GroupAnswers
from almazara.movies.catalog.person_answers import PersonAnswers, Role
from almazara.movies.catalog.search import SearchIndex
from almazara.movies.catalog.standing import Standings
from almazara.movies.exploring.films import Films
from almazara.movies.service import MovieService, Parts
from almazara.movies.similar.answering import open_similar
from almazara.movies.users.answering import open_user_answers

MOVIES: Final = "movies"


def write(folder: Path, groups: Mapping[str, Arrays]) -> None:
    """Write named groups of arrays as `<group>.<name>.npy`."""
    for group, arrays in groups.items():
        for name, array in arrays.items():
            np.save(folder / f"{group}.{name}.npy", array, allow_pickle=False)


def map_arrays(folder: Path, group: str) -> Arrays:
    """The arrays of a group by name, memory-mapped; none for a group that was not built."""
    # asarray gives a plain view on the mapping: indexing a np.memmap itself is several times slower.
    return {
        path.name.split(".")[1]: np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        for path in folder.glob(f"{group}.*.npy")
    }


def open_service(artifact: Artifact, min_votes: int) -> MovieService:
    """The film service over one version: arrays are mapped once and cost nothing until they are asked for.

    Raises:
        UnavailableError: when an array is missing, as it is in what another version of Almazara built.
        OSError, ValueError: when a file is damaged.
    """
    try:
        parts = _parts(cache(partial(map_arrays, artifact.path)), artifact.manifest)
    except KeyError as error:
        raise UnavailableError(
            f"The catalog in {artifact.path} was built by another version of Almazara, without {error}: "
            "build it again, with almazara movies build."
        ) from error
    is_sample = bool(artifact.manifest.get("sample"))
    return MovieService(parts, version=artifact.version, is_sample=is_sample, min_votes=min_votes)


def _parts(group: Callable[[str], Arrays], manifest: Mapping[str, Any]) -> Parts:
    catalog, title_search = open_catalog(group), SearchIndex(group("title_search"))
    similar, money = open_similar(group, catalog), Money(group("money"))
    attributes, genre_names = group("attributes"), Texts(group("genre_names"))
    return Parts(
        catalog=catalog,
        releases=Releases(group("releases")),
        films=Texts(group("film_answers")),
        people=PersonAnswers(catalog, Texts(group("credited")), money, _role("actor", group), _role("director", group)),
        groups=GroupAnswers(catalog, money, _role_of_newer("franchise", group), _role_of_newer("studio", group)),
        standings=Standings(group("films"), group("money"), attributes, genre_names),
        browsing=Browsing(catalog, money, group("orders"), attributes, genre_names),
        cleaning=CleaningAnswers(
            manifest,
            group("quarantine"),
            Texts(group("quarantine_files")),
            Texts(group("quarantine_reasons")),
        ),
        title_search=title_search,
        similar=similar,
        recommended=Texts(group("recommended")),
        users=open_user_answers(group, catalog, title_search, similar),
        explored=Films(group, manifest["report"]),
    )


def _role(name: str, group: Callable[[str], Arrays]) -> Role:
    named = FilmsByName(group(f"{name}s"), KeyTable(group(f"{name}_keys")))
    return Role(name, named, SearchIndex(group(f"{name}_search")))


def _role_of_newer(name: str, group: Callable[[str], Arrays]) -> Role | None:
    """The same of what catalogs have not always held."""
    return _role(name, group) if group(f"{name}s") else None
