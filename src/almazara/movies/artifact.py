"""Writes what was built into an artifact's folder and opens it again, memory-mapped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from almazara.errors import UnavailableError
from almazara.movies.catalog.catalog import KeyTable, Releases, Texts, open_catalog
from almazara.movies.catalog.people import Money, People
from almazara.movies.catalog.search import SearchArrays, SearchIndex
from almazara.movies.service import Parts
from almazara.movies.similar.answering import open_similar
from almazara.movies.similar.attributes import Attributes
from almazara.movies.similar.reasons import Reasons
from almazara.movies.similar.stored import ContentSpace, StoredRecommender
from almazara.movies.user_service import UserParts, UserService
from almazara.movies.users.matching import ImdbNumbers
from almazara.movies.users.profiles import UserHistory
from almazara.movies.users.ranking import Ranking
from almazara.movies.users.reasons import UserReasons
from almazara.movies.users.scores import NeighborScores, UserRecommendations


def write(folder: Path, groups: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Write named groups of arrays as `<group>.<name>.npy`."""
    for group, arrays in groups.items():
        for name, array in arrays.items():
            np.save(folder / f"{group}.{name}.npy", array, allow_pickle=False)


def open_parts(folder: Path) -> Parts:
    """Open an artifact: arrays are memory-mapped and cost nothing until they are asked for.

    Raises:
        UnavailableError: when an array is missing, as it is in what another version of Almazara built.
        OSError, ValueError: when a file is damaged.
    """
    try:
        return _parts(folder)
    except KeyError as error:
        raise built_otherwise(folder, error) from error


def built_otherwise(folder: Path, missing: KeyError) -> UnavailableError:
    """The error of an artifact that lacks an array."""
    return UnavailableError(
        f"The catalog in {folder} was built by another version of Almazara, without {missing}: "
        "build it again, with almazara movies build."
    )


def _parts(folder: Path) -> Parts:
    def group(name: str) -> dict[str, np.ndarray]:
        return map_arrays(folder, name)

    def search(name: str) -> SearchIndex:
        return SearchIndex(SearchArrays.from_arrays(group(name)))

    catalog = open_catalog(group)
    return Parts(
        catalog=catalog,
        releases=Releases(group("releases")),
        films=Texts(group("film_answers")),
        directed=Texts(group("directed")),
        money=Money(group("money")),
        actors=People(group("actors"), KeyTable(group("actor_keys"))),
        directors=People(group("directors"), KeyTable(group("director_keys"))),
        title_search=search("title_search"),
        actor_search=search("actor_search"),
        director_search=search("director_search"),
        similar=open_similar(group, catalog),
        recommended=Texts(group("recommended")),
    )


def map_arrays(folder: Path, group: str) -> dict[str, np.ndarray]:
    """The arrays of a group by name, memory-mapped; none for a group that was not built."""
    # asarray gives a plain view on the mapping: indexing a np.memmap itself is several times slower.
    return {
        path.name.split(".")[1]: np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        for path in folder.glob(f"{group}.*.npy")
    }


def open_users(folder: Path) -> UserService:
    """The service over one version of the catalog.

    Raises:
        UnavailableError: when an array is missing, as it is in what another version of Almazara built.
        OSError, ValueError: when a file is damaged.
    """
    try:
        return UserService(_user_parts(folder))
    except KeyError as error:
        raise built_otherwise(folder, error) from error


def _user_parts(folder: Path) -> UserParts:
    group = partial(map_arrays, folder)
    catalog, films, attributes = open_catalog(group), group("films"), group("attributes")
    space = ContentSpace(group("content_matrix"))
    similar = StoredRecommender(group("hybrid"), space.scores)
    ranking = Ranking(group("twins")["labels"], attributes["by_votes"])
    history = group("user_history")
    learned = len(history["ids"]) > 0  # without ratings there was nothing to learn from
    reasons = Reasons(group("reasons"), Texts(group("reason_names")), films)
    return UserParts(
        catalog=catalog,
        title_search=SearchIndex(SearchArrays.from_arrays(group("title_search"))),
        attributes=Attributes(films, attributes, Texts(group("language_names")), Texts(group("genre_names"))),
        likeness=space,
        ranking=ranking,
        model=UserRecommendations(group("user_model")) if learned else NeighborScores(similar, ranking.popularity),
        reasons=UserReasons(catalog, similar, reasons),
        history=UserHistory(history),
        imdb=ImdbNumbers(group("imdb")),
    )


MOVIES: Final = "movies"
