"""The film routes over the embedded sample: paths, fields, spellings, errors."""

from urllib.parse import quote

import pytest

from problems import is_problem

pytestmark = pytest.mark.server

FILM_FIELDS = {"id", "titulo", "titulo_local", "anio"}


def get(api, route, value="", **query):
    return api.get(f"{route}/{quote(value, safe='')}" if value else route, params=query)


def answer(api, route, value="", **query):
    response = get(api, route, value, **query)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.json()["mensaje"].endswith(".")
    return response.json()


def refusal(response, status):
    problem = is_problem(response, status)
    assert set(problem) == {"type", "title", "status", "detail", "sugerencias"}
    assert problem["detail"].endswith(".")
    return problem


@pytest.mark.parametrize(
    ("route", "value", "query", "fields"),
    [
        ("/cantidad_filmaciones_mes", "enero", {}, {"mes", "cantidad", "mensaje"}),
        ("/cantidad_filmaciones_dia", "lunes", {}, {"dia", "cantidad", "mensaje"}),
        ("/score_titulo", "Press", {}, {*FILM_FIELDS, "score", "puntuacion", "mensaje", "otras"}),
        ("/votos_titulo", "Press", {}, {*FILM_FIELDS, "votos", "promedio", "suficientes", "mensaje", "otras"}),
        (
            "/recomendacion",
            "Press",
            {},
            {*FILM_FIELDS, "metodo", "recomendaciones", "detalle", "mensaje", "otras"},
        ),
        ("/buscar", "", {"q": "oil"}, {"q", "cantidad", "resultados", "mensaje"}),
    ],
)
def test_a_route_answers_with_exactly_its_fields(sample_api, route, value, query, fields):
    assert set(answer(sample_api, route, value, **query)) == fields


@pytest.mark.parametrize(
    ("route", "value", "query"),
    [
        ("/cantidad_filmaciones_mes", "enero", {}),
        ("/cantidad_filmaciones_dia", "lunes", {}),
        ("/score_titulo", "Press", {}),
        ("/votos_titulo", "Press", {}),
        ("/recomendacion", "Press", {"n": 3}),
        ("/buscar", "", {"q": "oil"}),
        ("/personas", "", {"q": "a"}),
        ("/peliculas", "", {"n": 3}),
        ("/limpieza", "", {}),
        ("/limpieza/cuarentena", "", {}),
        ("/peliculas/900007/comparacion", "", {}),
        ("/peliculas/900007/parecidas", "", {}),
        ("/modelos/peliculas", "", {}),
        ("/recomendacion/usuario", "ana", {"n": 3}),
        ("/recomendacion/grupo", "", {"usuarios": "ana,eva"}),
    ],
)
def test_a_sentence_comes_in_spanish_or_english_and_in_no_other_language(sample_api, route, value, query):
    plain = answer(sample_api, route, value, **query)
    assert answer(sample_api, route, value, lengua="es", **query) == plain
    english = answer(sample_api, route, value, lengua="en", **query)
    assert english.keys() == plain.keys()
    assert english["mensaje"] != plain["mensaje"]
    refusal(get(sample_api, route, value, lengua="fr", **query), 422)


def test_a_film_is_told_in_english_with_all_its_fields(sample_api):
    plain = some_films(sample_api)[0]
    english = answer(sample_api, f"/peliculas/{plain['id']}", lengua="en")
    told = ("mensaje", "generos", "paises", "idiomas")
    assert {**english, **{name: plain[name] for name in told}} == plain
    assert "Genres: " in english["mensaje"]


def a_director(api):
    return next(film["directores"][0] for film in some_films(api) if film["directores"])


def some_films(api):
    found = answer(api, "/buscar", q="the", n=20)["resultados"]
    return [answer(api, f"/peliculas/{film['id']}") for film in found]


def test_an_actor_is_answered_with_exactly_these_fields(sample_api):
    name = next(film["reparto"][0]["nombre"] for film in some_films(sample_api) if film["reparto"])
    found = answer(sample_api, "/get_actor", name)
    assert set(found) == {
        "actor",
        "cantidad_peliculas",
        "exito",
        "retorno_promedio",
        "retorno_promedio_con_datos",
        "retorno_mediano",
        "peliculas_con_datos",
        "peliculas_dudosas",
        "peliculas",
        "mensaje",
    }
    assert found["actor"] == name
    assert found["cantidad_peliculas"] == len(found["peliculas"])


