"""Returns beside budgets: only what is surely known, and losses counted."""

from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.movies.exploring import money
from almazara.movies.exploring.explore import explore_one
from made_films import Film, explored_films, made
from profiles import examples


def known(films):
    return [(str(i), film) for i, film in enumerate(films, 1) if film.back and not film.doubtful]


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=1, max_size=30))
def test_every_known_return_is_a_dot_and_a_row(films):
    found = explore_one(explored_films(films), "retorno-y-presupuesto")
    expected = known(films)
    assert found.table.rows == [
        (film_id, film.title, str(film.day.year), film.budget, film.revenue, film.back) for film_id, film in expected
    ] or (not expected and found.table.rows == ())
    if expected:
        dots = found.chart.marks[0]
        assert (dots.xs, dots.ys) == ([film.budget for _, film in expected], [film.back for _, film in expected])
        said = found.sentence.figures
        losing = sum(film.revenue < film.budget for _, film in expected)
        assert (said["films"], said["losing"]) == (len(expected), losing)
        assert said["median"] == pytest.approx(median(film.back for _, film in expected))


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=1, max_size=40))
def test_losses_are_counted_by_class_of_budget(films):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(money, "MIN_FILMS", 2)
        found = explore_one(explored_films(films), "perdidas-por-presupuesto")
    expected = []
    for low, high in zip(money.CLASSES, money.CLASSES[1:], strict=False):
        returns = [film.back for _, film in known(films) if low <= film.budget < high]
        if len(returns) >= 2:
            share = round(100 * sum(value < 1 for value in returns) / len(returns), 1)
            expected.append((len(returns), share, pytest.approx(median(returns))))
    assert [row[1:] for row in found.table.rows] == expected
    if expected:
        assert found.sentence.figures["share"] == pytest.approx(max(row[1] for row in expected) / 100, abs=6e-4)


def test_classes_are_named_by_their_budgets():
    films = [Film(budget=budget, revenue=budget * 2) for budget in (50_000, 2_000_000, 10**8)] * money.MIN_FILMS
    found = explore_one(explored_films(films), "perdidas-por-presupuesto")
    assert [row[0] for row in found.table.rows] == [
        "menos de 100 mil\u00a0$",
        "1 M\u00a0$ a 5 M\u00a0$",
        "100 M\u00a0$ o más",
    ]
    line = explore_one(explored_films(films), "retorno-y-presupuesto").chart.marks[-1]
    assert (line.xs, line.ys) == ([50_000, 2_000_000, 10**8], [2, 2, 2])


def test_one_class_alone_is_compared_with_nothing():
    films = [Film(budget=10**6, revenue=5 * 10**5)] * money.MIN_FILMS
    said = explore_one(explored_films(films), "perdidas-por-presupuesto").sentence
    assert said.text() == (
        "De las películas de 1 M\u00a0$ a 5 M\u00a0$, la única clase con bastantes, el 100 % ingresó menos de lo que "
        "costó; su retorno mediano es 0,50 veces."
    )


def test_what_earns_what_it_cost_loses_nothing():
    films = [Film(budget=10**6, revenue=revenue) for revenue in (10**6, 10**6 - 1)]
    assert explore_one(explored_films(films), "retorno-y-presupuesto").sentence.figures["losing"] == 1
    films *= money.MIN_FILMS
    assert explore_one(explored_films(films), "perdidas-por-presupuesto").table.rows[0][2] == 50.0


def test_without_money_nothing_is_claimed():
    films = explored_films([Film(), Film(budget=10**6), Film(budget=1, revenue=10**6)])
    assert explore_one(films, "retorno-y-presupuesto").sentence.text().startswith("No se conocen a la vez")
    assert explore_one(films, "perdidas-por-presupuesto").table.rows == ()
