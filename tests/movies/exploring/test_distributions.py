"""Distributions count every film whose value is known and can be meant, and say its quartiles."""

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.movies.exploring import distributions
from almazara.movies.exploring.explore import explore_one
from almazara.movies.exploring.spread import fences
from almazara.movies.similar.attributes import NO_FILTERS
from made_films import Film, explored_films, made
from profiles import examples

VALUES = {
    "presupuesto": lambda film: 0 if film.doubtful else film.budget,
    "ingresos": lambda film: 0 if film.doubtful else film.revenue,
    "retorno": lambda film: 0 if film.doubtful else film.back,
    "votos": lambda film: film.votes,
    "duracion": lambda film: film.runtime or 0,
}


def figure(films, key):
    return explore_one(explored_films(films), key)


@settings(max_examples=examples(nightly=300))
@given(films=st.lists(made, min_size=1, max_size=30))
def test_classes_hold_every_known_value_once(films):
    explored = explored_films(films)
    for key, value_of in VALUES.items():
        found, values = explore_one(explored, key), [value for film in films if (value := value_of(film))]
        if values:
            classes_hold(found, values)
            assert found.table.rows[-1][1] is not None or key == "duracion"
            said = found.sentence.figures
            quartiles = [said[name].figures["value"] for name in ("lower", "median", "upper")]
            assert quartiles == pytest.approx(np.quantile(values, (0.25, 0.5, 0.75)).tolist())
            known = said["known"].figures
            assert (known["known"], known["all"]) == (len(values), len(films))
        else:
            assert found.sentence.code.startswith("exploring.unknown.")
            assert found.table.rows == ()


def classes_hold(found, values):
    """The rows are side by side, begin and end with a film, and count all values."""
    rows = found.table.rows
    for low, high, count, share in rows:
        assert count == sum(low <= value and (high is None or value < high) for value in values)
        assert share == round(100 * count / len(values), 1)
    assert sum(row[2] for row in rows) == len(values)
    assert all(before[1] == after[0] for before, after in pairwise(rows))
    assert rows[0][2]
    assert rows[-1][2]
    bars = found.chart.marks[0]
    assert (bars.xs, bars.ys) == ([row[0] for row in rows], [row[2] for row in rows])
    assert all(row[1] in {end, None} for end, row in zip(bars.ends, rows, strict=True))


@settings(max_examples=examples(nightly=300))
@given(films=st.lists(made, min_size=1, max_size=20))
def test_films_of_doubtful_money_are_left_out_and_counted(films):
    explored = explored_films(films)
    for key, name in (("presupuesto", "budget"), ("ingresos", "revenue"), ("retorno", "back")):
        left_out = sum(film.doubtful and getattr(film, name) > 0 for film in films)
        clause = explore_one(explored, key).sentence.figures.get("doubtful")
        if clause is not None:
            assert (clause.figures["films"] if clause else 0) == left_out


def test_runtimes_have_classes_of_ten_minutes_and_the_last_holds_the_longest():
    films = [Film(runtime=85.0), Film(runtime=99.0)] + [Film(runtime=100.0)] * 400 + [Film(runtime=1000.0)]
    found = figure(films, "duracion")
    assert [row[:3] for row in found.table.rows] == [(80, 90, 1), (90, 100, 1), (100, None, 401)]
    assert "100 o más" in found.chart.x.label
    assert "más" not in figure(films[:2], "duracion").chart.x.label


def test_the_sentence_and_the_columns_of_money_name_its_unit():
    found = figure([Film(budget=9_000_000), Film()], "presupuesto")
    assert found.table.columns == ["desde ($)", "hasta menos de ($)", "películas", "% de las películas"]
    assert found.sentence.text() == (
        "Se conoce el presupuesto de 1 de 2 películas (50 %): la mediana es 9 M\u00a0$, y la mitad central va de "
        "9 M\u00a0$ a 9 M\u00a0$."
    )


@settings(max_examples=examples(nightly=300))
@given(films=st.lists(made, min_size=1, max_size=60))
def test_each_decade_has_its_five_numbers(films):
    explored = explored_films(films)
    for key, value_of in VALUES.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(distributions, "MIN_FILMS", 3)
            found = explore_one(explored, f"{key}-por-decada")
        by_decade = {}
        for film in films:
            if value := value_of(film):
                by_decade.setdefault(str(film.decade), []).append(value)
        expected = {decade: values for decade, values in sorted(by_decade.items()) if len(values) >= 3}
        assert [row[:2] for row in found.table.rows] == [(decade, len(values)) for decade, values in expected.items()]
        for row, values in zip(found.table.rows, expected.values(), strict=True):
            assert list(row[2:]) == pytest.approx(np.quantile(values, (0, 0.25, 0.5, 0.75, 1)).tolist())
        said, medians = found.sentence.figures, [row[4] for row in found.table.rows]
        if len({*medians}) > 1:
            assert (said["highest"].figures["value"], said["lowest"].figures["value"]) == (max(medians), min(medians))


def test_decades_that_are_alike_or_alone_are_told_so():
    films = [Film(votes=votes, day=date(year, 2, 2)) for year in (1995, 2005) for votes in range(1, 12)]
    assert figure(films, "votos-por-decada").sentence.text() == "La mediana es la misma en todas las décadas: 6 votos."
    assert "Solo la década de 1990" in figure(films[:11], "votos-por-decada").sentence.text()


def test_whiskers_end_at_the_fences_or_at_the_last_value():
    films = [Film(votes=votes, day=date(2000, 2, 2)) for votes in [10] * 20 + [11] * 20 + [12] * 20 + [5000]]
    chosen = explored_films(films).selected(NO_FILTERS)
    box = figure(films, "votos-por-decada").chart.marks[0].boxes[0]
    assert box.high == fences(chosen.spread("votes", chosen.kept)).high < 5000
    assert box.low == 10
