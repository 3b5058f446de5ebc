"""The words of titles, of all films and of those that filters let through."""

from datetime import date

import pytest

from almazara.figures.explored import Cloud
from almazara.movies.exploring import title_words
from almazara.movies.exploring.explore import explore_one
from almazara.movies.similar.attributes import Filters
from made_films import Film, explored_films

FILMS = [
    *[Film(title="The Mill", day=date(1990, 5, 5), genres=["Drama"])] * 3,
    *[Film(title="Mill of <b>Stone</b>", day=date(2000, 5, 5))] * 2,
    Film(title="Stone", day=date(2000, 5, 5)),
]


def test_words_are_counted_once_a_film_the_most_frequent_first():
    found = explore_one(explored_films(FILMS), "palabras-de-los-titulos")
    assert found.table.rows == [("mill", 5, 83.3), ("stone", 3, 50.0)]
    assert isinstance(found.chart, Cloud)
    assert (found.chart.words, found.chart.counts) == (["mill", "stone"], [5, 3])
    assert (
        found.chart.label
        == found.sentence.text()
        == ("La palabra más frecuente en los títulos es «mill»: está en 5 de 6 (83,3 %); la siguen stone.")
    )


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        (Filters(genres=("drama",)), [("mill", 3, 100.0)]),
        (Filters(year_min=1995), [("stone", 3, 100.0), ("mill", 2, 66.7)]),
    ],
)
def test_filters_choose_whose_words_count(filters, rows):
    assert explore_one(explored_films(FILMS), "palabras-de-los-titulos", filters).table.rows == rows


def test_no_more_than_the_most_frequent_are_shown(monkeypatch):
    monkeypatch.setattr(title_words, "MOST_WORDS", 1)
    found = explore_one(explored_films(FILMS), "palabras-de-los-titulos")
    assert found.sentence.code == "exploring.palabras-de-los-titulos.one"
    assert found.chart.words == ["mill"]


def test_titles_without_words_have_no_cloud():
    found = explore_one(explored_films([Film(title="2012"), Film(title="?")]), "palabras-de-los-titulos")
    assert (found.sentence.text(), found.table.rows) == ("Ninguna palabra se repite en los títulos.", ())
