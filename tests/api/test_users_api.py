"""The routes for users over the embedded sample: events in, lists out, and everything that is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from problems import is_problem
from sample_catalog import app_over, served

pytestmark = pytest.mark.server

NUMBERS = count()


@pytest.fixture(scope="module")
def api(sample_home, tmp_path_factory):
    home = tmp_path_factory.mktemp("users") / "home"
    with served(app_over(sample_home, home, writes_per_minute=10**6)) as client:
        yield client


@pytest.fixture
def user():
    return f"user-{next(NUMBERS)}"


@pytest.fixture(scope="module")
def popular(api):
    """Ids of the 50 most popular films."""
    return ids(api.get("/recomendacion/usuario/nobody", params={"n": 50}))


def ids(response):
    assert response.status_code == 200, response.text
    return [film["id"] for film in response.json()["detalle"]]


def event(user, film, kind="vista", **more):
    return {"id": f"e{next(NUMBERS)}", "usuario": user, "pelicula": film, "tipo": kind, **more}


def send(api, *events):
    response = api.post("/eventos", json=list(events))
    assert response.status_code == 200, response.text
    return response.json()


def refused(response, status):
    problem = is_problem(response, status)
    assert problem["detail"].endswith(".")
    return problem


def test_a_user_of_whom_nothing_is_known_gets_popular_films(api, popular):
    answer = api.get("/recomendacion/usuario/nobody").json()
    assert (answer["nuevo"], answer["historial"]) == (True, 0)
    assert [film["id"] for film in answer["detalle"]] == popular[:10]
    assert all(film["motivos"][0].startswith("popular: ") for film in answer["detalle"])


def test_a_new_user_can_ask_for_an_era_and_a_language(api):
    response = api.get("/recomendacion/usuario/nobody", params={"idioma": "es", "anio_max": 1999, "n": 5})
    films = [api.get(f"/peliculas/{film}").json() for film in ids(response)]
    assert len(films) == 5
    assert all(film["idioma_original"] == "es" and film["anio"] <= 1999 for film in films)


def test_the_first_event_changes_the_list_at_once(api, user, popular):
    assert send(api, event(user, popular[0], "me_gusta"))["nuevos"] == 1
    answer = api.get(f"/recomendacion/usuario/{user}").json()
    assert (answer["nuevo"], answer["historial"]) == (False, 1)
    assert [film["id"] for film in answer["detalle"]] != popular[1:11]
    title = api.get(f"/peliculas/{popular[0]}").json()["titulo"]
    assert f"porque te gusta {title}" in answer["detalle"][0]["motivos"]


def test_films_that_were_seen_come_only_when_asked_for_and_disliked_ones_never(api, user, popular):
    year = api.get(f"/peliculas/{popular[0]}").json()["anio"]
    params = {"n": 50, "anio_min": year, "anio_max": year}
    seen, disliked, low, *others = ids(api.get("/recomendacion/usuario/nobody", params=params))
    send(api, event(user, seen), event(user, disliked, "no_me_gusta"), event(user, low, "valoracion", valor=1))
    assert set(ids(api.get(f"/recomendacion/usuario/{user}", params=params))) == set(others)
    everything = ids(api.get(f"/recomendacion/usuario/{user}", params={**params, "vistas": "true"}))
    assert set(everything) == {seen, low, *others}


def test_a_user_of_the_ratings_file_is_known_by_their_id_and_new_events_count(api, popular):
    before = api.get("/recomendacion/usuario/1").json()
    assert before["historial"] > 1
    assert not before["nuevo"]
    first = before["detalle"][0]["id"]
    send(api, event("1", first))
    after = api.get("/recomendacion/usuario/1").json()
    assert after["historial"] == before["historial"] + 1
    assert first not in [film["id"] for film in after["detalle"]]


@pytest.mark.parametrize("n", [1, 7, 50])
def test_exactly_n_films_come_best_first_without_one_twice(api, n):
    films = api.get("/recomendacion/usuario/2", params={"n": n, "votos_min": 1}).json()["detalle"]
    assert len({film["id"] for film in films}) == n
    affinity = [film["afinidad"] for film in films]
    assert affinity == sorted(affinity, reverse=True)


def test_filters_that_few_films_pass_give_those(api):
    params = {"n": 50, "anio_min": 1950, "anio_max": 1951, "votos_min": 100}
    films = [api.get(f"/peliculas/{film}").json() for film in ids(api.get("/recomendacion/usuario/2", params=params))]
    assert all(1950 <= film["anio"] <= 1951 and film["votos"] >= 100 for film in films)
    nothing = api.get("/recomendacion/usuario/2", params={"votos_min": 10**9}).json()
    assert (nothing["detalle"], nothing["mensaje"]) == ([], "Ninguna película cumple lo pedido.")


def test_variety_keeps_the_first_film_and_changes_others(api):
    plain = ids(api.get("/recomendacion/usuario/2"))
    varied = ids(api.get("/recomendacion/usuario/2", params={"diversidad": 0.7}))
    assert (plain[0], len(varied)) == (varied[0], len(plain))
    assert plain != varied


@pytest.mark.parametrize("user", ["", "a%20b", "ñu", ".ana", "x" * 65, "a%2Fb", "a%0Ab"])
def test_an_id_that_is_none_is_refused(api, user):
    assert "usuario" in refused(api.get(f"/recomendacion/usuario/{user}"), 422)["detail"]


@pytest.mark.parametrize(
    "params",
    [{"n": 0}, {"n": 51}, {"n": "x"}, {"vistas": "maybe"}, {"idioma": "xx"}, {"anio_min": 2000, "anio_max": 1990}],
)
def test_a_parameter_that_cannot_be_is_refused(api, params):
    refused(api.get("/recomendacion/usuario/ana", params=params), 422)


def test_a_film_whose_title_begins_like_the_route_is_reached_in_other_letters(api):
    assert refused(api.get("/recomendacion/Usuario/ana"), 404)["detail"].startswith("No hay ninguna película")
    assert refused(api.get("/recomendacion/usuario"), 404)["detail"].startswith("No hay ninguna película")


def test_one_event_and_a_list_are_both_taken_and_a_repetition_changes_nothing(api, user, popular):
    one = event(user, popular[0], "valoracion", valor=4.5, momento="2026-01-02T21:00:00+01:00")
    assert api.post("/eventos", json=one).json()["nuevos"] == 1
    answer = send(api, one, event(user, popular[1]))
    assert (answer["recibidos"], answer["nuevos"], answer["conocidos"]) == (2, 1, 1)


def test_an_event_without_a_moment_may_be_sent_again(api, user, popular):
    one = event(user, popular[0])
    send(api, one)
    assert send(api, one)["conocidos"] == 1


def test_an_id_with_another_content_is_a_conflict_and_nothing_is_kept(api, user, popular):
    one = event(user, popular[0])
    send(api, one)
    problem = refused(api.post("/eventos", json=[event(user, popular[1]), {**one, "tipo": "me_gusta"}]), 409)
    assert one["id"] in problem["detail"]
    assert api.get(f"/recomendacion/usuario/{user}").json()["historial"] == 1


@pytest.mark.parametrize("kind", ["view", "like", "dislike", "vista", "me_gusta", "no_me_gusta"])
def test_kinds_are_taken_in_both_languages(api, user, popular, kind):
    send(api, event(user, popular[0], kind))
    assert api.get(f"/recomendacion/usuario/{user}").json()["historial"] == 1


def _soon(**delta):
    return (datetime.now(UTC) + timedelta(**delta)).isoformat()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"pelicula": 123}, "no hay ninguna película con id 123"),
        ({"pelicula": "123"}, "un número entero"),
        ({"pelicula": True}, "un número entero"),
        ({"tipo": "odia"}, "tipo debe ser vista"),
        ({"tipo": "valoracion"}, "valor debe ser un número de 0.5 a 5"),
        ({"tipo": "valoracion", "valor": 5.5}, "valor debe ser un número de 0.5 a 5"),
        ({"tipo": "valoracion", "valor": 0}, "valor debe ser un número de 0.5 a 5"),
        ({"valor": 3}, "valor solo se admite con el tipo valoracion"),
        ({"momento": _soon(days=1)}, "momento está en el futuro"),
        ({"momento": "2026-01-02T21:00:00"}, "con zona horaria"),
        ({"momento": "yesterday"}, "ISO 8601"),
        ({"momento": "0001-01-01T00:00:00+14:00"}, "momento"),
        ({"momento": 12}, "ISO 8601"),
        ({"usuario": "a b"}, "el usuario debe ser"),
        ({"id": ""}, "id debe ser"),
        ({"id": None}, "id debe ser"),
        ({"stars": 3}, "el campo 'stars' no existe"),
    ],
)
def test_a_wrong_event_is_named_by_its_position_and_nothing_of_the_batch_is_kept(api, user, popular, change, said):
    batch = [event(user, popular[0]), {**event(user, popular[1]), **change}, event(user, popular[2])]
    problem = refused(api.post("/eventos", json=batch), 422)
    assert [error["posicion"] for error in problem["errores"]] == [1]
    assert said in problem["errores"][0]["detalle"]
    assert api.get(f"/recomendacion/usuario/{user}").json()["nuevo"]


def test_every_wrong_event_of_a_batch_is_named(api, user, popular):
    one = event(user, popular[0])
    problem = refused(api.post("/eventos", json=[one, one, "no event", event(user, 1), event("", 1)]), 422)
    assert [error["posicion"] for error in problem["errores"]] == [1, 2, 3, 4]
    assert "repetido" in problem["errores"][0]["detalle"]


def test_a_clock_that_is_a_little_ahead_is_forgiven(api, user, popular):
    assert send(api, event(user, popular[0], momento=_soon(minutes=2)))["nuevos"] == 1


def test_a_thousand_events_are_taken_and_one_more_is_refused(api, user, popular):
    batch = [event(user, popular[n % 50], momento="2026-01-02T21:00:00.123456+01:00") for n in range(1_000)]
    assert send(api, *batch)["nuevos"] == 1_000
    assert "1.001" in refused(api.post("/eventos", json=[*batch, event(user, popular[0])]), 422)["detail"]
    assert "0 eventos" in refused(api.post("/eventos", json=[]), 422)["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"[1e999]", b"nul"])
def test_a_body_that_is_no_json_is_refused(api, body):
    refused(api.post("/eventos", content=body), 422)


def test_a_body_beyond_any_batch_is_refused(api):
    assert "512 KB" in refused(api.post("/eventos", content=b" " * (513 * 1024)), 413)["detail"]


def test_several_clients_may_send_the_same_events_at_once(api, user, popular):
    batch = [event(user, film) for film in popular]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(api, *batch), range(4)))
    assert sum(answer["nuevos"] for answer in answers) == len(batch)


def test_deleting_a_user_leaves_nothing_of_them(api, user, popular):
    send(api, event(user, popular[0]), event(user, popular[1]))
    answer = api.delete(f"/usuarios/{user}").json()
    assert (answer["eventos_borrados"], answer["en_fichero"]) == (2, False)
    assert api.get(f"/recomendacion/usuario/{user}").json()["nuevo"]
    assert api.delete(f"/usuarios/{user}").json()["eventos_borrados"] == 0


def test_deleting_a_user_of_the_ratings_file_says_that_the_file_still_has_them(api):
    answer = api.delete("/usuarios/3").json()
    assert answer["en_fichero"]
    assert "fichero de valoraciones" in answer["mensaje"]


def test_writing_needs_the_key_and_reading_does_not(sample_home, tmp_path, popular):
    with served(app_over(sample_home, tmp_path / "home", api_keys="secret-key")) as client:
        one = event("ana", popular[0])
        refused(client.post("/eventos", json=one), 401)
        refused(client.delete("/usuarios/ana"), 401)
        assert client.get("/recomendacion/usuario/ana").json()["nuevo"]
        assert client.post("/eventos", json=one, headers={"X-API-Key": "secret-key"}).json()["nuevos"] == 1
        assert client.post("/recomendacion/perfil", json={"gustan": [popular[0]]}).status_code == 200


def test_a_list_of_titles_is_answered_like_the_same_likes_of_a_user(api, user, popular):
    film = api.get(f"/peliculas/{popular[0]}").json()
    send(api, event(user, popular[0], "me_gusta"), event(user, popular[1], "no_me_gusta"))
    body = {"gustan": [f"{film['titulo'].upper()} ({film['anio']})"], "no_gustan": [popular[1]]}
    answer = api.post("/recomendacion/perfil", json=body).json()
    assert answer["detalle"] == api.get(f"/recomendacion/usuario/{user}").json()["detalle"]
    assert [one["id"] for one in answer["gustan"] + answer["no_gustan"]] == popular[:2]


def test_a_title_that_is_not_found_is_named_with_what_resembles_it(api, popular):
    title = api.get(f"/peliculas/{popular[0]}").json()["titulo"]
    body = {"gustan": [title, f"{title}x", 7], "no_gustan": ["qqq www"]}
    problem = refused(api.post("/recomendacion/perfil", json=body), 404)
    assert f"«{title}x», id 7, «qqq www»" in problem["detail"]
    assert any(title in near for near in problem["sugerencias"])


def test_of_films_of_one_title_the_most_voted_is_taken_and_the_others_are_named(api):
    answer = api.post("/recomendacion/perfil", json={"gustan": ["Press"]}).json()["gustan"][0]
    films = [answer, *answer["otras"]]
    votes = [api.get(f"/peliculas/{film['id']}").json()["votos"] for film in films]
    assert len(films) > 1
    assert votes[0] == max(votes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gustan": []}, "al menos 1"),
        ({"gustan": [1.5]}, "gustan"),
        ({"gustan": [True]}, "gustan"),
        ({"n": 0}, "como mínimo 1"),
        ({"stars": 1}, "stars no existe"),
        ({"vistas": 1}, "vistas debe ser true o false"),
        ({"genero": "drama"}, "genero debe ser una lista"),
        ({"gustan": ["\x00"]}, "caracteres de control"),
        ({"idioma": ["xx"]}, "idioma"),
    ],
)
def test_a_list_that_cannot_be_is_refused(api, change, said):
    assert said in refused(api.post("/recomendacion/perfil", json={"gustan": ["Press"], **change}), 422)["detail"]


def test_what_is_asked_in_a_body_is_answered_as_in_the_address(api, user, popular):
    send(api, event(user, popular[0]), event(user, popular[1], "no_me_gusta"))
    asked = {"n": 7, "vistas": True, "anio_min": 1980, "duracion_max": 120, "votos_min": 5, "diversidad": 0.3}
    several = {"genero": "drama,comedia", "sin_genero": "war", "idioma": "en,es", "sin_palabra_clave": "police,thief"}
    ids_of = {"solo": ",".join(map(str, popular)), "excluir": f"{popular[2]},{popular[3]}", "para_adultos": "true"}
    body = asked | {name: text.split(",") for name, text in several.items()}
    body |= {"solo": popular, "excluir": popular[2:4], "para_adultos": True}
    query = {name: str(value).lower() for name, value in asked.items()} | several | ids_of
    for path, more, users in (
        (f"/recomendacion/usuario/{user}", {}, {}),
        ("/recomendacion/grupo", {"usuarios": [user, "nobody"]}, {"usuarios": f"{user},nobody"}),
    ):
        found = api.post(path, json=body | more).json()
        assert found == api.get(path, params=query | users).json()
        assert found["detalle"]


def test_only_owned_films_come_and_thousands_can_be_left_out(api, popular):
    unknown = list(range(10**6, 10**6 + 19_000))
    path = "/recomendacion/usuario/nobody"
    assert ids(api.post(path, json={"solo": [*unknown, *popular[5:8]]})) == popular[5:8]
    assert ids(api.post(path, json={"excluir": [*unknown, *popular[:40]]})) == popular[40:]
    assert ids(api.post("/recomendacion/perfil", json={"gustan": ["Press"], "solo": [*unknown, popular[9]]})) == [
        popular[9]
    ]


@pytest.mark.parametrize("path", ["/recomendacion/usuario/nobody", "/recomendacion/perfil", "/recomendacion"])
def test_lists_of_ids_have_a_limit_and_so_has_a_body(api, path):
    more = {"/recomendacion/perfil": {"gustan": ["Press"]}, "/recomendacion": {"peliculas": ["Press"]}}.get(path, {})
    for name in ("solo", "excluir"):
        assert api.post(path, json={name: list(range(1, 20_001)), **more}).status_code == 200
        too_many = api.post(path, json={name: list(range(1, 20_002)), **more})
        assert f"{name} admite hasta 20.000" in refused(too_many, 422)["detail"]
        for wrong in (0, -1, 10**30, "x", "862", True):
            assert name in refused(api.post(path, json={name: [wrong], **more}), 422)["detail"]
    assert "solo necesita al menos 1" in refused(api.post(path, json={"solo": [], **more}), 422)["detail"]
    assert "512 KB" in refused(api.post(path, content=b" " * (513 * 1024)), 413)["detail"]


def test_a_film_cannot_be_liked_and_disliked_at_once(api, popular):
    body = {"gustan": [popular[0]], "no_gustan": [popular[0]]}
    assert "a la vez" in refused(api.post("/recomendacion/perfil", json=body), 422)["detail"]


def test_a_group_gets_nothing_that_one_knows_or_dislikes(api, user, popular):
    other = f"{user}-other"
    send(api, event(user, popular[0]), event(user, popular[1], "no_me_gusta"), event(other, popular[2], "me_gusta"))
    params = {"usuarios": f"{user},{other}", "n": 50}
    found = ids(api.get("/recomendacion/grupo", params=params))
    assert len(found) == 50
    assert not set(popular[:3]) & set(found)
    assert popular[1] not in ids(api.get("/recomendacion/grupo", params={**params, "vistas": "true"}))


def test_a_group_is_told_why_for_each_member(api, user, popular):
    send(api, event(user, popular[0], "me_gusta"))
    answer = api.get("/recomendacion/grupo", params={"usuarios": f"{user},1"}).json()
    assert [(one["usuario"], one["nuevo"]) for one in answer["usuarios"]] == [(user, False), ("1", False)]
    for film in answer["detalle"]:
        assert [reason.partition(":")[0] for reason in film["motivos"]] == [user, "1"]


@pytest.mark.parametrize("users", [None, "", "ana", "ana,ana", "ana,b c", ",".join(f"u{n}" for n in range(11))])
def test_a_group_has_two_to_ten_members(api, users):
    refused(api.get("/recomendacion/grupo", params={"usuarios": users} if users is not None else {}), 422)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"peliculas": ["a"], "excluir": [[]] * 20_000}, "excluir.0 debe ser"),
        ({"peliculas": ["a"], "solo": [[]] * 20_000}, "solo.0 debe ser"),
        ({f"campo{number}": 1 for number in range(30_000)}, "tiene demasiados campos"),
        ({"peliculas": [[]] * 50}, "fallos más"),
    ],
)
def test_a_body_that_is_wrong_many_times_over_is_answered_briefly(api, body, said):
    detail = refused(api.post("/recomendacion", json=body), 422)["detail"]
    assert said in detail
    assert len(detail) < 3_000


@pytest.mark.parametrize("name", ["n", "diversidad", "genero", "solo", "vistas", "other"])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/recomendacion/perfil", {"gustan": ["Press"]}),
        ("/recomendacion/grupo", {"usuarios": ["1", "2"]}),
        ("/recomendacion/usuario/1", {}),
        ("/recomendacion", {"peliculas": ["Press"]}),
        ("/peliculas", {"peliculas": ["Press"]}),
    ],
)
def test_what_a_route_takes_in_its_body_is_refused_in_the_address(api, path, body, name):
    problem = refused(api.post(path, params={name: "5", "lengua": "en"}, json=body), 422)
    assert problem["detail"].startswith(f"This route does not take {name} in the address")
