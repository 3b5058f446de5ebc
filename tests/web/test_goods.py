"""The pages of goods, and what those of products and categories say of them: offers, declarations, alerts."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara import asgi
from almazara.prices.schema import Listing, NamedPrice, PriceName
from almazara.web.overview import good_address
from price_shop import NOW, observed, opened, settings_over
from sample_catalog import served

pytestmark = pytest.mark.server

EAN = "8410179100012"
PRICES = {"uno.example": "9.95", "dos.example": "8.95", "tres.example": None, "cuatro.example": "20.00"}
HTML = {"Accept": "text/html", "Accept-Language": "es"}
HOSTILE = '"><img src=x onerror=alert(1)>'
GOOD = f"/precios/articulo/gtin:{EAN}"
CATEGORY = "/precios/categoria/oil"


def listing(shop, **values):
    about = {"category": "oil", "litres": Decimal(2), "title": "Aceite Lagar virgen extra 2 l", **values}
    return Listing(f"{shop}:1", shop, "1", f"https://{shop}/1", **about)


def fill(store):
    """Three shops with a good of one number, sold out at one; a fourth with what resembles it; one that nobody read."""
    shift = datetime.now(UTC) - NOW
    store.save_listing(listing("cinco.example", title=HOSTILE))
    for shop, price in PRICES.items():
        store.save_listing(listing(shop, gtin=None if shop == "cuatro.example" else EAN))
        rows = [observed(f"{shop}:1", day, price) for day in range(40)]
        if shop == "uno.example":
            named = (
                NamedPrice(PriceName.CLUB, Decimal("8.50"), "con tarjeta"),
                NamedPrice(PriceName.SELLER, Decimal("9.90"), HOSTILE),
            )
            rows[0], rows[9] = (
                replace(rows[0], named=named),
                replace(rows[9], named=(NamedPrice(PriceName.COUPON, Decimal("7.25"), "con el código A"),)),
            )
        store.append(replace(one, observed_at=one.observed_at + shift) for one in rows)


@pytest.fixture
def home(tmp_path):
    with opened(settings_over(tmp_path)) as prices:
        fill(prices.store)
    return tmp_path


@pytest.fixture
def site(home):
    with served(asgi.app_over(settings_over(home, writes_per_minute=1000))) as client:
        yield client


def page(site, path):
    answer = site.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text.replace("\u00a0", " "))


def post(site, path, **fields):
    return site.post(path, data=fields, headers=HTML)


def rules(site):
    return site.get("/alerts/rules").json()


def table(found, section):
    return [
        [cell.text(strip=True, separator=" ") for cell in row.css("th,td")]
        for row in found.css(f"#{section} ~ div tbody tr")
    ]


def test_a_good_says_who_sells_it_cheapest_first_and_how_old_that_is(site):
    found = page(site, GOOD)
    assert found.css_first("h1").text() == "8,95 €, en dos.example"
    assert [row[0].split()[0] for row in table(found, "ofertas")] == ["dos.example", "uno.example", "tres.example"]
    assert table(found, "ofertas")[0][1:] == ["8,95 €", "4,48 €/l", "menos de un día"]
    assert table(found, "ofertas")[2][1:] == ["\u2013", "\u2013", "menos de un día; agotado"]
    facts = {one.css_first("dt").text(): one.css_first("dd").text() for one in found.css(".facts div")}
    assert facts["Lo más barato"] == "8,95 € en dos.example"
    assert facts["Lo más caro"] == "9,95 € un 11,2 % más"
    assert f"publican el mismo número. GTIN: {EAN}." in " ".join(found.css_first("main").text().split())
    assert found.css_first("a[href^='/precios/cesta']").attributes["href"] == f"/precios/cesta?mas=gtin%3A{EAN}"


def test_the_days_of_a_good_are_a_picture_a_table_and_a_file(site):
    found = page(site, GOOD)
    assert [one.text(strip=True) for one in found.css(".figure-key li")] == [
        "dos.example", "uno.example", "lo más barato cada día"
    ]  # fmt: skip
    assert [cell.text() for cell in found.css_first("details table tbody tr").css("td")][1:] == ["8,95", "dos.example"]
    paths = [link.attributes["href"] for link in found.css("details a")]
    rows = list(csv.DictReader(io.StringIO(site.get(paths[0], headers=HTML).text)))
    assert (rows[-1]["price"], rows[-1]["product"]) == ("8.95", "dos.example:1")
    assert site.get(paths[1]).json()["days"][-1]["price"] == "8.95"


def test_more_shops_than_can_be_told_apart_are_a_crowd(site, home):
    with opened(settings_over(home)) as prices:
        for number in range(10):
            prices.store.save_listing(listing(f"otra{number}.example", gtin=EAN))
            rows = [observed(f"otra{number}.example:1", day, f"{10 + number}.00") for day in range(3)]
            prices.store.append(replace(row, observed_at=row.observed_at + (datetime.now(UTC) - NOW)) for row in rows)
    found = page(site, GOOD)
    key = [one.text(strip=True) for one in found.css(".figure-key li")]
    assert (len(key), "6 tiendas más" in key) == (8, True)
    assert found.css_first("svg.figure").html.count("f-line r-missing") == 6


@pytest.mark.parametrize("key", ["uno.example:1", f"gtin:{EAN}"])
def test_a_good_has_a_page_by_number_and_by_product(site, key):
    assert page(site, good_address(key)).css_first("h1").text() == "8,95 €, en dos.example"


def test_what_one_shop_sells_is_a_good_too_and_what_was_never_read_says_so(site):
    alone = page(site, "/precios/articulo/cuatro.example:1")
    assert "solo se vende aquí" in alone.css_first("main").text()
    assert alone.css("details form") == []
    unread = page(site, "/precios/articulo/cinco.example:1")
    assert unread.css_first("h1").text() == "Hoy no se conoce el precio"
    assert unread.css("img") == []
    assert table(unread, "ofertas")[0][-1] == "todavía sin leer"


@pytest.mark.parametrize("key", ["nadie:1", "gtin:1", HOSTILE, "a/b", "\n", "x" * 900])
def test_a_good_that_is_not_there_has_no_page(site, key):
    answer = site.get(f"/precios/articulo/{quote(key, safe='')}", headers=HTML)
    assert (answer.status_code, "<img" in answer.text) == (404, False)


def test_the_list_of_goods_says_where_each_is_cheapest_and_by_how_much(site):
    [row] = page(site, "/precios/articulos").css("ol.rows li")
    assert [one.text(strip=True) for one in row.css("a,span")] == [
        "Aceite Lagar virgen extra 2 l", "8,95 €", "4,48 €/l", "en dos.example", "de 2; el más caro, un 11,2 % más"
    ]  # fmt: skip
    assert row.css_first("a").attributes["href"] == GOOD


def test_without_goods_the_list_says_how_there_come_to_be_some(tmp_path):
    with served(asgi.app_over(settings_over(tmp_path))) as client:
        assert page(client, "/precios/articulos").css_first("h1").text() == "Ningún artículo está en varias tiendas"


def test_a_product_says_who_else_sells_it_and_what_other_prices_its_page_shows(site):
    found = page(site, "/precios/uno.example:1")
    assert len(table(found, "tiendas")) == 3
    assert found.css_first("#tiendas ~ p a").attributes["href"] == GOOD
    names = [row[0] for row in table(found, "otros-precios")]
    assert names == ["para socios con tarjeta", f"de otro vendedor, {HOSTILE}", "con cupón con el código A"]
    assert [row[1].split(" ")[0] for row in table(found, "otros-precios")] == ["8,50", "9,90", "7,25"]
    assert "hasta el" in table(found, "otros-precios")[2][1]
    paths = [link.attributes["href"] for link in found.css("#otros-precios ~ div a")]
    days = list(csv.DictReader(io.StringIO(site.get(paths[0]).text)))
    assert days[-1]["price"] == "8.50"
    assert found.css("img") == []


def test_what_resembles_a_product_is_no_more_than_that_until_it_is_declared_the_same(site):
    found = page(site, "/precios/uno.example:1")
    [form] = found.css("form[action='/precios/articulo']")
    assert "Se parecen, en otras tiendas" in found.css_first("main").text()
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.css("input")}
    answer = post(site, "/precios/articulo", **fields)
    assert answer.status_code == 303
    good = page(site, answer.headers["location"])
    assert "Lo has declarado tú: son el mismo artículo." in good.css_first("main").text()
    assert len(table(good, "ofertas")) == 4
    assert page(site, "/precios/uno.example:1").css("form[action='/precios/articulo']") == []


def test_what_is_not_the_same_good_is_split_and_what_was_declared_is_forgotten(site):
    [form, *_] = page(site, GOOD).css("details form")
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.css("input")}
    alone = page(site, post(site, form.attributes["action"], **fields).headers["location"])
    assert "no es el mismo artículo que ningún otro" in alone.css_first("main").text()
    [forget] = alone.css("details form")
    assert forget.css_first("button").text() == "Olvidar lo declarado"
    back = page(site, post(site, forget.attributes["action"], **fields).headers["location"])
    assert len(table(back, "ofertas")) == 3


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/precios/articulo", {"uno": "uno.example:1"}, 404),
        ("/precios/articulo", {}, 422),
        ("/precios/articulo", {"uno": "uno.example:1", "otro": "nadie:1"}, 404),
        (f"{GOOD}/separar", {"producto": HOSTILE}, 404),
        (f"{GOOD}/olvidar", {}, 404),
    ],
)
def test_a_declaration_that_cannot_be_is_a_page_that_says_why_and_changes_nothing(site, path, fields, status):
    before = site.get("/goods").json()
    answer = post(site, path, **fields)
    assert (answer.status_code, "<img" in answer.text) == (status, False)
    assert [one["good_id"] for one in site.get("/goods").json()] == [one["good_id"] for one in before]


def test_nothing_is_declared_without_the_key_or_from_another_site(home):
    fields = {"uno": "uno.example:1", "otro": "cuatro.example:1"}
    with served(asgi.app_over(settings_over(home, api_keys="secret-key"))) as client:
        assert page(client, GOOD).css("details [name=clave]") != []
        assert post(client, "/precios/articulo", **fields).status_code == 401
        assert post(client, f"{GOOD}/separar", producto="uno.example:1").status_code == 401
        foreign = {**HTML, "Origin": "https://evil.example"}
        keyed = {**fields, "clave": "secret-key"}
        assert client.post("/precios/articulo", data=keyed, headers=foreign).status_code == 403
        assert post(client, "/precios/articulo", **keyed).status_code == 303


@pytest.mark.parametrize(
    ("path", "fields", "kept", "told"),
    [
        (GOOD, {"tipo": "rise", "valor": "5"}, {"good": f"gtin:{EAN}"}, "Cuando suba un 5 %"),
        (CATEGORY, {"tipo": "change", "sobre": "category"}, {"category": "oil"},
         "Cuando cambie de precio (cada producto de oil)"),
        (CATEGORY, {"tipo": "drop", "valor": "2,5", "sobre": "index"}, {"index": "oil"},
         "Cuando baje un 2,5 % (el índice de oil)"),
        ("/precios/uno.example:1", {"tipo": "below_target", "valor": "8", "precio": "club"}, {"price": "club"},
         "Cuando cueste 8,00 € o menos (para socios)"),
        ("/precios/uno.example:1", {"tipo": "back_in_stock", "precio": "seller:Ana"}, {"seller": "Ana"},
         "Cuando vuelva a haber (de otro vendedor, Ana)"),
    ],
)  # fmt: skip
def test_an_alert_is_set_told_in_words_and_removed(site, path, fields, kept, told):
    assert post(site, f"{path}/avisos", **fields).status_code == 303
    [rule] = rules(site)
    assert rule | kept == rule
    [alert] = page(site, path).css("#avisos ~ ul li")
    assert alert.text(strip=True).startswith(told)
    post(site, alert.css_first("form").attributes["action"], aviso=alert.css_first("[name=aviso]").attributes["value"])
    assert rules(site) == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (CATEGORY, {"tipo": "back_in_stock", "sobre": "index"}),
        (CATEGORY, {"tipo": "change", "sobre": "product"}),
        (GOOD, {"tipo": "buy_now", "valor": "3", "precio": "club"}),
        (GOOD, {"tipo": "change", "precio": "gold"}),
        (GOOD, {"tipo": "drop", "valor": HOSTILE}),
        (GOOD, {}),
    ],
)
def test_an_alert_that_cannot_be_is_refused(site, path, fields):
    answer = post(site, f"{path}/avisos", **fields)
    assert (answer.status_code, "<img" in answer.text, rules(site)) == (422, False, [])


def test_a_form_offers_the_prices_that_the_page_names(site):
    found = page(site, "/precios/uno.example:1")
    assert [one.attributes["value"] for one in found.css("[name=precio] option")] == [
        "", "club", f"seller:{HOSTILE}", "coupon"
    ]  # fmt: skip
    assert page(site, GOOD).css("[name=precio]") == []


def test_before_an_announced_rise_the_page_of_a_good_says_to_buy(site):
    assert "Compra ya, en dos.example" not in page(site, GOOD).body.text()
    day = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    assert site.post("/announced-moves", json={"date": day, "factor": 1.02, "group": "oil"}).status_code == 201
    assert "Compra ya, en dos.example" in page(site, GOOD).body.text()
