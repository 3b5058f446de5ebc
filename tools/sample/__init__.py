"""Makes the embedded sample: invented films, people and ratings in exactly the raw format of The Movies Dataset.

Not one value comes from real data, and the same arguments give the same bytes on every platform. `make sample` packs
it into the archive that `almazara.movies.sample` reads.
"""

from __future__ import annotations

from sample import raw
from sample.credits import make_credits, make_troupes
from sample.defects import SAMPLE_DEFECTS, RawTables, plant_defects
from sample.draw import Draw
from sample.films import make_films
from sample.ratings import make_ratings

__all__ = ["SAMPLE_DEFECTS", "make_sample"]

_FEWEST_FILMS = 400
_SPARED_VOTES = 500


def make_sample(films: int = 2000, users: int = 300, seed: int = 1) -> dict[str, bytes]:
    """The raw files of the sample by name, UTF-8 CSV, with the defects of SAMPLE_DEFECTS planted.

    Args:
        films: different films, at least 400; the rows of movies_metadata.csv are a few more.
        users: people who rate films.
        seed: another seed gives other films.

    Raises:
        ValueError: when there are too few films to hold the fixed titles and every defect.
    """
    if films < _FEWEST_FILMS or users < 0:
        raise ValueError(f"A sample needs at least {_FEWEST_FILMS} films and no negative number of users.")
    draw = Draw(seed)
    catalog = make_films(films, draw)
    people = make_credits(catalog, make_troupes(films, draw), draw)
    tables = RawTables(
        metadata=[raw.metadata_row(film, draw) for film in catalog],
        credits=[raw.credits_row(film, *people[film.film_id]) for film in catalog],
        keywords=[raw.keywords_row(film, draw) for film in catalog],
        links=[raw.links_row(film) for film in sorted(catalog, key=lambda film: film.movie_id)],
    )
    plant_defects(tables, _SPARED_VOTES, draw)
    ratings = make_ratings(catalog, users, draw)
    return {
        "movies_metadata.csv": raw.csv_bytes(raw.METADATA_COLUMNS, tables.metadata),
        "credits.csv": raw.csv_bytes(raw.CREDITS_COLUMNS, tables.credits),
        "keywords.csv": raw.csv_bytes(raw.KEYWORDS_COLUMNS, tables.keywords),
        "links.csv": raw.csv_bytes(raw.LINKS_COLUMNS, tables.links, line_end="\r\n"),
        "ratings_small.csv": raw.csv_bytes(raw.RATINGS_COLUMNS, ratings, line_end="\r\n"),
    }
