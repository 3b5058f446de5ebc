"""The list of products: filtered by what the address holds, with the state of each by name."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from selectolax.lexbor import LexborHTMLParser

from almazara import asgi
from almazara.web import overview
from price_shop import NOW, observed, opened, product, settings_over
from problems import is_problem
from sample_catalog import served

pytestmark = pytest.mark.server

HTML = {"Accept": "text/html"}
SIZES = {"1": "5", "2": "5.00", "3": "0.75", "4": None}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    settings, shift = settings_over(tmp_path_factory.mktemp("list")), datetime.now(UTC) - NOW
    with opened(settings) as prices:
        for number, litres in SIZES.items():
            size = litres and Decimal(litres)
            category = "oil" if number < "3" else "other & more"
            prices.store.save_listing(product(number, title=f"Aceite {number}", litres=size, category=category))
            row = observed(f"shop.example:{number}", 0, None if number == "2" else "10.00")
            prices.store.append([replace(row, observed_at=row.observed_at + shift)])
    with served(asgi.app_over(settings)) as client:
        yield client


def listed(site, **asked):
    found = LexborHTMLParser(site.get("/precios", params=asked, headers=HTML).text)
    return found, [node.text(strip=True) for node in found.css(".products .name")]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"litres": "5"}, {"Aceite 1", "Aceite 2"}),
        ({"litres": "5.0"}, {"Aceite 1", "Aceite 2"}),
        ({"litres": "0.75"}, {"Aceite 3"}),
        ({"litres": "5", "state": "sold_out"}, {"Aceite 2"}),
        ({"category": "other & more"}, {"Aceite 3", "Aceite 4"}),
        ({"state": "no_forecast", "shop": "shop.example"}, {"Aceite 1", "Aceite 2", "Aceite 3", "Aceite 4"}),
        ({"litres": ""}, {"Aceite 1", "Aceite 2", "Aceite 3", "Aceite 4"}),
    ],
)
def test_the_list_holds_what_the_address_asks_for(site, asked, names):
    assert set(listed(site, **asked)[1]) == names


def test_a_long_list_comes_in_pages(site, monkeypatch):
    monkeypatch.setattr(overview, "SHOWN", 3)
    first, names = listed(site)
    [after] = first.css(".pages a")
    second = LexborHTMLParser(site.get(after.attributes["href"], headers=HTML).text)
    assert [len(names), len(second.css(".products .name"))] == [3, 1]
    assert first.css_first("h1").text() == second.css_first("h1").text()
    [before] = second.css(".pages a")
    assert before.attributes["href"] == "/precios"


def test_the_overview_comes_in_pages(site):
    first = site.get("/overview?limit=3")
    second = site.get(f"/overview?limit=3&cursor={first.headers['x-next-cursor']}")
    assert first.json() + second.json() == site.get("/overview").json()
    assert "x-next-cursor" not in second.headers


def test_the_filters_are_links_in_order_of_size_and_a_chosen_one_takes_itself_away(site):
    found, _ = listed(site, litres="5", category="oil")
    rows = {row.css_first("dt").text(): row.css("a") for row in found.css(".choices div")}
    assert [link.text() for link in rows["Tamaño"]] == ["0,75 l", "5 l"]
    assert [link.attributes["href"] for link in rows["Tamaño"]] == [
        "/precios?category=oil&litres=0.75",
        "/precios?category=oil",
    ]
    assert [link.text() for link in found.css(".choices [aria-current]")] == ["oil", "5 l"]
    assert "Tienda" not in rows  # there is one only


def test_states_are_named_in_the_list_and_among_the_filters(site):
    found, _ = listed(site)
    assert [row.css_first("small").text() for row in found.css(".products li")] == ["sin pronóstico"] * 4
    [sold_out] = [row for row in found.css(".products li") if "Aceite 2" in row.text()]
    assert sold_out.css_first(".act").text(strip=True) == "Agotado: compra cuando vuelva"
    [states] = [row.css("a") for row in found.css(".choices div") if row.css_first("dt").text() == "Estado"]
    assert [link.text() for link in states] == ["sin pronóstico", "agotado"]


def test_a_state_that_nothing_is_in_any_more_can_be_left_again(tmp_path):
    settings = settings_over(tmp_path)
    with opened(settings) as prices:
        prices.store.save_listing(product())
    with served(asgi.app_over(settings)) as site:
        found, names = listed(site, category="", state="sold_out")
    assert names == []
    [chosen] = found.css(".choices [aria-current]")
    assert (chosen.text(), chosen.attributes["href"]) == ("agotado", "/precios?category=")


@pytest.mark.parametrize("asked", [{"litres": "7"}, {"litres": "nan"}, {"state": "<b>"}, {"category": "wine"}])
def test_where_no_product_is_like_that_the_page_says_so_and_leads_back(site, asked):
    found, names = listed(site, **asked)
    assert names == []
    assert found.css_first("h1").text() == "Ningún producto cumple estos filtros"
    assert "/precios" in [link.attributes["href"] for link in found.css("main p a")]
    assert found.css("main b") == []


def test_the_download_holds_the_products_that_are_shown(site):
    found, _ = listed(site, litres="5", state="sold_out")
    [csv, _] = [
        link.attributes["href"] for link in found.css("main p.soft a") if "/overview" in link.attributes["href"]
    ]
    lines = site.get(csv).text.splitlines()
    assert {line.split(",")[0] for line in lines[1:]} == {"shop.example:2"}
    assert [row["product"]["litres"] for row in site.get("/overview?litres=0.75").json()] == ["0.75"]
    for asked in ({"litres": "nan"}, {"litres": "0"}, {"state": "<b>"}):
        is_problem(site.get("/overview", params=asked), 422)


def test_where_nothing_is_followed_what_is_kept_is_shown_and_named(tmp_path):
    settings = settings_over(tmp_path)
    with opened(settings) as prices:
        kept = product("1", title="Aceite importado", category="oil")
        prices.store.save_listing(replace(kept, tracked=False))
    with served(asgi.app_over(settings)) as client:
        followed = client.get("/productos")
        assert (followed.json(), followed.headers["x-not-followed"]) == ([], "1")
        assert [one["title"] for one in client.get("/productos?all=true").json()] == ["Aceite importado"]
        found, _ = listed(client)
    assert "Se guarda 1 producto que no se sigue, como los importados." in found.body.text()
    assert "/precios/categoria/oil" in [link.attributes["href"] for link in found.css("main a")]
