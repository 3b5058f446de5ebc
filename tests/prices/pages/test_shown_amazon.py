"""What stands beside the featured price of Amazon, and what of it people see: made pages of one block each."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices import pages
from almazara.prices.pages.outcome import Offer, Unreadable

ASIN = "B0SAMPLE01"


def priced(whole="39", mark=",", fraction="95", said=" ", kind="priceToPay"):
    return (
        f'<span class="a-price {kind}"><span class="a-offscreen">{said}</span><span aria-hidden="true">'
        f'<span class="a-price-whole">{whole}<span class="a-price-decimal">{mark}</span></span>'
        f'<span class="a-price-fraction">{fraction}</span><span class="a-price-symbol">€</span></span></span>'
    )


def read(core, attributes="", beside=""):
    html = (
        f'<!doctype html><title>Aceite</title><span id="productTitle">Aceite</span>'
        f'<div id="corePriceDisplay_desktop_feature_div" {attributes}><div class="a-section">{core}</div></div>{beside}'
        f'<div id="availability">En stock</div><form id="addToCart"><input id="ASIN" name="ASIN" value="{ASIN}">'
        f'<input id="add-to-cart-button"></form>'
    )
    return pages.read(html, url=f"https://www.amazon.es/dp/{ASIN}")


BEHIND = [
    " por litro", " el litro", "<span>/ 100 ml</span>", "<span>sin IVA</span>", "<span>IVA excl.</span>",
    "<span>+ IVA</span>", "<span>de segunda mano</span>", "<span>reacondicionado</span>", "<span>con cupón</span>",
    "<span>con Prime</span>", "<span>para empresas</span>", "<span>en 4 plazos</span>", "<span>durante 12 meses</span>",
    "<span>de envío</span>", "<span>precio anterior</span>", "<span> o más</span>", "<div>Precio sin impuestos</div>",
    "<div>al comprar 2</div>", "<div>Solo miembros Prime</div>", "<span>excl. VAT</span>", "<span>hors TVA</span>",
    "<span>zzgl. MwSt.</span>", "<span>gebraucht</span>", "<span>ao litro</span>",
]  # fmt: skip
BEFORE = [
    "Desde ", "Segunda mano: ", "Precio recomendado: ", "Precio por litro: ", "Antes: ", "<span>A partir de</span> ",
    "<span>Ahorra</span> ", "<span>Envío</span> ", "Cuota mensual: ", "<div>Alquilar</div>",
    "<div>Con suscripción</div>",
    "<div>Precio para empresas (sin IVA)</div>", "<div>Precio con cupón</div>", "From ", "Used: ", "List price: ",
    "Gebraucht: ", "à partir de ", "usato: ",
]  # fmt: skip


@pytest.mark.parametrize("behind", BEHIND)
def test_words_behind_the_featured_price_make_it_another_one(behind):
    assert isinstance(read(priced() + behind), Unreadable)


@pytest.mark.parametrize("before", BEFORE)
def test_words_before_the_featured_price_make_it_another_one(before):
    assert isinstance(read(before + priced()), Unreadable)


def test_a_price_beside_such_words_is_in_doubt_where_it_is_repeated_without_them_too():
    again = f'<div id="corePrice_feature_div">{priced(kind="")}</div>'
    assert read(priced(), beside=again).price == Decimal("39.95")
    assert isinstance(read("Desde " + priced(), beside=again), Unreadable)


HARMLESS = [
    ("", "<span>PVPR: 45,00 €</span>"), ("", "<span>(7,99 € / l)</span>"), ("", "<span>Ahorras: 5,05 € (11 %)</span>"),
    ("", "<span>Precio por litro: 7,99 €</span>"), ("", "<span>& envío GRATIS</span>"),
    ("", "<span>+ 3,99 € de envío</span>"),
    ("<span>-21 %</span>", ""), ("<span class='aok-offscreen'>39,95 € avec 16 % d&#39;économies</span>", ""),
    ("Precio: ", ""), ("Nuevo: ", ""), ("<div>4,5 de 5 estrellas</div>", ""),
    ("<span class='aok-hidden'>Desde</span>", ""),
    ("", "<span style='display:none'>sin IVA</span>"), ("<div hidden>Segunda mano</div>", ""),
    ("", "<div id='usedBox'>de segunda mano</div>"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "behind"), HARMLESS)
def test_words_of_another_amount_or_that_nobody_sees_leave_the_featured_price_what_it_is(before, behind):
    assert read(before + priced() + behind).price == Decimal("39.95")


HIDING = [
    "style='display:none'",
    "hidden",
    "class='aok-hidden'",
    "style='opacity:0'",
    r"style='display:\6eone'",
    "popover",
]


@pytest.mark.parametrize("how", HIDING)
def test_a_block_that_nobody_sees_holds_no_featured_price(how):
    assert isinstance(read(priced(), how), Unreadable)
    assert isinstance(read(f"<div {how}>{priced()}</div>"), Unreadable)
    assert isinstance(read(priced(), "style='text-decoration:underline'"), Offer)


@pytest.mark.parametrize("how", [*HIDING, "style='font-size:0'"])
def test_digits_that_nobody_sees_are_none_of_the_featured_prices(how):
    assert read(priced(whole=f"<span {how}>1</span>39")).price == Decimal("39.95")
    assert read(priced(fraction=f"95<span {how}>0</span>")).price == Decimal("39.95")


def test_a_price_struck_by_its_style_is_not_the_featured_one():
    assert isinstance(read(f"<span style='text-decoration:line-through'>{priced()}</span>"), Unreadable)


@pytest.mark.parametrize("fraction", ["9", "950", "\N{SUPERSCRIPT NINE}\N{SUPERSCRIPT FIVE}"])
def test_cents_that_are_not_two_digits_are_doubt(fraction):
    assert isinstance(read(priced(fraction=fraction)), Unreadable)


@given(st.integers(1, 9_999), st.integers(0, 99), st.integers(1, 9_999), st.integers(0, 99))
def test_what_screen_readers_are_told_and_what_is_drawn_must_be_one_amount(whole, cents, other, others):
    outcome = read(priced(str(whole), ",", f"{cents:02}", said=f"{other},{others:02}€"))
    if (whole, cents) == (other, others):
        assert outcome.price == Decimal(f"{whole}.{cents:02}")
    else:
        assert isinstance(outcome, Unreadable)
