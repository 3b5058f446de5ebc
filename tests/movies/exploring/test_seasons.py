"""Which genres come out when: shares of each genre's films, and a pattern only where it is no chance."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.movies.exploring import seasons
from almazara.movies.exploring.explore import explore_one
from made_films import GENRES, Film, explored_films, made
from profiles import examples

EVERY_MONTH = [date(2000, month, day) for month in range(1, 13) for day in range(2, 12)]


def figure(films, key="generos-por-mes"):
    return explore_one(explored_films(films), key)


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=1, max_size=30))
def test_each_row_is_the_share_of_a_genres_films(films):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seasons, "MIN_FILMS", 1)
        found = figure(films, "generos-por-dia-semana")
    dated = [film for film in films if (film.day.month, film.day.day) != (1, 1)]
    totals = Counter(genre for film in dated for genre in film.genres)
    genres = found.table.rows[1:]
    assert len(genres) == len(totals)
    spanish = {"Drama": "Drama", "Terror": "Horror", "Western": "Western", GENRES[3]: GENRES[3]}
    if totals:
        days = Counter(film.day.weekday() for film in dated)
        every = [round(100 * days[day] / len(dated), 1) for day in range(7)]
        assert found.table.rows[0] == ("todas", len(dated), *every)
    for name, total, *percents in genres:
        genre = spanish[name]
        days = Counter(film.day.weekday() for film in dated if genre in film.genres)
        assert total == totals[genre]
        assert percents == [round(100 * days[day] / total, 1) for day in range(7)]
    assert [row[1] for row in genres] == sorted(totals.values(), reverse=True)
    if totals:
        assert found.chart.marks[0].values == [list(row[2:]) for row in found.table.rows]
        assert found.rule.figures["films"] == len(films) - len(dated)


def test_a_clear_pattern_is_told_with_what_all_films_do():
    horror = [Film(day=date(2000, 10, day), genres=["Horror"]) for day in range(2, 12)] * 6
    others = [Film(day=day, genres=["Drama"]) for day in EVERY_MONTH]
    said = figure(horror + others).sentence
    assert said.text() == (
        "De los géneros con más películas, la pauta más clara es la de Terror en octubre: entonces sale el 100 % de "
        "sus películas, frente al 38,9 % de todas."
    )


def test_where_no_genre_stands_out_none_is_told():
    films = [Film(day=day, genres=[genre]) for day in EVERY_MONTH for genre in ("Drama", "Horror")]
    assert figure(films).sentence.code == "exploring.generos-por-mes.unclear"


def test_a_genre_of_few_films_has_no_season():
    films = [Film(day=date(2000, 10, 5), genres=["Horror"])] * (seasons.MIN_FILMS - 1)
    assert figure(films).sentence.code == "exploring.no-season"
    assert figure([*films, films[0]]).sentence.code == "exploring.generos-por-mes.unclear"  # all films do the same
