"""What is not known of the films, counted one by one."""

from collections import Counter
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from almazara.movies.exploring import missing
from almazara.movies.exploring.explore import explore_one
from almazara.words.numbers import Language
from made_films import Film, explored_films, made
from profiles import examples

LACKS = {
    "presupuesto ($)": lambda film: not film.budget,
    "ingresos ($)": lambda film: not film.revenue,
    "duración (min)": lambda film: not film.runtime,
    "votos": lambda film: not film.votes,
    "idioma": lambda film: not film.language,
    "géneros": lambda film: not film.genres,
    "países": lambda film: not film.countries,
    "sinopsis": lambda film: True,
}


@settings(max_examples=examples(nightly=300))
@given(st.lists(made, min_size=1, max_size=40))
def test_unknown_values_are_counted_in_all_and_by_decade(films):
    explored = explored_films(films)
    found, by_decade = explore_one(explored, "desconocidos"), explore_one(explored, "desconocidos-por-decada")
    counts = {name: count for name, count, _ in found.table.rows}
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    sizes = Counter(film.decade for film in films)
    decades = sorted(decade for decade, count in sizes.items() if count >= missing.MIN_FILMS)
    shares = {name: list(row) for name, *row in by_decade.table.rows}
    for name, lacks in LACKS.items():
        assert counts[name] == sum(map(lacks, films))
        without = Counter(film.decade for film in films if lacks(film))
        if decades:
            assert shares[name] == [round(100 * without[decade] / sizes[decade], 1) for decade in decades]
    assert found.chart.marks[0].ys == [row[2] for row in found.table.rows]
    assert found.sentence.figures["films"] == max(counts.values())


def test_where_the_budget_is_known_best_and_least_is_said():
    nineties = [Film(budget=10**6 if number < 4 else 0, day=date(1995, 5, 5)) for number in range(10)]
    noughties = [Film(budget=10**6 if number < 9 else 0, day=date(2005, 5, 5)) for number in range(10)]
    said = explore_one(explored_films(nineties + noughties), "desconocidos-por-decada").sentence
    assert "la década de 2000, en la que falta en el 10 %" in said.text()
    assert "en la de 1990: falta en el 60 %" in said.text()
    alike = explore_one(explored_films(nineties), "desconocidos-por-decada").sentence
    assert alike.text(Language.EN) == "The budget is missing from 60% of the films in any decade, such as the 1990s."


def test_few_films_have_no_decade():
    assert explore_one(explored_films([Film()]), "desconocidos-por-decada").sentence.code == "exploring.no-decade"
