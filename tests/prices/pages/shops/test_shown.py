"""What a page shows beside an amount decides whether that is its product's price: made pages of one line each."""

import json
from decimal import Decimal

import pytest

from almazara.prices import pages
from almazara.prices.money import printed_amounts
from almazara.prices.pages.outcome import Offer, Unavailable, Unreadable
from almazara.prices.schema import Availability

SHOP = "https://www.shop.example/p/1"
NAME = "Aceite Lagar Alto"


def page(shown, price="18.95", currency="EUR", name=NAME, **offer):
    """A page that publishes a price in JSON-LD, and shows something."""
    offered = {"@type": "Offer", "price": price, "priceCurrency": currency} | offer
    product = {"@type": "Product", "name": name, "offers": offered}
    return f"<!doctype html><h1>{name}</h1>{shown}<script type='application/ld+json'>{json.dumps(product)}</script>"


def read(html, **asked):
    return pages.read(html, **({"url": SHOP} | asked))


# The published price, 18,95 €, is an old one; the shown one is another.
OTHER_PRICES = {
    "before": "Antes 18,95 €",
    "before in German": "statt 18,95 €",
    "before in French": "au lieu de 18,95 €",
    "recommended": "PVP recomendado: 18,95 €",
    "recommended, behind": "18,95 € UVP",
    "lowest in thirty days": "Precio más bajo de los últimos 30 días: 18,95 €",
    "lowest in thirty days, in German": "Niedrigster Preis der letzten 30 Tage: 18,95 €",
    "from": "desde 18,95 €",
    "from, of the colour": "ab 18,95 €",
    "an open end": "18,95 €+",
    "a range": "18,95 € - 24,95 €",
    "a range in two elements": "<span>18,95 €</span> \u2013 <span>24,95 €</span>",
    "without tax, in PrestaShop's words": "18,95 € Impuestos excluidos",
    "without the tax of the Canaries": "18,95 € + IGIC",
    "a bottle of several": "18,95 €/botella",
    "of a first order": "18,95 € en tu primer pedido",
    "an instalment": "o 12 cuotas de 18,95 €",
    "a month": "18,95 € al mes",
    "a month in German": "18,95 €/Monat",
    "with a code": "18,95 € con el código AHORRA",
    "with a card": "18,95 € con tarjeta Club",
    "members": "Precio socios: 18,95 €",
    "members, in the line before": "<p>Socios</p><p>18,95 €</p>",
    "without tax": "18,95 € sin IVA",
    "plus tax": "18,95 € + IVA",
    "without tax in German": "zzgl. 19 % MwSt: 18,95 €",
    "a litre": "18,95 €/l",
    "a kilogram": "18,95 € el kilo",
    "a litre, said before": "1 l = 18,95 €",
    "many pieces": "Desde 6 uds: 18,95 €",
    "open box": "Caja abierta: 18,95 €",
    "used": "Usado 18,95 €",
    "used in German": "gebraucht: 18,95 €",
    "a saving": "Ahorras 18,95 €",
    "a delivery": "Envío: 18,95 €",
    "a part of it": "dont 18,95 € d'éco-part",
    "hidden by style": '<b style="display:none">18,95 €</b>',
    "hidden by an attribute": "<b hidden>18,95 €</b>",
    "hidden by class": '<b class="is-hidden">18,95 €</b>',
    "hidden by a style sheet": "<style>.note{color:red;display:none}</style><b class='note'>18,95 €</b>",
    "hidden by the sheet's id": "<style>p,#n { visibility : hidden }</style><b id='n'>18,95 €</b>",
    "hidden in a sheet with comments": (
        "<style>/*}*/p{content:'/*'}@media screen{b.n/*{*/{display:none}}</style><b class='n'>18,95 €</b>"
    ),
    "without size": '<b style="font-size:0px">18,95 €</b>',
    "without size by a style sheet": "<style>.n{font-size:0}</style><b class='n'>18,95 €</b>",
    "in a dialog that is not open": "<dialog>18,95 €</dialog>",
    "the end of a number in two elements": "<i>3</i><b>18,95 €</b>",
    "the end of a number, behind its mark": "EUR <i>3</i><b>18,95</b>",
    "the end of a number that may break": "3<wbr>18,95 €",
    "the end of a number with a space of no width": "3\u200b18,95 €",
    "the drawn end of a number among decoys": "<i>3</i><i hidden>7</i><b>18,95 €</b>",
    "a choice": "<select><option>Otro 18,95 €</option></select>",
    "struck": "<del>18,95 €</del>",
    "struck by style": '<b style="text-decoration: line-through">18,95 €</b>',
    "struck by class": '<b class="precio-antes">18,95 €</b>',
    "struck by class in German": '<b class="alter-preis">18,95 €</b>',
    "struck by class in two words": '<b class="oldPrice">18,95 €</b>',
    "regular beside a lower one": '<b class="price-regular">18,95 €</b>',
    "members' box": '<div class="rewards"><a>Entrar</a> 2,00 € menos <b>18,95 €</b></div>',
    "a saving in Polish": "taniej o 18,95 €",
    "ships for": "Every order ships for 18,95 €",
    "another product's card": "<h2>También te puede gustar</h2><div>Vinagre <b>18,95 €</b></div>",
    "a carousel": '<div class="carousel"><b>18,95 €</b></div>',
    "a review": "<h3>Opiniones</h3><p>Lo compré por 18,95 €</p>",
}


