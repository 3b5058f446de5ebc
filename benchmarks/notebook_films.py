"""The usual notebook way from raw film data to answers: pandas, `ast.literal_eval` per cell, explode, groupby."""

from __future__ import annotations

import ast
from pathlib import Path

import pandas as pd

NESTED = {
    "movies": ["belongs_to_collection", "genres", "production_companies", "production_countries", "spoken_languages"],
    "credits": ["cast", "crew"],
    "keywords": ["keywords"],
}
TITLES = ("title", "original_title")
DROPPED = ["video", "imdb_id", "adult", "original_title", "poster_path", "homepage"]


def clean_tables(folder: Path, target: Path) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Clean, unnest, join, `to_csv`; gives the films with their nested cells, and the tables."""
    frames = {
        "movies": read(folder, "movies_metadata.csv", "movies_dataset.csv"),
        "credits": read(folder, "credits.csv"),
        "keywords": read(folder, "keywords.csv"),
    }
    tables = {}
    for name, columns in NESTED.items():
        frame = frames[name]
        frame["id"] = pd.to_numeric(frame["id"], errors="coerce")
        for column in [column for column in columns if column in frame]:
            frame[column] = frame[column].apply(parse)
            tables[column] = unnest(frame, column)
    movies = frames["movies"].dropna(subset=["release_date"])
    movies["release_date"] = pd.to_datetime(movies["release_date"], errors="coerce", format="%Y-%m-%d")
    movies = movies.dropna(subset=["release_date", "id"]).drop_duplicates("id")
    for column in ("budget", "revenue"):
        movies[column] = pd.to_numeric(movies[column], errors="coerce").fillna(0)
    movies["return"] = (movies["revenue"] / movies["budget"]).where((movies["budget"] > 0) & (movies["revenue"] > 0), 0)
    movies["release_year"] = movies["release_date"].dt.year
    for column in ("credits", "keywords"):
        movies = movies.merge(frames[column].drop_duplicates("id"), on="id", how="left")
    links, ratings = read(folder, "links.csv"), read(folder, "ratings.csv", "ratings_small.csv")
    if len(links) and len(ratings):
        tables["ratings"] = ratings.merge(links, on="movieId").merge(movies[["id"]], left_on="tmdbId", right_on="id")
    nested = [column for columns in NESTED.values() for column in columns]
    tables["movies"] = movies.drop(columns=[*nested, *DROPPED], errors="ignore")
    for name, table in tables.items():
        table.to_csv(target / f"{name}.csv", index=False)
    return movies, tables


def build_answers(movies: pd.DataFrame, tables: dict[str, pd.DataFrame], target: Path) -> None:
    """What its API loads: counts, titles by key, returns by actor, films by director, one record a film."""
    dates = movies["release_date"].dt
    counts = {"month": dates.month.value_counts(), "day": dates.day_name().value_counts()}
    titles = {column: dict(zip(movies[column].str.lower(), movies.index, strict=True)) for column in TITLES}
    money = movies[["id", "title", "release_date", "return", "budget", "revenue"]].rename(columns={"id": "film_id"})
    acted = tables["cast"][["name", "film_id"]].drop_duplicates().merge(money[["film_id", "return"]], on="film_id")
    actors = acted.groupby("name")["return"].agg(["count", "sum", "mean"])
    crew = tables["crew"]
    directing = crew.loc[crew["job"] == "Director", ["name", "film_id"]].drop_duplicates().merge(money, on="film_id")
    directors = directing.groupby("name")["return"].agg(["count", "sum", "mean"])
    films: dict[str, list[dict[str, object]]] = {}
    for film in directing.sort_values("release_date").to_dict("records"):
        films.setdefault(film["name"], []).append(film)
    stored = {**counts, "actors": actors, "directors": directors, "films": films}
    for name, answer in {**stored, **titles}.items():
        pd.to_pickle(answer, target / f"{name}.pkl")
    movies.to_json(target / "records.json", orient="records", lines=True)


def read(folder: Path, *names: str) -> pd.DataFrame:
    found = [path for name in names for path in (folder / name, folder / f"{name}.gz") if path.exists()]
    return pd.read_csv(found[0], low_memory=False) if found else pd.DataFrame({"id": []})


def parse(cell: object) -> object:
    try:
        return ast.literal_eval(cell)  # type: ignore[arg-type]  # what is no text raises
    except (ValueError, SyntaxError):
        return []


def unnest(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    entries = frame[["id", column]].explode(column).dropna()
    entries = entries[entries[column].map(lambda entry: isinstance(entry, dict))]
    fields = pd.DataFrame(entries[column].tolist(), index=entries.index)
    return fields.rename(columns={"id": f"{column}_id"}).assign(film_id=entries["id"])
