"""Invented films in the raw form of The Movies Dataset: CSV rows with Python literals in the nested cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from sample.credits import Entry, image_path
from sample.draw import Draw
from sample.films import Film
from sample.words import COMPANIES, COUNTRIES, GENRE_IDS, TAGLINES, THEMES

Row = dict[str, str]

METADATA_COLUMNS: Final = (
    "adult", "belongs_to_collection", "budget", "genres", "homepage", "id", "imdb_id", "original_language",
    "original_title", "overview", "popularity", "poster_path", "production_companies", "production_countries",
    "release_date", "revenue", "runtime", "spoken_languages", "status", "tagline", "title", "video",
    "vote_average", "vote_count",
)  # fmt: skip
CREDITS_COLUMNS: Final = ("cast", "crew", "id")
KEYWORDS_COLUMNS: Final = ("id", "keywords")
LINKS_COLUMNS: Final = ("movieId", "imdbId", "tmdbId")
RATINGS_COLUMNS: Final = ("userId", "movieId", "rating", "timestamp")

_FEW_VOTES = 20
_MOODS = (
    "A tender tale",
    "A fast-paced story",
    "An old-fashioned adventure",
    "A bitter comedy",
    "A quiet portrait",
)
_KEYWORD_IDS = {
    word: 700_001 + at for at, word in enumerate(sorted({word for theme in THEMES for word in theme.keywords}))
}
_ODD_KEYWORDS = (
    "director's cut",
    'so-called "cult film"',
    "single\xa0take",
    'based on grandmother\'s "true" story',
)


def csv_bytes(columns: Sequence[str], rows: Iterable[Row], line_end: str = "\n") -> bytes:
    """The rows as a CSV file in UTF-8; a column that a row lacks is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def metadata_row(film: Film, draw: Draw) -> Row:
    """The film's row of movies_metadata.csv."""
    iso, country, language_code, language = COUNTRIES[film.country]
    first_company = draw.integer(0, len(COMPANIES) - 1)
    companies = [(first_company + step) % len(COMPANIES) for step in range(draw.integer(0, 3))]
    return {
        "adult": "False",
        "belongs_to_collection": _collection(film, draw),
        "budget": str(film.budget),
        "genres": repr([{"id": GENRE_IDS[genre], "name": genre} for genre in _genres(film, draw)]),
        "homepage": f"http://films.example/{film.film_id}" if draw.chance(0.15) else "",
        "id": str(film.film_id),
        "imdb_id": f"tt{imdb_number(film)}",
        "original_language": film.language,
        "original_title": film.original_title,
        "overview": _overview(film, draw),
        "popularity": repr(_popularity(film, draw)),
        "poster_path": image_path(draw) if draw.chance(0.98) else "",
        "production_companies": repr([{"name": COMPANIES[at], "id": 800_001 + at} for at in companies]),
        "production_countries": repr([{"iso_3166_1": iso, "name": country}]) if draw.chance(0.9) else "[]",
        "release_date": film.released.isoformat(),
        "revenue": str(film.revenue),
        "runtime": repr(float(draw.integer(62, 168))) if draw.chance(0.96) else "0.0",
        "spoken_languages": repr([{"iso_639_1": language_code, "name": language}]),
        "status": "Released" if draw.chance(0.98) else draw.pick(("Rumored", "Post Production", "In Production", "")),
        "tagline": draw.pick(TAGLINES) if draw.chance(0.4) else "",
        "title": film.title,
        "video": "False" if draw.chance(0.99) else "True",
        "vote_average": repr(_vote_average(film)),
        "vote_count": str(film.votes),
    }


def keywords_row(film: Film, draw: Draw) -> Row:
    """The film's row of keywords.csv: mostly words of its theme, some of a second one, seldom none."""
    if draw.chance(0.12):
        return {"id": str(film.film_id), "keywords": "[]"}
    words = draw.several(film.theme.keywords, draw.integer(2, 5))
    words += [word for word in draw.several(film.second_theme.keywords, draw.integer(0, 2)) if word not in words]
    entries = [{"id": _KEYWORD_IDS[word], "name": word} for word in words]
    if draw.chance(0.05):
        odd = draw.integer(0, len(_ODD_KEYWORDS) - 1)
        entries.append({"id": 790_001 + odd, "name": _ODD_KEYWORDS[odd]})
    return {"id": str(film.film_id), "keywords": repr(entries)}


def credits_row(film: Film, cast: list[Entry], crew: list[Entry]) -> Row:
    """The film's row of credits.csv."""
    return {"cast": repr(cast), "crew": repr(crew), "id": str(film.film_id)}


def links_row(film: Film) -> Row:
    """The film's row of links.csv."""
    return {"movieId": str(film.movie_id), "imdbId": imdb_number(film), "tmdbId": str(film.film_id)}


def imdb_number(film: Film) -> str:
    """Seven digits with leading zeros, as links.csv has them."""
    return f"{film.film_id - 900_000:07d}"


def _collection(film: Film, draw: Draw) -> str:
    if film.series is None:
        return ""
    poster = image_path(draw) if draw.chance(0.5) else None
    return repr({"id": film.series.series_id, "name": film.series.name, "poster_path": poster, "backdrop_path": None})


def _genres(film: Film, draw: Draw) -> list[str]:
    """The theme's first genre and some of its others; seldom none, `Foreign` or `TV Movie`."""
    if draw.chance(0.04):
        return []
    first, *others = film.theme.genres
    genres = [first, *draw.several(others, draw.integer(0, len(others)))]
    if film.language != "en" and draw.chance(0.15):
        genres.append("Foreign")
    if film.votes < _FEW_VOTES and draw.chance(0.1):
        genres.append("TV Movie")
    return genres


def _overview(film: Film, draw: Draw) -> str:
    if draw.chance(0.03):
        return ""
    theme = film.theme
    place, hero, deed, trouble = (
        draw.pick(words) for words in (theme.places, theme.heroes, theme.deeds, theme.troubles)
    )
    thing, memory = draw.pick(theme.nouns).lower(), draw.pick(film.second_theme.keywords)
    opening = draw.pick(
        (
            f"In {place}, {hero} must {deed}.",
            f"{hero[0].upper()}{hero[1:]} came to {place} to {deed}.",
            f"When {trouble} came to {place}, only {hero} could {deed}.",
            f"{draw.integer(1850, film.released.year)}: in {place}, {hero} decided to {deed}.",
        )
    )
    ending = draw.pick(
        (
            f"But {trouble} and an old {thing} change everything.",
            f"Nobody reckoned with {trouble}, and nobody speaks about the {thing}.",
            f"{draw.pick(_MOODS)} about the {thing}, {trouble} and {memory}.",
            f'"Whoever owns the {thing} owns {place}," they say, and {trouble} heard it.',
        )
    )
    return f"{opening} {ending}"


def _popularity(film: Film, draw: Draw) -> float:
    return round(film.votes * (0.004 + 0.006 * draw.share()) + 0.001 * draw.share(), 6)


def _vote_average(film: Film) -> float:
    """On TMDB's scale of 0 to 10, in tenths; 0 where nobody voted."""
    return round(min(9.5, max(1.0, 6.2 + 0.9 * film.quality)), 1) if film.votes else 0.0
