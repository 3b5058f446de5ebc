"""Films by their Spanish titles over HTTP: the API in both languages, and the pages of the site."""

from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from sample_catalog import Made, app_over, publish_made, served

pytestmark = pytest.mark.server

FILMS = [
    Made("The Oil Father", {"vote_count": 6000, "original_title": "Il Padre"}, directors=("Bruno Orujo",)),
    Made("The Press", {"vote_count": 50}, directors=("Bruno Orujo",)),
]
TITLE = quote("El padrino")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    home = tmp_path_factory.mktemp("titled")
    publish_made(home, FILMS, "1,El padrino,es\n2,La prensa,es")
    with served(app_over(home, tmp_path_factory.mktemp("films") / "home")) as client:
        yield client


def page(site, path, language):
    answer = site.get(path, headers={"Accept": "text/html", "Accept-Language": language}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


@pytest.mark.parametrize("path", ["score_titulo", "votos_titulo", "recomendacion"])
@pytest.mark.parametrize(("language", "local"), [("es", "El padrino"), ("en", None)])
def test_every_route_that_takes_a_title_takes_a_spanish_one(site, path, language, local):
    found = site.get(f"/{path}/{TITLE}", params={"lengua": language}).json()
    assert (found["id"], found["titulo"], found["titulo_local"]) == (1, "The Oil Father", local)
    assert (local or found["titulo"]) in found["mensaje"]


def test_films_in_a_body_are_named_by_their_spanish_titles(site):
    found = site.post("/peliculas", json={"peliculas": ["El padrino", "la prensa"]}).json()
    assert [film["titulo_local"] for film in found["peliculas"]] == ["El padrino", "La prensa"]
    several = site.post("/recomendacion", json={"peliculas": ["El padrino"]}).json()
    assert several["listas"][0]["detalle"][0]["titulo_local"] == "La prensa"


def test_the_search_finds_a_mistyped_spanish_title(site):
    hit = site.get("/buscar", params={"q": "padrinno"}).json()["resultados"][0]
    assert (hit["titulo_local"], hit["coincidencia"]) == ("El padrino", "El padrino")


@pytest.mark.parametrize(
    ("language", "headline", "beside"),
    [("es", "El padrino", ["The Oil Father", "Il Padre"]), ("en", "The Oil Father", ["Il Padre"])],
)
def test_the_page_of_a_film_has_its_title_as_the_reader_reads_and_the_others_beside(site, language, headline, beside):
    shown = page(site, "/peliculas/1", language)
    assert shown.css_first("h1").text() == headline
    assert headline in shown.css_first("title").text()
    assert [one.text() for one in shown.css("h1 ~ p.soft")][: len(beside)] == beside


@pytest.mark.parametrize(("language", "title"), [("es", "La prensa"), ("en", "The Press")])
def test_the_lists_of_the_site_name_films_as_the_reader_reads(site, language, title):
    assert title in [one.text() for one in page(site, "/peliculas/1", language).css("ol.rows .name")]
    assert title in [one.text() for one in page(site, "/peliculas", language).css("table.listed .name")]
    assert title in [one.text() for one in page(site, "/personas/Bruno%20Orujo", language).css("table .name")]


@pytest.mark.parametrize(("language", "title"), [("es", "El padrino"), ("en", "The Oil Father")])
def test_the_search_of_the_site_finds_spanish_titles_for_every_reader(site, language, title):
    assert page(site, "/peliculas?q=el+padrino", language).css_first("#hallazgos .name").text() == title
