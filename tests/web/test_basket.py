"""The page of the basket: a form without scripts whose answer is an address, and what is cheapest where."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from starlette.datastructures import QueryParams

from almazara import asgi
from almazara.prices.buying.basket_address import BasketAddress
from almazara.prices.buying.basket_values import Delivery
from almazara.prices.schema import Listing
from almazara.web.goods.basket import _filled
from price_shop import NOW, observed, opened, settings_over
from sample_catalog import served

pytestmark = pytest.mark.server

EAN, OTHER = "8410179100012", "8410010812814"
PRICES = {"uno.example": "9.95", "dos.example": "8.95", "tres.example": "12.00", "cuatro.example": None}
HTML = {"Accept": "text/html", "Accept-Language": "es"}
HOSTILE = '"><img src=x onerror=alert(1)>'
CESTA = "/precios/cesta"
BOTH = f"{CESTA}?cosa=gtin:{EAN}~2&cosa=tres.example:1&envio=dos.example~2.50~15"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Two shops with a good of one number, a third with another good, a fourth where that is sold out."""
    settings = settings_over(tmp_path_factory.mktemp("basket"))
    shift = datetime.now(UTC) - NOW
    with opened(settings) as prices:
        for shop, price in PRICES.items():
            gtin = EAN if shop in {"uno.example", "dos.example"} else None
            title = HOSTILE if shop == "cuatro.example" else "Aceite Lagar 1 l"
            prices.store.save_listing(Listing(f"{shop}:1", shop, "1", f"https://{shop}/1", title, gtin=gtin))
            row = observed(f"{shop}:1", 0, price)
            prices.store.append([replace(row, observed_at=row.observed_at + shift)])
        for shop, price in {"uno.example": "5.00", "dos.example": "9.00"}.items():
            about = {"title": "Vinagre Lagar 1 l", "gtin": OTHER}
            prices.store.save_listing(Listing(f"{shop}:2", shop, "2", f"https://{shop}/2", **about))
            prices.store.append([replace(observed(f"{shop}:2", 0, price), observed_at=datetime.now(UTC))])
    with served(asgi.app_over(settings)) as client:
        yield client


@pytest.fixture(autouse=True)
def nothing_kept(site):
    site.cookies.clear()


def page(site, path):
    answer = site.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text.replace("\u00a0", " "))


def sent(form, **changed):
    """Where a form leads, as a browser sends it, with some fields changed: the newest value of each name."""
    fields = [(one.attributes["name"], one.attributes.get("value") or "") for one in form.css("input")]
    fields += [(one.attributes["name"], "") for one in form.css("select")]
    taken = {name: list(values) for name, values in changed.items()}
    return urlencode([(name, taken[name].pop(0) if taken.get(name) else value) for name, value in fields])


def led(site, query):
    answer = site.get(f"{CESTA}?{query}", headers=HTML)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_a_basket_says_what_to_buy_where_and_what_that_saves(site):
    found = page(site, BOTH)
    assert found.css_first("h1").text() == "29,90 € en 2 tiendas"
    assert found.css_first(".lead").text() == "Ninguna tienda lo tiene todo."
    rows = [[cell.text(strip=True) for cell in row.css("th,td")] for row in found.css(".grouped tbody tr")]
    assert rows == [
        ["dos.example"], ["Aceite Lagar 1 l", "2", "8,95 €", "17,90 €"],
        ["Envío", "", "", "0,00 €"], ["Total", "", "", "17,90 €"],
        ["tres.example"], ["Aceite Lagar 1 l", "1", "12,00 €", "12,00 €"],
        ["Envío, sin saber cuánto", "", "", "\u2013"], ["Total", "", "", "12,00 €"],
    ]  # fmt: skip
    assert found.css_first(".grouped a").attributes["href"] == "/precios/dos.example%3A1"
    assert "cuenta como gratis, en: tres.example." in found.css_first("main").text()


def test_what_splitting_saves_is_told_beside_the_cheapest_shop_that_has_everything(site):
    found = page(site, f"{CESTA}?cosa=gtin:{EAN}~2&cosa=gtin:{OTHER}&envio=uno.example~1&envio=dos.example~0.50")
    facts = {one.css_first("dt").text(): one.css_first("dd").text() for one in found.css(".facts div")}
    assert facts == {
        "Productos": "22,90 €", "Envío": "1,50 €", "Todo en una tienda": "25,90 € en uno.example", "Se ahorra": "1,50 €"
    }  # fmt: skip
    told = "Comprarlo todo en uno.example cuesta 25,90 €: repartirlo ahorra 1,50 €."
    assert found.css_first(".lead").text() == told


def test_a_basket_that_one_shop_has_is_not_split_in_vain(site):
    found = page(site, f"{CESTA}?cosa=gtin:{EAN}&envio=uno.example~1&envio=dos.example~3")
    facts = {one.css_first("dt").text(): one.css_first("dd").text() for one in found.css(".facts div")}
    assert facts == {"Productos": "9,95 €", "Envío": "1,00 €"}
    assert found.css_first(".lead").text() == "Repartirlo entre varias tiendas no ahorra nada."


def test_the_address_can_be_copied_and_asks_the_api_the_same(site):
    found = page(site, BOTH)
    address = found.css_first("input[readonly]").attributes["value"]
    assert address == f"{str(site.base_url).rstrip('/')}{BOTH}"
    assert found.css_first("#enviar ~ p a").attributes["href"] == BOTH
    [json] = [link.attributes["href"] for link in found.css("a") if link.text() == "JSON"]
    assert site.get(json).json()["basket"]["total"] == "29.90"