def test_a_person_is_answered_in_both_roles_as_each_route_of_its_own_does(sample_api):
    name = a_director(sample_api)
    found = answer(sample_api, "/personas", name)
    directed = answer(sample_api, "/get_director", name)
    shared = ("cantidad_peliculas", "exito", "retorno_mediano", "peliculas_con_datos", "mensaje")
    assert {field: found["direccion"][field] for field in shared} == {field: directed[field] for field in shared}
    assert [film["id"] for film in found["direccion"]["peliculas"]] == [film["id"] for film in directed["peliculas"]]
    for film in found["direccion"]["peliculas"]:
        known = answer(sample_api, f"/peliculas/{film['id']}")
        assert {name: film[name] for name in ("titulo", "anio", "fecha_estreno", "votos", "score", "puntuacion")} == {
            name: known[name] for name in ("titulo", "anio", "fecha_estreno", "votos", "score", "puntuacion")
        }
        assert (film["retorno"] or 0) == known["retorno"]


def test_people_are_searched_with_typos(sample_api):
    name = a_director(sample_api)
    found = answer(sample_api, "/personas", q=name[:-1], n=3)["resultados"]
    assert found[0]["nombre"] == name
    assert found[0]["dirigidas"] > 0
    assert "q falta" in refusal(sample_api.get("/personas"), 422)["detail"]


def test_a_director_is_answered_with_films_in_order_of_release(sample_api):
    found = answer(sample_api, "/get_director", a_director(sample_api))
    assert found["cantidad_peliculas"] == len(found["peliculas"])
    released = [film["fecha_estreno"] for film in found["peliculas"]]
    assert released == sorted(released)
    assert set(found["peliculas"][0]) == {
        "id",
        "titulo",
        "fecha_estreno",
        "retorno",
        "costo",
        "recaudacion",
        "ganancia",
        "titulo_local",
    }


@pytest.mark.parametrize("month", ["septiembre", "setiembre", "SEPTIEMBRE", "Setiembre", "séptiembre", "9", "09"])
def test_a_month_is_understood_however_it_is_written(sample_api, month):
    assert answer(sample_api, "/cantidad_filmaciones_mes", month) == answer(
        sample_api, "/cantidad_filmaciones_mes", "septiembre"
    )


@pytest.mark.parametrize("month", ["january", "13", "0", "-1", "1.5", "eneroo", "12345678901234567890", "½"])
def test_an_unknown_month_says_what_is_allowed(sample_api, month):
    assert "enero a diciembre" in refusal(get(sample_api, "/cantidad_filmaciones_mes", month), 422)["detail"]


def test_the_months_add_up_to_the_catalog(sample_api):
    counts = [answer(sample_api, "/cantidad_filmaciones_mes", str(month))["cantidad"] for month in range(1, 13)]
    assert sum(counts) == sample_api.get("/health").json()["peliculas"]["cantidad"]


def test_the_weekdays_and_the_days_of_the_month_add_up_to_the_catalog(sample_api):
    films = sample_api.get("/health").json()["peliculas"]["cantidad"]
    week = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")
    for days in (week, tuple(map(str, range(1, 32)))):
        assert sum(answer(sample_api, "/cantidad_filmaciones_dia", day)["cantidad"] for day in days) == films


@pytest.mark.parametrize("day", ["miércoles", "miercoles", "MIÉRCOLES", "Miercoles"])
def test_a_weekday_is_understood_however_it_is_written(sample_api, day):
    assert answer(sample_api, "/cantidad_filmaciones_dia", day)["dia"] == "miércoles"


@pytest.mark.parametrize("day", ["wednesday", "32", "0", "2001-02-30", "2001-2-3", "20010203", "2001-02-03T00:00"])
def test_an_unknown_day_says_what_is_allowed(sample_api, day):
    assert "AAAA-MM-DD" in refusal(get(sample_api, "/cantidad_filmaciones_dia", day), 422)["detail"]


