"""Every answer and error is told in one language: what the address asks for, else what its reader prefers."""

import pytest

from problems import is_problem

ENGLISH = {"Accept-Language": "en-GB,en;q=0.9,es;q=0.5"}
SPANISH = {"Accept-Language": "es-ES,es;q=0.9,en;q=0.5"}


@pytest.mark.parametrize(
    "path",
    [
        "/score_titulo/Press",
        "/cantidad_filmaciones_dia/lunes",
        "/recomendacion/Press",
        "/recomendacion/Press?n=3",
        "/peliculas?n=2",
        "/peliculas/900007",
        "/peliculas/900007/comparacion",
        "/peliculas_pais/usa",
        "/modelos/peliculas",
    ],
)
def test_an_answer_is_told_as_its_reader_prefers_unless_its_address_asks_for_a_language(sample_api, path):
    mark = "&" if "?" in path else "?"
    spanish, english = (sample_api.get(f"{path}{mark}lengua={one}") for one in ("es", "en"))
    assert spanish.text != english.text
    assert sample_api.get(path).text == sample_api.get(path, headers=SPANISH).text == spanish.text
    assert sample_api.get(path, headers=ENGLISH).text == english.text
    assert sample_api.get(f"{path}{mark}lengua=es", headers=ENGLISH).text == spanish.text
    assert "Accept-Language" in english.headers["vary"]


@pytest.mark.parametrize(
    ("asked", "status", "spanish", "english"),
    [
        ("GET /nada", 404, "No hay nada en /nada", "There is nothing at /nada"),
        ("GET /score_titulo/Nadie?anio=x", 422, "debe ser un número entero", "must be a whole number"),
        ("GET /score_titulo/Nada de nada", 404, "No hay ninguna película", "There is no film"),
        ("PUT /score_titulo/Press", 405, "PUT no se admite", "PUT is not taken"),
        ("GET /data?limit=0", 422, "debe ser como mínimo 1", "must be at least 1"),
        ("GET /forecasts/score?days=x", 422, "debe ser un número entero", "must be a whole number"),
        ("GET /peliculas_idioma/kligon", 404, "El catálogo no tiene películas", "The catalog has no films"),
        ("GET /runs?kind=x", 422, "debe ser 'scrape' o 'retrain'", "must be 'scrape' or 'retrain'"),
    ],
)
def test_title_and_detail_of_an_error_are_of_one_language(sample_api, asked, status, spanish, english):
    method, path = asked.split(" ", 1)
    for headers, told, other in ((SPANISH, spanish, english), ({}, spanish, english), (ENGLISH, english, spanish)):
        problem = is_problem(sample_api.request(method, path, headers=headers), status)
        assert told in problem["detail"]
        assert other not in problem["detail"]
    titles = {sample_api.request(method, path, headers=headers).json()["title"] for headers in (SPANISH, ENGLISH)}
    assert len(titles) == 2


def test_genres_countries_and_languages_of_a_film_are_named_in_its_readers_language(sample_api):
    found = sample_api.get("/peliculas", params={"genero": "comedia", "n": 20}).json()["peliculas"]
    for one in found:
        spanish, english = (
            sample_api.get(f"/peliculas/{one['id']}", headers=headers).json() for headers in (SPANISH, ENGLISH)
        )
        assert sorted(one["generos"]) == sorted(spanish["generos"])
        assert "Comedia" in spanish["generos"]
        assert "Comedy" in english["generos"]
        assert "United States of America" not in (*spanish["paises"], *english["paises"])
        assert sample_api.get("/peliculas", params={"genero": english["generos"][0]}).status_code == 200


def test_the_state_of_the_server_is_told_as_its_reader_prefers(sample_api):
    spanish, english = (sample_api.get("/health", headers=headers) for headers in (SPANISH, ENGLISH))
    assert spanish.json()["mensaje"] != english.json()["mensaje"]
    assert "Accept-Language" in english.headers["vary"]
