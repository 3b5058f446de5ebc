"""Price text of every locale seen, and what is refused."""

# ruff: noqa: RUF001 - prices and sizes are written with these signs

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.money import Money, is_number, parse_price, read_amount

READ = [
    # text, hint, decimal mark of the page, amount, currency
    ("1.234,56 €", None, None, "1234.56", "EUR"),
    ("1.234,56\u00a0€", None, None, "1234.56", "EUR"),
    ("1\u202f234,00\u202f€", None, None, "1234.00", "EUR"),
    ("EUR 12,95", None, None, "12.95", "EUR"),
    ("€2.95", None, None, "2.95", "EUR"),
    ("15,99 € *", None, None, "15.99", "EUR"),
    ("14.99*€", None, None, "14.99", "EUR"),
    ("12,- €", None, None, "12", "EUR"),
    ("CHF 12.–", None, None, "12", "CHF"),
    ("CHF 1'234.50", None, None, "1234.50", "CHF"),
    ("52,41€52,41€", None, None, "52.41", "EUR"),
    ("£34.99", None, None, "34.99", "GBP"),
    ("$1,234.56", "USD", None, "1234.56", "USD"),
    ("$1,234.56", "MXN", None, "1234.56", "MXN"),
    ("US$12.00", "EUR", None, "12.00", "USD"),
    ("CDN$ 16.16", "CAD", None, "16.16", "CAD"),
    ("R$ 1.234,56", None, None, "1234.56", "BRL"),
    ("₹1,234.00", None, None, "1234.00", "INR"),
    ("₹1,23,456.00", None, None, "123456.00", "INR"),
    ("￥1,980", "JPY", None, "1980", "JPY"),
    ("¥１，９８０", "JPY", None, "1980", "JPY"),
    ("E£1,234.50", "EGP", None, "1234.50", "EGP"),
    ("R 1 234,50", "ZAR", None, "1234.50", "ZAR"),
    ("12,34 $ CA", None, None, "12.34", "CAD"),
    ("US $5.00", "EUR", None, "5.00", "USD"),
    ("1,980円", None, None, "1980", "JPY"),
    ("1 234,56 kr", "SEK", None, "1234.56", "SEK"),
    ("1 234,56 zł", None, None, "1234.56", "PLN"),
    ("₺54,90", None, None, "54.90", "TRY"),
    ("13,73 TL", None, None, "13.73", "TRY"),
    ("SAR1,279.00", None, None, "1279.00", "SAR"),
    ("١٬٢٣٤٫٥٠ ر.س", None, None, "1234.50", "SAR"),
    ("TWD 312.45", "GBP", None, "312.45", "TWD"),
    ("1 189,000 TND", None, None, "1189.000", "TND"),
    ("579,000 DT", None, ",", "579.000", "TND"),
    ("1.250 KD", None, ".", "1.250", "KWD"),
    ("1.234 €", None, None, "1234", "EUR"),
    ("1.234.567 €", None, None, "1234567", "EUR"),
    ("0.123 €", None, None, "0.123", "EUR"),
    ("81€99", None, None, "81.99", "EUR"),
    (",89 €", None, None, "0.89", "EUR"),
    ("C $61.99", None, None, "61.99", "CAD"),
]


@pytest.mark.parametrize(("text", "hint", "decimal", "amount", "currency"), READ)
def test_a_price_is_read_in_its_locale(text, hint, decimal, amount, currency):
    assert parse_price(text, currency_hint=hint, decimal=decimal) == Money(Decimal(amount), currency)


MARKS = {
    "EUR": "€ EURO EUROS", "GBP": "£", "USD": "US$ U$S $\u00a0US US\u00a0$", "CAD": "CDN$ CA$ C$ CAD$ $\u00a0CA $CA",
    "AUD": "A$ AU$", "NZD": "NZ$", "SGD": "S$", "HKD": "HK$", "TWD": "NT$", "MXN": "MX$", "BRL": "R$",
    "INR": "₹ Rs. Rs", "JPY": "円", "CNY": "元 RMB", "TRY": "₺ TL", "PLN": "zł", "CZK": "Kč", "RON": "lei", "BGN": "лв",
    "RUB": "₽ руб", "UAH": "₴ грн", "ILS": "₪", "KRW": "₩ 원", "THB": "฿", "VND": "₫", "IDR": "Rp", "MYR": "RM",
    "PHP": "₱", "CHF": "Fr. SFr", "TND": "DT د.ت", "SAR": "ر.س ريال \u20c1", "AED": "د.إ درهم Dhs",
    "EGP": "ج.م جنيه E£", "KWD": "KD د.ك", "ZAR": "R",
}  # fmt: skip
CODES = (
    "AED ARS AUD BGN BHD BRL CAD CHF CLP CNY COP CZK DKK DZD EGP EUR GBP HKD HUF IDR ILS INR ISK JOD JPY KRW KWD LYD "
    "MAD MXN MYR NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD UAH USD UYU VND ZAR"
)
SHARED = {
    "$": "USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU", "kr": "SEK NOK DKK ISK", "kr.": "SEK NOK DKK ISK",
    "¥": "JPY CNY", "\ufdfc": "SAR QAR OMR YER IRR",
}  # fmt: skip


@pytest.mark.parametrize(
    ("mark", "currency"),
    [
        *((mark.replace("\u00a0", " "), currency) for currency, marks in MARKS.items() for mark in marks.split(" ")),
        *((code, code) for code in CODES.split()),
    ],
)
def test_each_mark_and_code_names_its_currency(mark, currency):
    assert parse_price(f"12 {mark}") == parse_price(f"{mark} 12") == Money(Decimal(12), currency)


