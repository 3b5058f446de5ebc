"""The commands about film users, over the embedded sample."""

import json
import re
import sys
from functools import partial

import pytest

from almazara.movies.similar.attributes import NO_FILTERS
from page_server import reply, serving


@pytest.fixture
def run(sample_home, tmp_path, monkeypatch, run):
    """Runs a command over the sample, keeping events in a home of its own; returns exit code, output, error output."""
    home = tmp_path / "own"
    home.mkdir()
    (home / "artifacts").symlink_to(sample_home / "artifacts")
    monkeypatch.setenv("ALMAZARA_HOME", str(home))
    return partial(run, "movies")


@pytest.fixture
def film(run):
    """The most voted film."""
    return json.loads(run("recommend-for", "nobody", "-n", 1, "--json")[1])["detalle"][0]


@pytest.fixture
def ratings(film, tmp_path):
    rows = [f'2026-01-02,"{film["titulo"]}",{film["anio"]},u,4.5', "2026-01-02,Nowhere To Be Found,1990,u,3"]
    file = tmp_path / "ratings.csv"
    file.write_text("\n".join(["Date,Name,Year,Letterboxd URI,Rating", *rows, ""]), encoding="utf-8")
    return file


def test_an_import_says_what_was_added_and_what_was_not(run, ratings):
    code, out, _ = run("events", "import", ratings, "--user", "ana", "--from", "letterboxd")
    assert code == 0
    assert "1 events of ana were added, 0 were there already." in out
    assert "1 rows were not taken: it is not in the catalog." in out
    assert "Nowhere To Be Found" in out
    told = json.loads(run("events", "import", ratings, "--user", "ana", "--from", "letterboxd", "--json")[1])
    assert (told["new"], told["known"], len(told["refused"])) == (0, 1, 1)


def test_an_import_changes_the_list_and_deleting_takes_it_back(run, ratings, film):
    before = run("recommend-for", "ana")[1]
    run("events", "import", ratings, "--user", "ana", "--from", "letterboxd")
    after = run("recommend-for", "ana")[1]
    assert before != after
    assert f"porque valoraste {film['titulo']} con 4,5" in after
    assert run("events", "delete", "ana", "--yes")[1] == "Eventos borrados de ana: 1.\n"
    assert run("recommend-for", "ana")[1] == before


def test_a_list_for_a_user_takes_every_filter(run):
    options = ["--anio-min", 1980, "--duracion-max", 90, "--sin-genero", "drama", "--votos-min", 5]
    options += ["--sin-palabra-clave", "police,thief"]
    found = json.loads(run("recommend-for", "nobody", "-n", 20, "--json", *options)[1])["detalle"]
    excluded = json.loads(run("recommend-for", "nobody", "--json", *options, "--excluir", found[0]["id"])[1])["detalle"]
    assert [one["id"] for one in excluded] == [one["id"] for one in found[1:11]]
    for one in found:
        film = json.loads(run("ask", "pelicula", one["id"], "--json")[1])
        assert film["anio"] >= 1980
        assert 0 < film["duracion_minutos"] <= 90
        assert "Drama" not in film["generos"]
        assert film["votos"] >= 5
        assert not {"police", "thief"} & set(film["palabras_clave"])


def test_owned_films_alone_come_from_a_file(run, tmp_path):
    everything = [one["id"] for one in json.loads(run("recommend-for", "nobody", "-n", 50, "--json")[1])["detalle"]]
    (tmp_path / "owned.txt").write_text("\n".join(map(str, [*range(10**6, 10**6 + 2000), *everything[10:20]])))
    options = ["--solo", f"@{tmp_path / 'owned.txt'}", "--excluir", f"{everything[11]},{everything[13]}"]
    found = json.loads(run("recommend-for", "nobody", "-n", 50, "--json", *options)[1])["detalle"]
    assert [one["id"] for one in found] == [everything[10], everything[12], *everything[14:20]]


def test_a_list_has_films_for_adults_where_they_are_asked_for(run, sample_films):
    parts = sample_films._parts
    film, _, year = parts.catalog.facts(parts.similar.ranking.allowed(NO_FILTERS, ()).argmin())
    command = ["recommend-for", "nobody", "-n", 50, "--json", "--anio-min", year, "--anio-max", year]
    for more, found in (([], False), (["--para-adultos"], True)):
        listed = json.loads(run(*command, *more)[1])["detalle"]
        assert (film in [one["id"] for one in listed]) is found


def test_a_table_is_imported_by_the_columns_that_are_named(run, film, tmp_path):
    file = tmp_path / "votos.csv"
    file.write_text(f"obra;voto\n{film['titulo']} ({film['anio']});9\n", encoding="utf-8")
    named = ("--column", "title=obra", "--column", "rating=voto", "--scale", 10)
    told = json.loads(run("events", "import", file, "--user", "eva", "--from", "csv", *named, "--json")[1])
    assert (told["new"], told["refused"]) == (1, [])
    code, _, err = run("events", "import", file, "--user", "eva", "--from", "csv", "--column", "voto")
    assert code == 1
    assert "--column takes WHAT=NAME" in err


