"""Runs of retraining as they are kept and shown, in Spanish, and what a retraining came to."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

_RUN_ID: Final = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{6}")
RUN_ID_PATTERN: Final = f"^{_RUN_ID.pattern}$"


class RunState(StrEnum):
    """How a retraining stands."""

    RUNNING = "en_curso"
    DONE = "terminado"
    FAILED = "fallido"
    INTERRUPTED = "interrumpido"


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One retraining.

    Attributes:
        id: Sorts by time.
        estado: How it stands.
        inicio: When it began.
        fin: When it ended; None while it runs, and where its process was killed.
        veredicto: What became of the new model; None before its end.
        version: The version that it published, or None.
        comparada_con: The version that it was measured against, or None.
        metricas: Of the new model on the held-out ratings.
        deriva: How far the data has moved: indexes and shares by table and field.
        mensaje: All of it in one sentence.
    """

    id: str
    estado: RunState
    inicio: datetime
    fin: datetime | None
    veredicto: str | None
    version: str | None
    comparada_con: str | None
    metricas: Mapping[str, float]
    deriva: Mapping[str, Mapping[str, float]]
    mensaje: str


@dataclass(frozen=True, slots=True)
class ModelState:
    """What is served, and the last retraining."""

    version: str | None
    construida: str | None
    es_muestra: bool
    metricas: Mapping[str, Any]
    deriva: Mapping[str, Any]
    ultimo_entrenamiento: TrainingRun | None
    mensaje: str


def new_run_id(now: datetime, rng: random.Random) -> str:
    """A name that sorts by time and that nobody else takes."""
    return f"{now:%Y%m%dT%H%M%S}-{rng.getrandbits(24):06x}"


def is_run_id(text: str) -> bool:
    """Whether a text has the form of a run's name, and so is safe as the name of a file."""
    return _RUN_ID.fullmatch(text) is not None


def begun(run_id: str, now: datetime) -> TrainingRun:
    """A run at its beginning."""
    return TrainingRun(run_id, RunState.RUNNING, now, None, None, None, None, {}, {}, "El entrenamiento está en curso.")
