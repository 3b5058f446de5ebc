import msgspec
import pytest

from almazara.errors import InputError, NotFoundError
from almazara.movies.similar.attributes import Filters
from almazara.words.numbers import Language
from sample_catalog import Made, publish_made

EN = Language.EN
MILLION = 1_000_000
FILMS = [
    Made("The Mill", {"release_date": "1950-03-07", "vote_count": 9, "vote_average": 5.0}),  # a Tuesday
    Made(
        "The Mill",
        {"release_date": "1980-03-31", "vote_count": 2001, "vote_average": 7.4, "popularity": "12.345678"},
        cast=(("Ana Oliva", "The miller"), ("Ana Oliva", "Her twin"), ("Bruno Orujo", "")),
        directors=("Bruno Orujo",),
    ),
    Made("The Mill", {"release_date": "1980-01-01", "vote_count": 40}),
    Made(
        "Oil/Water",
        {"release_date": "1990-05-01", "vote_count": 2000, "budget": 2 * MILLION, "revenue": 8 * MILLION},
        cast=((" Ana Oliva\t", "Oil"),),
        directors=("Bruno Orujo", "Carla Pipirrana"),
    ),
    Made(
        "Late Harvest",
        {"release_date": "1985-05-01", "budget": 4 * MILLION, "revenue": 4 * MILLION},
        cast=(("Ana Oliva", "Herself"),),
        directors=("Bruno Orujo",),
    ),
    Made(
        "One Dollar",
        {"release_date": "1995-05-01", "budget": 1, "revenue": 9 * MILLION},
        cast=(("Ana Oliva", "The dollar"),),
        directors=("Carla Pipirrana",),
    ),
    Made("The Thief", {"original_title": "Κλέφτης", "release_date": "2001-02-03"}),
    Made("Spring", {"original_title": "The Mill", "release_date": "2002-02-03", "imdb_id": "tt0000088"}),
    Made("A Mill (1950)", {"release_date": "2003-02-03"}),
    Made("A Mill", {"release_date": "1950-02-03"}),
    Made("No Votes", {"vote_average": "", "popularity": "", "release_date": "2004-02-29"}),
    Made("The Mill from 1980 On", {"release_date": "2005-06-08"}),
    Made("On3 Dollar", {"release_date": "2006-06-08", "vote_count": "9000"}),
    Made("Pr3ss", {"release_date": "1995-06-08"}),
]


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    return publish_made(tmp_path_factory.mktemp("made"), FILMS)


def ids(references):
    return [film.id for film in references]


def test_a_month_counts_releases_of_any_year(films):
    assert (films.month("Marzo").mes, films.month("3").cantidad) == ("marzo", 2)


def test_a_month_without_releases_counts_none(films):
    assert films.month("diciembre").cantidad == 0
    assert films.month("diciembre").mensaje == "En el mes de diciembre se estrenaron 0 películas."


def test_a_weekday_counts_releases_on_it(films):
    assert films.day("MARTES").cantidad == sum(
        1 for made in FILMS if made.raw.get("release_date") in {"1950-03-07", "1980-01-01", "1990-05-01"}
    )


def test_a_day_of_the_month_counts_releases_on_it(films):
    assert films.day("31").cantidad == 1
    assert films.day("07").dia == "7"


def test_a_date_counts_releases_on_it(films):
    assert films.day("1980-03-31").cantidad == 1
    assert films.day("1980-03-30").cantidad == 0
    assert films.day("0001-01-01").cantidad == 0
    assert films.day("9999-12-31").cantidad == 0


def test_a_shared_title_answers_the_most_voted_film_and_names_the_others_by_votes(films):
    answer = films.score("the mill")
    assert (answer.id, answer.anio) == (2, 1980)
    assert ids(answer.otras) == [3, 1]


def test_a_year_picks_one_film_and_the_others_stay_named(films):
    answer = films.score("The Mill", 1950)
    assert answer.id == 1
    assert ids(answer.otras) == [2, 3]


def test_of_two_films_of_one_title_and_year_the_most_voted_answers(films):
    assert films.score("The Mill", 1980).id == 2


def test_a_year_in_parentheses_picks_one_film(films):
    assert films.score("the mill (1950)").id == 1


def test_a_film_whose_own_title_ends_in_a_year_is_found_by_it(films):
    assert films.score("A Mill (1950)").id == 9


def test_an_id_picks_one_film(films):
    assert films.score("The Mill", film_id=3).id == 3


def test_an_id_also_picks_a_film_that_bears_the_title_in_its_own_language(films):
    assert films.score("The Mill", film_id=8).id == 8


