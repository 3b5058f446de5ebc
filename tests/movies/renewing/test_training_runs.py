"""Retraining runs as they are kept and told; nothing is trained here."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from almazara.artifacts import open_artifacts
from almazara.errors import NotFoundError
from almazara.movies.judging.champion import Verdict
from almazara.movies.renewing.training_runs import TrainingRun, TrainingState, open_film_training
from almazara.words.numbers import Language
from sample_catalog import settings_for

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RUN = TrainingRun(
    "20260301T120000-2265b1", TrainingState.RUNNING, NOW, None, None, None, None, {}, {}, "as it was kept"
)


@pytest.mark.parametrize(
    ("run", "spanish", "english"),
    [
        (RUN, "El entrenamiento está en curso.", "The training is under way."),
        (
            replace(RUN, estado=TrainingState.INTERRUPTED),
            "El entrenamiento se interrumpió: lo publicado sigue como estaba.",
            "The training was interrupted: what is published stays as it was.",
        ),
        (
            replace(RUN, estado=TrainingState.DONE, veredicto="better", version="v2", comparada_con="v1"),
            "Publicada la versión v2: el modelo nuevo es mejor.",
            "Version v2 was published: the new model is better.",
        ),
        (
            replace(RUN, estado=TrainingState.DONE, veredicto="worse", comparada_con="v1"),
            "Se conserva la v1: el modelo nuevo es peor por más del margen.",
            "Version v1 is kept: the new model is worse by more than the margin.",
        ),
        (replace(RUN, estado=TrainingState.FAILED), "as it was kept", "as it was kept"),
    ],
)
def test_a_run_is_told_in_both_languages_but_for_why_it_failed(run, spanish, english):
    assert run.told().mensaje == spanish
    assert run.told(Language.EN).mensaje == english


def test_kept_runs_come_newest_first_and_a_damaged_one_is_passed_over(tmp_path):
    training = open_film_training(settings_for(tmp_path))
    assert training.all_runs().entrenamientos == []
    (tmp_path / "runs" / "movies").mkdir(parents=True)  # whoever begins a run has taken its lock there
    for day in ("01", "03", "02"):
        run = training.kept.begin(f"202603{day}T120000-2265b1", NOW)
        training.kept.end(replace(run, estado=TrainingState.DONE, veredicto="worse", comparada_con="v1"), NOW)
    training.kept.begin("20260304T120000-2265b1", NOW)  # its process is gone
    (tmp_path / "runs" / "movies" / "20260305T120000-2265b1.json").write_text("{", encoding="utf-8")
    found = training.all_runs(Language.EN)
    assert [run.id[6:8] for run in found.entrenamientos] == ["04", "03", "02", "01"]
    assert [run.estado for run in found.entrenamientos[:2]] == [TrainingState.INTERRUPTED, TrainingState.DONE]
    assert found.entrenamientos[1].mensaje.startswith("Version v1 is kept")
    assert found.mensaje == "4 trainings kept."


def test_published_versions_come_newest_first_with_what_they_are_and_which_one_is_in_use(tmp_path):
    settings = settings_for(tmp_path)
    training, store = open_film_training(settings), open_artifacts(settings)
    assert training.versions().versiones == []
    assert training.versions().mensaje == "0 versiones publicadas."
    for films, sample in ((2000, True), (45_346, False)):
        manifest = {"metrics": {"films": films, "ndcg_at_10": 0.4}, "sample": sample}
        store.publish("movies", lambda _folder, told=manifest: told, now=NOW, keep=5)
    newest, oldest = training.versions().versiones
    assert (newest.peliculas, newest.muestra, newest.servida) == (45_346, False, True)
    assert (oldest.peliculas, oldest.muestra, oldest.servida) == (2000, True, False)
    assert (oldest.construida, oldest.metricas["ndcg_at_10"]) == (NOW.isoformat(), 0.4)
    store.rollback("movies")
    assert [version.servida for version in training.versions().versiones] == [False, True]


def test_before_the_first_evaluation_it_is_said_how_to_make_one(tmp_path):
    with pytest.raises(NotFoundError, match="almazara movies evaluate"):
        open_film_training(settings_for(tmp_path)).evaluation()


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_words(verdict):
    run = replace(RUN, estado=TrainingState.DONE, veredicto=verdict.value, version="v2")
    assert run.told(Language.EN).mensaje.startswith("Version v2 was published: ")
