"""The tables of the clean catalog: names, columns, types. Frames elsewhere are addressed by these constants."""

from typing import Final

import polars as pl

FILMS: Final = "films"
FILM_KEYS: Final = "film_keys"
GENRES: Final = "genres"
COMPANIES: Final = "companies"
COUNTRIES: Final = "countries"
LANGUAGES: Final = "languages"
COLLECTIONS: Final = "collections"
KEYWORDS: Final = "keywords"
CAST: Final = "cast"
CREW: Final = "crew"
RATINGS: Final = "ratings"
LOCAL_TITLES: Final = "local_titles"
QUARANTINE: Final = "quarantine"

ID: Final = "id"
FILM_ID: Final = "film_id"
PERSON_ID: Final = "person_id"
NAME: Final = "name"
TITLE: Final = "title"
ORIGINAL_TITLE: Final = "original_title"
IMDB_ID: Final = "imdb_id"
ADULT: Final = "adult"
OVERVIEW: Final = "overview"
RELEASE_DATE: Final = "release_date"
RELEASE_YEAR: Final = "release_year"
BUDGET: Final = "budget"
REVENUE: Final = "revenue"
RETURN: Final = "return"
MONEY_DOUBTFUL: Final = "money_doubtful"
POPULARITY: Final = "popularity"
VOTE_AVERAGE: Final = "vote_average"
VOTE_COUNT: Final = "vote_count"
ORIGINAL_LANGUAGE: Final = "original_language"
COLLECTION: Final = "collection"
DIRECTORS: Final = "directors"
USER_ID: Final = "user_id"
RATING: Final = "rating"
RATED_AT: Final = "rated_at"
LANGUAGE: Final = "language"

SCHEMAS: Final[dict[str, dict[str, pl.DataType | type[pl.DataType]]]] = {
    # One row a film, in order of id. `genres` and `directors` are joined back as lists, `collection` as its name.
    # budget and revenue are US dollars, 0 where missing or invalid; return is revenue / budget, 0 where either is 0.
    # money_doubtful: budget or revenue is above 0 but cannot be meant (for example 1 dollar).
    FILMS: {
        ID: pl.Int64,
        TITLE: pl.String,
        RELEASE_DATE: pl.Date,
        RELEASE_YEAR: pl.Int32,
        ORIGINAL_LANGUAGE: pl.String,
        OVERVIEW: pl.String,
        "tagline": pl.String,
        "status": pl.String,
        "runtime": pl.Float64,
        BUDGET: pl.Int64,
        REVENUE: pl.Int64,
        RETURN: pl.Float64,
        MONEY_DOUBTFUL: pl.Boolean,
        POPULARITY: pl.Float64,
        VOTE_AVERAGE: pl.Float64,
        VOTE_COUNT: pl.Int64,
        COLLECTION: pl.String,
        GENRES: pl.List(pl.String),
        DIRECTORS: pl.List(pl.String),
    },
    # Kept apart, only to join ratings, to find a film by its own-language title, and to leave films for adults out.
    FILM_KEYS: {FILM_ID: pl.Int64, IMDB_ID: pl.String, ORIGINAL_TITLE: pl.String, ADULT: pl.Boolean},
    GENRES: {FILM_ID: pl.Int64, "genre_id": pl.Int64, "genre": pl.String},
    COMPANIES: {FILM_ID: pl.Int64, "company_id": pl.Int64, "company": pl.String},
    COUNTRIES: {FILM_ID: pl.Int64, "iso_3166_1": pl.String, "country": pl.String},
    LANGUAGES: {FILM_ID: pl.Int64, "iso_639_1": pl.String, "language": pl.String},
    COLLECTIONS: {FILM_ID: pl.Int64, "collection_id": pl.Int64, "collection": pl.String},
    KEYWORDS: {FILM_ID: pl.Int64, "keyword_id": pl.Int64, "keyword": pl.String},
    # person_id is null where the raw entry carries only a name.
    CAST: {FILM_ID: pl.Int64, PERSON_ID: pl.Int64, NAME: pl.String, "character": pl.String, "order": pl.Int32},
    CREW: {FILM_ID: pl.Int64, PERSON_ID: pl.Int64, NAME: pl.String, "department": pl.String, "job": pl.String},
    # One row a (user, film); rating is null for bare user-film pairs, rated_at (UTC) where there is no time.
    RATINGS: {USER_ID: pl.Int64, FILM_ID: pl.Int64, RATING: pl.Float32, RATED_AT: pl.Datetime("us", "UTC")},
    # What films are called in other languages (ISO 639), by film and language, the one to show first.
    LOCAL_TITLES: {FILM_ID: pl.Int64, LANGUAGE: pl.String, TITLE: pl.String},
    # Rows that could not be read surely: file, line or row number (1 = first data row), reason, the raw row as JSON.
    QUARANTINE: {"file": pl.String, "row": pl.Int64, "reason": pl.String, "content": pl.String},
}
