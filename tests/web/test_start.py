"""The start page says what is there and what is wrong, in every state of things."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from price_shop import observed, opened, product, settings_over
from sample_catalog import Made, app_over, publish_made, served

pytestmark = pytest.mark.server


def said(published, home):
    with served(app_over(published, home)) as site:
        page = site.get("/")
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        return page.text


def test_with_nothing_built_it_says_how_to_begin(tmp_path):
    page = said(tmp_path / "empty", tmp_path / "home")
    assert "<code>almazara up</code>" in page
    assert "<code>almazara prices track DIRECCIÓN</code>" in page
    assert not re.search(r'<main.*action="/peliculas"', page, re.DOTALL)


def test_a_sample_is_said_to_be_one(sample_api):
    page = sample_api.get("/").text
    assert "muestra inventada" in page
    assert "tienda de demostración" not in page


def test_a_catalog_of_real_films_shows_no_sample_notice(tmp_path):
    publish_made(tmp_path / "made", [Made("The Mill")])
    page = said(tmp_path / "made", tmp_path / "home")
    assert "1 película en el catálogo" in page
    assert "muestra inventada" not in page


@pytest.mark.parametrize(("days_ago", "is_well"), [(0, True), (5, False)])
def test_a_scraper_that_is_unwell_is_said_to_need_attention(tmp_path, days_ago, is_well):
    now = datetime.now(UTC)
    with opened(settings_over(tmp_path / "home")) as prices:
        prices.store.save_listing(replace(product(), created_at=now - timedelta(days=30)))
        at = now - timedelta(days=days_ago, minutes=1)
        prices.store.append([replace(observed("shop.example:1", 0, "39.95"), observed_at=at)])
    page = said(tmp_path / "empty", tmp_path / "home")
    assert "1 producto seguido" in page
    assert ("necesita atención" not in page) is is_well


def tree(site, path="/", **params):
    answer = site.get(path, params=params or None, headers={"Accept": "text/html", "Accept-Language": "es"})
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def followed(home, *titles, days=30):
    """Products of these titles in a home folder, read until now; the first is the cheapest."""
    now = datetime.now(UTC)
    with opened(settings_over(home)) as prices:
        for number, title in enumerate(titles):
            listed = replace(product(number, title=title, litres=Decimal(1)), created_at=now - timedelta(days=days))
            prices.store.save_listing(listed)
            for ago in range(days, -1, -1):
                reading = observed(listed.listing_id, 0, f"{10 + number + ago % 3}.95")
                prices.store.append([replace(reading, observed_at=now - timedelta(days=ago, minutes=1))])


def test_three_numbers_stand_on_their_rulers_and_lead_to_their_pages(demo_site):
    alive = tree(demo_site).css(".alive li")
    assert len(alive) == 3
    assert alive[0].css_first(".soft").text() == "El litro más barato"
    for one in alive:
        assert one.css_first("svg.ruler").attributes["aria-label"]
        name = one.css_first(".name")
        assert name.text().split(" (")[0] in tree(demo_site, name.attributes["href"]).css_first("main").text()
    cheapest = next(row for row in demo_site.get("/overview").json() if row["recent"]["prices"][-1] is not None)
    assert alive[0].css_first(".name").attributes["href"] == f"/precios/{quote(cheapest['product']['id'])}"


def test_with_films_alone_all_rulers_are_of_films_and_no_product_is_sought(sample_api):
    page = tree(sample_api)
    assert len(page.css(".alive li")) >= 2
    assert all(one.attributes["href"].startswith("/peliculas/") for one in page.css(".alive .name"))
    assert [one.attributes["name"] for one in page.css("main input")] == ["q"]


def test_with_prices_alone_no_film_is_linked_nor_sought(tmp_path):
    followed(tmp_path / "home", "Aceite suave", "Aceite virgen")
    with served(app_over(tmp_path / "empty", tmp_path / "home")) as site:
        page = tree(site)
    assert [one.text() for one in page.css(".alive .name")] == ["Aceite suave", "Aceite virgen"]
    assert [one.attributes["name"] for one in page.css("main input")] == ["producto"]
    assert [one.attributes["href"] for one in page.css("header nav a")] == ["/precios", "/explorar/precios"]


def test_every_link_of_the_start_leads_somewhere_when_nothing_is_built(tmp_path):
    with served(app_over(tmp_path / "empty", tmp_path / "home")) as site:
        for one in tree(site).css("a[href]"):
            if not one.attributes["href"].startswith("#"):
                assert site.get(one.attributes["href"], headers={"Accept": "text/html"}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "found"),
    [("VIRGEN", ["Aceite virgen", "Año virgen"]), ("ano vir", ["Año virgen"]), ("girasol", []), ("<b>", [])],
)
def test_a_product_is_sought_by_the_words_of_its_name(tmp_path, typed, found):
    followed(tmp_path / "home", "Aceite suave", "Aceite virgen", "Año virgen", days=2)
    with served(app_over(tmp_path / "empty", tmp_path / "home")) as site:
        page = tree(site, producto=typed)
    assert [one.text() for one in page.css(".found .name")] == found
    assert page.css_first("[role=status]").text().startswith(f"{len(found)} producto")
    assert page.css_first("#producto").attributes["value"] == typed


def test_prices_that_are_not_known_today_have_no_ruler(tmp_path):
    now = datetime.now(UTC)
    with opened(settings_over(tmp_path / "home")) as prices:
        prices.store.save_listing(replace(product(litres=Decimal(1)), created_at=now - timedelta(days=60)))
        old = replace(observed("shop.example:1", 0, "39.95"), observed_at=now - timedelta(days=50))
        prices.store.append([old])
    with served(app_over(tmp_path / "empty", tmp_path / "home")) as site:
        assert tree(site).css(".alive") == []


def test_while_the_store_does_not_answer_films_are_shown_all_the_same(sample_home, tmp_path):
    app = app_over(sample_home, tmp_path / "home")
    with served(app) as site:
        app.state.prices.store.close()
        (tmp_path / "home" / "prices.db").write_bytes(b"no database" * 1000)
        page = tree(site)
    assert "El almacén de precios no responde." in page.css_first("main").text()
    assert len(page.css(".alive .name")) >= 2
