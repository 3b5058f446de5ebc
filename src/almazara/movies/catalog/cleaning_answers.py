"""Answers about cleaning: what became of the rows of each raw file, and those that could not be read surely."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import msgspec
import numpy as np

from almazara.movies.catalog.catalog import Arrays, Texts
from almazara.words.numbers import Language
from almazara.words.said import said

_QUARANTINED: Final = "quarantined:"


class Refusal(StrEnum):
    """Why a row, or a cell of one, stands in quarantine."""

    TOO_MANY_FIELDS = "too_many_fields"
    NOT_UTF8 = "not_utf8"
    SHIFTED = "shifted"
    INVALID_ID = "invalid_id"
    CUT_SHORT = "cut_short"
    INVALID_RATING = "invalid_rating"
    INVALID_LANGUAGE = "invalid_language"
    UNREADABLE = "unreadable"
    WRONG_SHAPE = "wrong_shape"
    NOT_A_NUMBER = "not_a_number"
    NOT_AN_ID = "not_an_id"
    NOT_A_TIME = "not_a_time"


@dataclass(frozen=True, slots=True)
class CountedReason:
    """How many rows, cells or entries met with one fate; `columna` is null where it is that of whole rows."""

    motivo: str
    descripcion: str
    columna: str | None
    cantidad: int
    en_cuarentena: bool


@dataclass(frozen=True, slots=True)
class CleanedFile:
    """What became of the rows of a file: leidas = conservadas + all that were merged or dropped."""

    fichero: str
    sha256: str
    leidas: int
    conservadas: int
    fundidas: list[CountedReason]
    descartadas: list[CountedReason]
    celdas: list[CountedReason]
    entradas: list[CountedReason]


@dataclass(frozen=True, slots=True)
class CleaningAnswer:
    """The cleaning report of the version that is served; `notas` are sentences about the input, in English."""

    version: str
    construida: str
    muestra: bool
    ficheros: list[CleanedFile]
    notas: list[str]
    mensaje: str


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that could not be read, or one of its cells: its number in the file, 1 being the first, and its texts.

    Attributes:
        recortada: Whether some of them are longer than what is shown.
    """

    fichero: str
    fila: int
    columna: str | None
    motivo: str
    descripcion: str
    contenido: dict[str, str]
    recortada: bool


@dataclass(frozen=True, slots=True)
class QuarantineAnswer:
    """A page of quarantined rows; `cantidad` counts those that can be shown."""

    cantidad: int
    desde: int
    filas: list[QuarantinedRow]
    mensaje: str


class CleaningAnswers:
    """Answers about the version whose manifest is given.

    Args:
        manifest: `version`, `built_at`, `sample` and `report`, see `CleaningReport.as_dict`.
        rows, files, reasons: The groups `quarantine`, `quarantine_files`, `quarantine_reasons`: see `build_quarantine`.
    """

    def __init__(self, manifest: Mapping[str, Any], rows: Arrays, files: Texts, reasons: Texts) -> None:
        self._manifest = manifest
        self._rows = Texts(rows)
        self._of_row = {"file": rows["files"], "reason": rows["reasons"]}
        self._names = {"file": _all_of(files), "reason": _all_of(reasons)}

    def report(self, language: Language = Language.ES) -> CleaningAnswer:
        """What became of every row that was read."""
        report = self._manifest["report"]
        files = [_file(name, file, report, language) for name, file in report["files"].items()]
        message = said(
            "films.quarantine.report",
            read=sum(file.leidas for file in files),
            files=len(files),
            kept=sum(file.conservadas for file in files),
            merged=sum(reason.cantidad for file in files for reason in file.fundidas),
            dropped=sum(reason.cantidad for file in files for reason in file.descartadas),
        )
        return CleaningAnswer(
            version=self._manifest["version"],
            construida=self._manifest["built_at"],
            muestra=bool(self._manifest.get("sample")),
            ficheros=files,
            notas=list(report["notes"]),
            mensaje=message.text(language),
        )

    def quarantine(
        self,
        file: str | None = None,
        reason: Refusal | None = None,
        start: int = 0,
        n: int = 20,
        language: Language = Language.ES,
    ) -> QuarantineAnswer:
        """So many rows of a file and reason, or of all of them, in order, from a place on."""
        wanted = np.ones(len(self._rows), dtype=np.bool_)
        for what, name in (("file", file), ("reason", reason)):
            if name is not None:
                wanted &= self._of_row[what] == self._names[what].get(name, -1)
        places = np.flatnonzero(wanted)
        rows = [self._row(place, language) for place in places[start : start + n].tolist()]
        message = said(
            f"films.quarantine.{'page' if rows else 'nothing'}", n=len(places), first=start + 1, last=start + len(rows)
        )
        return QuarantineAnswer(len(places), start, rows, message.text(language))

    def _row(self, place: int, language: Language) -> QuarantinedRow:
        row = msgspec.json.decode(self._rows.encoded(place), type=QuarantinedRow)
        return replace(row, descripcion=_words_of(row.motivo, language))


def _all_of(texts: Texts) -> dict[str, int]:
    return {texts[place]: place for place in range(len(texts))}


def _file(name: str, file: Mapping[str, Any], report: Mapping[str, Any], language: Language) -> CleanedFile:
    return CleanedFile(
        fichero=name,
        sha256=file["sha256"],
        leidas=file["read"],
        conservadas=file["kept"],
        fundidas=[_counted(reason, None, count, language) for reason, count in file["merged"].items()],
        descartadas=[_counted(reason, None, count, language) for reason, count in file["dropped"].items()],
        celdas=_of_columns(name, report["cells"], _QUARANTINED, language),
        entradas=_of_columns(name, report["entries"], "", language),
    )


def _of_columns(file: str, counts: Mapping[str, int], prefix: str, language: Language) -> list[CountedReason]:
    """The counts of a file's columns, of which each label is file, column and reason."""
    labels = (
        (label.removeprefix(f"{file} ").split(" ", 1), count)
        for label, count in counts.items()
        if label.startswith(f"{file} ")
    )
    return [_counted(f"{prefix}{reason}", column, count, language) for (column, reason), count in labels]


def _counted(verdict: str, column: str | None, count: int, language: Language) -> CountedReason:
    reason = verdict.removeprefix(_QUARANTINED)
    return CountedReason(reason, _words_of(reason, language), column, count, reason != verdict)


def _words_of(reason: str, language: Language) -> str:
    try:
        return said(f"films.cleaning.{reason}").text(language)
    except KeyError:  # of another version of Almazara
        return reason
