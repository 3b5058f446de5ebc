"""Numbers as each language writes them."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.words.numbers import MINUS, Language, compact, money, number, plain

ES, EN = Language.ES, Language.EN
MARKS = {ES: str.maketrans(f".,{MINUS}", "_.-"), EN: str.maketrans(f",.{MINUS}", "_.-")}


@given(st.decimals(-(10**12), 10**12, places=2), st.sampled_from(Language))
def test_a_number_reads_back_as_itself(value, language):
    assert Decimal(number(value, 2, language).translate(MARKS[language])) == value


@given(st.integers(-(10**18), 10**18) | st.decimals(-(10**9), 10**9, places=3).map(float), st.sampled_from(Language))
def test_a_number_keeps_the_decimals_that_it_has_and_no_more(value, language):
    written = plain(value, language).translate(MARKS[language])
    assert Decimal(written) == (value if isinstance(value, int) else Decimal(repr(value)))
    assert not written.endswith(".0")


@given(st.floats(-1e15, 1e15).filter(lambda value: value == 0 or abs(value) > 1e-3))
def test_an_axis_shows_three_figures_of_a_number(value):
    digits, _, word = re.fullmatch(r"(-?[\d.]+)(()[a-zA-Z]*)", compact(value, EN).translate(MARKS[EN])).group(1, 3, 2)
    assert float(digits) * {"": 1, "k": 1e3, "M": 1e6, "bn": 1e9}[word] == pytest.approx(value, rel=0.006)


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        (999.9, ES, "1000"),
        (1000, ES, "1 mil"),
        (12_345, EN, "12.3k"),
        (-2_500_000, ES, "\u22122,5 M"),
        (3e9, ES, "3 mil M"),
    ],
)
def test_an_axis_names_magnitudes(value, language, text):
    assert compact(value, language) == text


def test_a_minus_is_as_wide_as_a_plus_and_what_rounds_to_nothing_has_none():
    assert (number(-3.5, 1, EN), plain(-3), money(Decimal(-2), "EUR", EN)) == ("\u22123.5", "\u22123", "\u2212€2.00")
    assert number(-0.001, 2) == "0,00"


@pytest.mark.parametrize(
    ("currency", "text"), [("USD", "$9.90"), ("GBP", "£9.90"), ("SEK", "9.90 SEK"), ("EUR", "€9.90")]
)
def test_english_puts_the_sign_of_a_currency_first(currency, text):
    assert money(Decimal("9.9"), currency, EN) == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1234", "JPY", "1.234 JPY"),
        ("1234.00", "JPY", "1.234 JPY"),
        ("7.5", "KWD", "7,500 KWD"),
        ("9.355", "EUR", "9,355 €"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency_at_least(amount, currency, text):
    assert money(Decimal(amount), currency) == text