@pytest.mark.parametrize(
    ("mark", "currency"), [(mark, one) for mark, several in SHARED.items() for one in several.split()]
)
def test_a_mark_that_several_currencies_share_is_any_of_them_and_no_other(mark, currency):
    assert parse_price(f"12 {mark}", currency_hint=currency) == Money(Decimal(12), currency)
    assert parse_price(f"12 {mark}", currency_hint="EUR") is parse_price(f"12 {mark}") is None


@pytest.mark.parametrize(
    ("currency", "amount"),
    [*((one, "1234") for one in ("JPY", "KRW", "VND", "CLP", "ISK", "EUR")),
     *((one, None) for one in ("BHD", "JOD", "KWD", "LYD", "OMR", "TND"))],
)  # fmt: skip
def test_three_digits_after_a_point_are_thousands_but_where_a_currency_has_three_places(currency, amount):
    assert parse_price(f"1.234 {currency}") == (amount and Money(Decimal(amount), currency))


REFUSED = [
    ("J$12", "USD"),
    ("L£12", "GBP"),
    ("₦500", "USD"),
    ("1,2345", "USD"),
    ("", "EUR"),
    ("Free", "USD"),
    ("Gratis", "EUR"),
    ("0,00 €", None),
    ("$10 - $20", "USD"),
    ("10,00 € – 20,00 €", None),
    ("desde 9,95 €", None),
    ("from £9.95", None),
    ("-5,00 €", None),
    ("-21 %", "EUR"),
    ("10 x 6,29 €", None),
    ("9,45 €/l", None),
    ("£ 34 99", None),
    (".75 €", None),
    ("12.34.56 €", None),
    ("1,2345.00 $", "USD"),
    ("69 TL 41.90 TL", None),
    ("AED 8000 (USD 2179)", None),
    ("$12.99", None),
    ("$12.99", "EUR"),
    ("￥1,980", None),
    ("99 kr", None),
    ("579,000 DT", None),
    ("1.234", None),
    ("500 g 12,95 €", None),
    ("52? 41 €", None),
    ("9" * 300, "EUR"),
]


@pytest.mark.parametrize(("text", "hint"), REFUSED)
def test_what_is_not_surely_one_price_is_refused(text, hint):
    assert parse_price(text, currency_hint=hint) is None


def test_three_digits_after_a_known_decimal_mark_are_a_contradiction_in_a_two_place_currency():
    assert read_amount("1,234", currency="EUR", decimal=",") is None
    assert read_amount("1,234", currency="EUR", decimal=".") == Decimal(1234)


@pytest.mark.parametrize("text", ["39⁹⁵ €", "39² €", "39,95² €", "³9,95 €", "39₂ €", "③⑨ €", "39½ €", "39 €⁹⁵", "39Ⅻ"])
def test_a_number_drawn_beside_digits_is_none_of_them(text):
    assert parse_price(text) is read_amount(text.replace("€", ""), currency="EUR") is None


def test_digits_that_are_drawn_in_the_other_direction_are_refused():
    assert parse_price("\u202e59.93\u202c €") is None


@pytest.mark.fuzz
@given(
    st.sampled_from(["39,95 €", "1.234,50 €", "€12.00", "39 €"]),
    st.integers(0, 10),
    st.characters(categories=["No", "Nl"]),
)
def test_no_footnote_changes_an_amount(text, place, sign):
    assert parse_price(text[:place] + sign + text[place:]) in {None, parse_price(text)}


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("39,95", True), ("39.95 EUR", True), ("€ 39,95*", True), ("12,-", True), ("1'234.50", True), ("", False),
     ("€", False), ("39.95-", False), ("desde 39.95", False), ("39.95 al mes", False), ("39.95 l", False),
     ("39.95/l", False)],
)  # fmt: skip
def test_a_number_is_alone_but_for_marks_of_currencies(text, is_one):
    assert is_number(text) is is_one


@pytest.mark.fuzz
@given(st.text(max_size=80))
def test_any_text_gives_an_amount_above_zero_or_none(text):
    money = parse_price(text, currency_hint="EUR")
    assert money is None or money.amount > 0


@pytest.mark.fuzz
@given(
    st.decimals(min_value="0.01", max_value="9999999", places=2),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", "."), ("", ".")]),
)
def test_a_written_amount_is_read_back(amount, marks):
    group, decimal = marks
    written = f"{amount:,.2f}".replace(",", "#").replace(".", decimal).replace("#", group)
    assert parse_price(f"{written} €") == Money(amount, "EUR")


@pytest.mark.real_data
def test_no_amount_of_the_published_price_strings_is_read_wrong(real_data):
    examples = json.loads((real_data / "prices/strings/price_parser_cases.json").read_text())["examples"]
    wrong, right, priced = [], 0, 0
    for example in examples:
        hint = example["currency_hint"] if len(example["currency_hint"] or "") == 3 else None
        money = parse_price(example["price_raw"] or "", currency_hint=hint or "USD")
        expected = example["amount"]
        expected = Decimal(str(expected).removeprefix("Decimal('").removesuffix("')")) if expected is not None else None
        priced += expected is not None
        right += money is not None and money.amount == expected
        if money is not None and money.amount != expected:
            wrong.append((example["price_raw"], money))
    assert wrong == []
    assert right / priced > 0.7
