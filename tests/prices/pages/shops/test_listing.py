"""A list's prices are borne out by the cards that the page shows: made pages of three axes."""

import json
from decimal import Decimal

import pytest

from almazara.prices import pages
from almazara.prices.pages.outcome import ListingPage, Unreadable

LIST = "https://www.shop.example/c/hachas"
NAMES = ["Hacha Roble", "Hacha Haya XL", "Hacha Pino"]
REST = ["<b>32,00 €</b>", "<b>43,50 €</b>"]
OWN = "21,40 €"


def products(address="/p/{}", **offer):
    prices = ("21.40", "32.00", "43.50")
    offers = [{"@type": "Offer", "price": price, "priceCurrency": "EUR"} | offer for price in prices]
    return [
        {"@type": "Product", "name": name, "url": address.format(number), "offers": offered}
        for number, (name, offered) in enumerate(zip(NAMES, offers, strict=True))
    ]


def read(cards, listed, url=LIST, above=""):
    script = f"<script type='application/ld+json'>{json.dumps(listed)}</script>"
    return pages.read(f"<!doctype html><title>Hachas</title><h1>Hachas</h1>{above}{cards}{script}", url=url)


def in_rows(cells, row='<li><a href="/p/{number}">{name}</a> {cell}</li>'):
    return "".join(
        row.format(number=number, name=name, cell=cell)
        for number, (name, cell) in enumerate(zip(NAMES, cells, strict=True))
    )


def first_price(cell, row='<li><a href="/p/{number}">{name}</a> {cell}</li>'):
    outcome = read(in_rows([cell, *REST], row), products())
    assert isinstance(outcome, ListingPage)
    assert [offer.price for offer in outcome.offers[1:]] == [Decimal("32.00"), Decimal("43.50")]
    assert (outcome.offers[0].price is None) == (outcome.offers[0].currency is None)
    return outcome.offers[0].price


@pytest.mark.parametrize(
    "cell",
    [
        OWN, f"€ {OWN[:-2]}", f"<s>29,00 €</s> <b>{OWN}</b>", f'<i class="precio-antes">29,00 €</i><b>{OWN}</b>',
        f"<p>PVP: 29,00 €</p><p>{OWN}</p>", f"{OWN} <small>(42,80 €/kg)</small>", f"{OWN} IVA incl.",
        f"{OWN} <i>+ 4,90 € de envío</i>", f"{OWN} <i>o 3 x 7,14 €</i>", "21<sup>40</sup> €", "21,40", "",
        f"<span hidden>desde {OWN}</span><b>{OWN}</b>", "<b>Sin precio</b>",
        f"<p>{OWN}</p><p>Precio más bajo de los últimos 30 días: 19,00 €</p>",
    ],
)  # fmt: skip
def test_a_price_that_the_card_shows_or_says_nothing_of_is_listed(cell):
    assert first_price(cell) == Decimal("21.40")


@pytest.mark.parametrize(
    "cell",
    [
        f"<s>{OWN}</s> <b>17,00 €</b>", f"<s>{OWN}</s>", f"desde {OWN}", f"<i>ab</i><b>{OWN}</b>", f"{OWN} - 35,00 €",
        f"<p>A partir de</p><p>{OWN}</p>", f"{OWN} /mes", f"{OWN} al mes", f"{OWN}/l", f"{OWN} con código FILO",
        f"{OWN} + IVA", f"Segunda mano {OWN}", f"<i>Reacondicionado</i><p>{OWN}</p>", f"Socios {OWN}",
        f"<p>Insiders {OWN}</p><p>24,00 €</p>", f"{OWN}/ud. desde 6 uds.", "$21.40", "21.40 USD", "24,00 €",
        "desde 21,40", "24,10",
    ],
)  # fmt: skip
def test_a_price_that_the_card_shows_otherwise_is_none(cell):
    assert first_price(cell) is None


@pytest.mark.parametrize(
    "row",
    [
        '<div><p>{cell}</p><a href="/p/{number}">{name}</a></div>',
        '<h3><a href="/p/{number}">{name}</a></h3><p>{cell}</p>',
        '<a href="/p/{number}"><img></a><h3><a href="/p/{number}">{name}</a></h3><p>{cell}</p>',
        '<a href="https://shop.example/p/{number}?utm_source=x#top"><h3>{name}</h3><p>{cell}</p></a>',
        '<div><a href="/p/{number}"><img></a><p>{cell}</p></div>',
        "<div><h3>{name}</h3><p>{cell}</p></div>",
        '<div class="carousel"><div><a href="/p/{number}">{name}</a><p>{cell}</p></div></div>',
    ],
)
def test_a_card_is_found_by_its_links_or_its_name_however_it_is_nested(row):
    assert first_price(OWN, row) == Decimal("21.40")
    assert first_price(f"<s>{OWN}</s> <b>17,00 €</b>", row) is None


MICRODATA = (
    '<div itemscope itemtype="https://schema.org/Product"><a itemprop="url" href="/p/{number}"><b itemprop="name">'
    '{name}</b></a><div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><meta itemprop="priceCurrency" '
    'content="EUR">{cell}</div></div>'
)


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        ("{}", Decimal("21.40")),
        ("<del>{}</del> 17,00 €", None),
        ("desde {}", None),
        ("{} al mes", None),
        ('{}<i itemprop="itemCondition">Usado</i>', None),
        ('{}<i itemprop="itemCondition">Reacondicionado</i>', None),
    ],
)
def test_a_card_in_microdata_has_a_price_that_stands(cell, price):
    cells = [f'<i itemprop="price" content="{of}">{of.replace(".", ",")} €</i>' for of in ("21.40", "32.00", "43.50")]
    outcome = read(in_rows([cell.format(cells[0]), *cells[1:]], MICRODATA), [])
    assert isinstance(outcome, ListingPage)
    assert [offer.price for offer in outcome.offers] == [price, Decimal("32.00"), Decimal("43.50")]


def test_goods_that_are_not_new_and_offers_that_name_a_sale_price_too_have_none_in_a_list():
    sale = {"@type": "UnitPriceSpecification", "price": 15, "priceType": "https://schema.org/SalePrice"}
    for more in ({"itemCondition": "https://schema.org/RefurbishedCondition"}, {"priceSpecification": sale}):
        outcome = read(in_rows([OWN, *REST]), products(**more))
        assert [offer.price for offer in outcome.offers] == [None, None, None]


BUTTON = "<button>Añadir al carrito</button>"


def test_a_page_that_sells_one_product_is_no_list_of_those_beside_it():
    cards = in_rows([OWN, *REST])
    assert isinstance(read(cards, products(), above=f"<p>12,00 €</p>{BUTTON}"), Unreadable)
    assert isinstance(read(in_rows([OWN + BUTTON, *REST]), products(), above="<button>Filtrar</button>"), ListingPage)


def test_variants_of_the_pages_own_address_are_no_list():
    assert isinstance(read("<p>21,40 €</p>", products("/p/9?talla={}"), "https://www.shop.example/p/9"), Unreadable)
    by_script = products("/index.php?product={}")
    assert isinstance(read("", by_script, "https://www.shop.example/index.php?category=2"), ListingPage)
