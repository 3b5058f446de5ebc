"""Clean tables -> the arrays that questions about films and people are answered from; needs Polars."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from almazara.movies.catalog.browsing import Order, weighted_ratings
from almazara.movies.catalog.build_film_answers import build_credited, build_film_answers, shown_titles
from almazara.movies.catalog.catalog import Arrays, Groups, Texts, titles_in
from almazara.movies.catalog.near_titles import better_known
from almazara.movies.catalog.packing import KEY, ROW, offsets, pack_keys, pack_texts
from almazara.movies.catalog.search import build_index
from almazara.movies.catalog.titles import normalize_all
from almazara.movies.catalog.twins import twins
from almazara.movies.cleaning import schema as s
from almazara.words.numbers import Language

DIRECTOR: Final = "Director"
"""The job of who directs, in the table `crew`."""
FRANCHISE: Final = "franchise"
NAMED: Final = ("actor", "director", "studio", FRANCHISE)
"""Kinds of names by which films are found."""
_COLLECTION: Final = " (?:collection|trilogy|series|saga)$"
"""What the source adds to the name of a franchise, in a key."""
_NAMED: Final = "name_row"
_GENRE: Final = "genre"
_IN_USE: Final = "in_use"
_Entries = tuple[list[str], np.ndarray, np.ndarray]
"""Texts to be found, the entry that each belongs to, and its weight."""


def build_answers(tables: Mapping[str, pl.DataFrame]) -> Groups:
    """What exact questions are answered from: the catalog, films, people and their keys, counts."""
    films, keys = tables[s.FILMS], tables[s.FILM_KEYS]
    directing = tables[s.CREW].filter(pl.col("job") == DIRECTOR)
    named = {
        "actor": tables[s.CAST],
        "director": directing,
        "studio": tables[s.COMPANIES].rename({"company": s.NAME}),
        FRANCHISE: tables[s.COLLECTIONS].rename({"collection": s.NAME}),
    }
    return {
        **build_catalog(films, keys, tables[s.LOCAL_TITLES]),
        "imdb": build_imdb_numbers(films, keys),
        "keyword_keys": build_keyword_keys(tables[s.KEYWORDS], films),
        "film_answers": build_film_answers(tables),
        "credited": build_credited(films),
        "money": {
            "budgets": films[s.BUDGET].to_numpy(),
            "revenues": films[s.REVENUE].to_numpy(),
            "returns": films[s.RETURN].to_numpy(),
            "doubtful": films[s.MONEY_DOUBTFUL].to_numpy(),
        },
        **{group: arrays for kind, table in named.items() for group, arrays in build_named(kind, table, films).items()},
    }


def build_search(tables: Mapping[str, pl.DataFrame], answers: Groups) -> Groups:
    """The typo-tolerant indexes of titles, and of the names in `answers`."""
    films, keys = tables[s.FILMS], tables[s.FILM_KEYS]
    return {
        "title_search": build_index(*_titles(films, keys, tables[s.LOCAL_TITLES])),
        **{f"{kind}_search": build_index(*_names(answers[f"{kind}s"], films)) for kind in NAMED},
    }


def build_catalog(films: pl.DataFrame, keys: pl.DataFrame, local: pl.DataFrame) -> Groups:
    """The groups of `open_catalog` but `imdb`, and `releases`, and what lists are filtered by."""
    original = films.join(keys, left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left")
    votes, called = films[s.VOTE_COUNT], _called(films, keys, local)
    return {
        "films": {
            "ids": films[s.ID].to_numpy(),
            "years": films[s.RELEASE_YEAR].to_numpy(),
            "released": _ordinals(films[s.RELEASE_DATE]),
            "popularity": films[s.POPULARITY].fill_null(np.nan).to_numpy(),
            "averages": films[s.VOTE_AVERAGE].fill_null(np.nan).to_numpy(),
            "votes": votes.to_numpy(),
            "better_known": better_known(films[s.TITLE], votes),
            "runtimes": films["runtime"].fill_null(np.nan).to_numpy(),
        },
        "titles": pack_texts(films[s.TITLE]),
        **build_local_titles(films, local),
        "title_keys": pack_keys(_rows_by_key(called.filter(_IN_USE))),
        "original_keys": pack_keys(_rows_by_key(called.filter(~pl.col(_IN_USE)))),
        "releases": _releases(films[s.RELEASE_DATE]),
        "orders": build_orders(films),
        **_attributes(original),
        "twins": {"labels": twins(original)},
    }


def _attributes(films: pl.DataFrame) -> Groups:
    """What films are told apart by: codes of languages, flags of genres, and the names behind them by frequency."""
    genres = films.select(pl.col(s.GENRES).alias(_GENRE)).with_row_index(ROW).explode(_GENRE).drop_nulls().unique()
    genre_names, language_names = _by_frequency(genres[_GENRE]), _by_frequency(films[s.ORIGINAL_LANGUAGE].drop_nulls())
    flags = np.zeros((films.height, len(genre_names)), dtype=np.bool_)
    flags[genres[ROW].to_numpy(), _codes(genres[_GENRE], genre_names)] = True
    return {
        "attributes": {
            "languages": _codes(films[s.ORIGINAL_LANGUAGE], language_names),
            "genres": flags,
            "first_genres": _codes(films[s.GENRES].list.first().alias(_GENRE), genre_names),
            "adult": films[s.ADULT].fill_null(value=False).to_numpy(),
            "by_votes": np.argsort(-films[s.VOTE_COUNT].to_numpy(), kind="stable").astype(np.int32),
        },
        "genre_names": pack_texts(genre_names),
        "language_names": pack_texts(language_names),
    }


def build_orders(films: pl.DataFrame) -> Arrays:
    """The orders that `Browsing` reads; equal films come in order of votes."""
    votes = films[s.VOTE_COUNT].to_numpy()
    by_votes = np.argsort(-votes, kind="stable")
    returns = films.select(pl.when(~pl.col(s.MONEY_DOUBTFUL) & (pl.col(s.RETURN) > 0)).then(s.RETURN))[s.RETURN]
    numbers = {
        Order.POPULARITY: films[s.POPULARITY].fill_null(np.nan).to_numpy(),
        Order.VOTES: votes,
        Order.RATING: weighted_ratings(films[s.VOTE_AVERAGE].fill_null(np.nan).to_numpy(), votes),
        Order.RETURN: returns.fill_null(np.nan).to_numpy(),
        Order.RELEASE: _ordinals(films[s.RELEASE_DATE]),
    }
    orders = {order: by_votes[np.argsort(-values[by_votes], kind="stable")] for order, values in numbers.items()}
    known = {order: rows[~np.isnan(numbers[order][rows])] for order, rows in orders.items()}
    titled = films.select(normalize_all(films[s.TITLE]).alias(KEY), s.RELEASE_YEAR).with_row_index(ROW)
    known[Order.TITLE] = titled.sort(KEY, s.RELEASE_YEAR, ROW)[ROW].to_numpy()
    return {order.name.lower(): rows.astype(np.int32) for order, rows in known.items()}


def _by_frequency(values: pl.Series) -> pl.Series:
    """The distinct values, most frequent first, equally frequent ones in order."""
    counted = values.alias(KEY).value_counts().sort("count", KEY, descending=[True, False])
    return counted[KEY].cast(pl.String)


def _codes(values: pl.Series, names: pl.Series) -> np.ndarray:
    """The place of each value in the names, -1 for null: int32."""
    places = pl.DataFrame({KEY: names}).with_row_index(ROW)
    coded = pl.DataFrame({KEY: values.cast(pl.String)}).join(places, on=KEY, how="left", maintain_order="left")
    return coded[ROW].cast(pl.Int32).fill_null(-1).to_numpy()


def build_local_titles(films: pl.DataFrame, local: pl.DataFrame) -> Groups:
    """For each language that readers speak the title to show of each film, empty where none is given, as `Texts`."""
    groups: Groups = {}
    for language in Language:
        own = shown_titles(local, language)
        shown = films.select(s.ID).join(own, on=s.ID, how="left", maintain_order="left")[s.TITLE].fill_null("")
        groups[titles_in(language)] = {} if own.is_empty() else pack_texts(shown)
    return groups


def _called(films: pl.DataFrame, keys: pl.DataFrame, local: pl.DataFrame) -> pl.DataFrame:
    """What films are called: row, title, votes, and whether it is in use, as a film's own title and those shown are."""
    numbered = films.select(pl.col(s.ID).alias(s.FILM_ID), s.TITLE, s.VOTE_COUNT).with_row_index(ROW)
    is_first = pl.struct(s.FILM_ID, s.LANGUAGE).is_first_distinct()
    spoken = local.select(s.FILM_ID, s.TITLE, (is_first & pl.col(s.LANGUAGE).is_in([*Language])).alias(_IN_USE))
    original = keys.select(s.FILM_ID, pl.col(s.ORIGINAL_TITLE).alias(s.TITLE), pl.lit(value=False).alias(_IN_USE))
    others = numbered.drop(s.TITLE).join(pl.concat([original, spoken]), on=s.FILM_ID).drop_nulls(s.TITLE)
    own = numbered.with_columns(pl.lit(value=True).alias(_IN_USE))
    return pl.concat([own, others.select(own.columns)])