@pytest.mark.parametrize(
    "title",
    [
        "Oil/Water",
        "24/7/365",
        "Who Pressed the Olive?",
        "100% Picual",
        "50% Arbequina",
        "Mill #9",
        "#Harvest",
        "GRO·VE",
        "[MOL]³ Aftertaste",
        "K",
        "7",
        "!",
        "3047",
        "The +1",
        "Half Oil & Half Bread",
        "C:\\>RUN OLIVE",
        "...and Oil",
        "ひとしずく",
        "Ελαιώνας",
        "Señor Ñandú",
        'It\'s "Extra" Virgin',
    ],
)
@pytest.mark.parametrize("route", ["/score_titulo", "/votos_titulo", "/recomendacion"])
def test_a_title_with_any_sign_is_found(sample_api, route, title):
    assert answer(sample_api, route, title)["titulo"] == title


def test_a_slash_in_a_title_need_not_be_encoded(sample_api):
    assert sample_api.get("/score_titulo/Oil/Water").json()["titulo"] == "Oil/Water"


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("Lo que la aceituna se llevó", "Gone with the Olive"),
        ("κλεφτης ελιων", "The Olive Thief"),
        ("オリーブの塔", "Tower of Oil"),
        ("senor nandu", "Señor Ñandú"),
        ("who pressed grandmother", "Who Pressed Grandmother?"),
        ("half oil and half bread", "Half Oil & Half Bread"),
    ],
)
def test_a_film_is_found_by_its_own_title_and_without_signs(sample_api, typed, title):
    assert answer(sample_api, "/score_titulo", typed)["titulo"] == title


def test_a_shared_title_answers_the_most_voted_film_and_lists_the_others(sample_api):
    found = answer(sample_api, "/votos_titulo", "The Taster's Daughter")
    assert len(found["otras"]) == 8
    for other in found["otras"]:
        assert set(other) == FILM_FIELDS
        voted = answer(sample_api, "/votos_titulo", "the tasters daughter", id=other["id"])
        assert voted["id"] == other["id"]
        assert voted["votos"] <= found["votos"]


def test_a_year_picks_a_film_by_parameter_and_in_parentheses(sample_api):
    for other in answer(sample_api, "/score_titulo", "Press")["otras"]:
        by_parameter = answer(sample_api, "/score_titulo", "Press", anio=other["anio"])
        assert by_parameter["anio"] == other["anio"]
        assert answer(sample_api, "/score_titulo", f"press ({other['anio']})") == by_parameter


@pytest.mark.parametrize("route", ["/score_titulo", "/votos_titulo", "/recomendacion"])
def test_a_near_miss_is_not_guessed_but_gets_five_suggestions(sample_api, route):
    problem = refusal(get(sample_api, route, "Gone wiht the Olive"), 404)
    assert len(problem["sugerencias"]) == 5
    assert problem["sugerencias"][0].startswith("Gone with the Olive (")


@pytest.mark.parametrize(
    ("route", "kind"), [("/get_actor", "actor"), ("/get_director", "director"), ("/personas", "nadie")]
)
def test_an_unknown_person_gets_five_suggestions(sample_api, route, kind):
    problem = refusal(get(sample_api, route, "Ilario Umbrarim"), 404)
    assert kind in problem["detail"]
    assert len(problem["sugerencias"]) == 5


def test_a_suggestion_is_itself_an_answer(sample_api):
    for suggestion in refusal(get(sample_api, "/score_titulo", "The Pres of Oil"), 404)["sugerencias"]:
        assert answer(sample_api, "/score_titulo", suggestion)["titulo"] in suggestion


