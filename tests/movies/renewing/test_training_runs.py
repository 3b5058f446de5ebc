"""Retraining runs as they are kept and told; nothing is trained here."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from almazara.movies.judging.champion import Verdict
from almazara.movies.renewing.training_runs import RunState, TrainingRun
from almazara.words.numbers import Language

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RUN = TrainingRun("20260301T120000-2265b1", RunState.RUNNING, NOW, None, None, None, None, {}, {}, "as it was kept")


@pytest.mark.parametrize(
    ("run", "spanish", "english"),
    [
        (RUN, "El entrenamiento está en curso.", "The training is under way."),
        (
            replace(RUN, estado=RunState.INTERRUPTED),
            "El entrenamiento se interrumpió: lo publicado sigue como estaba.",
            "The training was interrupted: what is published stays as it was.",
        ),
        (
            replace(RUN, estado=RunState.DONE, veredicto="better", version="v2", comparada_con="v1"),
            "Publicada la versión v2: el modelo nuevo es mejor.",
            "Version v2 was published: the new model is better.",
        ),
        (
            replace(RUN, estado=RunState.DONE, veredicto="worse", comparada_con="v1"),
            "Se conserva la v1: el modelo nuevo es peor por más del margen.",
            "Version v1 is kept: the new model is worse by more than the margin.",
        ),
        (replace(RUN, estado=RunState.FAILED), "as it was kept", "as it was kept"),
    ],
)
def test_a_run_is_told_in_both_languages_but_for_why_it_failed(run, spanish, english):
    assert run.told().mensaje == spanish
    assert run.told(Language.EN).mensaje == english


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_words(verdict):
    run = replace(RUN, estado=RunState.DONE, veredicto=verdict.value, version="v2")
    assert run.told(Language.EN).mensaje.startswith("Version v2 was published: ")
