"""Litres in titles and unit texts: read surely, or not at all."""

# ruff: noqa: RUF001 - prices and sizes are written with these signs

import csv
import gzip
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices.packs import LITRES, agrees, litres, price_per_litre

READ = [
    ("Aceite de oliva 5 l", "5"),
    ("Aceite 1L", "1"),
    ("Aceite 1,5L", "1.5"),
    ("Aceite 25 cl", "0.25"),
    ("Aceite 7,5 dl", "0.75"),
    ("Aceite 1.000 ml", "1"),
    ("pet 2 litros", "2"),
    ("garrafa 5 litros", "5"),
    ("lata de 5 l", "5"),
    ("3 x 500 ml", "1.5"),
    ("3x500ml", "1.5"),
    ("500 ml × 3", "1.5"),
    ("(6 x 1 L)", "6"),
    ("botella 75cl x 6u", "4.5"),
    ("Pack de 6 botellas de 750ml", "4.5"),
    ("2 botellas x 750 ml", "1.5"),
    ("750 ml (Pack of 3)", "2.25"),
    ("6er Pack (6 x 750 ml)", "4.5"),
    ("Olivenöl 500ml (2er Pack)", "1"),
    ("Aceite 500ml. Caja de 6 unidades", "3"),
    ("Pack 3 garrafas 5 L (15 L)", "15"),
    ("2x5l = 10L", "10"),
    ("monodosis 100 x 10 ml", "1"),
    ("aceite suave 04 botella 1 l", "1"),
    ("aceite 0,4 botella 1 l", "1"),
    ("aceite suave 04 pack 2 botellas 1 l", "2"),
    ("Olive oil 33.8 fl oz", "0.9996"),
    ("Olive oil 33.8 fl oz (1 l)", "0.9996"),
    ("Aceite de oliva 4,58 kg", "5"),
    ("12 mini botellas de 50 ml aceite de oliva", "0.6"),
    ("Olive oil twin pack 500 ml", "1"),
    ("Olivenöl Doppelpack 1 l", "2"),
    ("Tripack aceite 250 ml", "0.75"),
    ("Media docena de botellas de aceite 1 L", "6"),
    ("Docena de botellas de aceite 500 ml", "6"),
    ("Seis botellas de aceite 1 L", "6"),
    ("Pack-3 5 L", "15"),
    ("3 garrafões de azeite 5 L", "15"),
    ("3 Kanister Olivenöl 5 L", "15"),
    ("4 latte da 5 l", "20"),
    ("Azeite caixa de 12 500 ml", "6"),
    ("Olive oil 6pk 500 ml", "3"),
    ("4 por 1 L aceite", "4"),
    ("100 monodosis de aceite 10 ml", "1"),
    ("Aceite 1 L (máximo 12 unidades por pedido)", "1"),
    ("Aceite 1 L (mín. 3 uds.)", "1"),
    ("Aceite 1 L lleva 4 uds paga 3", "1"),
    ("Aceite 1 L, 2ª unidad al 50 %", "1"),
    ("Aceite 100 arbequina 500 ml", "0.5"),
    ("AOVE n 5 maestros 500 ml", "0.5"),
    ("AOVE Cosecha 2025 - 5L", "5"),
    ("Aceite 2 L - 2 litros", "2"),
    ("Sechserpack Olivenöl 500 ml", "3"),
    ("Zeytinyağı 4'lü paket 1 L", "4"),
    ("Oliwa 6-pak 500 ml", "3"),
    ("Olivenöl 750 ml, Mindestbestellmenge 6 Flaschen", "0.75"),
]


@pytest.mark.parametrize(("title", "expected"), READ)
def test_litres_are_read_from_a_title(title, expected):
    assert litres(title) == Decimal(expected)


REFUSED = [
    "Aceite de oliva virgen extra",
    "500 ml + 250 ml gratis",
    "1 l + 1 l",
    "1 l y 500 ml",
    "500 ml +20% gratis",
    "Pack ahorro 3x2 1 l",
    "2x1 en aceite 1 l",
    "250-500 ml",
    "1/2 litro",
    "2 cajas de 6 botellas de 1 l",
    "Pack de 3, 6 x 1 l",
    "0,75 cl",
    "1.000 l",
    "lata 25 l",
    "Aceite 5W30",
    "Talla L",
    "Crema de avellanas 750 g",
    "Atún en aceite de oliva 80 g",
    "Tomate con ajo y aceite de oliva 370 g",
    "Oferta 0,95 €/100 ml",
    "Aceite de oliva 10 ml 100/1",
    "3 zafras de aceite 5 L",
    "Docena de botellas, 6 x 1 l",
    "Olive oil 250ml and vinegar 250ml",
    "250 - 500 ml",
]


@pytest.mark.parametrize("title", REFUSED)
def test_litres_that_are_not_surely_said_are_none(title):
    assert litres(title) is None


def test_one_litre_is_ten_decilitres_a_hundred_centilitres_a_thousand_millilitres():
    assert LITRES["l"] == 1
    assert 10 * LITRES["dl"] == 100 * LITRES["cl"] == 1000 * LITRES["ml"] == LITRES["l"]


def test_the_unit_text_fills_in_and_must_not_contradict():
    assert litres("Aceite de oliva", "Garrafa 5 l") == 5
    assert litres("Aceite de oliva 5 l", "5 l") == 5
    assert litres("Aceite de oliva 5 l", "3 l") is None
    assert litres("Aceite de oliva 5 l", "9,45 €/l") == 5


def test_the_price_of_a_litre_is_rounded_to_four_decimals():
    assert price_per_litre(Decimal("10.00"), Decimal(3)) == Decimal("3.3333")


@pytest.mark.fuzz
@given(st.text(max_size=120))
def test_any_title_gives_litres_above_zero_or_none(title):
    read = litres(title)
    assert read is None or read > 0


@given(
    st.integers(2, 24), st.sampled_from([250, 330, 500, 750, 1000]), st.sampled_from(["{n} x {ml} ml", "{ml}ml x {n}"])
)
def test_a_pack_holds_count_times_size(count, size, form):
    assert litres(form.format(n=count, ml=size)) == Decimal(count * size) / 1000


@pytest.mark.real_data
def test_real_supermarket_titles_are_read_to_sizes_that_are_sold(real_data):
    path = real_data / "prices/series/facua_es_supermarkets_olive_oil_daily_2024.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        titles = {row["title"].split(" [")[0] for row in csv.DictReader(file)}
    sizes = [size for title in titles if (size := litres(title)) is not None]
    assert len(sizes) / len(titles) > 0.88
    assert {str(size) for size in sizes} <= {"0.1", "0.2", "0.25", "0.28", "0.3", "0.5", "0.75", "1", "2", "3", "5"} | {
        "0.02"
    }


@pytest.mark.parametrize(
    ("unit_price", "per", "fits"),
    [("4.20", "l", True), ("0.42", "100 ml", True), ("4.25", "1 l", True), ("0.84", "l", False), ("21", "unit", True)],
)
def test_a_printed_unit_price_fits_the_litres_or_contradicts_them(unit_price, per, fits):
    assert agrees(Decimal(5), Decimal("21.00"), Decimal(unit_price), per) is fits