@pytest.mark.parametrize(
    "route", ["/score_titulo", "/votos_titulo", "/recomendacion", "/get_actor", "/get_director", "/personas"]
)
@pytest.mark.parametrize(
    ("value", "said"),
    [("a" * 201, "hasta 200"), ("a\nb", "control"), ("Press\n", "control"), ("a\x00", "control"), (" ", "vacío")],
)
def test_a_text_that_cannot_be_looked_up_says_what_is_allowed(sample_api, route, value, said):
    assert said in refusal(get(sample_api, route, value), 422)["detail"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"n": 0}, "del 1 al 50"),
        ({"n": 51}, "del 1 al 50"),
        ({"n": "abc"}, "número entero"),
        ({"n": ""}, "número entero"),
        ({"n": "1.5"}, "número entero"),
        ({"n": "9" * 5000}, "número entero"),
        ({"n": "٣"}, "número entero"),
        ({"metodo": "magia"}, "colaborativo o puntuacion"),
        ({"anio": "ayer"}, "número entero"),
        ({"anio": 12}, "del 1800 al 2200"),
        ({"id": 0}, "del 1 al"),
        ({"id": "nm7"}, "número entero"),
        ({"id": 2**63}, "del 1 al"),
    ],
)
def test_a_parameter_out_of_range_says_what_is_allowed(sample_api, query, said):
    assert said in refusal(get(sample_api, "/recomendacion", "Press", **query), 422)["detail"]


@pytest.mark.parametrize("n", [1, 5, 50])
@pytest.mark.parametrize("method", ["hibrido", "contenido", "colaborativo", "puntuacion"])
def test_a_recommendation_holds_n_other_films_most_similar_first(sample_api, method, n):
    found = answer(sample_api, "/recomendacion", "Gone with the Olive", n=n, metodo=method)
    detail = found["detalle"]
    assert len(detail) == n
    assert found["recomendaciones"] == [film["titulo"] for film in detail]
    assert found["id"] not in [film["id"] for film in detail]
    similarity = [film["similitud"] for film in detail]
    assert similarity == sorted(similarity, reverse=True)
    assert all(0 <= value <= 1 for value in similarity)
    assert set(detail[0]) == {*FILM_FIELDS, "similitud", "motivos"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"anio_min": 2001, "anio_max": 2000}, "anio_min es 2001"),
        ({"anio_min": "ayer"}, "número entero"),
        ({"anio_max": 99999}, "del 1800 al 2200"),
        ({"duracion_max": 0}, "del 1 al 100000"),
        ({"votos_min": -1}, "del 0 al"),
        ({"idioma": "xq"}, "ISO 639-1"),
        ({"idioma": ""}, "valor vacío"),
        ({"genero": "Dramma"}, "«Dramma»"),
        ({"genero": "drama,"}, "valor vacío"),
        ({"genero": ",".join(["drama"] * 51)}, "hasta 50"),
        ({"sin_palabra_clave": "olive grov"}, "«olive grov»"),
        ({"para_adultos": "sí"}, "para_adultos"),
        ({"excluir": "1,dos"}, "«dos»"),
        ({"excluir": ",".join(["1"] * 1001)}, "hasta 1.000"),
        ({"diversidad": "1.01"}, "de 0 a 1"),
        ({"diversidad": "-0.1"}, "de 0 a 1"),
        ({"diversidad": "nan"}, "de 0 a 1"),
        ({"diversidad": "0,5"}, "punto decimal"),
        ({"diversidad": "1e999"}, "de 0 a 1"),
    ],
)
def test_a_filter_that_cannot_be_meant_says_what_is_allowed(sample_api, query, said):
    assert said in refusal(get(sample_api, "/recomendacion", "Gone with the Olive", **query), 422)["detail"]


@pytest.mark.parametrize(("parameter", "value", "near"), [("genero", "Dramma", "Drama"), ("idioma", "espanol", "es")])
def test_an_unknown_genre_or_language_gets_suggestions(sample_api, parameter, value, near):
    problem = refusal(get(sample_api, "/recomendacion", "Gone with the Olive", **{parameter: value}), 422)
    assert near in problem["sugerencias"]


def test_every_filter_holds_for_every_film_of_a_full_list(sample_api):
    query = {"anio_min": 1980, "anio_max": 2010, "idioma": "EN, es", "genero": "comedia,drama", "votos_min": 5}
    query |= {"duracion_min": 60, "duracion_max": 120, "sin_palabra_clave": "olive grove,Police"}
    first = answer(sample_api, "/recomendacion", "Gone with the Olive", n=10, **query)["detalle"]
    without = {"excluir": ",".join(str(film["id"]) for film in first[:4])}
    rest = answer(sample_api, "/recomendacion", "Gone with the Olive", n=6, **query, **without)["detalle"]
    assert rest == first[4:]
    for found in first:
        film = answer(sample_api, f"/peliculas/{found['id']}")
        assert 1980 <= film["anio"] <= 2010
        assert film["idioma_original"] in {"en", "es"}
        assert {"Comedia", "Drama"} & set(film["generos"])
        assert film["votos"] >= 5
        assert 60 <= film["duracion_minutos"] <= 120
        assert not {"olive grove", "police"} & set(film["palabras_clave"])


