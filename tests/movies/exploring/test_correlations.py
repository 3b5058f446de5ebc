"""Spearman's correlations over the films that know both measures, as SciPy reckons them."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from almazara.movies.exploring import correlations as module
from almazara.movies.exploring.correlations import correlation, correlations, ranks
from almazara.movies.exploring.explore import explore_one
from almazara.movies.exploring.films import MEASURES
from almazara.movies.similar.attributes import NO_FILTERS, Filters
from made_films import Film, explored_films, made
from profiles import examples

codes = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 300)), min_size=2, max_size=50)


@given(codes)
def test_the_correlation_of_ranks_is_that_of_scipy(pairs):
    one, other = np.array(pairs).T
    found = correlation(ranks(one), ranks(other))
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(stats.spearmanr(one, other)[0], abs=1e-9)


def values(film):
    """What can be meant of a film's measures; NaN where it is not known."""
    found = {
        "year": film.day.year,
        "budget": film.budget if film.budget and not film.doubtful else None,
        "revenue": film.revenue if film.revenue and not film.doubtful else None,
        "return": film.back if film.back and not film.doubtful else None,
        "votes": film.votes,
        "average": film.average if film.votes else None,
        "runtime": film.runtime or None,
        "popularity": film.popularity,
    }
    return {name: math.nan if value is None else value for name, value in found.items()}


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=8, max_size=40))
def test_each_pair_is_reckoned_over_the_films_that_know_both(films):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MIN_FILMS", 5)
        found = {one[:2]: one for one in correlations(explored_films(films).selected(NO_FILTERS))}
    told = [values(film) for film in films]
    for pair in combinations(MEASURES, 2):
        both = [(film[pair[0]], film[pair[1]]) for film in told if not any(math.isnan(film[name]) for name in pair)]
        constant = any(len({*column}) < 2 for column in zip(*both, strict=True)) or not both
        if len(both) < 5 or constant:
            assert pair not in found
        else:
            assert found[pair].films == len(both)
            assert found[pair].rho == pytest.approx(stats.spearmanr(both)[0], abs=1e-9)


def growing(count):
    """Votes grow with the year, runtimes fall, scores do neither."""
    return [
        Film(votes=number + 1, runtime=200.0 - number, average=float(number % 2), popularity=float(number % 7))
        for number in range(count)
    ]


def test_the_strongest_and_the_weakest_are_said_and_the_table_is_that_of_the_chart():
    found = explore_one(explored_films(growing(60)), "correlaciones")
    assert "Lo que más va junto son los votos y la duración" in found.sentence.text()
    assert " = \u22121,00, 60 películas)" in found.sentence.text()
    strengths = [abs(row[2]) for row in found.table.rows]
    assert strengths == sorted(strengths, reverse=True)
    shades = found.chart.marks[0].values
    at = MEASURES.index("votes"), MEASURES.index("runtime")
    assert shades[at[0]][at[1]] == shades[at[1]][at[0]] == pytest.approx(-1)
    assert shades[at[0]][at[0]] is None
    assert shades[0] == [None] * 8  # all of one year


def test_few_films_have_no_correlation():
    assert explore_one(explored_films(growing(29)), "correlaciones").sentence.code == "exploring.no-correlation"


def test_of_very_many_films_some_are_taken_evenly(monkeypatch):
    monkeypatch.setattr(module, "MOST_FILMS", 40)
    [strongest, *_] = correlations(explored_films(growing(90)).selected(NO_FILTERS))
    assert (strongest.films, strongest.rho) == (40, pytest.approx(-1))


def test_a_pair_alone_is_compared_with_no_other():
    films = [Film(votes=number, runtime=200.0 - number) for number in range(40)]
    said = explore_one(explored_films(films), "correlaciones").sentence.text()
    assert said.startswith("Solo se pueden comparar los votos y la duración")


def test_what_was_made_ahead_is_what_would_be_reckoned_and_filters_reckon_anew(sample_films, monkeypatch):
    films, late = sample_films.explored, Filters(year_min=1990)
    ahead, some = (correlations(films.selected(filters)) for filters in (NO_FILTERS, late))
    assert len(films.correlations["rho"]) == len(ahead) > 10
    monkeypatch.setattr(films, "correlations", {})
    assert correlations(films.selected(NO_FILTERS)) == ahead
    assert correlations(films.selected(late)) == some != ahead
