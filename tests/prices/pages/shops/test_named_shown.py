"""Lower prices that a page shows on a condition stand beside the featured one: made pages of a few lines each."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almazara.prices import pages
from almazara.prices.pages.outcome import Offer
from almazara.prices.schema import LONGEST_CONDITION, PriceName

SHOP = "https://www.shop.example/p/1"
NAME = "Aceite Lagar Alto"


def page(shown, price="9.50", currency="EUR"):
    offered = {"@type": "Offer", "price": price, "priceCurrency": currency}
    product = {"@type": "Product", "name": NAME, "offers": offered}
    return f"<!doctype html><h1>{NAME}</h1>{shown}<script type='application/ld+json'>{json.dumps(product)}</script>"


def named(shown, price="9.50", currency="EUR"):
    outcome = pages.read(page(shown, price, currency), url=SHOP)
    assert isinstance(outcome, Offer)
    assert outcome.price == Decimal(price)
    return [(one.name.value, str(one.price), one.condition) for one in outcome.named]


NAMED = {
    "con tarjeta Club Oro 8,50 €": ("club", "con tarjeta Club Oro"),
    "Con tu tarjeta: <b>8,50 €</b>": ("club", "Con tu tarjeta"),
    "<b>8,50 €</b> con la tarjeta Club Oro": ("club", "con la tarjeta Club Oro"),
    "Precio socio 8,50 €": ("club", "Precio socio"),
    "<p>Socios</p><p>8,50 €</p>": ("club", "Socios"),
    "8,50 € para socios del club": ("club", "para socios del club"),
    "Con Lidl Plus 8,50 €": ("club", "Con Lidl Plus"),
    "met Bonuskaart 8,50 €": ("club", "met Bonuskaart"),
    "<b>8,50 €</b> Clubcard Price": ("club", "Clubcard Price"),
    "PVP socio: 8,50 €": ("club", "PVP socio"),
    "Clubcard Price 8,50 €": ("club", "Clubcard Price"),
    "Members pay 8,50 €": ("club", "Members pay"),
    "Mitgliederpreis: 8,50 €": ("club", "Mitgliederpreis"),
    "mit der PAYBACK Karte 8,50 €": ("club", "mit der PAYBACK Karte"),
    "avec la carte Carrefour 8,50 €": ("club", "avec la carte Carrefour"),
    "Bonuskaart prijs 8,50 €": ("club", "Bonuskaart prijs"),
    "Precio socio (-11 %) 8,50 €": ("club", "Precio socio (-11 %)"),
    "Precio socio 8,50 € (máx. 2 uds.)": ("club", "Precio socio"),
    "Prezzo soci 8,50 € IVA inclusa": ("club", "Prezzo soci"),
    "Prezzo soci 8,50 €": ("club", "Prezzo soci"),
    "Precio con cupón: 8,50 €": ("coupon", "Precio con cupón"),
    "con el cupón ACEITE10 8,50 €": ("coupon", "con el cupón ACEITE10"),
    "8,50 € con el código ACEITE10": ("coupon", "con el código ACEITE10"),
    "Price with code OIL10: 8,50 €": ("coupon", "Price with code OIL10"),
    "mit Gutschein OEL10 nur 8,50 €": ("coupon", "mit Gutschein OEL10 nur"),
    "avec le code HUILE10 8,50 €": ("coupon", "avec le code HUILE10"),
    "con codice OLIO10 8,50 €": ("coupon", "con codice OLIO10"),
    "Con suscripción cada 2 meses: 8,50 €": ("subscription", "Con suscripción cada 2 meses"),
    "Subscribe &amp; Save price 8,50 €": ("subscription", "Subscribe & Save price"),
    "8,50 € con suscripción": ("subscription", "con suscripción"),
    "Autoship price 8,50 €": ("subscription", "Autoship price"),
    "Im Abo: 8,50 €": ("subscription", "Im Abo"),
    "Precio en cesta: 8,50 €": ("basket", "Precio en cesta"),
    "8,50 € en el carrito": ("basket", "en el carrito"),
    "8,50 € im Warenkorb": ("basket", "im Warenkorb"),
    "8,50 € in your basket": ("basket", "in your basket"),
    "desde 2 uds. 8,50 €/ud": ("basket", "desde 2 uds"),
    "ab 6 Stück 8,50 € pro Stück": ("basket", "ab 6 Stück"),
    "8,50 €/ud (desde 6 uds)": ("basket", "ud (desde 6 uds)"),
    '<div class="club-price">Precio socios <b>8,50 €</b> <i class="unit-price">17,00 €/l</i></div>': (
        "club", "Precio socios",
    ),
}  # fmt: skip


@pytest.mark.parametrize("shown", NAMED)
def test_a_lower_price_on_a_condition_is_named_with_the_pages_own_words(shown):
    name, words = NAMED[shown]
    assert named(f"<p>9,50 €</p><div>{shown}</div>") == [(name, "8.50", words)]


NEVER = {
    "a struck club price": "<p>Precio socio <del>8,50 €</del></p>",
    "struck by class around it": '<p class="oldPrice">Precio socio <b class="club">8,50 €</b></p>',
    "hidden": "<p hidden>Precio socio 8,50 €</p>",
    "the club price of another product's card": (
        "<div><a><b>Aceite Sierra</b></a> <i>Precio socio 8,50 €</i> <i>9,00 €</i></div>"
    ),
    "the club price below a heading of others": "<h2>También te puede gustar</h2><p>Precio socio 8,50 €</p>",
    "the club price in a carousel": '<div class="carousel">Precio socio 8,50 €</div>',
    "a coupon's worth": "<p>Cupón: 5,00 €</p>",
    "a coupon of some worth": "<p>con cupón de 5,00 €</p>",
    "a coupon of some worth in German": "<p>mit Coupon über 5,00 €</p>",
    "a welcome": "<p>con el cupón de bienvenida 5,00 €</p>",
    "a saving with a coupon": "<p>Ahorra 5,00 € con el cupón ACEITE10</p>",
    "a saving behind": "<p>5,00 € de descuento con cupón</p>",
    "an amount off": "<p>-5,00 € con cupón</p>",
    "an amount off in English": "<p>5,00 € off with code OIL</p>",
    "points": "<p>Acumula 5,00 € con tu tarjeta</p>",
    "a balance": "<p>5,00 € de saldo con tu tarjeta</p>",
    "a discount in Turkish": "<p>Sepette 5,00 € indirim</p>",
    "a monthly instalment": "<p>Suscripción 5,00 €/mes</p>",
    "a monthly fee": "<p>Suscripción mensual 5,00 €</p>",
    "a yearly fee": "<p>Offerte avec la carte (puis 5,00 €/an)</p>",
    "instalments by card": "<p>3 cuotas con tarjeta de 5,00 €</p>",
    "a credit card": "<p>con tarjeta de crédito 8,50 €</p>",
    "the second one": "<p>2ª unidad 5,00 €</p>",
    "the second one with a coupon": "<p>2ª unidad con cupón 5,00 €</p>",
    "many pieces, not said of one": "<p>desde 2 uds. 8,50 €</p>",
    "two for members": "<p>2 uds. 8,50 € con tarjeta Club</p>",
    "two for members in English": "<p>any 2 for 8,50 € Clubcard Price</p>",
    "two for members, said behind": "<p>Precio socio 8,50 € por 2 unidades</p>",
    "a card of another product without a price of its own": (
        "<div><a href='/vino'><img src='v.jpg'></a> <i>Precio socio 8,50 €</i></div>"
    ),
    "a card with a linked name": "<div><h3><a href='/vino'>Vino</a></h3><i>Precio socio 8,50 €</i></div>",
    "a bottle of a pack": "<p>desde 2 uds. 3,17 €/ud</p>",
    "a unit price for members": "<p>Precio socio 8,50 €/l</p>",
    "without tax": "<p>Precio socio 8,50 € sin IVA</p>",
    "used": "<p>Precio socio usado 8,50 €</p>",
    "a bid": "<p>¡Cómpralo ya!</p><p>Puja actual: 8,50 €</p>",
    "not of members": "<p>No socios 8,50 €</p>",
    "from some price": "<p>Precio socio desde 8,50 €</p>",
    "a minimum": "<p>con tarjeta, pedido mínimo 8,50 €</p>",
    "delivery": "<p>Envío con tarjeta Club 4,99 €</p>",
    "two conditions": "<p>Precio socio con cupón 8,50 €</p>",
    "two amounts of one name": "<p>Precio socio 8,50 €</p><p>con tarjeta Oro 8,00 €</p>",
    "higher": "<p>Precio socio 10,50 €</p>",
    "the same": "<p>Precio socio 9,50 €</p>",
    "a small part": "<p>Precio socio 2,50 €</p>",
    "another currency": "<p>Precio socio US$ 8.50</p>",
    "a button": "<p>Ajouter dans le panier 8,50 €</p>",
    "the basket's total": "<p>Total en el carrito 8,50 €</p>",
    "a name that may be a fee's": "<p>Suscripción: 8,50 €</p>",
    "the price of a card": "<p>Precio de la tarjeta de socio 8,50 €</p>",
    "a card that is sold": "<p>Carte du club : 8,50 €</p>",
    "a bank's card, or a student's": "<p>Precio con tarjeta Universitaria 8,50 €</p>",
    "a way to pay, at a price": "<p>Preis mit Kreditkarte 8,50 €</p>",
    "a gift card": "<p>Prijs met cadeaukaart 8,50 €</p>",
    "what members are spared": "<p>Ledenkorting 8,50 €</p>",
    "what a coupon is worth, in one word": "<p>Preis mit Gutscheinwert 8,50 €</p>",
    "a way to pay": "<p>mit Kreditkarte 8,50 €</p>",
    "a coupon whose name is for a first order": "<p>Precio con el código BIENVENIDA15 8,50 €</p>",
    "a word in capitals for a coupon's name": "<p>PRECIO CON CUPÓN MAYORISTA 8,50 €</p>",
    "two or more, said behind": "<p>Precio socio 8,50 € llevando tres</p>",
    "another day": "<p>Mitgliederpreis 8,50 € ab Dezember</p>",
    "a past offer": "<p>Clubcard Price 8,50 € (offer over)</p>",
    "another size": "<p>Garrafa pequeña: precio socio 8,50 €</p>",
    "with points": "<p>Prix adhérent 8,50 € + 50 points</p>",
    "another percentage": "<p>Precio socio -25 % 8,50 €</p>",
    "a footnote": "<p>Precio socio 8,50 €*</p>",
    "a footnote's number": "<p>Precio socio 8,50 €<sup>2</sup></p>",
    "small print in its line": "<p>Precio socio 8,50 € <small>recogida local</small></p>",
    "small print below": "<p>Precio socio 8,50 €</p><p><small>primera visita</small></p>",
    "small print further below": "<p>Precio socio 8,50 €</p><p>IVA incluido</p><p>socias fundadoras</p>",
    "a heading above": "<h3>Hostelería</h3><p>IVA incluido</p><p>En stock</p><p>Precio socio 8,50 €</p>",
    "a label above": "<p>Mañana</p><p>Precio socio 8,50 €</p>",
    "a coupon besides, below": "<p>Precio socio 8,50 €</p><p>con cupón</p>",
    "tax in the line below": "<p>Precio socio 8,50 €</p><p>IVA no incluido</p>",
    "not drawn": "<p style='opacity: 0'>Precio socio 8,50 €</p>",
    "folded away": "<details><summary>Club</summary><p>Precio socio 8,50 €</p></details>",
    "less than half, which may be what a card is worth": "<p>Precio socio 4,50 €</p>",
    "many pieces by the kilogram": "<p>desde 2 uds. 8,50 €/kg</p>",
    "many pieces for some": "<p>desde 2 uds. 8,50 €/ud</p><p>hostelería</p>",
    "a long line": f"<p>Precio socio 8,50 € {'hoy ' * 100}</p>",
    "a newsletter": "<p>Suscríbete al boletín: 8,50 €</p>",
    "far away": f"<p>{'palabra ' * 100}</p><p>Precio socio 8,50 €</p>",
}


@pytest.mark.parametrize("shown", NEVER.values(), ids=NEVER)
def test_what_is_no_price_of_one_new_piece_is_not_named(shown):
    assert named(f"<p>9,50 €</p>{shown}") == []


QUIET = {
    "tax": "<p>IVA incluido</p>",
    "shipping, whose condition is its own": "<p>Envío gratis desde 49 €</p>",
    "instalments": "<p>o 3 plazos de 3,17 €</p>",
    "the price of a litre": "<p>9,50 €/l</p>",
    "a deposit": "<p>zzgl. 0,25 € Pfand</p>",
    "what is saved": "<p>Ahorras 1,00 €</p>",
    "an earlier price": "<p>Antes 10,50 €</p>",
    "without tax, an amount of its own": "<p>IVA no incluido 7,02 €</p>",
    "the stock": "<p>En stock</p>",
    "a heading, and what it rules": "<h2>Descripción</h2><p>Cosecha temprana</p>",
    "a button, and what is below": "<button>Añadir al carrito</button><p>Cosecha temprana</p>",
}


@pytest.mark.parametrize("below", QUIET.values(), ids=QUIET)
def test_lines_around_that_speak_of_something_else_leave_a_named_price(below):
    assert named(f"<p>9,50 €</p><p>Precio socio 8,50 €</p>{below}") == [("club", "8.50", "Precio socio")]


LINES = {
    "Precio socio 8,50 €": ("<p>@ Precio socio 8,50 €</p>", "<p>Precio socio 8,50 € @</p>"),
    "con suscripción": ("<p>8,50 € con suscripción @</p>", "<p>8,50 € con suscripción</p><p>@</p>"),
    "desde 2 uds": ("<p>desde 2 uds. 8,50 €/ud @</p>", "<p>@</p><p>desde 2 uds. 8,50 €/ud</p>"),
    "Price with code OIL10": ("<p>Price @ with code OIL10 8,50 €</p>", "<p>Price with code OIL10 8,50 € (@)</p>"),
}


@given(st.sampled_from([form for forms in LINES.values() for form in forms]), st.text("bcdfghjkmpqvwxzñçß", min_size=6))
def test_a_word_that_no_list_knows_gives_none_wherever_it_stands(form, word):
    assert named(f"<p>9,50 €</p>{form.replace('@', word)}") == []


@given(st.sampled_from([form for forms in LINES.values() for form in forms]), st.integers(2, 10**6))
def test_a_number_gives_none_wherever_it_stands(form, number):
    assert named(f"<p>9,50 €</p>{form.replace('@', str(number))}") == []


def test_nothing_is_named_where_the_page_does_not_show_its_price():
    assert named("<p>Precio socio 8,50 €</p><p>con tarjeta Oro 8,50 €</p>") == []


def test_prices_of_several_names_stand_side_by_side():
    shown = "<p>9,50 €</p><p>Precio socio 8,50 €</p><p>Precio con cupón 8,00 €</p><p>Precio en cesta 7,90 €</p>"
    assert [(name, price) for name, price, _ in named(shown)] == [
        (PriceName.COUPON, "8.00"),
        (PriceName.CLUB, "8.50"),
        (PriceName.BASKET, "7.90"),
    ]


@pytest.mark.fuzz
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_words_around_an_amount_leave_the_price_and_give_short_conditions(ahead, behind):
    words = [text.replace("<", " ").replace("&", " ") for text in (ahead, behind)]
    outcome = pages.read(page(f"<p>9,50 €</p><p>{words[0]} socios 8,50 € {words[1]}</p>"), url=SHOP)
    if isinstance(outcome, Offer):
        assert outcome.price == Decimal("9.50")
        assert all(len(one.condition) <= LONGEST_CONDITION for one in outcome.named)
        assert all(one.price < outcome.price for one in outcome.named)
