"""People in both roles: which films, what is known of them, one spelling of a name, and near names."""

import pytest

from almazara.errors import InputError, NotFoundError
from almazara.words.numbers import Language
from sample_catalog import Made, publish_made

MILLION = 1_000_000
FILMS = [
    Made(
        "Late Harvest",
        {"release_date": "1985-05-01", "budget": 2 * MILLION, "revenue": 8 * MILLION, "vote_count": 90},
        cast=(("Ana Oliva", "Herself"), ("Zoe Molino", "")),
        directors=("Ana Oliva",),
    ),
    Made(
        "The Mill",
        {"release_date": "1980-03-31", "vote_average": ""},
        cast=(("Ana Oliva", "The miller"), ("Zoë Molino", "")),
    ),
    Made(
        "One Dollar",
        {"release_date": "1995-05-01", "budget": 1, "revenue": 9 * MILLION},
        cast=(("José Prensa", ""),),
        directors=("Ana Oliva", "Jose Prensa"),
    ),
    Made("Press", cast=(("José Prensa", ""), ("Zoë Molino", "")), directors=("Zoë Molino",)),
]


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    return publish_made(tmp_path_factory.mktemp("people"), FILMS).people


def test_a_person_has_the_films_of_each_role_in_order_of_release(people):
    found = people.person("ana oliva")
    assert found.nombre == "Ana Oliva"
    assert [film.titulo for film in found.actuacion.peliculas] == ["The Mill", "Late Harvest"]
    assert [film.titulo for film in found.direccion.peliculas] == ["Late Harvest", "One Dollar"]
    assert (found.actuacion.cantidad_peliculas, found.actuacion.exito) == (2, 4.0)
    assert found.direccion.peliculas_dudosas == ["One Dollar"]


def test_what_is_not_known_of_a_film_is_null_and_doubtful_money_marked(people):
    mill, harvest = people.person("Ana Oliva").actuacion.peliculas
    assert (mill.puntuacion, mill.retorno, mill.dinero_dudoso) == (None, None, False)
    assert (harvest.id, harvest.anio, harvest.fecha_estreno, harvest.votos) == (1, 1985, "1985-05-01", 90)
    assert (harvest.puntuacion, harvest.score, harvest.retorno) == (6.0, 1.5, 4.0)
    dollar = people.person("Ana Oliva").direccion.peliculas[1]
    assert (dollar.retorno, dollar.dinero_dudoso) == (9 * MILLION, True)


def test_who_has_one_role_has_nothing_in_the_other(people):
    found = people.person("Zoe Molino")
    assert (found.direccion, found.mensaje) == (None, found.actuacion.mensaje)


def test_both_roles_are_told_in_one_message_in_either_language(people):
    assert people.person("Ana Oliva").mensaje.startswith("Ana Oliva ha actuado en 2 películas. ")
    assert ". Ana Oliva ha dirigido 2 películas. " in people.person("Ana Oliva").mensaje
    assert ". Ana Oliva has directed 2 films. " in people.person("Ana Oliva", Language.EN).mensaje


@pytest.mark.parametrize(
    ("asked", "name", "acted", "directed"),
    [
        ("José Prensa", "José Prensa", 2, 0),
        ("Jose Prensa", "Jose Prensa", 0, 1),
        ("jose prensa", "José Prensa", 2, 0),  # who has most films
        ("Zoë Molino", "Zoë Molino", 2, 1),
        ("Zoe Molino", "Zoe Molino", 1, 0),
    ],
)
def test_another_spelling_is_another_person(people, asked, name, acted, directed):
    found = people.person(asked)
    counts = [len(role.peliculas) if role else 0 for role in (found.actuacion, found.direccion)]
    assert (found.nombre, counts) == (name, [acted, directed])


def test_an_actor_is_answered_with_the_films_and_nothing_of_what_they_only_directed(people):
    answer = people.actor("Ana Oliva")
    assert [film.decode()[:8] for film in map(bytes, answer.peliculas)] == ['{"id":2,', '{"id":1,']


def test_a_search_finds_people_of_either_role_once_and_with_typos(people):
    answer = people.search("ana olvia", 5)
    assert (answer.resultados[0].nombre, answer.resultados[0].actuadas, answer.resultados[0].dirigidas) == (
        "Ana Oliva",
        2,
        2,
    )
    names = [hit.nombre for hit in answer.resultados]
    assert len(names) == len(set(names)) == answer.cantidad
    scores = [hit.similitud for hit in people.search("molino", 5).resultados]
    assert scores == sorted(scores, reverse=True) != sorted(scores)
    assert people.search("prensa", 1).cantidad == 1


def test_who_has_both_roles_is_as_near_as_in_the_better_known_one(people):
    hit = next(hit for hit in people.search("Zoë Molino", 5).resultados if hit.nombre == "Zoë Molino")
    acting, directing = (
        next(match.score for match in role.search.search("Zoë Molino", 5) if match.text == "Zoë Molino")
        for role in (people._actors, people._directors)
    )
    assert hit.similitud == round(acting, 4) > directing


def test_a_search_that_finds_nobody_says_so(people):
    assert people.search("wwxxw", 3).mensaje == "Nadie se llama algo parecido a «wwxxw»."
    assert people.search("ana oliva", 1, Language.EN).mensaje == "1 person for “ana oliva”."


def test_an_unknown_person_gets_near_names_of_both_roles(people):
    with pytest.raises(NotFoundError, match="nadie que se llame «Ana Olvia»") as raised:
        people.person("Ana Olvia")
    assert raised.value.suggestions[0] == "Ana Oliva"
    assert len(raised.value.suggestions) <= 5


@pytest.mark.parametrize("text", ["", " ", "a\0b", "a" * 201])
def test_a_name_that_cannot_be_looked_up_is_refused(people, text):
    for ask in (people.person, lambda text: people.search(text, 3)):
        with pytest.raises(InputError):
            ask(text)