def test_a_year_in_parentheses_brings_the_films_of_that_year_forward(films):
    def found(query):
        return [hit.id for hit in films.search(query, 3).resultados]

    assert found("Mill, The (1980)")[0] == 2
    assert found("The Mill (1950)")[0] == 1
    assert found("A Mill (1950)")[0] == 9
    assert found("Oil/Water (1999)") == found("Oil/Water")
    assert found("Mill, The (Molino, El) (1980)")[0] == 2
    assert found("The Mill from 1980 On (2005)")[0] == found("Mill from 1980 (1888)")[0] == 12


@pytest.mark.parametrize(
    "title", ["Press (a.k.a. Pr3ss) (1995)", "Press (AKA Pr3ss) (1995)", "Diario, El (Pr3ss) (1995)"]
)
def test_a_title_in_parentheses_before_the_year_names_a_film_where_the_first_names_none(films, title):
    assert films.score(title).id == films.search(title, 1).resultados[0].id == 14
    with pytest.raises(NotFoundError):
        films.score(title.replace("1995", "1996"))


@pytest.mark.parametrize("query", ["Mill, The (1980)", "Press (a.k.a. Pr3ss) (1995)"])
def test_what_is_found_by_a_title_and_its_year_is_said_to_hold_it(films, query):
    assert films.search(query, 1).mensaje == f"1 película para «{query}»."
    assert films.search("Mill, The (1888)", 1).mensaje.startswith("Ninguna película tiene «Mill, The (1888)»")


def test_a_search_has_the_far_better_known_film_behind_the_one_that_bears_the_typed_title(films):
    found = films.search("one dollar", 3).resultados
    assert [hit.id for hit in found[:2]] == [6, 13]
    assert found == sorted(found, key=lambda hit: -hit.similitud)
    assert len(films.search("one dollar", 1).resultados) == 1


def test_a_film_that_is_far_better_known_by_a_title_that_differs_by_a_letter_is_named_too(films):
    assert ids(films.score("One Dollar").otras) == [13]
    assert [film["id"] for film in msgspec.json.decode(films.recommend_default("One Dollar"))["otras"]] == [13]
    assert films.score("On3 Dollar").otras == []
    assert films.score("One Dollar", 1995).otras == films.score("One Dollar (1995)").otras == []


def test_a_title_as_movielens_writes_it_is_found_without_what_stands_in_parentheses(films):
    assert films.score("Mill, The (Molino, El) (1980)").id == 2
    for title in ("Mill, The (Molino, El)", "Mill, The (Molino, El) (1888)"):  # no year, and that of no film
        with pytest.raises(NotFoundError):
            films.score(title)


def test_an_article_may_stand_at_the_end(films):
    assert films.score("mill, the (1950)").id == 1


def test_an_imdb_id_picks_a_film_as_its_number_does(films):
    assert films.score("The Mill", film_id="tt0000088").id == 8
    assert films.film("tt0000088") == films.film(8)
    with pytest.raises(NotFoundError, match="tt0000089"):
        films.votes("The Mill", film_id="tt0000089")


@pytest.mark.parametrize("named", [(8,), ("tt0000088",), ("tt0000088", 8, "tt0000089", 99)])
def test_a_list_takes_films_to_have_or_to_leave_out_by_imdb_id_too(films, named):
    only = films.recommend("Oil/Water", 5, filters=Filters(only=named)).detalle
    assert ids(only) == [8]
    others = films.recommend("Oil/Water", 50, filters=Filters(excluded=named)).detalle
    assert 8 not in ids(others)
    assert len(others) == len(films.recommend("Oil/Water", 50).detalle) - 1


def test_a_year_that_no_film_of_the_title_has_is_not_found(films):
    with pytest.raises(NotFoundError, match="«The Mill» de 1999"):
        films.score("The Mill", 1999)


def test_an_id_of_another_title_is_not_found(films):
    with pytest.raises(NotFoundError, match="con id 4"):
        films.score("The Mill", film_id=4)


@pytest.mark.parametrize("typed", ["Κλέφτης", "κλεφτησ", "ΚΛΈΦΤΗΣ", "The Thief", "the  thief!"])
def test_a_film_is_found_by_either_title_in_any_spelling(films, typed):
    assert films.score(typed).id == 7


@pytest.mark.parametrize("typed", ["Oil/Water", "oil water", "OilWater", "oil-water"])
def test_signs_and_spaces_in_a_title_do_not_matter(films, typed):
    assert films.score(typed).id == 4


