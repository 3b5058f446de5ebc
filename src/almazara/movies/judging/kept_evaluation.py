"""The newest evaluation as it is kept, in a file and in a manifest, and shown; nothing that measures is imported."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from almazara.files import make_folder, replace_file, unwritable
from almazara.settings import Settings
from almazara.words.numbers import Language
from almazara.words.said import said

_NAME: Final = "latest.json"
SHOWN: Final = "shown"
"""Of an evaluation in a manifest: the whole of it, for a server that has the version alone."""


@dataclass(frozen=True, slots=True)
class MeasuredMetric:
    """One metric of a method; `bajo` and `alto` bound its 95 % interval, null where it has none."""

    metrica: str
    valor: float
    bajo: float | None
    alto: float | None


@dataclass(frozen=True, slots=True)
class MethodCost:
    """What a method took in a process of its own: training, scoring a user, and its most memory."""

    segundos_cpu: float
    segundos: float
    milisegundos_por_usuario: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class MeasuredMethod:
    """One method; `biblioteca` is that of a peer, null for our own, and `servido` says that it is what is served."""

    metodo: str
    biblioteca: str | None
    servido: bool
    metricas: list[MeasuredMetric]
    coste: MethodCost


@dataclass(frozen=True, slots=True)
class MeasuredSplit:
    """One way to hold out, its sizes, and the methods, best first; equal fingerprints are equal splits."""

    particion: str
    usuarios: int
    pares_de_entrenamiento: int
    pares_a_encontrar: int
    candidatas: int
    huella: str
    metodos: list[MeasuredMethod]


@dataclass(frozen=True, slots=True)
class SimilarMethod:
    """One way to list similar films; `servido` says that it is what is served."""

    metodo: str
    servido: bool
    metricas: list[MeasuredMetric]


@dataclass(frozen=True, slots=True)
class MeasuredSimilar:
    """Lists of similar films that half of the users taught, judged by what the other half sees together.

    Attributes:
        usuarios: Of both halves.
        peliculas: That lists are made of: those with a few ratings.
        juzgadas: Whose lists enough users could judge.
        metodos: Ours first.
    """

    usuarios: int
    peliculas: int
    juzgadas: int
    metodos: list[SimilarMethod]

    def nested(self) -> dict[str, dict[str, float]]:
        """Method, metric and value, for a manifest."""
        return {one.metodo: {metric.metrica: round(metric.valor, 6) for metric in one.metricas} for one in self.metodos}


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A split or method that could not be measured, and why."""

    nombre: str
    motivo: str


@dataclass(frozen=True, slots=True)
class EvaluationAnswer:
    """What methods are worth on held-out ratings.

    Attributes:
        version: The published version of which the ratings are; None where they came from a folder.
        servida: Whether that version is the one in use.
        medida: When.
        datos: The version or the folder's name.
        semilla: Of splits, ties and intervals.
        metrica_principal: The one that decides between two models.
        particiones: The first one is what models are published by.
        no_medidos: What failed.
        mensaje: The best method in one sentence.
        similares: The lists of similar films; null where there are too few ratings to judge them by.
    """

    version: str | None
    servida: bool
    medida: datetime
    datos: str
    semilla: int
    metrica_principal: str
    particiones: list[MeasuredSplit]
    no_medidos: list[NotMeasured]
    mensaje: str
    similares: MeasuredSimilar | None = None

    def told(self, language: Language, served: str | None) -> "EvaluationAnswer":
        """With its sentence in a language, `served` being the version in use."""
        split = self.particiones[0]
        best = split.metodos[0]
        main = next(metric for metric in best.metricas if metric.metrica == self.metrica_principal)
        message = said(
            "films.evaluation.best",
            measured=self.medida.date(),
            split=split.particion,
            n=len(split.metodos),
            method=best.metodo,
            value=main.valor,
            low=main.valor if main.bajo is None else main.bajo,
            high=main.valor if main.alto is None else main.alto,
        )
        servida = self.version is not None and self.version == served
        return replace(self, servida=servida, mensaje=message.text(language))


def write_evaluation(settings: Settings, evaluation: EvaluationAnswer) -> None:
    """Keep an evaluation in the place of the one before; raises UnavailableError when the folder cannot be written."""
    path = _path(settings)
    try:
        make_folder(path.parent)
        replace_file(path, msgspec.json.encode(evaluation), durable=True)
    except OSError as error:
        raise unwritable(path, error) from error


def read_evaluation(settings: Settings) -> EvaluationAnswer | None:
    """The newest evaluation, or None; one that is damaged is none."""
    try:
        return msgspec.json.decode(_path(settings).read_bytes(), type=EvaluationAnswer)
    except (OSError, msgspec.DecodeError):
        return None


def evaluation_in(manifest: Mapping[str, Any]) -> EvaluationAnswer | None:
    """The evaluation of a version in its manifest, or None; earlier versions kept only its metrics there."""
    try:
        return msgspec.convert(manifest.get("evaluation", {}).get(SHOWN), type=EvaluationAnswer)
    except msgspec.ValidationError:
        return None


def folder_of(settings: Settings) -> Path:
    """Where evaluations are kept."""
    return settings.home_path / "evaluation"


def _path(settings: Settings) -> Path:
    return folder_of(settings) / _NAME
