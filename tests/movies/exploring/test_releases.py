"""Releases by month, weekday and year are those that are counted one by one."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.movies.catalog.calendar_es import MONTHS, WEEKDAYS
from almazara.movies.exploring.explore import explore_one
from almazara.words.numbers import Language
from almazara.words.said import Said
from made_films import Film, explored_films, made
from profiles import examples

films_made = st.lists(made, min_size=1, max_size=25)


def figure(films, key, **values):
    return explore_one(explored_films(films), key, **values)


@pytest.mark.parametrize(
    ("key", "names", "place"),
    [
        ("estrenos-por-mes", MONTHS, lambda day: day.month - 1),
        ("estrenos-por-dia-semana", WEEKDAYS, lambda day: day.weekday()),
    ],
)
@settings(max_examples=examples(nightly=300))
@given(films=films_made)
def test_films_are_counted_by_month_and_weekday(key, names, place, films):
    found = figure(films, key)
    counts = Counter(names[place(film.day)] for film in films)
    assert found.table.rows == [(n, counts[n], round(100 * counts[n] / len(films), 1)) for n in names]
    assert found.chart.marks[0].ys == [counts[name] for name in names]
    most, fewest = max(counts.values()), min(counts[name] for name in names)
    said = found.sentence.figures
    assert (said["films"], said["all"], said["fewest"]) == (most, len(films), fewest)
    assert said["share"] == most / len(films)
    for name, number in (("most", most), ("least", fewest)):
        tied = [one for one in names if counts[one] == number]
        told = said[name].text()
        assert told.startswith(tied[0])
        assert (f"(y {len(tied) - 1} más" in told) == (len(tied) > 1)


@settings(max_examples=examples(nightly=300))
@given(films_made)
def test_films_are_counted_by_year_without_a_year_left_out(films):
    found = figure(films, "estrenos-por-anio")
    years = Counter(film.day.year for film in films)
    shown = range(min(years), max(years) + 1)
    assert [row[:2] for row in found.table.rows] == [(str(year), years[year]) for year in shown]
    middle = max(year for year in shown if sum(years[one] for one in shown if one >= year) * 2 >= len(films))
    assert found.sentence.figures["middle"] == str(middle)
    assert found.chart.marks[1].x == middle


def test_the_sentence_says_it_in_both_languages():
    days = [date(2001, 9, 3), date(2001, 9, 4), date(2001, 2, 1), date(2001, 3, 1)]
    films = [Film(day=day) for day in days] + [Film(day=date(2001, month, 9)) for month in (1, 5, 6, 7, 8, 10, 11, 12)]
    said = figure(films, "estrenos-por-mes").sentence
    assert said.text() == "El mes con más estrenos es septiembre: 2 de 12 (16,7 %); el de menos, abril: 0."
    assert said.text(Language.EN).startswith("The month with most releases is September: 2 of 12 (16.7%)")


@pytest.mark.parametrize(("unsure", "told"), [(1, False), (2, True), (5, True)])
def test_films_of_new_year_are_mentioned_where_they_are_unusually_many(unsure, told):
    films = [Film(day=date(1990, 1, 1))] * unsure + [Film(day=date(1990, 4, 2))] * 20
    note = figure(films, "estrenos-por-mes").sentence.figures["note"]
    assert isinstance(note, Said) == told
    if told:
        assert f" {unsure}:" in note.text()


def test_what_is_usual_for_a_day_is_not_mentioned():
    films = [Film(day=date(1990, month, day)) for month in range(1, 13) for day in range(1, 29)] * 2
    assert figure(films, "estrenos-por-mes").sentence.figures["note"] == ""