def test_a_near_miss_is_not_guessed_but_suggested(films):
    with pytest.raises(NotFoundError) as raised:
        films.score("The Mlil")
    assert raised.value.suggestions[0] == "The Mill (1980)"
    assert len(raised.value.suggestions) == 5


def test_score_is_popularity_and_puntuacion_the_vote_average(films):
    answer = films.score("The Mill")
    assert (answer.score, answer.puntuacion) == (12.345678, 7.4)
    assert "tiene un score (popularidad) de 12,35 y una puntuación media de 7,4" in answer.mensaje


def test_what_is_unknown_is_null_and_said(films):
    answer = films.score("No Votes")
    assert (answer.score, answer.puntuacion) == (None, None)
    assert "no tiene score" in answer.mensaje


def test_more_votes_than_the_threshold_are_enough(films):
    answer = films.votes("The Mill")
    assert (answer.votos, answer.suficientes, answer.promedio) == (2001, True, 7.4)
    assert "2.001 valoraciones, con un promedio de 7,4" in answer.mensaje


def test_exactly_the_threshold_is_not_enough(films):
    answer = films.votes("Oil/Water")
    assert (answer.votos, answer.suficientes, answer.promedio) == (2000, False, None)
    assert "no supera las 2.000" in answer.mensaje


def test_the_threshold_is_a_setting(tmp_path):
    answer = publish_made(tmp_path, FILMS, min_votes=9).votes("The Mill", 1980, 3)
    assert (answer.suficientes, answer.promedio) == (True, 6.0)


def test_a_film_counts_once_for_somebody_with_two_roles_in_it(films):
    assert films.people.actor("ana oliva").cantidad_peliculas == 4


def test_a_name_with_spaces_around_it_is_the_same_person(films):
    assert msgspec.json.decode(films.film(4))["reparto"][0]["nombre"] == "Ana Oliva"


def test_the_success_of_an_actor_is_the_sum_of_the_returns(films):
    answer = films.people.actor("Ana Oliva")
    assert answer.exito == 4.0 + 1.0 + 9 * MILLION
    assert answer.retorno_promedio == answer.exito / 4
    assert answer.retorno_promedio_con_datos == answer.exito / 3
    assert answer.retorno_mediano == 4.0
    assert answer.peliculas_con_datos == 3


def test_films_with_doubtful_money_are_named(films):
    answer = films.people.actor("Ana Oliva")
    assert answer.peliculas_dudosas == ["One Dollar"]
    assert "One Dollar" in answer.mensaje


def test_films_that_somebody_only_directed_do_not_count_for_the_actor(films):
    answer = films.people.actor("Bruno Orujo")
    assert (answer.cantidad_peliculas, answer.exito, answer.peliculas_con_datos) == (1, 0.0, 0)
    assert answer.retorno_promedio_con_datos is None
    assert answer.retorno_mediano is None


def test_who_only_directs_is_no_actor(films):
    with pytest.raises(NotFoundError, match="ningún actor"):
        films.people.actor("Carla Pipirrana")


def test_who_only_acts_is_no_director(films):
    with pytest.raises(NotFoundError, match="ningún director"):
        films.people.director("Ana Oliva")


def test_the_films_of_a_director_come_in_order_of_release_with_their_money(films):
    answer = msgspec.json.decode(msgspec.json.encode(films.people.director("BRUNO ORUJO")))
    assert [film["titulo"] for film in answer["peliculas"]] == ["The Mill", "Late Harvest", "Oil/Water"]
    assert answer["peliculas"][2] == {
        "id": 4,
        "titulo": "Oil/Water",
        "fecha_estreno": "1990-05-01",
        "retorno": 4.0,
        "costo": 2 * MILLION,
        "recaudacion": 8 * MILLION,
        "ganancia": 6 * MILLION,
        "titulo_local": None,
    }
    assert (answer["cantidad_peliculas"], answer["exito"]) == (3, 5.0)
    assert answer["retorno_promedio"] == 5.0 / 3


def test_a_person_mistyped_is_suggested(films):
    with pytest.raises(NotFoundError) as raised:
        films.people.director("Carla Piprirana")
    assert raised.value.suggestions[0] == "Carla Pipirrana"


def test_a_film_by_id_says_all_that_is_known(films):
    answer = msgspec.json.decode(films.film(2))
    assert answer["reparto"] == [
        {"nombre": "Ana Oliva", "personaje": "The miller"},
        {"nombre": "Ana Oliva", "personaje": "Her twin"},
        {"nombre": "Bruno Orujo", "personaje": None},
    ]
    assert answer["mensaje"] == "The Mill (1980), dirigida por Bruno Orujo."


