"""The real catalog can be explored, and what is called an outlier there is rare."""

import pytest

from almazara.app import movies
from almazara.movies.catalog.calendar_es import MONTHS
from almazara.movies.exploring.explore import CHAPTERS, explore, explore_one
from almazara.words.numbers import Language
from sample_catalog import settings_for


@pytest.fixture(scope="module")
def films(real_home):
    return movies.open_movies(settings_for(real_home))


@pytest.mark.parametrize("language", Language)
def test_every_figure_has_rows(films, language):
    for one in explore(films.explored, language=language):
        assert one.table.rows, one.key
        assert one.sentence.text(language)


def test_months_are_those_that_the_api_counts(films):
    rows = explore_one(films.explored, "estrenos-por-mes").table.rows
    assert [(name, count) for name, count, _ in rows] == [(name, films.month(name).cantidad) for name in MONTHS]


@pytest.mark.parametrize("key", CHAPTERS["atipicas"])
def test_outliers_are_rare(films, key):
    known = explore_one(films.explored, key.removesuffix("-atipico")).sentence.figures["known"].figures["known"]
    sides = explore_one(films.explored, key).sentence.figures
    beyond = sum(side.figures.get("films", 0) for side in sides.values())
    assert 0 < beyond < 0.1 * known