def _rows_by_key(called: pl.DataFrame) -> pl.DataFrame:
    """Keys and their rows, most voted first; a key without its spaces leads to the films of the first such key."""
    keyed = called.select(ROW, s.VOTE_COUNT, normalize_all(called[s.TITLE]).alias(KEY)).filter(pl.col(KEY) != "")
    by_votes = keyed.unique([ROW, KEY]).sort(s.VOTE_COUNT, ROW, KEY, descending=[True, False, False])
    groups = by_votes.group_by(KEY, maintain_order=True).agg(ROW)
    compact = groups.with_columns(pl.col(KEY).str.replace_all(" ", "", literal=True))
    return pl.concat([groups, compact]).unique(KEY, keep="first", maintain_order=True)


def _releases(released: pl.Series) -> Arrays:
    """Counts by month (12), weekday from Monday (7), day of the month (31), and by date (ordinals, rising)."""
    dates, by_date = np.unique(_ordinals(released), return_counts=True)
    return {
        "by_month": _counts(released.dt.month(), 12),
        "by_weekday": _counts(released.dt.weekday(), 7),
        "by_day": _counts(released.dt.day(), 31),
        "dates": dates,
        "by_date": by_date.astype(np.int32),
    }


def _ordinals(days: pl.Series) -> np.ndarray:
    """What date.toordinal() gives for each day: int32."""
    days_before_1970 = 719_163
    return days.to_physical().to_numpy() + np.int32(days_before_1970)