def test_films_for_adults_come_in_lists_where_they_are_asked_for_and_by_name_always(sample_api):
    query = {"n": 50, "orden": "titulo"}

    def listed(**more):
        total = answer(sample_api, "/peliculas", **more)["cantidad"]
        pages = [answer(sample_api, "/peliculas", **query, **more, desde=at) for at in range(0, total, 50)]
        return [film for page in pages for film in page["peliculas"]]

    suitable = {film["id"] for film in listed()}
    adult, *others = [film for film in listed(para_adultos="true") if film["id"] not in suitable]
    assert others
    for route in ("/recomendacion/Press", "/recomendacion/usuario/nobody"):
        year = {"anio_min": adult["anio"], "anio_max": adult["anio"], "n": 50}
        everything = [film["id"] for film in answer(sample_api, route, **year, para_adultos="true")["detalle"]]
        assert adult["id"] in everything
        rest = [film["id"] for film in answer(sample_api, route, **year)["detalle"]]
        assert rest == [one for one in everything if one in suitable]
    assert answer(sample_api, "/score_titulo", adult["titulo"], id=adult["id"])["id"] == adult["id"]


def test_several_films_are_answered_at_once(sample_api):
    asked = ["Press", 900007, "gone with the OLIVE"]
    found = sample_api.post("/recomendacion", json={"peliculas": asked, "n": 3, "metodo": "contenido"})
    assert found.status_code == 200, found.text
    lists, query = found.json()["listas"], {"n": 3, "metodo": "contenido"}
    assert lists == [answer(sample_api, "/recomendacion", one["titulo"], id=one["id"], **query) for one in lists]
    assert [one["titulo"] for one in lists[::2]] == ["Press", "Gone with the Olive"]
    assert lists[1]["id"] == 900007
    films = sample_api.post("/peliculas?lengua=en", json={"peliculas": [*asked, "No Such Film", 7]}).json()
    assert films["faltan"] == ["No Such Film", "7"]
    assert films["peliculas"] == [
        answer(sample_api, f"/peliculas/{one['id']}", lengua="en") for one in found.json()["listas"]
    ]
    assert films["mensaje"] == "3 films of the catalog. The catalog does not have: No Such Film, 7."


@pytest.mark.parametrize(("path", "most"), [("/recomendacion", 50), ("/peliculas", 100)])
def test_several_films_have_a_limit(sample_api, path, most):
    assert sample_api.post(path, json={"peliculas": [900007] * most}).status_code == 200
    too_many = refusal(sample_api.post(path, json={"peliculas": [900007] * (most + 1)}), 422)
    assert f"peliculas admite hasta {most} elementos" in too_many["detail"]


def test_films_of_several_that_are_not_found_are_named(sample_api):
    body = {"peliculas": ["Press", "Pres of Oil", 7]}
    problem = refusal(sample_api.post("/recomendacion", json=body), 404)
    assert "«Pres of Oil», id 7" in problem["detail"]
    wrong = {"peliculas": ["Press"], "metodo": "magia"}
    assert "colaborativo o puntuacion" in refusal(sample_api.post("/recomendacion", json=wrong), 422)["detail"]


def test_a_parameter_of_values_may_also_be_repeated(sample_api):
    repeated = sample_api.get("/recomendacion/Gone with the Olive?genero=war&genero=western&n=20").json()
    assert repeated == answer(sample_api, "/recomendacion", "Gone with the Olive", genero="war,western", n=20)


