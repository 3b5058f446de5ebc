"""The clean tables of the real data beside a count made with csv and ast only."""

import ast
import csv
import gzip
import shutil
from collections import Counter
from datetime import date

import polars as pl
import pytest

from almazara.movies.cleaning import contract
from almazara.movies.cleaning import schema as s
from almazara.movies.cleaning.cleaning import clean
from almazara.movies.raw.files import read_raw

pytestmark = pytest.mark.real_data


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def counted_date(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "movies" / "the-movies-dataset"


@pytest.fixture(scope="module")
def films(folder):
    """The first dated row of each id."""
    first = {}
    for row in rows(folder / "movies_metadata.csv.gz"):
        if row["id"].isdigit() and counted_date(row["release_date"]):
            first.setdefault(int(row["id"]), row)
    return first


@pytest.fixture(scope="module")
def people(folder, films):
    """Film ids by (column, name, job) for the people the tests ask for."""
    found = {}
    seen = set()
    for row in rows(folder / "credits.csv.gz"):
        film = int(row["id"])
        if film in seen or film not in films:
            continue
        seen.add(film)
        if "Tom Hanks" in row["cast"] and any(entry["name"] == "Tom Hanks" for entry in ast.literal_eval(row["cast"])):
            found.setdefault("Tom Hanks", set()).add(film)
        if "Nolan" in row["crew"]:
            jobs = {(entry["name"], entry["job"]) for entry in ast.literal_eval(row["crew"])}
            if ("Christopher Nolan", "Director") in jobs:
                found.setdefault("Christopher Nolan", set()).add(film)
    return found


@pytest.fixture(scope="module")
def catalog(folder):
    return clean(read_raw(folder))


def test_the_contract_holds(catalog):
    contract.check(catalog, max_loss_share=0.01)


def test_the_films_are_those_of_an_independent_count(catalog, films):
    assert len(films) == 45_346
    assert catalog.tables[s.FILMS][s.ID].to_list() == sorted(films)


def test_every_row_of_the_films_file_is_accounted_for(catalog):
    report = catalog.report.files[0]
    assert report.merged == {"repeated_row": 17, "repeated_id": 13}
    assert report.dropped == {"no_release_date": 87, "quarantined:shifted": 3}
    assert all(file.accounts_for_all() for file in catalog.report.files)


def test_films_by_month_are_those_of_an_independent_count(catalog, films):
    expected = Counter(date.fromisoformat(row["release_date"]).month for row in films.values())
    months = catalog.tables[s.FILMS][s.RELEASE_DATE].dt.month().value_counts()
    assert dict(months.iter_rows()) == expected


def test_returns_are_those_of_an_independent_count(catalog, films):
    expected = {}
    for film, row in films.items():
        budget, revenue = float(row["budget"] or 0), float(row["revenue"] or 0)
        expected[film] = revenue / budget if budget > 0 and revenue > 0 else 0.0
    assert dict(catalog.tables[s.FILMS].select(s.ID, s.RETURN).iter_rows()) == expected
    doubtful = catalog.tables[s.FILMS].filter(pl.col(s.MONEY_DOUBTFUL))[s.TITLE].to_list()
    assert {"Modern Times", "Less Than Zero"} <= set(doubtful)


def test_genres_are_those_of_an_independent_count(catalog, films):
    expected = Counter(entry["name"] for row in films.values() for entry in ast.literal_eval(row["genres"]))
    assert dict(catalog.tables[s.GENRES]["genre"].value_counts().iter_rows()) == expected


def test_people_are_counted_once_a_film(catalog, people):
    cast, crew = catalog.tables[s.CAST], catalog.tables[s.CREW]
    assert set(cast.filter(pl.col(s.NAME) == "Tom Hanks")[s.FILM_ID]) == people["Tom Hanks"]
    directed = crew.filter((pl.col(s.NAME) == "Christopher Nolan") & (pl.col("job") == "Director"))[s.FILM_ID].to_list()
    assert len(directed) == 11
    assert set(directed) == people["Christopher Nolan"]


def kept_pairs(folder, ratings):
    catalog = clean(read_raw(folder, ratings))
    found = {file.name.removesuffix(".gz"): file for file in catalog.report.files}
    pairs = found["interactions.parquet"] if "interactions.parquet" in found else found["ratings.csv"]
    return catalog.report.notes, pairs.read, pairs.kept


def test_of_half_of_movielens_1m_99_of_100_pairs_are_kept(real_data, folder):
    _, read, kept = kept_pairs(folder, real_data / "movies" / "ml-1m-half")
    assert read == 498_394
    assert kept > 0.99 * read


def test_of_the_small_movielens_the_lost_films_are_named_and_links_moved_by_a_row_are_left_out(
    real_data, folder, tmp_path
):
    small = real_data / "movies" / "ml-latest-small"
    notes, read, kept = kept_pairs(folder, small)
    assert kept > 0.99 * read
    assert "Blade Runner 2049 (2017) (18)" in notes[-1]
    moved = shutil.copytree(small, tmp_path / "moved")
    with gzip.open(small / "links.csv.gz", "rt", encoding="utf-8", newline="") as file:
        movies, *links = zip(*csv.reader(file), strict=True)
    shifted = zip(movies, *((names, *ids, first) for names, first, *ids in links), strict=True)
    with gzip.open(moved / "links.csv.gz", "wt", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(shifted)
    notes, read, kept = kept_pairs(folder, moved)
    assert notes[-2].startswith("links.csv.gz was left out: ")
    assert 0.96 * read < kept < 0.98 * read