def _counts(parts: pl.Series, size: int) -> np.ndarray:
    return np.bincount(parts.to_numpy(), minlength=size + 1)[1:].astype(np.int32)


def build_imdb_numbers(films: pl.DataFrame, keys: pl.DataFrame) -> Arrays:
    """The arrays of `ImdbNumbers`: numbers (films,) int64, 0 where unknown, and order int32, their rows by number."""
    joined = films.select(s.ID).join(keys, left_on=s.ID, right_on=s.FILM_ID, how="left", maintain_order="left")
    digits = joined[s.IMDB_ID].str.extract(r"^(?:tt)?(\d{1,15})$")
    numbers = digits.cast(pl.Int64).fill_null(0).to_numpy()
    order = np.argsort(numbers, kind="stable")
    return {"numbers": numbers, "order": order[numbers[order] > 0].astype(np.int32)}


def build_keyword_keys(keywords: pl.DataFrame, films: pl.DataFrame) -> Arrays:
    """The arrays of the `KeyTable` that leads from a keyword to the rows of its films, rising."""
    rows = films.select(pl.col(s.ID).alias(s.FILM_ID)).with_row_index(ROW)
    pairs = keywords.select(s.FILM_ID, normalize_all(keywords["keyword"]).alias(KEY)).join(rows, on=s.FILM_ID)
    return pack_keys(pairs.select(KEY, ROW).unique().sort(KEY, ROW).group_by(KEY, maintain_order=True).agg(ROW))


def build_named(kind: str, credits_: pl.DataFrame, films: pl.DataFrame) -> Groups:
    """The groups of `FilmsByName` and of its keys; a film counts once for a name, whatever the number of roles.

    Args:
        kind: One of NAMED.
        credits_: Film and name.
        films: All films.
    """
    names = credits_.select(pl.col(s.NAME).unique().sort()).with_row_index(_NAMED)
    facts = films.select(pl.col(s.ID).alias(s.FILM_ID), s.RELEASE_DATE).with_row_index(ROW)
    pairs = credits_.select(s.NAME, s.FILM_ID).join(names, on=s.NAME).join(facts, on=s.FILM_ID)
    pairs = pairs.select(_NAMED, s.RELEASE_DATE, ROW).unique().sort(_NAMED, s.RELEASE_DATE, ROW)
    counts = pairs.group_by(_NAMED, maintain_order=True).len()["len"]
    arrays = {**pack_texts(names[s.NAME]), "starts": offsets(counts), "films": pairs[ROW].to_numpy().astype(np.int32)}
    keys = pl.DataFrame([names[_NAMED].alias(ROW), normalize_all(names[s.NAME]).alias(KEY), counts])
    if kind == FRANCHISE:
        shorter = keys.with_columns(pl.col(KEY).str.replace(_COLLECTION, "")).filter(pl.col(KEY) != "")
        keys = pl.concat([keys, shorter]).unique([ROW, KEY], maintain_order=True)
    by_films = keys.sort("len", descending=True, maintain_order=True)
    return {f"{kind}s": arrays, f"{kind}_keys": pack_keys(by_films.group_by(KEY, maintain_order=True).agg(ROW))}


def _names(found: Arrays, films: pl.DataFrame) -> _Entries:
    """Names, their rows, and the votes of their films."""
    names = Texts(found)
    rows = np.arange(len(names), dtype=np.int32)
    votes = films[s.VOTE_COUNT].to_numpy()[found["films"]]
    weights = np.add.reduceat(votes, found["starts"][:-1]) if len(votes) else votes
    return [names[row] for row in rows.tolist()], rows, weights.astype(np.float32)


def _titles(films: pl.DataFrame, keys: pl.DataFrame, local: pl.DataFrame) -> _Entries:
    """All that films are called, each once a film, their rows in the catalog, and the votes."""
    texts = _called(films, keys, local).unique([ROW, s.TITLE])
    rows = texts[ROW].to_numpy().astype(np.int32)
    return texts[s.TITLE].to_list(), rows, texts[s.VOTE_COUNT].to_numpy().astype(np.float32)
