"""Writes what was built into an artifact's folder and opens it again, memory-mapped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from almazara.errors import UnavailableError
from almazara.movies.catalog import Releases, open_catalog
from almazara.movies.keys import KeyTable
from almazara.movies.people import Money, People
from almazara.movies.recommenders.similar import open_similar
from almazara.movies.search import SearchArrays, SearchIndex
from almazara.movies.service import Parts
from almazara.movies.texts import Texts


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
