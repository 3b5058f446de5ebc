"""How far new data has moved from the data that a model was built on, field by field."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from almazara.movies.cleaning import schema as s

BINS: Final = 10
MODERATE: Final = 0.1
LARGE: Final = 0.25
"""The usual reading of the index: below 0.1 nothing has changed, above 0.25 look before you trust."""
_LEAST_SHARE: Final = 1e-4
_NUMBERS: Final = (s.RELEASE_YEAR, "runtime", s.VOTE_COUNT, s.VOTE_AVERAGE)


def stability_index(before: np.ndarray, after: np.ndarray) -> float:
    """Population Stability Index of two histograms, (bins,) counts each over the same bins: sum of (q - p) ln(q / p).

    Source: Siddiqi, "Credit Risk Scorecards" (2006). Shares below 0.0001 count as that, so that an empty bin gives a
    large value instead of none. 0 where either histogram is empty.
    """
    if not before.sum() or not after.sum():
        return 0.0
    p, q = (np.maximum(counts / counts.sum(), _LEAST_SHARE) for counts in (before, after))
    return float(((q - p) * np.log(q / p)).sum())


def of_numbers(before: np.ndarray, after: np.ndarray) -> float:
    """The index over ten bins with as many of the values before in each.

    Values below and above all that were there before have bins of their own, and so have missing ones (NaN).
    """
    known = before[~np.isnan(before)]
    edges = np.quantile(known, np.linspace(0, 1, BINS + 1)) if len(known) else np.empty(0)
    edges[-1:] = np.nextafter(edges[-1:], np.inf)  # the highest value itself is not above all
    edges = np.unique(edges)
    return stability_index(*(_histogram(values, edges) for values in (before, after)))


def of_categories(before: pl.Series, after: pl.Series) -> float:
    """The index over the categories of either; a missing value is one."""
    names = pl.concat([before, after]).rename("name").unique().sort().to_frame()

    def histogram(values: pl.Series) -> np.ndarray:
        counts = values.rename("name").value_counts(name="count")
        found = names.join(counts, on="name", how="left", nulls_equal=True, maintain_order="left")
        return found["count"].fill_null(0).to_numpy().astype(np.float64)

    return stability_index(histogram(before), histogram(after))


def catalog_drift(before: Mapping[str, pl.DataFrame], after: Mapping[str, pl.DataFrame]) -> dict[str, float]:
    """The index of the main fields of two versions of the clean tables."""
    old, new = before[s.FILMS], after[s.FILMS]
    numbers = {name: of_numbers(_floats(old[name]), _floats(new[name])) for name in _NUMBERS}
    language = of_categories(old[s.ORIGINAL_LANGUAGE], new[s.ORIGINAL_LANGUAGE])
    genre = of_categories(before[s.GENRES]["genre"], after[s.GENRES]["genre"])
    return {**numbers, s.ORIGINAL_LANGUAGE: language, "genre": genre}


def ratings_drift(before: pl.DataFrame, after: pl.DataFrame) -> dict[str, float]:
    """The index of the ratings' values, of how much users rate, and of how known the rated films were before."""
    known = before.group_by(s.FILM_ID).len("viewers")
    popularity = [
        _floats(ratings.join(known, on=s.FILM_ID, how="left")["viewers"].fill_null(0)) for ratings in (before, after)
    ]
    activity = [_floats(ratings.group_by(s.USER_ID).len("films")["films"]) for ratings in (before, after)]
    return {
        s.RATING: of_numbers(_floats(before[s.RATING]), _floats(after[s.RATING])),
        "films_per_user": of_numbers(*activity),
        "viewers_of_rated_films": of_numbers(*popularity),
    }


def cold_shares(before: pl.DataFrame, after: pl.DataFrame, films: pl.DataFrame) -> dict[str, float]:
    """Which share of the (later) films has no rating, and which of the ratings is of films that had none before."""
    rated = films[s.ID].is_in(after[s.FILM_ID].implode())
    known = after[s.FILM_ID].is_in(before[s.FILM_ID].implode())
    return {"films_without_ratings": _share(~rated), "ratings_of_new_films": _share(~known)}


def report(before: Mapping[str, pl.DataFrame], after: Mapping[str, pl.DataFrame]) -> dict[str, dict[str, float]]:
    """All of it, for the manifest: `catalog` and `ratings` are stability indexes, `cold` are shares."""
    return {
        "catalog": _rounded(catalog_drift(before, after)),
        "ratings": _rounded(ratings_drift(before[s.RATINGS], after[s.RATINGS])),
        "cold": _rounded(cold_shares(before[s.RATINGS], after[s.RATINGS], after[s.FILMS])),
    }


def moved(found: Mapping[str, Mapping[str, float]], least: float = MODERATE) -> dict[str, float]:
    """The fields whose index is above `least`, furthest first, as `table.field`."""
    indexes = {f"{part}.{name}": value for part in ("catalog", "ratings") for name, value in found[part].items()}
    ordered = sorted(indexes.items(), key=lambda one: -one[1])
    return {name: value for name, value in ordered if value > least}


def _histogram(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    missing = np.isnan(values)
    counts = np.bincount(np.searchsorted(edges, values[~missing], side="right"), minlength=len(edges) + 1)
    return np.append(counts, missing.sum()).astype(np.float64)


def _floats(values: pl.Series) -> np.ndarray:
    return values.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _share(is_so: pl.Series) -> float:
    return float(is_so.sum()) / len(is_so) if len(is_so) else 0.0


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}
