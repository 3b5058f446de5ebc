"""The arrays of the exploration hold what the clean tables say."""

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from almazara import artifacts
from almazara.app import movies
from almazara.errors import UnavailableError
from almazara.movies.cleaning import schema as s
from almazara.movies.exploring import build
from almazara.movies.exploring.build import build_exploring, coded, title_words
from almazara.movies.exploring.films import MEASURES, MISSABLE
from made_films import Film, explored_films, made, made_tables
from profiles import examples
from sample_catalog import Made, publish_made, settings_for, without_files


@given(st.lists(st.sampled_from([np.nan, 0.0, 1.5, -2.0, 1e12])))
def test_codes_and_values_give_the_measure_back(values):
    codes, distinct = coded(np.array(values))
    np.testing.assert_array_equal(distinct[codes], values)
    assert (np.diff(distinct[1:]) > 0).all()
    assert ((codes == 0) == np.isnan(values)).all()


def test_codes_take_as_few_bytes_as_there_are_values():
    assert coded(np.arange(255.0))[0].dtype == np.uint8
    assert coded(np.arange(256.0))[0].dtype == np.uint16


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=1, max_size=12))
@example([Film(average=5.0, votes=0), Film(average=0.0, votes=1, runtime=0.0)])
def test_every_film_keeps_its_measures_and_what_is_unknown_is_never_zero(films):
    explored = explored_films(films)
    values = {name: explored.measures[name].values[explored.measures[name].codes] for name in MEASURES}
    for row, film in enumerate(films):
        expected = {
            "year": film.day.year,
            "budget": film.budget or np.nan,
            "revenue": film.revenue or np.nan,
            "return": film.back or np.nan,
            "votes": film.votes,
            "average": film.average if film.votes and film.average is not None else np.nan,
            "runtime": film.runtime or np.nan,
            "popularity": np.nan if film.popularity is None else film.popularity,
        }
        np.testing.assert_equal({name: values[name][row] for name in MEASURES}, expected)
        assert (explored.months[row], explored.days[row], explored.weekdays[row]) == (
            film.day.month,
            film.day.day,
            film.day.weekday(),
        )


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=1, max_size=12))
def test_tags_pair_films_with_their_names(films):
    explored = explored_films(films)

    def pairs(kind):
        tags = explored.tags[kind]
        return sorted(
            (row, tags.names[code]) for row, code in zip(tags.rows.tolist(), tags.codes.tolist(), strict=True)
        )

    assert pairs("genre") == sorted((row, name) for row, film in enumerate(films) for name in film.genres)
    assert pairs("language") == [(row, film.language) for row, film in enumerate(films) if film.language]
    assert pairs("country") == sorted((row, code) for row, film in enumerate(films) for code, _ in film.countries)


def test_a_country_is_called_as_the_catalog_calls_it_or_by_its_code():
    countries = explored_films([Film(countries=[("ZZ", "Nowhere"), ("QQ", None), (None, "Somewhere")])]).tags["country"]
    assert [countries.otherwise[code] for code in range(len(countries.names))] == ["QQ", "Somewhere", "Nowhere"]


def words_of(*titles):
    """The words of each of the titles, all of which are there twice, so that none is rare."""
    found = title_words(pl.Series([*titles, *titles]))
    return [sorted(found.filter(pl.col("row") == row)["name"]) for row in range(len(titles))]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The Mill and the Millers", ["mill", "millers"]),
        ("Mill MILL mill", ["mill"]),
        ("Der Untergang des Hauses", ["hauses", "untergang"]),
        ("What's Up, Doc?", ["doc"]),
        ("L'amour n\u2019est pas mort", ["amour", "mort"]),
        ("Don't Look Now", ["look", "now"]),
        ("Rocky III", ["rocky"]),
        ("Kill Bill: Vol. 2", ["bill", "kill"]),
        ("Corazón de Ñandú", ["corazón", "ñandú"]),
        ("Die Hard", ["die", "hard"]),
        ("2012", []),
        ("<b>bold</b>", ["bold"]),
        ("ファンタスティポ", ["ファンタスティポ"]),
        ("", []),
    ],
)
def test_a_title_gives_the_words_that_say_something(title, words):
    assert words_of(title) == [words]


def test_a_word_of_one_title_alone_is_left_out():
    assert title_words(pl.Series(["Mill Pond", "Mill Wheel"]))["name"].to_list() == ["mill", "mill"]


def test_bits_tell_what_is_missing():
    tables = made_tables(
        [Film(), Film(budget=5, revenue=5, votes=1, runtime=9.0, genres=["Drama"], countries=[("ES", None)])],
        cast=pl.DataFrame({"film_id": [2]}),
    )
    bits = build_exploring(tables)["exploring"]["missing"].tolist()
    missing = [{name for place, name in enumerate(MISSABLE) if bit >> place & 1} for bit in bits]
    assert missing[0] == set(MISSABLE) - {"language"}
    assert missing[1] == {"overview", "tagline", "status", "companies", "keywords", "directors"}


def test_quarantined_rows_are_kept_as_text_and_cut(monkeypatch):
    monkeypatch.setattr(build, "QUARANTINE_SHOWN", 2)
    rows = [("films.csv", number, "shifted", "ñ<script>" * 99) for number in range(3)]
    frame = pl.DataFrame(rows, schema=s.SCHEMAS[s.QUARANTINE], orient="row")
    kept = explored_films([Film()], quarantine=frame).quarantine
    assert [msgspec.json.decode(kept[row])[1] for row in range(len(kept))] == [0, 1]
    assert msgspec.json.decode(kept[0])[3] == ("ñ<script>" * 99)[: build.CONTENT_SHOWN]


def test_a_build_writes_them_and_a_version_without_them_says_to_build_again(tmp_path):
    service = publish_made(tmp_path, [Made("The Mill", {"genres": "[{'id': 1, 'name': 'Drama'}]"})])
    assert service.explored.tags["genre"].names[0] == "Drama"
    assert service.explored.report["files"]["movies_metadata.csv"]["kept"] == 1
    without_files(artifacts.open_artifacts(settings_for(tmp_path)).current("movies"), "exploring.*")
    with pytest.raises(UnavailableError, match="build it again"):
        movies.open_movies(settings_for(tmp_path))
