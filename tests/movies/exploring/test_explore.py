"""All figures at once: on any films, in both languages, with filters that leave little or nothing."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.errors import InputError, NotFoundError
from almazara.figures.chart import Bars, Chart
from almazara.movies.catalog.calendar_es import MONTHS
from almazara.movies.exploring.explore import CHAPTERS, FIGURES, explore, explore_one
from almazara.movies.similar.attributes import Filters
from almazara.words.numbers import Language
from made_films import Film, explored_films, made
from profiles import examples


def well_made(figures, language):
    """Every figure can be read: its words are there, its rows fit their columns."""
    assert [one.key for one in figures] == list(FIGURES)
    for one in figures:
        assert one.title.text(language)
        assert one.chart.label == one.sentence.text(language)
        assert one.rule is None or one.rule.text(language)
        assert "  " not in one.chart.label
        assert "nan" not in one.chart.label.split()
        assert all(len(row) == len(one.table.columns) for row in one.table.rows)


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=1, max_size=30), st.sampled_from(Language))
def test_any_films_can_be_explored(films, language):
    well_made(explore(explored_films(films), language=language), language)


@pytest.mark.parametrize("language", Language)
def test_filters_that_leave_nothing_leave_figures_that_say_so(language):
    found = explore(explored_films([Film()]), Filters(year_min=2090), language)
    well_made(found, language)
    told = {one.sentence.code for one in found if one.key not in CHAPTERS["datos"]}
    assert told == {"exploring.no-films"}
    assert all(one.chart.marks == () for one in found if isinstance(one.chart, Chart) and one.table.rows == ())


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=2, max_size=20), st.integers(1990, 2012), st.sampled_from(["drama", "terror"]))
def test_filtered_figures_are_those_of_the_films_that_are_left(films, year, genre):
    named = {"drama": "Drama", "terror": "Horror"}[genre]
    every = [Film(genres=["Drama"], day=date(1980, 2, 2)), Film(genres=["Horror"], day=date(1980, 2, 2)), *films]
    left = [film for film in every if film.day.year >= year and named in film.genres]
    found = explore(explored_films(every), Filters(year_min=year, genres=(genre,)))
    if left:
        unfiltered = explore(explored_films(left))
        by_id = {"retorno-y-presupuesto", "palabras-de-los-titulos"} | set(CHAPTERS["atipicas"])
        same = [key for key in FIGURES if key not in by_id]  # ids, and words of one film alone, depend on the others
        assert [one for one in found if one.key in same] == [one for one in unfiltered if one.key in same]


def test_only_unknown_money_gives_figures_without_money():
    found = {one.key: one for one in explore(explored_films([Film(), Film(budget=1, revenue=1)]))}
    for key in ("presupuesto", "ingresos", "retorno", "retorno-y-presupuesto"):
        assert found[key].table.rows == ()
        assert found[key].sentence.text().startswith("No se conoce")


def test_names_are_in_the_language_asked_for():
    films = explored_films([Film(day=date(2000, 9, 9))])
    months = {
        language: [row[0] for row in explore_one(films, "estrenos-por-mes", language=language).table.rows]
        for language in Language
    }
    assert months[Language.ES] == list(MONTHS)
    assert months[Language.EN][8] == "September"


@pytest.mark.parametrize("filters", [Filters(genres=("nothing",)), Filters(year_min=2001, year_max=2000)])
def test_filters_that_cannot_be_meant_are_refused(filters):
    with pytest.raises(InputError):
        explore(explored_films([Film(genres=["Drama"])]), filters)


def test_an_unknown_figure_is_refused_with_those_that_are_near():
    with pytest.raises(NotFoundError) as raised:
        explore_one(explored_films([Film()]), "estrenos-por-mez")
    assert raised.value.suggestions[0] == "estrenos-por-mes"


def test_the_sample_tells_what_the_service_answers(sample_films):
    [bars] = [
        mark for mark in explore_one(sample_films.explored, "estrenos-por-mes").chart.marks if isinstance(mark, Bars)
    ]
    assert bars.ys == [sample_films.month(name).cantidad for name in MONTHS]
    assert sum(bars.ys) == len(sample_films)


@pytest.mark.parametrize("language", Language)
def test_the_sample_can_be_explored(sample_films, language):
    found = explore(sample_films.explored, language=language)
    well_made(found, language)
    assert all(one.table.rows for one in found if not one.key.endswith("-atipico"))
