"""The routes of the film models: who may retrain, what is answered at once, and what became of it."""

import os
import signal
from datetime import UTC, datetime
from functools import partial

import pytest

from almazara import asgi
from almazara.movies.judging.kept_evaluation import (
    EvaluationAnswer,
    MeasuredMethod,
    MeasuredMetric,
    MeasuredSplit,
    MethodCost,
    write_evaluation,
)
from almazara.movies.renewing.training_runs import open_film_training
from made import made_once
from problems import is_problem
from rated_films import own_home, publish_rated
from sample_catalog import served, settings_for
from waiting import wait_for

pytestmark = pytest.mark.server

RUN = "/modelos/peliculas/entrenar"
HYBRID = MeasuredMethod(
    "hybrid", None, True, [MeasuredMetric("ndcg_at_10", 0.4, 0.3, 0.5)], MethodCost(1.5, 2.0, 0.1, 300.0)
)
EVALUATION = EvaluationAnswer(
    None,
    False,
    datetime(2026, 3, 1, tzinfo=UTC),
    "ml-1m",
    0,
    "ndcg_at_10",
    [MeasuredSplit("random", 30, 240, 60, 40, "ab", [HYBRID])],
    [],
    "",
)


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    return made_once(tmp_path_factory, "served-rated-home", partial(publish_rated, users=12))


@pytest.fixture
def home(published, tmp_path, monkeypatch):
    return own_home(published, tmp_path, monkeypatch)


def app_of(home, **values):
    return asgi.app_over(settings_for(home, demo=False, reload_seconds=0.1, **values))


def ended(api, location):
    wait_for(lambda: api.get(location).json()["estado"] != "en_curso")
    return api.get(location).json()


def test_a_retraining_runs_beside_the_server_which_then_serves_what_it_published(home):
    with served(app_of(home)) as api:
        before = api.get("/modelos/peliculas").json()
        accepted = api.post(RUN)
        assert (accepted.status_code, accepted.json()["estado"]) == (202, "en_curso")
        assert api.post(RUN).status_code == 409  # at once, while the child is still being loaded
        run = ended(api, accepted.headers["location"])
        assert (run["estado"], run["veredicto"], run["comparada_con"]) == ("terminado", "not_worse", before["version"])
        after = api.get("/modelos/peliculas").json()
        assert after["version"] == run["version"] != before["version"]
        assert after["metricas"]["ndcg_at_10"] == run["metricas"]["ndcg_at_10"]
        assert after["deriva"]["catalog"]["runtime"] == 0
        assert after["ultimo_entrenamiento"] == run
        assert api.get(RUN).json()["entrenamientos"] == [run]
        versions = api.get("/modelos/peliculas/versiones").json()["versiones"]
        assert [(one["version"], one["servida"]) for one in versions] == [
            (run["version"], True),
            (before["version"], False),
        ]
        assert versions[0]["metricas"]["ndcg_at_10"] == run["metricas"]["ndcg_at_10"]
        wait_for(lambda: api.get("/health").json()["peliculas"]["version"] == run["version"])


def test_a_child_that_is_killed_leaves_a_failed_run_and_the_served_model(home):
    app = app_of(home)
    runs = app.state.film_training.runs
    with served(app) as api:
        before = api.get("/modelos/peliculas").json()["version"]
        begun = api.post(RUN).json()
        os.kill(runs._children[begun["id"]].pid, signal.SIGKILL)
        assert ended(api, f"{RUN}/{begun['id']}")["estado"] in {"fallido", "interrumpido"}
        assert api.get("/modelos/peliculas").json()["version"] == before
        assert api.get("/score_titulo/Film 1").status_code == 200


def test_a_server_that_ends_interrupts_its_retraining(home):
    with served(app_of(home)) as api:
        begun = api.post(RUN).json()
    run = open_film_training(settings_for(home)).kept.get(begun["id"])
    assert run.estado == "interrumpido"
    assert "lo publicado sigue como estaba" in run.mensaje


def test_where_nothing_can_be_written_it_is_refused_without_a_word_of_where(home):
    (home / "runs").mkdir(exist_ok=True)
    (home / "runs" / "movies").write_text("in the way")
    with served(app_of(home)) as api:
        problem = is_problem(api.post(RUN), 503)
    assert "No se puede escribir" in problem["detail"]
    assert str(home) not in str(problem)


def test_only_who_may_write_retrains_and_everybody_may_look(home):
    with served(app_of(home, api_keys="secret-key")) as api:
        assert api.post(RUN).status_code == 401
        assert api.post(RUN, headers={"X-API-Key": "wrong"}).status_code == 401
        state = api.get("/modelos/peliculas")
        assert state.status_code == 200
        assert state.json()["ultimo_entrenamiento"] is None


@pytest.mark.parametrize(("run_id", "status"), [("20260101T000000-abcdef", 404), ("..%2Fsecrets", 404), ("x", 422)])
def test_an_unknown_run_is_said_to_be_unknown(sample_api, run_id, status):
    answer = sample_api.get(f"{RUN}/{run_id}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


def test_an_evaluation_is_shown_where_there_is_one(sample_api, tmp_path):
    missing = sample_api.get("/modelos/peliculas/evaluacion")
    assert "almazara movies evaluate" in is_problem(missing, 404)["detail"]
    write_evaluation(settings_for(tmp_path / "home"), EVALUATION)
    with served(app_of(tmp_path / "home")) as api:
        shown = api.get("/modelos/peliculas/evaluacion", params={"lengua": "en"}).json()
    assert shown["mensaje"].startswith("Measured on ")
    assert shown["particiones"][0]["metodos"][0]["metricas"][0] == {
        "metrica": "ndcg_at_10",
        "valor": 0.4,
        "bajo": 0.3,
        "alto": 0.5,
    }


def test_without_a_published_version_the_state_says_so(tmp_path):
    with served(app_of(tmp_path / "empty")) as api:
        state = api.get("/modelos/peliculas").json()
    assert (state["version"], state["mensaje"]) == (None, "Todavía no hay ninguna versión publicada.")


def test_the_described_answers_are_those_that_are_sent(sample_api):
    described = sample_api.get("/openapi.json").json()["paths"]
    assert set(described["/modelos/peliculas/entrenar"]["post"]["responses"]) >= {"202", "401", "409", "429"}
    assert sample_api.get("/modelos/peliculas").json()["es_muestra"] is True
