"""Opens what an artifact has for users, memory-mapped."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from almazara.movies.adapters.catalog_files import built_otherwise, map_arrays
from almazara.movies.catalog import open_catalog
from almazara.movies.matching import ImdbNumbers
from almazara.movies.recommenders.attributes import Attributes
from almazara.movies.recommenders.content_space import ContentSpace
from almazara.movies.recommenders.neighbor_scores import NeighborScores
from almazara.movies.recommenders.ranking import Ranking
from almazara.movies.recommenders.reasons import Reasons
from almazara.movies.recommenders.stored import StoredRecommender
from almazara.movies.recommenders.user_history import UserHistory
from almazara.movies.recommenders.user_lists import UserRecommendations
from almazara.movies.recommenders.user_reasons import UserReasons
from almazara.movies.search import SearchArrays, SearchIndex
from almazara.movies.texts import Texts
from almazara.movies.user_service import UserParts, UserService


def open_users(folder: Path) -> UserService:
    """The service over one version of the catalog.

    Raises:
        UnavailableError: when an array is missing, as it is in what another version of Almazara built.
        OSError, ValueError: when a file is damaged.
    """
    try:
        return UserService(_parts(folder))
    except KeyError as error:
        raise built_otherwise(folder, error) from error


def _parts(folder: Path) -> UserParts:
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
