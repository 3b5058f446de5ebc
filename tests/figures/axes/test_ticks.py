"""Ticks: round places, as many as there is room for, in words that nobody misreads."""

from datetime import date, timedelta
from itertools import pairwise
from math import log10

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from almazara.figures.axes.scales import Extent, tight
from almazara.figures.axes.ticks import fitting, number_ticks, round_magnitudes, round_numbers, value_text
from almazara.figures.chart import Axis, Scale
from almazara.words.numbers import Language

ES, EN = Language.ES, Language.EN
ends = st.floats(-1e15, 1e15)


def span_of(first, length):
    return Extent(Scale.DAY, first.toordinal(), first.toordinal() + length)


def ticks_of_days(first, length, language=ES, narrow=300, wide=540):
    return fitting(span_of(first, length), Axis(Scale.DAY), language, narrow, wide)


def texts(ticks):
    return [tick.text for tick in ticks]


@given(ends, st.floats(1e-6, 1e15), st.integers(1, 8))
def test_round_numbers_cover_what_is_shown_in_equal_round_steps(low, length, count):
    high = low + length
    assume(high - low > abs(low) * 1e-9)
    values, _ = round_numbers(low, high, count)
    step = (high - low) / count
    slack = step * 1e-6 + abs(high) * 1e-14
    assert all(low - slack <= value <= high + slack for value in values)
    assert len(values) <= count + 1
    for before, after in pairwise(values):
        mantissa = (after - before) / 10 ** round(log10(after - before))
        assert min(abs(mantissa / nice - 1) for nice in (0.5, 1, 2, 2.5, 5, 0.2, 0.25)) < 1e-5
        assert after - before >= step * (1 - 1e-6)
        assert values[0] - low < after - before + slack
        assert high - values[-1] < after - before + slack


@given(st.floats(-90, 90), st.floats(0.01, 60), st.integers(1, 8))
def test_round_magnitudes_lie_inside_and_are_not_too_many(low, length, count):
    values, _ = round_magnitudes(low, low + length, count)
    assert all(10**low * (1 - 1e-6) <= value <= 10 ** (low + length) * (1 + 1e-6) for value in values)
    assert len(values) <= 2 * count + 2


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 3, ["1", "3", "10", "30", "100", "300", "1000"]),
        (0, 4, ["1", "10", "100", "1 mil", "10 mil"]),
        (-3, 1, ["0,001", "0,01", "0,1", "1", "10"]),
        (0, 1, ["1", "2", "5", "10"]),
        (3, 9, ["1 mil", "10 mil", "100 mil", "1 M", "10 M", "100 M", "1 mil M"]),
        (0.2, 0.9, ["2", "4", "6"]),
        (-3, 9, ["0,01", "1", "100", "10 mil", "1 M", "100 M"]),
    ],
)
def test_magnitudes_are_powers_of_ten_or_round_numbers_between_two(low, high, texts):
    ticks = number_ticks(Extent(Scale.LOG, low, high), Axis(Scale.LOG), ES, 6)
    assert [tick.text for tick in ticks] == texts


@given(ends, st.floats(1e-3, 1e15), st.sampled_from(Language))
def test_no_two_ticks_have_the_same_words(low, length, language):
    extent = tight(Scale.NUMBER, [low, low + length])
    words = texts(number_ticks(extent, Axis(), language, 6))
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("low", "high", "language", "words"),
    [
        (27, 37, ES, ["28 €", "30 €", "32 €", "34 €", "36 €"]),
        (28, 40, EN, ["€30.0", "€32.5", "€35.0", "€37.5", "€40.0"]),
        (0, 5000, ES, ["0 €", "1000 €", "2000 €", "3000 €", "4000 €", "5000 €"]),
        (0, 2_500_000, ES, ["0 €", "500 mil €", "1 M €", "1,5 M €", "2 M €", "2,5 M €"]),
        (1e12, 1e12 + 5, EN, [f"€1,000,000,000,00{digit}" for digit in range(6)]),
        (0, 1e-8, ES, ["0 €", "2e\u221209 €", "4e\u221209 €", "6e\u221209 €", "8e\u221209 €", "1e\u221208 €"]),
    ],
)
def test_numbers_are_short_only_where_they_stay_exact(low, high, language, words):
    assert texts(number_ticks(Extent(Scale.NUMBER, low, high), Axis(unit="€"), language, 5)) == words


@pytest.mark.parametrize(
    ("high", "count", "values"), [(2, 6, [0, 1, 2]), (12, 5, [0, 5, 10]), (1250, 5, [0, 250, 500, 750, 1000, 1250])]
)
def test_counts_have_whole_ticks(high, count, values):
    assert round_numbers(0, high, count, whole=True) == (values, 0)


