"""Names that data bring along, and what is said of names without words."""

import pytest

from almazara.movies.catalog.calendar_es import MONTHS, WEEKDAYS
from almazara.movies.catalog.titles import normalize
from almazara.movies.similar.attributes import SPANISH_GENRES
from almazara.words import said as module
from almazara.words.numbers import Language
from almazara.words.said import Said, is_worded, said

GENRES = [code.removeprefix("names.genre.") for code in module._words() if code.startswith("names.genre.")]


@pytest.mark.parametrize("genre", GENRES)
def test_a_genre_is_called_as_it_can_be_asked_for(genre):
    named = said(f"names.genre.{genre}")
    spanish = {normalize(name): english for name, english in SPANISH_GENRES.items()}
    assert spanish.get(normalize(named.text()), named.text()) == genre
    assert named.text(Language.EN) == genre


def test_every_genre_that_can_be_asked_for_in_spanish_has_a_name():
    assert set(SPANISH_GENRES.values()) == set(GENRES)


def test_months_and_weekdays_are_called_as_the_api_calls_them():
    assert [said(f"names.month.{number}").text() for number in range(1, 13)] == list(MONTHS)
    assert [said(f"names.weekday.{number}").text() for number in range(7)] == list(WEEKDAYS)


def test_spanish_is_a_language_among_others():
    assert said("names.language.es").text() == "español"
    assert is_worded("names.language.en")


@pytest.mark.parametrize("code", ["names.language", "names.language.qq", "names", ""])
def test_what_has_no_words_is_known_before_it_is_said(code):
    assert not is_worded(code)


@pytest.mark.parametrize(("language", "text"), [("es", "9 M"), ("en", "9M")])
def test_an_amount_is_said_as_an_axis_shows_it(monkeypatch, language, text):
    module._templates.cache_clear()
    monkeypatch.setattr(module, "_words", lambda: {"made.amount": {"es": "{value:~}", "en": "{value:~}"}})
    assert Said("made.amount", {"value": 9_000_000}).text(Language(language)) == text
    module._templates.cache_clear()
