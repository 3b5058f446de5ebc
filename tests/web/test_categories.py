"""The page of a category: where its litre goes, in every state of what is known."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara import asgi
from almazara.prices.answering.categories import Category, CategoryStory
from almazara.prices.answers import Cheapest, ForecastDay, IndexRow, Prediction, Quantile
from almazara.prices.demo.oils import PRODUCTS
from almazara.web.category_pictures import ahead_of
from price_shop import NOW, observed, opened, product, settings_over
from problems import is_problem
from reading import CATEGORY, PRODUCT
from sample_catalog import served

pytestmark = pytest.mark.server

HTML = {"Accept": "text/html"}
SHIFT = datetime.now(UTC) - NOW
OILS = [(number, "Aceite de oliva virgen extra" if number % 2 else "Aceite de orujo") for number in range(1, 9)]
HOSTILE = "a/b <img src=x>&c"


def listed(store, number, prices, **values):
    """A product whose prices of so many days ago are given."""
    store.save_listing(product(number, **{"title": f"Aceite {number}", "litres": Decimal(1), **values}))
    rows = [observed(f"shop.example:{number}", day, str(price)) for day, price in prices]
    store.append(replace(row, observed_at=row.observed_at + SHIFT) for row in rows)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    # Readings of one hour are one a day there, also where clocks were changed in between.
    settings = settings_over(tmp_path_factory.mktemp("categories"), timezone="UTC")
    with opened(settings) as prices:
        store = prices.store
        for number, title in OILS:
            falling = [(day, number * (10 if day < 30 else 12.5 if day < 90 else 20)) for day in range(100)]
            listed(store, number, falling, category="oil", title=f"{title}, 1 l, n.º {number}")
        rising = [(day, 20 - day // 10) for day in range(40)]
        listed(store, 20, rising, category="milk", litres=None, title="Leche")
        listed(store, 30, [], category="unread")
        listed(store, 40, [(day, 5) for day in range(20, 40)], category="late")
        listed(store, 50, [(0, 5)], category="new")
        listed(store, 60, [(day, 5) for day in range(95)], category="level", tracked=False)
        listed(store, 70, [(0, 5)], category=HOSTILE)
    with served(asgi.app_over(settings)) as client:
        yield client


def page(site, category, language="es"):
    headers = {**HTML, "Accept-Language": language}
    answer = site.get(f"/precios/categoria/{quote(category, safe='')}", headers=headers)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text.replace("\u00a0", " "))


def headline(found):
    return found.css_first("h1").text(strip=True), (found.css_first(".lead") or found.css_first("h1")).text(strip=True)


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        (
            "oil",
            ("El litro baja: 45,00 €", "Cuesta un 20 % menos que hace 30 días y un 50 % menos que hace 90 días."),
        ),
        ("milk", ("Los precios suben", "Cuesta un 17,6 % más que hace 30 días.")),
        ("unread", ("Hoy no se conoce el precio",) * 2),
        ("late", ("Hoy no se conoce el precio",) * 2),
        ("new", ("El litro cuesta 5,00 €", "Lo que costaba hace 30 y 90 días no se sabe.")),
        ("level", ("El litro no se mueve: 5,00 €", "Cuesta lo mismo que hace 30 días y lo mismo que hace 90 días.")),
    ],
)
def test_the_headline_says_where_the_litre_goes_and_the_lead_beside_what(site, category, expected):
    assert headline(page(site, category)) == expected


def test_in_english_it_says_the_same(site):
    assert headline(page(site, "oil", "en"))[0] == "The litre falls: €45.00"


@pytest.mark.parametrize(
    ("category", "notices"),
    [
        ("oil", ["Todavía no tiene pronóstico"]),
        (
            "milk",
            ["De estos productos no se sabe cuántos litros", "Hay un solo producto", "Todavía no tiene pronóstico"],
        ),
        ("unread", ["Todavía no se ha leído ningún precio de esta categoría."]),
        ("late", ["Lo último que se sabe es del", "Hay un solo producto", "Todavía no tiene pronóstico"]),
    ],
)
def test_what_is_missing_is_said(site, category, notices):
    said = [note.text(strip=True) for note in page(site, category).css(".note")]
    assert len(said) == len(notices)
    assert all(text.startswith(notice) for text, notice in zip(said, notices, strict=True))


def test_the_cheapest_litre_of_each_grade_stands_beside_the_others_of_it(site):
    rows = [row.text(separator=" ", strip=True) for row in page(site, "oil").css(".grades > li")]
    assert rows == [
        "virgen extra Aceite de oliva virgen extra, 1 l, n.º 1 10,00 €/l de 4; el más caro, 70,00 €/l",
        "orujo Aceite de orujo, 1 l, n.º 2 20,00 €/l de 4; el más caro, 80,00 €/l",
    ]


def test_many_products_stay_readable_as_six_lines_with_names_and_one_crowd(site):
    key = [entry.text(strip=True) for entry in page(site, "oil").css("#productos ~ figure .figure-key li")]
    assert [name.split("n.º")[-1].strip() for name in key[1:]] == ["1", "2", "3", "4", "5", "6"]
    assert key[0] == "2 productos más"
    assert len(page(site, "oil").css("#productos ~ details tbody tr")) == 8


def test_a_product_alone_is_not_drawn_twice_and_one_that_is_not_followed_is_linked_all_the_same(site):
    assert not page(site, "milk").css("#productos")
    assert len(page(site, "milk").css("figure")) == 1
    links = [node.attributes["href"] for node in page(site, "level").css("main li a")]
    assert "/precios/shop.example%3A60" in links or "/precios/shop.example:60" in links


def test_the_downloads_hold_the_rows_of_the_charts(site):
    found = page(site, "oil")
    index, lines = (
        [node.attributes["href"] for node in found.css(f"#{at} ~ details a")] for at in ("indice", "productos")
    )
    rows = list(csv.DictReader(io.StringIO(site.get(index[0]).text)))
    assert (len(rows), len(found.css("#indice ~ details tbody tr"))) == (100, 50)
    assert "Aquí, las primeras filas de 100." in found.css_first("#indice ~ details").text()
    assert site.get(index[1]).json()["items"][-1]["price"] == rows[-1]["price"]
    of_products = list(csv.DictReader(io.StringIO(site.get(lines[0]).text)))
    assert {row["product"] for row in of_products} == {f"shop.example:{number}" for number, _ in OILS}
    assert all(row["price_per_litre"] == row["price"] for row in of_products)


def test_a_name_that_is_markup_or_holds_a_slash_is_one_name(site):
    found = page(site, HOSTILE)
    assert found.css_first(".over").text(strip=True) == HOSTILE
    assert found.css("img") == []
    for link in found.css("#indice ~ details a"):
        assert site.get(link.attributes["href"]).status_code == 200
    assert site.get(f"/categories/{quote(HOSTILE, safe='')}").json()["category"]["category"] == HOSTILE


@pytest.mark.parametrize(
    ("asked", "near"), [("oill", {"oil"}), ("zzz", {"oil", "milk", "unread", "new"}), ("\x00", {"oil"})]
)
def test_a_category_that_there_is_not_is_a_page_with_near_names(site, asked, near):
    answer = site.get(f"/precios/categoria/{quote(asked)}", headers=HTML)
    assert answer.status_code == 404
    assert f"No hay ninguna categoría «{asked}» con precios.".replace("\x00", "") in answer.text.replace("\x00", "")
    names = {item.text(strip=True) for item in LexborHTMLParser(answer.text).css("main li")}
    assert near <= names
    assert near == names or asked != "oill"
    problem = is_problem(site.get(f"/precios/categoria/{quote(asked)}", headers={"Accept": "application/json"}), 404)
    assert set(problem["sugerencias"]) == names


def test_there_is_a_page_only_and_the_data_stand_at_the_path_of_the_api(site):
    as_data = site.get("/precios/categoria/oil", headers={"Accept": "application/json"})
    assert as_data.headers["content-type"].startswith("text/html")
    assert site.get("/categories/oil", headers=HTML).headers["content-type"] == "application/json"


def test_the_forecast_of_the_index_is_drawn_with_both_intervals_and_its_model_named(demo_site):
    found = page(demo_site, CATEGORY)
    figure = found.css_first("#indice ~ figure")
    key = [entry.text(strip=True) for entry in figure.css(".figure-key li")]
    assert key == ["en 95 % de los casos", "en 80 % de los casos", "mediana", "índice"]
    assert "Modelo: " in figure.css_first("figcaption").text()
    assert "estará entre" in figure.css_first("figcaption").text()
    assert "Dentro de 30 días" in found.css_first(".facts").text()
    assert len(found.css(".products > li")) == len(PRODUCTS)


def test_the_list_and_a_products_page_lead_to_the_category(demo_site):
    for path in ("/precios", f"/precios/{PRODUCT}"):
        links = LexborHTMLParser(demo_site.get(path, headers=HTML).text).css("main a")
        assert f"/precios/categoria/{CATEGORY}" in [link.attributes["href"] for link in links]


def test_a_forecast_of_an_index_without_litres_begins_where_the_index_was_and_not_at_a_hundred():
    cutoff = date(2026, 3, 1)
    category = Category("milk", 1, [], "EUR", "index", 100.0, None, None, [])
    ahead = [ForecastDay(cutoff + timedelta(days=1), [Quantile(0.5, Decimal(100))])]
    prediction = Prediction("category:milk", "last_value", cutoff, "EUR", "index", 1, [], ahead, [], [])
    index = [IndexRow("category:milk", cutoff, Decimal(80), "EUR", "index", 1)]
    story = CategoryStory(category, [], index, prediction, [], Cheapest("milk", [], [], ""))
    assert ahead_of(story).days[0].quantiles[0].price == 80
    assert ahead_of(replace(story, prediction=replace(prediction, currency="USD"))) is None
