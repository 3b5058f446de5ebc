"""Writes what was built into an artifact's folder and opens it again, memory-mapped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np

from almazara.movies.building import ARRAY_GROUPS, Built
from almazara.movies.catalog import Catalog, CatalogData
from almazara.movies.people import Money, People
from almazara.movies.recommenders.content import ContentRecommender
from almazara.movies.recommenders.reasons import ReasonNames, Reasons
from almazara.movies.recommenders.score import ScoreRecommender
from almazara.movies.search import SearchArrays, SearchIndex
from almazara.movies.service import Parts
from almazara.movies.texts import Texts

_CATALOG = "catalog.json"
_REASONS = "reason_names.json"


def write(folder: Path, built: Built) -> None:
    """Write JSON values and one `.npy` file an array."""
    (folder / _CATALOG).write_bytes(msgspec.json.encode(built.catalog))
    (folder / _REASONS).write_bytes(msgspec.json.encode(built.reason_names))
    write_arrays(folder, built.arrays)


def write_arrays(folder: Path, groups: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Write named groups of arrays as `<group>.<name>.npy`."""
    for group, arrays in groups.items():
        for name, array in arrays.items():
            np.save(folder / f"{group}.{name}.npy", array, allow_pickle=False)


def open_parts(folder: Path) -> Parts:
    """Open an artifact: the catalog is read, all else is memory-mapped and costs nothing until it is asked for."""
    groups = {group: _map_arrays(folder, group) for group in ARRAY_GROUPS}
    return Parts(
        catalog=Catalog(msgspec.json.decode((folder / _CATALOG).read_bytes(), type=CatalogData)),
        films=Texts(groups["film_answers"]),
        directed=Texts(groups["directed"]),
        money=Money(groups["money"]),
        actors=People(groups["actors"]),
        directors=People(groups["directors"]),
        title_search=SearchIndex(SearchArrays.from_arrays(groups["title_search"])),
        actor_search=SearchIndex(SearchArrays.from_arrays(groups["actor_search"])),
        director_search=SearchIndex(SearchArrays.from_arrays(groups["director_search"])),
        recommenders={
            "contenido": ContentRecommender(groups["content"]),
            "puntuacion": ScoreRecommender(groups["score"]),
        },
        reasons=Reasons(groups["reasons"], msgspec.json.decode((folder / _REASONS).read_bytes(), type=ReasonNames)),
    )


def _map_arrays(folder: Path, group: str) -> dict[str, np.ndarray]:
    # asarray gives a plain view on the mapping: indexing a np.memmap itself is several times slower.
    return {
        path.name.split(".")[1]: np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
        for path in folder.glob(f"{group}.*.npy")
    }
