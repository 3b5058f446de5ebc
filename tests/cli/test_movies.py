import json
import os
import re
import signal
import socket
import subprocess
import sys
from importlib import metadata
from typing import get_args

import httpx
import pytest
import typer

from almazara.cli import app
from command_line import commands
from sample_catalog import Made, server_process, write_raw

HEAVY = {"polars", "numpy", "scipy", "fastapi", "pydantic", "sqlalchemy", "uvicorn", "msgspec", "httpx", "curl_cffi"}


@pytest.fixture
def over_sample(sample_home, monkeypatch):
    monkeypatch.setenv("ALMAZARA_HOME", str(sample_home))


@pytest.fixture
def raw(tmp_path):
    return write_raw(tmp_path / "raw", [Made("The Mill"), Made("The Olive")])


def one_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == 1, text
    assert "Traceback" not in text
    return lines[0]


@pytest.mark.server
def test_the_version_is_told(run):
    assert run("--version")[1].strip() == metadata.version("almazara")


def test_help_imports_nothing_heavy():
    code = "import sys, almazara.cli; print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert HEAVY.isdisjoint(done.stdout.split())


@pytest.mark.server
def test_the_module_runs_as_the_command_does():
    done = subprocess.run(
        [sys.executable, "-m", "almazara", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    assert "movies" in done.stdout


def test_every_command_and_every_parameter_explains_itself():
    found = dict(commands(typer.main.get_command(app)))
    assert {("up",), ("serve",), ("doctor",), ("movies", "fetch"), ("movies", "rollback")} <= set(found)
    for words, command in found.items():
        assert len(command.help or "") > 10, words
        for parameter in command.params:
            assert parameter.name == "help" or getattr(parameter, "help", None), (words, parameter.name)


def test_a_build_shows_what_became_of_every_row_and_publishes(run, raw):
    code, out, _ = run("movies", "build", raw)
    assert code == 0
    assert "movies_metadata.csv" in out
    assert "version" in out


def test_a_build_can_be_read_by_a_machine(run, raw):
    code, out, _ = run("movies", "build", raw, "--json")
    manifest = json.loads(out)
    films = manifest["report"]["files"]["movies_metadata.csv"]
    assert code == 0
    assert films["read"] == films["kept"] + sum(films["merged"].values()) + sum(films["dropped"].values())


def test_a_build_writes_its_version_and_counts_for_tools_that_compare_builds(run, raw, tmp_path):
    _, out, _ = run("movies", "build", raw, "--output", tmp_path / "told", "--json")
    metrics = json.loads((tmp_path / "told" / "metrics.json").read_text())
    manifest = json.loads(out)
    assert (metrics["version"], metrics["films"]) == (manifest["version"], manifest["metrics"]["films"])
    assert metrics["rows"]["movies_metadata.csv"]["read"] == manifest["report"]["files"]["movies_metadata.csv"]["read"]
    (tmp_path / "file").touch()
    code, _, err = run("movies", "build", raw, "--output", tmp_path / "file")
    assert (code, len(err.strip().splitlines()[-1:])) == (1, 1)
    assert "cannot be written" in err


def test_a_refused_build_shows_its_report_and_names_the_column(run, tmp_path):
    folder = write_raw(tmp_path / "raw", [Made(f"Film {n}", {"release_date": f"{n}/10/90"}) for n in range(1, 5)])
    code, out, err = run("movies", "build", folder)
    assert code == 1
    assert "4 invalid_release_date" in out
    assert (
        "«1/10/90» (row 1), «2/10/90» (row 2), «3/10/90» (row 3): dates are read as 1995-10-30" in err.splitlines()[-1]
    )
    code, out, _ = run("movies", "build", folder, "--json")
    refused = json.loads(out)
    assert code == 1
    assert refused["report"]["columns"][0]["column"] == "release_date"
    assert "release_date" in refused["refused"]


def test_a_build_takes_ratings_from_another_folder(run, raw, tmp_path):
    folder = tmp_path / "ratings"
    folder.mkdir()
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,7,4.0,1000000000\n", encoding="utf-8")
    (folder / "links.csv").write_text("movieId,imdbId,tmdbId\n7,1,1\n", encoding="utf-8")
    code, out, _ = run("movies", "build", raw, "--ratings", folder, "--json")
    assert code == 0
    assert json.loads(out)["report"]["files"]["ratings.csv"]["kept"] == 1


@pytest.mark.parametrize("arguments", [("movies", "build", "/nowhere"), ("movies", "build", ".")])
def test_a_folder_without_files_of_films_is_said_in_one_line(run, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert (code, out) == (1, "")
    assert one_line(err).startswith("almazara: ")


def test_before_the_first_build_a_question_says_what_to_do(run):
    code, _, err = run("movies", "ask", "mes", "enero")
    assert code == 1
    assert "almazara up" in one_line(err)


@pytest.mark.parametrize(
    ("question", "about", "said"),
    [
        ("mes", "enero", "En el mes de enero se estrenaron"),
        ("dia", "viernes", "En viernes"),
        ("score", "Oil/Water", "score (popularidad)"),
        ("votos", "Oil/Water", "valoraciones"),
        ("persona", "Fenna Eldhurst", "ha dirigido"),
        ("buscar", "olive", "películas para «olive»"),
        ("idioma", "inglés", "películas en inglés"),
        ("pais", "España", "España: "),
        ("duracion", "Oil/Water", " dura "),
        ("franquicia", "Aceituna Jones", "Aceituna Jones Collection: "),
        ("productora", "Almazara Original Negatives", "Se conoce la recaudación de"),
    ],
)
def test_the_catalog_answers_on_the_command_line(run, over_sample, question, about, said):
    code, out, _ = run("movies", "ask", question, about)
    assert code == 0
    assert said in out


def test_the_catalog_answers_a_machine_with_the_fields_of_the_api(run, over_sample):
    _, out, _ = run("movies", "ask", "score", "Press", "--json")
    assert set(json.loads(out)) == {"id", "titulo", "titulo_local", "anio", "score", "puntuacion", "mensaje", "otras"}


def test_a_year_and_an_id_pick_a_film(run, over_sample):
    _, out, _ = run("movies", "ask", "score", "Press", "--json")
    other = json.loads(out)["otras"][0]
    for option, value in (("--anio", other["anio"]), ("--id", other["id"])):
        _, out, _ = run("movies", "ask", "score", "Press", option, value, "--json")
        assert json.loads(out)["anio"] == other["anio"]


def test_an_unknown_title_is_one_line_with_near_ones(run, over_sample):
    code, _, err = run("movies", "ask", "score", "Gone wiht the Olive")
    assert code == 1
    assert "Gone with the Olive (" in one_line(err)


@pytest.mark.parametrize(
    "arguments", [("mes", "brumario"), ("dia", "32"), ("pelicula", "abc"), ("pelicula", "1"), ("actor", "Nadie")]
)
def test_a_question_that_cannot_be_answered_is_one_line(run, over_sample, arguments):
    code, out, err = run("movies", "ask", *arguments)
    assert (code, out) == (1, "")
    one_line(err)


def test_recommendations_come_with_reasons(run, over_sample):
    code, out, _ = run("movies", "recommend", "Aceituna Jones and the Lost Mill", "-n", 3)
    assert code == 0
    assert "misma saga" in out
    _, out, _ = run("movies", "recommend", "Aceituna Jones and the Lost Mill", "-n", 3, "--json")
    assert len(json.loads(out)["detalle"]) == 3


def test_recommendations_can_be_filtered_and_varied(run, over_sample):
    options = ["--anio-min", 1980, "--anio-max", 2010, "--idioma", "es,en", "--genero", "comedia", "--votos-min", 5]
    _, out, _ = run("movies", "recommend", "Press", "--json", "--diversidad", 0.2, *options)
    found = json.loads(out)["detalle"]
    assert len(found) == 5
    assert all(1980 <= film["anio"] <= 2010 for film in found)
    excluded = ",".join(str(film["id"]) for film in found)
    _, out, _ = run("movies", "recommend", "Press", "--json", "--excluir", excluded, *options)
    assert not {film["id"] for film in found} & {film["id"] for film in json.loads(out)["detalle"]}


def test_a_filter_that_cannot_be_meant_is_one_line(run, over_sample):
    code, out, err = run("movies", "recommend", "Press", "--genero", "Dramma")
    assert (code, out) == (1, "")
    assert "Drama" in one_line(err)


def test_an_unknown_method_is_one_line_that_names_the_others(run, over_sample):
    code, _, err = run("movies", "recommend", "Press", "--metodo", "magia")
    assert code == 1
    assert "colaborativo o puntuacion" in one_line(err)


def test_versions_are_listed_and_rolled_back(run, raw):
    run("movies", "build", raw)
    run("movies", "build", raw)
    _, out, _ = run("movies", "versions", "--json")
    newest, oldest = json.loads(out)
    assert (newest["current"], oldest["current"]) == (True, False)
    code, out, _ = run("movies", "rollback")
    assert code == 0
    assert oldest["version"] in out
    _, out, _ = run("movies", "versions")
    assert re.search(rf"→.*{oldest['version']}", out)


def test_a_rollback_to_nothing_is_one_line(run, raw):
    run("movies", "build", raw)
    for arguments in ((), ("20990101T000000-00",)):
        code, _, err = run("movies", "rollback", *arguments)
        assert code == 1
        one_line(err.splitlines()[-1])


def test_a_setting_that_cannot_be_used_is_one_line_that_names_it(run, monkeypatch):
    monkeypatch.setenv("ALMAZARA_KEEP_VERSIONS", "many")
    code, _, err = run("movies", "versions")
    assert code == 1
    assert "ALMAZARA_KEEP_VERSIONS" in one_line(err)


def test_a_home_that_cannot_be_written_is_one_line(run, raw, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    monkeypatch.setenv("ALMAZARA_HOME", str(tmp_path / "file"))
    code, _, err = run("movies", "build", raw)
    assert code == 1
    assert "cannot be written" in err.splitlines()[-1]


@pytest.mark.server
@pytest.mark.parametrize("data_set", ["ml-1m", "the-movies-dataset"])
def test_a_download_without_connection_shows_the_licence_and_says_what_to_do(data_set, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "almazara", "movies", "fetch", data_set],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "ALMAZARA_HOME": str(tmp_path), **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), NO_PROXY)},
    )
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert done.returncode == 1
    assert len(lines) == 2
    assert "Full text: https://" in lines[0]
    assert "could not be reached" in lines[1]
    assert "almazara up" in lines[1]