@given(st.dates(date(3, 1, 1), date(9000, 1, 1)), st.integers(1, 300_000), st.sampled_from(Language))
def test_the_words_of_days_never_meet_on_a_phone(first, length, language):
    assume(first.toordinal() + length <= date.max.toordinal())
    ticks = [tick for tick in ticks_of_days(first, length, language) if not tick.spare]
    assert 1 <= len(ticks) <= 6
    for before, after in pairwise(ticks):
        assert (after.at - before.at) * 300 > (before.width + after.width) / 2


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 20_000))
def test_each_year_that_begins_among_months_is_told_once_on_either_picture(first, length):
    ticks = ticks_of_days(first, length)
    assume(any(tick.below for tick in ticks))
    for shown in (ticks, [tick for tick in ticks if not tick.spare]):
        years = [tick.below for tick in shown if tick.below and not (shown is ticks and tick.told)]
        assert years == sorted(set(years))
        assert shown[0].below


@pytest.mark.parametrize(
    ("first", "length", "words"),
    [
        (date(2025, 11, 3), 1, ["3 nov", "4 nov"]),
        (date(2025, 11, 3), 30, ["3 nov", "10 nov", "17 nov", "24 nov", "1 dic"]),
        (date(2025, 11, 3), 150, ["dic", "ene", "feb", "mar", "abr"]),
        (date(2025, 11, 3), 1100, ["ene", "jul", "ene", "jul", "ene", "jul"]),
        (date(2000, 1, 1), 1600, ["ene", "jul"] * 4 + ["ene"]),
        (date(2000, 1, 1), 4500, [str(year) for year in range(2000, 2013, 2)]),
        (date(100, 1, 1), 700_000, [str(year) for year in range(200, 2001, 200)]),
        (date(1950, 1, 1), 25_000, ["1950", "1960", "1970", "1980", "1990", "2000", "2010"]),
    ],
)
def test_days_are_named_by_days_weeks_months_or_years(first, length, words):
    assert texts(ticks_of_days(first, length)) == words


def test_months_and_weeks_begin_on_their_first_day():
    months = ticks_of_days(date(2026, 1, 1), 150)
    assert [round(tick.at * 150) for tick in months] == [0, 31, 59, 90, 120]
    [monday, *_] = ticks_of_days(date(2026, 1, 1), 40)
    assert (monday.text, round(monday.at * 40)) == ("5 ene", 4)


def test_a_narrow_picture_keeps_januaries():
    kept = [tick for tick in ticks_of_days(date(2025, 11, 3), 364) if not tick.spare]
    assert [(tick.text, tick.below) for tick in kept][:2] == [("ene", "2026"), ("mar", "")]


def test_english_months_are_english():
    assert texts(ticks_of_days(date(2025, 12, 30), 3, EN)) == ["30 Dec", "31 Dec", "1 Jan", "2 Jan"]


@given(st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=40, unique=True))
def test_the_words_of_names_never_meet(names):
    extent = Extent(Scale.NAME, -0.5, len(names) - 0.5, {name: index for index, name in enumerate(names)})
    ticks = fitting(extent, Axis(Scale.NAME), ES, 300, 540)
    for shown, pixels in ((ticks, 540), ([tick for tick in ticks if not tick.spare], 300)):
        assert all((b.at - a.at) * pixels > (a.width + b.width) / 2 for a, b in pairwise(shown))


def test_all_weekdays_are_named_on_a_phone():
    days = ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"]
    extent = Extent(Scale.NAME, -0.5, 6.5, {name: index for index, name in enumerate(days)})
    assert not any(tick.spare for tick in fitting(extent, Axis(Scale.NAME), ES, 300, 540))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (20265, "20.265 $"),
        (3.3, "3,3 $"),
        (-0.5, "\u22120,5 $"),
        (33.333, "33,3 $"),
        (0.012345, "0,0123 $"),
        (1_250_000, "1,25 M $"),
        (12345.6, "12.346 $"),
        (0, "0 $"),
        (None, "\u2013"),
        (float("nan"), "\u2013"),
    ],
)
def test_a_value_by_itself_is_whole_or_in_three_figures(value, text):
    assert value_text(value, Axis(unit="$"), ES) == text


def test_days_at_the_ends_of_the_calendar_have_ticks():
    assert texts(ticks_of_days(date.max - timedelta(days=3), 3))[-1] == "31 dic"
    assert ticks_of_days(date(1, 1, 1), 3)
