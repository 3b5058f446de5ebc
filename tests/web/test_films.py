"""Pages of films over HTTP: methods side by side, the catalog by pages, people, tastes; and their states."""

import re
from urllib.parse import urljoin

import pytest
from selectolax.lexbor import LexborHTMLParser

from reading import FILM
from sample_catalog import Made, app_over, publish_made, served

pytestmark = pytest.mark.server

HTML = {"Accept": "text/html", "Accept-Language": "es"}
DRAMA = "[{'id': 18, 'name': 'Drama'}]"
COMEDY = "[{'id': 35, 'name': 'Comedy'}]"
SPAIN = "[{'iso_3166_1': 'ES', 'name': 'Spain'}]"
UNNAMED = "[{'iso_639_1': 'km', 'name': ''}]"
CANTONESE = {"original_language": "cn", "original_title": "悲", "tagline": "So sad.", "overview": "He weeps."}
MONEY = {"budget": "1", "revenue": "90000000"}
MADE = [
    Made("The Mill", {"genres": COMEDY, "vote_count": "90", "production_countries": SPAIN}, directors=("Bruno Orujo",)),
    Made("The Press", {"genres": COMEDY, "vote_count": "80"}, directors=("Bruno Orujo",)),
    Made("The Cold One", {"genres": COMEDY, "vote_count": "0", "vote_average": "0", **MONEY}),
    Made("The Plain One", {"vote_count": "5", "runtime": "", "spoken_languages": UNNAMED}),
    Made("The Sad One", {"genres": DRAMA, "release_date": "1955-05-05", "vote_count": "70", **CANTONESE}),
]