NO_PROXY = "http://127.0.0.1:9"  # nothing listens there: no connection, wherever the tests run


def test_every_data_set_that_can_be_fetched_has_a_licence():
    from almazara.cli.movies import DataSet
    from almazara.movies.raw.download import LICENCES

    assert set(get_args(DataSet)) == set(LICENCES)


@pytest.mark.server
def test_up_builds_the_sample_answers_on_the_printed_address_and_ends_when_interrupted(tmp_path):
    with server_process("up", home=tmp_path, demo=False) as (process, client):
        assert client.get("/score_titulo/Oil/Water").json()["titulo"] == "Oil/Water"
        assert client.get("/health").json()["peliculas"]["muestra"] is True
        assert ends_well(process, signal.SIGINT)


@pytest.mark.server
def test_serve_prints_an_address_that_lets_one_browser_of_this_machine_write(tmp_path):
    with server_process("serve", home=tmp_path, demo=False) as (process, client):
        told, _, address = process.stderr.readline().strip().rpartition(" ")
        assert told == "To write from a browser of this machine:"
        with httpx.Client(base_url=client.base_url, headers={"Origin": str(client.base_url).rstrip("/")}) as browser:
            assert browser.post("/eventos", json=[]).status_code == 401
            assert [browser.get(address).status_code for _ in range(2)] == [303, 403]
            assert browser.post("/eventos", json=[]).status_code != 401


@pytest.mark.server
@pytest.mark.parametrize("settings", [{"api_keys": "long-and-random"}, {"host": "0.0.0.0"}])
def test_serve_prints_no_such_address_where_keys_are_given_out_or_others_reach_it(tmp_path, settings):
    with server_process("serve", home=tmp_path, demo=False, **settings) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert "entrar" not in process.communicate(timeout=60)[1]


@pytest.mark.server
def test_serve_ends_when_terminated(sample_home):
    with server_process("serve", home=sample_home) as (process, client):
        assert client.get("/ready").status_code == 200
        assert ends_well(process, signal.SIGTERM)


def ends_well(process, sign):
    process.send_signal(sign)
    errors = process.communicate(timeout=60)[1]
    assert "Traceback" not in errors
    return process.returncode in {0, -sign, 128 + sign}


def test_a_port_in_use_is_said_in_one_line(run, over_sample):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, err = run("serve", "--port", taken.getsockname()[1])
    assert code == 1
    assert "choose another with --port" in one_line(err)
