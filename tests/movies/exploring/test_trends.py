"""Shares by decade, and what grew and fell most."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.movies.exploring import trends
from almazara.movies.exploring.explore import explore_one
from almazara.words.numbers import Language
from made_films import Film, explored_films, made
from profiles import examples

NAMES = {"genre": {"Terror": "Horror"}, "country": {"España": "ES", "Nowhere": "ZZ"}, "language": {}}
NAMES["language"] = {"inglés": "en", "español": "es"}
OF = {
    "genre": ("generos-por-decada", lambda film: film.genres),
    "country": ("paises-por-decada", lambda film: [code for code, _ in film.countries]),
    "language": ("idiomas-por-decada", lambda film: [film.language] if film.language else []),
}


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=1, max_size=30))
def test_each_share_is_that_of_a_decades_films(films):
    explored, sizes = explored_films(films), Counter(film.decade for film in films)
    decades = sorted(decade for decade, count in sizes.items() if count >= 3)
    for kind, (key, tags_of) in OF.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(trends, "MIN_FILMS", 3)
            found = explore_one(explored, key)
        rows = found.table.rows
        there = {tag for film in films if film.decade in decades for tag in tags_of(film)}
        assert {NAMES[kind].get(row[0], row[0]) for row in rows} == there
        for name, *percents in rows:
            tag = NAMES[kind].get(name, name)
            counts = Counter(film.decade for film in films if tag in tags_of(film))
            assert percents == [round(100 * counts[decade] / sizes[decade], 1) for decade in decades]
        if rows:
            assert found.chart.marks[0].values == [list(row[1:]) for row in rows]
            assert list(found.table.columns[1:]) == [f"{decade} (%)" for decade in decades]


def of_decades(*counts):
    """Films of the nineties and of the noughties, by genre and how many of each."""
    return [
        Film(genres=[genre], day=date(1990 + 10 * decade, 5, 5))
        for genre, *films in counts
        for decade, number in enumerate(films)
        for _ in range(number)
    ]


def test_what_grew_and_what_fell_most_is_said():
    films = of_decades(("Drama", 80, 60), ("Horror", 20, 50), ("Western", 20, 15))
    said = explore_one(explored_films(films), "generos-por-decada").sentence
    assert said.text() == (
        "De la década de 1990 a la de 2000, de lo más frecuente lo que más crece es Terror: del 16,7 % al 40 % de las "
        "películas; lo que más baja, Drama: del 66,7 % al 48 %."
    )
    assert "of the most frequent what grew most is Horror: from 16.7% to 40% of films" in said.text(Language.EN)


def test_where_nothing_changes_that_is_said():
    said = explore_one(explored_films(of_decades(("Drama", 100, 120))), "generos-por-decada").sentence
    assert said.text() == "De la década de 1990 a la de 2000 nada cambia."


def test_what_only_fell_is_said_alone():
    films = [*of_decades(("Drama", 100, 50)), *[Film(day=date(2001, 5, 5))] * 50]
    said = explore_one(explored_films(films), "generos-por-decada").sentence.text()
    assert said.endswith("de lo más frecuente lo que más baja es Drama: del 100 % al 50 % de las películas.")


def test_one_decade_has_no_trend_and_few_films_no_shares():
    films = of_decades(("Drama", 60), ("Horror", 40))
    assert "Solo la década de 1990" in explore_one(explored_films(films), "generos-por-decada").sentence.text()
    assert explore_one(explored_films(films[1:]), "generos-por-decada").sentence.code == "exploring.no-trend"
    assert explore_one(explored_films(films), "paises-por-decada").sentence.code == "exploring.untold"