def read(site, path, **params):
    answer = site.get(path, params=params or None, headers=HTML, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def names(page, where):
    return [node.text() for node in page.css(f"{where} .name")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    home = tmp_path_factory.mktemp("made")
    publish_made(home, MADE)
    with served(app_over(home, tmp_path_factory.mktemp("films") / "home")) as client:
        yield client


@pytest.mark.parametrize("film", [FILM, "900018"])
def test_every_method_stands_beside_the_others_and_films_of_several_lists_say_so(sample_api, film):
    page, beside = read(sample_api, f"/peliculas/{film}"), sample_api.get(f"/peliculas/{film}/parecidas?n=6").json()
    own = {one["pedido"]: one["detalle"] if one["pedido"] == one["metodo"] else [] for one in beside["metodos"]}
    assert len(own) == 4
    for method, listed in own.items():
        assert names(page, f'section[aria-labelledby="{method}"]') == [film["titulo"] for film in listed]
    ids = [film["id"] for listed in own.values() for film in listed]
    several = {one for one in ids if ids.count(one) > 1}
    said = page.css_first("#parecidas + p")
    assert {int(node.attributes["href"].split("/")[-1]) for node in said.css("a")} == several
    assert len(page.css(".agreed")) == sum(one in several for one in ids)
    assert len(several) > 0


def test_reasons_and_numbers_name_genres_in_the_language_of_the_reader(site):
    for language, (genre, other, spoken) in {
        "es": ("Comedia", "Comedy", "España · inglés"),
        "en": ("Comedy", "Comedia", "Spain · English"),
    }.items():
        main = read(site, "/peliculas/1", lengua=language).css_first("main")
        assert genre in main.text()
        assert other not in main.text()
        assert main.css_first(".over").text().endswith(spoken)
    site.cookies.clear()


def test_texts_that_are_in_another_language_than_the_page_say_in_which(site):
    said = read(site, "/peliculas/5").css("main p[lang]")
    found = [(one.text(), one.attributes["lang"]) for one in said]
    assert found == [("悲", "yue"), ("So sad.", "en"), ("He weeps.", "en")]


def test_a_film_that_nobody_voted_for_says_so_and_a_method_that_knows_nothing_of_it_too(site):
    page = read(site, "/peliculas/3")
    assert "Nadie la ha votado" in page.css_first("main").text()
    assert [one.attributes["id"] for one in page.css(".methods h3")] == ["hibrido", "contenido"]
    for method in ("Por quienes las vieron", "Por puntuación"):
        assert f"{method}: no hay lista, porque este método no sabe nada de ella." in page.css_first("main").text()
    assert "Nadie la ha votado" not in read(site, "/peliculas/1").css_first("main").text()


def test_money_that_cannot_be_meant_is_said_and_a_film_without_a_genre_has_none(site):
    assert "no pueden ser ciertos" in read(site, "/peliculas/3").css_first("main").text()
    plain = read(site, "/peliculas/4").css_first("main")
    assert "no pueden ser ciertos" not in plain.text()
    assert "sin género conocido" in plain.css_first(".over").text()


def test_a_language_that_the_source_leaves_without_a_name_is_called_by_its_code(site):
    for language in ("es", "en"):
        assert site.get(f"/peliculas/4?lengua={language}").json()["idiomas"] == ["km"]


def test_the_catalog_is_read_page_by_page_in_the_order_that_is_asked_for(sample_api):
    asked = {"orden": "puntuacion", "genero": "Drama"}
    expected = [film["titulo"] for film in sample_api.get("/peliculas", params={**asked, "n": 50}).json()["peliculas"]]
    first = read(sample_api, "/peliculas", **asked)
    shown = names(first, ".listed")
    assert shown == expected[:20]
    following = first.css_first(".pages [rel=next]").attributes["href"]
    second = read(sample_api, following)
    assert names(second, ".listed") == expected[20:40]
    back = read(sample_api, second.css_first(".pages [rel=prev]").attributes["href"])
    assert names(back, ".listed") == shown
    assert first.css_first("option[value=puntuacion][selected]")
    assert first.css_first("option[value=Drama][selected]")


def test_a_decade_is_a_link_which_is_marked_and_takes_itself_back(site):
    page = read(site, "/peliculas")
    decades = {node.text(): node.attributes["href"] for node in page.css("#catalogo ~ nav a") if "años" in node.text()}
    assert list(decades) == ["años 50", "años 2000"]
    fifties = read(site, decades["años 50"])
    assert names(fifties, ".listed") == ["The Sad One"]
    chosen = fifties.css_first("#catalogo ~ nav [aria-current]")
    assert chosen.text() == "años 50"
    assert len(names(read(site, chosen.attributes["href"]), ".listed")) == len(MADE)


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"anio_min": "2150"}, "Ninguna película pasa los filtros."), ({"desde": "900"}, "No hay tantas")],
)
def test_where_no_film_is_left_the_catalog_says_so(site, asked, said):
    page = read(site, "/peliculas", **asked)
    assert said in page.css_first("main").text()
    assert names(page, ".listed") == []


@pytest.mark.parametrize("asked", [{"orden": "azar"}, {"desde": "x"}, {"anio_min": "mil"}, {"genero": "<b>"}])
def test_what_the_catalog_cannot_be_asked_is_said_on_a_page(site, asked):
    page = site.get("/peliculas", params=asked, headers=HTML)
    assert (page.status_code, "No se entiende lo pedido" in page.text) == (422, True)


@pytest.mark.parametrize("path", ["/peliculas/1", "/peliculas?genero=Comedy", "/personas/Bruno Orujo"])
def test_the_data_of_a_page_is_one_link_away_for_a_browser_too(site, path):
    page = site.get(path, headers=HTML)
    links = [node for node in LexborHTMLParser(page.text).css("main a") if "formato=json" in node.attributes["href"]]
    answer = site.get(urljoin(str(page.url), links[-1].attributes["href"]), headers=HTML)
    assert answer.headers["content-type"] == "application/json"
    assert "mensaje" in answer.json()


