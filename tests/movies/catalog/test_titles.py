"""What counts as the same title, and what may be looked up or named as a month or day."""

import string
import unicodedata
from contextlib import suppress
from datetime import date

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from almazara.errors import InputError
from almazara.movies.catalog.calendar_es import MONTHS, WEEKDAYS, DayOfMonth, Weekday, parse_day, parse_month
from almazara.movies.catalog.titles import check_query, compact, normalize, normalize_all, query_keys, split_year


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("WALL·E", "wall e"),
        ("Face/Off", "face off"),
        ("[REC]⁴ Apocalypse", "rec 4 apocalypse"),
        ("M", "m"),
        ("2012", "2012"),
        ("Κλέφτες", "κλεφτεσ"),
        ("ΚΛΈΦΤΕΣ", "κλεφτεσ"),
        ("ファンタスティポ", "ファンタスティポ"),
        ("Se7en", "se7en"),
        ("What\u2019s Up, Doc?", "whats up doc"),
        ("8½", "8 1 2"),
        ("Straße", "strasse"),
        ("Ørnås Łódź Æon", "ornas lodz aeon"),
        ("Ёлки", "елки"),
        ("हिन्दी", "हिन्दी"),
        ("مُحَمَّد", "محمد"),
        ("  Star\t WARS ", "star wars"),
        ("Rocky II", "rocky ii"),
    ],
)
def test_case_accents_and_punctuation_do_not_change_the_key(text, key):
    assert normalize(text) == key


def test_a_voiced_kana_is_another_letter():
    assert normalize("ガラ") != normalize("カラ")


@pytest.mark.parametrize(("text", "key"), [("?", "?"), ("...", "..."), ("…", "..."), ("$ $", "$$"), ("'", "'")])
def test_a_title_of_punctuation_only_keeps_a_key(text, key):
    assert normalize(text) == key


@given(st.text(max_size=30))
def test_only_blank_text_has_an_empty_key(text):
    assert bool(normalize(text)) == bool("".join(unicodedata.normalize("NFKC", text).split()))


@pytest.mark.fuzz
@given(st.text(max_size=30))
@example("ŉ")  # an apostrophe and a letter in one
def test_the_key_of_a_key_is_the_key(text):
    assert normalize(normalize(text)) == normalize(text)


@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=15) | st.text(st.characters(codec="ascii"), max_size=15))
)
def test_many_texts_at_once_get_the_keys_that_each_gets_alone(texts):
    keys = normalize_all(pl.Series(texts, dtype=pl.String))
    assert keys.to_list() == [normalize(text) for text in texts]


@given(st.text(st.sampled_from(string.ascii_letters + "áéíóúñüçàèâêõå -:,.!"), min_size=1, max_size=30))
def test_any_case_and_any_composition_of_accents_gives_the_same_key(text):
    variants = [text.upper(), text.lower(), text.title(), unicodedata.normalize("NFD", text)]
    assert {normalize(variant) for variant in variants} == {normalize(text)}


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("FACEOFF", "Face/Off"),
        ("walle", "WALL·E"),
        ("Spiderman", "Spider-Man"),
        ("SWAT", "S.W.A.T."),
        ("alien 3", "Alien³"),
        ("Fast and Furious", "Fast & Furious"),
        ("Romeo & Juliet", "Romeo and Juliet"),
        ("fast  furious", "Fast & Furious"),
    ],
)
def test_joined_words_and_ampersands_are_looked_up_too(typed, title):
    table = {normalize(title), compact(normalize(title))}
    assert table.intersection(query_keys(typed))


def test_the_surest_key_comes_first():
    assert list(query_keys("Spider-Man"))[:2] == ["spider man", "spiderman"]


