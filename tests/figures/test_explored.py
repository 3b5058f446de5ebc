"""Figures of an exploration: names with and without words, ties, shares of nothing."""

import pytest

from almazara.figures.chart import Axis, Table
from almazara.figures.explored import Drawing, percent_of, tied
from almazara.words.numbers import Language
from almazara.words.said import named, said


def test_a_name_without_words_stays_what_the_data_call_it():
    draw = Drawing("limpieza", Language.ES)
    assert draw.written(named("genre", "Horror")) == "Terror"
    assert draw.written(named("genre", "<b>Odd</b>")) == "<b>Odd</b>"
    assert draw.written(named("country", "QQ", "Nowhere")) == "Nowhere"


@pytest.mark.parametrize(
    ("chosen", "text"),
    [([True, False, False], "a"), ([False, True, True], "b (y 1 más con el mismo número)")],
)
def test_those_that_share_a_place_are_counted(chosen, text):
    assert Drawing("limpieza", Language.ES).written(tied(["a", "b", "c"], chosen)) == text


def test_a_share_of_nothing_is_none():
    assert (percent_of(1, 3), percent_of(0, 3), percent_of(0, 0)) == (33.3, 0.0, None)


@pytest.mark.parametrize("language", Language)
def test_the_label_of_a_chart_is_its_sentence(language):
    draw, sentence = Drawing("desconocidos", language), said("exploring.no-films")
    found = draw.figure(sentence, (Axis(), Axis()), (), Table(draw.words("films"), [(1,)]))
    assert found.chart.label == sentence.text(language)
    assert found.chart.language is language
    assert found.title.text(language) in {"Qué no se sabe", "What is not known"}
    assert list(found.table.columns) == [{"es": "películas", "en": "films"}[language]]
    assert draw.nothing(sentence).table.rows == ()