@pytest.mark.parametrize("other", OTHER_PRICES.values(), ids=OTHER_PRICES)
def test_a_published_price_that_is_shown_as_another_one_is_refused(other):
    shown = "16,95 €" if "regular" in other else "21,95 €"
    for html in (page(f"<p>{shown}</p><div>{other}</div>"), page(f"<div>{other}</div><p>{shown}</p>")):
        if "<h" not in other or html.index(other) > html.index(shown):
            assert isinstance(read(html), Unreadable)


@pytest.mark.parametrize("other", OTHER_PRICES.values(), ids=OTHER_PRICES)
def test_another_price_beside_it_does_not_keep_the_price_from_being_read(other):
    price = "9.95" if "regular" in other else "21.95"
    outcome = read(page(f"<p>{price.replace('.', ',')} €</p><div>{other}</div>", price=price))
    assert isinstance(outcome, Offer)
    assert outcome.price == Decimal(price)


STANDING = {
    "alone": "18,95 €",
    "now": "Antes 24,95 € ahora 18,95 €",
    "was and now": "Was €24.95 Now €18.95",
    "a label of a shop that has no sale": '<span class="visually-hidden">Precio habitual</span> <b>18,95 €</b>',
    "regular by class, and the only one": '<b class="price-regular">18,95 €</b>',
    "a holder": '<div class="placeholder"><b class="bold">18,95 €</b></div>',
    "a machine's name": '<b class="css-1old3">18,95 €</b>',
    "in three elements": "<b><i>18</i><i>,</i><i>95</i> <i>€</i></b>",
    "raised cents": "<b>18<sup>95</sup> €</b>",
    "cents by class": '<b>18<i class="price-cents">95</i>€</b>',
    "the sign as mark": "<b>18<sup>€95</sup></b>",
    "with tax": "18,95 € IVA incluido",
    "with delivery": "18,95 € Envío gratis",
    "plus delivery": "18,95 €<br>+ 4,99 € de envío",
    "shown by another rule": "<style>.n{display:none}.open .n{display:block}</style><b class='n'>18,95 €</b>",
    "hidden in some windows": "<style>@media (max-width:9em){.n{display:none}}</style><b class='n'>18,95 €</b>",
    "hidden in another box": "<style>.box .n{display:none}</style><b class='n'>18,95 €</b>",
    "moved in": '<b style="opacity:0;transform:translateY(9px)">18,95 €</b>',
    "in a box that cuts": '<div class="overflow-hidden"><b class="elementor-invisible">18,95 €</b></div>',
    "with a hidden back": '<b style="backface-visibility:hidden">18,95 €</b>',
    "hidden on paper": "<style media=print>.n{display:none}</style><b class='n'>18,95 €</b>",
    "hidden without scripts": "<noscript><style>.n{display:none}</style></noscript><b class='n'>18,95 €</b>",
    "hidden in a nested rule": "<style>.mini{.n{display:none}}</style><b class='n'>18,95 €</b>",
    "drawn by its own style": "<style>.n{display:none}</style><b class='n' style='display:inline'>18,95 €</b>",
    "a text that would hide": "<style>.n{content:'display:none';--display:none}</style><b class='n'>18,95 €</b>",
    "opaque": '<b style="opacity:0.9;font-size:0.9em">18,95 €</b>',
    "in a box without size for its spaces": '<div style="font-size:0"><b>18,95 €</b></div>',
    "in an open dialog": "<dialog open>18,95 €</dialog>",
    "a break in its digits": "1<wbr>8,95 €",
    "its digits in elements": "<i>1</i><i></i><i>8,95</i> €",
    "a decoy among its digits": "<i>1</i><i hidden>4</i>8,95 €",
    "a decoy before its digits": '<i style="display:none">4</i>18,95 €',
    "a soft hyphen": "18,95\u00ad €",
    "shown on wide windows": '<b class="hidden md:block">18,95 €</b>',
    "without a mark": "<b>18,95</b>",
    "with its unit price": "18,95 € (6,32 €/l)",
    "of a piece, and no other": "18,95 €/ud.",
    "a share off, beside": "<b>16 % de descuento</b><p>18,95 €</p><p>24,95 €</p>",
    "of a retail class": '<b class="retail-price">18,95 €</b>',
    "a title with a word for reviews in it": "<h2>Mavis</h2><p>18,95 €</p>",
    "with instalments": "18,95 € o en 3 cuotas de 6,32 €",
}


@pytest.mark.parametrize("shown", STANDING.values(), ids=STANDING)
def test_a_price_that_stands_is_read(shown):
    outcome = read(page(f"<p>{shown}</p>"))
    assert isinstance(outcome, Offer)
    assert outcome.price == Decimal("18.95")


