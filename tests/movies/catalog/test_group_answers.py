"""Franchises, companies, languages and countries by any of their names; and how long a film is."""

import pytest

from almazara.app import movies
from almazara.artifacts import open_artifacts
from almazara.errors import NotFoundError, UnavailableError
from almazara.words.numbers import Language
from sample_catalog import Made, publish_made, settings_for, without_files

MILLION = 1_000_000
MILL = repr({"id": 1, "name": "The Mill Collection", "poster_path": "", "backdrop_path": ""})
PRESS = repr([{"name": "Prensa Films", "id": 7}, {"name": "Prensa Films", "id": 8}, {"name": "Zumo", "id": 9}])
SPAIN = repr([{"iso_3166_1": "ES", "name": "Spain"}, {"iso_3166_1": "US", "name": "United States of America"}])
FILMS = [
    Made(
        "The Mill II",
        {
            "release_date": "1990-05-01",
            "budget": 2 * MILLION,
            "revenue": 8 * MILLION,
            "belongs_to_collection": MILL,
            "production_companies": PRESS,
            "production_countries": SPAIN,
            "original_language": "es",
        },
    ),
    Made(
        "The Mill",
        {
            "release_date": "1980-03-31",
            "budget": 4 * MILLION,
            "revenue": 3 * MILLION,
            "belongs_to_collection": MILL,
            "production_companies": PRESS,
            "original_language": "es",
            "runtime": "91.0",
        },
    ),
    Made("The Mill III", {"belongs_to_collection": MILL, "revenue": 5 * MILLION, "runtime": ""}),
]


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    return publish_made(tmp_path_factory.mktemp("groups"), FILMS)


@pytest.mark.parametrize("asked", ["The Mill Collection", "the mill", "mill collection, the", "THE MILL"])
def test_a_franchise_is_found_with_and_without_what_the_source_adds_to_its_name(films, asked):
    found = films.groups.franchise(asked)
    assert found.franquicia == "The Mill Collection"
    assert [film.titulo for film in found.peliculas] == ["The Mill", "The Mill II", "The Mill III"]


def test_a_franchise_gained_what_its_films_did_of_which_cost_and_revenue_are_known(films):
    found = films.groups.franchise("The Mill")
    assert (found.cantidad, found.peliculas_con_datos) == (3, 2)
    assert (found.ganancia_total, found.ganancia_promedio) == (5 * MILLION, 2.5 * MILLION)
    assert found.mensaje == (
        "The Mill Collection: 3 películas. Se conoce lo que ganaron 2 de ellas: 5 M $ en total, 2,5 M $ de media."
    )
    assert "in dollars: 5M in all, 2.5M on average." in films.groups.franchise("The Mill", Language.EN).mensaje


def test_a_company_counts_a_film_once_and_the_revenue_that_is_known(films):
    found = films.groups.studio("prensa films")
    assert (found.productora, found.cantidad, found.revenue_total) == ("Prensa Films", 2, 11 * MILLION)
    assert found.peliculas_con_datos == 2


@pytest.mark.parametrize("asked", ["es", "ES", "español", "Espanol", "Spanish"])
def test_a_language_is_found_by_its_code_and_its_name_in_spanish_and_english(films, asked):
    found = films.in_language(asked)
    assert (found.idioma, found.codigo, found.cantidad) == ("español", "es", 2)
    assert found.mensaje == "El catálogo tiene 2 películas en español."


@pytest.mark.parametrize(
    "asked", ["us", "Estados Unidos", "United States of America", "United States", "EE. UU.", "USA"]
)
def test_a_country_is_found_by_its_code_and_any_of_its_names(films, asked):
    found = films.from_country(asked)
    assert (found.pais, found.codigo, found.cantidad) == ("Estados Unidos", "US", 1)


def test_a_runtime_is_told_and_null_where_it_is_not_known(films):
    assert (films.runtime("The Mill").duracion, films.runtime("The Mill").anio) == (91, 1980)
    assert films.runtime("The Mill").mensaje == "The Mill (1980) dura 91 minutos."
    assert films.runtime("The Mill III").duracion is None
    assert films.runtime("The Mill III").mensaje == "No se sabe cuánto dura The Mill III (2000)."


@pytest.mark.parametrize(
    ("ask", "asked", "near"),
    [
        (lambda films: films.groups.franchise, "The Mil", "The Mill Collection"),
        (lambda films: films.groups.studio, "Prensa Film", "Prensa Films"),
        (lambda films: films.in_language, "espanhol", "español"),
        (lambda films: films.from_country, "Espana y Portugal", "España"),
    ],
)
def test_what_is_not_there_is_refused_with_near_names(films, ask, asked, near):
    with pytest.raises(NotFoundError) as refused:
        ask(films)(asked)
    assert near in refused.value.suggestions


def test_a_catalog_of_before_says_what_it_lacks_and_answers_the_rest(tmp_path):
    publish_made(tmp_path, FILMS)
    settings = settings_for(tmp_path)
    for pattern in ("studio*", "franchise*"):
        without_files(open_artifacts(settings).current("movies"), pattern)
    older = movies.open_movies(settings)
    assert older.in_language("es").cantidad == 2
    for ask in (older.groups.franchise, older.groups.studio):
        with pytest.raises(UnavailableError, match="constrúyalo otra vez"):
            ask("The Mill")
