"""The filters of films that a page's address holds: years and a genre; a field that was left empty asks nothing."""

from typing import Final

from starlette.datastructures import QueryParams

from almazara.api.movies import GENRES, YEAR_MAX, YEAR_MIN, YEARS
from almazara.api.routes import whole_number
from almazara.movies.similar.attributes import Filters

FIELDS: Final = (YEAR_MIN.name, YEAR_MAX.name, GENRES.name)


def read_filters(params: QueryParams) -> Filters:
    """What every film must be; raises InputError for what is no year."""
    first, last, genre = (params.get(name, "").strip() for name in FIELDS)
    return Filters(
        year_min=whole_number(first, YEAR_MIN.name, *YEARS) if first else None,
        year_max=whole_number(last, YEAR_MAX.name, *YEARS) if last else None,
        genres=(genre,) if genre else (),
    )
