"""Outliers are the films beyond the fences that the rule names, the most extreme first, by name."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.movies.exploring import outliers, spread
from almazara.movies.exploring.explore import explore_one
from almazara.words.numbers import Language
from made_films import Film, explored_films, made
from profiles import examples


def figure(films, key="votos-atipico", **values):
    return explore_one(explored_films(films), key, **values)


def spread_out(count=40):
    """Films of 10, 11, 12 ... votes."""
    return [Film(title=f"Film {votes}", votes=votes, day=date(1990, 2, 2)) for votes in range(10, 10 + count)]


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=1, max_size=40))
def test_outliers_are_exactly_the_films_beyond_the_fences(films):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spread, "MIN_JUDGED", 4)
        found = figure(films)
    if found.rule is None:
        assert found.sentence.code == "exploring.no-fences"
        return
    low, high = (found.rule.figures[name].figures["value"] for name in ("low", "high"))
    above = [(str(i), film) for i, film in enumerate(films, 1) if film.votes > high]
    below = [(str(i), film) for i, film in enumerate(films, 1) if 0 < film.votes < low]
    above.sort(key=lambda one: -one[1].votes)
    below.sort(key=lambda one: one[1].votes)
    if not above and not below:
        assert (found.sentence.code, len(found.chart.marks)) == ("exploring.no-outliers", 0)
        return
    sides = [(above, "por encima"), (below, "por debajo")]
    assert found.table.rows == [
        (film_id, film.title, str(film.day.year), film.votes, side) for some, side in sides for film_id, film in some
    ]
    dots = found.chart.marks[-1]
    assert (dots.ys, dots.labels) == ([row[3] for row in found.table.rows], [row[1] for row in found.table.rows])
    assert [level.y for level in found.chart.marks[:-1]] == [high, low]


def test_the_sentence_counts_them_and_names_the_most_extreme():
    films = [*spread_out(), Film(title="<b>Lone</b> {0}", votes=10_000), Film(title="Second", votes=9_000)]
    found = figure(films)
    assert found.sentence.text().startswith("Por encima de ")
    assert "quedan 2 películas; la primera, <b>Lone</b> {0}, con 10.000 votos. Por abajo" in found.sentence.text()
    assert "2 films lie above " in found.sentence.text(Language.EN)
    assert "first <b>Lone</b> {0} with 10,000 votes" in found.sentence.text(Language.EN)
    assert found.table.rows[0][1] == "<b>Lone</b> {0}"


def test_the_rule_says_how_it_is_reckoned():
    rule = figure(spread_out()).rule.text()
    assert "1,5 veces" in rule
    assert "Hubert" in rule
    assert "más extremas" not in rule


def test_only_the_most_extreme_are_named_where_they_are_many(monkeypatch):
    monkeypatch.setattr(outliers, "SHOWN", 2)
    found = figure([*spread_out(), *[Film(votes=votes) for votes in (9000, 9001, 9002)]])
    assert [row[3] for row in found.table.rows] == [9002, 9001]
    assert found.sentence.figures["above"].figures["films"] == 3
    assert "Se nombran las 2 más extremas" in found.rule.text()


def test_a_film_on_a_fence_is_none_and_each_side_begins_with_its_most_extreme(monkeypatch):
    monkeypatch.setattr(outliers, "SHOWN", 2)
    monkeypatch.setattr(outliers, "fences", lambda _: spread.Fences(4, 20, 0.0))
    found = figure([Film(votes=votes) for votes in (3, 2, 1, 4, 15, 20, 25, 40, 30)])
    assert [row[3] for row in found.table.rows] == [40, 30, 1, 2]
    assert [found.sentence.figures[side].figures["films"] for side in ("above", "below")] == [3, 3]


def test_doubtful_money_is_neither_an_outlier_nor_judged():
    films = [Film(budget=10**6 + 10**5 * number) for number in range(40)]
    found = figure([*films, Film(title="Slip", budget=1)], "presupuesto-atipico")
    assert found.rule.figures["doubtful"].figures["films"] == 1
    assert "Slip" not in [row[1] for row in found.table.rows]
    assert found.rule.figures["low"] == figure(films, "presupuesto-atipico").rule.figures["low"]


@pytest.mark.parametrize("films", [spread_out(29), [Film(votes=7)] * 60])
def test_too_few_or_too_alike_films_have_no_outliers(films):
    assert figure(films).sentence.code == "exploring.no-fences"