def test_an_empty_basket_says_how_to_fill_it(site):
    found = page(site, CESTA)
    assert found.css_first("h1").text() == "La cesta está vacía"
    names = [one.text() for one in found.css("[name=mas] option")]
    assert names == [
        "nada más", f"{HOSTILE} (solo en cuatro.example)",
        "Aceite Lagar 1 l", "Aceite Lagar 1 l (solo en tres.example)", "Vinagre Lagar 1 l",
    ]  # fmt: skip
    assert found.css("img") == []
    assert led(site, sent(found.css_first("form"), mas=[f"gtin:{EAN}"])) == f"{CESTA}?cosa=gtin:{EAN}"


def test_the_form_changes_how_many_takes_out_adds_and_says_what_delivery_costs(site):
    form = page(site, BOTH).css_first("form")
    assert led(site, sent(form)) == BOTH
    assert led(site, sent(form, piezas=["0", " 3 "])) == f"{CESTA}?cosa=tres.example:1~3&envio=dos.example~2.50~15"
    assert led(site, sent(form, piezas=["0", ""])) == CESTA
    more = led(site, sent(form, mas=["cuatro.example:1"], envio_cuesta=["", "3,5"], envio_gratis_desde=["", "20"]))
    assert more == f"{CESTA}?cosa=gtin:{EAN}~2&cosa=tres.example:1&cosa=cuatro.example:1&envio=tres.example~3.5~20"
    found = page(site, more)
    assert "Sin ninguna oferta ahora" in found.css_first("main").text()
    assert found.css("[name=envio_cuesta]")[2].attributes["value"] == "3,5"
    assert found.css("img") == []


def test_a_link_of_another_page_adds_to_what_was_put_together_last(site):
    first = led(site, urlencode({"mas": f"gtin:{EAN}"}))
    assert site.get(CESTA, headers=HTML).headers["location"] == first
    assert led(site, urlencode({"mas": "tres.example:1"})) == f"{first}&cosa=tres.example:1"
    page(site, f"{CESTA}?cosa=uno.example:1")  # somebody else's basket takes the place of none
    assert site.get(CESTA, headers=HTML).headers["location"] == f"{first}&cosa=tres.example:1"
    led(site, urlencode({"de": f"gtin:{EAN}", "piezas": "0"}))
    assert page(site, CESTA).css_first("h1").text() == "La cesta está vacía"


@pytest.mark.parametrize("kept", ["cosa=a~0", "%%%", "x" * 5000, "cosa=" + quote(HOSTILE)])
def test_a_kept_basket_that_cannot_be_read_is_none_and_what_is_foreign_in_it_is_text(site, kept):
    answer = site.get(CESTA, headers={**HTML, "Cookie": f"cesta={kept}"}, follow_redirects=True)
    assert (answer.status_code, "<img" in answer.text) == (200, False)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("cosa=a~0", "«a~0» no dice qué se compra"),
        ("cosa=" + quote(HOSTILE) + "~x", f"«{HOSTILE}~x» no dice qué se compra"),
        ("cosa=a&envio=b", "«b» no dice cuánto cuesta un envío"),
        ("cosa=a&envio=b~1&envio=b~2", "El envío de b está dos veces"),
        ("&".join(f"cosa=a{n}" for n in range(41)), "La cesta tiene 41 cosas: caben 40."),
        ("de=a&piezas=2,5", "«a~2,5» no dice qué se compra"),
        ("de=a&piezas=1&tienda=b&envio_cuesta=&envio_gratis_desde=9", "«b~?~9» no dice cuánto cuesta"),
        ("de=a&piezas=1&piezas=2", "A la cesta le falta un campo"),
        ("de=&piezas=1", "«~1» no dice qué se compra"),
        ("mas=%0A", "«?~1» no dice qué se compra"),
    ],
)
def test_a_basket_that_cannot_be_read_is_refused_by_a_page(site, query, told):
    answer = site.get(f"{CESTA}?{query}", headers=HTML)
    assert (answer.status_code, "<img" in answer.text) == (422, False)
    assert LexborHTMLParser(answer.text).css_first("main .lead").text().startswith(told)


def test_what_is_not_known_is_said_and_kept_in_the_form(site):
    found = page(site, f"{CESTA}?cosa={quote(HOSTILE)}&cosa=dos.example:1")
    assert f"No se conoce: {HOSTILE}." in found.css_first("main").text()
    assert found.css_first("h1").text() == "8,95 € en 1 tienda"
    assert [one.attributes["value"] for one in found.css("[name=de]")] == [HOSTILE, "dos.example:1"]
    assert page(site, f"{CESTA}?cosa=nobody:1").css_first("h1").text() == "Nada de esta cesta se vende ahora"


amounts = st.decimals(0, 99_999, places=2)
deliveries = st.builds(Delivery, amounts, st.none() | amounts.filter(bool))
names = st.text(
    st.characters(codec="utf-8", exclude_characters="~", exclude_categories=["C", "Z"]), min_size=1, max_size=9
)


@given(
    things=st.dictionaries(names, st.integers(1, 1000), min_size=1, max_size=5),
    terms=st.dictionaries(names.filter(lambda one: one == one.lower().removeprefix("www.")), deliveries, max_size=3),
)
def test_a_form_that_is_sent_as_it_stands_is_the_basket_that_it_shows(things, terms):
    fields = [pair for item, pieces in things.items() for pair in (("de", item), ("piezas", str(pieces)))]
    for shop, one in terms.items():
        free_from = "" if one.free_from is None else f"{one.free_from:f}"
        fields += [("tienda", shop), ("envio_cuesta", f"{one.cost:f}"), ("envio_gratis_desde", free_from)]
    assert _filled(QueryParams(fields), BasketAddress()) == BasketAddress(things, terms)
