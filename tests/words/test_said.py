"""Sentences from codes and figures, in both languages."""

import string
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from almazara.words import said as module
from almazara.words.numbers import Language
from almazara.words.said import Money, Said, said

WORDS = {
    "made.one": {
        "es": "{title}: {n} {n:película|películas} desde el {since}, {share:%} a {price}, media {mean:2}; {why}{also}",
        "en": "{title}: {n} {n:film|films} since {since}, {share:%} at {price}, mean {mean:2}; {why}{also}",
    },
    "made.share": {"es": "{share:%|ningún día|el % de los días}", "en": "{share:%|no day|% of the days}"},
    "made.two": {"es": "por {what}", "en": "by {what}"},
}
FIGURES = {
    "title": "{n} {0} {title.__class__}",
    "n": 1,
    "since": date(2026, 3, 1),
    "share": 0.125,
    "price": Money(Decimal("1234.5"), "EUR"),
    "mean": 6.5,
    "why": Said("made.two", {"what": "votes"}),
    "also": ["a", "b"],
}


@pytest.fixture
def made(monkeypatch):
    monkeypatch.setattr(module, "_words", lambda: WORDS)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "es",
            "{n} {0} {title.__class__}: 1 película desde el 01/03/2026, 12,5 % a 1.234,50 €, media 6,50; por votesa, b",
        ),
        ("en", "{n} {0} {title.__class__}: 1 film since 1 Mar 2026, 12.5% at €1,234.50, mean 6.50; by votesa, b"),
    ],
)
@pytest.mark.usefixtures("made")
def test_figures_are_written_as_the_language_writes_them_and_are_never_words(language, text):
    assert Said("made.one", FIGURES).text(Language(language)) == text


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("share", "text"), [(0, "ningún día"), (0.125, "el 12,5 % de los días"), (1e-4, "el 0,01 % de los días")]
)
def test_a_share_of_nothing_has_words_of_its_own_and_what_is_little_is_not_nothing(share, text):
    assert Said("made.share", {"share": share}).text() == text


@pytest.mark.usefixtures("made")
def test_many_take_the_plural():
    assert "2 películas" in Said("made.one", {**FIGURES, "n": 2}).text()


@pytest.mark.usefixtures("made")
def test_a_code_without_words_is_an_error():
    with pytest.raises(KeyError, match=r"made\.three"):
        said("made.three").text()


def test_a_sentence_goes_out_as_its_code_and_figures():
    one = said("made.two", what=Money(Decimal("3.10"), "EUR"))
    assert msgspec.json.encode(one) == b'{"code":"made.two","figures":{"what":{"amount":"3.10","currency":"EUR"}}}'


def named(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_has_words_in_each_language_that_name_the_same_figures():
    languages = {language.value for language in Language}
    assert [code for code, words in module._words().items() if set(words) != languages] == []
    assert [code for code, words in module._words().items() if named(words["es"]) != named(words["en"])] == []


@pytest.mark.parametrize("sign", ["\u202e", "\u202a", "\u2067", "\u2069"])
def test_what_turns_the_direction_of_words_is_not_said_back(sign):
    assert said("films.search.nothing", query=f"{sign}abc").text() == "Ninguna película se parece a «·abc»."
    assert sign not in said("films.reason.genre", terms=[f"{sign}Drama", "Añil"]).text()