def test_variety_keeps_the_most_similar_film_and_changes_the_others(sample_api):
    plain = answer(sample_api, "/recomendacion", "Gone with the Olive", n=10)["recomendaciones"]
    assert answer(sample_api, "/recomendacion", "Gone with the Olive", n=10, diversidad=0)["recomendaciones"] == plain
    varied = answer(sample_api, "/recomendacion", "Gone with the Olive", n=10, diversidad="0.9")["recomendaciones"]
    assert varied[0] == plain[0]
    assert varied != plain


def test_a_question_with_defaults_written_out_is_answered_like_one_without(sample_api):
    plain = answer(sample_api, "/recomendacion", "Press")
    assert plain == answer(sample_api, "/recomendacion", "Press", n=5, metodo="hibrido", diversidad="0.0")


def test_the_default_is_five_films_by_viewers_and_content(sample_api):
    found = answer(sample_api, "/recomendacion", "Gone with the Olive")
    assert (found["metodo"], len(found["detalle"])) == ("hibrido", 5)


def test_a_film_of_a_series_recommends_the_series_first_and_says_why(sample_api):
    found = answer(sample_api, "/recomendacion", "Aceituna Jones and the Lost Mill", n=3, metodo="contenido")
    assert all(title.startswith("Aceituna Jones") for title in found["recomendaciones"])
    assert all("misma saga: Aceituna Jones Collection" in film["motivos"] for film in found["detalle"])


def test_a_film_by_id_is_the_one_that_was_searched(sample_api):
    hit = answer(sample_api, "/buscar", q="gone wth the oliv")["resultados"][0]
    assert answer(sample_api, f"/peliculas/{hit['id']}")["titulo"] == "Gone with the Olive"


OF_A_FILM = ("", "/comparacion", "/parecidas")


@pytest.mark.parametrize("film_id", ["abc", "0", "-1", "1.5", str(2**63), "9" * 5000])
@pytest.mark.parametrize("about", OF_A_FILM)
def test_an_id_that_is_none_is_refused(sample_api, film_id, about):
    refusal(sample_api.get(f"/peliculas/{film_id}{about}"), 422)


@pytest.mark.parametrize("about", OF_A_FILM)
def test_an_unknown_id_is_not_found(sample_api, about):
    assert "id 1" in refusal(sample_api.get(f"/peliculas/1{about}"), 404)["detail"]


def test_methods_stand_side_by_side_as_each_answers_alone(sample_api):
    film = some_films(sample_api)[0]
    for one in answer(sample_api, f"/peliculas/{film['id']}/parecidas", n=3)["metodos"]:
        alone = answer(sample_api, "/recomendacion", film["titulo"], id=film["id"], metodo=one["pedido"], n=3)
        assert one["detalle"] == alone["detalle"]
    refusal(get(sample_api, f"/peliculas/{film['id']}/parecidas", n=11), 422)


def test_the_measures_of_a_film_are_its_own_numbers_and_what_is_not_known_is_absent(sample_api):
    for film in some_films(sample_api):
        found = answer(sample_api, f"/peliculas/{film['id']}/comparacion")
        assert (found["id"], found["titulo"], found["anio"]) == (film["id"], film["titulo"], film["anio"])
        for one in found["medidas"]:
            assert one["valor"] == film[one["medida"]]
            assert sum(one["cuentas"]) + one["fuera"] == one["comparadas"]
            assert one["genero"] in {None, *film["generos"][:1]}
        measured = {one["medida"] for one in found["medidas"]}
        assert {name for name in ("costo", "recaudacion", "retorno") if film[name]} == measured & {
            "costo",
            "recaudacion",
            "retorno",
        }


def test_the_catalog_is_listed_by_pages_and_filtered(sample_api):
    first = answer(sample_api, "/peliculas")
    assert set(first) == {"cantidad", "orden", "desde", "peliculas", "mensaje"}
    assert (first["orden"], first["desde"], len(first["peliculas"])) == ("popularidad", 0, 20)
    assert answer(sample_api, "/peliculas", desde=5, n=3)["peliculas"] == first["peliculas"][5:8]
    query = {"genero": "comedia", "anio_min": 1980, "anio_max": 1990, "idioma": "en", "orden": "estreno"}
    found = answer(sample_api, "/peliculas", **query)["peliculas"]
    assert found
    assert all("Comedia" in film["generos"] and 1980 <= film["anio"] <= 1990 for film in found)
    assert [film["anio"] for film in found] == sorted((film["anio"] for film in found), reverse=True)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"orden": "azar"}, "popularidad, votos, puntuacion, retorno, estreno o titulo"),
        ({"desde": -1}, "del 0 al"),
        ({"desde": 10**7}, "del 0 al"),
        ({"n": 51}, "del 1 al 50"),
        ({"genero": "Dramma"}, "«Dramma»"),
    ],
)
def test_a_page_that_cannot_be_meant_says_what_is_allowed(sample_api, query, said):
    assert said in refusal(get(sample_api, "/peliculas", **query), 422)["detail"]