@pytest.mark.parametrize(
    "asked",
    [{}, {"q": "aceite", "persona": "orujo"}, {"genero": "Drama", "anio_min": "1960", "desde": "20"}, {"anio_max": ""}],
)
def test_the_data_of_the_catalog_are_the_films_that_its_page_shows(sample_api, asked):
    page = read(sample_api, "/peliculas", **asked)
    [link] = [one.attributes["href"] for one in page.css("main a") if "formato=json" in one.attributes["href"]]
    answer = sample_api.get(link)
    assert answer.status_code == 200, answer.text
    assert [film["titulo"] for film in answer.json()["peliculas"]] == names(page, ".listed")


@pytest.mark.parametrize("typed", ["bruno orujo", "Bruno Oruho", "orujo"])
def test_a_person_is_found_with_typos_and_leads_to_their_page(site, typed):
    hit = read(site, "/peliculas", persona=typed).css_first('a[href^="/personas/"]')
    assert hit.text() == "Bruno Orujo"
    assert "dirigió 2 películas" in hit.parent.text()
    assert read(site, hit.attributes["href"]).css_first("h1").text() == "Bruno Orujo"


@pytest.mark.parametrize("which", ["site", "sample_api"])
def test_nobody_and_no_film_of_a_name_are_said(request, which):
    page = read(request.getfixturevalue(which), "/peliculas", persona="zzzzqqqq", q="zzzzqqqq").css_first("main").text()
    assert "Nadie se llama algo parecido a «zzzzqqqq»." in page
    assert "Ninguna película se parece a «zzzzqqqq»." in page


def test_what_is_only_guessed_is_said_to_be_so(site):
    page = read(site, "/peliculas", persona="Bruno Oruho", q="the milk")
    assert "Nadie tiene «Bruno Oruho» en su nombre; se le parece 1." in page.css_first("main").text()
    assert "Ninguna película tiene «the milk» en su título; se le parece 1." in page.css_first("#hallazgos").text()
    assert "para «the mi»" in read(site, "/peliculas", q="the mi").css_first("#hallazgos").text()


def test_the_page_of_a_person_that_there_is_not_leads_to_near_names(site):
    answer = site.get("/personas/Bruno Oruxo", headers=HTML)
    assert answer.status_code == 404
    assert LexborHTMLParser(answer.text).css_first('a[href="/personas/Bruno%20Orujo"]').text() == "Bruno Orujo"


def test_a_film_that_was_seen_does_not_come_again_until_it_is_let(sample_api):
    asked = {"gusta": "Gone with the Olive"}
    before = names(read(sample_api, "/peliculas", **asked), ".suggestion")
    link = read(sample_api, "/peliculas", **asked).css_first(".suggestion a[aria-label]").attributes["href"]
    once = read(sample_api, link)
    assert names(once, ".suggestion")[:9] == before[1:]
    twice = read(sample_api, once.css_first(".suggestion a[aria-label]").attributes["href"])
    assert names(twice, ".suggestion")[:8] == before[2:]
    assert len(twice.css("input[name=vista]")) == 2
    undo = next(node for node in twice.css("#gustos ~ p a") if node.text() == "mostrar otra vez")
    assert names(read(sample_api, undo.attributes["href"]), ".suggestion")[0] == before[0]


def test_a_film_is_left_out_by_its_title_and_a_genre_by_its_name(sample_api):
    asked = {"gusta": "Gone with the Olive"}
    before = read(sample_api, "/peliculas", **asked)
    unwanted = names(before, ".suggestion")[2]
    assert unwanted not in names(read(sample_api, "/peliculas", **asked, excluir=unwanted), ".suggestion")
    left = read(sample_api, "/peliculas", **asked, sin_genero="comedia")
    assert left.css_first("select[name=sin_genero] [selected]").attributes["value"] == "Comedy"
    for node in left.css(".suggestion .name"):
        assert "Comedia" not in sample_api.get(node.attributes["href"]).json()["generos"]