@pytest.mark.parametrize(
    ("shown", "before"),
    [
        ("<del>24,95 €</del> <ins>18,95 €</ins>", "24.95"),
        ("PVP 24,95 € Ahora 18,95 €", "24.95"),
        ('<b class="price-regular">24,95 €</b> <b>18,95 €</b>', "24.95"),
        ("18,95 € (24,95 €/l)", None),
        ("<del>14,95 €</del> 18,95 €", None),
        ("18,95 € o <del>24,95 €</del> con <del>29,95 €</del>", None),
    ],
)
def test_the_list_price_is_the_one_higher_price_of_before_in_the_same_box(shown, before):
    assert read(page(f"<p>{shown}</p>")).list_price == (before and Decimal(before))


def test_a_price_shown_in_another_currency_is_no_witness():
    outcome = read(page("<p>US$ 21.40</p>"))
    assert isinstance(outcome, Unreadable)
    assert outcome.missing == ("currency",)


def test_a_price_without_tax_is_taken_only_where_it_is_shown():
    untaxed = {"priceSpecification": {"price": "18.95", "valueAddedTaxIncluded": False}}
    assert isinstance(read(page("<p>18,95 €</p>", **untaxed)), Offer)
    assert isinstance(read(page("", **untaxed)), Unreadable)


def test_of_two_published_prices_the_one_that_stands_is_read():
    product = {"@type": "Product", "name": NAME, "offers": [
        {"@type": "Offer", "price": price, "priceCurrency": "EUR"} for price in ("18.95", "21.95")
    ]}  # fmt: skip
    script = f"<script type='application/ld+json'>{json.dumps(product)}</script>"
    assert read(f"<h1>{NAME}</h1><p>21,95 €</p>{script}").price == Decimal("21.95")
    for shown in ("", "<p>desde 18,95 €</p>", "<p>18,95 €</p><p>21,95 €</p>", "<p>30,00 €</p>"):
        assert isinstance(read(f"<h1>{NAME}</h1>{shown}{script}"), Unreadable)


GONE = ["Agotado", "Producto no disponible", "Avísame cuando vuelva", "Sold out", "Ausverkauft", "Rupture de stock",
        "Esaurito", "Uitverkocht", "Esgotado", "Tükendi"]  # fmt: skip


@pytest.mark.parametrize("words", GONE)
def test_a_page_that_says_gone_against_its_markup_is_not_in_stock(words):
    stocked = page(f"<p>18,95 €</p><p>{words}</p>", availability="https://schema.org/InStock")
    assert read(stocked).availability is Availability.UNKNOWN
    assert isinstance(read(page(f"<p>18,95 €</p><p>{words}</p>")), Unavailable)


@pytest.mark.parametrize(
    "shown",
    [
        "<p>El agotado fue otro aceite, no este, y no volverá</p>",
        "<p hidden>Agotado</p>",
        "<h2>Related</h2><p>Agotado</p>",
    ],
)
def test_what_is_said_of_something_else_or_hidden_is_no_word_on_the_stock(shown):
    assert read(page(f"<p>18,95 €</p>{shown}", availability="InStock")).availability is Availability.IN_STOCK


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("19,95 €24,95 €", ["19,95 €", "24,95 €"]),
        ("€19.95€24.95", ["€19.95", "€24.95"]),
        ("10 R$ 6,29", ["R$ 6,29"]),
        ("₹1,23,456", ["₹1,23,456"]),
        ("4\x1f.\x1f99\x1f €", ["4\x1f.\x1f99\x1f €"]),
        ("81\x1f€99", ["81\x1f€99"]),
        ("1\x1f4,99 €", ["1\x1f4,99 €"]),
        ("4,5\x1f19,99 €", ["19,99 €"]),
        ("Try 30 days", []),
        ("qty1$ 5", ["$ 5"]),
        ("kr 199", ["kr 199"]),
        ("solo ,89 €", [",89 €"]),
        ("XR5 and 5 litros", []),
    ],
)
def test_amounts_beside_a_mark_are_found_in_a_line(text, amounts):
    assert [text[start:end] for start, end in printed_amounts(text)] == amounts


def test_cents_in_an_element_of_their_own_belong_to_the_marked_amount_before_them():
    for shown in ("<b>$18<i>95</i></b>", "<b><i>$18</i><sup>95</sup></b>"):
        assert read(page(shown, currency="USD")).price == Decimal("18.95")
    assert isinstance(read(page("<b>$18<i>95</i></b>", price="18", currency="USD")), Unreadable)


@pytest.mark.parametrize(
    ("published", "price"), [("1980", "1980"), ("1980.00", "1980"), ("100.50", None), ("1.005", None)]
)
def test_a_currency_without_decimals_is_published_without_them(published, price):
    outcome = read(page("", price=published, currency="JPY"))
    assert getattr(outcome, "price", None) == (price and Decimal(price))