def test_the_report_of_cleaning_and_the_quarantined_rows_are_told(sample_api):
    report = answer(sample_api, "/limpieza")
    films = next(file for file in report["ficheros"] if file["fichero"] == "movies_metadata.csv")
    shifted = next(fate for fate in films["descartadas"] if fate["motivo"] == "shifted")
    asked = {"fichero": "movies_metadata.csv", "motivo": "shifted"}
    rows = answer(sample_api, "/limpieza/cuarentena", **asked)
    assert rows["cantidad"] == len(rows["filas"]) == shifted["cantidad"]
    assert {row["descripcion"] for row in rows["filas"]} == {shifted["descripcion"]}
    assert answer(sample_api, "/limpieza/cuarentena", desde=1, n=1, **asked)["filas"] == rows["filas"][1:2]
    assert "too_many_fields" in refusal(get(sample_api, "/limpieza/cuarentena", motivo="capricho"), 422)["detail"]


def test_a_search_without_text_says_that_it_is_missing(sample_api):
    assert "q falta" in refusal(sample_api.get("/buscar"), 422)["detail"]


def test_a_search_is_bounded(sample_api):
    assert answer(sample_api, "/buscar", q="oil", n=3)["cantidad"] == 3
    refusal(get(sample_api, "/buscar", q="a" * 201), 422)


@pytest.mark.parametrize("path", ["/nada", "/pelicula", "/SCORE_TITULO/Press", "/.env"])
def test_an_unknown_path_is_a_problem_that_names_the_documentation(sample_api, path):
    assert "/docs" in refusal(sample_api.get(path), 404)["detail"]


@pytest.mark.parametrize("path", ["/score_titulo", "/score_titulo/"])
def test_a_route_without_its_title_says_that_it_is_missing(sample_api, path):
    assert "titulo falta" in refusal(sample_api.get(path), 422)["detail"]


def test_a_method_that_a_route_lacks_is_a_problem_that_names_the_allowed_ones(sample_api):
    response = sample_api.post("/score_titulo/Press")
    assert "POST" in refusal(response, 405)["detail"]
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize(
    ("path", "name", "asked"),
    [
        ("cantidad_filmaciones_mes", "mes", "enero"),
        ("cantidad_filmaciones_dia", "dia", "lunes"),
        ("score_titulo", "titulo", "Press"),
        ("votos_titulo", "titulo", "Press"),
        ("get_actor", "nombre_actor", "Ramona Wendández"),
        ("get_director", "nombre_director", "Fenna Eldhurst"),
        ("recomendacion", "titulo", "Press"),
        ("peliculas_idioma", "idioma", "inglés"),
        ("peliculas_pais", "pais", "España"),
        ("peliculas_duracion", "titulo", "Press"),
        ("franquicia", "franquicia", "Aceituna Jones"),
        ("productoras_exitosas", "productora", "Almazara Original Negatives"),
    ],
)
def test_what_a_brief_asks_in_the_path_may_stand_in_the_query(sample_api, path, name, asked, slash):
    in_path = sample_api.get(f"/{path}/{asked}")
    in_query = sample_api.get(f"/{path}{slash}", params={name: asked})
    assert in_query.status_code == in_path.status_code == 200, in_query.text
    assert in_query.json() == in_path.json()
    assert f"El parámetro {name} falta: escriba ?{name}=" in is_problem(sample_api.get(f"/{path}"), 422)["detail"]
    assert "admite" in sample_api.get(f"/{path}", params={"qzxw": "1"}).text