@pytest.mark.parametrize(
    ("text", "title", "year"),
    [
        ("Cinderella (1950)", "Cinderella", 1950),
        ("  Cinderella(1950) ", "Cinderella", 1950),
        ("Blade Runner 2049 (2017)", "Blade Runner 2049", 2017),
        ("2012 (2009)", "2012", 2009),
        ("2012", "2012", None),
        ("1984", "1984", None),
        ("(1984)", "(1984)", None),
        ("Blade Runner 2049", "Blade Runner 2049", None),
        ("Movie (9999)", "Movie (9999)", None),
        ("Movie (١٩٥٠)", "Movie (١٩٥٠)", None),
        ("", "", None),
    ],
)
def test_only_a_year_in_parentheses_after_a_title_is_split_off(text, title, year):
    assert split_year(text) == (title, year)


def test_a_query_loses_its_outer_spaces():
    assert check_query("  Amélie ") == "Amélie"


@pytest.mark.parametrize("text", ["", "   ", "a" * 201, "a\x00b", "a\nb", "\x7f", "\x85", "\ud800"])
def test_empty_overlong_and_control_characters_are_refused_in_spanish(text):
    with pytest.raises(InputError, match="El texto buscado"):
        check_query(text)


def _variants(name):
    plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    written = st.sampled_from([name, plain, unicodedata.normalize("NFD", name)])
    cases = st.lists(st.booleans(), min_size=len(name) + 2, max_size=len(name) + 2)
    return st.builds(
        lambda text, ups: "".join(
            c.upper() if up else c for c, up in zip(text, ups + [False] * len(text), strict=False)
        ),
        written,
        cases,
    )


@given(st.integers(1, 12).flatmap(lambda month: st.tuples(st.just(month), _variants(MONTHS[month - 1]))))
def test_any_case_or_accent_of_a_month_gives_its_number(month_and_text):
    month, text = month_and_text
    assert parse_month(f" {text} ") == parse_month(str(month)) == month


@given(st.integers(0, 6).flatmap(lambda day: st.tuples(st.just(day), _variants(WEEKDAYS[day]))))
def test_any_case_or_accent_of_a_weekday_gives_its_number(day_and_text):
    day, text = day_and_text
    assert parse_day(text) == Weekday(day)


def test_the_other_spelling_of_september_is_known():
    assert parse_month("SETIEMBRE") == 9


def test_a_number_is_a_day_of_the_month_and_a_date_is_a_date():
    assert parse_day("15") == parse_day("15 ") == DayOfMonth(15)
    assert parse_day("1995-10-30") == date(1995, 10, 30)


WRONG = ["", "0", "13", "-1", "1.0", "9" * 5000, "٣", "²", "\uff19", "ene", "January", "\x00", "\ud800", "enero!", "١٢"]


@pytest.mark.parametrize("text", WRONG)
def test_anything_else_is_no_month_and_the_refusal_says_what_is(text):
    with pytest.raises(InputError, match="enero a diciembre"):
        parse_month(text)


@pytest.mark.parametrize("text", ["", "0", "32", "-1", "9" * 5000, "٣", "²", "lun", "Monday", "1995/10/30", "\ud800"])
def test_anything_else_is_no_day_and_the_refusal_says_what_is(text):
    with pytest.raises(InputError, match="lunes a domingo"):
        parse_day(text)


@pytest.mark.parametrize("text", ["2023-02-29", "1995-13-01", "0000-01-01"])
def test_a_date_that_no_calendar_has_is_refused(text):
    with pytest.raises(InputError, match="no existe"):
        parse_day(text)


@pytest.mark.fuzz
@given(st.text(max_size=20) | st.from_regex(r"\d{1,4}(-\d{1,2}){0,2}", fullmatch=True))
def test_any_text_is_a_month_or_day_of_the_calendar_or_refused(text):
    with suppress(InputError):
        assert 1 <= parse_month(text) <= 12
    with suppress(InputError):
        day = parse_day(text)
        assert isinstance(day, date) or 0 <= day.number <= 31


def test_a_refusal_shows_what_was_typed_short_and_printable():
    with pytest.raises(InputError) as refused:
        parse_month("\x00\ud800" + "x" * 5000)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 200