def test_the_address_for_a_media_server_is_signed_and_does_not_tell_the_key(run, monkeypatch):
    monkeypatch.setenv("ALMAZARA_API_KEYS", "a-key-of-nobody,another-key")
    code, out, _ = run("events", "address", "plex", "--url", "http://almazara.example:8000/", "--user", "ana")
    assert code == 0
    assert re.fullmatch(r"http://almazara\.example:8000/eventos/plex\?usuario=ana&firma=[0-9a-f]{64}\n", out)


def test_without_keys_it_is_signed_with_that_of_this_machine_where_that_counts(run, monkeypatch):
    assert re.fullmatch(
        r"http://127\.0\.0\.1:8000/eventos/jellyfin\?firma=\w{64}\n", run("events", "address", "jellyfin")[1]
    )
    monkeypatch.setenv("ALMAZARA_HOST", "0.0.0.0")
    code, out, err = run("events", "address", "jellyfin")
    assert (code, out, "almazara keys add" in err) == (1, "", True)
    monkeypatch.setenv("ALMAZARA_OPEN_WRITES", "true")
    assert run("events", "address", "jellyfin")[1] == "http://0.0.0.0:8000/eventos/jellyfin\n"


@pytest.mark.parametrize(
    "url", ["ftp://films.example", "http://u:p@films.example", "http://films.example/x?z=1", "films"]
)
def test_an_address_that_no_media_server_could_use_is_refused(run, url):
    code, out, err = run("events", "address", "plex", "--url", url)
    assert (code, out, "is no address of this API" in err) == (1, "", True)


def test_what_was_seen_on_a_media_server_is_fetched_with_a_token_that_nobody_sees(run, film, monkeypatch):
    monkeypatch.setenv("ALMAZARA_MEDIA_TOKEN", "a-token-of-nobody")
    films = [{"type": "movie", "Guid": [{"id": f"tmdb://{n}"}], "viewCount": 1} for n in (film["id"], 999_999_999)]
    with serving() as server:
        server.routes["/library/sections"] = reply(b'{"MediaContainer": {"Directory": [{"key": 1, "type": "movie"}]}}')
        server.routes["/library/sections/1/all"] = reply(json.dumps({"MediaContainer": {"Metadata": films}}).encode())
        asked = ["events", "fetch", "plex", "--url", server.url(""), "--user", "ana"]
        code, out, error = run(*asked)
        again = json.loads(run(*asked, "--json")[1])
    assert code == 0
    assert "1 events of ana were added, 0 were there already." in out
    assert "1 rows were not taken: it is not in the catalog." in out
    assert (again["new"], again["known"]) == (0, 1)
    assert "a-token-of-nobody" not in out + error


def test_a_token_that_is_not_set_is_asked_for_and_not_shown(run, monkeypatch):
    asked = []
    monkeypatch.setattr("typer.prompt", lambda *_args, **values: asked.append(values) or "a-typed-token")
    with serving() as server:
        server.routes["/library/sections"] = reply(b'{"MediaContainer": {}}')
        code, out, error = run("events", "fetch", "plex", "--url", server.url(""), "--user", "ana")
        assert server.asked[0][1]["x-plex-token"] == "a-typed-token"
    assert (code, asked[0]["hide_input"]) == (0, True)
    assert "a-typed-token" not in out + error


def test_deleting_asks_first(run, monkeypatch):
    monkeypatch.setattr("typer.confirm", lambda *_args, **_values: sys.exit(1))
    assert run("events", "delete", "ana")[0] == 1


def test_several_users_are_a_group(run):
    answer = json.loads(run("recommend-for", "1", "2", "-n", 3, "--idioma", "en,es", "--json")[1])
    assert ([one["usuario"] for one in answer["usuarios"]], len(answer["detalle"])) == (["1", "2"], 3)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["recommend-for", "a b"], "El usuario debe ser"),
        (["recommend-for", "ana", "-n", "0"], "n es 0"),
        (["recommend-for", "ana", "--solo", "@nowhere.txt"], "The file nowhere.txt cannot be read"),
        (["recommend-for", "ana", "--solo", "1,x"], "«x»"),
        (["recommend-for", "ana", "ana"], "Un grupo tiene de 2"),
        (["events", "address", "plex", "--user", "a b"], "El usuario debe ser"),
        (["events", "fetch", "plex", "--url", "nas", "--user", "ana"], "like http://nas:32400"),
        (["events", "import", "nowhere.zip", "--user", "ana", "--from", "imdb"], "There is no file nowhere.zip"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_code_1(run, monkeypatch, arguments, said):
    monkeypatch.setenv("ALMAZARA_MEDIA_TOKEN", "a-token-of-nobody")
    code, _, error = run(*arguments)
    assert (code, error.count("\n")) == (1, 1)
    assert said in error
