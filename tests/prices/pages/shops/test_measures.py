"""A price per unit of measure, or without tax, is never the price, in whatever words and signs: made pages."""

import json
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from almazara.prices import pages
from almazara.prices.pages.outcome import Offer, Unreadable

NAME = "Aceite Lagar Alto"


def read(shown):
    product = {"@type": "Product", "name": NAME, "offers": {"price": "18.95", "priceCurrency": "EUR"}}
    published = f"<script type='application/ld+json'>{json.dumps(product)}</script>"
    return pages.read(f"<!doctype html><h1>{NAME}</h1><div>{shown}</div>{published}", url="https://shop.example/p/1")


PER_UNIT = [
    "Litro: 18,95 €", "5 botellas · Litro: 18,95 €", "El litro sale a 18,95 €", "litro a 18,95 €", "(kg) 18,95 €",
    "Precio del litro: 18,95 €", "Precio/l: 18,95 €", "€/L 18,95", "EUR/kg 18,95", "€ / 100 ml 18,95",
    "18,95 € por cada litro", "18,95 € (litro)", "18,95 € · litro", "18,95 €/lítro", "18,95 € cada litro",
    "18,95 € por dosis", "18,95 € por lavado", "18,95 € al kilo",
    "The litre costs 18,95 €", "18,95 € each litre", "18,95 € per dose", "Kilo: 18,95 €",
    "Der Liter kostet 18,95 €", "18,95 € jeder Liter", "Preis pro Liter: 18,95 €", "18,95 € pro kg",
    "Le litre revient à 18,95 €", "18,95 € chaque litre", "18,95 € le kilo", "Prix du litre : 18,95 €",
    "Il litro costa 18,95 €", "18,95 € ogni litro", "18,95 € al litro", "18,95 € per lavaggio",
    "O litro fica a 18,95 €", "18,95 € ao litro", "18,95 € o kilo", "Preço do litro: 18,95 €",
    "<p>Litro</p><p>18,95 €</p>", "18,95 €<p>/ litro</p>",
]  # fmt: skip


@pytest.mark.parametrize("shown", PER_UNIT)
def test_a_price_per_unit_is_not_the_price(shown):
    assert isinstance(read(shown), Unreadable)


SIZED = [
    "1 L 18,95 €", "5 L: 18,95 €", "Botella de 1 litro: 18,95 €", "1 kilo: 18,95 €", "Bolsa 5 <b>kg</b> 18,95 €",
    "5 litros 18,95 €", "18,95 € (5,99 €/l)", "18,95 € · 5,99 € el litro", "5,99 €/l, 18,95 €", "18,95 € al contado",
    "(5,99 € por litro) 18,95 €", "Antes 24,95 € (5,99 € el litro) 18,95 €", "18,95 € precio por litro 5,99 €",
    "18,95 €<p>Precio por litro: 5,99 €</p>", "Talla M / L 18,95 €", "Kilometro Cero 18,95 €",
]  # fmt: skip


@pytest.mark.parametrize("shown", SIZED)
def test_a_size_or_another_amounts_unit_leaves_the_price_what_it_is(shown):
    assert read(shown).price == Decimal("18.95")


SLASHES = st.sampled_from("/\N{FRACTION SLASH}\N{DIVISION SLASH}\N{FULLWIDTH SOLIDUS}\N{BIG SOLIDUS}")
UNITS = st.sampled_from(
    ["l", "L", "kg", "litro", "Liter", "100 ml", "\N{SCRIPT SMALL L}", "\N{SQUARE KG}", "\N{SQUARE ML}"]
)
GAPS = st.sampled_from(["", " ", "\N{NO-BREAK SPACE}", "<b></b>", "\N{ZERO WIDTH SPACE}"])


@given(SLASHES, UNITS, GAPS, GAPS)
@example("\N{FRACTION SLASH}", "\N{SCRIPT SMALL L}", "", "")
def test_a_slash_and_a_unit_behind_make_a_price_one_per_unit_in_whatever_signs(slash, unit, before, between):
    assert isinstance(read(f"18,95 €{before}{slash}{between}{unit}"), Unreadable)


@given(st.integers(2, 99), UNITS, st.sampled_from([" ", ": ", " - ", "<br>"]))
def test_how_much_there_is_of_it_leaves_the_price_what_it_is(much, unit, between):
    shown = read(f"{much} {unit.removeprefix('100 ')}{between}18,95 €")
    assert isinstance(shown, Offer)


WITHOUT_TAX = [
    "(precio sin impuestos)", "(sin impuestos)", "(IVA no incluido)", "(no incluye IVA)", "precio sin IVA",
    "(VAT not included)", "(price excluding VAT)", "(before tax)", "(Preis ohne MwSt.)", "(MwSt. nicht enthalten)",
    "(hors taxes)", "(prix hors TVA)", "(TVA non comprise)", "(IVA esclusa)", "(prezzo senza IVA)", "(sem impostos)",
    "(IVA não incluído)", "(excl. btw)", "(por persona)", "precio anterior", "(precio recomendado)", "(por litro)",
]  # fmt: skip


@pytest.mark.parametrize("note", WITHOUT_TAX)
@pytest.mark.parametrize("price", ["18,95 €", "18,95 € ahora"])
def test_a_line_below_says_what_a_price_is(note, price):
    if note.startswith("(") or price.endswith("€"):
        assert isinstance(read(f"<p>{price}</p><p>{note}</p>"), Unreadable)


@pytest.mark.parametrize(
    "note", ["(IVA incluido)", "(sin IVA: 15,66 €)", "(precio sin impuestos 15,66 €)", "(en stock)"]
)
@pytest.mark.parametrize("price", ["18,95 €", "18,95 € ahora"])
def test_a_line_below_that_is_of_another_amount_says_nothing_of_the_price(note, price):
    assert read(f"<p>{price}</p><p>{note}</p>").price == Decimal("18.95")


@pytest.mark.parametrize("about", ["aprox. 18,95 €", "\N{ALMOST EQUAL TO} 18,95 €", "\N{PLUS-MINUS SIGN}18,95 €"])
def test_an_amount_that_is_only_about_right_is_not_the_price(about):
    assert isinstance(read(about), Unreadable)