@pytest.mark.parametrize("asked", [{}, {"gusta": "Gone with the Olive"}])
def test_films_of_some_length_alone_are_listed(sample_api, asked):
    page = read(sample_api, "/peliculas", **asked, duracion_min="80", duracion_max="90", orden="votos")
    assert page.css_first("input[name=duracion_max]:not([value=''])").attributes["value"] == "90"
    listed = page.css(".listed .name, .suggestion .name")
    assert len(listed) >= 10
    for node in listed:
        assert 80 <= sample_api.get(node.attributes["href"]).json()["duracion_minutos"] <= 90


def test_films_for_adults_are_in_the_catalog_where_the_box_is_ticked(sample_api):
    said = []
    for asked in ({}, {"para_adultos": "true"}):
        page = read(sample_api, "/peliculas", orden="titulo", **asked)
        boxes = page.css("input[name=para_adultos]")
        assert ["checked" in box.attributes for box in boxes] == [False, bool(asked)]
        said.append(page.css_first("#catalogo ~ p").text())
    assert said[0] != said[1]


@pytest.mark.parametrize("asked", [{}, {"gusta": "Gone with the Olive"}])
def test_films_with_a_keyword_are_left_out(sample_api, asked):
    asked |= {"sin_palabra_clave": "Friendship, police,"}
    page = read(sample_api, "/peliculas", **asked, genero="Drama")
    assert page.css_first("input[name=sin_palabra_clave]:not([value=''])").attributes["value"] == "Friendship, police,"
    listed = page.css(".listed .name, .suggestion .name")
    assert len(listed) >= 10
    for node in listed:
        assert not {"friendship", "police"} & set(sample_api.get(node.attributes["href"]).json()["palabras_clave"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"gusta": "Gone wiht the Oliv"}, "Gone with the Olive"),
        ({"gusta": "Gone with the Olive", "excluir": "zzzz"}, "zzzz"),
        ({"gusta": "Gone with the Olive", "sin_genero": "Dramma"}, "Drama"),
        ({"gusta": "Gone with the Olive", "sin_palabra_clave": "polise"}, "police"),
        ({"gusta": "Gone with the Olive", "vista": "no"}, "no es un id de película"),
        ({"gusta": "Gone with the Olive", "no_gusta": "Gone with the Olive"}, "a la vez"),
    ],
)
def test_what_is_wrong_with_a_taste_is_said_beside_it_and_what_is_near(sample_api, asked, said):
    page = read(sample_api, "/peliculas", **asked)
    alert = page.css_first("[role=alert]")
    assert said in alert.parent.text()
    assert names(page, ".suggestion") == []
    assert page.css_first("[name=gusta]").attributes["value"] == asked["gusta"]


def test_what_is_wrong_with_a_taste_is_said_in_the_language_of_the_reader(sample_api):
    film, asked = "Gone with the Olive", {**HTML, "Accept-Language": "en"}
    answer = sample_api.get("/peliculas", params={"gusta": film, "no_gusta": film}, headers=asked)
    alert = LexborHTMLParser(answer.text).css_first("[role=alert]")
    assert alert.text() == f"Both among those that are liked and those that are not: {film}."


def test_a_film_that_may_be_meant_is_a_link_to_its_page(sample_api):
    near = read(sample_api, "/peliculas", gusta="Gone wiht the Oliv").css("[role=alert] + p a")
    assert near[0].text() == "Gone with the Olive"
    for one in near:
        assert read(sample_api, one.attributes["href"]).css_first("h1").text() == one.text()


def test_where_everything_is_left_out_a_taste_says_so(site):
    page = read(site, "/peliculas", gusta="The Mill", anio_min="2150")
    assert "Ninguna película cumple lo pedido." in page.css_first("#gustos").parent.text()


def test_a_list_for_htmx_is_the_list_alone(sample_api):
    part = sample_api.get("/peliculas?q=olive", headers={**HTML, "HX-Request": "true"}).text
    assert re.search(r"<ol", part)
    assert "<html" not in part