def test_an_unknown_id_is_not_found(films):
    for film_id in (0, -1, 99, 2**63 - 1):
        with pytest.raises(NotFoundError):
            films.film(film_id)


def test_a_search_answers_titles_in_any_language(films):
    answer = films.search("κλεφτς", 3)
    assert (answer.resultados[0].id, answer.resultados[0].coincidencia) == (7, "Κλέφτης")


def test_a_search_that_finds_nothing_says_so(films):
    answer = films.search("zzzzqqq", 3)
    assert (answer.cantidad, answer.resultados) == (0, [])
    assert answer.mensaje == "Ninguna película se parece a «zzzzqqq»."


def test_a_recommendation_lists_other_films_with_reasons(films):
    answer = films.recommend("Oil/Water", 2)
    assert answer.recomendaciones == [one.titulo for one in answer.detalle]
    assert len(answer.detalle) == 2
    assert answer.id not in ids(answer.detalle)
    assert any("misma dirección: Bruno Orujo" in one.motivos for one in answer.detalle)


def test_an_unknown_method_says_which_ones_there_are(films):
    with pytest.raises(InputError, match="hibrido, contenido, colaborativo o puntuacion"):
        films.recommend("Oil/Water", 2, "magia")


@pytest.mark.parametrize("n", [0, 51, -1])
def test_a_number_out_of_range_says_what_is_allowed(films, n):
    with pytest.raises(InputError, match="del 1 al 50"):
        films.recommend("Oil/Water", n)


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "a" * 201])
def test_a_text_that_cannot_be_looked_up_is_refused(films, text):
    for ask in (films.score, films.votes, films.people.actor, films.people.director, films.recommend):
        with pytest.raises(InputError):
            ask(text)


ENGLISH = [
    (lambda films, lengua: films.month("marzo", lengua), "2 films came out in March."),
    (lambda films, lengua: films.day("martes", lengua), "3 films came out on a Tuesday."),
    (lambda films, lengua: films.day("31", lengua), "1 film came out on day 31 of any month."),
    (lambda films, lengua: films.day("1980-03-31", lengua), "1 film came out on 1980-03-31."),
    (
        lambda films, lengua: films.score("The Mill", language=lengua),
        "The Mill came out in 1980; it has a popularity score of 12.35 and a vote average of 7.4.",
    ),
    (
        lambda films, lengua: films.score("No Votes", language=lengua),
        "No Votes came out in 2004; it has no popularity score and no vote average.",
    ),
    (
        lambda films, lengua: films.votes("The Mill", language=lengua),
        "The Mill came out in 1980 and has 2,001 votes, with an average of 7.4.",
    ),
    (
        lambda films, lengua: films.votes("Oil/Water", language=lengua),
        "Oil/Water came out in 1990 and has 2,000 votes: not more than the 2,000 that its average takes.",
    ),
    (
        lambda films, lengua: films.people.actor("Ana Oliva", lengua),
        (
            "Ana Oliva has acted in 4 films. Their success, the sum of the returns, is 9,000,005.00; the return of 3 "
            "is known, with a median of 4.00. Mind: budget or revenue are doubtful in One Dollar."
        ),
    ),
    (
        lambda films, lengua: films.people.director("Bruno Orujo", lengua),
        (
            "Bruno Orujo has directed 3 films. Their success, the sum of the returns, is 5.00; the return of 2 is "
            "known, with a median of 2.50."
        ),
    ),
    (lambda films, lengua: films.search("zzzzqqq", 3, lengua), "No film is like “zzzzqqq”."),
    (lambda films, lengua: films.film(2, lengua), "The Mill (1980), directed by Bruno Orujo."),
]


@pytest.mark.parametrize(("ask", "message"), ENGLISH)
def test_in_english_an_answer_differs_in_its_sentence_alone(films, ask, message):
    spanish, english = (
        msgspec.json.decode(answer if isinstance(answer, bytes) else msgspec.json.encode(answer))
        for answer in (ask(films, Language.ES), ask(films, EN))
    )
    assert english["mensaje"] == message
    assert english == {**spanish, "mensaje": message}


def test_a_recommendation_gives_its_reasons_in_english_too(films):
    spanish, english = (films.recommend("Oil/Water", 2, language=language) for language in Language)
    assert [one.id for one in english.detalle] == [one.id for one in spanish.detalle]
    assert any("same director: Bruno Orujo" in one.motivos for one in english.detalle)
    assert english.mensaje == f"If you liked Oil/Water (1990), you may like: {'; '.join(english.recomendaciones)}."
